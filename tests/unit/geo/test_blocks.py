"""Blocks from lines: small maps drawn by hand, and many random ones held to what must always be true."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.errors import BadInput
from gridmap.geo.blocks import Blocks, make_blocks, parted_buildings

SQUARE = shapely.box(0, 0, 400, 400)


def line(*xy: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(xy)


def kinds(blocks: Blocks) -> list[str]:
    return sorted(finding.kind for finding in blocks.findings)


def holder(blocks: Blocks, x: float, y: float) -> int:
    """The block at a place."""
    return int(np.flatnonzero(shapely.contains_xy(blocks.polygons, x, y))[0])


def assert_tiles(blocks: Blocks, communities: list[shapely.Polygon]) -> None:
    """A valid coverage of every community, with the very border it was given."""
    assert shapely.is_valid(blocks.polygons).all()
    assert shapely.coverage_is_valid(blocks.polygons)
    for home, community in enumerate(communities):
        own = blocks.polygons[blocks.community == home]
        union = shapely.coverage_union_all(own)
        assert union.area == pytest.approx(community.area, abs=1e-6)
        assert shapely.hausdorff_distance(shapely.boundary(union), shapely.boundary(community)) < 1e-9
        vertices = {tuple(xy) for xy in shapely.get_coordinates(own).tolist()}
        assert {tuple(xy) for xy in shapely.get_coordinates(community).tolist()} <= vertices


def test_two_streets_make_four_blocks_numbered_as_a_map_is_read() -> None:
    # 0 | 1
    # -----
    # 2 | 3
    blocks = make_blocks([line((0, 200), (400, 200)), line((200, -50), (200, 450))], [SQUARE])
    assert_tiles(blocks, [SQUARE])
    assert shapely.area(blocks.polygons).tolist() == [40_000.0] * 4
    centres = shapely.get_coordinates(shapely.centroid(blocks.polygons)).tolist()
    assert centres == [[100, 300], [300, 300], [100, 100], [300, 100]]
    assert blocks.findings == ()


def test_a_dead_end_parts_nothing() -> None:
    blocks = make_blocks(
        [line((0, 200), (400, 200)), line((200, 200), (200, 380)), line((90, 50), (300, 50))], [SQUARE]
    )
    assert len(blocks.polygons) == 2
    assert_tiles(blocks, [SQUARE])


def test_a_community_without_any_line_is_one_block() -> None:
    blocks = make_blocks([], [SQUARE])
    assert shapely.equals(blocks.polygons[0], SQUARE)


def test_a_street_goes_round_a_building_it_would_cut() -> None:
    """Two thirds of the building lie in the south: all of it does, and the border follows its northern wall."""
    building = shapely.box(180, 180, 220, 210)
    blocks = make_blocks([line((0, 200), (400, 200))], [SQUARE], [building])
    assert_tiles(blocks, [SQUARE])
    assert kinds(blocks) == ["bent"]
    south = holder(blocks, 10, 10)
    assert blocks.polygons[south].area == pytest.approx(80_000 + 40 * 10, abs=0.1)
    assert shapely.covers(blocks.polygons[south].buffer(0.002), building)
    assert len(parted_buildings(blocks.polygons, [building])) == 0


def test_buildings_that_overlap_stay_together() -> None:
    """The street cuts the first only; the second leans into it and would be cut by the way round."""
    first, second = shapely.box(100, 190, 140, 215), shapely.box(130, 205, 180, 240)
    blocks = make_blocks([line((0, 200), (400, 200))], [SQUARE], [first, second])
    assert len(blocks.polygons) == 2
    assert len(parted_buildings(blocks.polygons, [first, second])) == 0
    assert holder(blocks, 105, 195) == holder(blocks, 175, 235)


def test_a_court_goes_with_its_building() -> None:
    ring = shapely.box(150, 150, 250, 250).difference(shapely.box(180, 180, 220, 220))
    blocks = make_blocks([line((0, 210), (400, 210))], [SQUARE], [ring], min_area_m2=0, min_width_m=0)
    assert len(blocks.polygons) == 2
    assert holder(blocks, 200, 215) == holder(blocks, 160, 160)


def test_a_building_across_the_communities_border_is_told() -> None:
    west, east = shapely.box(0, 0, 200, 400), shapely.box(200, 0, 400, 400)
    building = shapely.box(190, 100, 230, 140)
    blocks = make_blocks([line((0, 120), (400, 120))], [west, east], [building])
    assert_tiles(blocks, [west, east])
    assert kinds(blocks) == ["bent", "bent", "parted"]
    for home in (0, 1):
        assert len(parted_buildings(blocks.polygons[blocks.community == home], [building])) == 0


def test_the_median_of_a_dual_carriageway_joins_a_side() -> None:
    blocks = make_blocks([line((0, 200), (400, 200)), line((0, 212), (400, 212))], [SQUARE])
    assert_tiles(blocks, [SQUARE])
    assert len(blocks.polygons) == 2
    assert kinds(blocks) == ["strip"]
    (found,) = blocks.findings
    assert 200 < found.y < 212
    assert found.area_m2 == pytest.approx(4_800)
    assert shapely.contains_xy(blocks.polygons[found.block], found.x, found.y)


def test_a_wide_bare_median_joins_too_but_not_with_a_building_on_it() -> None:
    streets = [line((0, 200), (400, 200)), line((0, 220), (400, 220))]
    assert len(make_blocks(streets, [SQUARE]).polygons) == 2
    assert len(make_blocks(streets, [SQUARE], [shapely.box(100, 205, 150, 215)]).polygons) == 3


def test_the_island_of_a_roundabout_joins() -> None:
    ring = shapely.Point(200, 200).buffer(25).exterior
    arms = [line((0, 200), (175, 200)), line((225, 200), (400, 200))]
    blocks = make_blocks([ring, *arms], [SQUARE])
    assert_tiles(blocks, [SQUARE])
    assert (len(blocks.polygons), kinds(blocks)) == (2, ["island"])


def test_slivers_along_a_chain_become_one_block_or_join_the_next() -> None:
    """Five plots of 20 x 20 m in a row: none is a block, and all that is left of them lies in the large one."""
    across = [line((300 + 20 * k, 0), (300 + 20 * k, 20)) for k in range(6)]
    blocks = make_blocks([line((0, 20), (400, 20)), *across], [SQUARE])
    assert_tiles(blocks, [SQUARE])
    assert min(shapely.area(blocks.polygons)) > 800


def test_a_sliver_alone_in_its_community_is_kept_and_listed() -> None:
    small, rest = shapely.box(0, 0, 20, 20), SQUARE.difference(shapely.box(0, 0, 20, 20))
    blocks = make_blocks([], [small, rest])
    assert_tiles(blocks, [small, rest])
    assert kinds(blocks) == ["kept"]
    assert blocks.community.tolist() == [0, 1]


def test_a_hole_between_communities_is_told() -> None:
    blocks = make_blocks([], [SQUARE.difference(shapely.box(100, 100, 150, 150))])
    assert [(f.kind, f.area_m2, f.block) for f in blocks.findings] == [("outside", 2_500.0, -1)]


def walled(gate_m: float) -> list[shapely.LineString]:
    """A wall round a compound of 100 m, open at its gate in the south."""
    half = gate_m / 2
    return [line((200 - half, 150), (150, 150), (150, 250), (250, 250), (250, 150), (200 + half, 150))]


def test_a_wall_is_closed_at_its_gate() -> None:
    assert len(make_blocks(walled(9), [SQUARE]).polygons) == 1
    closed = make_blocks(walled(9), [SQUARE], reach_m=12.0)
    assert sorted(shapely.area(closed.polygons).round().tolist()) == [10_000.0, 150_000.0]
    assert len(make_blocks(walled(30), [SQUARE], reach_m=12.0).polygons) == 1


def test_a_gate_with_a_building_in_it_stays_open() -> None:
    assert len(make_blocks(walled(9), [SQUARE], [shapely.box(198, 140, 202, 160)], reach_m=12.0).polygons) == 1


def test_a_street_that_ends_short_is_led_on() -> None:
    street = line((2.0, 200), (399, 200))
    assert len(make_blocks([street], [SQUARE]).polygons) == 1
    assert len(make_blocks([street], [SQUARE], reach_m=3.0).polygons) == 2


def test_neighbours_share_the_vertices_of_streets_that_end_on_their_border() -> None:
    """The street meets the slanting border at no round place; both sides get that very vertex."""
    west = shapely.Polygon([(0, 0), (170, 0), (233, 400), (0, 400)])
    east = SQUARE.difference(west)
    blocks = make_blocks([line((0, 101), (400, 77))], [west, east])
    assert_tiles(blocks, [west, east])
    assert len(blocks.polygons) == 4


@pytest.mark.parametrize(("communities", "limit"), [([], 800.0), ([SQUARE], -1.0)])
def test_what_cannot_be_is_refused(communities: list[shapely.Polygon], limit: float) -> None:
    with pytest.raises(BadInput):
        make_blocks([], communities, min_area_m2=limit)


def random_town(seed: int) -> tuple[list[shapely.LineString], list[shapely.Polygon], list[shapely.Polygon]]:
    """Lines on and off a grid, two communities, buildings that keep off the communities' border."""
    rng = np.random.default_rng(seed)
    lines = [shapely.LineString(rng.uniform(-20, 320, (rng.integers(2, 5), 2))) for _ in range(rng.integers(1, 18))]
    if rng.random() < 0.5:
        lines = [shapely.transform(g, lambda xy: np.round(xy / 10) * 10 + 1e-4) for g in lines]
    cut, lean = rng.uniform(60, 240), rng.uniform(-30, 30)
    west = shapely.Polygon([(0, 0), (cut, 0), (cut + lean, 130), (cut, 300), (0, 300)])
    whole = shapely.box(0, 0, 300, 300)
    buildings = []
    for _ in range(rng.integers(0, 30)):
        (x, y), (w, h) = rng.uniform(0, 300, 2), rng.uniform(4, 40, 2)
        box = shapely.affinity.rotate(shapely.box(x, y, x + w, y + h), rng.uniform(0, 180))
        if whole.contains(box) and not box.intersects(west.boundary):
            buildings.append(box)
    return [g for g in lines if g.length > 0], [west, whole.difference(west)], buildings


