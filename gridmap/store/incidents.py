"""Incidents: the columns that maps and counts are made from, pages for lists, and new ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gridmap.errors import BadInput
from gridmap.store import tables
from gridmap.store.event_columns import EventColumns, events
from gridmap.store.membership import one_of
from gridmap.store.spatial import intersects_bbox, to_geom
from gridmap.store.tables import Block, Counter, Grid

__all__ = [
    "EventColumns",
    "IncidentRow",
    "Mark",
    "Page",
    "add",
    "by_ids",
    "change",
    "events",
    "get",
    "ids_of",
    "mark_of",
    "next_case_numbers",
    "page",
    "read_mark",
    "uids_of",
]

Box = tuple[float, float, float, float]  # west, south, east, north in degrees
PAGE_AT_MOST = 1_000
EPOCH, MICROSECOND = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.timedelta(microseconds=1)
# the index gives the days; the database sorts each day as it comes to it
NEWEST_FIRST = (
    tables.Incident.occurred_on.desc(),
    tables.Incident.occurred_at.desc().nulls_last(),
    tables.Incident.id.desc(),
)


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident as a list shows it; `grid` and `block` are codes, None outside all grids."""

    id: int
    uid: str
    case_number: str
    kind: str
    occurred_at: dt.datetime | None
    occurred_on: dt.date
    precision: str
    address: str | None
    lon: float
    lat: float
    grid: str | None
    block: str | None
    uncertainty_m: float | None
    grid_name: str | None = None
    summary: str | None = None
    is_doubtful: bool = False
    placed_by: str = "coordinates"


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page ends: `day` since 1970-01-01, the incident's instant (None without a time), its id."""

    day: int
    at: dt.datetime | None
    id: int

    @property
    def at_s(self) -> int | None:
        """Whole seconds since 1970-01-01 UTC."""
        return None if self.at is None else (self.at - EPOCH) // dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, newest first; `next` continues after the last one, None at the end."""

    items: tuple[IncidentRow, ...]
    next: str | None


def page(
    session: Session,
    *,
    from_on: dt.date | None = None,
    to_on: dt.date | None = None,
    kinds: Collection[str] | None = None,
    bbox: Box | None = None,
    outside: bool = False,
    doubtful: bool = False,
    after: str | None = None,
    limit: int = 100,
) -> Page:
    """One page of the incidents that meet every condition given: newest day first, in a day the latest, those without
    a time at its end, then newest id.

    `from_on` and `to_on` are inclusive; a month row counts when its whole month lies between them. `kinds` None means
    all, and a kind includes its children. `outside` True asks for those in no grid, `doubtful` for those of which a
    person has yet to say which grid it is. `after` is a page's `next`; rows that arrive meanwhile neither repeat nor
    hide others. Raises BadInput for an `after` that is none.
    """
    limit = max(1, min(limit, PAGE_AT_MOST))
    table = tables.Incident
    conditions = in_period(from_on, to_on)
    if kinds is not None:
        conditions.append(of_kinds(kinds))
    if outside:
        conditions.append(table.grid_id.is_(None))
    if doubtful:
        conditions.append(sa.and_(table.is_doubtful))
    if bbox is not None:
        conditions.append(intersects_bbox(table, *bbox))
    if after is not None:
        conditions.append(_older_than(read_mark(after)))
    query = _row_columns().where(*conditions).order_by(*NEWEST_FIRST).limit(limit + 1)
    rows = [IncidentRow(*row) for row in session.execute(query)]
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(tuple(rows), mark_of(rows[-1]) if more else None)


def get(session: Session, uid: str) -> IncidentRow | None:
    """The incident of that uid."""
    row = session.execute(_row_columns().where(tables.Incident.uid == uid)).one_or_none()
    return None if row is None else IncidentRow(*row)


def by_ids(session: Session, ids: Sequence[int]) -> list[IncidentRow]:
    """The incidents of these ids, at most PAGE_AT_MOST, in this order; those that are gone are left out."""
    rows = session.execute(_row_columns().where(tables.Incident.id.in_(ids)))
    found = {row[0]: IncidentRow(*row) for row in rows}
    return [found[key] for key in ids if key in found]


def ids_of(session: Session, uids: Collection[str]) -> list[int]:
    """The ids of the incidents with these uids; of those that are none there is none."""
    found: list[int] = []
    for condition in one_of(session, tables.Incident.uid, list(uids)):
        found += session.scalars(sa.select(tables.Incident.id).where(condition))
    return found


def uids_of(session: Session, uids: Sequence[str], among: NDArray[np.int64]) -> list[str]:
    """Those of the uids that are of incidents with one of these ids."""
    query = sa.select(tables.Incident.id, tables.Incident.uid)
    found: dict[int, str] = {}
    for condition in one_of(session, tables.Incident.uid, uids):
        found |= dict(session.execute(query.where(condition)).all())
    return [found[key] for key in np.intersect1d(np.array(list(found), dtype=np.int64), among).tolist()]


