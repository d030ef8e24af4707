"""The distinct places of incidents: many reports come from one building, one junction, one point on a list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridmap.geo.projection import from_web_mercator, to_web_mercator

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
UNITS_PER_DEGREE = 10**7  # places closer than this, about a centimetre, are one
LAT_BITS = 32


@dataclass(frozen=True, slots=True)
class Locations:
    """m places, numbered in the order they were first seen: `keys` int64[m], `x, y` in EPSG:3857.

    `order` sorts the keys. Begin with `Locations.none()`; a number once given never changes.
    """

    keys: Ints
    order: Ints
    x: Floats
    y: Floats

    @classmethod
    def none(cls) -> Locations:
        return cls(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0))

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, lon: Floats, lat: Floats) -> Ints:
        """n points in degrees -> the number of each place, -1 for one never seen."""
        return self._find(_keys(lon, lat))

    def extended(self, lon: Floats, lat: Floats) -> Locations:
        """These and the places of n more points in degrees."""
        keys = np.unique(_keys(lon, lat))
        fresh = keys[self._find(keys) < 0]
        if not len(fresh):
            return self
        x, y = to_web_mercator(*_degrees(fresh))
        whole = np.concatenate([self.keys, fresh])
        at = np.searchsorted(self.keys[self.order], fresh)
        order = np.insert(self.order, at, np.arange(len(self.keys), len(whole)))
        return Locations(whole, order, np.concatenate([self.x, x]), np.concatenate([self.y, y]))

    def degrees(self, numbers: Ints) -> tuple[Floats, Floats]:
        """lon, lat of places, to 7 decimals."""
        return _degrees(self.keys[numbers])

    def _find(self, keys: Ints) -> Ints:
        if not len(self.keys):
            return np.full(len(keys), -1, dtype=np.int64)
        number = self.order[np.minimum(np.searchsorted(self.keys, keys, sorter=self.order), len(self.keys) - 1)]
        return np.where(self.keys[number] == keys, number, -1)


def mercator_box(bbox: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """(west, south, east, north) in degrees -> the same in EPSG:3857."""
    x, y = to_web_mercator([bbox[0], bbox[2]], [bbox[1], bbox[3]])
    return float(x[0]), float(y[0]), float(x[1]), float(y[1])


def middle(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """EPSG:3857 -> lon, lat to 7 decimals."""
    lon, lat = from_web_mercator(x, y)
    return np.round(lon, 7), np.round(lat, 7)


def _keys(lon: Floats, lat: Floats) -> Ints:
    units = [np.round(np.asarray(degrees) * UNITS_PER_DEGREE).astype(np.int64) for degrees in (lon, lat)]
    return (units[0] << LAT_BITS) + units[1] + 90 * UNITS_PER_DEGREE


def _degrees(keys: Ints) -> tuple[Floats, Floats]:
    lat = (keys & ((1 << LAT_BITS) - 1)) - 90 * UNITS_PER_DEGREE
    return (keys >> LAT_BITS) / UNITS_PER_DEGREE, lat / UNITS_PER_DEGREE
