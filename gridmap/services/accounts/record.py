"""The entries of the audit about accounts. No entry holds a password, a code, a secret or a hash of one."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import uuid

from gridmap.config import Settings
from gridmap.store import audit
from gridmap.store.engine import Session

NOBODY = "anonymous"  # who tried to sign in, and is not known to be who they say
SIGNED_IN = "account.sign_in"
REFUSED = "account.sign_in_failed"
LOCKED = "account.lock_out"
WAITED = "account.sign_in_too_soon"
ENABLED = "account.enable"
RESERVED = frozenset({NOBODY, "local", "gridmap", "system", "demo"})  # names in the audit that are no account's


def write(
    session: Session,
    settings: Settings,
    action: str,
    uid: str | None,
    *,
    actor: str,
    now: dt.datetime,
    entity: str = "account",
    **fields: object,
) -> None:
    """The entry of a change, the last step of its transaction."""
    audit.append(
        session,
        actor=actor,
        action=action,
        entity=entity,
        entity_uid=uid,
        fields=fields,
        secret=settings.secret(),
        at=now,
    )


def uid_of_unknown(settings: Settings, name: str) -> str:
    """A uid that stands for a name no account has, the same each time: its failures are found again by it."""
    digest = hmac.new(settings.secret(), b"unknown account\0" + name.encode(), hashlib.sha256).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))
