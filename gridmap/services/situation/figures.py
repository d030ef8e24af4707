"""Figures of chosen incidents: by kind, by place, by day, by hour of the week."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridmap.geo.events import DAY, HOURS_OF_WEEK, MONTH, UNKNOWN_HOUR, hour_flags
from gridmap.services.situation.answers import Counts, MonthCount, Patterns, Selection, Timeline
from gridmap.services.situation.area_tree import COMPOUND_RANK
from gridmap.services.situation.events import Events
from gridmap.services.situation.ground import Ground
from gridmap.services.situation.period import Period

Ints = NDArray[np.int64]


def counts(events: Events, ground: Ground, chosen: Selection, period: Period, rows: Ints, *, left_out: int) -> Counts:
    """`rows` are those of the selection in the period, of all hours."""
    precision = np.bincount(events.precision[rows], minlength=MONTH + 1)
    if chosen.hours is not None:
        rows = rows[hour_flags(chosen.hours.flags)[events.hour[rows]]]
    at_spot = np.bincount(events.spot[rows], minlength=len(ground.spots))
    by_kind = np.bincount(events.kind[rows], minlength=len(events.kinds))
    by_grid = _summed(ground.grid_of_spot, at_spot, len(ground.grids))
    tree, blocks = ground.areas, at_spot[: len(ground.spots.ids)]
    by_area = tree.sums(_summed(ground.spots.area, at_spot, len(tree))) * (tree.ranks < COMPOUND_RANK)
    in_grids = int(by_grid.sum())
    asks_blocks = chosen.grid is not None or chosen.block is not None
    return Counts(
        period=period,
        total=len(rows),
        in_grids=in_grids,
        outside=len(rows) - in_grids,
        month_rows=int(precision[MONTH]),
        day_rows=int(precision[DAY]),
        left_out=left_out,
        doubtful=int(events.doubtful[rows].sum()),
        by_kind=_named(events.kinds, by_kind),
        by_grid=_named([row.code for row in ground.grids], by_grid),
        by_area=_named(tree.codes, by_area),
        by_block=_named(ground.spots.codes, blocks) if asks_blocks else None,
    )


def timeline(events: Events, rows: Ints, span: Period) -> Timeline:
    """Of any incidents, over the whole span of all."""
    is_month = events.precision[rows] == MONTH
    daily = np.bincount(events.day[rows[~is_month]] - span.first_day, minlength=span.days)
    return Timeline(span.from_on, tuple(daily.tolist()), _by_month(events, rows[is_month]))


def patterns(events: Events, period: Period, rows: Ints) -> Patterns:
    """`rows` are those of the period, of all hours."""
    by_hour = np.bincount(events.hour[rows] - UNKNOWN_HOUR, minlength=HOURS_OF_WEEK + 1)[1:]
    precision = np.bincount(events.precision[rows], minlength=MONTH + 1)
    first = period.from_on.weekday()
    weekdays = np.bincount((first + np.arange(period.days)) % 7, minlength=7)
    return Patterns(
        period=period,
        hours=tuple(by_hour.tolist()),
        weekdays=tuple(weekdays.tolist()),
        day_rows=int(precision[DAY]),
        month_rows=int(precision[MONTH]),
        total=len(rows),
    )


def _by_month(events: Events, rows: Ints) -> tuple[MonthCount, ...]:
    months, found = np.unique(events.day[rows].astype("datetime64[D]").astype("datetime64[M]"), return_counts=True)
    return tuple(MonthCount(str(month), count) for month, count in zip(months, found.tolist(), strict=True))


def _summed(group: NDArray[np.int32], counted: Ints, groups: int) -> Ints:
    """Counts of n places -> int64[groups]; a place in group -1 is in none."""
    inside = group >= 0
    return np.bincount(group[inside], weights=counted[inside], minlength=groups).astype(np.int64)


def _named(codes: tuple[str, ...] | list[str], counted: Ints) -> dict[str, int]:
    return {codes[place]: int(counted[place]) for place in np.flatnonzero(counted).tolist()}
