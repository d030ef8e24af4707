"""A raster over polygons that remembers, per cell, who can answer for a point in it.

Most cells are crossed by no border: every point in them has one answer, found once and looked up ever after. A border
cell lists the polygons whose edges cross it, in order; only these need an exact test.

The raster never decides a border case itself. An edge marks every cell within `SLACK_CELLS` of it, far more than the
rounding of coordinate > cell, so a cell without mark lies strictly off every edge and its centre speaks for all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SLACK_CELLS = 1e-3
MIN_CELL_ULPS = 1e6  # keeps the rounding of coordinate > cell at 1e-6 cells, well below the slack
MIN_CELLS, CELLS_PER_POLYGON, MAX_CELLS = 1 << 18, 800, 1 << 22
SPAN_BATCH_CELLS = 1 << 22  # bounds the memory of the fill when polygons overlap heavily


@dataclass(frozen=True, slots=True)
class Lattice:
    """Square cells over a bounding box with one empty cell all round; column 0 is west, row 0 south."""

    x0: float
    y0: float
    cells_per_unit: float
    cols: int
    rows: int

    @property
    def size(self) -> int:
        return self.cols * self.rows

    def cell_of(self, x: Floats, y: Floats) -> NDArray[np.intp]:
        """n points -> flat cell numbers. NaN, infinities and everything outside fall into the empty rim."""
        u = np.fmin(np.fmax((x - self.x0) * self.cells_per_unit, 0.0), self.cols - 1.0).astype(np.intp)
        v = np.fmin(np.fmax((y - self.y0) * self.cells_per_unit, 0.0), self.rows - 1.0).astype(np.intp)
        v *= self.cols
        v += u
        return v


@dataclass(frozen=True, slots=True)
class CellIndex:
    """`answer[cell]` is an ordinal, -1 for none, or -2 - k for border cell k.

    Border cell k is asked of `candidate[start[k]:start[k + 1]]` in order; if none of them covers the point, the
    answer is `fallback[k]`.
    """

    lattice: Lattice
    answer: NDArray[np.int32]
    start: NDArray[np.int32]
    candidate: NDArray[np.int32]
    fallback: NDArray[np.int32]


def build_cell_index(polygons: NDArray[Any]) -> CellIndex:
    """n polygons or multipolygons (None and empty ones never answer) -> their cell index."""
    lattice = _fit_lattice(polygons)
    valid = shapely.is_valid(polygons)
    owner, u, v = _edges(polygons, lattice)
    border = _border_keys(owner, u, v, lattice)
    sound = valid[owner]
    if not valid.all():
        border = _distinct(np.append(border, _bounding_keys(polygons, ~valid, lattice)))
    covering = _lowest_covering(owner[sound], u[sound], v[sound], border, lattice, len(polygons))
    return _assemble(border, covering, lattice, len(polygons))


def _fit_lattice(polygons: NDArray[Any]) -> Lattice:
    bounds = shapely.total_bounds(polygons) if len(polygons) else np.full(4, np.nan)
    if np.isnan(bounds).any():
        return Lattice(0.0, 0.0, 1.0, 1, 1)
    west, south, east, north = (float(b) for b in bounds)
    width, height = east - west, north - south
    target = min(max(MIN_CELLS, CELLS_PER_POLYGON * len(polygons)), MAX_CELLS)
    longest = max(width, height)
    cell = max((width * height / target) ** 0.5, longest / target)
    cell = max(cell, MIN_CELL_ULPS * float(np.spacing(np.abs(bounds).max())))
    x0, y0, scale = west - cell, south - cell, 1.0 / cell
    return Lattice(x0, y0, scale, int((east - x0) * scale) + 2, int((north - y0) * scale) + 2)


def _edges(polygons: NDArray[Any], lattice: Lattice) -> tuple[Ints, Floats, Floats]:
    """All ring edges in cell units: owner[m], u[m, 2], v[m, 2]."""
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    coords, ring_of = shapely.get_coordinates(rings, return_index=True)
    owner = part_owner[ring_part][ring_of]
    u = (coords[:, 0] - lattice.x0) * lattice.cells_per_unit
    v = (coords[:, 1] - lattice.y0) * lattice.cells_per_unit
    pair = np.flatnonzero(ring_of[1:] == ring_of[:-1])
    return owner[pair], np.stack([u[pair], u[pair + 1]], axis=1), np.stack([v[pair], v[pair + 1]], axis=1)


def _expand(counts: Ints) -> tuple[Ints, Ints]:
    """Run lengths -> (index of the run, position inside the run) for every element."""
    which = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    return which, np.arange(len(which)) - (ends - counts)[which]


def _border_keys(owner: Ints, u: Floats, v: Floats, lattice: Lattice) -> Ints:
    """Sorted keys `ordinal * lattice.size + cell` of all cells that an edge of that polygon comes near."""
    low = np.floor(v.min(axis=1) - SLACK_CELLS).astype(np.int64)
    high = np.floor(v.max(axis=1) + SLACK_CELLS).astype(np.int64)
    edge, step = _expand(high - low + 1)
    row = low[edge] + step
    u0, v0 = u[edge, 0], v[edge, 0]
    du, dv = u[edge, 1] - u0, v[edge, 1] - v0
    with np.errstate(divide="ignore", invalid="ignore"):
        enter = np.where(dv == 0, 0.0, (row - SLACK_CELLS - v0) / dv)
        leave = np.where(dv == 0, 1.0, (row + 1 + SLACK_CELLS - v0) / dv)
    ua = u0 + np.clip(enter, 0.0, 1.0) * du
    ub = u0 + np.clip(leave, 0.0, 1.0) * du
    first = np.floor(np.minimum(ua, ub) - SLACK_CELLS).astype(np.int64)
    last = np.floor(np.maximum(ua, ub) + SLACK_CELLS).astype(np.int64)
    strip, step = _expand(last - first + 1)
    cell = row[strip] * lattice.cols + first[strip] + step
    return _distinct(owner[edge][strip] * lattice.size + cell)


def _distinct(keys: Ints) -> Ints:
    """Sorted distinct keys; numpy's hashing `unique` takes 15 times as long on millions of them."""
    keys = np.sort(keys)
    fresh = np.ones(len(keys), dtype=bool)
    fresh[1:] = keys[1:] != keys[:-1]
    return keys[fresh]


