"""Keys for an account's programs: shown once, stored as a digest, for some actions and places, until a day."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field

from gridmap.config import Settings
from gridmap.domain.access import ALLOWED, WHOLE, Action, Admin, Scope
from gridmap.errors import BadInput, NotFound
from gridmap.services.accounts import record, rules
from gridmap.services.accounts.answers import TokenInfo, scope_as_json, scope_of_json
from gridmap.services.accounts.narrowing import Narrowing
from gridmap.store import accounts, posts
from gridmap.store.accounts import AccountRow, TokenRow
from gridmap.store.engine import Session, Store

PREFIX = "gm_"  # so that a scanner of files knows one when it sees it
LONGEST = dt.timedelta(days=366)
# A program cannot change the account it works for, nor make itself another key.
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
    shown = rules.checked_shown_name(name)
    if not now < expires_at <= now + LONGEST:
        raise BadInput("A token ends within a year.", "Choose a day from tomorrow to a year from now.")
    text = PREFIX + secrets.token_urlsafe(32)
    wanted = frozenset(actions)

    def work(session: Session) -> TokenInfo:
        row = rules.required(session, account_uid, lock=True)
        _require_own(session, row, wanted, scope)
        token = accounts.add_token(
            session,
            account_id=row.id,
            name=shown,
            digest=digest_of(text),
            scope=scope_as_json(wanted, scope),
            created_at=now,
            expires_at=expires_at,
        )
        record.write(
            session, settings, "token.create", token.uid, actor=actor, now=now, entity="api_token",
            account=row.name, name=shown, scope=token.scope, expires_at=expires_at,
        )  # fmt: skip
        return _info(token)

    return MadeToken(store.transact(work), text)


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
            accounts.change_token(session, token_uid, {"revoked_at": now})
            record.write(
                session, settings, "token.revoke", token_uid, actor=actor, now=now, entity="api_token",
                account=row.name, name=token.name,
            )  # fmt: skip

    store.transact(work)


def tokens_of(store: Store, account_uid: str) -> list[TokenInfo]:
    """The account's tokens, newest first. Raises NotFound."""
    with store.read() as session:
        row = rules.required(session, account_uid)
        return [_info(token) for token in accounts.tokens_of(session, row.id)]


def actions_for_token(store: Store, account_uid: str) -> frozenset[Action]:
    """What a token of the account could be for. Raises NotFound."""
    with store.read() as session:
        return _own_actions(session, rules.required(session, account_uid))


def digest_of(text: str) -> bytes:
    """SHA-256: a token has 256 random bits, so it needs no salt and no cost."""
    return hashlib.sha256(text.strip().encode()).digest()


def _require_own(session: Session, row: AccountRow, wanted: frozenset[Action], scope: Scope | None) -> None:
    own = _own_actions(session, row)
    if not wanted or not wanted <= own:
        raise BadInput(
            "A token may do some of what its account may do, and no more.",
            f"Choose from: {', '.join(sorted(own)) or 'nothing yet, the account holds no post'}.",
        )
    if scope is None:
        return
    places = WHOLE if row.admin is not None else Scope()
    for held in () if row.worker_id is None else posts.holdings(session, row.worker_id):
        places |= held.scope
    if not scope or scope.is_whole or Narrowing(session).of(places, scope) != scope:
        raise BadInput("A place of the token is not the account's.", "Choose from the places of its posts.")


def _own_actions(session: Session, row: AccountRow) -> frozenset[Action]:
    if row.admin is not None:
        return ALLOWED[Admin(row.admin)] - NOT_FOR_PROGRAMS
    held = () if row.worker_id is None else posts.holdings(session, row.worker_id)
    return frozenset(action for one in held for action in ALLOWED[one.role]) - NOT_FOR_PROGRAMS


def _info(token: TokenRow) -> TokenInfo:
    actions, scope = scope_of_json(token.scope)
    return TokenInfo(
        token.uid, token.name, actions, scope, token.created_at, token.expires_at, token.used_at, token.revoked_at
    )
