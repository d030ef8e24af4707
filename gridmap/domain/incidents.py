"""Incidents: when one happened and how exactly that is known, and what a report must say."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from gridmap.errors import BadInput

EARLIEST_YEAR, LATEST_YEAR = 1950, 2099  # a date outside is a slip of the keyboard or an empty cell of a spreadsheet


class Precision(StrEnum):
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """When it happened: the instant (UTC) if known to the minute, the local day, or the first day of the month."""

    on: dt.date
    precision: Precision
    at: dt.datetime | None = None

    def __post_init__(self) -> None:
        if (self.at is not None) != (self.precision is Precision.MINUTE):
            raise BadInput("An instant goes with minute precision, and only with it.", "Give a time, a day or a month.")
        if self.precision is Precision.MONTH and self.on.day != 1:
            raise BadInput(f"The month of {self.on} must be stored by its first day.", "Use the first of the month.")
        if not EARLIEST_YEAR <= self.on.year <= LATEST_YEAR:
            raise BadInput(f"{self.on} is no plausible date.", f"Use years {EARLIEST_YEAR} to {LATEST_YEAR}.")


def at_minute(at: dt.datetime, time_zone: str) -> Occurrence:
    """An occurrence known to the minute; a time without a zone is read in the project's."""
    zone = ZoneInfo(time_zone)
    local = at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)
    return Occurrence(local.date(), Precision.MINUTE, local.astimezone(dt.UTC))


def on_day(day: dt.date) -> Occurrence:
    return Occurrence(day, Precision.DAY)


def in_month(day: dt.date) -> Occurrence:
    """An occurrence of which only the month is known; any day of it may be given."""
    return Occurrence(day.replace(day=1), Precision.MONTH)


def last_of_month(day: dt.date) -> dt.date:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def is_in_window(occurrence: Occurrence, from_on: dt.date, to_on: dt.date) -> bool:
    """Whether it counts in a window of days, both ends in. A month counts only when all of it is in the window."""
    last = last_of_month(occurrence.on) if occurrence.precision is Precision.MONTH else occurrence.on
    return from_on <= occurrence.on and last <= to_on


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """What somebody reports: one incident, at a place in WGS-84 degrees, before it is placed.

    `uid` is the sender's own (a phone makes one before it has a signal), so that a repeated sending is one incident.
    Raises BadInput for coordinates that are no place on earth, an empty kind, a text that is too long.
    """

    lon: float
    lat: float
    kind: str
    occurrence: Occurrence
    uid: str | None = None
    source_id: str | None = None
    reported_at: dt.datetime | None = None
    address: str | None = None
    summary: str | None = None
    uncertainty_m: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lon) and math.isfinite(self.lat) and abs(self.lon) <= 180 and abs(self.lat) <= 90):
            raise BadInput(
                f"Longitude {self.lon}, latitude {self.lat} is no place on earth.",
                "Give longitude (-180 to 180) and latitude (-90 to 90) in degrees, in this order.",
            )
        if not self.kind:
            raise BadInput("The incident has no kind.", "Say what it is about, for example order.noise.")
        if self.uncertainty_m is not None and not (math.isfinite(self.uncertainty_m) and self.uncertainty_m >= 0):
            raise BadInput(f"The uncertainty is {self.uncertainty_m} m.", "Give metres, 0 or more.")
        for name, limit in (("address", 400), ("summary", 2000), ("source_id", 120)):
            text = getattr(self, name)
            if text is not None and len(text) > limit:
                raise BadInput(f"The {name} has {len(text)} characters.", f"At most {limit} are stored.")
        if self.reported_at is not None and self.reported_at.tzinfo is None:
            raise BadInput(f"The report's time {self.reported_at} has no time zone.", "Give an instant with its zone.")
