from __future__ import annotations

import numpy as np
import shapely

from gridmap.geo.adjacency import borders, mean_width
from gridmap.synthetic.partition import absorb_small, faces, largest, lines_of, node, polygons_of

OUTLINE = shapely.box(0, 0, 100, 100)


def cut_square() -> np.ndarray:
    # A | B     the cuts run past the edge by a metre
    # --+--
    # C | D
    lines = [OUTLINE.exterior, shapely.LineString([(40, -1), (40, 101)]), shapely.LineString([(-1, 30), (101, 30)])]
    return faces(node(lines), OUTLINE)


def test_faces_tile_the_outline() -> None:
    cells = cut_square()
    assert sorted(round(a) for a in shapely.area(cells)) == [1200, 1800, 2800, 4200]
    assert shapely.coverage_is_valid(cells, gap_width=0.01)
    assert np.isclose(shapely.area(cells).sum(), OUTLINE.area)


def test_corners_are_no_borders() -> None:
    edge = borders(cut_square())
    assert len(edge.first) == 4  # A-B, C-D, A-C, B-D, but neither A-D nor B-C
    assert sorted(edge.length_m.round().tolist()) == [30, 40, 60, 70]
    assert (edge.first < edge.second).all()


def test_small_face_joins_its_own_group_first() -> None:
    # S is small; its long edge is with B, but A is of its group
    a, b, s = shapely.box(0, 0, 10, 50), shapely.box(10, 5, 60, 50), shapely.box(10, 0, 60, 5)
    polygons = np.array([shapely.Polygon([(0, 0), (10, 0), (10, 5), (10, 50), (0, 50)]), b, s], dtype=object)
    merged, kept = absorb_small(polygons, np.array([False, False, True]), np.array([1, 2, 1]))
    assert kept.tolist() == [0, 1]
    assert merged[0].area == a.area + s.area
    merged, _ = absorb_small(polygons, np.array([False, False, True]), np.array([1, 2, 3]))
    assert merged[1].area == b.area + s.area


def test_mean_width_of_a_strip_is_its_width() -> None:
    strip = np.array([shapely.box(0, 0, 1000, 10)], dtype=object)
    assert abs(mean_width(strip)[0] - 10) < 0.2


def test_parts_by_type() -> None:
    mixed = shapely.GeometryCollection([shapely.Point(0, 0), OUTLINE, shapely.box(0, 0, 2, 2), OUTLINE.exterior])
    assert len(polygons_of(mixed)) == 2
    assert largest(mixed).area == 10000
    split = shapely.MultiLineString([[(0, 0), (1, 0)], [(1, 0), (2, 0)]])
    assert [g.length for g in lines_of(split)] == [2.0]
