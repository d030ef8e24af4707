"""The tree of areas."""

from __future__ import annotations

import datetime as dt

import pytest

from gridmap.domain.areas import Validity, level_named, may_hold, version_id

MAY, JUNE = dt.date(2024, 5, 1), dt.date(2024, 6, 1)


def test_levels_by_their_names() -> None:
    assert level_named("Community") == "community"
    assert level_named(" 街道 ") == "street"
    assert level_named("村") == "village"
    assert level_named("省") is None


@pytest.mark.parametrize(
    ("parent", "child", "allowed"),
    [
        ("district", "street", True),
        ("district", "compound", True),  # levels may be skipped
        ("street", "village", True),
        ("street", "town", False),  # side by side
        ("community", "street", False),
    ],
)
def test_parents_are_of_a_higher_level(parent: str, child: str, allowed: bool) -> None:
    assert may_hold(parent, child) is allowed


def test_validity_includes_both_days() -> None:
    span = Validity(MAY, JUNE)
    assert span.holds_on(MAY)
    assert span.holds_on(JUNE)
    assert not span.holds_on(JUNE + dt.timedelta(days=1))
    assert not span.holds_on(MAY - dt.timedelta(days=1))
    assert Validity().holds_on(MAY)
    assert Validity(MAY, MAY).is_possible()
    assert not Validity(JUNE, MAY).is_possible()


def test_a_code_given_again_is_told_apart_by_its_first_day() -> None:
    assert version_id("420204004", None) == "420204004"
    assert version_id("420204004", MAY) == "420204004@2024-05-01"
