"""What a restore would take away that a backup does not hold: told before anybody agrees to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gridmap.config import Settings
from gridmap.services.backup.manifest import Manifest
from gridmap.store import audit, project
from gridmap.store.engine import open_store, shown_address


@dataclass(frozen=True, slots=True)
class Loss:
    """What happened in a database since the moment of a backup of it: `entries` of the audit, `changes` of them to
    data, the newest one at `newest_at`. `is_other`: the database is no later state of that backup, all of it goes.
    """

    address: str
    entries: int
    changes: int
    newest_at: dt.datetime | None
    is_other: bool


def would_be_lost(manifest: Manifest, settings: Settings) -> Loss:
    """What the database that `settings` name has beyond the backup. Raises StoreBroken where it cannot be read."""
    store = open_store(settings.db, create=False)
    try:
        with store.read() as session:
            seq, _ = manifest.head
            found = project.get(session)
            newest, _ = audit.head(session)
            base = audit.since(session, seq - 1, 1) if seq else []
            changes = audit.changes_after(session, seq)
            last = audit.since(session, newest - 1, 1) if newest else []
    finally:
        store.close()
    is_same = found is not None and found.uid == manifest.project_uid and newest >= seq
    is_same = is_same and (not seq or [(entry.seq, entry.hash) for entry in base] == [manifest.head])
    entries = newest - seq if is_same else newest
    return Loss(shown_address(settings.db), entries, changes, last[0].at if last else None, not is_same)
