"""Which polygons are neighbours: those that share an edge, also where two drawings of it differ by centimetres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.errors import BadInput

Ints = NDArray[np.int64]

APART_M = 0.5  # borders this far apart are one border: imported plans are not drawn to the millimetre
SHARED_M = 5.0  # less than this is a corner


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Of n places, those next to each, in order and without itself: `of[start[i]:start[i + 1]]`. Symmetric."""

    start: Ints
    of: Ints

    def __len__(self) -> int:
        return len(self.start) - 1

    def beside(self, place: int) -> Ints:
        """The neighbours of one place."""
        return self.of[self.start[place] : self.start[place + 1]]


def neighbours(shapes_m: NDArray[np.object_]) -> Neighbours:
    """n polygons in metres -> who shares an edge with whom: SHARED_M of border within APART_M of the other."""
    tree = shapely.STRtree(shapes_m)
    first, second = tree.query(shapes_m, predicate="dwithin", distance=APART_M)
    once = first < second
    first, second = first[once], second[once]
    near = shapely.intersection(shapely.boundary(shapes_m[first]), shapely.buffer(shapes_m[second], APART_M))
    shared = shapely.length(near) >= SHARED_M
    return from_pairs(len(shapes_m), first[shared], second[shared])


def from_pairs(places: int, first: Ints, second: Ints) -> Neighbours:
    """m pairs of places, each once in either order -> neighbours. Raises BadInput for a place beside itself."""
    if (first == second).any():
        raise BadInput("A place is named as its own neighbour.", "Name pairs of different places.")
    of, beside = np.concatenate([first, second]).astype(np.int64), np.concatenate([second, first]).astype(np.int64)
    order = np.lexsort([beside, of])
    return Neighbours(np.searchsorted(of[order], np.arange(places + 1)), beside[order])
