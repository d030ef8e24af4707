"""The values a map of grids is coloured by: counts, rates of households, changes."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from gridmap.analysis.change import compare
from gridmap.analysis.rates import rates, rounded_breaks
from gridmap.domain.plans import RESIDENTIAL
from gridmap.errors import BadInput
from gridmap.services.change.periods import Ints, compared_to_previous, require_data, rows_compared, rows_in
from gridmap.services.change.report import change_pct
from gridmap.services.situation import Picture, Selection
from gridmap.services.situation.period import Period

MEASURES = {"count": "incidents", "rate": "per_100_households", "change": "percent"}
HUNDRED = 100.0
CHANGE_BREAKS_PCT = (-50.0, -20.0, 20.0, 50.0)  # the same for every period
UNCHANGED, HIGHEST = 2, 4  # classes of a change, from 0 (far fewer) to 4 (far more)


@dataclass(frozen=True, slots=True)
class GridValue:
    """One grid. `value` is what is drawn, None for no data; `class_` the class it falls in, from 0.

    `rate`: `raw` is the rate as counted, `low` and `high` its 95 % interval, `value` the smoothed one. `change`:
    `before` is the count before; what is not `significant` falls in the middle class; a change from nothing has a
    class and no value.
    """

    value: float | None
    class_: int | None
    count: int
    households: int
    raw: float | None = None
    low: float | None = None
    high: float | None = None
    before: int | None = None
    significant: bool | None = None


@dataclass(frozen=True, slots=True)
class Choropleth:
    """`breaks` are the inner edges of the classes: a value on an edge belongs to the class above it.

    `mean` is the rate of all inhabited grids together, `before` the period a change is measured from; `left_out`
    incidents are known by month only and not counted, because the period (of a change: one of the two) holds but a part
    of their month.
    """

    by: str
    unit: str
    breaks: tuple[float, ...]
    diverging: bool
    period: Period
    before: Period | None
    mean: float | None
    values: dict[str, GridValue]
    left_out: int = 0


def choropleth(picture: Picture, chosen: Selection, by: str) -> Choropleth:
    """The grids of the plan asked for, by one of MEASURES. Raises BadInput, and BeyondData for a change of which the
    data know nothing.
    """
    if by not in MEASURES:
        raise BadInput(f"A map cannot be coloured by {by}.", f"Use one of {', '.join(MEASURES)}.")
    return {"count": _counts, "rate": _rates, "change": _changes}[by](picture.under(chosen.plan), chosen)


def _counts(picture: Picture, chosen: Selection) -> Choropleth:
    period = picture.period(chosen)
    counts = _by_grid(picture, rows_in(picture, chosen, period))
    breaks = rounded_breaks(counts, whole=True)
    values = [
        GridValue(count, _class_of(count, breaks), count, grid.households)
        for grid, count in zip(picture.ground.grids, counts.tolist(), strict=True)
    ]
    return _choropleth(picture, "count", breaks, values, period, left_out=picture.left_out(chosen))


def _rates(picture: Picture, chosen: Selection) -> Choropleth:
    """Per 100 households in the period. Dedicated grids have hardly any household: a rate would mislead."""
    period, grids = picture.period(chosen), picture.ground.grids
    counts = _by_grid(picture, rows_in(picture, chosen, period))
    households = np.array([grid.households if grid.kind == RESIDENTIAL else 0 for grid in grids], dtype=np.int64)
    found = rates(counts, households)
    columns = (HUNDRED * column for column in (found.smoothed, found.raw, found.low, found.high))
    breaks = rounded_breaks(HUNDRED * found.smoothed)
    values = []
    for grid, count, *numbers in zip(grids, counts.tolist(), *columns, strict=True):
        value, raw, low, high = (None if math.isnan(number) else round(float(number), 4) for number in numbers)
        values.append(GridValue(value, _class_of(value, breaks), count, grid.households, raw=raw, low=low, high=high))
    mean = None if math.isnan(found.mean) else round(HUNDRED * found.mean, 4)
    return _choropleth(picture, "rate", breaks, values, period, mean=mean, left_out=picture.left_out(chosen))


def _changes(picture: Picture, chosen: Selection) -> Choropleth:
    """Against the period just before; all grids are one family of tests."""
    periods = compared_to_previous(picture.period(chosen))
    require_data(picture, periods)
    rows = rows_compared(picture, chosen, periods)
    now, before = _by_grid(picture, rows.now), _by_grid(picture, rows.before)
    exposures = periods.exposures(chosen.hours)
    found = compare(now, before, *exposures)
    values = []
    counted = zip(picture.ground.grids, now.tolist(), before.tolist(), found.significant.tolist(), strict=True)
    for grid, count, earlier, significant in counted:
        value = change_pct(count, earlier, exposures)
        from_nothing = HIGHEST if significant else UNCHANGED
        rank = from_nothing if value is None else _class_of(value, CHANGE_BREAKS_PCT) if significant else UNCHANGED
        values.append(GridValue(value, rank, count, grid.households, before=earlier, significant=significant))
    return _choropleth(
        picture, "change", CHANGE_BREAKS_PCT, values, periods.now, before=periods.before, left_out=rows.left_out
    )


def _by_grid(picture: Picture, rows: Ints) -> Ints:
    """int64[grids]: how many of these incidents each grid of the plan has."""
    grid = picture.events.grid[rows]
    return np.bincount(grid[grid >= 0], minlength=len(picture.ground.grids))


def _class_of(value: float | None, breaks: tuple[float, ...]) -> int | None:
    return None if value is None else bisect_right(breaks, value)


def _choropleth(
    picture: Picture,
    by: str,
    breaks: tuple[float, ...],
    values: list[GridValue],
    period: Period,
    *,
    before: Period | None = None,
    mean: float | None = None,
    left_out: int = 0,
) -> Choropleth:
    by_code = {grid.code: value for grid, value in zip(picture.ground.grids, values, strict=True)}
    return Choropleth(by, MEASURES[by], breaks, by == "change", period, before, mean, by_code, left_out)
