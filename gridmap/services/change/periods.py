"""Which two periods are compared, and whether the data reach that far."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridmap.domain.incidents import last_of_month
from gridmap.domain.week_hours import DAYS, HOURS, WeekHours
from gridmap.errors import BadInput, BeyondData
from gridmap.geo.events import MONTH
from gridmap.services.situation import Picture, Selection
from gridmap.services.situation.period import Period

Ints = NDArray[np.int64]

BASES = ("year", "month", "weeks4")
DAY = dt.timedelta(days=1)
FOUR_WEEKS = dt.timedelta(days=28)
LONGEST_YEAR_DAYS = 366
GAP_AT_MOST = 5.0  # none where so many were to be expected is missing data: chance does it once in 148 times


@dataclass(frozen=True, slots=True)
class Compared:
    """A period and the one it is set beside; they share no day."""

    now: Period
    before: Period

    @property
    def are_whole_months(self) -> bool:
        """Whether both are made of whole months: only then does a report known by month count alike in both."""
        return all(period == period.widened() for period in (self.now, self.before))

    def exposures(self, hours: WeekHours | None) -> tuple[float, float]:
        """How long each lasts: in days, or in the chosen hours of the week."""
        return _exposure(self.now, hours), _exposure(self.before, hours)


def compared(basis: str, chosen: Period, last_whole_on: dt.date) -> Compared:
    """The periods of a basis; nothing after `last_whole_on`, the last day that is over, is taken.

    `year`: the chosen days and the same dates a year earlier (whole months before whole months: of February all its
    days). `month`: the last whole month up to the chosen end and
    the month before it. `weeks4`: the 28 days up to the chosen end and the 28 before. Raises BadInput for another
    basis, a year-on-year period of more than a year, or one of which no day is over.
    """
    to_on = min(chosen.to_on, last_whole_on)
    if basis == "weeks4":
        now = Period(to_on - FOUR_WEEKS + DAY, to_on)
        return Compared(now, Period(now.from_on - FOUR_WEEKS, now.from_on - DAY))
    if basis == "month":
        return _months(to_on)
    if basis != "year":
        raise BadInput(f"There is no basis {basis}.", f"Use one of {', '.join(BASES)}.")
    if to_on < chosen.from_on:
        raise BadInput(f"The period begins on {chosen.from_on}: none of its days is over.", "Choose an earlier one.")
    if (to_on - chosen.from_on).days + 1 > LONGEST_YEAR_DAYS:
        raise BadInput(
            f"A period from {chosen.from_on} to {to_on} overlaps with itself a year earlier.",
            "Choose a year or less to compare with the year before.",
        )
    now = Period(chosen.from_on, to_on)
    before = Period(_year_before(now.from_on), _year_before(now.to_on))
    return Compared(now, before.widened() if now == now.widened() else before)


def compared_to_previous(chosen: Period) -> Compared:
    """The chosen period and the one just before it: whole months before whole months, else as many days."""
    months = chosen.whole_months()
    is_months = months is not None and chosen.from_on.day == 1 and chosen.to_on == last_of_month(chosen.to_on)
    if not is_months:
        return Compared(chosen, Period(chosen.from_on - dt.timedelta(days=chosen.days), chosen.from_on - DAY))
    count = (chosen.to_on.year - chosen.from_on.year) * 12 + chosen.to_on.month - chosen.from_on.month + 1
    first = chosen.from_on.year * 12 + chosen.from_on.month - 1 - count
    return Compared(chosen, Period(dt.date(first // 12, first % 12 + 1, 1), chosen.from_on - DAY))


def chosen_period(picture: Picture, chosen: Selection) -> Period:
    """The period of a selection; with an end alone, as many days up to it as the first view has."""
    if chosen.to_on is None or chosen.from_on is not None:
        return picture.period(chosen)
    days = picture.first_view().period.days
    return Period(chosen.to_on - dt.timedelta(days=days - 1), chosen.to_on)


def last_whole_day(picture: Picture) -> dt.date:
    """Yesterday, for today is not over; in the demo its last day, which is."""
    project = picture.project
    return project.now_on if project.is_demo else project.now_on - DAY


def require_data(picture: Picture, periods: Compared) -> None:
    """Raises BeyondData when a period reaches beyond the data: days of which nothing is known have no count.

    The data may begin a little late or end a little early where incidents are rare, by as many days as chance leaves
    empty.
    """
    span = picture.events.span
    if span is None:
        raise BeyondData("There are no incidents to compare.", "Import incidents first.", details={"reason": "empty"})
    a_day = len(picture.events) / span.days
    ends = {"first_on": span.from_on.isoformat(), "last_on": span.to_on.isoformat()}
    late_days = (span.from_on - periods.before.from_on).days
    if periods.before.to_on < span.from_on or late_days * a_day > GAP_AT_MOST:
        raise BeyondData(
            f"The data begin on {span.from_on}, the period to compare with on {periods.before.from_on}.",
            "Choose a later end, a shorter period, or another basis.",
            details={"reason": "before", "needed_on": periods.before.from_on.isoformat(), **ends},
        )
    if (periods.now.to_on - span.to_on).days * a_day > GAP_AT_MOST:
        raise BeyondData(
            f"The data end on {span.to_on}, the period on {periods.now.to_on}.",
            f"Choose a period that ends on {span.to_on} or earlier.",
            details={"reason": "after", "needed_on": periods.now.to_on.isoformat(), **ends},
        )


def rows_in(picture: Picture, chosen: Selection, period: Period) -> Ints:
    """The incidents of the same selection in another period, int64[n]."""
    return picture.rows(replace(chosen, from_on=period.from_on, to_on=period.to_on))


@dataclass(frozen=True, slots=True)
class RowsCompared:
    """The incidents of both periods; `left_out` of those known by month only count in neither."""

    now: Ints
    before: Ints
    left_out: int


def rows_compared(picture: Picture, chosen: Selection, periods: Compared) -> RowsCompared:
    """The incidents of a selection in both periods.

    Where a period is not made of whole months, a month's incidents might count in it and not in the other: a change of
    nothing but the calendar. Then those known by month only count in neither. Raises BeyondData when that leaves none.
    """
    now, before = rows_in(picture, chosen, periods.now), rows_in(picture, chosen, periods.before)
    if periods.are_whole_months or chosen.hours is not None:
        return RowsCompared(now, before, 0)
    touched = Period(periods.before.widened().from_on, periods.now.widened().to_on)
    left_out = int(_by_month(picture, rows_in(picture, chosen, touched)).sum())
    now, before = now[~_by_month(picture, now)], before[~_by_month(picture, before)]
    if left_out and not len(now) + len(before):
        raise BeyondData(
            "These incidents are known by month only, and the periods are no whole months.",
            "Compare whole months: month on month, or a period from the first to the last of a month.",
            details={"reason": "months"},
        )
    return RowsCompared(now, before, left_out)


def _by_month(picture: Picture, rows: Ints) -> NDArray[np.bool_]:
    known_by_month: NDArray[np.bool_] = picture.events.precision[rows] == MONTH
    return known_by_month


def _months(to_on: dt.date) -> Compared:
    last = to_on if to_on == last_of_month(to_on) else to_on.replace(day=1) - DAY
    before = last.replace(day=1) - DAY
    return Compared(Period(last.replace(day=1), last), Period(before.replace(day=1), before))


def _year_before(day: dt.date) -> dt.date:
    """The same date a year earlier; 29 February becomes the 28th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _exposure(period: Period, hours: WeekHours | None) -> float:
    """Days, or hours where some of the week are chosen: a month may have four or five of a weekday."""
    if hours is None:
        return float(period.days)
    weekdays = (np.arange(period.days) + period.from_on.weekday()) % DAYS
    a_day = np.array(hours.flags).reshape(DAYS, HOURS).sum(axis=1)
    return float(a_day[weekdays].sum())
