"""Two periods by area and kind: raw counts, what changed, and which changes are more than chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridmap.analysis.change import Comparison, compare
from gridmap.domain.kinds import is_below
from gridmap.errors import BadInput
from gridmap.services.change.periods import (
    Compared,
    Ints,
    RowsCompared,
    chosen_period,
    compared,
    last_whole_day,
    require_data,
    rows_compared,
)
from gridmap.services.change.places import NOWHERE, Places, places_of
from gridmap.services.situation import Picture, Selection

GROUPINGS = ("total", "top", "leaf")
ROWS_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One area and kind (None: the whole project, all kinds). `change_pct` is None where there was nothing before."""

    area: str | None
    name: str | None
    kind: str | None
    now: int
    before: int
    change_pct: float | None
    p: float
    q: float
    significant: bool


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about a report: a code for programs and how many incidents it is about."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """A report is one family of `tests`, of which `alarms` are more than chance.

    `rows` are those with incidents, alarms first, then the least likely, at most ROWS_AT_MOST of `row_count`.
    `total_now` and `total_before` are of the whole selection, also of what lies in no area.
    """

    basis: str
    level: str
    by: str
    periods: Compared
    total_now: int
    total_before: int
    tests: int
    alarms: int
    row_count: int
    rows: tuple[ChangeRow, ...]
    notes: tuple[Note, ...]


def report(picture: Picture, chosen: Selection, *, basis: str, level: str, by: str) -> ChangeReport:
    """Every area of a level and every kind of a grouping, now and before, under one plan's borders in both periods.

    `by`: total, top (the kinds at the top of the tree) or leaf (kinds as they were reported). Raises BadInput for an
    unknown word, BeyondData for periods of which the data know nothing.
    """
    picture = picture.under(chosen.plan)
    periods = compared(basis, chosen_period(picture, chosen), last_whole_day(picture))
    require_data(picture, periods)
    places, groups = places_of(picture, level), _groups(picture, by)
    rows = rows_compared(picture, chosen, periods)
    now, before = (_table(picture, chosen_rows, places, groups) for chosen_rows in (rows.now, rows.before))
    exposures = periods.exposures(chosen.hours)
    found = compare(now, before, *exposures)
    return ChangeReport(
        basis=basis,
        level=level,
        by=by,
        periods=periods,
        total_now=len(rows.now),
        total_before=len(rows.before),
        tests=found.tests,
        alarms=int(found.significant.sum()),
        row_count=found.tests,
        rows=_rows(_Tables(places, groups, now, before, exposures), found),
        notes=tuple(_notes(chosen, periods, rows, int(now.sum() + before.sum()))),
    )


def change_pct(now: int, before: int, exposures: tuple[float, float]) -> float | None:
    """The change of the rate per day in percent, None where there was nothing before."""
    if before == 0:
        return None
    return round(100 * (now / exposures[0] / (before / exposures[1]) - 1), 1)


@dataclass(frozen=True, slots=True)
class _Groups:
    """n kinds of a report (None: all together); `of_kind` int64[kinds of the picture] is the group of each."""

    codes: tuple[str | None, ...]
    of_kind: Ints


@dataclass(frozen=True, slots=True)
class _Tables:
    """The counts of both periods, int64[areas * groups], groups within areas."""

    places: Places
    groups: _Groups
    now: Ints
    before: Ints
    exposures: tuple[float, float]


def _groups(picture: Picture, by: str) -> _Groups:
    kinds = picture.events.kinds
    if by == "total":
        return _Groups((None,), np.zeros(len(kinds), dtype=np.int64))
    if by == "leaf":
        return _Groups(kinds, np.arange(len(kinds)))
    if by != "top":
        raise BadInput(f"There is no grouping {by}.", f"Use one of {', '.join(GROUPINGS)}.")
    tops = [_top(kind, (*picture.tree.codes(), *kinds)) for kind in kinds]
    codes = tuple(dict.fromkeys(tops))
    return _Groups(codes, np.array([codes.index(top) for top in tops], dtype=np.int64))


def _top(kind: str, known: tuple[str, ...]) -> str:
    """The shortest known kind that this one lies below, or itself."""
    return min((code for code in known if is_below(kind, code)), key=len)


def _table(picture: Picture, rows: Ints, places: Places, groups: _Groups) -> Ints:
    """int64[areas * groups]: incidents of each area and group; those in no area are left out."""
    area = places.of_spot[picture.events.spot[rows]]
    inside = area != NOWHERE
    cell = area[inside] * len(groups.codes) + groups.of_kind[picture.events.kind[rows[inside]]]
    return np.bincount(cell, minlength=len(places.codes) * len(groups.codes))


def _rows(table: _Tables, found: Comparison) -> tuple[ChangeRow, ...]:
    """Those with incidents, in the order of a report."""
    size = table.now + table.before
    order = np.lexsort((-size, found.p, ~found.significant))
    order = order[size[order] > 0][:ROWS_AT_MOST]
    kinds = len(table.groups.codes)
    return tuple(
        ChangeRow(
            area=table.places.codes[row // kinds],
            name=table.places.names[row // kinds],
            kind=table.groups.codes[row % kinds],
            now=int(table.now[row]),
            before=int(table.before[row]),
            change_pct=change_pct(int(table.now[row]), int(table.before[row]), table.exposures),
            p=float(found.p[row]),
            q=float(found.q[row]),
            significant=bool(found.significant[row]),
        )
        for row in order.tolist()
    )


def _notes(chosen: Selection, periods: Compared, rows: RowsCompared, tabled: int) -> list[Note]:
    """What the counts leave out, and where the percentages are per day."""
    notes = []
    if outside := len(rows.now) + len(rows.before) - tabled:
        notes.append(Note("no_area", outside))
    if rows.left_out:
        notes.append(Note("month_rows", rows.left_out))
    now, before = periods.exposures(chosen.hours)
    if now != before:
        notes.append(Note("unequal_periods", 0))
    return notes
