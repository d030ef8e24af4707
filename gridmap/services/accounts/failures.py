"""How often a name failed, whether an account has it or not: the same waiting for both, by the same rule."""

from __future__ import annotations

import datetime as dt

from gridmap.config import Settings
from gridmap.domain.attempts import LOCKED_AFTER, LOCKED_FOR, Attempts
from gridmap.errors import SignInRefused
from gridmap.services.accounts import record
from gridmap.store import accounts
from gridmap.store.accounts import AccountRow
from gridmap.store.engine import Session

TOLD_IN_A_WAIT = 20


def so_far(
    session: Session, settings: Settings, row: AccountRow | None, name: str, *, lock: bool = False
) -> Attempts:
    """The failures of an account, or of a name that none has: those are counted in the audit.

    `lock`: to count one more; the account's row must be locked already.
    """
    if row is not None:
        return Attempts(row.failures, row.failed_at, row.locked_until)
    uid = record.uid_of_unknown(settings, name)
    if lock:
        accounts.lock_name(session, uid)
    newest = accounts.entries_of(session, uid, [record.REFUSED, record.LOCKED], limit=LOCKED_AFTER)
    counted = Attempts()
    for action, at in reversed(newest):
        counted = Attempts(0, at, at + LOCKED_FOR) if action == record.LOCKED else counted.after_failure(at)
    return counted


def too_soon(
    session: Session, settings: Settings, row: AccountRow | None, name: str, wait_s: int, *, now: dt.datetime
) -> SignInRefused:
    """A try that was not looked at: its entry, and the refusal.

    Of the tries within one wait so many are told; a program that tries on without end shall not fill the disk.
    """
    uid = record.uid_of_unknown(settings, name) if row is None else row.uid
    newest = accounts.entries_of(session, uid, [record.REFUSED, record.LOCKED, record.WAITED], limit=TOLD_IN_A_WAIT)
    if len(newest) < TOLD_IN_A_WAIT or any(action != record.WAITED for action, _ in newest):
        record.write(session, settings, record.WAITED, uid, actor=record.NOBODY, now=now, name=name)
    return refusal(wait_s)


def one_more(
    session: Session, settings: Settings, row: AccountRow | None, name: str, before: Attempts, *, now: dt.datetime
) -> SignInRefused:
    """Count a failure with its entry; the refusal to raise after the commit."""
    after = before.after_failure(now)
    if row is not None:
        accounts.change(
            session,
            row.id,
            {"failures": after.failures, "failed_at": after.failed_at, "locked_until": after.locked_until},
        )
    uid = record.uid_of_unknown(settings, name) if row is None else row.uid
    action = record.REFUSED if after.locked_until is None else record.LOCKED
    record.write(session, settings, action, uid, actor=record.NOBODY, now=now, name=name)
    return refusal(after.wait_s(now))


def refusal(wait_s: int) -> SignInRefused:
    """The one answer to whoever does not get in."""
    return SignInRefused(
        "The name, the password or the code is not right, or the account is locked.",
        f"Try again in {wait_s} s." if wait_s else "Try again, or ask the system administrator.",
        details={"wait_s": wait_s},
    )
