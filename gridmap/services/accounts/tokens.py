"""Keys for an account's programs: shown once, stored as a digest, for some actions and places, until a day.

A screen on a wall is a key, too, that nobody ever reads: it lies in the session of the browser that shows the screen,
and sees figures alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field

from gridmap.config import Settings
from gridmap.domain.access import ALLOWED, Action, Admin, Scope
from gridmap.errors import BadInput, NotFound
from gridmap.services.accounts import record, rules
from gridmap.services.accounts.answers import TokenInfo, scope_as_json, scope_of_json
from gridmap.services.accounts.narrowing import Narrowing
from gridmap.services.accounts.own_places import held_places
from gridmap.store import accounts, posts
from gridmap.store.accounts import AccountRow, TokenRow
from gridmap.store.engine import Session, Store

PREFIX = "gm_"  # so that a scanner of files knows one when it sees it
LONGEST = dt.timedelta(days=366)
# A program cannot change the account it works for, nor make itself another key.
ON_A_SCREEN = frozenset({Action.SEE_MAP})
NOT_FOR_PROGRAMS = frozenset({Action.USE_OWN_ACCOUNT, Action.REVEAL, Action.MANAGE_ACCOUNTS, Action.MANAGE_POSTS})


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token; its text is shown this once and stored nowhere."""

    info: TokenInfo
    text: str = field(repr=False)


def make_token(
    store: Store,
    settings: Settings,
    account_uid: str,
    *,
    name: str,
    actions: Collection[Action],
    scope: Scope | None,
    expires_at: dt.datetime,
    actor: str,
    now: dt.datetime,
) -> MadeToken:
    """Make a token that may do these actions of the account's, in these of its places (None: in all).

    Raises BadInput for an action or place that is not the account's, or an end beyond a year; NotFound.
    """
    text = PREFIX + secrets.token_urlsafe(32)
    wish = _Wish(name, frozenset(actions), scope, expires_at)
    return MadeToken(_make(store, settings, account_uid, wish, text, actor=actor, now=now), text)


def make_screen(
    store: Store,
    settings: Settings,
    account_uid: str,
    *,
    name: str,
    scope: Scope | None,
    expires_at: dt.datetime,
    actor: str,
    now: dt.datetime,
) -> TokenInfo:
    """Make a screen that sees the figures of these of the account's places (None: of all). Whoever has its uid in a
    signed session is the screen; no text opens it. Raises as `make_token`.
    """
    wish = _Wish(name, ON_A_SCREEN, scope, expires_at, is_screen=True)
    return _make(store, settings, account_uid, wish, secrets.token_urlsafe(32), actor=actor, now=now)


def revoke_token(
    store: Store, settings: Settings, account_uid: str, token_uid: str, *, actor: str, now: dt.datetime
) -> None:
    """End one of the account's tokens now. Raises NotFound."""

    def work(session: Session) -> None:
        row = rules.required(session, account_uid)
        token = next((one for one in accounts.tokens_of(session, row.id) if one.uid == token_uid), None)
        if token is None:
            raise NotFound("The account has no such token.", "Look at the list of its tokens.")
        if token.revoked_at is None:
            _revoke(session, settings, token, row.name, actor, now)

    store.transact(work)


def revoke_screen(store: Store, settings: Settings, token_uid: str, *, actor: str, now: dt.datetime) -> None:
    """End a screen now, whosever it is. Raises NotFound."""

    def work(session: Session) -> None:
        token = accounts.token_by_uid(session, token_uid)
        row = None if token is None else accounts.by_id(session, token.account_id)
        if token is None or row is None or not is_screen(token):
            raise NotFound("There is no such screen.", "Look at the list of screens.")
        if token.revoked_at is None:
            _revoke(session, settings, token, row.name, actor, now)

    store.transact(work)


def tokens_of(store: Store, account_uid: str) -> list[TokenInfo]:
    """The account's tokens and screens, newest first. Raises NotFound."""
    with store.read() as session:
        row = rules.required(session, account_uid)
        return [_info(token, row.shown_name) for token in accounts.tokens_of(session, row.id)]


