"""Incidents: when one happened and how exactly that is known, and what a report must say."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from gridmap.domain.parties import Contact
from gridmap.errors import BadInput

EARLIEST_YEAR, LATEST_YEAR = 1950, 2099  # a date outside is a slip of the keyboard or an empty cell of a spreadsheet
TEXT_LIMITS = {"address": 400, "summary": 2000, "source_id": 120, "note": 1000}
MAX_UNCERTAINTY_M = 100_000.0


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
    if not EARLIEST_YEAR - 1 <= at.year <= LATEST_YEAR + 1:  # a zone moves it by a day at most
        raise BadInput(f"{at} is no plausible time.", f"Use years {EARLIEST_YEAR} to {LATEST_YEAR}.")
    zone = ZoneInfo(time_zone)
    local = at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)
    return Occurrence(local.date(), Precision.MINUTE, local.astimezone(dt.UTC))


def on_day(day: dt.date) -> Occurrence:
    return Occurrence(day, Precision.DAY)


def in_month(day: dt.date) -> Occurrence:
    """An occurrence of which only the month is known; any day of it may be given."""
    return Occurrence(day.replace(day=1), Precision.MONTH)


def require_happened(occurrence: Occurrence, now: dt.datetime) -> None:
    """Raises BadInput for what is more than a day ahead; so much may clocks and zones differ."""
    if occurrence.on > (now + dt.timedelta(days=1)).date():
        raise BadInput(f"{occurrence.on} lies in the future.", "Give the day on which it happened.")


def last_of_month(day: dt.date) -> dt.date:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def is_in_window(occurrence: Occurrence, from_on: dt.date, to_on: dt.date) -> bool:
    """Whether it counts in a window of days, both ends in. A month counts only when all of it is in the window."""
    last = last_of_month(occurrence.on) if occurrence.precision is Precision.MONTH else occurrence.on
    return from_on <= occurrence.on and last <= to_on


class PlacedBy(StrEnum):
    """Where an incident's place comes from."""

    COORDINATES = "coordinates"
    ADDRESS = "address"  # found by its address text
    MAP = "map"  # a person pointed at it
    PERSON = "person"  # a person said which of the grids in reach it is


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
    placed_by: PlacedBy = PlacedBy.COORDINATES
    reporter: Contact | None = None

    def __post_init__(self) -> None:
        require_place(self.lon, self.lat)
        if not self.kind:
            raise BadInput("The incident has no kind.", "Say what it is about, for example order.noise.")
        require_uncertainty(self.uncertainty_m)
        for name in ("address", "summary", "source_id"):
            require_short(name, getattr(self, name))
        if self.reported_at is not None and self.reported_at.tzinfo is None:
            raise BadInput(f"The report's time {self.reported_at} has no time zone.", "Give an instant with its zone.")


AMENDABLE = {"lon", "lat", "uncertainty_m", "grid", "kind", "occurrence", "address", "summary"}


@dataclass(frozen=True, slots=True)
class Amendment:
    """What somebody changes of a stored incident: `changes` by name (AMENDABLE), `note` says why.

    `lon` and `lat` move it. `grid` answers the question which of the grids in reach it belongs to (None: to none of
    them); it stands alone, a move asks the question anew. `version` is the state that the person saw. Raises BadInput
    for values that a report could not have either.
    """

    changes: Mapping[str, Any]
    note: str | None = None
    version: str | None = None

    def __post_init__(self) -> None:
        given = set(self.changes)
        if not given:
            raise BadInput("Nothing is to be changed.", f"Give at least one of {', '.join(sorted(AMENDABLE))}.")
        if unknown := given - AMENDABLE:
            raise BadInput(f"{', '.join(sorted(unknown))} cannot be changed.", f"Can: {', '.join(sorted(AMENDABLE))}.")
        if ("lon" in given) != ("lat" in given):
            raise BadInput("A point has a longitude and a latitude.", "Give both, or neither.")
        if "grid" in given and given & {"lon", "lat", "uncertainty_m"}:
            raise BadInput("A point cannot be moved and given to a grid at once.", "Move it, then answer for the grid.")
        if "lon" in given:
            require_place(self.changes["lon"], self.changes["lat"])
        require_uncertainty(self.changes.get("uncertainty_m"))
        for name in ("address", "summary"):
            require_short(name, self.changes.get(name))
        require_short("note", self.note)

    @property
    def moves(self) -> bool:
        return "lon" in self.changes


def require_place(lon: float, lat: float) -> None:
    """Raises BadInput for what is no place on earth."""
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise BadInput(
            f"Longitude {lon}, latitude {lat} is no place on earth.",
            "Give longitude (-180 to 180) and latitude (-90 to 90) in degrees, in this order.",
        )


def require_uncertainty(uncertainty_m: float | None) -> None:
    """Raises BadInput for what is no radius; None is an uncertainty that nobody knows."""
    if uncertainty_m is not None and not (math.isfinite(uncertainty_m) and 0 <= uncertainty_m <= MAX_UNCERTAINTY_M):
        raise BadInput(
            f"The uncertainty is {uncertainty_m} m.", f"Give metres, 0 or more and at most {MAX_UNCERTAINTY_M:,.0f}."
        )


def require_short(name: str, text: str | None) -> None:
    """Raises BadInput for a text over its limit."""
    if text is not None and len(text) > TEXT_LIMITS[name]:
        raise BadInput(f"The {name} has {len(text)} characters.", f"At most {TEXT_LIMITS[name]} are stored.")
