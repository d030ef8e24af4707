"""Keys of an account: tokens for programs, made and shown once, and browsers that are screens on a wall."""

from __future__ import annotations

import datetime as dt

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from gridmap.domain.access import Action, Scope
from gridmap.errors import BadInput
from gridmap.services import accounts
from web import auth
from web.context import running
from web.pages.accounts import own, page

PLACE_KINDS = ("area", "grid", "building")


def make() -> ResponseReturnValue:
    """A token until the end of a day in UTC, for the actions and places chosen; its text is on the answer's page."""
    parts, account = running(), own.mine()
    try:
        made = accounts.make_token(
            parts.store,
            parts.settings,
            account.uid,
            name=page.field("name"),
            actions=_actions(request.form.getlist("action")),
            scope=_scope(request.form.getlist("place")),
            expires_at=_end_of(page.field("until")),
            actor=account.name,
            now=parts.gate.now(),
        )
    except BadInput as error:
        return own.form("tokens", error)
    return own.form("tokens", made=made)


def revoke(uid: str) -> ResponseReturnValue:
    parts, account = running(), own.mine()
    accounts.revoke_token(parts.store, parts.settings, account.uid, uid, actor=account.name, now=parts.gate.now())
    return page.back("accounts.own", "revoked")


def make_screen() -> ResponseReturnValue:
    """This browser becomes a screen: whoever was signed in on it is so no more."""
    parts, account = running(), own.mine()
    try:
        made = accounts.make_screen(
            parts.store, parts.settings, account.uid, name=page.field("name"),
            scope=_scope(request.form.getlist("place")), expires_at=_end_of(page.field("until")), actor=account.name,
            now=parts.gate.now(),
        )  # fmt: skip
    except BadInput as error:
        return own.form("screens", error)
    auth.begin_screen(made.uid, made.expires_at)
    return redirect(url_for("pages.map", wall=1), 303)


def leave_screen() -> ResponseReturnValue:
    """This browser is a screen no more; its key has ended."""
    parts, screen = running(), auth.on_screen()
    if screen is not None:
        accounts.revoke_screen(
            parts.store, parts.settings, screen.uid, actor=screen.actor.name, now=parts.gate.now()
        )
        auth.end()
    return redirect(url_for("accounts.sign_in"), 303)


def revoke_screen(uid: str) -> ResponseReturnValue:
    """The security administrator's way to end anybody's screen. Raises NotFound."""
    parts, account = running(), own.mine()
    accounts.revoke_screen(parts.store, parts.settings, uid, actor=account.name, now=parts.gate.now())
    return page.back("accounts.posts", "screen_ended")


def _actions(names: list[str]) -> list[Action]:
    return [Action(name) for name in names if name in set(Action)]


def _scope(places: list[str]) -> Scope | None:
    """The places that are ticked, "area:0101"; None where none is: all that the account has."""
    named = [(kind, code) for kind, _, code in (place.partition(":") for place in places)]
    if any(kind not in PLACE_KINDS for kind, _ in named):
        raise BadInput("This is no place.", "Choose from the places of your posts.")
    if not named:
        return None
    areas, grids, buildings = (frozenset(code for kind, code in named if kind == one) for one in PLACE_KINDS)
    return Scope(areas=areas, grids=grids, buildings=buildings)


def _end_of(day: str) -> dt.datetime:
    try:
        return dt.datetime.combine(dt.date.fromisoformat(day), dt.time.max, dt.UTC)
    except ValueError:
        raise BadInput("This is no day.", "Choose the last day of the token.") from None
