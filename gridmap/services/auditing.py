"""What is told in the audit beside changes: who opened a record, revealed a field, took data away.

No answer goes out before its entry is stored: a database that cannot be written lets nobody read unseen.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path

from gridmap.config import Settings
from gridmap.domain.access import LOCAL, Actor
from gridmap.store import audit, openings
from gridmap.store.engine import Session, Store

OPENED, REVEALED, EXPORTED = "opened", "revealed", "exported"  # the last words of these actions (audit.READINGS)


def record_opened(
    store: Store, settings: Settings, actor: Actor, entity: str, uid: str, *, now: dt.datetime
) -> None:
    """An account opened a record: one entry an hour of UTC, however often it looks. Of LOCAL nothing is told.

    Raises StoreBusy: then the record must not be shown.
    """
    if actor.is_local:
        return
    hour_at = now.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    with store.read() as session:
        account_id = openings.account_id(session, actor.name)
        if account_id is None or openings.is_known(session, account_id, uid, hour_at):
            return

    def tell(session: Session) -> None:
        if openings.add(session, account_id, uid, hour_at):  # else another request of the same hour was first
            append(session, settings, actor, f"{entity}.{OPENED}", entity, uid, {}, now=now)

    store.transact(tell)


def record_revealed(
    session: Session, settings: Settings, actor: Actor, entity: str, uid: str, field: str, *, now: dt.datetime
) -> None:
    """Somebody was shown a masked field: the entry names the field, in the transaction of the revealing."""
    append(session, settings, actor, f"{entity}.{REVEALED}", entity, uid, {field: True}, now=now)


def record_exported(
    store: Store,
    settings: Settings,
    what: str,
    fields: Mapping[str, object],
    *,
    now: dt.datetime,
    actor: Actor = LOCAL,
    entity: str = "export",
) -> None:
    """Data were written to a file that is taken away: `what` names them (incidents, grids, heat), `fields` the choice.

    Raises StoreBusy: then the file must not be handed out.
    """

    def tell(session: Session) -> None:
        append(session, settings, actor, f"{what}.{EXPORTED}", entity, None, fields, now=now)

    store.transact(tell)


def file_exported(
    store: Store,
    settings: Settings,
    what: str,
    path: Path,
    fields: Mapping[str, object],
    *,
    now: dt.datetime,
    actor: Actor = LOCAL,
) -> None:
    """As `record_exported`, of a file that lies there: its name and SHA-256 are told too, so that a copy that turns up
    later can be shown to be that one.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    told = {**fields, "file": path.name, "sha256": digest}
    record_exported(store, settings, what, told, now=now, actor=actor)


def append(
    session: Session,
    settings: Settings,
    actor: Actor,
    action: str,
    entity: str,
    uid: str | None,
    fields: Mapping[str, object],
    *,
    now: dt.datetime,
) -> int:
    """An entry about `actor`, into the transaction of `session`, as its last step."""
    return audit.append(
        session,
        actor=actor.name,
        action=action,
        entity=entity,
        entity_uid=uid,
        fields=fields,
        secret=settings.secret(),
        at=now,
    )
