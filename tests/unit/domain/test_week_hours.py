"""Hours of the week as text and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.domain.week_hours import WeekHours
from gridmap.errors import BadInput


def test_both_hours_are_in_and_monday_is_first() -> None:
    hours = WeekHours.parse("1.8-11, 7.23")
    assert [hour for hour, is_chosen in enumerate(hours.flags) if is_chosen] == [8, 9, 10, 11, 167]


def test_the_same_hours_are_the_same_text() -> None:
    assert str(WeekHours.parse("5.20,5.18-19,1.0")) == "1.0,5.18-20"


@given(st.lists(st.booleans(), min_size=168, max_size=168).filter(any))
def test_text_and_back(flags: list[bool]) -> None:
    hours = WeekHours(tuple(flags))
    assert WeekHours.parse(str(hours)) == hours


@pytest.mark.parametrize(
    "text", ["", "8.1", "0.3", "1.24", "1.9-8", "1", "1.8-", "1.-3", "1.8,,2.8", "1.8 - 9", "a.b", "1.８"]
)
def test_anything_else_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(BadInput, match=r"1\.8-11,5\.18-23"):
        WeekHours.parse(text)


def test_a_choice_of_no_hour_or_of_another_week_is_refused() -> None:
    with pytest.raises(BadInput, match="No hour"):
        WeekHours((False,) * 168)
    with pytest.raises(BadInput, match="168 hours, not 24"):
        WeekHours((True,) * 24)
