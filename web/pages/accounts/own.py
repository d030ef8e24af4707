"""One's own account: what has to be put in order, password, second factor, tokens, where one is signed in."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gridmap.domain.access import Action
from gridmap.errors import BadInput, GridmapError, NotFound, SignInRefused
from gridmap.services import accounts, posts
from gridmap.services.accounts import AccountInfo, OwnPlace
from web import auth
from web.context import running
from web.pages.accounts import page
from web.pages.accounts.words import ADMIN_DUTIES, ADMIN_NAMES, RIGHT_NAMES, TITLE_NAMES


def _(text: str) -> str:
    """Marks a text of the catalogue: it is translated where it is shown."""
    return text


DONE = {
    "password": _("The password is changed, and every other session of the account has ended."),
    "sessions": _("Every other session of the account has ended."),
    "revoked": _("It is revoked: it opens nothing any more."),
}


def show() -> Response:
    return form()


def change_password() -> ResponseReturnValue:
    """The old password, and the new one twice."""
    parts, account = running(), mine()
    new = request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise BadInput("The two new passwords are not the same.", "Type the new one again.")
        signed = accounts.change_password(
            parts.store, parts.settings, account.uid, request.form.get("old", ""), new, now=parts.gate.now(),
            hashing=parts.gate.hashing,
        )  # fmt: skip
    except (BadInput, SignInRefused) as error:
        return form("password", error)
    auth.begin(signed.account_uid, signed.epoch)
    return page.back("accounts.own", "password")


def end_sessions() -> ResponseReturnValue:
    """Every session ends but this one."""
    parts, account = running(), mine()
    epoch = accounts.end_sessions(parts.store, parts.settings, account.uid, actor=account.name, now=parts.gate.now())
    auth.begin(account.uid, epoch)
    return page.back("accounts.own", "sessions")


def mine() -> AccountInfo:
    """The account of this session. Raises NotFound for whoever uses a project without accounts, and for programs."""
    asker = auth.signed_in()
    if asker is None or asker.account is None:
        raise NotFound("There is no account here: nobody is signed in.", "Sign in first.")
    return asker.account


def form(about: str = "", error: GridmapError | None = None, **values: Any) -> Response:
    """The page; `about` names the part that an error, or something shown once, is about."""
    parts, account = running(), mine()
    possible, places = _for_tokens(account), _places(account)
    keys = accounts.tokens_of(parts.store, account.uid)
    said = None if error is None else page.said(error)
    if isinstance(error, SignInRefused):
        said = {"text": gettext(_("The password is not right.")), "hint": page.said(error)["hint"]}
    return page.show(
        "own.html",
        here="own",
        status=200 if error is None else 422,
        account=account,
        owes=auth.signed_in().owes,  # type: ignore[union-attr]
        is_demo=not account.has_password,
        done=DONE.get(request.args.get("done", ""), ""),
        about=about,
        error=said,
        codes_left=accounts.recovery_codes_left(parts.store, account.uid) if account.has_totp else 0,
        tokens=[key for key in keys if not key.is_screen],
        screens=[key for key in keys if key.is_screen],
        token_actions=[(action, RIGHT_NAMES[action]) for action in possible],
        may_have_screens=accounts.ON_A_SCREEN.issubset(possible),
        places=places,
        place_names={place.code: place.name for place in places},
        given=request.form,
        posts=[] if account.worker_uid is None else posts.list_posts(parts.store, worker_uid=account.worker_uid),
        now=parts.gate.now(),
        rights=RIGHT_NAMES,
        titles=TITLE_NAMES,
        admins=ADMIN_NAMES,
        duties=ADMIN_DUTIES,
        **values,
    )


def _places(account: AccountInfo) -> list[OwnPlace]:
    """What a token or a screen may be narrowed to."""
    parts = running()
    return accounts.own_places(parts.store, account.uid, now=parts.gate.now())


def _for_tokens(account: AccountInfo) -> list[Action]:
    possible = accounts.actions_for_token(running().store, account.uid)
    return [action for action in Action if action in possible and action in RIGHT_NAMES]