def screens(store: Store, *, now: dt.datetime) -> list[TokenInfo]:
    """The screens of all accounts that have not ended, newest first."""
    with store.read() as session:
        owners = {row.id: row.shown_name for row in accounts.all_rows(session)}
        rows = accounts.living_tokens(session, now)
        return [_info(token, owners[token.account_id]) for token in rows if is_screen(token)]


def actions_for_token(store: Store, account_uid: str) -> frozenset[Action]:
    """What a token of the account could be for. Raises NotFound."""
    with store.read() as session:
        return _own_actions(session, rules.required(session, account_uid))


def is_screen(token: TokenRow) -> bool:
    """Whether it is a screen on a wall, and no program's."""
    return bool(token.scope.get("screen"))


def digest_of(text: str) -> bytes:
    """SHA-256: a token has 256 random bits, so it needs no salt and no cost."""
    return hashlib.sha256(text.strip().encode()).digest()


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be made."""

    name: str
    actions: frozenset[Action]
    scope: Scope | None
    expires_at: dt.datetime
    is_screen: bool = False


def _make(
    store: Store, settings: Settings, account_uid: str, wish: _Wish, text: str, *, actor: str, now: dt.datetime
) -> TokenInfo:
    shown = rules.checked_shown_name(wish.name)
    if not now < wish.expires_at <= now + LONGEST:
        raise BadInput("A token ends within a year.", "Choose a day from tomorrow to a year from now.")

    def work(session: Session) -> TokenInfo:
        row = rules.required(session, account_uid, lock=True)
        _require_own(session, row, wish.actions, wish.scope)
        token = accounts.add_token(
            session,
            account_id=row.id,
            name=shown,
            digest=digest_of(text),
            scope=scope_as_json(wish.actions, wish.scope, is_screen=wish.is_screen),
            created_at=now,
            expires_at=wish.expires_at,
        )
        record.write(
            session, settings, f"{_entity(token)}.create", token.uid, actor=actor, now=now, entity="api_token",
            account=row.name, name=shown, scope=token.scope, expires_at=wish.expires_at,
        )  # fmt: skip
        return _info(token, row.shown_name)

    return store.transact(work)


def _revoke(
    session: Session, settings: Settings, token: TokenRow, account: str, actor: str, now: dt.datetime
) -> None:
    accounts.change_token(session, token.uid, {"revoked_at": now})
    record.write(
        session, settings, f"{_entity(token)}.revoke", token.uid, actor=actor, now=now, entity="api_token",
        account=account, name=token.name,
    )  # fmt: skip


def _entity(token: TokenRow) -> str:
    return "screen" if is_screen(token) else "token"


def _require_own(session: Session, row: AccountRow, wanted: frozenset[Action], scope: Scope | None) -> None:
    own = _own_actions(session, row)
    if not wanted or not wanted <= own:
        raise BadInput(
            "A token may do some of what its account may do, and no more.",
            f"Choose from: {', '.join(sorted(own)) or 'nothing yet, the account holds no post'}.",
        )
    if scope is None:
        return
    if not scope or scope.is_whole or Narrowing(session).of(held_places(session, row), scope) != scope:
        raise BadInput("A place of the token is not the account's.", "Choose from the places of its posts.")


def _own_actions(session: Session, row: AccountRow) -> frozenset[Action]:
    if row.admin is not None:
        return ALLOWED[Admin(row.admin)] - NOT_FOR_PROGRAMS
    held = () if row.worker_id is None else posts.holdings(session, row.worker_id)
    return frozenset(action for one in held for action in ALLOWED[one.role]) - NOT_FOR_PROGRAMS


def _info(token: TokenRow, owner: str) -> TokenInfo:
    actions, scope = scope_of_json(token.scope)
    return TokenInfo(
        token.uid, token.name, actions, scope, token.created_at, token.expires_at, token.used_at, token.revoked_at,
        is_screen(token), owner,
    )  # fmt: skip
