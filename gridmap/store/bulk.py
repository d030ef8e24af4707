"""Many rows at once, as columns: COPY on PostgreSQL, executemany on SQLite.

Columns are lists or numpy arrays of one length. Missing values are None, NaN or NaT. Shapes are shapely geometries in
EPSG:4326; instants are aware datetimes or datetime64 (UTC), days are dates or datetime64.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import psycopg
import shapely
import sqlalchemy as sa
from geoalchemy2 import Geometry
from psycopg import sql
from sqlalchemy.orm import DeclarativeBase, Session

from gridmap.errors import Conflict
from gridmap.store.ids import new_uids
from gridmap.store.tables import STORAGE_SRID
from gridmap.store.values import encode

BY_HAND = 5_000  # rows from which a spatial index is filled at once

Columns = Mapping[str, Sequence[Any] | np.ndarray]


def insert(session: Session, model: type[DeclarativeBase], columns: Columns) -> np.ndarray:
    """Insert n rows -> int64[n] their new ids, rising (empty for a table without ids).

    `uid` is made where it is absent; so is every column with a fixed default. Raises ValueError for an unknown column,
    a required one that is absent, or columns of different length; Conflict when a row contradicts a stored one.
    """
    table = _table(model)
    n = _length(table, columns)
    if n == 0:
        return np.empty(0, np.int64)
    session.flush()
    ids = _new_ids(session, table, n)
    complete = _completed(table, columns, ids, n)
    dialect = session.get_bind().dialect.name
    encoded = {name: encode(table.c[name].type, values, dialect) for name, values in complete.items()}
    with _all_or_none(session), _indexed_by_hand(session, table, complete):
        _store(session, table, encoded)
    return ids


def update(session: Session, model: type[DeclarativeBase], ids: Sequence[int] | np.ndarray, columns: Columns) -> None:
    """Set columns of the rows with these ids; columns not given stay. Raises as `insert`."""
    overwrite(session, _table(model), {**columns, "id": np.asarray(ids)})


def overwrite(session: Session, table: sa.Table, columns: Columns) -> None:
    """As `update`, in a table as it is in this database; `id` is one of the columns."""
    if _length(table, columns) == 0:
        return
    session.flush()
    dialect = session.get_bind().dialect.name
    encoded = {name: encode(table.c[name].type, values, dialect) for name, values in columns.items()}
    with _all_or_none(session):
        (_update_on_sqlite if dialect == "sqlite" else _update_joined)(session, table, encoded)
    session.expire_all()


def load(session: Session, table: sa.Table, columns: Columns) -> None:
    """Insert rows that bring all they have, also their ids, into a table as it is in this database.

    Raises ValueError and Conflict as `insert` does.
    """
    if _length(table, columns) == 0:
        return
    dialect = session.get_bind().dialect.name
    encoded = {name: encode(table.c[name].type, values, dialect) for name, values in columns.items()}
    with _all_or_none(session), _indexed_by_hand(session, table, columns):
        _store(session, table, encoded)


@contextmanager
def _all_or_none(session: Session) -> Iterator[None]:
    """A savepoint: a row that contradicts takes its companions along, and the transaction can go on without them."""
    try:
        with session.begin_nested():
            yield
    except (sa.exc.IntegrityError, psycopg.IntegrityError) as error:
        cause = error.orig if isinstance(error, sa.exc.IntegrityError) else error
        raise Conflict(
            f"A row contradicts what is stored: {str(cause).strip().splitlines()[0]}.", "None of the rows was stored."
        ) from error


def _update_on_sqlite(session: Session, table: sa.Table, encoded: dict[str, list[Any]]) -> None:
    """Put the values beside the table, then join. One statement a row would take a time that grows with the square of
    the rows: each one's journal lies in memory behind those of all before it.
    """
    names = list(encoded)
    quoted = ", ".join(f'"{name}"' for name in names if name != "id")
    columns = ", ".join(f'"{name}"' for name in names)
    settings = ", ".join(f'"{name}" = {_beside(table.c[name])}' for name in names if name != "id")
    connection = session.connection()
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE beside (id INTEGER PRIMARY KEY, {quoted})")
    places = ", ".join("?" for _ in names)
    rows = list(zip(*encoded.values(), strict=True))
    connection.exec_driver_sql(f"INSERT OR REPLACE INTO beside ({columns}) VALUES ({places})", rows)  # noqa: S608
    connection.exec_driver_sql(
        f'UPDATE "{table.name}" SET {settings} FROM beside WHERE "{table.name}".id = beside.id'  # noqa: S608
    )
    connection.exec_driver_sql("DROP TABLE beside")


def _update_joined(session: Session, table: sa.Table, encoded: dict[str, list[Any]]) -> None:
    """Copy the values beside the table, then join: one statement instead of one a row."""
    names = list(encoded)
    quoted = ", ".join(f'"{name}"' for name in names)
    settings = ", ".join(f'"{name}" = beside."{name}"' for name in names if name != "id")
    connection = session.connection()
    connection.exec_driver_sql(f'CREATE TEMPORARY TABLE beside AS SELECT {quoted} FROM "{table.name}" LIMIT 0')  # noqa: S608
    _copy(session, "beside", names, zip(*encoded.values(), strict=True))
    connection.exec_driver_sql(
        f'UPDATE "{table.name}" AS t SET {settings} FROM beside WHERE t.id = beside.id'  # noqa: S608
    )
    connection.exec_driver_sql("DROP TABLE beside")


def _table(model: type[DeclarativeBase]) -> sa.Table:
    return cast(sa.Table, model.__table__)


def _length(table: sa.Table, columns: Columns) -> int:
    unknown = sorted(set(columns) - {column.name for column in table.columns})
    if unknown:
        raise ValueError(f"Table {table.name} has no column {', '.join(unknown)}.")
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"Columns of {table.name} differ in length: {lengths}.")
    return next(iter(lengths.values()), 0)


def _new_ids(session: Session, table: sa.Table, n: int) -> np.ndarray:
    """n ids nobody else gets: from the sequence on PostgreSQL, after the last one under SQLite's write lock."""
    if "id" not in table.c:
        return np.empty(0, np.int64)
    if session.get_bind().dialect.name == "sqlite":
        last = session.scalar(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0)))
        return np.arange(1, n + 1, dtype=np.int64) + (last or 0)
    next_id = "nextval(pg_get_serial_sequence(:name, 'id'))"
    numbers = session.scalar(  # one text instead of n rows
        sa.text(f"SELECT string_agg({next_id}::text, ' ') FROM generate_series(1, :n)"),  # noqa: S608
        {"name": table.name, "n": n},
    )
    return np.sort(np.array(str(numbers).split(), dtype=np.int64))


