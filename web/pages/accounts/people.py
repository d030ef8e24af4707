"""The accounts, for the system administrator: who has one, new ones, ended ones, forgotten passwords."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from gridmap.errors import BadInput, Conflict, GridmapError, NotAllowed, NotFound
from gridmap.services import accounts, posts
from gridmap.services.accounts import AccountInfo, AccountsRefused, NewAccount
from web.access import actor
from web.context import running
from web.pages.accounts import page
from web.pages.accounts.words import ADMIN_NAMES

AT_MOST = 300
STATES = ("all", "active", "off")


def _(text: str) -> str:
    """Marks a text of the catalogue: it is translated where it is shown."""
    return text


DONE = {
    "disabled": _("The account is disabled; its sessions and tokens have ended."),
    "enabled": _("The account may sign in again."),
}


def show() -> Response:
    return listed()


def add() -> ResponseReturnValue:
    """An account with a password of our making, which its owner changes at the first sign-in."""
    parts, password = running(), accounts.first_password()
    new = NewAccount(page.field("name"), page.field("shown_name"), password, worker_uid=page.field("worker") or None)
    try:
        made = accounts.create(
            parts.store, parts.settings, new, actor=actor().name, now=parts.gate.now(), hashing=parts.gate.hashing
        )
    except (BadInput, Conflict, NotFound, NotAllowed) as error:
        return listed(error)
    return listed(made=made, password=password)


def disable(uid: str) -> ResponseReturnValue:
    return _changed(accounts.disable, uid, "disabled")


def enable(uid: str) -> ResponseReturnValue:
    return _changed(accounts.enable, uid, "enabled")


def reset_password(uid: str) -> ResponseReturnValue:
    """A password of our making; with `factor` a lost telephone is forgotten, too."""
    parts, password = running(), accounts.first_password()
    try:
        made = accounts.reset_password(
            parts.store, parts.settings, uid, password, actor=actor().name, now=parts.gate.now(),
            without_second_factor="factor" in request.form, hashing=parts.gate.hashing,
        )  # fmt: skip
    except (BadInput, NotAllowed) as error:
        return listed(error)
    return listed(made=made, password=password)


def _changed(change: Callable[..., AccountInfo], uid: str, done: str) -> ResponseReturnValue:
    parts = running()
    try:
        change(parts.store, parts.settings, uid, actor=actor().name, now=parts.gate.now())
    except NotAllowed as error:
        return listed(error)
    return page.back("accounts.people", done)


def listed(error: GridmapError | None = None, *, bad: AccountsRefused | None = None, **values: Any) -> Response:
    """The page, with what was wrong with a form or a list; `made` and `imported` bring passwords, shown this once."""
    parts = running()
    everybody = accounts.list_accounts(parts.store, now=parts.gate.now())
    wanted, state = request.args.get("q", "").strip().casefold(), request.args.get("state", "all")
    found = [one for one in everybody if _fits(one, wanted, state)]
    return page.show(
        "people.html",
        here="people",
        status=200 if error is None and bad is None else 422,
        accounts=found[:AT_MOST],
        found=len(found),
        total=len(everybody),
        wanted=request.args.get("q", "").strip(),
        state=state if state in STATES else "all",
        workers=[worker for worker in posts.list_people(parts.store) if worker.account is None],
        admins=ADMIN_NAMES,
        given={} if "made" in values else request.form,
        error=None if error is None else page.said(error),
        bad=page.bad_rows(bad),
        done=DONE.get(request.args.get("done", ""), ""),
        **values,
    )


def _fits(one: AccountInfo, wanted: str, state: str) -> bool:
    is_off = one.is_disabled or one.is_dormant or one.locked_until is not None
    is_named = wanted in one.name or wanted in one.shown_name.casefold()
    return is_named and (state not in {"active", "off"} or is_off == (state == "off"))
