"""The ground on which events can be reported, as a mask over any lattice: which share of each cell it covers.

Exact for polygons, whatever the cell: every edge adds the area to its right to the cells of the rows it crosses, and a
running sum along the row gives what is covered (Raph Levien's font-rs, after FreeType's smooth rasteriser). Nothing is
sampled, so a cell of a kilometre is as right as one of a metre.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo.compiling import compiled
from gridmap.geo.locate import GridLocator
from gridmap.geo.projection import LocalProjection, from_web_mercator, to_web_mercator
from gridmap.geo.smoothing import Nodes

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """One or more polygons in EPSG:3857. `version` names the content, `bounds` are degrees.

    `edges[m, 4]` are x, y of begin and end, counter-clockwise round the ground and clockwise round its holes.
    """

    version: str
    bounds: Bounds
    edges: Floats
    locator: GridLocator

    @classmethod
    def of(cls, shapes: NDArray[np.object_]) -> Mask | None:
        """n polygons in WGS-84 degrees -> the ground they cover together; None when that is no area."""
        whole = shapely.union_all(shapes)
        parts = shapely.get_parts(whole)
        parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        if not len(parts):
            return None
        west, south, east, north = (float(edge) for edge in shapely.total_bounds(parts))
        flat = shapely.transform(parts, lambda at: np.column_stack(to_web_mercator(at[:, 0], at[:, 1])))
        flat = shapely.orient_polygons(flat)
        version = hashlib.sha256(b"".join(shapely.to_wkb(flat))).hexdigest()[:12]
        return cls(version, (west, south, east, north), _edges(flat), GridLocator(flat))

    def inside(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """n points in EPSG:3857 -> whether they lie on the ground or on its border."""
        is_inside: NDArray[np.bool_] = self.locator.locate(x, y) >= 0
        return is_inside

    def cover(self, nodes: Nodes) -> NDArray[np.float32]:
        """The share of each cell round a node that is ground: float32[rows, cols] in 0 ... 1."""
        return _cover(self.edges, nodes)

    def cover_in(self, projection: LocalProjection, nodes: Nodes) -> NDArray[np.float32]:
        """The same for nodes in metres of a projection."""
        ends = (projection.forward(*from_web_mercator(self.edges[:, k], self.edges[:, k + 1])) for k in (0, 2))
        return _cover(np.column_stack([column for end in ends for column in end]), nodes)


def _cover(edges: Floats, nodes: Nodes) -> NDArray[np.float32]:
    cells = np.empty((len(edges), 4))
    for axis, (first, step) in enumerate(((nodes.x0, nodes.step_x), (nodes.y0, nodes.step_y))):
        cells[:, axis::2] = (edges[:, axis::2] - first) / step + 0.5
    covered: NDArray[np.float32] = _covered(cells, nodes.rows, nodes.cols)
    return covered


def _edges(polygons: NDArray[np.object_]) -> Floats:
    rings = shapely.get_rings(polygons)
    at, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    return np.ascontiguousarray(np.hstack([at[:-1][follows], at[1:][follows]]))


@compiled
def _covered(edges, rows, cols):  # type: ignore[no-untyped-def]
    """Edges in cells (x to the right, y downwards) -> the covered share of each of rows x cols cells."""
    gained = np.zeros((rows, cols + 1))
    for i in range(edges.shape[0]):
        x0, y0, x1, y1 = edges[i, 0], edges[i, 1], edges[i, 2], edges[i, 3]
        sign = 1.0
        if y0 > y1:
            x0, y0, x1, y1, sign = x1, y1, x0, y0, -1.0
        top, bottom = max(y0, 0.0), min(y1, float(rows))
        if not top < bottom or min(x0, x1) >= cols:
            continue
        slope = (x1 - x0) / (y1 - y0)
        at = x0 + (top - y0) * slope
        for row in range(floor(top), ceil(bottom)):
            height = min(row + 1.0, bottom) - max(float(row), top)
            then = at + slope * height
            _add_edge(gained[row], min(at, then), max(at, then), sign * height, cols)
            at = then
    covered = np.empty((rows, cols), dtype=np.float32)
    for row in range(rows):
        total = 0.0
        for col in range(cols):
            total += gained[row, col]
            covered[row, col] = min(abs(total), 1.0)
    return covered


@compiled
def _add_edge(gained, left, right, height, cols):  # type: ignore[no-untyped-def]
    """The part of an edge in one row, from x `left` to `right`: all cells to its right gain `height`."""
    if left >= cols:
        return
    if right <= 0.0:
        gained[0] += height
        return
    if left < 0.0:
        share = -left / (right - left)
        gained[0] += height * share
        height, left = height * (1.0 - share), 0.0
    if right > cols:
        height, right = height * (cols - left) / (right - left), float(cols)
    first, end = floor(left), max(ceil(right), floor(left) + 1)
    if end == first + 1:
        beside = 0.5 * (left + right) - first
        gained[first] += height * (1.0 - beside)
        gained[end] += height * beside
        return
    each = height / (right - left)
    before = passed = 0.0  # height of the edge left of the cell, area it gave the cell before
    for col in range(first, end):
        enter, leave = max(left, float(col)), min(right, col + 1.0)
        area = before + each * (leave - enter) * (col + 1.0 - 0.5 * (enter + leave))
        gained[col] += area - passed
        before += each * (leave - enter)
        passed = area
    gained[end] += height - passed
