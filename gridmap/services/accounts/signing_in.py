"""Signing in: by password and, where there is one, the second factor."""

from __future__ import annotations

import datetime as dt
from typing import Any

from gridmap.config import Settings
from gridmap.domain.passwords import LONGEST, require_good
from gridmap.errors import BadInput, NeedsCode, NotAllowed, SignInNeeded, SignInRefused
from gridmap.services.accounts import failures, record, rules, second_factor
from gridmap.services.accounts.answers import SignedIn
from gridmap.services.accounts.hashing import HASHING, Hashing
from gridmap.store import accounts
from gridmap.store.accounts import AccountRow
from gridmap.store.engine import Session, Store


def sign_in(
    store: Store,
    settings: Settings,
    name: str,
    password: str,
    code: str | None,
    *,
    now: dt.datetime,
    hashing: Hashing = HASHING,
) -> SignedIn:
    """Let somebody in by name, password and, if the account has a second factor, its code or a recovery code.

    Raises NeedsCode when only the code is missing; SignInRefused for everything else, in the same words after the same
    work whether the account exists or not. Both the failure and the sign-in are entries of the audit.
    """
    name = rules.folded_name(name)[:60]
    with store.read() as session:
        row = accounts.by_name(session, name)
        wait_s = failures.so_far(session, settings, row, name).wait_s(now)
    is_right = wait_s == 0 and hashing.is_right(None if row is None else row.password_hash, password[: LONGEST + 1])
    new_hash = _renewed(row, password, hashing) if is_right and row is not None else None

    def work(session: Session) -> SignedIn | SignInNeeded:
        present = accounts.by_name(session, name, lock=True)
        before = failures.so_far(session, settings, present, name, lock=True)
        if still_s := before.wait_s(now) or wait_s:
            return failures.too_soon(session, settings, present, name, still_s, now=now)
        is_same = row is not None and present is not None and present.password_hash == row.password_hash
        if present is None or not is_right or not is_same or not _may_enter(session, present, now):
            return failures.one_more(session, settings, present, name, before, now=now)
        if present.totp_secret is not None and not (code and code.strip()):
            return NeedsCode("The code of the second factor is missing.", "Type the six digits that your app shows.")
        used = second_factor.used(session, settings, present, code or "", now)
        if used is None:
            return failures.one_more(session, settings, present, name, before, now=now)
        return _entered(session, settings, present, used, new_hash, now)

    outcome = store.transact(work)
    if isinstance(outcome, SignInNeeded):
        raise outcome
    return outcome


def sign_in_to_demo(store: Store, settings: Settings, account_uid: str, *, now: dt.datetime) -> SignedIn:
    """Let a visitor in as one of the demo's accounts, without any password.

    Raises NotAllowed anywhere but in the demo and for accounts that have a password, NotFound.
    """

    def work(session: Session) -> SignedIn:
        row = rules.required(session, account_uid, lock=True)
        if not settings.is_demo or row.password_hash is not None or row.disabled_at is not None:
            raise NotAllowed("Nobody signs in without a password here.", "Only the demo's own accounts have none.")
        return _entered(session, settings, row, second_factor.Used(), None, now)

    return store.transact(work)


def change_password(
    store: Store,
    settings: Settings,
    account_uid: str,
    old: str,
    new: str,
    *,
    now: dt.datetime,
    hashing: Hashing = HASHING,
) -> SignedIn:
    """The owner changes the password: all sessions end, but the answer begins a new one.

    Raises SignInRefused for a wrong old password (it counts as a failed sign-in), BadInput for a new one that is not
    taken, NotFound.
    """
    with store.read() as session:
        row = rules.required(session, account_uid)
    require_good(new, [row.name, row.shown_name])
    if new == old:
        raise BadInput("The new password is the old one.", "Choose another.")
    is_right = hashing.is_right(row.password_hash, old[: LONGEST + 1])
    new_hash = hashing.hash(new) if is_right else None

    def work(session: Session) -> SignedIn | SignInRefused:
        present = rules.required(session, account_uid, lock=True)
        before = failures.so_far(session, settings, present, present.name)
        if wait_s := before.wait_s(now):
            return failures.too_soon(session, settings, present, present.name, wait_s, now=now)
        if new_hash is None or present.password_hash != row.password_hash:
            return failures.one_more(session, settings, present, present.name, before, now=now)
        values = {"password_hash": new_hash, "must_change_password": False, "epoch": present.epoch + 1, "failures": 0}
        accounts.change(session, present.id, values)
        record.write(
            session, settings, "account.change_password", present.uid, actor=present.name, now=now, name=present.name
        )
        return _signed_in(rules.required(session, account_uid))

    outcome = store.transact(work)
    if isinstance(outcome, SignInRefused):
        raise outcome
    return outcome


def end_sessions(store: Store, settings: Settings, account_uid: str, *, actor: str, now: dt.datetime) -> int:
    """All sessions of the account end at their next request -> its new epoch. Raises NotFound."""

    def work(session: Session) -> int:
        row = rules.required(session, account_uid, lock=True)
        accounts.change(session, row.id, {"epoch": row.epoch + 1})
        record.write(session, settings, "account.end_sessions", row.uid, actor=actor, now=now, name=row.name)
        return row.epoch + 1

    return store.transact(work)


def _may_enter(session: Session, row: AccountRow, now: dt.datetime) -> bool:
    return row.disabled_at is None and not rules.is_dormant(session, row, now)


def _entered(
    session: Session,
    settings: Settings,
    row: AccountRow,
    used: second_factor.Used,
    new_hash: str | None,
    now: dt.datetime,
) -> SignedIn:
    values: dict[str, Any] = {"failures": 0, "failed_at": None, "locked_until": None, "signed_in_at": now}
    if used.totp_step is not None:
        values["totp_step"] = used.totp_step
    if new_hash is not None:
        values["password_hash"] = new_hash
    accounts.change(session, row.id, values)
    record.write(
        session, settings, record.SIGNED_IN, row.uid, actor=row.name, now=now, name=row.name, second_factor=used.kind
    )
    return _signed_in(row, used_recovery_code=used.kind == "recovery_code")


def _signed_in(row: AccountRow, *, used_recovery_code: bool = False) -> SignedIn:
    return SignedIn(
        row.uid, row.name, row.epoch, row.must_change_password, rules.must_enrol_totp(row), used_recovery_code
    )


def _renewed(row: AccountRow, password: str, hashing: Hashing) -> str | None:
    """The password's hash at today's cost, where the stored one was made at another."""
    return hashing.hash(password) if row.password_hash and hashing.is_outdated(row.password_hash) else None
