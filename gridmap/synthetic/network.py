"""Streets that meet: road lines laid onto the noded lines, so that two streets share the vertex they cross in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.synthetic.roads import RoadLine

RANK = {"trunk": 0, "street": 1, "lane": 2, "path": 3}
STUB_M = 45.0  # loose ends shorter than this are noise, not cul-de-sacs


def lay_network(
    roads: Sequence[RoadLine], noded: BaseGeometry, outline: shapely.Polygon, bare: BaseGeometry
) -> list[RoadLine]:
    """Each road as one or more lines along the noded edges; where two run together the higher class has them.

    Only trunk roads cross the `bare` ground (water, rails); other edges that enter it are left out.
    """
    edges = shapely.get_parts(shapely.line_merge(noded))
    edges = edges[shapely.within(edges, outline.buffer(0.6))]
    order = sorted(range(len(roads)), key=lambda k: (RANK[roads[k].klass], k))
    lines = np.array([roads[k].line for k in order], dtype=object)
    tree = shapely.STRtree(lines)
    votes = np.full((len(edges), 3), np.iinfo(np.int64).max)
    for column, share in enumerate((0.25, 0.5, 0.75)):
        points = shapely.line_interpolate_point(edges, share, normalized=True)
        edge, line = tree.query(points, predicate="dwithin", distance=0.7)
        np.minimum.at(votes[:, column], edge, line)
    road_of = np.where((votes[:, 0] == votes[:, 1]) | (votes[:, 1] == votes[:, 2]), votes[:, 1], votes[:, 0])
    road_of = np.where((votes == np.iinfo(np.int64).max).any(axis=1), -1, road_of)
    shapely.prepare(bare)
    trunk = np.array([roads[order[k]].klass == "trunk" for k in range(len(order))] + [False])[road_of]
    road_of = np.where(~trunk & shapely.intersects(bare, edges), -1, road_of)
    edges, road_of = _without_stubs(edges[road_of >= 0], road_of[road_of >= 0])
    out = []
    for number in np.unique(road_of):
        road = roads[order[number]]
        merged = shapely.line_merge(shapely.multilinestrings(edges[road_of == number]))
        out += [RoadLine(road.klass, road.name, part) for part in shapely.get_parts(merged)]
    return out


def _without_stubs(edges: np.ndarray, road_of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    for _ in range(3):
        first = [tuple(p) for p in shapely.get_coordinates(shapely.get_point(edges, 0))]
        last = [tuple(p) for p in shapely.get_coordinates(shapely.get_point(edges, -1))]
        degree = Counter([*first, *last])
        loose = np.array([degree[a] == 1 or degree[b] == 1 for a, b in zip(first, last, strict=True)])
        keep = ~(loose & (shapely.length(edges) < STUB_M))
        if keep.all():
            break
        edges, road_of = edges[keep], road_of[keep]
    return edges, road_of
