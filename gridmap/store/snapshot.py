"""The rows of every table as plain values, the same on both databases, and digests that tell whether rows are equal.

What is read within one session is one moment: a backup is what a database was, while others go on writing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import shapely
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from gridmap.store import migrations
from gridmap.store.spatial import as_wkb
from gridmap.store.tables.base import Base, Sealed, Utc

CHUNK = 5_000  # rows
Row = list[Any]  # values that JSON knows, in the order of the table's columns

LITTLE_ENDIAN = 1  # the first byte of WKB
SUM_BYTES = 32
FRACTIONS_END = 1e16  # from here on a float has no fraction, and its shortest text an exponent


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table's name and its columns: name and kind (int, float, text, bool, bytes, instant, day, json, shape)."""

    name: str
    columns: tuple[tuple[str, str], ...]


def tables(connection: Connection) -> list[TableShape]:
    """Our tables as this database has them, whatever its revision; a table comes after those it points at."""
    present = migrations.present(connection)
    return [
        TableShape(table.name, tuple((c.name, kind_of(c.type)) for c in present.tables[table.name].columns))
        for table in Base.metadata.sorted_tables
        if table.name in present.tables
    ]


def kind_of(type_: sa.types.TypeEngine[Any]) -> str:
    """The kind of a column's values. Raises TypeError for a type that has none yet."""
    if isinstance(type_, TypeDecorator) and type(type_).process_result_value is TypeDecorator.process_result_value:
        type_ = type_.impl_instance  # read as it is stored: what is encrypted stays so
    for known, kind in _KINDS:
        if isinstance(type_, known):
            return kind
    raise TypeError(f"{type_!r} has no form in a backup yet.")


def count(session: Session, table: TableShape) -> int:
    """How many rows the table has."""
    return int(session.scalar(sa.select(sa.func.count()).select_from(sa.table(table.name))) or 0)


def rows(session: Session, table: TableShape) -> Iterator[list[Row]]:
    """All rows in the order of the table's key, some thousands at a time.

    Instants are texts in UTC with microseconds, days ISO texts, bytes and shapes (little-endian WKB) hexadecimal.
    """
    source = Base.metadata.tables[table.name]
    columns: list[Any] = [as_wkb(source.c[n]).label(n) if k == "shape" else source.c[n] for n, k in table.columns]
    plain = [_PLAIN.get(kind) for _, kind in table.columns]
    found = session.execute(sa.select(*columns).order_by(*source.primary_key), execution_options={"yield_per": CHUNK})
    for part in found.partitions(CHUNK):
        by_column = [
            list(values) if make is None else [None if value is None else make(value) for value in values]
            for make, values in zip(plain, zip(*part, strict=True), strict=True)
        ]
        yield [list(row) for row in zip(*by_column, strict=True)]


def line(row: Row) -> bytes:
    """A row as one line of JSON, without the line's end."""
    return _as_stored(row).encode()


class RowsDigest:
    """A digest of rows in any order: the sum of their SHA-256, modulo 2^256, in hexadecimal; and how many they are.

    JSON columns count by their content: PostgreSQL keeps neither the order of names nor how a number is written.
    """

    def __init__(self, table: TableShape) -> None:
        self._json = [i for i, (_, kind) in enumerate(table.columns) if kind == "json"]
        self._sum = 0
        self.rows = 0

    def add(self, row: Row) -> bytes:
        """Count a row in -> its `line`, which is most of the work."""
        stored = compared = line(row)
        if any(row[i] for i in self._json):
            row = row.copy()
            for i in self._json:
                row[i] = _same_numbers(row[i])
            compared = _as_compared(row).encode()
        digest = hashlib.sha256(compared).digest()
        self._sum = (self._sum + int.from_bytes(digest)) % (1 << 8 * SUM_BYTES)
        self.rows += 1
        return stored

    def hexdigest(self) -> str:
        return self._sum.to_bytes(SUM_BYTES).hex()


def digest(session: Session, table: TableShape) -> RowsDigest:
    """The digest of a whole table as it is now."""
    found = RowsDigest(table)
    for part in rows(session, table):
        for row in part:
            found.add(row)
    return found


_as_stored = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_as_compared = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True).encode

_KINDS: list[tuple[Any, str]] = [
    (Geometry, "shape"),
    (Utc, "instant"),
    (sa.JSON, "json"),
    (sa.Boolean, "bool"),
    (sa.Integer, "int"),
    (sa.Float, "float"),
    (sa.String, "text"),
    (sa.LargeBinary, "bytes"),
    (Sealed, "bytes"),
    (sa.Date, "day"),
]


def _same_numbers(value: Any) -> Any:
    """JSON's numbers as both databases agree on them: jsonb knows no -0.0, and writes large floats as whole numbers."""
    if isinstance(value, dict):
        return {name: _same_numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_same_numbers(inner) for inner in value]
    if isinstance(value, float):
        return int(value) if abs(value) >= FRACTIONS_END else value + 0.0
    return value


def _instant(value: dt.datetime) -> str:
    return value.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _wkb(value: bytes) -> str:
    raw = bytes(value)
    if raw[0] != LITTLE_ENDIAN:
        raw = shapely.to_wkb(shapely.from_wkb(raw), byte_order=LITTLE_ENDIAN)
    return raw.hex()


def _hex(value: bytes) -> str:
    return bytes(value).hex()


def _day(value: dt.date) -> str:
    return value.isoformat()


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "instant": _instant,
    "day": _day,
    "float": _number,
    "bytes": _hex,
    "shape": _wkb,
}
