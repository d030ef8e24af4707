"""Which other owners a circle of uncertainty reaches: the doubt of a point that lies near a border.

A circle reaches an owner when it touches one of its closed polygons. A point lies in its own polygon, so what it
reaches besides it reaches through a border: the borders between owners are all that many points are asked of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOBODY = -1
FIRST_RADIUS_M = 25.0  # then doubled: whoever meets a border near by is not asked of all the borders farther off
SAME_VERTEX_M = 1e-3
CIRCLE_SEGMENTS = 64  # a quarter circle; the area is 1e-4 too small


@dataclass(frozen=True, slots=True)
class Reached:
    """An owner in reach: how far its nearest polygon is (0 inside), which polygon that is, its share of the circle."""

    owner: int
    distance_m: float
    polygon: int
    share: float


class Reach:
    """An index over n polygons in metres, each with an owner (int64[n], -1: nobody's). Polygons do not overlap."""

    __slots__ = ("_edge_owners", "_edges", "_numbers", "_owners", "_shapes", "_tree")

    def __init__(self, polygons: NDArray[np.object_], owners: Ints) -> None:
        self._numbers = np.flatnonzero(owners != NOBODY)
        self._shapes, self._owners = polygons[self._numbers], owners[self._numbers]
        self._tree = shapely.STRtree(self._shapes)
        edges, self._edge_owners = _borders(self._shapes, self._owners)
        self._edges = shapely.STRtree(edges)

    def reaches_another(self, x: ArrayLike, y: ArrayLike, radius_m: ArrayLike, own: Ints) -> NDArray[np.bool_]:
        """n points in metres, the radius of each (0, less or NaN: none) and its owner (-1: nobody) -> bool[n]."""
        xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        radii_m = np.asarray(radius_m, dtype=np.float64)
        found = np.zeros(len(xs), dtype=bool)
        open_ = np.flatnonzero((radii_m > 0) & np.isfinite(xs) & np.isfinite(ys))
        tried_m = FIRST_RADIUS_M
        while len(open_):
            reach_m = np.minimum(radii_m[open_], tried_m)
            points = shapely.points(xs[open_], ys[open_])
            which, edge = self._edges.query(points, predicate="dwithin", distance=reach_m)
            found[open_[which[self._edge_owners[edge] != own[open_[which]]]]] = True
            open_ = open_[~found[open_] & (radii_m[open_] > tried_m)]
            tried_m *= 2
        return found

    def within(self, x: float, y: float, radius_m: float) -> list[Reached]:
        """All owners that a circle in metres reaches, the largest share first, then the nearest."""
        centre = shapely.Point(x, y)
        hits = np.sort(self._tree.query(centre, predicate="dwithin", distance=radius_m))
        circle = centre.buffer(radius_m, quad_segs=CIRCLE_SEGMENTS)
        distances_m = shapely.distance(self._shapes[hits], centre)
        shares = shapely.area(shapely.intersection(self._shapes[hits], circle)) / circle.area
        reached = []
        for owner in np.unique(self._owners[hits]).tolist():
            mine = np.flatnonzero(self._owners[hits] == owner)
            nearest = int(mine[np.argmin(distances_m[mine])])
            share = min(1.0, float(shares[mine].sum()))
            reached.append(Reached(owner, float(distances_m[nearest]), int(self._numbers[hits[nearest]]), share))
        return sorted(reached, key=lambda one: (-round(one.share, 6), one.distance_m, one.owner))

    def nearest(self, x: float, y: float) -> tuple[int, float] | None:
        """The owner nearest to a point and its distance in metres; None where nobody owns anything."""
        point = shapely.Point(x, y)
        hit = self._tree.nearest(point) if len(self._shapes) else None
        return None if hit is None else (int(self._owners[hit]), float(shapely.distance(self._shapes[hit], point)))


def _borders(polygons: NDArray[Any], owners: Ints) -> tuple[NDArray[np.object_], Ints]:
    """The edges of polygons and their owners, without those that two polygons of one owner share."""
    parts, part_of = shapely.get_parts(polygons, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    vertices, vertex_of = shapely.get_coordinates(rings, return_index=True)
    first = np.flatnonzero(vertex_of[1:] == vertex_of[:-1])
    owner = owners[part_of[ring_of[vertex_of[first]]]]
    ends = np.stack([vertices[first], vertices[first + 1]], axis=1)
    rounded = np.round(ends / SAME_VERTEX_M).astype(np.int64)
    is_turned = (rounded[:, 0, 0] > rounded[:, 1, 0]) | (
        (rounded[:, 0, 0] == rounded[:, 1, 0]) & (rounded[:, 0, 1] > rounded[:, 1, 1])
    )
    rounded[is_turned] = rounded[is_turned, ::-1]
    rows = np.ascontiguousarray(np.column_stack([rounded.reshape(-1, 4), owner]))
    _, at, count = np.unique(rows.view([("", np.int64)] * 5).ravel(), return_index=True, return_counts=True)
    kept = np.sort(at[count == 1])
    return shapely.linestrings(ends[kept]) if len(kept) else np.empty(0, dtype=object), owner[kept]
