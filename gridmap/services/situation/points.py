"""Chosen incidents as points: places with how many are stacked there, or clusters where places are too many."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridmap.geo.projection import MERCATOR_HALF_M
from gridmap.services.situation.answers import Points
from gridmap.services.situation.events import Events
from gridmap.services.situation.locations import Locations, mercator_box, middle

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
PLACES_AT_MOST = 5_000
CLUSTER_PX = 64
TILE_PX = 256
DENSE_CELLS = 4_000_000  # beyond, cells are sorted instead of counted in a table
MIXED = -1


def points(events: Events, rows: Ints, bbox: tuple[float, float, float, float] | None, zoom: int) -> Points:
    """n rows -> what lies in a box in degrees (None: everywhere).

    Up to PLACES_AT_MOST places each stands for itself; else places are put together by cells of CLUSTER_PX screen
    pixels at that zoom, and stand at the middle of their incidents.
    """
    locations, place = events.locations, events.place[rows]
    stacked = np.bincount(place, minlength=len(locations))
    shown = np.flatnonzero((stacked > 0) & _inside(locations, bbox))
    is_clustered = len(shown) > PLACES_AT_MOST
    group, groups = _cells(locations, shown, zoom) if is_clustered else (np.arange(len(shown)), len(shown))
    group_of = np.full(len(locations), -1, dtype=np.int64)
    group_of[shown] = group
    of_event = group_of[place]
    if is_clustered:
        weight = stacked[shown]
        count = np.bincount(group, weights=weight, minlength=groups).astype(np.int64)
        x, y = (weight * axis[shown] for axis in (locations.x, locations.y))
        lon, lat = middle(*(np.bincount(group, weights=total, minlength=groups) / count for total in (x, y)))
    else:
        count = stacked[shown]
        lon, lat = locations.degrees(shown)
    return Points(
        mode="clusters" if is_clustered else "places",
        total=int(count.sum()),
        lon=lon.tolist(),
        lat=lat.tolist(),
        count=count.tolist(),
        kind=_kinds(of_event, events.kind[rows], groups).tolist(),
        kinds=events.kinds,
    )


def _inside(locations: Locations, bbox: tuple[float, float, float, float] | None) -> NDArray[np.bool_]:
    if bbox is None:
        return np.ones(len(locations), dtype=bool)
    west, south, east, north = mercator_box(bbox)
    x, y = locations.x, locations.y
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))


def _cells(locations: Locations, shown: Ints, zoom: int) -> tuple[Ints, int]:
    """The cell of each shown place, counted from 0 without gaps, and how many there are."""
    side_m = 2 * MERCATOR_HALF_M / (1 << zoom) * CLUSTER_PX / TILE_PX
    column, row = (np.floor(axis[shown] / side_m).astype(np.int64) for axis in (locations.x, locations.y))
    column -= column.min()
    row -= row.min()
    key = row * (int(column.max()) + 1) + column
    if key.max() >= DENSE_CELLS:
        cells, group = np.unique(key, return_inverse=True)
        return group, len(cells)
    number = np.cumsum(np.bincount(key) > 0) - 1
    return number[key], int(number[-1]) + 1


def _kinds(group: Ints, kind: NDArray[np.int32], groups: int) -> Ints:
    """The kind of each group's events, MIXED where they differ; an event in group -1 is in none."""
    shown = group >= 0
    group, kind = group[shown], kind[shown]
    found = np.full(groups, MIXED, dtype=np.int64)
    found[group] = kind  # any one of them
    found[group[found[group] != kind]] = MIXED
    return found
