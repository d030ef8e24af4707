from __future__ import annotations

import numpy as np
import shapely

from gridmap.synthetic.blocks import Drawing
from gridmap.synthetic.terrain import Raster, chaikin, contours


def cone() -> Raster:
    raster = Raster(-100.0, -100.0, 5.0, np.zeros((41, 41)))
    x, y = raster.mesh()
    return Raster(-100.0, -100.0, 5.0, 100.0 - np.hypot(x, y))


def test_contour_of_a_cone_is_a_circle() -> None:
    lines = contours(cone(), 60.0)
    assert len(lines) == 1
    ring = lines[0]
    assert ring.is_closed
    radii = np.hypot(*shapely.get_coordinates(ring).T)
    assert np.abs(radii - 40.0).max() < 0.6


def test_contour_that_leaves_the_raster_is_open() -> None:
    lines = contours(cone(), -10.0)
    assert lines
    assert not any(line.is_closed for line in lines)


def test_raster_is_bilinear() -> None:
    raster = Raster(0.0, 0.0, 10.0, np.array([[0.0, 10.0], [20.0, 30.0]]))
    assert raster.at(np.array([5.0]), np.array([5.0]))[0] == 15.0


def test_chaikin_keeps_ends_and_closure() -> None:
    open_line = chaikin(shapely.LineString([(0, 0), (10, 0), (10, 10)]))
    assert open_line.coords[0] == (0, 0)
    assert open_line.coords[-1] == (10, 10)
    assert chaikin(shapely.LineString([(0, 0), (10, 0), (10, 10), (0, 0)])).is_closed


def test_drawn_water_is_valid_and_has_names(small_drawing: Drawing) -> None:
    shapes = [g for _, g in (*small_drawing.rivers, *small_drawing.lakes)]
    assert all(g.is_valid and g.area > 1000 for g in shapes)
    assert [n for n, _ in small_drawing.lakes] == ["东湖"]
