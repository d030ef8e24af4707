"""Accounts from a list, whose first passwords are shown once; and the list of people without one to fill in."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from gridmap.errors import BadInput, Conflict
from gridmap.services import accounts
from gridmap.services.accounts import AccountsRefused
from web import i18n
from web.access import actor
from web.context import running
from web.pages.accounts import given_list
from web.pages.accounts.people import listed

LIMIT_BYTES = given_list.LIMIT_BYTES


def take() -> ResponseReturnValue:
    """A list from an XLSX or CSV, all rows or none. Only the page that answers tells the passwords."""
    parts = running()
    try:
        done = given_list.read(
            lambda path: accounts.import_accounts(
                parts.store, parts.settings, path, actor=actor().name, now=parts.gate.now(), hashing=parts.gate.hashing
            )
        )
    except AccountsRefused as refused:
        return listed(bad=refused)
    except (BadInput, Conflict) as error:
        return listed(error)
    return listed(imported=done)


def template() -> Response:
    """Everybody who holds posts and has no account."""
    parts = running()
    language = "en" if i18n.language() == "en" else "zh"
    return given_list.sent(
        "gridmap-accounts.xlsx", lambda path: accounts.write_template(parts.store, path, language)
    )
