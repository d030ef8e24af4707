"""Lines into a coverage: noding on a fixed grid, faces, small leftovers merged.

With a noding grid of 0.25 m no vertex comes nearer than about that to a foreign edge, so rounding the projected
coordinates to 1e-7 degrees (about 1 cm) afterwards cannot break the coverage.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.geo.adjacency import borders

GRID_M = 0.25

Geometries = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]


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
