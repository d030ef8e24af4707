"""The posts, for the security administrator: who has which where, what is vacant; and the screens on walls."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from gridmap.domain.access import TITLES
from gridmap.errors import BadInput, Conflict, GridmapError, NotFound
from gridmap.services import accounts, posts
from gridmap.services.posts import ImportedPosts, NewPost, PlaceKind, PostPlace, PostsRefused
from web.access import actor
from web.context import running
from web.pages.accounts import page
from web.pages.accounts.words import TITLE_NAMES, place_of

PAGE_ROWS = 100
VACANT_ROWS = 60
KINDS = {"grid": PlaceKind.GRID, "building": PlaceKind.BUILDING}  # every other level is an area's


def _(text: str) -> str:
    """Marks a text of the catalogue: it is translated where it is shown."""
    return text


DONE = {
    "given": _("The post is given."),
    "ended": _("The post ends with that day."),
    "deputy": _("The deputy is changed."),
    "screen_ended": _("The wall screen has ended."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which posts the address asks for."""

    wanted: str
    title: str
    is_past_shown: bool
    page: int


def show() -> Response:
    """`?q=&title=&past=1&page=`; `?place=&for=&post=` fill the form for a vacant post."""
    return listed()


def add() -> ResponseReturnValue:
    """Gives a post, or fills one that was made and is vacant."""
    parts = running()
    try:
        worker, deputy = _person("worker", is_needed=True), _person("deputy", is_needed=False)
        if page.field("post"):
            posts.set_people(
                parts.store, parts.settings, page.field("post"), worker_uid=worker, deputy_uid=deputy,
                actor=actor().name, now=parts.gate.now(),
            )  # fmt: skip
        else:
            new = NewPost(
                page.field("title"), _place(page.field("place")), worker, deputy, page.field("stairwell") or None,
                _day("valid_from"), _day("valid_to"),
            )  # fmt: skip
            posts.assign(parts.store, parts.settings, new, actor=actor().name, now=parts.gate.now())
    except (BadInput, Conflict, NotFound) as error:
        return listed(error)
    return page.back("accounts.posts", "given")


def end(uid: str) -> ResponseReturnValue:
    """Lets a post end with a day."""
    parts = running()
    try:
        on = _day("on")
        if on is None:
            raise BadInput("This is no day.", "Choose the last day of the post.")
        posts.end(parts.store, parts.settings, uid, on, actor=actor().name, now=parts.gate.now())
    except BadInput as error:
        return listed(error)
    return page.back("accounts.posts", "ended")


def set_deputy(uid: str) -> ResponseReturnValue:
    """Another deputy for a post; an empty field: none."""
    parts = running()
    try:
        deputy = _person("deputy", is_needed=False)
        posts.set_deputy(parts.store, parts.settings, uid, deputy, actor=actor().name, now=parts.gate.now())
    except (BadInput, NotFound) as error:
        return listed(error)
    return page.back("accounts.posts", "deputy")


def listed(
    error: GridmapError | None = None, *, bad: PostsRefused | None = None, imported: ImportedPosts | None = None
) -> Response:
    """The page, with what was wrong with a form or a list, or what became of a list."""
    parts, asked, today = running(), _asked(), running().gate.today()
    everything = posts.list_posts(parts.store, on=None if asked.is_past_shown else today)
    found = [post for post in everything if _fits(post, asked)]
    vacant = posts.vacancies(parts.store, now=parts.gate.now())
    first = (asked.page - 1) * PAGE_ROWS
    return page.show(
        "posts.html",
        here="posts",
        status=200 if error is None and bad is None else 422,
        posts=found[first : first + PAGE_ROWS],
        found=len(found),
        asked=asked,
        pages=max(1, -(-len(found) // PAGE_ROWS)),
        vacant=vacant[:VACANT_ROWS],
        vacant_count=len(vacant),
        titles=TITLE_NAMES,
        people=posts.list_people(parts.store),
        places=[place for place in posts.list_places(parts.store, now=parts.gate.now()) if place.level != "building"],
        given=request.form or request.args,
        today=today,
        error=None if error is None else page.said(error),
        bad=page.bad_rows(bad),
        imported=imported,
        screens=accounts.screens(parts.store, now=parts.gate.now()),
        done=DONE.get(request.args.get("done", ""), ""),
    )


def _asked() -> Asked:
    text = request.args.get("page", "1")
    number = int(text) if text.isdigit() and len(text) < 6 else 1
    title = request.args.get("title", "")
    wanted = request.args.get("q", "").strip()
    return Asked(wanted, title if title in TITLES else "", "past" in request.args, max(1, number))


def _fits(post: Any, asked: Asked) -> bool:
    if asked.title and post.title != asked.title:
        return False
    told = (place_of(post), post.area_code, post.grid_code, post.holder_name, post.deputy_name)
    return not asked.wanted or any(asked.wanted.casefold() in (text or "").casefold() for text in told)


def _place(text: str) -> PostPlace:
    """The place of a code or a name. Raises NotFound, BadInput for a name that several have."""
    places = posts.list_places(running().store, now=running().gate.now())
    found = [place for place in places if place.code == text] or [place for place in places if place.name == text]
    if not text or not found:
        raise NotFound("There is no such place.", "Give the code or the whole name of an area, a grid or a building.")
    if len(found) > 1:
        raise BadInput("Several places have this name.", "Give the code.")
    return PostPlace(KINDS.get(found[0].level, PlaceKind.AREA), found[0].code)


def _person(field: str, *, is_needed: bool) -> str | None:
    """The uid of who is named. Somebody new is made where the form says so; raises NotFound, BadInput otherwise."""
    parts, name = running(), page.field(field)
    if not name:
        if is_needed and "vacant" not in request.form:
            raise BadInput("Nobody is named.", "Say who has the post.")
        return None
    found = [person for person in posts.list_people(parts.store) if person.name == name or person.account == name]
    if len(found) > 1:
        raise BadInput("Several people have this name.", "Give the name they sign in by.")
    if found:
        return found[0].uid
    if f"{field}_new" not in request.form:
        raise NotFound("There is nobody of this name.", "Correct it, or say that the person is new.")
    return posts.add_person(parts.store, parts.settings, name, actor=actor().name, now=parts.gate.now()).uid


def _day(field: str) -> dt.date | None:
    text = page.field(field)
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput("This is no day.", "Give it as YYYY-MM-DD.") from None
