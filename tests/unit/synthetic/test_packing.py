from __future__ import annotations

import numpy as np
import shapely

from gridmap.synthetic.footprints import ell, horseshoe, oval, place, rectangle, slab, tower
from gridmap.synthetic.packing import along_edges, facing_south, long_angle, rows


def test_rows_lie_within_the_area_and_do_not_touch() -> None:
    area = shapely.Polygon([(0, 0), (130, 10), (140, 90), (60, 120), (-10, 80)])
    angle = np.deg2rad(8)
    spots = rows(area, angle, 12.0, 28.0, (24, 60), (7, 10), np.random.default_rng(3))
    boxes = [shapely.Polygon(place(rectangle(length, 12.0), x, y, angle)) for x, y, length in spots]
    assert len(boxes) >= 4
    assert all(area.contains(b) for b in boxes)
    assert min(a.distance(b) for k, a in enumerate(boxes) for b in boxes[:k]) > 6


def test_a_slit_between_the_sampled_lines_is_seen() -> None:
    slit = shapely.Polygon([(40, 2.5), (100.5, 2.0), (100.5, 4.0)])  # between the lower and the middle line of the row
    area = shapely.box(0, 0, 100, 13).difference(slit)
    spots = rows(area, 0.0, 12.0, 30.0, (24, 62), (8, 8), np.random.default_rng(1))
    assert all(area.contains(shapely.box(x - length / 2, y - 6, x + length / 2, y + 6)) for x, y, length in spots)


def test_a_row_fills_a_rectangle_from_side_to_side() -> None:
    spots = rows(shapely.box(0, 0, 100, 14), 0.0, 12.0, 30.0, (24, 62), (8, 8), np.random.default_rng(1))
    assert sum(length for _, _, length in spots) > 80


def test_no_room_no_building() -> None:
    assert rows(shapely.box(0, 0, 20, 10), 0.0, 12.0, 30.0, (24, 62), (8, 8), np.random.default_rng(1)) == []
    assert rows(shapely.Polygon(), 0.0, 12.0, 30.0, (24, 62), (8, 8), np.random.default_rng(1)) == []


def test_buildings_face_south_within_15_degrees() -> None:
    rng = np.random.default_rng(4)
    turned = [np.rad2deg(facing_south(np.deg2rad(a), rng)) for a in range(-180, 180, 7)]
    assert max(abs(t) for t in turned) <= 15.0


def test_street_direction_is_kept_where_it_is_near_south() -> None:
    assert np.isclose(np.rad2deg(facing_south(np.deg2rad(97.0), np.random.default_rng(4))), 7.0)


def test_long_angle_of_a_box() -> None:
    assert np.isclose(long_angle(shapely.box(0, 0, 100, 20)), 0.0)
    assert np.isclose(abs(long_angle(shapely.box(0, 0, 20, 100))), np.pi / 2)


def test_village_houses_keep_apart() -> None:
    area = shapely.Point(0, 0).buffer(45)
    houses = along_edges(area, lambda: (12.0, 8.0), (2.0, 4.0), 3, np.random.default_rng(2))
    boxes = [h[0] for h in houses]
    assert len(boxes) > 12
    assert all(area.contains(b) for b in boxes)
    assert min(a.distance(b) for k, a in enumerate(boxes) for b in boxes[:k]) >= 1.0


def test_outlines_are_valid_and_keep_their_size() -> None:
    rng = np.random.default_rng(1)
    for outline in (
        rectangle(50, 12),
        slab(50, 12, 3),
        tower(25, 25),
        ell(40, 20, rng),
        horseshoe(40, 30, 10),
        oval(100, 50),
    ):
        shape = shapely.Polygon(place(outline, 5, 6, 0.3))
        assert shape.is_valid
        assert shape.area > 300
    assert shapely.Polygon(slab(50, 12, 3)).bounds == (-25, -6, 25, 6)
