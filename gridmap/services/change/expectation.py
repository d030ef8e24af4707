"""The last 24 hours and 7 days beside the same hours of the eight weeks before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from gridmap.analysis.expected import FEWEST_WEEKS, dispersion, week_dispersion
from gridmap.analysis.expected import expectation as expected_count
from gridmap.geo.events import MINUTE, MONTH
from gridmap.services.change.periods import GAP_AT_MOST, Ints, rows_in
from gridmap.services.situation import Picture, Selection
from gridmap.services.situation.ground import NO_GRID
from gridmap.services.situation.period import Period, day_of

WEEKS = 8
WINDOWS_H = (24, 168)
WEEK = dt.timedelta(days=7)
A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Beside:
    """One window and what was to be expected: `expected` is the mean of `weeks` earlier windows, and a usual count lies
    from `low` to `high` 19 times in 20. `verdict`: usual, more, fewer, or unknown for a `reason`: short_history (fewer
    than 4 earlier weeks), data_end (nothing came lately) or no_days (no incident is known to the day).

    `by_day_only`: of most incidents only the day is known, so that whole local days were counted. `left_out` are of the
    window's days and known to the day only, where the window is no whole days.
    """

    hours: int
    from_at: dt.datetime
    to_at: dt.datetime
    count: int
    left_out: int
    weeks: int
    by_day_only: bool
    expected: float | None
    low: int | None
    high: int | None
    verdict: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Recent:
    """How many of the last 7 days, and in all."""

    recent: int
    total: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """`at` is the instant that counts as now. `doubtful` and `outside` are of the selection's kinds and place; `week`
    are the 7 days that `recent` means, and `data` the days there are data of (None: there are no incidents).
    """

    at: dt.datetime
    windows: tuple[Beside, ...]
    doubtful: Recent
    outside: Recent
    week: Period
    weeks: int
    data: Period | None


@dataclass(frozen=True, slots=True)
class _Days:
    """Incidents a day up to now: `now` int64[7] of the last week, `earlier` int64[weeks, 7] of those before it, newest
    first, the days of a week in order. A day is 24 hours up to the time of day that it is now.

    `left_out` of the last week and of the last day are known to the day only, and no day here is a local day.
    """

    now: Ints
    earlier: Ints
    left_out: tuple[int, int]

    def count(self, hours: int) -> tuple[int, Ints]:
        """The window's count, and those of the earlier weeks."""
        if hours == WINDOWS_H[0]:
            return int(self.now[-1]), self.earlier[:, -1]
        return int(self.now.sum()), self.earlier.sum(axis=1)


def expectation(picture: Picture, chosen: Selection, at: dt.datetime) -> Outlook:
    """What came lately in a selection of kinds, hours and places; its days are not looked at. `at` has its zone."""
    picture = picture.under(chosen.plan)
    # whole seconds, so that the last microsecond of a day is its end
    end = (at + dt.timedelta(microseconds=1)).astimezone(ZoneInfo(picture.project.time_zone)).replace(microsecond=0)
    last_on = end.date() - A_DAY if end.time() == dt.time() else end.date()
    rows = rows_in(picture, chosen, Period(last_on - (WEEKS + 1) * WEEK, last_on))
    rows = rows[picture.events.precision[rows] != MONTH]
    by_day_only = bool((picture.events.precision[rows] == MINUTE).sum() < len(rows) / 2)
    if by_day_only:
        end = dt.datetime.combine(end.date(), dt.time(), end.tzinfo)
    days = _days(picture, rows, end)
    reason = _unknown(picture, end, days)
    windows = tuple(_beside(days, hours, end, reason, by_day_only=by_day_only) for hours in WINDOWS_H)
    week = Period(last_on - WEEK + A_DAY, last_on)
    doubtful, outside = _waiting(picture, chosen, week)
    return Outlook(at, windows, doubtful, outside, week, WEEKS, picture.events.span)


def _days(picture: Picture, rows: Ints, end: dt.datetime) -> _Days:
    """The days of the last nine weeks that end at the time of day of `end`, a wall clock's: also over a change of the
    clocks.
    """
    edges = [end - n * A_DAY for n in range(7 * (WEEKS + 1), -1, -1)]
    timed = picture.events.precision[rows] == MINUTE
    counts = np.histogram(picture.events.at_s[rows[timed]], [edge.timestamp() for edge in edges])[0]
    on = picture.events.day[rows[~timed]] - day_of(edges[0].date())
    left_out = int((on >= len(counts) - 7).sum()), int((on >= len(counts) - 1).sum())
    if end.time() == dt.time():
        counts = counts + np.bincount(on[(on >= 0) & (on < len(counts))], minlength=len(counts))
        left_out = 0, 0
    weeks = counts.reshape(WEEKS + 1, 7)
    span = picture.events.time.dated
    known = 0 if span is None else max((day_of(end.date()) - span[0]) // 7 - 1, 0)
    return _Days(weeks[-1], weeks[-2::-1][:known], left_out)


def _unknown(picture: Picture, end: dt.datetime, days: _Days) -> str | None:
    """Why nothing can be expected, None where it can."""
    span, a_day = picture.events.time.dated, picture.events.time.a_day
    if span is None:
        return "no_days"
    if len(days.earlier) < FEWEST_WEEKS:
        return "short_history"
    return "data_end" if (day_of(end.date()) - 1 - span[1]) * a_day > GAP_AT_MOST else None


def _beside(days: _Days, hours: int, end: dt.datetime, reason: str | None, *, by_day_only: bool) -> Beside:
    count, earlier = days.count(hours)
    begin, left_out = end - (hours // 24) * A_DAY, days.left_out[0 if hours > WINDOWS_H[0] else 1]
    facts = (hours, begin, end, count, left_out, len(earlier), by_day_only)
    if reason is not None:
        return Beside(*facts, expected=None, low=None, high=None, verdict="unknown", reason=reason)
    varies = week_dispersion if hours > WINDOWS_H[0] else dispersion
    usual = expected_count(earlier, varies(days.earlier))
    return Beside(*facts, round(usual.mean, 2), usual.low, usual.high, usual.verdict(count), reason)


def _waiting(picture: Picture, chosen: Selection, week: Period) -> tuple[Recent, Recent]:
    """Doubtful ones and those in no grid: of the week, and in all."""
    span = picture.events.span
    if span is None:
        return Recent(0, 0), Recent(0, 0)
    every = rows_in(picture, chosen, Period(min(span.from_on, week.from_on), max(span.to_on, week.to_on)))
    lately = rows_in(picture, chosen, week)
    is_doubtful, is_outside = picture.events.doubtful, picture.events.grid == NO_GRID
    return (
        Recent(int(is_doubtful[lately].sum()), int(is_doubtful[every].sum())),
        Recent(int(is_outside[lately].sum()), int(is_outside[every].sum())),
    )
