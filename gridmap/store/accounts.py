"""Accounts with their recovery codes and tokens: plain rows, no rule of who may sign in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store import ids
from gridmap.store.audit import Head
from gridmap.store.tables import Account, ApiToken, Audit, AuditHead, RecoveryCode, Worker


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account. `worker_uid` and `worker_name` are those of the person whose posts it has."""

    id: int
    uid: str
    name: str
    shown_name: str
    admin: str | None
    worker_id: int | None
    password_hash: str | None
    must_change_password: bool
    totp_secret: bytes | None
    totp_step: int | None
    epoch: int
    failures: int
    failed_at: dt.datetime | None
    locked_until: dt.datetime | None
    disabled_at: dt.datetime | None
    signed_in_at: dt.datetime | None
    created_at: dt.datetime
    worker_uid: str | None = None
    worker_name: str | None = None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A key of an account's programs; never its text."""

    uid: str
    account_id: int
    name: str
    scope: dict[str, Any]
    created_at: dt.datetime
    expires_at: dt.datetime
    used_at: dt.datetime | None
    revoked_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a session depends on, and how far the audit has come: its newest entry, its newest change of data."""

    epoch: int
    is_disabled: bool
    head: Head
    change: Head


_OWN = [Account.__table__.c[field.name] for field in fields(AccountRow)[:-2]]
_TOKEN = [ApiToken.__table__.c[field.name] for field in fields(TokenRow)]


_STANDINGS = (  # asked with every request: made once
    sa.select(
        Account.uid,
        Account.epoch,
        Account.disabled_at,
        AuditHead.seq,
        AuditHead.hash,
        AuditHead.change_seq,
        AuditHead.change_hash,
    )
    .join(AuditHead, AuditHead.id == 1)
    .where(Account.uid.in_(sa.bindparam("uids", expanding=True)))
)


def standings(session: Session, uids: Collection[str]) -> dict[str, Standing]:
    """What the sessions of accounts depend on, by account; without those that do not exist."""
    return {
        uid: Standing(epoch, disabled_at is not None, (seq, bytes(entry_hash)), (change_seq, bytes(change_hash)))
        for uid, epoch, disabled_at, seq, entry_hash, change_seq, change_hash in session.execute(
            _STANDINGS, {"uids": list(uids)}
        )
    }


def any_exist(session: Session) -> bool:
    """Whether there is an account."""
    return session.execute(sa.select(Account.id).limit(1)).first() is not None


def lock(session: Session) -> None:
    """Let who makes accounts do so one after the other (SQLite has one writer anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE"))


def lock_name(session: Session, uid: str) -> None:
    """Let tries on a name that no account has be counted one after the other, as an account's row makes them."""
    if session.get_bind().dialect.name == "postgresql":
        key = int(uid.replace("-", "")[:15], 16)
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def all_rows(session: Session) -> list[AccountRow]:
    """Every account, administrators first, then by name."""
    rows = [AccountRow(*row) for row in session.execute(_select())]
    return sorted(rows, key=lambda row: (row.admin is None, row.name))


def by_name(session: Session, name: str, *, lock: bool = False) -> AccountRow | None:
    """The account of a name (in lower case). `lock` keeps the row from other writers until the commit."""
    return _one(session, Account.name == name, lock=lock)


def by_uid(session: Session, uid: str, *, lock: bool = False) -> AccountRow | None:
    """The account of a uid, as `by_name`."""
    return _one(session, Account.uid == uid, lock=lock)


def by_id(session: Session, account_id: int) -> AccountRow | None:
    """The account of a key inside."""
    return _one(session, Account.id == account_id, lock=False)


def admins(session: Session) -> set[str]:
    """The kinds of administrators that an account that is not disabled has."""
    return set(
        session.scalars(
            sa.select(Account.admin).where(Account.admin.is_not(None), Account.disabled_at.is_(None)).distinct()
        )
    )


def add(session: Session, **values: Any) -> AccountRow:
    """Store an account. Raises Conflict (by the store) for a name or a worker that has one."""
    account = Account(uid=ids.new_uid(), **values)
    session.add(account)
    session.flush()
    found = by_uid(session, account.uid)
    assert found is not None  # noqa: S101 - written a line above
    return found


def change(session: Session, account_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of one account."""
    session.execute(sa.update(Account).where(Account.id == account_id).values(**values))


def replace_recovery_codes(session: Session, account_id: int, digests: Collection[bytes]) -> None:
    """These codes, unused, instead of all there were."""
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    if digests:
        session.execute(
            sa.insert(RecoveryCode), [{"account_id": account_id, "digest": digest} for digest in digests]
        )


def use_recovery_code(session: Session, account_id: int, digest: bytes, at: dt.datetime) -> bool:
    """Mark a code as used; False when the account has no such code, or it was used before."""
    found = sa.update(RecoveryCode).where(
        RecoveryCode.account_id == account_id, RecoveryCode.digest == digest, RecoveryCode.used_at.is_(None)
    )
    used: Any = session.execute(found.values(used_at=at))
    return bool(used.rowcount == 1)


def recovery_codes_left(session: Session, account_id: int) -> int:
    """How many of the account's codes are unused."""
    found = sa.select(sa.func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return int(session.scalar(found) or 0)


def add_token(session: Session, **values: Any) -> TokenRow:
    """Store a token's digest and what it may."""
    token = ApiToken(uid=ids.new_uid(), **values)
    session.add(token)
    session.flush()
    return TokenRow(**{field.name: getattr(token, field.name) for field in fields(TokenRow)})


def token_by_digest(session: Session, digest: bytes) -> TokenRow | None:
    """The token whose text has this SHA-256."""
    row = session.execute(sa.select(*_TOKEN).where(ApiToken.digest == digest)).one_or_none()
    return None if row is None else TokenRow(*row)


def token_by_uid(session: Session, uid: str) -> TokenRow | None:
    """The token of a uid."""
    row = session.execute(sa.select(*_TOKEN).where(ApiToken.uid == uid)).one_or_none()
    return None if row is None else TokenRow(*row)


def living_tokens(session: Session, now: dt.datetime) -> list[TokenRow]:
    """The tokens of all accounts that have neither ended nor been revoked, newest first."""
    living = (ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
    return [TokenRow(*row) for row in session.execute(sa.select(*_TOKEN).where(*living).order_by(ApiToken.id.desc()))]


def tokens_of(session: Session, account_id: int) -> list[TokenRow]:
    """The account's tokens, newest first, those that ended included."""
    rows = session.execute(sa.select(*_TOKEN).where(ApiToken.account_id == account_id).order_by(ApiToken.id.desc()))
    return [TokenRow(*row) for row in rows]


def change_token(session: Session, uid: str, values: Mapping[str, Any]) -> None:
    """Set columns of one token."""
    session.execute(sa.update(ApiToken).where(ApiToken.uid == uid).values(**values))


def entries_of(
    session: Session, uid: str, actions: Collection[str], *, limit: int = 1
) -> list[tuple[str, dt.datetime]]:
    """The newest audit entries of these actions about one account: (action, at), newest first."""
    found = (
        sa.select(Audit.action, Audit.at)
        .where(Audit.entity_uid == uid, Audit.action.in_(actions))
        .order_by(Audit.seq.desc())
        .limit(limit)
    )
    return [(action, at) for action, at in session.execute(found)]


def _select() -> sa.Select[Any]:
    return sa.select(*_OWN, Worker.uid, Worker.name).outerjoin(Worker, Worker.id == Account.worker_id)


def _one(session: Session, condition: sa.ColumnElement[bool], *, lock: bool) -> AccountRow | None:
    found = _select().where(condition)
    if lock:
        found = found.with_for_update(of=Account)
    row = session.execute(found).one_or_none()
    return None if row is None else AccountRow(*row)
