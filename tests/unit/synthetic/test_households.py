from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridmap.errors import BadInput
from gridmap.synthetic.households import deal, enlarge
from gridmap.synthetic.lots import Building


def house(kind: str, floors: int, stairwells: int, flats: int) -> Building:
    return Building(shapely.box(0, 0, 40, 12), 0, kind, floors, stairwells, flats, (20.0, 6.0, 38.0, 8.0, 0.0))


def test_flats_of_a_slab_and_of_a_village_house() -> None:
    assert house("residential", 6, 3, 2).flats == 36
    assert house("village", 3, 0, 2).flats == 2
    assert house("industrial", 1, 0, 0).flats == 0


def test_every_grid_gets_its_number_and_no_flat_two_households() -> None:
    buildings = [house("residential", 6, 3, 2), house("residential", 6, 3, 2), house("village", 2, 0, 3)]
    grid_of = np.array([0, 1, 1])
    dealt = deal(buildings, grid_of, np.array([30, 20]), np.random.default_rng(1))
    assert np.bincount(grid_of[dealt.building]).tolist() == [30, 20]
    flats = {(b, s, r) for b, s, r in zip(dealt.building, dealt.stairwell, dealt.room, strict=True) if r}
    assert len(flats) == sum(1 for r in dealt.room if r)
    assert shapely.contains_xy(shapely.box(0, 0, 40, 12), dealt.x, dealt.y).all()


def test_rooms_are_floor_and_flat() -> None:
    dealt = deal([house("residential", 11, 1, 4)], np.array([0]), np.array([44]), np.random.default_rng(1))
    assert min(dealt.room, key=int) == "101"
    assert max(dealt.room, key=int) == "1104"
    assert set(dealt.stairwell.tolist()) == {1}


def test_village_houses_have_neither_stairwell_nor_room() -> None:
    dealt = deal([house("village", 3, 0, 2)], np.array([0]), np.array([2]), np.random.default_rng(1))
    assert dealt.stairwell.tolist() == [0, 0]
    assert dealt.room == ("", "")


def test_too_few_flats_are_refused() -> None:
    with pytest.raises(BadInput):
        deal([house("village", 3, 0, 2)], np.array([0]), np.array([3]), np.random.default_rng(1))


def test_small_grids_are_built_up() -> None:
    taller = enlarge([house("residential", 6, 3, 2)], np.array([0]), np.array([True]), 50, 340)
    assert taller[0].flats >= 50
    assert taller[0].floors > 6


def test_no_block_is_built_up_beyond_its_limit() -> None:
    taller = enlarge(
        [house("residential", 6, 3, 2), house("village", 3, 0, 1)], np.array([0, 0]), np.array([True]), 500, 60
    )
    assert 50 < sum(b.flats for b in taller) <= 60
