"""Single rows behind the picture: pages of incidents, and the feed of changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridmap.services.situation.answers import Selection
from gridmap.services.situation.ground import NO_GRID
from gridmap.services.situation.newest import newest
from gridmap.services.situation.picture import Picture
from gridmap.store import audit, incidents
from gridmap.store.audit import Entry
from gridmap.store.engine import Session
from gridmap.store.incidents import IncidentRow, Page

Ints = NDArray[np.int64]
INCIDENT = "incident"
PROJECT, CHANGED = "project", "changed"  # what an entry is called of which only the number is told
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents a list shows; all conditions hold together. A period left open is all time.

    `bbox` in degrees; `at` the lon, lat of the very place where incidents are stacked; `uids` those of interest.
    """

    chosen: Selection
    bbox: Box | None = None
    outside: bool = False
    doubtful: bool = False
    at: tuple[float, float] | None = None
    uids: tuple[str, ...] | None = None

    @property
    def asks_index(self) -> bool:
        """Whether it has a condition that only the index in memory knows; else the database finds the rows itself.

        Of a period, what is known by month only is in it when its whole month is: the index knows.
        """
        chosen = self.chosen
        period = (chosen.from_on, chosen.to_on)
        words = (chosen.hours, chosen.area, chosen.grid, chosen.block, chosen.plan, self.at, self.uids)
        return any(word is not None for word in (*period, *words))


@dataclass(frozen=True, slots=True)
class Changes:
    """`seq` is the newest change there is, `now_on` the local day that counts as today, `entries` those asked for,
    oldest first.
    """

    seq: int
    now_on: dt.date
    entries: tuple[Entry, ...]


def incident_page(
    session: Session, picture: Picture, wanted: IncidentFilter, *, after: str | None, limit: int, is_part: bool = False
) -> Page:
    """One page, newest day first; `is_part`: the picture is not of all incidents there are.

    Raises NotFound for a place or plan that does not exist, BadInput for an unknown kind or a foreign `after`.
    """
    if wanted.chosen.kinds is not None:
        picture.check_kinds(wanted.chosen.kinds)
    if is_part or wanted.asks_index:
        return _from_index(session, picture, wanted, after=after, limit=limit)
    return incidents.page(
        session,
        from_on=wanted.chosen.from_on,
        to_on=wanted.chosen.to_on,
        kinds=wanted.chosen.kinds,
        bbox=wanted.bbox,
        outside=wanted.outside,
        doubtful=wanted.doubtful,
        after=after,
        limit=limit,
    )


def incident_count(session: Session, picture: Picture, wanted: IncidentFilter) -> int:
    """How many incidents all pages together have. Raises as `incident_page`."""
    if wanted.chosen.kinds is not None:
        picture.check_kinds(wanted.chosen.kinds)
    picture = picture.under(wanted.chosen.plan)
    return len(_kept(session, picture, wanted, picture.rows_ever(wanted.chosen)))


def _from_index(
    session: Session, picture: Picture, wanted: IncidentFilter, *, after: str | None, limit: int
) -> Page:
    """The same from the index in memory; grids and blocks are those of the plan that is asked for."""
    picture = picture.under(wanted.chosen.plan)
    events, mark = picture.events, None if after is None else incidents.read_mark(after)
    rows = _kept(session, picture, wanted, picture.rows_ever(wanted.chosen))
    rows = newest(events, rows, mark, limit + 1)
    found = incidents.by_ids(session, events.id[rows[:limit]].tolist())
    row_of = dict(zip(events.id[rows].tolist(), rows.tolist(), strict=True))
    items = tuple(_under(picture, row, row_of[row.id]) for row in found)
    return Page(items, incidents.mark_of(items[-1]) if len(rows) > limit and items else None)


def _kept(session: Session, picture: Picture, wanted: IncidentFilter, rows: Ints) -> Ints:
    """Those of the rows that meet the conditions beside the selection."""
    events = picture.events
    if wanted.at is not None:
        place = events.locations.find(*(np.array([degrees]) for degrees in wanted.at))[0]
        rows = rows[(events.place[rows] == place) & (place >= 0)]
    if wanted.uids is not None:
        rows = rows[np.isin(events.id[rows], incidents.ids_of(session, wanted.uids))]
    if wanted.bbox is not None:
        west, south, east, north = wanted.bbox
        lon, lat = events.lon[rows], events.lat[rows]
        rows = rows[(lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)]
    if wanted.outside:
        rows = rows[events.grid[rows] == NO_GRID]
    if wanted.doubtful:
        rows = rows[events.doubtful[rows]]
    return rows


def _under(picture: Picture, row: IncidentRow, number: int) -> IncidentRow:
    """A row with the grid and the block that it has under the picture's plan."""
    ground, grid, spot = picture.ground, int(picture.events.grid[number]), int(picture.events.spot[number])
    block = ground.spots.codes[spot] if spot < len(ground.spots.codes) else None
    if grid == NO_GRID:
        return replace(row, grid=None, grid_name=None, block=block)
    return replace(row, grid=ground.grids[grid].code, grid_name=ground.grids[grid].name, block=block)


def changes_since(session: Session, seq: int, limit: int, now_on: dt.date, known: Ints | None = None) -> Changes:
    """The feed after `seq`. With `known` (ids of incidents) an entry of anything else says only that there is one."""
    newest, _ = audit.newest_change(session)
    entries = audit.changes(session, seq, limit) if seq < newest else []
    if known is not None and entries:
        uids = [entry.entity_uid for entry in entries if entry.entity == INCIDENT and entry.entity_uid]
        told = set(incidents.uids_of(session, uids, known))
        entries = [entry if entry.entity_uid in told else _untold(entry) for entry in entries]
    return Changes(newest, now_on, tuple(entries))


def _untold(entry: Entry) -> Entry:
    return replace(entry, entity=PROJECT, action=CHANGED, entity_uid=None, actor="", digests={})
