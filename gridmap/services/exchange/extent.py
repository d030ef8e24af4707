"""The part of the world a project is about: set by its first import, widened by later areas, blocks and grids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo.projection import M_PER_DEG, LocalProjection, local_projection, require_fit
from gridmap.services.exchange.places import SWAPPED
from gridmap.services.exchange.problems import Problems
from gridmap.services.exchange.table import Objects

MARGIN_M = 5_000.0
REACH_M = 300_000.0  # farther from the middle is another place, or a slip; distances lose their accuracy there too
BEYOND = "it lies beyond the project's extent"
ASTRAY = f"it lies more than {REACH_M / 1000:.0f} km from the middle of the others"
REMOTE = f"it lies more than {REACH_M / 1000:.0f} km from the middle of the project"


@dataclass(frozen=True, slots=True)
class Extent:
    """A box in degrees, closed on all sides."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, bounds: NDArray[np.float64]) -> Self:
        """The box around n boxes (n x 4, NaN rows ignored) with the margin of 5 km on every side."""
        west, south = np.nanmin(bounds[:, :2], axis=0)
        east, north = np.nanmax(bounds[:, 2:], axis=0)
        lat_deg = MARGIN_M / M_PER_DEG
        pole_most = min(89.0, max(abs(south), abs(north)) + lat_deg)
        lon_deg = lat_deg / np.cos(np.radians(pole_most))
        box = (
            max(-180.0, west - lon_deg),
            max(-89.9, south - lat_deg),
            min(180.0, east + lon_deg),
            min(89.9, north + lat_deg),
        )
        return cls(*(float(side) for side in box))

    def touches(self, bounds: NDArray[np.float64]) -> NDArray[np.bool_]:
        """n boxes (n x 4) -> bool[n]: share at least a point with the extent. NaN shares none."""
        return np.asarray(
            (bounds[:, 0] <= self.east)
            & (bounds[:, 2] >= self.west)
            & (bounds[:, 1] <= self.north)
            & (bounds[:, 3] >= self.south)
        )

    def union(self, other: Extent) -> Extent:
        return Extent(
            min(self.west, other.west),
            min(self.south, other.south),
            max(self.east, other.east),
            max(self.north, other.north),
        )

    def middle(self) -> tuple[float, float]:
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    def as_tuple(self) -> tuple[float, float, float, float]:
        return self.west, self.south, self.east, self.north


class ProjectExtent:
    """A project's extent while a file comes in, piece by piece.

    The first import makes it: its rows with the margin, without those far off the others (the first piece says where
    the others are). Later ones are checked against it; a layer that `widens` it may go further.
    """

    def __init__(self, stored: Extent | None, projection: str | None, *, widens: bool) -> None:
        self.now = stored
        self.is_first = stored is None
        self._stored = stored
        self._projection = projection
        self._widens = widens
        self._middle: tuple[float, float] | None = None

    @property
    def projection(self) -> str:
        """The metric projection as a PROJ string; empty as long as no row has a place and none was named."""
        if self._projection is not None:
            return self._projection
        return "" if self.now is None else projection_of(self.now)

    @property
    def has_grown(self) -> bool:
        return self.now != self._stored

    def check(self, shapes: Objects, problems: Problems) -> None:
        """Note those of n shapes as bad that the extent cannot hold, and let it grow for the others.

        Raises BadInput where the project's own projection does not fit the first import.
        """
        if self.is_first:
            self._begin(shapes, problems)
        elif self.now is not None:
            self.now = check_extent(shapes, self.now, problems, widens=self._widens)
        if self.is_first and self.now is not None and self._projection is not None:
            require_fit(LocalProjection(self._projection), self.now.as_tuple())

    def _begin(self, shapes: Objects, problems: Problems) -> None:
        bounds = shapely.bounds(shapes)
        bounds[problems.mask()] = np.nan
        if np.isnan(bounds).all():
            return
        middles = (bounds[:, :2] + bounds[:, 2:]) / 2
        if self._middle is None:
            lon, lat = np.nanmedian(middles, axis=0)
            self._middle = float(lon), float(lat)
        astray = _distance_m(middles, *self._middle) > REACH_M
        problems.add(astray, ASTRAY, _places(middles, astray))
        bounds[astray] = np.nan
        if np.isnan(bounds).all():
            return
        around = Extent.around(bounds)
        self.now = around if self.now is None else self.now.union(around)


def check_extent(shapes: Objects, extent: Extent, problems: Problems, *, widens: bool) -> Extent:
    """Note rows beyond a project's extent as bad; a layer that `widens` it may go further. Returns the extent after."""
    bounds = shapely.bounds(shapes)
    placed = ~np.isnan(bounds[:, 0])
    beyond = placed & ~extent.touches(bounds)
    middles = (bounds[:, :2] + bounds[:, 2:]) / 2
    if widens:
        remote = _distance_m(middles, *extent.middle()) > REACH_M
        problems.add(remote & placed, REMOTE, _places(middles, remote))
        good = bounds[placed & ~problems.mask()]
        within = (good[:, :2] >= (extent.west, extent.south)).all() and (
            good[:, 2:] <= (extent.east, extent.north)
        ).all()
        return extent if within or not len(good) else extent.union(Extent.around(good))
    turned = beyond & extent.touches(bounds[:, [1, 0, 3, 2]])
    problems.add(beyond & ~turned, BEYOND, _places(middles, beyond))
    problems.add(turned, f"{BEYOND}; {SWAPPED}", _places(middles, beyond))
    return extent


def projection_of(extent: Extent) -> str:
    """The metric projection for a project with this extent, as a PROJ string."""
    return local_projection(extent.as_tuple()).crs


def _distance_m(places: NDArray[np.float64], lon: float, lat: float) -> NDArray[np.float64]:
    """n x (lon, lat) -> metres from a place, on a sphere and good to 1 %: it only tells near from far. NaN for NaN."""
    d_lat = np.radians(places[:, 1] - lat)
    d_lon = np.radians(places[:, 0] - lon)
    h = np.sin(d_lat / 2) ** 2 + np.cos(np.radians(places[:, 1])) * np.cos(np.radians(lat)) * np.sin(d_lon / 2) ** 2
    distance: NDArray[np.float64] = 2 * np.degrees(np.arcsin(np.sqrt(h))) * M_PER_DEG
    return np.nan_to_num(distance)


def _places(middles: NDArray[np.float64], rows: NDArray[np.bool_]) -> dict[int, str]:
    return {row: f"lon {middles[row, 0]:.5f}, lat {middles[row, 1]:.5f}" for row in np.flatnonzero(rows).tolist()}
