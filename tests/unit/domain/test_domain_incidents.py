"""When incidents happened, and what a report must say."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from gridmap.domain.incidents import (
    IncidentReport,
    Occurrence,
    Precision,
    at_minute,
    in_month,
    is_in_window,
    last_of_month,
    on_day,
)
from gridmap.errors import BadInput

SHANGHAI = "Asia/Shanghai"
DAY = dt.date(2024, 3, 5)


def test_a_time_without_a_zone_is_the_projects() -> None:
    late = at_minute(dt.datetime(2024, 3, 5, 0, 30), SHANGHAI)  # noqa: DTZ001 - the point of the test
    assert late.at == dt.datetime(2024, 3, 4, 16, 30, tzinfo=dt.UTC)
    assert late.on == DAY
    assert at_minute(dt.datetime(2024, 3, 4, 16, 30, tzinfo=dt.UTC), SHANGHAI) == late


def test_instant_and_precision_go_together() -> None:
    with pytest.raises(BadInput):
        Occurrence(DAY, Precision.DAY, dt.datetime(2024, 3, 5, tzinfo=dt.UTC))
    with pytest.raises(BadInput):
        Occurrence(DAY, Precision.MINUTE)
    with pytest.raises(BadInput, match="first day"):
        Occurrence(DAY, Precision.MONTH)
    assert in_month(DAY).on == dt.date(2024, 3, 1)


@pytest.mark.parametrize("year", [1900, 1949, 2100])
def test_slips_of_the_year_are_refused(year: int) -> None:
    with pytest.raises(BadInput, match="no plausible date"):
        on_day(dt.date(year, 1, 1))


@pytest.mark.parametrize(
    ("from_on", "to_on", "counts"),
    [
        (dt.date(2024, 3, 1), dt.date(2024, 3, 31), True),
        (dt.date(2024, 2, 1), dt.date(2024, 4, 30), True),
        (dt.date(2024, 3, 1), dt.date(2024, 3, 30), False),  # a day is missing
        (dt.date(2024, 3, 2), dt.date(2024, 4, 30), False),
    ],
)
def test_a_month_counts_only_as_a_whole(from_on: dt.date, to_on: dt.date, counts: bool) -> None:
    assert is_in_window(in_month(DAY), from_on, to_on) is counts


def test_a_day_counts_at_both_ends() -> None:
    assert is_in_window(on_day(DAY), DAY, DAY)
    assert not is_in_window(on_day(DAY), DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2))


def test_last_days() -> None:
    assert last_of_month(dt.date(2024, 2, 11)) == dt.date(2024, 2, 29)
    assert last_of_month(dt.date(2023, 12, 31)) == dt.date(2023, 12, 31)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lon": math.nan},
        {"lon": 181.0},
        {"lat": 95.0},
        {"lat": math.inf},
        {"kind": ""},
        {"uncertainty_m": -1.0},
        {"address": "x" * 401},
        {"summary": "x" * 2001},
        {"reported_at": dt.datetime(2024, 3, 5)},  # noqa: DTZ001 - the point of the test
    ],
)
def test_impossible_reports_are_refused(wrong: dict[str, object]) -> None:
    right: dict[str, object] = {"lon": 114.97, "lat": 30.17, "kind": "order.noise", "occurrence": on_day(DAY)}
    IncidentReport(**right)  # type: ignore[arg-type]
    with pytest.raises(BadInput) as caught:
        IncidentReport(**{**right, **wrong})  # type: ignore[arg-type]
    assert caught.value.hint


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "1949-12-31T12:00:00+00:00"])
def test_times_at_the_ends_of_the_calendar_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no plausible"):
        at_minute(dt.datetime.fromisoformat(text), "Asia/Shanghai")
