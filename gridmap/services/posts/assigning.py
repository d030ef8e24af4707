"""Giving, changing and ending single posts."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from gridmap.config import Settings
from gridmap.domain.areas import Validity
from gridmap.errors import BadInput, Conflict, NotFound
from gridmap.services.posts.answers import HELD_BY_ONE, NewPost, PostPlace, Vacancy
from gridmap.services.posts.rules import Standing, Wanted, fault, in_the_way
from gridmap.services.project import DEFAULT_TIME_ZONE
from gridmap.store import audit, plans, posts, project
from gridmap.store.engine import Session, Store
from gridmap.store.posts import PlaceRow, PostRow, WorkerRow

LONGEST_NAME = 60


def assign(store: Store, settings: Settings, new: NewPost, *, actor: str, now: dt.datetime) -> PostRow:
    """Give a post. Raises BadInput for one there cannot be, NotFound for an unknown place or person, Conflict for a
    place that has a holder, or a person who holds it already.
    """

    def work(session: Session) -> PostRow:
        wanted = _wanted(session, new)
        if (why := fault(wanted)) is not None:
            raise BadInput(f"There is no such post: {why}.", "Correct it.")
        found = in_the_way(wanted, posts_at(session, {(wanted.column, wanted.place_id)}))
        if found:
            row = posts.all_rows(session, post_id=found[0].id)[0]
            raise Conflict(
                f"The place has this post already: {row.holder_name or 'vacant'}, {days_of(row)}.",
                "End that one first, or choose days after it.",
            )
        (uid,) = posts.add_rows(session, columns_of([wanted]))
        row = required(session, uid)
        _tell(session, settings, "post.assign", row, actor, now)
        return row

    return store.transact(work)


def end(
    store: Store, settings: Settings, post_uid: str, on: dt.date, *, actor: str, now: dt.datetime
) -> PostRow:
    """Let a post end with a day. Raises BadInput for a day before its first, NotFound."""

    def work(session: Session) -> PostRow:
        row = required(session, post_uid)
        if row.valid_from is not None and on < row.valid_from:
            raise BadInput("The post would end before it begins.", f"Choose {row.valid_from} or a later day.")
        posts.end(session, [row.id], on)
        return _told(session, settings, "post.end", post_uid, actor, now)

    return store.transact(work)


def set_people(
    store: Store,
    settings: Settings,
    post_uid: str,
    *,
    worker_uid: str | None,
    deputy_uid: str | None,
    actor: str,
    now: dt.datetime,
) -> PostRow:
    """Fill a vacant post, or change its deputy. A holder is not exchanged: the post is ended and another given.

    Raises BadInput, Conflict, NotFound.
    """

    def work(session: Session) -> PostRow:
        row = required(session, post_uid)
        if row.holder_uid is not None and worker_uid != row.holder_uid:
            raise Conflict("The post has a holder.", "End it, then give the post to somebody else.")
        if worker_uid is not None and worker_uid == deputy_uid:
            raise BadInput("Holder and deputy are one person.", "Choose two.")
        values = {"worker_id": _worker_id(session, worker_uid), "deputy_id": _worker_id(session, deputy_uid)}
        posts.change(session, row.id, values)
        return _told(session, settings, "post.set_people", post_uid, actor, now)

    return store.transact(work)


def set_deputy(
    store: Store, settings: Settings, post_uid: str, deputy_uid: str | None, *, actor: str, now: dt.datetime
) -> PostRow:
    """Another deputy for a post, or none; whoever was it may do nothing by it from the next request on.

    Raises BadInput where holder and deputy would be one, NotFound.
    """

    def work(session: Session) -> PostRow:
        row = required(session, post_uid)
        if deputy_uid is not None and deputy_uid == row.holder_uid:
            raise BadInput("Holder and deputy are one person.", "Choose two.")
        posts.change(session, row.id, {"deputy_id": _worker_id(session, deputy_uid)})
        return _told(session, settings, "post.set_people", post_uid, actor, now)

    return store.transact(work)


def add_person(store: Store, settings: Settings, name: str, *, actor: str, now: dt.datetime) -> WorkerRow:
    """Somebody to hold posts, who has no account yet. Raises BadInput for a name that is none."""
    shown = " ".join(name.split())
    if not shown or len(shown) > LONGEST_NAME:
        raise BadInput("The name is empty or too long.", f"Use 1 to {LONGEST_NAME} characters.")

    def work(session: Session) -> WorkerRow:
        (worker_id,) = posts.add_workers(session, [shown])
        found = next(each for each in posts.workers(session) if each.id == worker_id)
        audit.append(
            session, actor=actor, action="worker.add", entity="worker", entity_uid=found.uid,
            fields={"name": shown}, secret=settings.secret(), at=now,
        )  # fmt: skip
        return found

    return store.transact(work)


def list_posts(store: Store, *, on: dt.date | None = None, worker_uid: str | None = None) -> list[PostRow]:
    """All posts, or those of a local day, or of a person (holder or deputy). Raises NotFound for no such person."""
    with store.read() as session:
        worker_id = _worker_id(session, worker_uid)
        return posts.all_rows(session, on=on, worker_id=worker_id)


def list_people(store: Store) -> list[WorkerRow]:
    """Everybody who may hold posts, by name."""
    with store.read() as session:
        return posts.workers(session)


def list_places(store: Store, *, now: dt.datetime) -> list[PlaceRow]:
    """Every place of today that a post may be held for: areas, grids, buildings."""
    with store.read() as session:
        return posts.places(session, today(session, now))


def vacancies(store: Store, *, now: dt.datetime) -> list[Vacancy]:
    """What nobody holds today: the two workers of each grid of the plan in force, and posts without a holder."""
    with store.read() as session:
        day = today(session, now)
        empty = [row for row in posts.all_rows(session, on=day) if row.holder_uid is None]
        made = {(row.grid_code, row.title): row.uid for row in empty}
        found: list[Vacancy] = []
        plan = plans.current(session, now)
        if plan is not None:
            held = posts.holders_of_grids(session, HELD_BY_ONE, day)
            found += [
                Vacancy(title, grid.name, grid.code, grid.community_name, made.pop((grid.code, title), None))
                for grid in plans.grids(session, plan.id, day)
                for title in HELD_BY_ONE
                if (grid.id, title) not in held
            ]
        # Those of grids are told already, unless somebody else holds them.
        counted = HELD_BY_ONE if plan is not None else ()
        return found + [_vacant(row) for row in empty if row.grid_code is None or row.title not in counted]


def today(session: Session, now: dt.datetime) -> dt.date:
    """The project's local day; the demo's stands still."""
    row = project.get(session)
    if row is not None and row.demo_now_on is not None:
        return row.demo_now_on
    return now.astimezone(ZoneInfo(DEFAULT_TIME_ZONE if row is None else row.time_zone)).date()


def required(session: Session, uid: str) -> PostRow:
    """The post of a uid. Raises NotFound."""
    rows = posts.all_rows(session, uid=uid)
    if not rows:
        raise NotFound("There is no such post.", "Look at the list of posts.")
    return rows[0]


def posts_at(session: Session, places: set[tuple[str, int]]) -> list[Standing]:
    """The stored posts at these places, (column, id) each."""
    return [
        Standing(key, Wanted(title, column, place, holder, deputy, stairwell, Validity(begin, end_)))
        for key, title, column, place, holder, deputy, stairwell, begin, end_ in posts.keys_at(session, places)
    ]


def columns_of(wanted: list[Wanted]) -> dict[str, list[Any]]:
    """Posts as columns of the table."""
    columns: dict[str, list[Any]] = {
        "role": [each.title for each in wanted],
        "worker_id": [each.worker_id for each in wanted],
        "deputy_id": [each.deputy_id for each in wanted],
        "stairwell": [each.stairwell for each in wanted],
        "valid_from": [each.valid.from_on for each in wanted],
        "valid_to": [each.valid.to_on for each in wanted],
    }
    for column in ("area_id", "grid_id", "building_id"):
        columns[column] = [each.place_id if each.column == column else None for each in wanted]
    return columns


def days_of(row: PostRow) -> str:
    """From when to when, for people."""
    return f"from {row.valid_from or 'ever'} to {row.valid_to or 'open'}"


def _wanted(session: Session, new: NewPost) -> Wanted:
    column, place_id = _place(session, new.place)
    return Wanted(
        new.title, column, place_id, _worker_id(session, new.worker_uid), _worker_id(session, new.deputy_uid),
        (new.stairwell or "").strip() or None, Validity(new.valid_from, new.valid_to),
    )  # fmt: skip


def _place(session: Session, place: PostPlace) -> tuple[str, int]:
    place_id = posts.place_id(session, str(place.kind), place.code)
    if place_id is None:
        raise NotFound(f"There is no {place.kind} '{place.code}'.", "Choose one of the list.")
    return f"{place.kind}_id", place_id


def _worker_id(session: Session, uid: str | None) -> int | None:
    if uid is None:
        return None
    found = posts.worker(session, uid)
    if found is None:
        raise NotFound("There is no such person.", "Choose one of the list.")
    return found.id


def _told(session: Session, settings: Settings, action: str, uid: str, actor: str, now: dt.datetime) -> PostRow:
    row = required(session, uid)
    _tell(session, settings, action, row, actor, now)
    return row


def _tell(session: Session, settings: Settings, action: str, row: PostRow, actor: str, now: dt.datetime) -> None:
    names = ("title", "area_code", "grid_code", "building_uid", "stairwell", "holder_uid", "deputy_uid")
    fields = {name: getattr(row, name) for name in (*names, "valid_from", "valid_to")}
    audit.append(
        session, actor=actor, action=action, entity="post", entity_uid=row.uid, fields=fields,
        secret=settings.secret(), at=now,
    )  # fmt: skip


def _vacant(row: PostRow) -> Vacancy:
    name = row.area_name or row.grid_name or "".join(filter(None, [row.compound_name, row.building_name]))
    return Vacancy(
        row.title, f"{name} {row.stairwell or ''}".strip(), row.area_code or row.grid_code or row.building_uid or "",
        row.compound_name if row.building_uid else None, row.uid,
    )  # fmt: skip
