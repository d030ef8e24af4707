"""Between the sketch's metres and stored degrees."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.enums import TransformDirection

from gridmap.synthetic.curves import Floats

DIGITS = 7  # 1e-7 degrees is about 1 cm: well below the noding grid of 0.25 m


class Metric:
    """Transverse Mercator about an origin (scale 1 at the centre meridian), WGS-84."""

    def __init__(self, origin_lon: float, origin_lat: float) -> None:
        local = CRS.from_proj4(f"+proj=tmerc +lat_0={origin_lat} +lon_0={origin_lon} +k=1 +ellps=WGS84 +units=m")
        self._out = Transformer.from_crs(local, "EPSG:4326", always_xy=True)

    def lon_lat(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """n points in metres -> lon, lat in degrees, rounded to 1e-7."""
        lon, lat = self._out.transform(np.asarray(x), np.asarray(y))
        return np.round(lon, DIGITS), np.round(lat, DIGITS)

    def metres(self, shapes: Any) -> Any:
        """Shapes in degrees -> the same in metres."""

        def move(lon_lat: Floats) -> Floats:
            x, y = self._out.transform(lon_lat[:, 0], lon_lat[:, 1], direction=TransformDirection.INVERSE)
            return np.column_stack([x, y])

        return shapely.transform(shapes, move)

    def degrees(self, shapes: Any) -> Any:
        """Shapes in metres -> the same in degrees; equal vertices stay equal."""

        def move(xy: Floats) -> Floats:
            lon, lat = self.lon_lat(xy[:, 0], xy[:, 1])
            return np.column_stack([lon, lat])

        return shapely.transform(shapes, move)
