"""Neighbours share an edge; a corner is none."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridmap.errors import BadInput
from gridmap.geo.contiguity import from_pairs, neighbours


def beside(shapes: list[shapely.Polygon]) -> list[list[int]]:
    found = neighbours(np.array(shapes, dtype=object))
    return [found.beside(i).tolist() for i in range(len(found))]


def test_an_edge_makes_neighbours_a_corner_does_not() -> None:
    # 2 3
    # 0 1
    squares = [shapely.box(x, y, x + 100, y + 100) for y in (0, 100) for x in (0, 100)]
    assert beside(squares) == [[1, 2], [0, 3], [0, 3], [1, 2]]


def test_borders_drawn_centimetres_apart_or_across_are_one_border() -> None:
    squares = [shapely.box(0, 0, 100, 100), shapely.box(100.2, 0, 200, 100), shapely.box(199.9, 0, 300, 100)]
    assert beside(squares) == [[1], [0, 2], [1]]


def test_an_island_has_none_and_multipolygons_count() -> None:
    far = shapely.MultiPolygon([shapely.box(500, 0, 600, 100), shapely.box(100, 0, 150, 100)])
    assert beside([shapely.box(0, 0, 100, 100), shapely.box(0, 300, 100, 400), far]) == [[2], [], [0]]


def test_no_shapes_no_neighbours() -> None:
    assert len(neighbours(np.array([], dtype=object))) == 0


def test_a_place_is_not_its_own_neighbour() -> None:
    with pytest.raises(BadInput, match="own neighbour"):
        from_pairs(2, np.array([1]), np.array([1]))
