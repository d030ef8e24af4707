"""Who borders whom in a coverage whose polygons share their vertices, and how wide a polygon is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Borders:
    """Pairs of polygons with a common edge: indices `first` < `second` and the shared length in metres."""

    first: Ints
    second: Ints
    length_m: Floats


def borders(polygons: Shapes) -> Borders:
    """Common edges of polygons that share their vertices exactly."""
    rings, ring_owner = shapely.get_rings(polygons, return_index=True)
    xy, at = shapely.get_coordinates(rings, return_index=True)
    same = at[1:] == at[:-1]
    a, b, owner = xy[:-1][same], xy[1:][same], ring_owner[at[:-1][same]]
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    key = np.where(swap[:, None], np.hstack([b, a]), np.hstack([a, b]))
    order = np.lexsort(key.T)
    key, owner = key[order], owner[order]
    twin = np.flatnonzero((key[1:] == key[:-1]).all(axis=1))
    i, j = np.minimum(owner[twin], owner[twin + 1]), np.maximum(owner[twin], owner[twin + 1])
    length = np.hypot(key[twin, 2] - key[twin, 0], key[twin, 3] - key[twin, 1])
    real = i != j
    pair, where = np.unique(np.column_stack([i[real], j[real]]), axis=0, return_inverse=True)
    shared = np.bincount(where.ravel(), weights=length[real], minlength=len(pair)).astype(np.float64)
    return Borders(pair[:, 0], pair[:, 1], shared)


def mean_width(polygons: Shapes) -> Floats:
    """Twice the area over the perimeter, in metres: half the side of a square, the width of a long strip."""
    out: Floats = 2.0 * shapely.area(polygons) / np.maximum(shapely.length(polygons), 1e-9)
    return out
