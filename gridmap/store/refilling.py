"""An empty database filled with the rows of a backup: what a migration seeded makes way, ids stay what they were."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import psycopg
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.errors import BadFile
from gridmap.store import bulk
from gridmap.store.snapshot import Row, TableShape, tables
from gridmap.store.tables import Account, Base

EPOCHS_SINCE = 1_000  # more than anybody changes a password between two backups


def require_same(session: Session, wanted: Iterable[TableShape]) -> None:
    """Raises BadFile when the tables differ from those of this database's revision."""
    there = {table.name: dict(table.columns) for table in tables(session.connection())}
    brought = {table.name: dict(table.columns) for table in wanted}
    differing = sorted(name for name in there.keys() | brought.keys() if there.get(name) != brought.get(name))
    if differing:
        raise BadFile(
            f"The backup's tables are not those of its schema: {', '.join(differing)}.",
            "It was made by another program, or changed by hand. Take another backup.",
        )


def fill(session: Session, table: TableShape, parts: Iterable[list[Row]]) -> None:
    """Store all rows of a table. Raises BadFile when a row does not fit this database, Conflict when two contradict."""
    target = Base.metadata.tables[table.name]
    keys = [key.name for key in target.primary_key]
    seeded = _seeded(session, target, keys)
    try:
        for part in parts:
            _store(session, table, target, part, seeded)
    except (sa.exc.DataError, psycopg.DataError) as error:
        raise BadFile(
            f"A row of {table.name} does not fit this database: {_reason(error)}.",
            "Restore into the kind of database it came from.",
        ) from None  # the driver's text shows the row
    if seeded:
        session.execute(sa.delete(target).where(target.c.id.in_(seeded)))
    if session.get_bind().dialect.name == "postgresql" and keys == ["id"]:
        _go_on_after(session, table.name)


def end_sessions(session: Session) -> None:
    """Nobody is signed in any more: a session that was ended since the backup would be valid again by the old epoch, or
    by one of the next ones.
    """
    session.execute(sa.update(Account).values(epoch=Account.epoch + EPOCHS_SINCE))


def _seeded(session: Session, target: sa.Table, keys: list[str]) -> set[int]:
    """The ids of the rows that the migration put there; a table without ids is emptied."""
    if keys == ["id"]:
        return set(session.scalars(sa.select(target.c.id)))
    if session.execute(sa.select(target.c[keys[0]]).limit(1)).first() is not None:
        session.execute(sa.delete(target))
    return set()


def _store(session: Session, table: TableShape, target: sa.Table, part: list[Row], seeded: set[int]) -> None:
    """A row that is there already is overwritten: the head of the audit may move on, and never be taken away."""
    if seeded:
        place = [name for name, _ in table.columns].index("id")
        there = [row for row in part if row[place] in seeded]
        part = [row for row in part if row[place] not in seeded]
        seeded -= {row[place] for row in there}
        bulk.overwrite(session, target, _columns(table, there))
    bulk.load(session, target, _columns(table, part))


def _go_on_after(session: Session, table: str) -> None:
    """New rows get ids after the last one."""
    sequence = session.scalar(sa.text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": table})
    if sequence is not None:
        last = f'(SELECT max(id) FROM "{table}")'  # noqa: S608 - a name of our own
        session.execute(
            sa.text(f"SELECT setval(:sequence, coalesce({last}, 1), {last} IS NOT NULL)"),
            {"sequence": sequence},
        )


def _columns(table: TableShape, part: list[Row]) -> dict[str, Any]:
    by_column = zip(*part, strict=True) if part else ([] for _ in table.columns)
    return {
        name: _READ.get(kind, list)(list(values)) for (name, kind), values in zip(table.columns, by_column, strict=True)
    }


def _instants(values: list[str | None]) -> np.ndarray:
    return np.array(["NaT" if v is None else v.removesuffix("Z") for v in values], dtype="datetime64[us]")


def _days(values: list[str | None]) -> np.ndarray:
    return np.array(["NaT" if v is None else v for v in values], dtype="datetime64[D]")


def _bytes(values: list[str | None]) -> list[bytes | None]:
    return [None if v is None else bytes.fromhex(v) for v in values]


def _shapes(values: list[str | None]) -> np.ndarray:
    return np.asarray(shapely.from_wkb(np.array(values, dtype=object)), dtype=object)


_READ: dict[str, Callable[[list[Any]], Any]] = {
    "instant": _instants,
    "day": _days,
    "bytes": _bytes,
    "shape": _shapes,
}


def _reason(error: BaseException) -> str:
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return (cause.diag.message_primary if isinstance(cause, psycopg.Error) else None) or "a value is too long"
