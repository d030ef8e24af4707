"""Every incident in memory: where, when, what about and in which grid; and what a change does to that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridmap.geo.events import EventIndex, Window
from gridmap.geo.projection import from_web_mercator, to_web_mercator
from gridmap.services.situation.period import Period, date_of
from gridmap.store.event_columns import EventColumns

Ints = NDArray[np.int64]
GridsOf = Callable[[Ints], NDArray[np.int32]]


@dataclass(frozen=True, slots=True)
class Events:
    """n incidents in the order they were read; `index` numbers them the same way, in EPSG:3857.

    `kind` counts into `kinds`, to which new codes are only ever appended; `grid` counts into the grids of the plan in
    force, -1 outside; `block_id` is -1 outside.
    """

    kinds: tuple[str, ...]
    id: Ints
    kind: NDArray[np.int32]
    precision: NDArray[np.int8]
    block_id: Ints
    grid: NDArray[np.int32]
    index: EventIndex

    @classmethod
    def of(cls, columns: EventColumns, grids_of: GridsOf) -> Events:
        """What the store read, placed in the grids of a plan."""
        x, y = to_web_mercator(columns.lon, columns.lat)
        index = EventIndex.of(x, y, columns.kind_code, columns.occurred_on, columns.precision)
        grid = grids_of(columns.block_id)
        kinds = tuple(columns.kinds)
        return cls(kinds, columns.id, columns.kind_code, columns.precision, columns.block_id, grid, index)

    def __len__(self) -> int:
        return len(self.id)

    def followed_by(self, columns: EventColumns, grids_of: GridsOf) -> Events:
        """These incidents with others, each new or in the place of the one with its id."""
        kinds = self.kinds + tuple(code for code in columns.kinds if code not in self.kinds)
        number = np.array([kinds.index(code) for code in columns.kinds], dtype=np.int32)
        kind = number[columns.kind_code] if len(columns) else columns.kind_code
        order = np.argsort(self.id)
        at = np.minimum(np.searchsorted(self.id, columns.id, sorter=order), len(self) - 1)
        is_known = self.id[order[at]] == columns.id if len(self) else np.zeros(len(columns), dtype=bool)
        known, fresh = order[at[is_known]] if len(self) else at[:0], ~is_known
        x, y = to_web_mercator(columns.lon, columns.lat)
        given = (x, y, kind, columns.occurred_on, columns.precision)
        index = self.index.replaced(known, *(column[is_known] for column in given)) if len(known) else self.index

        def merged(mine: NDArray[Any], theirs: NDArray[Any]) -> NDArray[Any]:
            whole = np.concatenate([mine, theirs[fresh]])
            whole[known] = theirs[is_known]
            return whole

        return Events(
            kinds=kinds,
            id=merged(self.id, columns.id),
            kind=merged(self.kind, kind),
            precision=merged(self.precision, columns.precision),
            block_id=merged(self.block_id, columns.block_id),
            grid=merged(self.grid, grids_of(columns.block_id)),
            index=index.appended(*(column[fresh] for column in given)),
        )

    def placed(self, grids_of: GridsOf) -> Events:
        """The same incidents in the grids of another plan."""
        return replace(self, grid=grids_of(self.block_id))

    def numbers(self, codes: Iterable[str]) -> list[int]:
        """Codes of kinds -> their places in `kinds`; a kind without incidents has none."""
        return [self.kinds.index(code) for code in codes if code in self.kinds]

    def chosen(self, kinds: list[int] | None, period: Period) -> Window:
        """The incidents that count in the period (a month only as a whole); None is all kinds."""
        return self.index.select(kinds, period.first_day, period.last_day)

    @property
    def span(self) -> Period | None:
        """The first and last day that any incident may belong to."""
        days = self.index.day_span()
        return None if days is None else Period(date_of(days[0]), date_of(days[1]))

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """(west, south, east, north) of all incidents in degrees."""
        shelves = [shelf for shelf in (self.index.dated, self.index.monthly) if len(shelf.x)]
        if not shelves:
            return None
        x, y = np.concatenate([shelf.x for shelf in shelves]), np.concatenate([shelf.y for shelf in shelves])
        lon, lat = from_web_mercator([x.min(), x.max()], [y.min(), y.max()])
        return float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])

    @property
    def last_dated(self) -> dt.date | None:
        """The last day of an incident known to the day."""
        span = self.index.dated.span()
        return None if span is None else date_of(span[1])

    @property
    def months(self) -> tuple[dt.date, dt.date] | None:
        """First days of the first and last month of incidents known by month only."""
        span = self.index.monthly.span()
        return None if span is None else (_first_of(span[0]), _first_of(span[1]))


def month_number(day: dt.date) -> int:
    """Months since January 1970."""
    return (day.year - 1970) * 12 + day.month - 1


def _first_of(month: int) -> dt.date:
    return dt.date(1970 + month // 12, month % 12 + 1, 1)
