"""What time data are known of: what is not there before it or after it was not reported yet, or not any more."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gridmap.geo.events import EventIndex
from gridmap.services.situation.period import Period, date_of

Days = tuple[int, int]  # first and last, since 1970-01-01


@dataclass(frozen=True, slots=True)
class DataTime:
    """`days`: the first and last day that any incident may belong to, `dated` those of incidents known to the day,
    `months` the first and last month (since January 1970) of those known by month only; each None without any.
    `a_day`: how many are known to the day, on a day between the first and last of them.
    """

    days: Days | None
    dated: Days | None
    months: Days | None
    a_day: float

    @classmethod
    def of(cls, index: EventIndex) -> DataTime:
        """Of all incidents of an index."""
        dated = index.dated.span()
        a_day = 0.0 if dated is None else len(index.dated.key) / (dated[1] - dated[0] + 1)
        return cls(index.day_span(), dated, index.monthly.span(), a_day)

    @property
    def span(self) -> Period | None:
        """The days as a period."""
        return None if self.days is None else Period(date_of(self.days[0]), date_of(self.days[1]))

    @property
    def last_dated(self) -> dt.date | None:
        """The last day of an incident known to the day."""
        return None if self.dated is None else date_of(self.dated[1])

    @property
    def last_month(self) -> dt.date | None:
        """The first day of the last month of incidents known by month only."""
        return None if self.months is None else _first_of(self.months[1])


def _first_of(month: int) -> dt.date:
    return dt.date(1970 + month // 12, month % 12 + 1, 1)
