"""Which polygon has a point: the lowest ordinal among the polygons whose closed shape covers it.

Closed means that a border, a vertex and the rim of a hole belong to the polygon. So a point on a shared border always
has exactly one answer, whatever the order of the points, and `contains` (which loses every border point) is not used.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gridmap.errors import BadInput
from gridmap.geo.cell_kernels import find_many, find_one
from gridmap.geo.cells import CellIndex, build_cell_index

NOWHERE = -1
CHUNK_POINTS = 1 << 16  # what a thread takes at a time
BEYOND = 1e150  # products of coordinates must be numbers
POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


class GridLocator:
    """An immutable index over n polygons in any plane coordinates (metres, or degrees taken as a plane).

    Pass the polygons in code order: ordinals are positions in the sequence given. Polygons and multipolygons may have
    holes, overlap or leave gaps; None and empty ones never answer; an invalid one is asked as GEOS's prepared shapes
    read it: inside is where an odd number of its edges lies to one side. The answers are exact for the floats given.
    Safe to use from many threads; pickles with its index.

    Raises BadInput when a geometry is no polygon or a coordinate is not finite.
    """

    __slots__ = ("_arguments", "_count", "_index")

    _index: CellIndex
    _count: int
    _arguments: tuple[Any, ...]

    def __init__(self, polygons: Iterable[Any]) -> None:
        given = _checked(polygons)
        self._count = len(given)
        self._index = build_cell_index(given)
        self._arguments = self._index.arguments

    def __len__(self) -> int:
        return self._count

    @property
    def size_bytes(self) -> int:
        """Memory that the index takes."""
        return self._index.size_bytes

    def locate(self, x: ArrayLike, y: ArrayLike, *, threads: int | None = None) -> NDArray[np.int32]:
        """n points in the polygons' coordinates -> int32[n], -1 where no polygon covers the point.

        NaN and infinite coordinates are nowhere. Scalars, lists and pandas columns are taken as arrays; the result has
        the shape of x and y. `threads` work on it, one a core unless told. Raises BadInput when the shapes differ.
        """
        xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        if xs.shape != ys.shape:
            raise BadInput(f"x has shape {xs.shape} but y has {ys.shape}.", "Give one y for every x.")
        flat_x, flat_y = _plain(xs), _plain(ys)
        found = np.empty(flat_x.shape, dtype=np.int32)
        begins = itertools.count(0, CHUNK_POINTS)  # one step of it is one step for all threads

        def work() -> None:
            while (begin := next(begins)) < len(found):
                part = slice(begin, begin + CHUNK_POINTS)
                find_many(flat_x[part], flat_y[part], found[part], *self._arguments)

        chunks = -(-len(found) // CHUNK_POINTS)
        helpers = min(threads or len(os.sched_getaffinity(0)), chunks) - 1
        if helpers < 1:
            work()
        else:
            with ThreadPoolExecutor(helpers) as pool:  # a pool of its own: it survives a fork and leaves nothing behind
                helping = [pool.submit(work) for _ in range(helpers)]
                work()
            for helper in helping:
                helper.result()
        return found.reshape(xs.shape)

    def locate_one(self, x: float, y: float) -> int:
        """One point -> its ordinal, or -1."""
        return int(find_one(float(x), float(y), *self._arguments))

    def __getstate__(self) -> tuple[int, CellIndex]:
        return self._count, self._index

    def __setstate__(self, state: tuple[int, CellIndex]) -> None:
        self._count, self._index = state
        for table in self._index.tables:
            table.setflags(write=False)
        self._arguments = self._index.arguments


def warm_up() -> None:
    """Compile the kernels, or load what was compiled before, so that the first question need not wait."""
    locator = GridLocator([shapely.box(0, 0, 1, 1)])
    locator.locate([0.5], [0.5])
    locator.locate_one(0.5, 0.5)


def _plain(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A read-only contiguous view or copy in one dimension: one kind of array, so that kernels are compiled once."""
    view = np.ascontiguousarray(values).reshape(-1).view()
    view.setflags(write=False)
    return view


def _checked(polygons: Iterable[Any]) -> NDArray[np.object_]:
    given = np.asarray(polygons if hasattr(polygons, "__array__") else list(polygons), dtype=object)
    polygonal = np.isin(shapely.get_type_id(given), POLYGONAL) | shapely.is_missing(given)
    if given.ndim != 1 or not polygonal.all():
        raise BadInput("A locator is made of a sequence of polygons only.", _first_other(given, polygonal))
    coords, owner = shapely.get_coordinates(given, return_index=True)
    broken = ~(np.abs(coords) < BEYOND).all(axis=1)
    if broken.any():
        raise BadInput(
            f"Polygon {owner[broken][0]} has a coordinate that is not finite, or beyond any map.", "Repair it first."
        )
    return given


def _first_other(given: NDArray[Any], polygonal: NDArray[np.bool_]) -> str:
    if given.ndim != 1:
        return f"Give one dimension, not {given.ndim}: the geometry column of a frame, not the frame."
    ordinal = int(np.flatnonzero(~polygonal)[0])
    return f"Leave out number {ordinal}, a {given[ordinal].geom_type}, or turn it into a polygon."