def add(
    session: Session,
    *,
    uid: str,
    case_number: str,
    kind: str,
    occurred_at: dt.datetime | None,
    occurred_on: dt.date,
    precision: str,
    lon: float,
    lat: float,
    block_id: int | None,
    grid_id: int | None,
    plan_id: int | None,
    reported_at: dt.datetime | None = None,
    address: str | None = None,
    summary: str | None = None,
    uncertainty_m: float | None = None,
    is_doubtful: bool = False,
    placed_by: str = "coordinates",
    source_id: str | None = None,
    configuration_version: int | None = None,
    attributes: dict[str, Any] | None = None,
) -> int:
    """Store one incident at lon, lat (EPSG:4326) -> its id. Raises Conflict for a uid or case number in use."""
    incident = tables.Incident(
        uid=uid,
        case_number=case_number,
        kind=kind,
        occurred_at=occurred_at,
        occurred_on=occurred_on,
        precision=precision,
        geom=to_geom(shapely.Point(lon, lat)),
        block_id=block_id,
        grid_id=grid_id,
        plan_id=plan_id,
        reported_at=reported_at,
        address=address,
        summary=summary,
        uncertainty_m=uncertainty_m,
        is_doubtful=is_doubtful,
        placed_by=placed_by,
        source_id=source_id,
        configuration_version=configuration_version,
        attributes=attributes,
    )
    session.add(incident)
    session.flush()
    return incident.id


def change(session: Session, incident_id: int, values: Mapping[str, Any]) -> None:
    """Write columns of one stored incident; `lon` and `lat` together are its point."""
    columns = dict(values)
    if "lon" in columns:
        columns["geom"] = to_geom(shapely.Point(columns.pop("lon"), columns.pop("lat")))
    session.execute(sa.update(tables.Incident).where(tables.Incident.id == incident_id).values(columns))


def next_case_numbers(session: Session, year: int, n: int) -> list[str]:
    """The next n case numbers of a year, such as 2026-000123; none is given out twice, also to two writers at once."""
    if n == 0:
        return []
    name = f"case.{year}"
    taken = session.scalar(
        sa.update(Counter).where(Counter.name == name).values(value=Counter.value + n).returning(Counter.value)
    )
    if taken is None:
        session.execute(_insert_unless_there(session, name))
        return next_case_numbers(session, year, n)
    return [f"{year}-{number:06d}" for number in range(taken - n + 1, taken + 1)]


def _insert_unless_there(session: Session, name: str) -> Any:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return insert(Counter).values(name=name, value=0).on_conflict_do_nothing()


def in_period(from_on: dt.date | None, to_on: dt.date | None) -> list[sa.ColumnElement[bool]]:
    """Conditions of an inclusive period. A month row stands at its month's first day: the first condition holds it
    already; the second asks for its last day.
    """
    day, precision = tables.Incident.occurred_on, tables.Incident.precision
    conditions: list[sa.ColumnElement[bool]] = []
    if from_on is not None:
        conditions.append(day >= from_on)
    if to_on is not None:
        conditions.append(day <= to_on)
        if to_on != _last_of_month(to_on):
            conditions.append(sa.or_(precision != "month", day < to_on.replace(day=1)))
    return conditions


def _last_of_month(day: dt.date) -> dt.date:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def of_kinds(kinds: Collection[str]) -> sa.ColumnElement[bool]:
    """The condition that an incident is of one of these kinds, or of one below it."""
    column = tables.Incident.kind
    children = [column.startswith(f"{kind}.", autoescape=True) for kind in sorted(kinds)]
    return sa.or_(column.in_(sorted(kinds)), *children)


def mark_of(row: IncidentRow) -> str:
    """Where a page with this last row ends: day, microseconds since 1970 (empty without a time), id."""
    at = "" if row.occurred_at is None else (row.occurred_at - EPOCH) // MICROSECOND
    return f"{row.occurred_on.isoformat()}.{at}.{row.id}"


def read_mark(after: str) -> Mark:
    """What `mark_of` wrote. Raises BadInput."""
    day, _, rest = after.partition(".")
    at, _, key = rest.partition(".")
    try:
        return Mark(
            (dt.date.fromisoformat(day) - EPOCH.date()).days, EPOCH + int(at) * MICROSECOND if at else None, int(key)
        )
    except (ValueError, OverflowError):
        raise BadInput(f"'{after}' continues no page.", "Give the `next` of the page before, as it came.") from None


def _older_than(mark: Mark) -> sa.ColumnElement[bool]:
    """What comes after a mark in the order of NEWEST_FIRST. The first condition alone lets the index begin there."""
    table, day = tables.Incident, EPOCH.date() + dt.timedelta(days=mark.day)
    timeless, smaller = table.occurred_at.is_(None), table.id < mark.id
    if mark.at is None:
        later = sa.and_(timeless, smaller)
    else:
        later = sa.or_(timeless, table.occurred_at < mark.at, sa.and_(table.occurred_at == mark.at, smaller))
    return sa.and_(table.occurred_on <= day, sa.or_(table.occurred_on < day, later))


def _row_columns() -> sa.Select[Any]:
    table = tables.Incident
    return (
        sa.select(
            table.id, table.uid, table.case_number, table.kind, table.occurred_at, table.occurred_on, table.precision,
            table.address, sa.func.ST_X(table.geom), sa.func.ST_Y(table.geom), Grid.code, Block.code,
            table.uncertainty_m, Grid.name, table.summary, table.is_doubtful, table.placed_by,
        )
        .outerjoin(Grid, Grid.id == table.grid_id)
        .outerjoin(Block, Block.id == table.block_id)
    )  # fmt: skip
