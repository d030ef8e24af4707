"""All encrypted columns, batch by batch: what a change of keys walks over.

The columns are asked of the tables themselves, none is forgotten. Beside `phone_enc` stands `phone_digest`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store.tables import Base
from gridmap.store.tables.base import Sealed

ENDS = ("_enc", "_digest")


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """An encrypted column; `digest` is the column of its digest, and `field` what it holds: phone, number; or None."""

    name: str
    digest: str | None
    field: str | None


@dataclass(frozen=True, slots=True)
class Position:
    """After which row to go on: of the table with this place in `TABLES`, the id."""

    table: int = 0
    after_id: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table with an encrypted value: id -> column -> value. `end` is the position after them."""

    table: str
    columns: tuple[SealedColumn, ...]
    rows: Mapping[int, Mapping[str, bytes]]
    end: Position


def _columns(table: sa.Table) -> tuple[SealedColumn, ...]:
    found = []
    for column in table.columns:
        if isinstance(column.type, Sealed):
            digest = column.name.removesuffix(ENDS[0]) + ENDS[1]
            has_digest = digest in table.columns
            field = column.name.removesuffix(ENDS[0]) if has_digest else None
            found.append(SealedColumn(column.name, digest if has_digest else None, field))
    return tuple(found)


TABLES: tuple[tuple[sa.Table, tuple[SealedColumn, ...]], ...] = tuple(
    (table, _columns(table)) for table in Base.metadata.sorted_tables if _columns(table)
)


def batch(session: Session, position: Position, limit: int, *, lock: bool = False) -> Batch | None:
    """Up to `limit` rows of one table after a position, in the order of their ids; None at the end of the last table.

    With `lock`, nobody else changes them before this transaction ends.
    """
    for place in range(position.table, len(TABLES)):
        table, columns = TABLES[place]
        after_id = position.after_id if place == position.table else 0
        names = [column.name for column in columns]
        holds = sa.or_(*(table.c[name].is_not(None) for name in names))
        query = sa.select(table.c.id, *(table.c[name] for name in names)).where(holds, table.c.id > after_id)
        query = query.order_by(table.c.id).limit(limit)
        found = session.execute(query.with_for_update() if lock else query).all()
        if found:
            rows = {
                row[0]: {name: bytes(value) for name, value in zip(names, row[1:], strict=True) if value is not None}
                for row in found
            }
            return Batch(table.name, columns, rows, Position(place, found[-1][0]))
    return None


def rewrite(session: Session, table: str, rows: Sequence[tuple[int, Mapping[str, bytes | None]]]) -> None:
    """Set columns of rows: (id, column -> value)."""
    target = Base.metadata.tables[table]
    for row_id, values in rows:
        session.execute(sa.update(target).where(target.c.id == row_id).values(dict[str, Any](values)))
