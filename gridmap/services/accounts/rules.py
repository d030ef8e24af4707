"""Names of accounts, and when an account may not sign in."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from gridmap.domain.access import LOCAL, Admin
from gridmap.errors import BadInput, NotAllowed, NotFound
from gridmap.services.accounts.answers import AccountInfo
from gridmap.services.accounts.record import ENABLED, RESERVED
from gridmap.store import accounts, configuration
from gridmap.store.accounts import AccountRow
from gridmap.store.engine import Session

DORMANT_DAYS = 180
SHORTEST_DORMANT = dt.timedelta(days=30)
NAME = re.compile(r"[\w][\w.\-]{1,59}")  # letters of every script, digits, _ . -
LONGEST_SHOWN_NAME = 60


def folded_name(name: str) -> str:
    """A name as accounts are found by it: without width, case and surrounding space."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def checked_name(name: str) -> str:
    """The name folded. Raises BadInput for one that cannot be an account's."""
    folded = folded_name(name)
    if not NAME.fullmatch(folded):
        raise BadInput(
            f"'{name[:60]}' cannot be the name of an account.",
            "Use 2 to 60 letters, digits, and . _ - between them.",
        )
    if folded in RESERVED:
        raise BadInput(f"The name '{folded}' is used by gridmap itself.", "Choose another name.")
    return folded


def checked_shown_name(shown_name: str) -> str:
    """Raises BadInput for an empty or endless name."""
    text = " ".join(shown_name.split())
    if not text or len(text) > LONGEST_SHOWN_NAME or not text.isprintable():
        raise BadInput("The name to show is empty or too long.", f"Use 1 to {LONGEST_SHOWN_NAME} characters.")
    return text


def required(session: Session, uid: str, *, lock: bool = False) -> AccountRow:
    """The account of a uid. Raises NotFound."""
    row = accounts.by_uid(session, uid, lock=lock)
    if row is None:
        raise NotFound("There is no such account.", "Look at the list of accounts.")
    return row


def require_not_an_admins(row: AccountRow, actor: str) -> None:
    """The three administrators watch each other: none changes another's account. Raises NotAllowed."""
    if row.admin is not None and actor != LOCAL.name:
        raise NotAllowed(
            "An administrator's account is not changed by another administrator.",
            "Whoever runs the machine does it: gridmap user --help.",
        )


def is_dormant(session: Session, row: AccountRow, now: dt.datetime) -> bool:
    """Whether nobody signed in for so long that the account is locked; enabling it begins the time anew."""
    idle = now - (row.signed_in_at or row.created_at)
    if idle <= SHORTEST_DORMANT:
        return False
    after = _dormant_after(session)
    if idle <= after:
        return False
    enabled = accounts.entries_of(session, row.uid, [ENABLED])
    return not enabled or now - enabled[0][1] > after


def _dormant_after(session: Session) -> dt.timedelta:
    """As the configuration says; projects from before it said so have half a year."""
    _, content = configuration.current(session)
    return max(SHORTEST_DORMANT, dt.timedelta(days=content.get("accounts", {}).get("dormant_days", DORMANT_DAYS)))


def must_enrol_totp(row: AccountRow) -> bool:
    """Administrators have a second factor, the demo's, who have no password, apart."""
    return row.admin is not None and row.totp_secret is None and row.password_hash is not None


def info(session: Session, row: AccountRow, now: dt.datetime) -> AccountInfo:
    """An account as it is told."""
    return AccountInfo(
        uid=row.uid,
        name=row.name,
        shown_name=row.shown_name,
        admin=None if row.admin is None else Admin(row.admin),
        worker_uid=row.worker_uid,
        worker_name=row.worker_name,
        has_password=row.password_hash is not None,
        has_totp=row.totp_secret is not None,
        must_change_password=row.must_change_password,
        must_enrol_totp=must_enrol_totp(row),
        is_disabled=row.disabled_at is not None,
        is_dormant=is_dormant(session, row, now),
        locked_until=row.locked_until if row.locked_until is not None and row.locked_until > now else None,
        signed_in_at=row.signed_in_at,
        created_at=row.created_at,
    )
