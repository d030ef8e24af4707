"""Tokens for an account's programs: made and shown once, revoked."""

from __future__ import annotations

import datetime as dt

from flask import request
from flask.typing import ResponseReturnValue

from gridmap.domain.access import Action
from gridmap.errors import BadInput
from gridmap.services import accounts
from web.context import running
from web.pages.accounts import own, page


def make() -> ResponseReturnValue:
    """A token until the end of a day in UTC, for the actions chosen; its text is on the page that answers."""
    parts, account = running(), own.mine()
    try:
        made = accounts.make_token(
            parts.store,
            parts.settings,
            account.uid,
            name=page.field("name"),
            actions=_actions(request.form.getlist("action")),
            scope=None,
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


def _actions(names: list[str]) -> list[Action]:
    return [Action(name) for name in names if name in set(Action)]


def _end_of(day: str) -> dt.datetime:
    try:
        return dt.datetime.combine(dt.date.fromisoformat(day), dt.time.max, dt.UTC)
    except ValueError:
        raise BadInput("This is no day.", "Choose the last day of the token.") from None
