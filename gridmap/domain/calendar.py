"""Which days are worked on: the days of the week, and what a year's notice makes of single ones.

The State Council publishes each November which days of the next year are holidays and which Saturdays and Sundays are
worked on in exchange (调休). Those are the special days; every other day follows its weekday.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gridmap.errors import BadInput

LONGEST_SEARCH_DAYS = 3_660  # ten years without a working day are a calendar of mistakes
MONDAY_TO_FRIDAY = frozenset(range(1, 6))  # ISO: Monday is 1
USUAL_CLOSE = dt.time(17, 30)


class DayKind(StrEnum):
    HOLIDAY = "holiday"
    WORKDAY = "workday"  # a day of the weekend that is worked on


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that does not follow its weekday; `name` is the feast's."""

    on: dt.date
    kind: DayKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """`weekdays` are those worked on by ISO number, `closes_at` the local time at which a working day ends."""

    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    closes_at: dt.time = USUAL_CLOSE
    days: Mapping[dt.date, SpecialDay] = field(default_factory=dict)

    @classmethod
    def of(cls, configuration: Mapping[str, Any]) -> WorkingCalendar:
        """The calendar under `calendar` in a configuration; Monday to Friday where it has none. Raises BadInput."""
        given = configuration.get("calendar", {})
        try:
            days = [special_day(each) for each in given.get("day", [])]
            closes_at = dt.time.fromisoformat(given.get("closes_at", USUAL_CLOSE.isoformat("minutes")))
            weekdays = frozenset(int(day) for day in given.get("weekdays", MONDAY_TO_FRIDAY))
        except (ValueError, TypeError, KeyError) as error:
            raise BadInput(f"The calendar of the configuration cannot be read ({error}).", "Correct it.") from None
        return cls(weekdays, closes_at, {day.on: day for day in days})

    def works_on(self, day: dt.date) -> bool:
        special = self.days.get(day)
        return day.isoweekday() in self.weekdays if special is None else special.kind is DayKind.WORKDAY

    def working_day_after(self, day: dt.date, n: int) -> dt.date:
        """The n-th working day after a day, which does not count itself; n = 0: the day, or the next working one.

        Raises BadInput where ten years have not enough of them.
        """
        found = day if n else day - dt.timedelta(days=1)
        left = n or 1
        for _ in range(LONGEST_SEARCH_DAYS):
            found += dt.timedelta(days=1)
            left -= self.works_on(found)
            if not left:
                return found
        raise BadInput("The calendar has too few working days.", "Correct the days of the week and the holidays.")

    def working_days_between(self, after: dt.date, to: dt.date) -> int:
        """How many working days lie after one day and up to another, which counts itself; none where it is earlier."""
        length = max(0, (to - after).days)
        return sum(self.works_on(after + dt.timedelta(days=1 + k)) for k in range(length))

    def years(self) -> tuple[int, ...]:
        """The years that have special days: of any other, holidays are not known yet."""
        return tuple(sorted({day.year for day in self.days}))


def special_day(table: Mapping[str, Any]) -> SpecialDay:
    """A day as a configuration has it: on (YYYY-MM-DD), kind, name. Raises ValueError, KeyError."""
    on = table["on"] if isinstance(table["on"], dt.date) else dt.date.fromisoformat(table["on"])
    return SpecialDay(on, DayKind(table["kind"]), str(table.get("name", "")))
