"""What an import replaced, kept so that the import can be taken back: whole rows, their names, a track's fixes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.orm import DeclarativeBase, Session

from gridmap.store import bulk
from gridmap.store.spatial import as_wkb, geom_array
from gridmap.store.tables import AreaAlias, BuildingAlias, Fix, ImportBefore
from gridmap.store.tables.base import Utc

AT_ONCE = 500  # bound values a query; SQLite's oldest limit is 999
# What belongs to a row beside it and is replaced with it: the table, the column that points at the row.
BESIDE: dict[str, tuple[type[DeclarativeBase], str]] = {
    "area": (AreaAlias, "area_id"),
    "building": (BuildingAlias, "building_id"),
    "track": (Fix, "track_id"),
}


@dataclass(frozen=True, slots=True)
class Before:
    """A row as it was: its table's columns without id and shape, and what stood beside it (`beside`, rows)."""

    row_id: int
    values: Mapping[str, Any]
    beside: Sequence[Mapping[str, Any]]
    geom: bytes | None


def remember(session: Session, model: type[DeclarativeBase], ids: Sequence[int], batch_id: int) -> None:
    """Keep the rows with these ids as they are now, before the batch replaces them."""
    table = cast(sa.Table, model.__table__)
    plain = [column for column in table.columns if column.name != "id" and not isinstance(column.type, Geometry)]
    shape = as_wkb(table.c.geom) if "geom" in table.c else sa.null()
    for start in range(0, len(ids), AT_ONCE):
        part = list(ids[start : start + AT_ONCE])
        beside = _beside(session, table.name, part)
        query = sa.select(table.c.id, shape, *plain).where(table.c.id.in_(part))
        rows = [
            {
                "batch_id": batch_id,
                "table_name": table.name,
                "row_id": row[0],
                "content": {
                    "values": {column.name: _packed(value) for column, value in zip(plain, row[2:], strict=True)},
                    "beside": beside.get(row[0], []),
                },
                "geom": None if row[1] is None else bytes(row[1]),
            }
            for row in session.execute(query)
        ]
        session.execute(sa.insert(ImportBefore), rows)


def of_batch(session: Session, model: type[DeclarativeBase], batch_id: int) -> list[Before]:
    """The rows of a table as they were before the batch, in id order."""
    table = cast(sa.Table, model.__table__)
    query = (
        sa.select(ImportBefore.row_id, ImportBefore.content, ImportBefore.geom)
        .where(ImportBefore.batch_id == batch_id, ImportBefore.table_name == table.name)
        .order_by(ImportBefore.row_id)
    )
    found = []
    for row_id, content, geom in session.execute(query):
        values = {name: _unpacked(table.c[name].type, value) for name, value in content["values"].items()}
        found.append(Before(row_id, values, content["beside"], None if geom is None else bytes(geom)))
    return found


def replaced_later(session: Session, model: type[DeclarativeBase], batch_id: int) -> dict[int, int]:
    """Which rows of a batch were replaced by later ones -> {later batch's id: rows}."""
    table = cast(sa.Table, model.__table__)
    query = sa.select(ImportBefore.batch_id, ImportBefore.content).where(
        ImportBefore.batch_id > batch_id, ImportBefore.table_name == table.name
    )
    found: dict[int, int] = {}
    for later, content in session.execute(query):
        if content["values"].get("batch_id") == batch_id:
            found[later] = found.get(later, 0) + 1
    return found


def put_back(session: Session, model: type[DeclarativeBase], rows: Sequence[Before]) -> None:
    """Make stored rows again what they were, with what stood beside them."""
    if not rows:
        return
    table = cast(sa.Table, model.__table__)
    ids = [row.row_id for row in rows]
    columns: dict[str, Sequence[Any] | np.ndarray] = {}
    columns |= {name: [row.values[name] for row in rows] for name in rows[0].values}
    if "geom" in table.c:
        columns["geom"] = geom_array(row.geom for row in rows)
    bulk.update(session, model, ids, columns)
    if table.name in BESIDE:
        _put_back_beside(session, table.name, rows)


def forget(session: Session, batch_id: int) -> None:
    """Drop what was kept for a batch."""
    session.execute(sa.delete(ImportBefore).where(ImportBefore.batch_id == batch_id))


def _beside(session: Session, name: str, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    if name not in BESIDE:
        return {}
    model, owner = BESIDE[name]
    table = cast(sa.Table, model.__table__)
    found: dict[int, list[dict[str, Any]]] = {}
    query = sa.select(table).where(table.c[owner].in_(ids)).order_by(*table.primary_key.columns)
    for row in session.execute(query).mappings():
        found.setdefault(row[owner], []).append({column: _packed(value) for column, value in row.items()})
    return found


def _put_back_beside(session: Session, name: str, rows: Sequence[Before]) -> None:
    model, owner = BESIDE[name]
    table = cast(sa.Table, model.__table__)
    ids = [row.row_id for row in rows]
    for start in range(0, len(ids), AT_ONCE):
        session.execute(sa.delete(model).where(table.c[owner].in_(ids[start : start + AT_ONCE])))
    every = [entry for row in rows for entry in row.beside]
    if every:
        columns = {
            column.name: [_unpacked(column.type, entry[column.name]) for entry in every] for column in table.columns
        }
        bulk.insert(session, model, columns)


def _packed(value: Any) -> Any:
    """A value as JSON has it; its column's type tells `_unpacked` what it was."""
    if isinstance(value, dt.date):  # an instant is one, too
        return value.isoformat()
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value


def _unpacked(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    if value is None:
        return None
    readers: Iterable[tuple[Any, Callable[[str], Any]]] = (
        (Utc, dt.datetime.fromisoformat),
        (sa.Date, dt.date.fromisoformat),
        (sa.LargeBinary, bytes.fromhex),
    )
    return next((read(value) for known, read in readers if isinstance(kind, known)), value)
