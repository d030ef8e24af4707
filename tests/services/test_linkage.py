"""Linkage on a drawn map: what has a grid, what has none and why.

    B3 B4      B1, B2 are grid G1, B3 is grid G2, B4 belongs to no grid (tests/services/small_world.py)
    B1 B2
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.errors import BadInput
from gridmap.services import linkage
from gridmap.services.linkage import Share
from gridmap.services.situation import Picture, Situation
from gridmap.store import bulk
from gridmap.store.engine import Store
from gridmap.store.tables import Assignment, Block, Building, Household, Incident, Unit
from tests.services import small_world
from tests.services.small_world import in_block

BEYOND = (small_world.WEST + 9.0, small_world.SOUTH)


@pytest.fixture
def world(settings: Settings) -> Iterator[Store]:
    store = small_world.build(settings)
    with store.write() as session:
        block = dict(session.execute(sa.select(Block.code, Block.id)).all())
        (house,) = bulk.insert(
            session, Building, {"name": ["一号楼"], "geom": [_box(in_block(0, 0))], "block_id": [block["B1"]]}
        )
        bulk.insert(
            session,
            Household,
            {
                "source_id": ["H1", "H2", "H3", "H4"],
                "room": ["101", None, None, None],
                "building_id": [house, None, None, None],
                "count": [1, 30, 5, 2],
                "block_id": [block["B1"], block["B3"], block["B4"], None],
                "geom": _points(in_block(0, 0), in_block(0, 1), in_block(1, 1), in_block(3, 0)),
            },
        )
        bulk.insert(
            session,
            Unit,
            {"name": ["商店", "渡口"], "block_id": [None, None], "geom": _points(in_block(4, 0), BEYOND)},
        )
    yield store
    store.close()


def _box(middle: tuple[float, float]) -> shapely.MultiPolygon:
    lon, lat = middle
    return shapely.MultiPolygon([shapely.box(lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4)])


def _points(*places: tuple[float, float]) -> np.ndarray:
    return np.array([shapely.Point(place) for place in places], dtype=object)


def picture_of(world: Store) -> Picture:
    return Situation(world, now=small_world.now).picture()


def test_shares_count_households_not_rows_and_say_why_the_others_lack_a_grid(world: Store) -> None:
    found = linkage.summary(world, picture_of(world))
    assert found.plan == "2024 网格方案"
    assert found.shares == {
        "buildings": Share(1, 1),
        "households": Share(31, 38),
        "units": Share(0, 2),
        "incidents": Share(57, 60),  # 2 in B4, 1 beyond all blocks
    }
    assert found.reasons["households"] == {"block_without_grid": 5, "no_block": 2}
    assert found.reasons["incidents"] == {"block_without_grid": 2, "no_block": 1}
    assert (found.missing, found.is_complete) == (12, False)


def test_communities_add_up_to_the_whole_and_the_worst_comes_first(world: Store) -> None:
    found = linkage.summary(world, picture_of(world))
    assert [(c.code, c.street, c.missing) for c in found.communities] == [
        ("0101", "新下陆街道", 7),  # B4: 5 households and 2 incidents
        (None, None, 5),
    ]
    for layer, whole in found.shares.items():
        parts = [community.shares[layer] for community in found.communities]
        assert (sum(p.linked for p in parts), sum(p.total for p in parts)) == (whole.linked, whole.total)


def test_a_closed_block_is_another_reason_than_one_without_a_grid(world: Store) -> None:
    with world.write() as session:
        closed = sa.update(Block).where(Block.code == "B4").values(closed_at=dt.datetime(2024, 2, 1, tzinfo=dt.UTC))
        session.execute(closed)
    found = linkage.summary(world, picture_of(world))
    assert found.reasons["households"] == {"closed_block": 5, "no_block": 2}
    page = linkage.gaps(world, picture_of(world), "households", reason="closed_block")
    assert [(gap.row.name, gap.row.reason, gap.row.block) for gap in page.items] == [("H3", "closed_block", "B4")]
    assert linkage.gaps(world, picture_of(world), "households", reason="block_without_grid").items == ()


def test_the_list_names_the_row_its_place_and_the_nearest_grid(world: Store) -> None:
    page = linkage.gaps(world, picture_of(world), "households")
    h3, h4 = page.items
    assert (h3.row.name, h3.row.count, h3.row.reason, h3.row.community) == ("H3", 5, "block_without_grid", "青龙社区")
    assert (h4.row.name, h4.row.count, h4.row.reason, h4.row.block) == ("H4", 2, "no_block", None)
    assert (round(h4.lon, 6), round(h4.lat, 6)) == tuple(round(part, 6) for part in in_block(3, 0))
    assert h4.nearest is not None and h4.nearest.code == "G1"
    assert 1400 < h4.nearest.distance_m < 1460  # one block and a half of 962 m to the east of B2


def test_what_lies_beyond_the_extent_says_so_and_has_no_nearest_grid(world: Store) -> None:
    shop, ferry = linkage.gaps(world, picture_of(world), "units").items
    assert (shop.is_beyond, ferry.is_beyond) == (False, True)
    assert ferry.nearest is None


def test_pages_follow_each_other_without_repeating_or_losing_a_row(world: Store) -> None:
    seen, after = [], 0
    while True:
        page = linkage.gaps(world, picture_of(world), "incidents", after=after, limit=2)
        seen += [gap.row.uid for gap in page.items]
        if page.next is None:
            break
        after = page.next
    assert len(seen) == len(set(seen)) == 3
    everything = list(linkage.all_gaps(world, picture_of(world)))
    assert [layer for layer, _ in everything] == ["households"] * 2 + ["units"] * 2 + ["incidents"] * 3
    assert [gap.row.uid for layer, gap in everything if layer == "incidents"] == seen


def test_a_filter_by_community_leaves_what_stands_in_its_blocks(world: Store) -> None:
    page = linkage.gaps(world, picture_of(world), "households", community="0101")
    assert [gap.row.name for gap in page.items] == ["H3"]
    assert linkage.gaps(world, picture_of(world), "households", community="0102").items == ()


def test_an_incident_counts_by_its_block_not_by_the_grid_it_was_placed_by(world: Store) -> None:
    with world.write() as session:
        b2 = session.scalar(sa.select(Block.id).where(Block.code == "B2"))
        session.execute(sa.delete(Assignment).where(Assignment.block_id == b2))
        assert session.scalar(sa.select(sa.func.count()).where(Incident.block_id == b2, Incident.grid_id > 0)) == 4
    found = linkage.summary(world, picture_of(world))
    assert found.shares["incidents"] == Share(53, 60)


def test_without_a_plan_nothing_has_a_grid(settings: Settings, store: Store) -> None:
    small_world.open_project(settings, now=small_world.BEGUN).close()
    found = linkage.summary(store, picture_of(store))
    assert found.plan is None
    assert found.shares["buildings"].per_mille is None
    assert (found.total, found.is_complete) == (0, False)
    assert linkage.gaps(store, picture_of(store), "buildings").items == ()


def test_a_share_is_rounded_down() -> None:
    assert Share(99_999, 100_000).per_mille == 999
    assert Share(100_000, 100_000).per_mille == 1000


@pytest.mark.parametrize("wanted", [{"layer": "trees"}, {"layer": "units", "reason": "bad luck"}])
def test_what_there_is_not_is_refused(world: Store, wanted: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        linkage.gaps(world, picture_of(world), **wanted)
