"""How long a step of a case may take: hours by the clock, or working days by the calendar.

Working days are counted as the Civil Code of China has it for periods: the day on which it begins does not count
(art. 201), and the last day ends with the hours of business (art. 203). Hours run on at night and on holidays: what is
given hours does not wait for Monday.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gridmap.domain.calendar import WorkingCalendar
from gridmap.errors import BadInput

LONGEST = 366  # hours or working days


class Step(StrEnum):
    """What has to be done with a case, in this order; each time runs from the end of the step named beside it."""

    ACCEPT = "accept"  # from the report: somebody has looked at it and taken it in
    ASSIGN = "assign"  # from its acceptance: it is in the hands of whoever is responsible
    SETTLE = "settle"  # from its acceptance: it is settled
    FOLLOW_UP = "follow_up"  # from its settlement: the visit that asks whether it holds


class Unit(StrEnum):
    HOURS = "hours"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class Deadline:
    """So many hours, or so many working days."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if isinstance(self.amount, bool) or not isinstance(self.amount, int) or not 1 <= self.amount <= LONGEST:
            raise BadInput(f"A deadline is {self.amount!r} {self.unit}.", f"Give a whole number from 1 to {LONGEST}.")

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Deadline:
        """As a configuration has it: {hours = 2} or {working_days = 3}. Raises BadInput."""
        if len(table) != 1 or next(iter(table)) not in set(Unit):
            raise BadInput("A deadline has no unit, or two.", "Write hours = 2 or working_days = 3.")
        unit, amount = next(iter(table.items()))
        return cls(amount, Unit(unit))

    def table(self) -> dict[str, int]:
        """As a configuration has it."""
        return {str(self.unit): self.amount}


def due_at(begun_at: dt.datetime, deadline: Deadline, calendar: WorkingCalendar, zone: dt.tzinfo) -> dt.datetime:
    """The instant (UTC) by which a step that began at an instant with its zone has to be done.

    Working days are those of the local calendar in `zone`. Raises BadInput for a calendar without working days.
    """
    if deadline.unit is Unit.HOURS:
        return begun_at.astimezone(dt.UTC) + dt.timedelta(hours=deadline.amount)
    last = calendar.working_day_after(begun_at.astimezone(zone).date(), deadline.amount)
    return dt.datetime.combine(last, calendar.closes_at, zone).astimezone(dt.UTC)