def _completed(table: sa.Table, columns: Columns, ids: np.ndarray, n: int) -> dict[str, Sequence[Any] | np.ndarray]:
    complete: dict[str, Sequence[Any] | np.ndarray] = dict(columns)
    if "id" in table.c:
        complete["id"] = ids
    for column in table.columns:
        if column.name in complete:
            continue
        if column.name == "uid":
            complete["uid"] = new_uids(n)
        elif isinstance(column.default, sa.ColumnDefault) and column.default.is_scalar:
            complete[column.name] = [column.default.arg] * n
        elif not column.nullable:
            raise ValueError(f"Column {column.name} of {table.name} is required.")
    return complete


def _store(session: Session, table: sa.Table, encoded: dict[str, list[Any]]) -> None:
    names = list(encoded)
    rows = zip(*encoded.values(), strict=True)
    if session.get_bind().dialect.name == "postgresql":
        _copy(session, table.name, names, rows)
        return
    places = ", ".join(_place(table.c[name]) for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    statement = f'INSERT INTO "{table.name}" ({quoted}) VALUES ({places})'  # noqa: S608 - names of our own tables
    session.connection().exec_driver_sql(statement, list(rows))


@contextmanager
def _indexed_by_hand(session: Session, table: sa.Table, columns: Columns) -> Iterator[None]:
    """Many new shapes enter SpatiaLite's index together: its triggers, once a row, take twice the time of all else.

    What they would check is checked already (`values.encode`). They are away inside a savepoint only: when anything
    fails, they are back with the state before.
    """
    shape = next((column.name for column in table.columns if _is_shape(column) and column.name in columns), None)
    rows = len(next(iter(columns.values())))
    if session.get_bind().dialect.name != "sqlite" or shape is None or rows < BY_HAND:
        yield
        return
    connection = session.connection()
    resting = [f"{kind}_{table.name}_{shape}" for kind in ("ggi", "gii", "tmi")]
    find = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?"
    made_by = [connection.exec_driver_sql(find, (name,)).scalar_one() for name in resting]
    for name in resting:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    west, south, east, north = shapely.bounds(np.asarray(columns[shape], dtype=object)).T
    there = ~np.isnan(west)
    boxes = zip(*[a[there].tolist() for a in (np.asarray(columns["id"]), west, east, south, north)], strict=True)
    index = f"idx_{table.name}_{shape}"
    connection.exec_driver_sql(f'INSERT INTO "{index}" VALUES (?, ?, ?, ?, ?)', list(boxes))  # noqa: S608
    for statement in made_by:
        connection.exec_driver_sql(statement)


def _copy(session: Session, table: str, names: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    raw = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _place(column: sa.Column[Any]) -> str:
    """How a value stands in a statement for SQLite; a shape arrives there as WKB."""
    return f"GeomFromWKB(?, {STORAGE_SRID})" if _is_shape(column) else "?"


def _beside(column: sa.Column[Any]) -> str:
    """A value out of `beside`, where shapes lie as WKB."""
    value = f'beside."{column.name}"'
    return f"GeomFromWKB({value}, {STORAGE_SRID})" if _is_shape(column) else value


def _is_shape(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, Geometry)
