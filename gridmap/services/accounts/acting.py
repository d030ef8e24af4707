"""Who asks: the actor of a session, or of a token."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass, replace

from gridmap.domain.access import Actor, Admin
from gridmap.errors import StoreBusy
from gridmap.services.accounts import rules
from gridmap.services.accounts.answers import AccountInfo, scope_of_json
from gridmap.services.accounts.narrowing import Narrowing
from gridmap.services.accounts.tokens import digest_of, is_screen
from gridmap.store import accounts, posts
from gridmap.store.accounts import AccountRow, TokenRow
from gridmap.store.engine import Session, Store

USE_NOTED_EVERY = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Present:
    """Who is signed in: what they may do, and what the page says of them."""

    actor: Actor
    account: AccountInfo


@dataclass(frozen=True, slots=True)
class Shown:
    """A screen on a wall: what it may see, and what it is called."""

    actor: Actor
    uid: str
    name: str


def read_present(session: Session, account_uid: str, now: dt.datetime) -> Present | None:
    """An account as it is now; None where there is none."""
    row = accounts.by_uid(session, account_uid)
    return None if row is None else Present(_actor(session, row), rules.info(session, row, now))


def actor_of_token(store: Store, text: str, *, now: dt.datetime) -> Actor | None:
    """Who a program works for, with no more than its token leaves; None when token or account are no longer good.

    The token's last use is noted to ten minutes; that note is no change of the district and has no audit entry.
    """
    with store.read() as session:
        token = accounts.token_by_digest(session, digest_of(text))
        found = None if token is None or is_screen(token) else _of_token(session, token, now)
    return _noted(store, token, found, now)


def screen(store: Store, token_uid: str, *, now: dt.datetime) -> Shown | None:
    """What a browser shows that is a screen on a wall; None when the screen has ended or its account is disabled."""
    with store.read() as session:
        token = accounts.token_by_uid(session, token_uid)
        found = None if token is None or not is_screen(token) else _of_token(session, token, now)
    actor = _noted(store, token, found, now)
    return None if token is None or actor is None else Shown(actor, token.uid, token.name)


def _of_token(session: Session, token: TokenRow, now: dt.datetime) -> Actor | None:
    """What a token leaves of what its account may do now."""
    if token.revoked_at is not None or token.expires_at <= now:
        return None
    row = accounts.by_id(session, token.account_id)
    if row is None or row.disabled_at is not None or rules.is_dormant(session, row, now):
        return None
    actions, scope = scope_of_json(token.scope)
    found = replace(_actor(session, row), actions=actions)
    if scope is None:
        return found
    narrowing = Narrowing(session)
    narrowed = (replace(held, scope=narrowing.of(held.scope, scope)) for held in found.holdings)
    return replace(found, holdings=tuple(held for held in narrowed if held.scope))


def _noted(store: Store, token: TokenRow | None, found: Actor | None, now: dt.datetime) -> Actor | None:
    if token is None or found is None:
        return None
    if token.used_at is None or now - token.used_at >= USE_NOTED_EVERY:
        with suppress(StoreBusy):  # the answer matters more than the note
            _note_use(store, token.uid, now)
    return found


def _actor(session: Session, row: AccountRow) -> Actor:
    if row.admin is not None:
        return Actor(row.name, admin=Admin(row.admin))
    return Actor(row.name, holdings=() if row.worker_id is None else posts.holdings(session, row.worker_id))


def _note_use(store: Store, token_uid: str, now: dt.datetime) -> None:
    with store.write() as session:
        accounts.change_token(session, token_uid, {"used_at": now})
