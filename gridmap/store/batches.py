"""The files that were brought in, and which of their rows are known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store import ids, tables
from gridmap.store.tables.base import Sourced

AT_ONCE = 500  # bound values a query; SQLite's oldest limit is 999


@dataclass(frozen=True, slots=True)
class Batch:
    """One file as it was brought in."""

    id: int
    uid: str
    layer: str
    file_name: str
    file_sha256: str
    source_crs: str
    mapping: Mapping[str, Any]
    counts: Mapping[str, Any]
    rejects_file: str | None
    imported_at: dt.datetime
    actor: str


def add(
    session: Session,
    *,
    layer: str,
    file_name: str,
    file_sha256: str,
    source_crs: str,
    mapping: Mapping[str, Any],
    counts: Mapping[str, Any],
    imported_at: dt.datetime,
    actor: str,
    rejects_file: str | None = None,
    uid: str | None = None,
) -> Batch:
    """Store a batch's row; its rows then carry its `id`."""
    values: dict[str, Any] = {
        "uid": uid or ids.new_uid(),
        "layer": layer,
        "file_name": file_name,
        "file_sha256": file_sha256,
        "source_crs": source_crs,
        "mapping": dict(mapping),
        "counts": dict(counts),
        "rejects_file": rejects_file,
        "imported_at": imported_at,
        "actor": actor,
    }
    key = session.scalar(sa.insert(tables.ImportBatch).values(values).returning(tables.ImportBatch.id))
    return Batch(id=int(key or 0), **values)


def set_counts(session: Session, batch_id: int, counts: Mapping[str, Any]) -> None:
    """Replace a batch's counts, once they are known."""
    session.execute(sa.update(tables.ImportBatch).where(tables.ImportBatch.id == batch_id).values(counts=dict(counts)))


def by_digest(session: Session, file_sha256: str, layer: str) -> list[Batch]:
    """The earlier imports of the same file into the same layer, oldest first."""
    batch = tables.ImportBatch.__table__
    found = sa.select(batch).where(batch.c.file_sha256 == file_sha256, batch.c.layer == layer).order_by(batch.c.id)
    return [Batch(**row) for row in session.execute(found).mappings()]


def newest(session: Session, limit: int = 50) -> list[Batch]:
    """The last imports, newest first."""
    batch = tables.ImportBatch.__table__
    found = sa.select(batch).order_by(batch.c.id.desc()).limit(limit)
    return [Batch(**row) for row in session.execute(found).mappings()]


def known_rows(session: Session, model: type[Sourced], batch_ids: Iterable[int]) -> set[int]:
    """Row numbers that these batches have stored in the model's table."""
    rows = sa.select(model.row_number).where(model.batch_id.in_(list(batch_ids)), model.row_number.is_not(None))
    return {int(number) for number in session.scalars(rows) if number is not None}


def known_sources(
    session: Session, model: type[Sourced], source_ids: Iterable[str]
) -> dict[str, tuple[int, bytes | None]]:
    """Which of these source ids are stored -> {source id: (row id, content digest)}."""
    wanted = list(dict.fromkeys(source_ids))
    found: dict[str, tuple[int, bytes | None]] = {}
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        rows = session.execute(
            sa.select(model.source_id, model.id, model.content_digest).where(model.source_id.in_(part))
        )
        for source_id, key, digest in rows:
            found[str(source_id)] = (key, None if digest is None else bytes(digest))
    return found
