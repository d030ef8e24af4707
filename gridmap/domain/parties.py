"""Who reported an incident or is a party to it: what may be kept of them, and how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gridmap.errors import BadInput

FIELD_LIMITS = {"name": 60, "phone": 40, "number": 40}  # characters
FIELDS = tuple(FIELD_LIMITS)


class PartyRole(StrEnum):
    REPORTER = "reporter"
    PARTY = "party"


@dataclass(frozen=True, slots=True)
class Contact:
    """A person's name, phone and identity number, each of which may be missing. None of them is in its `repr`, so that
    none gets into a log. Raises BadInput, without the value, for one that is too long.
    """

    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    number: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name, limit in FIELD_LIMITS.items():
            if len(getattr(self, name) or "") > limit:
                raise BadInput(f"The {name} is longer than {limit} characters.", "Shorten it.")

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in FIELDS)

    def given(self) -> dict[str, str]:
        """Field -> value of those that are there."""
        return {name: getattr(self, name) for name in FIELDS if getattr(self, name)}


@dataclass(frozen=True, slots=True)
class Retention:
    """How long something is kept: whole months, and days for what is only in passing."""

    parties_months: int = 24  # after the report
    openings_months: int = 6  # after the hour
    jobs_months: int = 12  # after the end
    tokens_months: int = 6  # after they expired
    uploads_days: int = 1  # after they were handed in

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1200:
                raise BadInput(f"retention.{name} is {value!r}.", "Give a whole number from 1 to 1200.")

    @classmethod
    def of(cls, configuration: Mapping[str, Any]) -> Retention:
        """What a configuration says; what it leaves out is kept as long as a new project keeps it. Raises BadInput."""
        given = configuration.get("retention", {})
        unknown = sorted(set(given) - set(cls.__dataclass_fields__))
        if unknown:
            raise BadInput(f"retention has no '{unknown[0]}'.", f"It has: {', '.join(cls.__dataclass_fields__)}.")
        return cls(**given)

    def parties_until(self, reported_on: dt.date) -> dt.date:
        """The last day on which what is kept of an incident's people stays."""
        return months_after(reported_on, self.parties_months)


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day of a later (or, below 0, earlier) month; its last day where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return dt.date(year, month + 1, min(day.day, (following - dt.timedelta(days=1)).day))
