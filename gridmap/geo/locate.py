"""Which polygon has a point: the lowest ordinal among the polygons whose closed shape covers it.

Closed means that a border, a vertex and the rim of a hole belong to the polygon. So a point on a shared border always
has exactly one answer, whatever the order of the points, and `contains` (which loses every border point) is not used.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gridmap.errors import BadInput
from gridmap.geo.cells import CellIndex, build_cell_index

NOWHERE = -1
CHUNK_POINTS = 1 << 16  # the working arrays of a chunk stay in the processor's cache
POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


class GridLocator:
    """An immutable index over n polygons in any plane coordinates (metres, or degrees taken as a plane).

    Pass the polygons in code order: ordinals are positions in the sequence given. Polygons and multipolygons may have
    holes, overlap or leave gaps; None and empty ones never answer; an invalid one is asked exactly as GEOS reads it.
    Safe to use from many threads; pickles with its index.

    Raises BadInput when a geometry is no polygon or a coordinate is not finite.
    """

    __slots__ = ("_index", "_polygons")

    _index: CellIndex
    _polygons: NDArray[np.object_]

    def __init__(self, polygons: Iterable[Any]) -> None:
        self._polygons = _own_copies(polygons)
        self._index = build_cell_index(self._polygons)
        _prepare(self._polygons)

    def __len__(self) -> int:
        return len(self._polygons)

    def locate(self, x: ArrayLike, y: ArrayLike) -> NDArray[np.int32]:
        """n points in the polygons' coordinates -> int32[n], -1 where no polygon covers the point.

        NaN and infinite coordinates are nowhere. Scalars, lists and pandas columns are taken as arrays; the result has
        the shape of x and y. Raises BadInput when the shapes differ.
        """
        xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        if xs.shape != ys.shape:
            raise BadInput(f"x has shape {xs.shape} but y has {ys.shape}.", "Give one y for every x.")
        flat_x, flat_y = xs.ravel(), ys.ravel()
        found = np.empty(flat_x.shape, dtype=np.int32)
        lattice, answer = self._index.lattice, self._index.answer
        for begin in range(0, len(found), CHUNK_POINTS):
            part = slice(begin, begin + CHUNK_POINTS)
            found[part] = answer[lattice.cell_of(flat_x[part], flat_y[part])]
        asked = np.flatnonzero(found < NOWHERE)
        asked = asked[np.argsort(found[asked])]  # neighbours in turn: their polygons are still in the cache
        found[asked] = self._ask(-2 - found[asked], flat_x[asked], flat_y[asked])
        return found.reshape(xs.shape)

    def locate_one(self, x: float, y: float) -> int:
        """One point -> its ordinal, or -1."""
        if not (math.isfinite(x) and math.isfinite(y)):
            return NOWHERE
        index = self._index
        lattice = index.lattice
        col = min(max((x - lattice.x0) * lattice.cells_per_unit, 0.0), lattice.cols - 1.0)
        row = min(max((y - lattice.y0) * lattice.cells_per_unit, 0.0), lattice.rows - 1.0)
        answer = index.answer.item(int(row) * lattice.cols + int(col))
        if answer >= NOWHERE:
            return int(answer)
        border = -2 - answer
        for ordinal in index.candidate[index.start.item(border) : index.start.item(border + 1)].tolist():
            if shapely.intersects_xy(self._polygons[ordinal], x, y):
                return int(ordinal)
        return int(index.fallback.item(border))

    def _ask(self, border: NDArray[np.int32], x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.int32]:
        """Exact answers for points of border cells: candidates in order, the first that covers the point has it."""
        index = self._index
        found = index.fallback[border]
        at, end = index.start[border], index.start[border + 1]
        open_ = np.arange(len(border))
        while len(open_):
            ordinal = index.candidate[at[open_]]
            hit = shapely.intersects_xy(self._polygons[ordinal], x[open_], y[open_])
            found[open_[hit]] = ordinal[hit]
            at[open_] += 1
            open_ = open_[~hit & (at[open_] < end[open_])]
        return found

    def __getstate__(self) -> tuple[NDArray[Any], CellIndex]:
        return shapely.to_wkb(self._polygons), self._index

    def __setstate__(self, state: tuple[NDArray[Any], CellIndex]) -> None:
        wkb, self._index = state
        self._polygons = shapely.from_wkb(wkb)
        _prepare(self._polygons)


def _own_copies(polygons: Iterable[Any]) -> NDArray[np.object_]:
    """Plain 2-d copies of the caller's shapes: what they prepare or destroy later does not reach the index."""
    given = np.asarray(polygons if hasattr(polygons, "__array__") else list(polygons), dtype=object)
    polygonal = np.isin(shapely.get_type_id(given), POLYGONAL) | shapely.is_missing(given)
    if given.ndim != 1 or not polygonal.all():
        raise BadInput("A locator is made of a sequence of polygons only.", _first_other(given, polygonal))
    own: NDArray[np.object_] = shapely.from_wkb(shapely.to_wkb(given, output_dimension=2))
    coords, owner = shapely.get_coordinates(own, return_index=True)
    broken = ~np.isfinite(coords).all(axis=1)
    if broken.any():
        raise BadInput(f"Polygon {owner[broken][0]} has a coordinate that is not finite.", "Repair it first.")
    return own


def _first_other(given: NDArray[Any], polygonal: NDArray[np.bool_]) -> str:
    if given.ndim != 1:
        return f"Give one dimension, not {given.ndim}: the geometry column of a frame, not the frame."
    ordinal = int(np.flatnonzero(~polygonal)[0])
    return f"Leave out number {ordinal}, a {given[ordinal].geom_type}, or turn it into a polygon."


def _prepare(polygons: NDArray[np.object_]) -> None:
    """Build GEOS's point indexes now: it makes them at the second question, which threads must not race for."""
    asked = polygons[~(shapely.is_missing(polygons) | shapely.is_empty(polygons))]
    shapely.prepare(asked)
    coords, owner = shapely.get_coordinates(asked, return_index=True)
    _, first = np.unique(owner, return_index=True)
    for _ in range(2):
        shapely.intersects_xy(asked, coords[first, 0], coords[first, 1])
