"""Which grid a block goes to when both come as polygons: the one that holds most of it; what is left over is listed.

Shapes are cut as they are stored, in degrees, where two drawings of one straight border lie on each other whatever
their vertices are; only areas are measured in metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo.projection import LocalProjection

NO_GRID = -1
RESIDUAL_M2 = 1.0  # below this it is the rounding of two drawings of one line

Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Residual:
    """A part of block `block` (ordinal) that lies in grid `grid` (-1: in none), though the block went elsewhere."""

    block: int
    grid: int
    area_m2: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of blocks that lie in a grid each: ordinals of block and grid, the part, its area in m2; parallel."""

    block: NDArray[np.intp]
    grid: NDArray[np.intp]
    shapes: Shapes
    area_m2: NDArray[np.float64]


def by_majority(blocks: Shapes, grids: Shapes, metric: LocalProjection) -> tuple[NDArray[np.int64], list[Residual]]:
    """n blocks and k grids in EPSG:4326 -> int64[n] the grid of each block; and what lies elsewhere, largest first.

    A block goes to the grid that holds the largest part of it (the lowest ordinal of equals); when more of it lies in
    no grid at all than in that one, it goes to none (-1).
    """
    parts = _parts(blocks, grids, metric)
    inside_m2 = np.bincount(parts.block, weights=parts.area_m2, minlength=len(blocks))
    outside_m2 = shapely.area(metric.forward_shapes(blocks)) - inside_m2
    best = _largest(parts, len(blocks), outside_m2)
    elsewhere = np.flatnonzero((parts.grid != best[parts.block]) & (parts.area_m2 > RESIDUAL_M2))
    residuals = [
        _residual(int(parts.block[k]), int(parts.grid[k]), float(parts.area_m2[k]), parts.shapes[k])
        for k in elsewhere.tolist()
    ]
    for ordinal in np.flatnonzero((best == NO_GRID) | (outside_m2 > RESIDUAL_M2)).tolist():
        rest = shapely.difference(blocks[ordinal], shapely.union_all(grids[parts.grid[parts.block == ordinal]]))
        area_m2 = float(shapely.area(metric.forward_shapes([rest]))[0])
        if area_m2 > RESIDUAL_M2:
            residuals.append(_residual(ordinal, NO_GRID, area_m2, rest))
    return best, sorted(residuals, key=lambda residual: -residual.area_m2)


def _parts(blocks: Shapes, grids: Shapes, metric: LocalProjection) -> Parts:
    pairs = shapely.STRtree(blocks).query(grids, predicate="intersects")
    grid, block = pairs[0], pairs[1]
    shapely.prepare(grids)
    whole = shapely.covers(grids[grid], blocks[block])
    shapes = blocks[block].copy()
    shapes[~whole] = shapely.intersection(blocks[block[~whole]], grids[grid[~whole]])
    return Parts(block, grid, shapes, shapely.area(metric.forward_shapes(shapes)))


def _largest(parts: Parts, n: int, outside_m2: NDArray[np.float64]) -> NDArray[np.int64]:
    order = np.lexsort((parts.grid, -parts.area_m2, parts.block))
    _, first = np.unique(parts.block[order], return_index=True)
    chosen = order[first]
    best = np.full(n, NO_GRID, dtype=np.int64)
    best_m2 = np.zeros(n)
    best[parts.block[chosen]] = parts.grid[chosen]
    best_m2[parts.block[chosen]] = parts.area_m2[chosen]
    best[(best_m2 < outside_m2) | (best_m2 == 0)] = NO_GRID
    return best


def _residual(block: int, grid: int, area_m2: float, part: shapely.Geometry) -> Residual:
    inner = shapely.point_on_surface(part)
    return Residual(block, grid, area_m2, float(shapely.get_x(inner)), float(shapely.get_y(inner)))
