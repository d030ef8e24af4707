"""The second factor: codes of an authenticator app, and recovery codes for the day the telephone is lost."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from gridmap.config import Settings
from gridmap.domain import totp
from gridmap.errors import BadInput, NotAllowed
from gridmap.services.accounts import failures, record, rules
from gridmap.services.accounts.answers import Enrolment
from gridmap.services.accounts.hashing import HASHING, Hashing
from gridmap.services.sealing import seal, seal_carried, unseal_carried, unseal_stored
from gridmap.store import accounts, project
from gridmap.store.accounts import AccountRow
from gridmap.store.engine import Session, Store

RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 80 bits: nobody tries them all, so a plain digest is enough
ENROL_WITHIN_S = 900
ISSUER = "gridmap"


@dataclass(frozen=True, slots=True)
class Used:
    """What served as the second factor; `totp_step` is then never accepted again."""

    kind: str = "none"
    totp_step: int | None = None


def used(session: Session, settings: Settings, row: AccountRow, code: str, now: dt.datetime) -> Used | None:
    """What the code is of this account; None when it is nothing. A recovery code is spent by this."""
    if row.totp_secret is None:
        return Used()
    bare = "".join(code.split())
    if bare.isdecimal():
        secret = unseal_stored(settings, row.totp_secret)
        step = totp.accepted_step(secret, bare, now, last_step=row.totp_step)
        return None if step is None else Used("totp", step)
    is_spent_now = accounts.use_recovery_code(session, row.id, _digest(code), now)
    return Used("recovery_code") if is_spent_now else None


def enrol_totp(
    store: Store,
    settings: Settings,
    account_uid: str,
    *,
    now: dt.datetime,
    password: str | None = None,
    hashing: Hashing = HASHING,
) -> Enrolment:
    """A new secret for the app; it counts from the first code given to `confirm_totp` within a quarter of an hour.

    An account that has a second factor gets another only with its password. Raises SignInRefused, NotFound.
    """
    with store.read() as session:
        row = rules.required(session, account_uid)
        project_name = _issuer(session)
    if row.totp_secret is not None:
        _require_password(store, settings, row, password or "", hashing, now)
    secret = secrets.token_bytes(totp.SECRET_BYTES)
    sealed = seal_carried(settings, row.uid.encode() + b" " + secret, now)
    return Enrolment(totp.as_text(secret), totp.address(secret, account=row.name, issuer=project_name), sealed)


def confirm_totp(
    store: Store, settings: Settings, account_uid: str, sealed: str, code: str, *, now: dt.datetime
) -> list[str]:
    """Take the enrolled secret into use -> ten recovery codes, shown this once.

    Raises BadInput for a wrong code or an enrolment that is too old, NotFound.
    """
    plain = unseal_carried(settings, sealed, now, not_older_s=ENROL_WITHIN_S)
    if plain is None or not plain.startswith(account_uid.encode() + b" "):
        raise BadInput("This enrolment is too old, or another account's.", "Begin again.")
    secret = plain[len(account_uid) + 1 :]
    step = totp.accepted_step(secret, code, now)
    if step is None:
        raise BadInput("The code is not right.", "Type the digits shown now; check the clocks of both machines.")
    codes = _fresh_codes()

    def work(session: Session) -> None:
        row = rules.required(session, account_uid, lock=True)
        accounts.change(session, row.id, {"totp_secret": seal(settings, secret), "totp_step": step})
        accounts.replace_recovery_codes(session, row.id, [_digest(one) for one in codes])
        record.write(session, settings, "account.enrol_totp", row.uid, actor=row.name, now=now, name=row.name)

    store.transact(work)
    return codes


def new_recovery_codes(
    store: Store,
    settings: Settings,
    account_uid: str,
    password: str,
    *,
    now: dt.datetime,
    hashing: Hashing = HASHING,
) -> list[str]:
    """Ten new codes instead of the old ones, shown this once. Raises SignInRefused, NotAllowed, NotFound."""
    with store.read() as session:
        row = rules.required(session, account_uid)
    if row.totp_secret is None:
        raise NotAllowed("The account has no second factor yet.", "Set it up first; it comes with recovery codes.")
    _require_password(store, settings, row, password, hashing, now)
    codes = _fresh_codes()

    def work(session: Session) -> None:
        accounts.replace_recovery_codes(session, row.id, [_digest(one) for one in codes])
        record.write(session, settings, "account.new_recovery_codes", row.uid, actor=row.name, now=now, name=row.name)

    store.transact(work)
    return codes


def drop_totp(
    store: Store,
    settings: Settings,
    account_uid: str,
    password: str,
    *,
    now: dt.datetime,
    hashing: Hashing = HASHING,
) -> None:
    """The owner gives the second factor up. Raises NotAllowed for an administrator, SignInRefused, NotFound."""
    with store.read() as session:
        row = rules.required(session, account_uid)
    if row.admin is not None:
        raise NotAllowed("An administrator has a second factor.", "Enrol another telephone instead.")
    _require_password(store, settings, row, password, hashing, now)

    def work(session: Session) -> None:
        accounts.change(session, row.id, {"totp_secret": None, "totp_step": None})
        accounts.replace_recovery_codes(session, row.id, [])
        record.write(session, settings, "account.drop_totp", row.uid, actor=row.name, now=now, name=row.name)

    store.transact(work)


def recovery_codes_left(store: Store, account_uid: str) -> int:
    """How many recovery codes are unused. Raises NotFound."""
    with store.read() as session:
        return accounts.recovery_codes_left(session, rules.required(session, account_uid).id)


def _require_password(
    store: Store, settings: Settings, row: AccountRow, password: str, hashing: Hashing, now: dt.datetime
) -> None:
    """Whoever sits at an open session must know the password; a wrong one counts as a failed sign-in."""
    is_right = hashing.is_right(row.password_hash, password)

    def work(session: Session) -> Exception | None:
        present = rules.required(session, row.uid, lock=True)
        before = failures.so_far(session, settings, present, present.name)
        if wait_s := before.wait_s(now):
            return failures.too_soon(session, settings, present, present.name, wait_s, now=now)
        return None if is_right else failures.one_more(session, settings, present, present.name, before, now=now)

    refused = store.transact(work)
    if refused is not None:
        raise refused


def _issuer(session: Session) -> str:
    found = project.get(session)
    return f"{ISSUER} {found.name}" if found is not None and found.name else ISSUER


def _fresh_codes() -> list[str]:
    return [_written(secrets.token_bytes(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]


def _written(raw: bytes) -> str:
    text = base64.b32encode(raw).decode("ascii").lower()
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def _digest(code: str) -> bytes:
    """SHA-256 of a recovery code as it is typed: case, spaces and hyphens do not count."""
    bare = "".join(character for character in code.casefold() if character.isalnum())
    return hashlib.sha256(bare.encode()).digest()
