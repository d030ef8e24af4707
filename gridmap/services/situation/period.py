"""Windows of days, and the window a person sees first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gridmap.domain.incidents import EARLIEST_YEAR, LATEST_YEAR, last_of_month
from gridmap.errors import BadInput

EPOCH = dt.date(1970, 1, 1)
RECENT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `from_on` to `to_on`, both in."""

    from_on: dt.date
    to_on: dt.date

    def __post_init__(self) -> None:
        if self.from_on > self.to_on:
            raise BadInput(
                f"The period begins on {self.from_on}, after its end {self.to_on}.", "Swap the two, or widen it."
            )
        if self.from_on.year < EARLIEST_YEAR or self.to_on.year > LATEST_YEAR:
            raise BadInput(
                f"The period {self.from_on} to {self.to_on} leaves the years gridmap knows.",
                f"Use {EARLIEST_YEAR} to {LATEST_YEAR}.",
            )

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days + 1

    @property
    def first_day(self) -> int:
        """Days since 1970-01-01."""
        return day_of(self.from_on)

    @property
    def last_day(self) -> int:
        """Days since 1970-01-01, itself in the period."""
        return day_of(self.to_on)

    @property
    def month_weight(self) -> float:
        """What an incident known by month only weighs beside one known by day, in a density over all days.

        Those known by month were counted over the days of the whole months alone: over all days they would be too few.
        """
        months = self.whole_months()
        if months is None:
            return 1.0
        return self.days / ((last_of_month(date_of(months[1])) - date_of(months[0])).days + 1)

    def widened(self) -> Period:
        """From the first of the month it begins in to the last of the one it ends in."""
        return Period(self.from_on.replace(day=1), last_of_month(self.to_on))

    def broken_months(self) -> tuple[Period, ...]:
        """The months of which a part lies inside and a part does not, whole: two at most."""
        months = {Period(day, day).widened(): None for day in (self.from_on, self.to_on)}
        return tuple(m for m in months if m.from_on < self.from_on or m.to_on > self.to_on)

    def whole_months(self) -> tuple[int, int] | None:
        """First day of the first and of the last month that lie wholly inside, as days since 1970-01-01."""
        first = self.from_on if self.from_on.day == 1 else last_of_month(self.from_on) + dt.timedelta(days=1)
        last = self.to_on.replace(day=1)
        if last_of_month(self.to_on) != self.to_on:
            last = (last - dt.timedelta(days=1)).replace(day=1)
        return None if last < first else (day_of(first), day_of(last))


def day_of(date: dt.date) -> int:
    return (date - EPOCH).days


def date_of(day: int) -> dt.date:
    return EPOCH + dt.timedelta(days=int(day))


def first_view(now_on: dt.date, last_dated: dt.date | None, last_month: dt.date | None) -> tuple[Period, bool]:
    """The window to begin with, and whether it reaches up to now.

    The last 30 days while something is known of them; else the 30 days up to the last incident, or its whole month
    when only the month is known. `last_month` is the first day of the last month-precise incident's month.
    """
    recent = Period(now_on - dt.timedelta(days=RECENT_DAYS - 1), now_on)
    if last_dated is None and last_month is None:
        return recent, True
    if last_dated is not None and last_dated >= recent.from_on:
        return recent, True
    months = recent.whole_months()
    if last_month is not None and months is not None and months[0] <= day_of(last_month) <= months[1]:
        return recent, True
    if last_month is not None and (last_dated is None or last_of_month(last_month) > last_dated):
        return Period(last_month, last_of_month(last_month)), False
    last = last_dated or now_on
    return Period(last - dt.timedelta(days=RECENT_DAYS - 1), last), False
