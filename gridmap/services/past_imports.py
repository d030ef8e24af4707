"""The imports there have been and the sources that were saved, as lists for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridmap.services.situation.reading import end_of_day
from gridmap.store import batches, project, sources
from gridmap.store import past_imports as records
from gridmap.store.engine import Store


@dataclass(frozen=True, slots=True)
class PastImport:
    """One file as it was brought in. `undone_at` None: its rows still stand. `is_demo`: the demo was built of it.

    `replaced` of the stored rows took the place of older ones.
    """

    uid: str
    layer: str
    file_name: str
    imported_at: dt.datetime
    actor: str
    source_crs: str
    source: str | None
    counts: Mapping[str, Any]
    replaced: int
    undone_at: dt.datetime | None
    is_demo: bool


def past_imports(store: Store, limit: int = 50) -> tuple[PastImport, ...]:
    """The last imports, newest first, also those that were taken back."""
    with store.read() as session:
        found = batches.recent(session, limit)
        names = {source.id: source.name for source in sources.every(session)}
        replaced = records.replaced_rows(session)
        about = project.get(session)
    built_at = None
    if about is not None and about.demo_now_on is not None:
        built_at = end_of_day(about.demo_now_on, about.time_zone)
    return tuple(
        PastImport(
            uid=batch.uid,
            layer=batch.layer,
            file_name=batch.file_name,
            imported_at=batch.imported_at,
            actor=batch.actor,
            source_crs=batch.source_crs,
            source=None if batch.source_id is None else names.get(batch.source_id),
            counts=batch.counts,
            replaced=replaced.get(batch.id, 0),
            undone_at=batch.undone_at,
            is_demo=built_at is not None and batch.imported_at <= built_at,
        )
        for batch in found
    )


def source_names(store: Store) -> tuple[tuple[str, str], ...]:
    """All saved sources, in order: name and layer."""
    with store.read() as session:
        return tuple((source.name, source.layer) for source in sources.every(session))
