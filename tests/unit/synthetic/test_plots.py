from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridmap.synthetic.plots import blob, country_cut, divide, town_cut, village_cut

CUTTERS = {"town": town_cut, "country": country_cut, "village": village_cut}


@pytest.mark.parametrize("name", sorted(CUTTERS))
def test_pieces_fill_the_polygon_without_overlap(name: str) -> None:
    whole = shapely.box(0, 0, 320, 240)
    pieces, cuts = divide(whole, lambda _: 6000.0, CUTTERS[name], np.random.default_rng(5))
    assert len(pieces) > 8
    assert len(cuts) == len(pieces) - 1
    assert np.isclose(shapely.area(pieces).sum(), whole.area)
    assert np.isclose(shapely.union_all(pieces).area, whole.area)


def test_no_piece_is_a_sliver() -> None:
    pieces, _ = divide(shapely.box(0, 0, 300, 300), lambda _: 4000.0, town_cut, np.random.default_rng(2))
    assert (2 * shapely.area(pieces) / shapely.length(pieces)).min() > 7.0


def test_a_polygon_with_a_hole_is_opened() -> None:
    ring = shapely.box(0, 0, 400, 400).difference(shapely.box(150, 150, 250, 250))
    pieces, _ = divide(ring, lambda _: 30_000.0, country_cut, np.random.default_rng(1))
    assert len(pieces) >= 3
    assert not any(p.interiors for p in pieces)
    assert np.isclose(shapely.area(pieces).sum(), ring.area)


def test_a_small_polygon_stays_whole() -> None:
    whole = shapely.box(0, 0, 10, 10)
    assert divide(whole, lambda _: 1000.0, town_cut, np.random.default_rng(1)) == ([whole], [])


def test_blob_is_valid_and_about_as_large_as_asked() -> None:
    for seed in range(20):
        patch = blob(10.0, 20.0, 50.0, np.random.default_rng(seed))
        assert patch.is_valid
        assert 1500 < patch.area < 12_000
        assert patch.distance(shapely.Point(10, 20)) < 10
