"""The files that were brought in, and which of their rows are known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store import ids, tables
from gridmap.store.membership import one_of
from gridmap.store.tables.base import Sourced


@dataclass(frozen=True, slots=True)
class Batch:
    """One file as it was brought in; `source_id` is the saved source it was read by. Undone ones keep their row."""

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
    source_id: int | None = None
    undone_at: dt.datetime | None = None
    undone_by: str | None = None


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A stored row that a source id names, and the row of the file that it came from (None: from no file)."""

    id: int
    digest: bytes | None
    batch_id: int | None
    row_number: int | None


def has_rows(session: Session, batch_id: int, model: type[Sourced]) -> bool:
    """Whether a batch brought or replaced any row of a table."""
    query = sa.select(model.batch_id).where(model.batch_id == batch_id).limit(1)
    return session.execute(query).first() is not None


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
    source_id: int | None = None,
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
        "source_id": source_id,
    }
    key = session.scalar(sa.insert(tables.ImportBatch).values(values).returning(tables.ImportBatch.id))
    return Batch(id=int(key or 0), **values)


def set_counts(session: Session, batch_id: int, counts: Mapping[str, Any]) -> None:
    """Replace a batch's counts, once they are known."""
    session.execute(sa.update(tables.ImportBatch).where(tables.ImportBatch.id == batch_id).values(counts=dict(counts)))


def set_source(session: Session, batch_id: int, source_id: int) -> None:
    """Note the saved source that a batch was read by, once it is stored."""
    session.execute(sa.update(tables.ImportBatch).where(tables.ImportBatch.id == batch_id).values(source_id=source_id))


def set_undone(session: Session, batch_id: int, *, actor: str, at: dt.datetime) -> None:
    """Mark a batch as taken back."""
    values = {"undone_at": at, "undone_by": actor}
    session.execute(sa.update(tables.ImportBatch).where(tables.ImportBatch.id == batch_id).values(values))


def get(session: Session, uid: str) -> Batch | None:
    """The batch of that uid."""
    batch = tables.ImportBatch.__table__
    row = session.execute(sa.select(batch).where(batch.c.uid == uid)).mappings().one_or_none()
    return None if row is None else Batch(**row)


def by_id(session: Session, batch_id: int) -> Batch | None:
    """The batch of that id."""
    batch = tables.ImportBatch.__table__
    row = session.execute(sa.select(batch).where(batch.c.id == batch_id)).mappings().one_or_none()
    return None if row is None else Batch(**row)


def uids_beginning(session: Session, beginning: str) -> list[str]:
    """The uids of batches that begin with a text, for people who type only its first characters."""
    column = tables.ImportBatch.uid
    found = sa.select(column).where(column.startswith(beginning, autoescape=True)).order_by(column)
    return [str(uid) for uid in session.scalars(found)]


def by_digest(session: Session, file_sha256: str, layer: str) -> list[Batch]:
    """The earlier imports of the same file into the same layer that still stand, oldest first."""
    batch = tables.ImportBatch.__table__
    found = sa.select(batch).where(
        batch.c.file_sha256 == file_sha256, batch.c.layer == layer, batch.c.undone_at.is_(None)
    )
    return [Batch(**row) for row in session.execute(found.order_by(batch.c.id)).mappings()]


def recent(session: Session, limit: int = 50) -> list[Batch]:
    """The last imports, newest first, also those taken back."""
    batch = tables.ImportBatch.__table__
    found = sa.select(batch).order_by(batch.c.id.desc()).limit(limit)
    return [Batch(**row) for row in session.execute(found).mappings()]


def known_rows(
    session: Session, model: type[Sourced], batch_ids: Iterable[int], first: int = 1, last: int | None = None
) -> set[int]:
    """Row numbers from `first` to `last` (inclusive) that these batches have stored in the model's table."""
    rows = sa.select(model.row_number).where(model.batch_id.in_(list(batch_ids)), model.row_number >= first)
    if last is not None:
        rows = rows.where(model.row_number <= last)
    return {int(number) for number in session.scalars(rows) if number is not None}


def known_sources(session: Session, model: type[Sourced], source_ids: Iterable[str]) -> dict[str, KnownRow]:
    """Which of these source ids are stored -> {source id: its row}."""
    wanted = list(dict.fromkeys(source_ids))
    found: dict[str, KnownRow] = {}
    columns = (model.source_id, model.id, model.content_digest, model.batch_id, model.row_number)
    for among in one_of(session, model.source_id, wanted):
        for source_id, key, digest, batch_id, number in session.execute(sa.select(*columns).where(among)):
            found[str(source_id)] = KnownRow(key, None if digest is None else bytes(digest), batch_id, number)
    return found
