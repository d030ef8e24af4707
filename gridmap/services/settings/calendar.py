"""What may be wrong with the calendar of working days."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from gridmap.domain.calendar import DayKind, WorkingCalendar, special_day
from gridmap.errors import BadInput
from gridmap.services.settings.problems import Problem

KEYS = {"weekdays", "closes_at", "day"}
MOST_DAYS = 3_000
LONGEST_NAME = 30
YEARS = (2000, 2100)


def calendar_problems(content: Mapping[str, Any]) -> Iterator[Problem]:
    given = content.get("calendar")
    if not isinstance(given, Mapping) or set(given) - KEYS:
        yield Problem("calendar", "The calendar is no table.", "Give it with weekdays, closes_at and day.")
        return
    yield from _usual(given)
    days = given.get("day", [])
    if not isinstance(days, list) or len(days) > MOST_DAYS:
        yield Problem("calendar/day", "The special days are no list, or too many.", f"Keep to {MOST_DAYS:,}.")
        return
    for each in days:
        yield from _day(each)
    for on, n in Counter(str(each.get("on")) for each in days if isinstance(each, Mapping)).items():
        if n > 1:
            yield Problem(f"calendar/day/{on}", f"The day {on} stands there {n} times.", "Keep one of them.")


def in_order(days: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The special days by date."""
    return sorted(days, key=lambda each: str(each["on"]))


def _usual(given: Mapping[str, Any]) -> Iterator[Problem]:
    weekdays = given.get("weekdays")
    if not isinstance(weekdays, list) or not weekdays or not set(map(str, weekdays)) <= set("1234567"):
        yield Problem("calendar/weekdays", "No day of the week is worked on.", "Choose at least one.")
    try:
        closes_at = dt.time.fromisoformat(str(given.get("closes_at")))
        if closes_at == dt.time(0) or closes_at.tzinfo is not None:
            raise ValueError
    except ValueError:
        yield Problem(
            "calendar/closes_at", f"The hours of business end at '{given.get('closes_at')}'.", "Give a time as 17:30."
        )


def _day(table: Any) -> Iterator[Problem]:
    try:
        day = special_day(table)
    except (ValueError, KeyError, TypeError, AttributeError):
        yield _unreadable(table)
        return
    if not YEARS[0] <= day.on.year < YEARS[1]:
        yield Problem(f"calendar/day/{day.on}", f"The day {day.on} is of no year from 2000 to 2099.", "Correct it.")
    if len(day.name) > LONGEST_NAME:
        yield Problem(f"calendar/day/{day.on}", f"The name of {day.on} is too long.", f"Keep to {LONGEST_NAME}.")


def _unreadable(table: Any) -> Problem:
    on = str(table.get("on") or "") if isinstance(table, Mapping) else ""
    if not on:
        return Problem("calendar/day", "A special day has no date.", "Write it as 2026-10-01.")
    try:
        dt.date.fromisoformat(on)
    except ValueError:
        return Problem("calendar/day", f"The special day '{on}' is no date.", "Write it as 2026-10-01.")
    kind = str(table.get("kind") or "")
    wrong = f"has the kind '{kind}'" if kind else "has no kind"
    return Problem(f"calendar/day/{on}", f"The special day {on} {wrong}.", f"Choose one of: {', '.join(DayKind)}.")


def calendar_of(content: Mapping[str, Any]) -> WorkingCalendar:
    """The calendar of a configuration; the usual one where it cannot be read, for a page that shows what is wrong."""
    try:
        return WorkingCalendar.of(content)
    except BadInput:
        return WorkingCalendar()
