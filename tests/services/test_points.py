"""Incidents as points on the map, and the list behind a point."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from gridmap.services.project import open_project
from gridmap.services.situation import IncidentFilter, Picture, Selection, Situation
from gridmap.services.situation import points as module
from gridmap.services.situation.events import Events
from gridmap.services.situation.newest import newest
from gridmap.services.situation.points import PLACES_AT_MOST, points
from gridmap.store.event_columns import EventColumns
from gridmap.store.incidents import EPOCH, Mark
from tests.postgres_databases import Databases
from tests.services import small_world as world

D = dt.date
MAY = Selection(D(2024, 5, 1), D(2024, 5, 31))
EVERYTHING = (-180.0, -90.0, 180.0, 90.0)


@pytest.fixture(scope="module")
def calm(
    template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None
) -> Iterator[Situation]:
    with world.standing(template_db, tmp_path_factory.mktemp("calm"), databases) as settings:
        store = open_project(settings)
        yield Situation(store, now=world.now)
        store.close()


def columns(lon: np.ndarray, lat: np.ndarray, kind: np.ndarray | None = None) -> EventColumns:
    n = len(lon)
    return EventColumns(
        id=np.arange(1, n + 1),
        lon=lon,
        lat=lat,
        kinds=["a", "b"],
        kind_code=np.zeros(n, np.int32) if kind is None else kind.astype(np.int32),
        occurred_on=np.arange(n, dtype=np.int32) % 50,
        precision=np.ones(n, np.int8),
        occurred_at=np.full(n, -1),
        grid_id=np.full(n, -1),
        block_id=np.full(n, -1),
        is_doubtful=np.zeros(n, bool),
    )


def placed(picture: Picture, lon: np.ndarray, lat: np.ndarray, kind: np.ndarray | None = None) -> Events:
    return Events.of(columns(lon, lat, kind), picture.ground, "Asia/Shanghai")


def test_reports_of_one_place_are_one_point_with_their_number(calm: Situation) -> None:
    found = calm.picture().points(MAY, None, 14)
    assert (found.mode, found.total, len(found.lon)) == ("places", 60, 5)
    stack = found.count.index(50)
    assert (found.lon[stack], found.lat[stack]) == tuple(round(degrees, 7) for degrees in world.CLUSTER)
    assert found.kinds[found.kind[stack]] == "order.theft"
    one = calm.picture().points(replace(MAY, block="B1"), EVERYTHING, 3)
    assert (one.count, one.total) == ([50], 50)


def test_a_box_takes_what_lies_in_it(calm: Situation) -> None:
    lon, lat = world.CLUSTER
    box = (lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4)
    assert calm.picture().points(MAY, box, 18).total == 50
    assert calm.picture().points(MAY, (0.0, 0.0, 1.0, 1.0), 18).count == []


def test_a_place_of_several_kinds_says_so(calm: Situation) -> None:
    lon, lat = np.array([115.0, 115.0, 115.0, 115.1]), np.array([30.2, 30.2, 30.2, 30.2])
    events = placed(calm.picture(), lon, lat + np.array([0, 0, 2e-9, 0]), np.array([0, 1, 1, 1]))
    found = points(events, np.arange(4), None, 10)
    assert sorted(zip(found.lon, found.count, found.kind, strict=True)) == [(115.0, 3, -1), (115.1, 1, 1)]


def test_too_many_places_are_clustered_by_the_server(calm: Situation) -> None:
    rng = np.random.default_rng(3)
    n = PLACES_AT_MOST + 1
    events = placed(calm.picture(), 115 + 0.02 * rng.random(n), 30.2 + 0.02 * rng.random(n))
    found = points(events, np.arange(n), None, 12)
    assert (found.mode, found.total, sum(found.count)) == ("clusters", n, n)
    side_deg = 360 / 2**12 / 4  # 64 of 256 pixels
    assert 1 < len(found.lon) <= (0.02 / side_deg + 2) ** 2
    assert set(found.kind) == {0}
    assert np.average(found.lon, weights=found.count) == pytest.approx(events.lon.mean(), abs=1e-6)
    fewer = points(events, np.arange(n - 1), None, 12)
    assert (fewer.mode, len(fewer.lon)) == ("places", n - 1)


@pytest.mark.parametrize("zoom", [0, 10, 22])
def test_clusters_are_the_same_counted_in_a_table_or_sorted(
    calm: Situation, zoom: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    events = placed(calm.picture(), 115 + rng.random(300), 30 + rng.random(300), rng.integers(0, 2, 300))
    monkeypatch.setattr(module, "PLACES_AT_MOST", 10)
    table = points(events, np.arange(300), None, zoom)
    monkeypatch.setattr(module, "DENSE_CELLS", 1)
    assert points(events, np.arange(300), None, zoom) == table
    assert (len(table.count), table.total) == ({0: 1, 22: 300}.get(zoom, len(table.count)), 300)


def test_places_keep_their_numbers_when_others_come(calm: Situation) -> None:
    picture = calm.picture()
    rng = np.random.default_rng(7)
    lon, lat = 115 + rng.integers(0, 20, 90) / 1000, 30.2 + rng.integers(0, 20, 90) / 1000
    whole = placed(picture, lon, lat)
    grown = placed(picture, lon[:40], lat[:40])
    rest = columns(lon, lat)
    later = EventColumns(
        kinds=rest.kinds,
        **{name: getattr(rest, name)[40:] for name in rest.__dataclass_fields__ if name != "kinds"},
    )
    assert np.array_equal(grown.locations.find(lon[:40], lat[:40]), grown.place)
    more = grown.followed_by(later, picture.ground, "Asia/Shanghai")
    assert np.array_equal(more.place[:40], grown.place)
    found = [points(events, np.arange(90), None, 14) for events in (whole, more)]
    one, other = (sorted(zip(each.lon, each.lat, each.count, strict=True)) for each in found)
    assert one == other
    assert grown.locations.find(np.array([1.0]), np.array([1.0])).tolist() == [-1]


def pages(situation: Situation, wanted: IncidentFilter, limit: int) -> list[str]:
    uids, after = [], None
    for _ in range(100):
        page = situation.incidents(wanted, after=after, limit=limit)
        assert len(page.items) <= limit
        uids += [row.uid for row in page.items]
        after = page.next
        if after is None:
            return uids
    raise AssertionError("The pages have no end.")


def test_the_list_from_the_index_is_the_list_of_the_database(calm: Situation) -> None:
    stored = pages(calm, IncidentFilter(Selection()), 1000)
    assert len(stored) == 60
    assert pages(calm, IncidentFilter(Selection(), uids=tuple(stored)), 7) == stored
    near = (115.0, 30.2, 115.01, 30.22)
    within = pages(calm, IncidentFilter(MAY, bbox=near), 99)
    assert len(within) == 53
    assert pages(calm, IncidentFilter(MAY, uids=tuple(stored), bbox=near), 10) == within
    outside = pages(calm, IncidentFilter(MAY, outside=True), 10)
    assert pages(calm, IncidentFilter(MAY, outside=True, uids=tuple(stored)), 2) == outside
    assert pages(calm, IncidentFilter(MAY, doubtful=True, uids=tuple(stored)), 2) == []


def test_all_that_is_stacked_at_a_place_is_listed(calm: Situation) -> None:
    found = pages(calm, IncidentFilter(Selection(), at=world.CLUSTER), 20)
    assert len(set(found)) == len(found) == 50
    assert pages(calm, IncidentFilter(Selection(kinds=("help",)), at=world.CLUSTER), 20) == []
    assert pages(calm, IncidentFilter(Selection(), at=(1.0, 1.0)), 20) == []


def test_a_list_left_open_on_one_side_reaches_to_the_end(calm: Situation) -> None:
    assert len(pages(calm, IncidentFilter(Selection(from_on=D(2024, 5, 31), area="01")), 9)) == 2
    assert len(pages(calm, IncidentFilter(Selection(to_on=D(2024, 5, 1), area="01")), 9)) == 1
    assert pages(calm, IncidentFilter(Selection(from_on=D(2030, 1, 1), area="01")), 9) == []


def test_the_newest_of_many_are_those_of_sorting_all(calm: Situation) -> None:
    rng = np.random.default_rng(11)
    n = 2_000
    made = columns(np.full(n, 115.0), np.full(n, 30.2))
    precision = rng.integers(0, 2, n)
    at_s = np.where(precision == 0, made.occurred_on * 86_400 - 10**6 + rng.integers(0, 9, n), -1)  # ties, before 1970
    made = replace(made, id=rng.permutation(n) + 1, precision=precision.astype(np.int8), occurred_at=at_s)
    events = Events.of(made, calm.picture().ground, "UTC")

    def rank(row: int) -> tuple[int, bool, int, int]:
        return (-events.day[row], bool(precision[row]), -at_s[row], -events.id[row])

    assert newest(events, np.arange(n), None, 137).tolist() == sorted(range(n), key=rank)[:137]

    paged: list[int] = []
    mark = None
    while found := newest(events, np.arange(n), mark, 150).tolist():
        paged += found
        last = paged[-1]
        instant = None if precision[last] else EPOCH + dt.timedelta(seconds=int(at_s[last]))
        mark = Mark(int(events.day[last]), instant, int(events.id[last]))
    assert paged == sorted(range(n), key=rank)
