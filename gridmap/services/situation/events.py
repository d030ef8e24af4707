"""Every incident in memory: where, when, what about and in which grid; and what a change does to that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridmap.domain.week_hours import WeekHours
from gridmap.geo.events import MINUTE, EventIndex, Window
from gridmap.geo.projection import to_web_mercator
from gridmap.services.situation.data_time import DataTime
from gridmap.services.situation.ground import Ground
from gridmap.services.situation.local_hours import hours_of_week
from gridmap.services.situation.locations import Locations
from gridmap.services.situation.period import Period
from gridmap.services.situation.spots import Spots
from gridmap.store.event_columns import EventColumns

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Events:
    """n incidents in the order they were read; `index` numbers them the same way, in EPSG:3857.

    `kind` counts into `kinds`, to which new codes are only ever appended; `day` is days since 1970-01-01 (the first of
    the month where only that is known), `hour` the local hour of the week (-1 unless known to the minute), `at_s`
    seconds since 1970-01-01 UTC (-1 likewise); `lon, lat` are degrees; `place` counts into `locations`, `spot` into the
    ground's spots; `grid` counts into the grids of a plan, -1 outside.
    """

    kinds: tuple[str, ...]
    id: Ints
    kind: NDArray[np.int32]
    precision: NDArray[np.int8]
    day: NDArray[np.int32]
    hour: NDArray[np.int16]
    at_s: Ints
    doubtful: NDArray[np.bool_]
    lon: Floats
    lat: Floats
    place: Ints
    spot: NDArray[np.int32]
    grid: NDArray[np.int32]
    locations: Locations
    index: EventIndex
    given_time: DataTime | None  # of more incidents than these; None: of these

    @classmethod
    def of(cls, columns: EventColumns, ground: Ground, time_zone: str) -> Events:
        """What the store read, placed on the ground of a plan."""
        locations = Locations.none().extended(columns.lon, columns.lat)
        fields = _fields(columns, columns.kind_code, locations, ground.spots, time_zone)
        return cls(
            tuple(columns.kinds),
            **fields,
            grid=ground.grid_of_spot[fields["spot"]],
            locations=locations,
            index=EventIndex.of(*_given(fields)),
            given_time=None,
        )

    def __len__(self) -> int:
        return len(self.id)

    def followed_by(self, columns: EventColumns, ground: Ground, time_zone: str) -> Events:
        """These incidents with others, each new or in the place of the one with its id."""
        kinds = self.kinds + tuple(code for code in columns.kinds if code not in self.kinds)
        number = np.array([kinds.index(code) for code in columns.kinds], dtype=np.int32)
        kind = number[columns.kind_code] if len(columns) else columns.kind_code
        locations = self.locations.extended(columns.lon, columns.lat)
        theirs = _fields(columns, kind, locations, ground.spots, time_zone)
        order = np.argsort(self.id)
        at = np.minimum(np.searchsorted(self.id, columns.id, sorter=order), len(self) - 1)
        is_known = self.id[order[at]] == columns.id if len(self) else np.zeros(len(columns), dtype=bool)
        known, fresh = order[at[is_known]] if len(self) else at[:0], ~is_known
        given = _given(theirs)
        index = self.index.replaced(known, *(column[is_known] for column in given)) if len(known) else self.index

        def merged(name: str) -> NDArray[Any]:
            whole = np.concatenate([getattr(self, name), theirs[name][fresh]])
            whole[known] = theirs[name][is_known]
            return whole

        fields = {name: merged(name) for name in theirs}
        return Events(
            kinds,
            **fields,
            grid=ground.grid_of_spot[fields["spot"]],
            locations=locations,
            index=index.appended(*(column[fresh] for column in given)),
            given_time=None,
        )

    def under(self, ground: Ground) -> Events:
        """The same incidents in the grids of another plan of the same ground."""
        return replace(self, grid=ground.grid_of_spot[self.spot])

    def only(self, rows: Ints, spot: NDArray[np.int32], ground: Ground) -> Events:
        """n of these incidents alone, at the spots of a ground that may be a part of theirs; the time that data are
        known of stays that of all.
        """
        used, kind = np.unique(self.kind[rows], return_inverse=True)
        kept = ("id", "precision", "day", "hour", "at_s", "doubtful", "lon", "lat", "place")
        fields = {name: getattr(self, name)[rows] for name in kept}
        fields |= {"kind": kind.astype(np.int32), "spot": spot}
        return Events(
            tuple(self.kinds[number] for number in used.tolist()),
            **fields,
            grid=ground.grid_of_spot[spot],
            locations=self.locations,
            index=EventIndex.of(*_given(fields)),
            given_time=self.time,
        )

    def numbers(self, codes: Iterable[str]) -> list[int]:
        """Codes of kinds -> their places in `kinds`; a kind without incidents has none."""
        return [self.kinds.index(code) for code in codes if code in self.kinds]

    def chosen(self, kinds: list[int] | None, period: Period, hours: WeekHours | None = None) -> Window:
        """The incidents that count in the period (a month only as a whole); None is all kinds. With `hours` only
        those known to the minute, in these hours of the week.
        """
        return self.index.select(kinds, period.first_day, period.last_day, None if hours is None else hours.flags)

    @property
    def time(self) -> DataTime:
        """The time that data are known of."""
        return self.given_time or DataTime.of(self.index)

    @property
    def span(self) -> Period | None:
        """The first and last day that any incident may belong to."""
        return self.time.span

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """(west, south, east, north) of all incidents in degrees."""
        if not len(self):
            return None
        west, east, south, north = self.lon.min(), self.lon.max(), self.lat.min(), self.lat.max()
        return float(west), float(south), float(east), float(north)


def _fields(
    columns: EventColumns, kind: NDArray[Any], locations: Locations, spots: Spots, time_zone: str
) -> dict[str, NDArray[Any]]:
    """What Events holds of each incident whatever the plan, by name."""
    return {
        "id": columns.id,
        "kind": kind,
        "precision": columns.precision,
        "day": columns.occurred_on,
        "hour": hours_of_week(columns.occurred_at, columns.precision == MINUTE, time_zone),
        "at_s": columns.occurred_at,
        "doubtful": columns.is_doubtful,
        "lon": columns.lon,
        "lat": columns.lat,
        "place": locations.find(columns.lon, columns.lat),
        "spot": spots.of(columns.block_id, columns.lon, columns.lat),
    }


def _given(fields: dict[str, NDArray[Any]]) -> tuple[NDArray[Any], ...]:
    """The columns that the index takes."""
    x, y = to_web_mercator(fields["lon"], fields["lat"])
    return x, y, fields["kind"], fields["day"], fields["precision"], fields["hour"]
