from __future__ import annotations

import numpy as np
import pyproj
import shapely

from gridmap.synthetic.blocks import Drawing
from gridmap.synthetic.metric import Metric

METRIC = Metric(114.965, 30.19)


def test_metres_are_metres() -> None:
    lon, lat = METRIC.lon_lat(np.array([0.0, 3000.0]), np.array([0.0, 4000.0]))
    _, _, length_m = pyproj.Geod(ellps="WGS84").inv(lon[0], lat[0], lon[1], lat[1])
    assert abs(length_m - 5000.0) < 0.02


def test_rounding_keeps_the_coverage(small_drawing: Drawing) -> None:
    stored = METRIC.degrees(small_drawing.blocks)
    assert shapely.coverage_is_valid(stored, gap_width=1e-7)
    assert np.isclose(shapely.area(stored).sum(), shapely.union_all(stored).area, rtol=1e-9)
    assert len(shapely.get_parts(shapely.union_all(stored))) == 1
