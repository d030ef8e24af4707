"""What a map of grids is coloured by, over a real database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from gridmap.errors import BadInput, BeyondData
from gridmap.services import change
from gridmap.services.situation import Selection
from gridmap.store.engine import Store
from tests.postgres_databases import Databases
from tests.services.many_incidents import B1, B3, daily, picture, standing

D = dt.date
JUNE = dt.datetime(2024, 6, 1, 4, tzinfo=dt.UTC)
MAY = Selection(D(2024, 5, 1), D(2024, 5, 31))
ROWS = [
    *daily(D(2024, 4, 1), D(2024, 4, 30), 1),
    *daily(D(2024, 5, 1), D(2024, 5, 31), 4),
    *daily(D(2024, 5, 1), D(2024, 5, 3), 1, at=B3),
]


@pytest.fixture(scope="module")
def place(template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None) -> Iterator[Store]:
    with standing(template_db, tmp_path_factory.mktemp("place"), databases) as store:
        yield store


def test_counts_fall_into_classes_from_their_lower_edge_on(place: Store) -> None:
    found = change.choropleth(picture(place, ROWS, now=JUNE), MAY, "count")
    assert {code: value.count for code, value in found.values.items()} == {"G1": 124, "G2": 3}
    for value in found.values.values():
        assert value.value is not None
        assert value.class_ == sum(edge <= value.value for edge in found.breaks)
    assert list(found.breaks) == sorted(found.breaks)
    assert (found.unit, found.diverging) == ("incidents", False)


def test_rates_are_of_households_and_dedicated_grids_have_none(place: Store) -> None:
    found = change.choropleth(picture(place, ROWS, now=JUNE), MAY, "rate")
    home, station = found.values["G1"], found.values["G2"]
    assert home.raw == home.value == pytest.approx(100 * 124 / 512, abs=1e-3)  # alone it is its own mean
    assert home.low is not None and home.high is not None and home.raw is not None
    assert home.low < home.raw < home.high
    assert (station.value, station.class_, station.count) == (None, None, 3)
    assert found.mean == pytest.approx(100 * 124 / 512, abs=1e-3)


def test_changes_are_classed_only_where_they_are_more_than_chance(place: Store) -> None:
    found = change.choropleth(picture(place, ROWS, now=JUNE), MAY, "change")
    assert found.before is not None
    assert (found.before.from_on, found.before.to_on) == (D(2024, 4, 1), D(2024, 4, 30))  # a month before a month
    grown, new = found.values["G1"], found.values["G2"]
    assert (grown.count, grown.before, grown.significant, grown.class_) == (124, 30, True, 4)
    assert grown.value == pytest.approx(100 * (4 - 1))
    assert (new.value, new.before, new.significant, new.class_) == (None, 0, False, 2)
    assert found.diverging


def test_a_change_from_nothing_that_is_real_has_the_highest_class(place: Store) -> None:
    rows = daily(D(2024, 4, 1), D(2024, 5, 31), 1) + daily(D(2024, 5, 10), D(2024, 5, 31), 2, at=B3)
    value = change.choropleth(picture(place, rows, now=JUNE), MAY, "change").values["G2"]
    assert (value.value, value.significant, value.class_) == (None, True, 4)


def test_other_periods_are_set_beside_as_many_days(place: Store) -> None:
    now = picture(place, daily(D(2024, 1, 1), D(2024, 5, 31), 1), now=JUNE)
    found = change.choropleth(now, Selection(D(2024, 5, 2), D(2024, 5, 11)), "change")
    assert found.before is not None
    assert (found.before.from_on, found.before.to_on) == (D(2024, 4, 22), D(2024, 5, 1))
    quarter = change.choropleth(now, Selection(D(2024, 4, 1), D(2024, 5, 31)), "change")
    assert quarter.before is not None
    assert quarter.before.from_on == D(2024, 2, 1)


def test_nothing_to_colour(place: Store) -> None:
    empty = picture(place, [], now=JUNE)
    assert {value.count for value in change.choropleth(empty, MAY, "count").values.values()} == {0}
    assert change.choropleth(empty, MAY, "rate").values["G1"].value == 0.0
    with pytest.raises(BeyondData, match="no incidents"):
        change.choropleth(empty, MAY, "change")
    with pytest.raises(BadInput, match="coloured by mood"):
        change.choropleth(empty, MAY, "mood")
    one = picture(place, [("order.theft", B1, "day", D(2024, 5, 5))], now=JUNE)
    assert change.choropleth(one, MAY, "count").values["G1"].class_ == 1
