"""The calendar of working days: the usual week, the days of a year's notice, and a trial of what is due when."""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request
from flask.typing import ResponseReturnValue

from gridmap.domain.calendar import WorkingCalendar
from gridmap.domain.deadlines import Deadline, Unit, due_at
from gridmap.errors import BadInput, GridmapError, Stale, TooLarge
from gridmap.services import settings as service
from gridmap.services.settings.calendar import YEARS, calendar_of, in_order
from gridmap.services.settings.calendar_file import LIMIT_BYTES as FILE_BYTES
from gridmap.services.settings.calendar_file import published_days
from web import dates
from web.context import running
from web.pages.settings import page
from web.pages.settings.words import DAY_KINDS, UNITS, WEEKDAYS

LIMIT_BYTES = FILE_BYTES + (64 << 10)  # with the form around it


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day of the year's view: `look` is working, off, holiday or workday (worked on in exchange)."""

    on: dt.date
    look: str
    name: str
    is_today: bool


def show() -> Response:
    """`?year=`; `?from=&amount=&unit=` tries what is due when."""
    return _page()


def download() -> Response:
    """The days that are stored, as a table to change and take in again; before there are any, an example."""
    stored = page.current().content["calendar"].get("day", [])
    response = Response(service.write_days(stored or published_days()), mimetype="text/csv; charset=utf-8")
    name = "calendar.csv" if stored else "calendar-example.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def save_week() -> ResponseReturnValue:
    weekdays = sorted({int(day) for day in request.form.getlist("weekday") if day in set("1234567")})
    return _store({"weekdays": weekdays, "closes_at": page.text("closes_at")})


def take_file() -> ResponseReturnValue:
    """The days of a file take the place of those of its years."""
    given = request.files.get("days")
    try:
        if given is None or not given.filename:
            raise BadInput("No file was chosen.", "Choose a .csv, .xlsx or .json file.")
        days = service.days_of(given.filename, given.stream.read(FILE_BYTES + 1))
    except (BadInput, TooLarge) as error:
        return _page(error)
    years = {day["on"][:4] for day in days}
    kept = [day for day in _stored() if str(day["on"])[:4] not in years]
    return _store({"day": in_order([*kept, *days])}, year=min(years))


def save_day() -> ResponseReturnValue:
    """One day added or changed; with `do=drop` it follows its weekday again."""
    on = page.text("on")
    kept = [day for day in _stored() if str(day["on"]) != on]
    if page.text("do") == "drop":
        return _store({"day": kept}, year=on[:4])
    new = {"on": on, "kind": page.text("kind"), "name": page.text("name")}
    return _store({"day": in_order([*kept, new])}, year=on[:4])


def _stored() -> list[dict[str, Any]]:
    return list(page.current().content["calendar"].get("day", []))


def _store(changed: Mapping[str, Any], **address: str) -> ResponseReturnValue:
    try:
        given = {**page.current().content["calendar"], **changed}
        return page.store({"calendar": given}, "settings.calendar", **address)
    except (BadInput, Stale) as error:
        return _page(error)


def _page(error: GridmapError | None = None) -> Response:
    now = page.current()
    found, today = calendar_of(now.content), running().gate.today()
    year = _year(today)
    return page.show(
        "calendar",
        now,
        error=error,
        calendar=found,
        year=year,
        years=sorted({*found.years(), today.year, today.year + 1}),
        this_year=today.year,
        missing=_missing(found, today),
        months=[_month(found, year, month, today) for month in range(1, 13)],
        days=[found.days[on] for on in sorted(found.days) if on.year == year],
        weekdays=WEEKDAYS,
        day_kinds=DAY_KINDS,
        units=UNITS,
        trial=_trial(found, today),
        form=request.form,
    )


def _missing(found: WorkingCalendar, today: dt.date) -> list[int]:
    """Years that deadlines reach into and that have no days: the next one from December on, when its notice is out."""
    reached = [today.year, *([today.year + 1] if today.month >= 11 else [])]
    return [year for year in reached if year not in found.years()]


def _month(found: WorkingCalendar, year: int, month: int, today: dt.date) -> dict[str, Any]:
    """A month as weeks from Monday on; None where another month's day would stand."""
    weeks = [
        [None if on.month != month else _cell(found, on, today) for on in week]
        for week in months.Calendar().monthdatescalendar(year, month)
    ]
    return {"name": dates.month(dt.date(year, month, 1)), "weeks": weeks}


def _cell(found: WorkingCalendar, on: dt.date, today: dt.date) -> DayCell:
    special = found.days.get(on)
    usual = "working" if found.works_on(on) else "off"
    look = usual if special is None else str(special.kind)
    return DayCell(on, look, "" if special is None else special.name, on == today)


def _year(today: dt.date) -> int:
    given = page.whole(request.values.get("year", "") or request.form.get("on", "")[:4])
    return given if isinstance(given, int) and YEARS[0] <= given < YEARS[1] else today.year


def _trial(found: WorkingCalendar, today: dt.date) -> dict[str, Any]:
    """When a step that begins at a local time is due; `due` is None where nothing, or nothing usable, was asked."""
    zone = ZoneInfo(running().situation.picture().project.time_zone)
    given = {name: request.args.get(name, "") for name in ("from", "amount", "unit")}
    begun, amount = given["from"] or f"{today.isoformat()}T09:00", page.whole(given["amount"] or "3")
    unit = given["unit"] if given["unit"] in set(Unit) else str(Unit.WORKING_DAYS)
    due = None
    try:
        begun_at = dt.datetime.fromisoformat(begun).replace(tzinfo=zone)
        if given["from"] and isinstance(amount, int):
            due = dates.instant(due_at(begun_at, Deadline(amount, Unit(unit)), found, zone), zone.key)
    except (ValueError, OverflowError, BadInput):
        begun = f"{today.isoformat()}T09:00"
    return {"from": begun, "amount": amount, "unit": unit, "due": due, "is_asked": bool(given["from"])}


