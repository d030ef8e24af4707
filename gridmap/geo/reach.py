"""Which other owners a circle of uncertainty reaches: the doubt of a point that lies near a border.

A circle reaches an owner when it touches one of its closed polygons. A point lies in its own polygon, so what it
reaches besides it reaches through a border: many points are asked of the borders between owners only, which lie sorted
into square cells, from the nearest cells outwards until one border of another owner is met.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gridmap.geo.compiling import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOBODY = -1
CELL_EDGES = 2.0  # cells are so large that about as many edges begin in each
MAX_CELLS = 1 << 20
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

    __slots__ = ("_borders", "_numbers", "_owners", "_shapes", "_tree")

    def __init__(self, polygons: NDArray[np.object_], owners: Ints) -> None:
        self._numbers = np.flatnonzero(owners != NOBODY)
        self._shapes, self._owners = polygons[self._numbers], owners[self._numbers]
        self._tree = shapely.STRtree(self._shapes)
        self._borders = _sorted_into_cells(*_borders(self._shapes, self._owners))

    def reaches_another(self, x: ArrayLike, y: ArrayLike, radius_m: ArrayLike, own: Ints) -> NDArray[np.bool_]:
        """n points in metres, the radius of each (0, less or NaN: none) and its owner (-1: nobody) -> bool[n]."""
        xs, ys = np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)
        radii_m = np.where(np.isfinite(xs) & np.isfinite(ys), np.asarray(radius_m, dtype=np.float64), 0.0)
        owners = np.ascontiguousarray(own, dtype=np.int64)
        found: NDArray[np.bool_] = _met(xs, ys, np.ascontiguousarray(radii_m), owners, *self._borders.arrays)
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


@dataclass(frozen=True, slots=True)
class _Borders:
    """Edges in cells: `edge[start[cell]:start[cell + 1]]` number the edges that come near a cell.

    `frame` is (west, south, side of a cell, columns, rows), `ends` float64[m, 4] the edges, `owner` int64[m].
    """

    frame: Floats
    start: Ints
    edge: Ints
    ends: Floats
    owner: Ints

    @property
    def arrays(self) -> tuple[Floats, Ints, Ints, Floats, Ints]:
        return self.frame, self.start, self.edge, self.ends, self.owner


def _sorted_into_cells(ends: Floats, owner: Ints) -> _Borders:
    if not len(ends):
        return _Borders(np.array([0.0, 0.0, 1.0, 0.0, 0.0]), np.zeros(1, np.int64), owner, ends, owner)
    low, high = np.minimum(ends[:, :2], ends[:, 2:]), np.maximum(ends[:, :2], ends[:, 2:])
    origin, size = low.min(axis=0), high.max(axis=0) - low.min(axis=0)
    cells = min(MAX_CELLS, max(1.0, len(ends) / CELL_EDGES))
    side = max(float(np.sqrt(size[0] * size[1] / cells)), float(size.max()) / MAX_CELLS**0.5, SAME_VERTEX_M)
    columns, rows = (int(n) + 1 for n in size // side)
    first, last = ((corner - origin) // side for corner in (low, high))
    first, last = first.astype(np.int64), last.astype(np.int64)
    spread = last - first + 1
    edge = np.repeat(np.arange(len(ends)), spread[:, 0] * spread[:, 1])
    step = np.arange(len(edge)) - np.repeat(np.cumsum(spread[:, 0] * spread[:, 1]), spread[:, 0] * spread[:, 1])
    step += (spread[:, 0] * spread[:, 1])[edge]
    cell = (first[edge, 1] + step // spread[edge, 0]) * columns + first[edge, 0] + step % spread[edge, 0]
    order = np.argsort(cell, kind="stable")
    start = np.searchsorted(cell[order], np.arange(columns * rows + 1))
    frame = np.array([origin[0], origin[1], side, columns, rows], dtype=np.float64)
    return _Borders(frame, start, edge[order], ends, owner)


@compiled
def _met(x: Any, y: Any, radius: Any, own: Any, frame: Any, start: Any, edge: Any, ends: Any, owner: Any) -> Any:
    """bool[n]: whether an edge of another owner lies within the radius of a point; ring by ring of cells."""
    found = np.zeros(len(x), dtype=np.bool_)
    side, columns, rows = frame[2], int(frame[3]), int(frame[4])
    for i in range(len(x)):
        reach = radius[i]
        if not reach > 0.0 or len(owner) == 0:
            continue
        u, v = (x[i] - frame[0]) / side, (y[i] - frame[1]) / side
        column, row = int(np.floor(u)), int(np.floor(v))
        # from afar the rings begin where the cells do
        away = max(0, -column, column - columns + 1, -row, row - rows + 1)
        for ring in range(away, max(away, columns, rows) + away + 1):
            if (ring - 1) * side > reach or found[i]:
                break
            for r in range(max(0, row - ring), min(rows, row + ring + 1)):
                is_whole = r == row - ring or r == row + ring
                stride = 1 if is_whole or ring == 0 else 2 * ring
                for c in range(column - ring, column + ring + 1, stride):
                    if c < 0 or c >= columns or found[i]:
                        continue
                    for k in range(start[r * columns + c], start[r * columns + c + 1]):
                        e = edge[k]
                        if owner[e] == own[i]:
                            continue
                        ax, ay = ends[e, 0] - x[i], ends[e, 1] - y[i]
                        dx, dy = ends[e, 2] - ends[e, 0], ends[e, 3] - ends[e, 1]
                        t = -(ax * dx + ay * dy) / max(dx * dx + dy * dy, 1e-300)
                        t = min(max(t, 0.0), 1.0)
                        px, py = ax + t * dx, ay + t * dy
                        if px * px + py * py <= reach * reach:
                            found[i] = True
                            break
    return found


def _borders(polygons: NDArray[Any], owners: Ints) -> tuple[Floats, Ints]:
    """The edges of polygons, float64[m, 4], and their owners, without those that two polygons of one owner share."""
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
    return np.ascontiguousarray(ends[kept].reshape(-1, 4)), owner[kept]
