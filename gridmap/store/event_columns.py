"""All incidents as columns of numbers, for indexes in memory: a million rows in a few seconds.

PostgreSQL sends them as one binary copy whose rows have one length, which numpy reads as they lie; SQLite as rows.
Read them in `Store.read()`, so that all come from one snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store.audit import CHANGED
from gridmap.store.tables import Audit, ImportBatch, Incident

PRECISIONS = ("minute", "day", "month")  # their places are the numbers in `precision`
CHUNK = 50_000
# A row of PostgreSQL's binary copy: the number of fields, then each field's length before it, all big-endian.
# https://www.postgresql.org/docs/15/sql-copy.html
_FIELDS = [
    ("id", ">i8"),
    ("lon", ">f8"),
    ("lat", ">f8"),
    ("kind_code", ">i4"),
    ("occurred_on", ">i4"),
    ("precision", ">i4"),
    ("occurred_at", ">i8"),
    ("grid_id", ">i8"),
    ("block_id", ">i8"),
    ("is_doubtful", ">i4"),
]
_HEADER_BYTES, _TRAILER_BYTES = 19, 2
_TYPES = {
    "id": np.int64,
    "lon": np.float64,
    "lat": np.float64,
    "kind_code": np.int32,
    "occurred_on": np.int32,
    "precision": np.int8,
    "occurred_at": np.int64,
    "grid_id": np.int64,
    "block_id": np.int64,
    "is_doubtful": np.bool_,
}


@dataclass(frozen=True, slots=True)
class EventColumns:
    """n incidents in id order, EPSG:4326.

    `kind_code` int32[n] counts into `kinds`; `occurred_on` int32[n] days since 1970-01-01; `precision` int8[n] counts
    into PRECISIONS; `occurred_at` int64[n] seconds since 1970-01-01 UTC, -1 unless the precision is minute;
    `grid_id` and `block_id` int64[n], -1 for none; `is_doubtful` bool[n].
    """

    id: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    kinds: list[str]
    kind_code: np.ndarray
    occurred_on: np.ndarray
    precision: np.ndarray
    occurred_at: np.ndarray
    grid_id: np.ndarray
    block_id: np.ndarray
    is_doubtful: np.ndarray

    def __len__(self) -> int:
        return len(self.id)

    @property
    def kind(self) -> np.ndarray:
        """The kinds' codes as texts, str[n]."""
        return np.array(self.kinds, dtype=str)[self.kind_code] if self.kinds else np.empty(0, dtype=str)


def events(session: Session, after_id: int = 0, *, since_seq: int | None = None) -> EventColumns:
    """All incidents, or those with an id beyond `after_id`, or (`since_seq`) those that changes after an audit `seq`
    brought or touched.

    Follow changes by `since_seq`: with several writers, a lower id can appear after a higher one.
    """
    kinds = list(session.scalars(sa.select(Incident.kind).distinct()))
    kinds.sort()
    query = _columns(session, kinds).where(*_wanted(after_id, since_seq)).order_by(Incident.id)
    read = _copied if session.get_bind().dialect.name == "postgresql" else _fetched
    columns = read(session, query)
    if len(columns["kind_code"]) and columns["kind_code"].min() < 0:
        raise RuntimeError("The kinds changed while they were read: read events in Store.read().")
    return EventColumns(kinds=kinds, **columns)


def _wanted(after_id: int, since_seq: int | None) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [Incident.id > after_id] if after_id else []
    if since_seq is not None:
        changed = sa.select(Audit.entity_uid).where(Audit.seq > since_seq, CHANGED, Audit.entity_uid.is_not(None))
        batches = sa.select(ImportBatch.id).where(
            ImportBatch.uid.in_(changed.where(Audit.entity == "import_batch"))
        )
        conditions.append(
            sa.or_(Incident.uid.in_(changed.where(Audit.entity == "incident")), Incident.batch_id.in_(batches))
        )
    return conditions


def _columns(session: Session, kinds: list[str]) -> sa.Select[Any]:
    """The columns of _FIELDS, none ever null, each of its width on PostgreSQL."""
    if session.get_bind().dialect.name == "postgresql":
        days: Any = sa.literal_column("(incident.occurred_on - DATE '1970-01-01')")
        seconds: Any = sa.literal_column("floor(extract(epoch FROM incident.occurred_at))::int8")
    else:
        days = sa.literal_column("CAST(julianday(incident.occurred_on) - 2440587.5 AS INTEGER)")
        seconds = sa.literal_column("unixepoch(incident.occurred_at)")
    absent: Any = sa.literal_column("-1")
    return sa.select(
        Incident.id,
        sa.func.ST_X(Incident.geom),
        sa.func.ST_Y(Incident.geom),
        _number_of(Incident.kind, kinds),
        days,
        _number_of(Incident.precision, PRECISIONS),
        sa.func.coalesce(seconds, absent),
        sa.func.coalesce(Incident.grid_id, absent),
        sa.func.coalesce(Incident.block_id, absent),
        sa.cast(Incident.is_doubtful, sa.Integer),
    )


def _number_of(column: Any, texts: Any) -> Any:
    """The place of a text in a list, as int4; -1 when it is not there."""
    places: dict[str, Any] = {text: sa.literal_column(str(i)) for i, text in enumerate(texts)}
    if not places:
        return sa.literal_column("-1")
    return sa.case(places, value=column, else_=sa.literal_column("-1"))


def _copied(session: Session, query: sa.Select[Any]) -> dict[str, np.ndarray]:
    connection = session.connection()
    text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
    raw = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    with raw.cursor() as cursor, cursor.copy(f"COPY ({text}) TO STDOUT (FORMAT BINARY)".encode()) as copy:
        data = b"".join(bytes(part) for part in copy)
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in _FIELDS:
        layout += [(f"{name}_bytes", ">i4"), (name, kind)]
    rows = np.frombuffer(data[_HEADER_BYTES:-_TRAILER_BYTES], dtype=np.dtype(layout))
    return {name: rows[name].astype(_TYPES[name]) for name, _ in _FIELDS}


def _fetched(session: Session, query: sa.Select[Any]) -> dict[str, np.ndarray]:
    parts: dict[str, list[np.ndarray]] = {name: [np.empty(0, _TYPES[name])] for name, _ in _FIELDS}
    connection = session.connection()
    compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
    raw = cast(Any, connection.connection.driver_connection).execute(str(compiled))
    while rows := raw.fetchmany(CHUNK):
        for (name, _), values in zip(_FIELDS, zip(*rows, strict=True), strict=True):
            parts[name].append(np.array(values, dtype=_TYPES[name]))
    return {name: np.concatenate(arrays) for name, arrays in parts.items()}
