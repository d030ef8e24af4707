"""Lines into a coverage: noding on a fixed grid, faces, small leftovers merged, who borders whom.

With a noding grid of 0.25 m no vertex comes nearer than about that to a foreign edge, so rounding the projected
coordinates to 1e-7 degrees (about 1 cm) afterwards cannot break the coverage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

GRID_M = 0.25

Geometries = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Borders:
    """Pairs of polygons with a common edge: indices `first` < `second` and the shared length in metres."""

    first: Ints
    second: Ints
    length_m: npt.NDArray[np.float64]


def polygons_of(shape: BaseGeometry) -> list[shapely.Polygon]:
    """The polygons a shape consists of; lines and points are left out."""
    return [g for g in shapely.get_parts(shape) if g.geom_type == "Polygon" and not g.is_empty]


def lines_of(shape: BaseGeometry) -> list[shapely.LineString]:
    """The lines a shape consists of, merged where they continue each other."""
    merged = shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
    return [g for g in shapely.get_parts(merged) if g.geom_type == "LineString" and not g.is_empty]


def largest(shape: BaseGeometry) -> shapely.Polygon:
    """The largest polygon of a shape; raises ValueError where it has none."""
    return max(polygons_of(shape), key=lambda g: float(g.area))


def node(lines: Sequence[BaseGeometry]) -> BaseGeometry:
    """All lines split at their crossings, coordinates on the noding grid.

    A line that should end on another must run a metre past it: rounding may pull the two apart.
    """
    return shapely.union_all(np.asarray(lines, dtype=object), grid_size=GRID_M)


def faces(noded: BaseGeometry, outline: shapely.Polygon) -> Geometries:
    """Polygons enclosed by noded lines and lying within the outline -> object[n]."""
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.contains(shapely.buffer(outline, 1.0), shapely.point_on_surface(found))
    return np.asarray(found[inside], dtype=object)


def borders(polygons: Geometries) -> Borders:
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


def mean_width(polygons: Geometries) -> npt.NDArray[np.float64]:
    """Twice the area over the perimeter, in metres: half the side of a square, the half width of a strip."""
    out: npt.NDArray[np.float64] = 2.0 * shapely.area(polygons) / np.maximum(shapely.length(polygons), 1e-9)
    return out


def absorb_small(
    polygons: Geometries, small: npt.NDArray[np.bool_], group: Ints | None = None
) -> tuple[Geometries, Ints]:
    """Merge each small polygon into the neighbour with the longest common edge, one of its own group if possible.

    Returns the merged polygons and, for each, the index of the input polygon it keeps its attributes from.
    """
    target = np.arange(len(polygons))
    edge = borders(polygons)
    group = np.zeros(len(polygons), dtype=np.int64) if group is None else group
    best = np.zeros(len(polygons))
    for i, j, length in zip(edge.first, edge.second, edge.length_m, strict=True):
        score = length + (1e6 if group[i] == group[j] else 0.0)
        for me, other in ((i, j), (j, i)):
            if small[me] and not small[other] and score > best[me]:
                best[me], target[me] = score, other
    kept, where = np.unique(target, return_inverse=True)
    out = np.empty(len(kept), dtype=object)
    members: list[list[int]] = [[] for _ in kept]
    for k, w in enumerate(where):
        members[w].append(k)
    for w, m in enumerate(members):
        out[w] = polygons[m[0]] if len(m) == 1 else shapely.coverage_union_all(polygons[m])
    return out, kept
