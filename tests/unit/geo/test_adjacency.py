from __future__ import annotations

import numpy as np
import shapely

from gridmap.geo.adjacency import borders, mean_width


def test_borders_are_common_edges_not_corners() -> None:
    # 0 1
    # 2 3
    boxes = [shapely.box(x, y, x + 10, y + 10) for y in (10, 0) for x in (0, 10)]
    edge = borders(np.array(boxes, dtype=object))
    assert list(zip(edge.first.tolist(), edge.second.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 3), (2, 3)]
    assert edge.length_m.tolist() == [10.0] * 4


def test_a_polygon_that_touches_itself_is_no_neighbour_of_its_own() -> None:
    ring = shapely.box(0, 0, 30, 30).difference(shapely.box(10, 10, 20, 20))
    edge = borders(np.array([ring, shapely.box(10, 10, 20, 20)], dtype=object))
    assert edge.length_m.tolist() == [40.0]


def test_mean_width_of_a_square_is_half_its_side_and_of_a_strip_its_width() -> None:
    width = mean_width(np.array([shapely.box(0, 0, 20, 20), shapely.box(0, 0, 1000, 10)], dtype=object))
    assert width[0] == 10.0
    assert abs(width[1] - 10.0) < 0.2