def check_random_town(seed: int) -> None:
    lines, communities, buildings = random_town(seed)
    rng = np.random.default_rng(seed)
    limits = {"min_area_m2": float(rng.choice([0, 50, 800])), "reach_m": float(rng.choice([0, 3, 12]))}
    blocks = make_blocks(lines, communities, buildings, **limits)
    assert_tiles(blocks, communities)
    assert len(parted_buildings(blocks.polygons, buildings)) == 0
    again = make_blocks(lines, communities, buildings, **limits)
    assert shapely.equals_exact(blocks.polygons, again.polygons, 0).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31))
def test_random_towns(seed: int) -> None:
    check_random_town(seed)


@pytest.mark.full
@settings(max_examples=1_000, deadline=None)
@given(st.integers(0, 2**31))
def test_many_random_towns(seed: int) -> None:
    check_random_town(seed)


def test_a_real_coverage_of_many_communities_is_kept(small_ring: list[shapely.Polygon]) -> None:
    spokes = [line((0, 0), (300 * np.cos(a), 300 * np.sin(a))) for a in np.linspace(0, 6, 17)]
    rings = [shapely.Point(0, 0).buffer(r).exterior for r in (77, 140, 201)]
    blocks = make_blocks([*spokes, *rings], small_ring, min_area_m2=100, min_width_m=2)
    assert_tiles(blocks, small_ring)
    assert set(blocks.community.tolist()) == set(range(len(small_ring)))


@pytest.fixture
def small_ring() -> list[shapely.Polygon]:
    """Twelve sectors of a disc, sharing their vertices."""
    angles = np.linspace(0, 2 * np.pi, 13)
    corners = [(float(250 * np.cos(a)), float(250 * np.sin(a))) for a in angles[:-1]]
    return [shapely.Polygon([(0.0, 0.0), a, b]) for a, b in pairwise([*corners, corners[0]])]
