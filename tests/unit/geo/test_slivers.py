from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely

from gridmap.geo.slivers import merge_slivers, sliver_kind


@pytest.mark.parametrize(
    ("shape", "bare", "kind"),
    [
        (shapely.box(0, 0, 100, 100), True, ""),
        (shapely.box(0, 0, 100, 100), False, ""),
        (shapely.box(0, 0, 20, 20), False, "small"),
        (shapely.box(0, 0, 400, 8), False, "strip"),
        (shapely.box(0, 0, 400, 18), True, "strip"),
        (shapely.box(0, 0, 400, 18), False, ""),
        (shapely.Point(0, 0).buffer(30), True, "island"),
        (shapely.Point(0, 0).buffer(30), False, ""),
        (shapely.Point(0, 0).buffer(60), True, ""),
    ],
)
def test_what_is_a_sliver(shape: shapely.Polygon, bare: bool, kind: str) -> None:
    found = sliver_kind(np.array([shape], dtype=object), np.array([bare]), min_area_m2=800, min_width_m=10)
    assert found.tolist() == [kind]


def row(*widths: float) -> np.ndarray:
    """Boxes side by side, 100 m high."""
    edges = np.concatenate([[0.0], np.cumsum(widths)])
    return np.array([shapely.box(a, 0, b, 100) for a, b in pairwise(edges.tolist())], dtype=object)


def test_the_longest_border_decides_then_the_larger_neighbour() -> None:
    faces = row(50, 5, 80)
    merged = merge_slivers(faces, np.zeros(3, dtype=np.int64), np.array([False, True, False]), 800, 10)
    assert shapely.area(merged.polygons).tolist() == [5_000.0, 8_500.0]
    assert merged.group.tolist() == [0, 1, 1]
    assert merged.joined.tolist() == [False, True, False]


def test_a_sliver_stays_in_its_community() -> None:
    merged = merge_slivers(row(50, 5, 80), np.array([0, 0, 1]), np.array([False, True, False]), 800, 10)
    assert merged.group.tolist() == [0, 0, 1]
    alone = merge_slivers(row(50, 5, 80), np.array([0, 1, 2]), np.array([False, True, False]), 800, 10)
    assert alone.group.tolist() == [0, 1, 2]
    assert not alone.joined.any()


def test_slivers_may_make_a_block_together() -> None:
    faces = row(6, 7, 8)
    merged = merge_slivers(faces, np.zeros(3, dtype=np.int64), np.array([True, True, True]), 800, 10)
    assert len(merged.polygons) == 1
    assert merged.polygons[0].area == 2_100.0
