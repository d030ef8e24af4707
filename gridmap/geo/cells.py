"""A raster over polygons that remembers, per cell, who can answer for a point in it.

Most cells are crossed by no border: every point in them has one answer, found once and looked up ever after. A cell
near a border is refined into 8 x 8; of these, too, most have one answer. The rest lists the polygons whose edges come
near the coarse cell, in order, each with these edges only, and the point is tested exactly (`cell_kernels`).

The raster never decides a border case itself. An edge marks every cell within `SLACK` of it, far more than the rounding
of coordinate > cell, so a cell without mark lies strictly off every edge and its centre speaks for all of it.

Inside means an odd number of edges to any side, over all rings of a polygon alike. For a valid polygon that is the
polygon; for an invalid one it is what GEOS's indexed locator answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo.cell_kernels import CODES, mark, refine, sweep

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MIN_CELL_ULPS = 1e7  # keeps the rounding of coordinate > fine cell at 1e-6 fine cells, well below the slack
MIN_CELL = 1e-300  # everything at (0, 0): one over it must still be a number
RIM_CELLS = 1.5  # so that no edge marks the outermost cells: what lies nowhere is looked up in cell 0
MIN_CELLS, CELLS_PER_POLYGON, CELLS_PER_EDGE, MAX_CELLS = 1 << 17, 100, 1, 1 << 22


@dataclass(frozen=True, slots=True)
class CellIndex:
    """Square coarse cells over a bounding box with one empty cell all round; column 0 is west, row 0 south.

    `coarse[row * cols + col]` is an ordinal, -1 for none, or -2 - k for border cell k. Its 64 fine cells,
    `fine[64 k:64 k + 64]`, name one of its entries `first[k]:first[k + 1]`, or say that a point must be tested. An
    entry is `who` = 2 * ordinal + (it covers the cell's reference place); its edges are
    `edges[edge_start[entry]:edge_start[entry + 1]]`, each 2 * first vertex + (the place lies left of it). The last
    entry of a cell has no edges: whoever covers all of the cell behind the others, or -1.
    """

    x0: float
    y0: float
    cells_per_unit: float
    shape: tuple[int, int]
    coarse: NDArray[np.int32]
    fine: NDArray[np.uint8]
    first: NDArray[np.int32]
    who: NDArray[np.int32]
    edge_start: NDArray[np.int32]
    edges: NDArray[np.int32]
    coords: Floats

    @property
    def size_bytes(self) -> int:
        return sum(value.nbytes for value in self.tables)

    @property
    def tables(self) -> tuple[NDArray[Any], ...]:
        return self.coarse, self.fine, self.first, self.who, self.edge_start, self.edges, self.coords

    @property
    def arguments(self) -> tuple[Any, ...]:
        """What the look-up kernels take after the points."""
        return self.x0, self.y0, self.cells_per_unit, self.shape, *self.tables


@dataclass(frozen=True, slots=True)
class _Groups:
    """The edges of one polygon near one cell: by polygon, row and column. `edges[start[g]:start[g + 1]]` are its."""

    poly: Ints
    row: Ints
    col: Ints
    start: Ints
    edges: NDArray[np.int32]
    inside: NDArray[np.bool_]


def build_cell_index(polygons: NDArray[Any]) -> CellIndex:
    """n polygons or multipolygons (None and empty ones never answer) -> their cell index."""
    coords, edge_at, owner = _edges(polygons)
    x0, y0, scale, shape = _fit_lattice(coords, len(polygons), len(edge_at))
    uv = (coords - (x0, y0)) * scale
    groups = _groups(uv, edge_at, owner, shape)
    covering = np.full(shape, len(polygons), dtype=np.int32)
    sweep(
        groups.poly, groups.row, groups.col, groups.start, groups.edges, coords, x0, y0, scale, groups.inside, covering
    )
    return _assemble(groups, covering, coords, uv, (x0, y0, scale), len(polygons))


def _edges(polygons: NDArray[Any]) -> tuple[Floats, Ints, Ints]:
    """All vertices [k, 2], and for every edge its first vertex (the second is the next) and its polygon."""
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    owner = part_owner[ring_part]
    reached = _meets(shapely.bounds(rings), shapely.bounds(polygons)[owner])
    coords, ring_of = shapely.get_coordinates(rings[reached], return_index=True)
    edge_at = np.flatnonzero(ring_of[1:] == ring_of[:-1])
    return coords, edge_at, owner[reached][ring_of[edge_at]]


def _meets(ring: Floats, polygon: Floats) -> NDArray[np.bool_]:
    """Do the boxes [n, 4] meet? A polygon's box is that of its shells: GEOS ignores a hole beyond it, and so do we."""
    meets = (ring[:, :2] <= polygon[:, 2:]) & (ring[:, 2:] >= polygon[:, :2])
    return np.asarray(meets.all(axis=1), dtype=np.bool_)


def _fit_lattice(coords: Floats, polygons: int, edges: int) -> tuple[float, float, float, tuple[int, int]]:
    if not len(coords):
        return 0.0, 0.0, 1.0, (1, 1)
    (west, south), (east, north) = coords.min(axis=0).tolist(), coords.max(axis=0).tolist()
    width, height = east - west, north - south
    target = min(max(MIN_CELLS, CELLS_PER_POLYGON * polygons, CELLS_PER_EDGE * edges), MAX_CELLS)
    cell = max((width / target) ** 0.5 * height**0.5, max(width, height) / target, MIN_CELL)
    cell = max(cell, MIN_CELL_ULPS * float(np.spacing(np.abs(coords).max())))
    x0, y0, scale = west - RIM_CELLS * cell, south - RIM_CELLS * cell, 1.0 / cell
    return x0, y0, scale, (int((north - y0) * scale) + 2, int((east - x0) * scale) + 2)


def _groups(uv: Floats, edge_at: Ints, owner: Ints, shape: tuple[int, int]) -> _Groups:
    none = np.empty(0, dtype=np.int32)
    total = mark(uv, edge_at, none, none, none)
    row, col, edge = np.empty((3, total), dtype=np.int32)
    mark(uv, edge_at, row, col, edge)
    key = owner[edge] * (shape[0] * shape[1]) + row.astype(np.int64) * shape[1] + col
    order = np.argsort(key, kind="stable")
    fresh = np.ones(total, dtype=bool)
    fresh[1:] = np.diff(key[order]) != 0
    start = np.append(np.flatnonzero(fresh), total)
    leader = order[start[:-1]]
    refs = (edge_at[edge[order]] * 2).astype(np.int32)
    group_row, group_col = row[leader].astype(np.int64), col[leader].astype(np.int64)
    return _Groups(owner[edge[leader]], group_row, group_col, start, refs, np.zeros(len(leader), dtype=bool))


def _assemble(
    groups: _Groups,
    covering: NDArray[np.int32],
    coords: Floats,
    uv: Floats,
    lattice: tuple[float, float, float],
    count: int,
) -> CellIndex:
    rows, cols = covering.shape
    covering = covering.ravel()
    cell = groups.row * cols + groups.col
    kept = np.flatnonzero(groups.poly < covering[cell])  # behind a polygon that has all of the cell nobody is asked
    kept = kept[np.argsort(cell[kept], kind="stable")]  # groups come by polygon: so they do within a cell
    blocks, begin = np.unique(cell[kept], return_index=True)
    coarse = np.where(covering == count, np.int32(-1), covering)
    fallback = coarse[blocks]
    coarse[blocks] = -2 - np.arange(len(blocks), dtype=np.int32)

    ends = np.append(begin[1:], len(kept))[: len(blocks)]  # where each cell's last entry comes in
    lengths = np.diff(groups.start)[kept]
    index = CellIndex(
        *lattice,
        (rows, cols),
        coarse,
        fine=np.empty(len(blocks) * CODES, dtype=np.uint8),
        first=(np.append(begin, len(kept)) + np.arange(len(blocks) + 1)).astype(np.int32),
        who=np.insert((groups.poly * 2 + groups.inside)[kept], ends, fallback * 2).astype(np.int32),
        edge_start=np.append(0, np.cumsum(np.insert(lengths, ends, 0))).astype(np.int32),
        edges=groups.edges[_ranges(groups.start[kept], lengths)],
        coords=coords,
    )
    row, col = np.divmod(blocks, cols)
    x0, _, scale = lattice
    refine(row, col, index.first, index.who, index.edge_start, index.edges, coords, x0, scale, uv, index.fine)
    for table in index.tables:
        table.setflags(write=False)
    return index


def _ranges(begins: Ints, lengths: Ints) -> Ints:
    """begins[0], begins[0] + 1, ... (lengths[0] of them), begins[1], ..."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    positions: Ints = np.arange(total) + np.repeat(begins - (ends - lengths), lengths)
    return positions
