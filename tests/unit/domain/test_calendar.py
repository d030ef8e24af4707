"""Working days: weekdays, holidays, working weekends; and when a step is due."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.domain.calendar import DayKind, SpecialDay, WorkingCalendar
from gridmap.domain.deadlines import Deadline, Unit, due_at
from gridmap.errors import BadInput

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOLIDAYS = [f"2026-10-0{day}" for day in range(1, 8)]
WORKED_ON = ["2026-09-20", "2026-10-10"]  # a Sunday and a Saturday


def configured(holidays: list[str] = HOLIDAYS, worked_on: list[str] = WORKED_ON) -> WorkingCalendar:
    days = [{"on": on, "kind": "holiday", "name": "国庆节"} for on in holidays]
    days += [{"on": on, "kind": "workday"} for on in worked_on]
    return WorkingCalendar.of({"calendar": {"weekdays": [1, 2, 3, 4, 5], "closes_at": "17:30", "day": days}})


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


def due(begun: str, amount: int, unit: Unit) -> str:
    at = dt.datetime.fromisoformat(f"2026-{begun}").replace(tzinfo=SHANGHAI)
    return due_at(at, Deadline(amount, unit), configured(), SHANGHAI).astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def test_holidays_are_not_worked_on_and_some_weekends_are() -> None:
    calendar = configured()
    assert [calendar.works_on(day(text)) for text in ("09-20", "09-26", "09-30", "10-01", "10-08", "10-10")] == [
        True, False, True, False, True, True,
    ]  # fmt: skip
    assert calendar.years() == (2026,)


@pytest.mark.parametrize(
    ("begun", "amount", "last"),
    [
        ("09-30 09:00", 1, "10-08 17:30"),  # the first working day after a week of holidays
        ("09-30 23:59", 1, "10-08 17:30"),  # the day it begins does not count, at whatever hour
        ("10-08 00:00", 3, "10-12 17:30"),  # Friday, the Saturday that is worked on, Monday
        ("10-03 12:00", 1, "10-08 17:30"),  # begun on a holiday
        ("11-20 12:00", 5, "11-27 17:30"),
    ],
)
def test_working_days_end_with_the_hours_of_business(begun: str, amount: int, last: str) -> None:
    assert due(begun, amount, Unit.WORKING_DAYS) == last


def test_hours_run_on_through_nights_and_holidays() -> None:
    assert due("09-30 23:00", 2, Unit.HOURS) == "10-01 01:00"


def test_a_local_day_is_that_of_the_project() -> None:
    """23:00 in UTC is the next day in Shanghai."""
    at = dt.datetime(2026, 11, 23, 23, tzinfo=dt.UTC)
    assert due_at(at, Deadline(1, Unit.WORKING_DAYS), configured(), SHANGHAI) == dt.datetime(
        2026, 11, 25, 9, 30, tzinfo=dt.UTC
    )


def test_the_zeroth_working_day_is_the_day_itself_or_the_next_that_is_one() -> None:
    calendar = configured()
    assert calendar.working_day_after(day("09-30"), 0) == day("09-30")
    assert calendar.working_day_after(day("10-02"), 0) == day("10-08")


def test_a_calendar_without_working_days_is_told() -> None:
    with pytest.raises(BadInput, match="too few working days"):
        WorkingCalendar(frozenset()).working_day_after(day("01-01"), 1)


@pytest.mark.parametrize("amount", [0, -1, 367, True, 1.5])
def test_a_deadline_is_a_whole_number_of_hours_or_days(amount: int) -> None:
    with pytest.raises(BadInput, match="whole number"):
        Deadline(amount, Unit.HOURS)


DAYS = st.dates(dt.date(2025, 12, 1), dt.date(2027, 1, 31))
SPECIAL = st.dictionaries(DAYS, st.sampled_from(DayKind), max_size=60)


@given(SPECIAL, DAYS, st.integers(1, 60))
def test_counting_there_and_back_agree(special: dict[dt.date, DayKind], begun: dt.date, n: int) -> None:
    calendar = WorkingCalendar(days={on: SpecialDay(on, kind) for on, kind in special.items()})
    last = calendar.working_day_after(begun, n)
    assert calendar.works_on(last)
    assert calendar.working_days_between(begun, last) == n
    assert calendar.working_day_after(begun, n + 1) > last


@given(SPECIAL, DAYS, DAYS, st.integers(1, 30))
def test_what_begins_later_is_never_due_earlier(
    special: dict[dt.date, DayKind], one: dt.date, other: dt.date, n: int
) -> None:
    calendar = WorkingCalendar(days={on: SpecialDay(on, kind) for on, kind in special.items()})
    deadline = Deadline(n, Unit.WORKING_DAYS)
    first, second = (dt.datetime.combine(on, dt.time(9), SHANGHAI) for on in sorted((one, other)))
    assert due_at(first, deadline, calendar, SHANGHAI) <= due_at(second, deadline, calendar, SHANGHAI)