def _bounding_keys(polygons: NDArray[Any], chosen: NDArray[np.bool_], lattice: Lattice) -> Ints:
    """Border keys of every cell in the bounding box: an invalid polygon is always asked exactly, never filled."""
    keys = [np.empty(0, dtype=np.int64)]
    for ordinal in np.flatnonzero(chosen):
        box = shapely.bounds(polygons[ordinal])
        if np.isnan(box).any():
            continue
        corners = lattice.cell_of(box[[0, 2]], box[[1, 3]])
        (row0, col0), (row1, col1) = divmod(int(corners[0]), lattice.cols), divmod(int(corners[1]), lattice.cols)
        rows, cols = np.arange(row0, row1 + 1), np.arange(col0, col1 + 1)
        keys.append((ordinal * lattice.size + rows[:, None] * lattice.cols + cols).ravel())
    return np.concatenate(keys)


def _lowest_covering(
    owner: Ints, u: Floats, v: Floats, border: Ints, lattice: Lattice, count: int
) -> NDArray[np.int32]:
    """int32[cells]: the lowest polygon that fills the whole cell, `count` where none does."""
    ordinal, row, first, last = _filled_spans(owner, u, v)
    covering = np.full(lattice.size, count, dtype=np.int32)
    total = np.concatenate([[0], np.cumsum(last - first + 1)])
    batch = total[1:] // SPAN_BATCH_CELLS
    cuts = np.concatenate([[0], np.flatnonzero(np.diff(batch)) + 1, [len(ordinal)]])
    for i in range(len(cuts) - 2, -1, -1):  # backwards, so that the lowest ordinal is written last
        part = slice(cuts[i], cuts[i + 1])
        span, step = _expand((last - first + 1)[part])
        cell = row[part][span] * lattice.cols + first[part][span] + step
        key = ordinal[part][span] * lattice.size + cell
        place = np.searchsorted(border, key)
        place[place == len(border)] = 0
        inner = border[place] != key if len(border) else np.ones(len(key), dtype=bool)
        covering[cell[inner][::-1]] = ordinal[part][span][inner][::-1]
    return covering


def _filled_spans(owner: Ints, u: Floats, v: Floats) -> tuple[Ints, Ints, Ints, Ints]:
    """Even-odd scan along the row centres: (ordinal, row, first column, last column) of the cells inside."""
    low, high = v.min(axis=1), v.max(axis=1)
    top = np.ceil(low - 0.5).astype(np.int64)  # rows with low <= row + 0.5 < high: a vertex counts once
    edge, step = _expand(np.maximum(np.ceil(high - 0.5).astype(np.int64) - top, 0))
    row = top[edge] + step
    share = (row + 0.5 - v[edge, 0]) / (v[edge, 1] - v[edge, 0])
    cross = u[edge, 0] + share * (u[edge, 1] - u[edge, 0])
    order = np.lexsort((cross, row, owner[edge]))
    enter, leave = order[0::2], order[1::2]
    first = np.ceil(cross[enter] - 0.5).astype(np.int64)
    last = np.ceil(cross[leave] - 0.5).astype(np.int64) - 1
    some = last >= first
    return owner[edge][enter][some], row[enter][some], first[some], last[some]


def _assemble(border: Ints, covering: NDArray[np.int32], lattice: Lattice, count: int) -> CellIndex:
    ordinal, cell = np.divmod(border, lattice.size)
    reached = ordinal < covering[cell]  # behind a polygon that fills the cell nobody is asked
    order = np.argsort(cell[reached], kind="stable")
    cell, candidate = cell[reached][order], ordinal[reached][order].astype(np.int32)
    cells, start = np.unique(cell, return_index=True)
    answer = np.where(covering == count, np.int32(-1), covering)
    fallback = answer[cells]
    answer[cells] = -2 - np.arange(len(cells))
    ends = np.append(start, len(candidate)).astype(np.int32)
    for array in (answer, ends, candidate, fallback):
        array.setflags(write=False)
    return CellIndex(lattice, answer, ends, candidate, fallback)
