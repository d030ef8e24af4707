"""The versions of the settings: who made each when, and what differed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gridmap.services.settings.changing import ENTITY
from gridmap.services.settings.current import filled
from gridmap.services.settings.differences import Difference, differences
from gridmap.store import audit_reading, configuration
from gridmap.store.audit_reading import Wanted
from gridmap.store.engine import Store


@dataclass(frozen=True, slots=True)
class PastVersion:
    """`actor` is None for a version that no person made: the first, and those in which an import brought kinds.

    `differences` from the version before; () of the first.
    """

    version: int
    valid_from: dt.datetime
    actor: str | None
    shown_name: str | None
    differences: tuple[Difference, ...]


def history(store: Store, *, before: int | None = None, limit: int = 20) -> list[PastVersion]:
    """Up to `limit` versions lower than `before`, the newest first."""
    with store.read() as session:
        rows = configuration.rows(session, before=before, limit=limit + 1)
        makers = {
            entry.entity_uid: entry.actor for entry in audit_reading.page(
                session, Wanted(entity=ENTITY), before=None, limit=audit_reading.CHUNK
            )
        }  # fmt: skip
        shown = audit_reading.shown_names(session)
    found = []
    for row, older in zip(rows, [*rows[1:], None], strict=True):
        actor = makers.get(str(row.version))
        what = () if older is None else tuple(differences(filled(older.content), filled(row.content)))
        found.append(PastVersion(row.version, row.valid_from, actor, shown.get(actor or "", actor), what))
    return found[:limit]
