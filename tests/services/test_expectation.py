"""The last day and week beside the eight weeks before, over a real database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from gridmap.services import change
from gridmap.services.change import Outlook
from gridmap.services.situation import Selection
from gridmap.store.engine import Store
from tests.postgres_databases import Databases
from tests.services.many_incidents import A_DAY, B1, B3, BEYOND, ZONE, Row, daily, picture, standing

D = dt.date
LAST = D(2024, 5, 30)  # a Thursday
MIDNIGHT = dt.datetime(2024, 5, 31, tzinfo=ZONE)
NOON = dt.datetime(2024, 5, 31, 12, tzinfo=ZONE)
WEEK = 7 * A_DAY


@pytest.fixture(scope="module")
def place(template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None) -> Iterator[Store]:
    with standing(template_db, tmp_path_factory.mktemp("place"), databases) as store:
        yield store


def hourly(last: dt.datetime, days: int, n: int = 1) -> list[Row]:
    """n incidents every hour, at half past, up to an instant."""
    first, hour = last - dt.timedelta(minutes=30), dt.timedelta(hours=1)
    return [("order.theft", B1, "minute", first - i * hour) for i in range(24 * days) for _ in range(n)]


def outlook(place: Store, rows: list[Row], at: dt.datetime, chosen: Selection | None = None) -> Outlook:
    return change.expectation(picture(place, rows, now=at), chosen or Selection(), at)


def test_usual_days_are_usual(place: Store) -> None:
    day, week = outlook(place, daily(LAST - 80 * A_DAY, LAST, 10), MIDNIGHT).windows
    assert (day.hours, day.count, day.expected, day.verdict, day.weeks) == (24, 10, 10.0, "usual", 8)
    assert (week.hours, week.count, week.expected, week.verdict) == (168, 70, 70.0, "usual")
    assert day.low is not None and day.high is not None and day.low < 10 < day.high
    assert (day.from_at, day.to_at) == (MIDNIGHT - A_DAY, MIDNIGHT)


def test_a_bad_day_and_a_quiet_week_stand_out(place: Store) -> None:
    rows = daily(LAST - 80 * A_DAY, LAST - A_DAY, 10) + daily(LAST, LAST, 22)
    assert [beside.verdict for beside in outlook(place, rows, MIDNIGHT).windows] == ["more", "usual"]
    quiet = daily(LAST - 80 * A_DAY, LAST - WEEK, 10) + daily(LAST - 6 * A_DAY, LAST, 4)
    assert [beside.verdict for beside in outlook(place, quiet, MIDNIGHT).windows] == ["usual", "fewer"]


def test_the_same_weekday_is_what_a_day_is_compared_with(place: Store) -> None:
    market_days = [LAST - i * WEEK for i in range(12)]
    rows = daily(LAST - 80 * A_DAY, LAST, 5) + [row for day in market_days for row in daily(day, day, 40)]
    day, _ = outlook(place, rows, MIDNIGHT).windows
    assert (day.count, day.expected, day.verdict) == (45, 45.0, "usual")


def test_hours_are_counted_to_the_minute(place: Store) -> None:
    rows = [*hourly(NOON, 65), ("order.theft", B1, "minute", NOON - dt.timedelta(hours=24, minutes=1))]
    day, week = outlook(place, rows, NOON).windows
    assert (day.count, day.expected, week.count) == (24, 24.0, 169)
    assert not day.by_day_only


def test_days_without_a_time_are_left_out_of_hours_and_told(place: Store) -> None:
    rows = hourly(NOON, 65) + daily(LAST - 65 * A_DAY, NOON.date(), 2)
    day, week = outlook(place, rows, NOON).windows
    assert (day.count, day.expected, week.count) == (24, 24.0, 168)
    assert (day.left_out, week.left_out) == (4, 16)  # 2 of each local day the window touches
    at_midnight, _ = outlook(place, rows, MIDNIGHT).windows
    assert (at_midnight.count, at_midnight.left_out) == (26, 0)  # whole days hold them


def test_where_only_days_are_known_whole_days_are_counted(place: Store) -> None:
    day, week = outlook(place, daily(LAST - 80 * A_DAY, LAST, 3), NOON).windows
    assert day.by_day_only
    assert (day.count, week.count) == (3, 21)
    assert day.to_at == MIDNIGHT


def test_a_short_history_is_said(place: Store) -> None:
    day, week = outlook(place, daily(LAST - 25 * A_DAY, LAST, 10), MIDNIGHT).windows
    assert (day.count, day.expected, day.verdict, day.reason) == (10, None, "unknown", "short_history")
    assert week.reason == "short_history"
    five_weeks, _ = outlook(place, daily(LAST - 41 * A_DAY, LAST, 10), MIDNIGHT).windows
    assert (five_weeks.weeks, five_weeks.verdict) == (5, "usual")


def test_data_that_end_are_no_quiet_days(place: Store) -> None:
    day, week = outlook(place, daily(LAST - 100 * A_DAY, LAST - 9 * A_DAY, 10), MIDNIGHT).windows
    assert (day.count, week.count) == (0, 0)
    assert (day.reason, week.reason) == ("data_end", "data_end")


def test_an_empty_district_and_one_incident(place: Store) -> None:
    empty = outlook(place, [], MIDNIGHT)
    assert [(beside.count, beside.reason) for beside in empty.windows] == [(0, "no_days")] * 2
    assert (empty.data, empty.doubtful.total, empty.outside.total) == (None, 0, 0)
    one = outlook(place, daily(LAST, LAST, 1), MIDNIGHT)
    assert [(beside.count, beside.verdict) for beside in one.windows] == [(1, "unknown")] * 2


def test_a_place_and_a_kind_have_their_own(place: Store) -> None:
    rows = daily(LAST - 80 * A_DAY, LAST, 10) + daily(LAST - 80 * A_DAY, LAST, 2, "help.elder", B3)
    _, week = outlook(place, rows, MIDNIGHT, Selection(kinds=("help",))).windows
    assert (week.count, week.expected) == (14, 14.0)
    _, grid = outlook(place, rows, MIDNIGHT, Selection(grid="G2")).windows
    assert grid.count == 14


def test_what_waits_is_counted_lately_and_in_all(place: Store) -> None:
    rows = daily(LAST - 80 * A_DAY, LAST, 1) + daily(LAST - 10 * A_DAY, LAST, 1, at=BEYOND)
    found = outlook(place, rows, MIDNIGHT)
    assert (found.week.from_on, found.week.to_on) == (D(2024, 5, 24), LAST)
    assert (found.outside.recent, found.outside.total) == (7, 11)
    assert found.doubtful.total == 0
