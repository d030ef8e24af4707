"""Which grid a block goes to when both come as polygons: the one that holds most of it; what is left over is listed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

NO_GRID = -1
RESIDUAL_M2 = 1.0  # below this it is the rounding of two drawings of one line


@dataclass(frozen=True, slots=True)
class Residual:
    """A part of block `block` (ordinal) that lies in grid `grid` (-1: in none), though the block went elsewhere."""

    block: int
    grid: int
    area_m2: float
    x: float
    y: float


def by_majority(blocks: NDArray[np.object_], grids: NDArray[np.object_]) -> tuple[NDArray[np.int64], list[Residual]]:
    """n blocks and k grids in metres -> int64[n] the grid of each block, and what lies elsewhere, largest first.

    A block goes to the grid that holds the largest part of it (the lowest ordinal of equals); when more of it lies in
    no grid at all than in that one, it goes to none (-1).
    """
    pairs = shapely.STRtree(blocks).query(grids, predicate="intersects")
    grid, block = pairs[0], pairs[1]
    shapely.prepare(grids)
    whole = shapely.covers(grids[grid], blocks[block])
    parts = blocks[block].copy()
    parts[~whole] = shapely.intersection(blocks[block[~whole]], grids[grid[~whole]])
    areas = shapely.area(parts)
    total = shapely.area(blocks)
    best = np.full(len(blocks), NO_GRID, dtype=np.int64)
    best_m2 = np.zeros(len(blocks))
    order = np.lexsort((grid, -areas, block))
    first = np.unique(block[order], return_index=True)[1] if len(block) else np.empty(0, np.intp)
    chosen = order[first]
    best[block[chosen]] = grid[chosen]
    best_m2[block[chosen]] = areas[chosen]
    inside_m2 = np.bincount(block, weights=areas, minlength=len(blocks))
    outside_m2 = total - inside_m2
    best[(best_m2 < outside_m2) | (best_m2 == 0)] = NO_GRID
    elsewhere = (grid != best[block]) & (areas > RESIDUAL_M2)
    residuals = [
        _residual(int(b), int(g), part)
        for b, g, part in zip(block[elsewhere], grid[elsewhere], parts[elsewhere], strict=True)
    ]
    lost = np.flatnonzero((best == NO_GRID) | (outside_m2 > RESIDUAL_M2))
    for ordinal in lost.tolist():
        part = shapely.difference(blocks[ordinal], shapely.union_all(grids[grid[block == ordinal]]))
        if shapely.area(part) > RESIDUAL_M2:
            residuals.append(_residual(ordinal, NO_GRID, part))
    return best, sorted(residuals, key=lambda r: -r.area_m2)


def _residual(block: int, grid: int, part: shapely.Geometry) -> Residual:
    inner = shapely.point_on_surface(part)
    return Residual(block, grid, float(shapely.area(part)), float(shapely.get_x(inner)), float(shapely.get_y(inner)))
