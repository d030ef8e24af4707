"""Distances and shapes in metres around a middle, near enough for a district: a plane tangent to the ellipsoid."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely

from gridmap.geo.addresses.places import Floats, Shapes

EQUATOR_M, ECCENTRICITY2 = 6_378_137.0, 0.00669437999014  # WGS-84

DIRECTIONS = {"东": (1, 0), "西": (-1, 0), "南": (0, -1), "北": (0, 1)}


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres per degree at `lat`; 20 km from there it is wrong by less than 0.4 %."""

    lon_m: float
    lat_m: float

    @classmethod
    def at(cls, lat: float) -> Plane:
        flat = 1 - ECCENTRICITY2 * math.sin(math.radians(lat)) ** 2
        east = EQUATOR_M / math.sqrt(flat) * math.cos(math.radians(lat))
        north = EQUATOR_M * (1 - ECCENTRICITY2) / flat**1.5
        return cls(math.radians(east), math.radians(north))

    def distance_m(self, a: tuple[float, float], b: tuple[float, float]) -> float:
        """Between two points (lon, lat)."""
        return math.hypot((a[0] - b[0]) * self.lon_m, (a[1] - b[1]) * self.lat_m)

    def moved(self, lon: float, lat: float, direction: str, by_m: float) -> tuple[float, float]:
        """A point moved by metres to a side of the sky: 东, 东北, ..."""
        east = sum(DIRECTIONS[sign][0] for sign in direction)
        north = sum(DIRECTIONS[sign][1] for sign in direction)
        length = math.hypot(east, north) or 1.0
        return lon + east / length * by_m / self.lon_m, lat + north / length * by_m / self.lat_m

    def in_metres(self, shapes: Shapes) -> Shapes:
        """Shapes in degrees -> the same in metres."""
        return np.asarray(shapely.transform(shapes, lambda xy: xy * (self.lon_m, self.lat_m)), dtype=object)


def middles(shapes: Shapes, plane: Plane) -> tuple[Floats, Floats, Floats]:
    """n shapes (None allowed) -> lon, lat of a point of each, and how far its edge is at most, in metres; NaN for None.

    The point is the middle of the box where the shape has it, else one on the shape.
    """
    west, south, east, north = shapely.bounds(shapes).T
    lon, lat = (west + east) / 2, (south + north) / 2
    inside = shapely.intersects_xy(shapes, lon, lat)
    other = ~inside & ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    on_shape = shapely.point_on_surface(shapes[other])
    lon[other], lat[other] = shapely.get_x(on_shape), shapely.get_y(on_shape)
    reach = np.hypot(
        np.maximum(lon - west, east - lon) * plane.lon_m, np.maximum(lat - south, north - lat) * plane.lat_m
    )
    return lon, lat, reach
