"""Windows of days: whole months inside them, and the window a person sees first."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.domain.incidents import in_month, is_in_window
from gridmap.errors import BadInput
from gridmap.services.situation.period import Period, date_of, day_of, first_view

D = dt.date


def test_a_period_counts_both_ends() -> None:
    assert Period(D(2024, 2, 28), D(2024, 3, 1)).days == 3  # a leap year


def test_days_and_dates_are_each_others_inverse() -> None:
    assert day_of(D(1970, 1, 1)) == 0
    assert date_of(day_of(D(2026, 11, 23))) == D(2026, 11, 23)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BadInput, match="after its end"):
        Period(D(2024, 3, 2), D(2024, 3, 1))


def test_an_absurd_year_is_refused() -> None:
    with pytest.raises(BadInput, match="years gridmap knows"):
        Period(D(1, 1, 1), D(2024, 3, 1))


@given(st.dates(D(1999, 1, 1), D(2002, 12, 31)), st.integers(0, 200), st.dates(D(1999, 1, 1), D(2003, 12, 31)))
def test_whole_months_are_the_months_that_the_rule_of_the_domain_lets_in(
    first: dt.date, more: int, month: dt.date
) -> None:
    period = Period(first, first + dt.timedelta(days=more))
    occurrence = in_month(month)
    months = period.whole_months()
    chosen = months is not None and months[0] <= day_of(occurrence.on) <= months[1]
    assert chosen == is_in_window(occurrence, period.from_on, period.to_on)


def test_the_first_view_is_the_last_thirty_days() -> None:
    assert first_view(D(2024, 3, 31), D(2024, 3, 20), None) == (Period(D(2024, 3, 2), D(2024, 3, 31)), True)


def test_data_that_ended_earlier_are_shown_where_they_ended() -> None:
    assert first_view(D(2026, 11, 23), D(2019, 5, 20), None) == (Period(D(2019, 4, 21), D(2019, 5, 20)), False)


def test_month_rows_are_shown_by_their_whole_last_month() -> None:
    # 30 days back from 31 May would cut the month off, and none of its rows would count
    assert first_view(D(2026, 11, 23), None, D(2019, 5, 1)) == (Period(D(2019, 5, 1), D(2019, 5, 31)), False)


def test_month_rows_of_a_recent_month_are_in_the_last_thirty_days_only_when_whole() -> None:
    assert first_view(D(2024, 2, 29), None, D(2024, 2, 1)) == (Period(D(2024, 1, 31), D(2024, 2, 29)), True)
    assert first_view(D(2024, 3, 10), None, D(2024, 2, 1)) == (Period(D(2024, 2, 1), D(2024, 2, 29)), False)


def test_the_later_of_the_two_precisions_decides() -> None:
    assert first_view(D(2026, 1, 1), D(2019, 6, 3), D(2019, 5, 1))[0] == Period(D(2019, 5, 5), D(2019, 6, 3))
    assert first_view(D(2026, 1, 1), D(2019, 5, 20), D(2019, 5, 1))[0] == Period(D(2019, 5, 1), D(2019, 5, 31))


def test_without_data_the_last_thirty_days_are_shown() -> None:
    assert first_view(D(2024, 1, 30), None, None) == (Period(D(2024, 1, 1), D(2024, 1, 30)), True)
