"""Communities grown from their seeds over the cells of the ground, along streets, seldom across water or rails."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from gridmap.geo.adjacency import borders
from gridmap.synthetic.partition import Geometries, Ints
from gridmap.synthetic.sketch import Seed
from gridmap.synthetic.terrain import Terrain

BARRIER_FACTOR = 3.0  # a river or railway counts as three times the way


def grow_communities(cells: Geometries, seeds: Sequence[Seed], terrain: Terrain) -> Ints:
    """Index of the seed each cell belongs to -> int64[n]; every seed gets at least one cell, all are connected.

    Shortest way over shared edges (Dijkstra from all seeds at once), so a community is one piece.
    """
    edge = borders(cells)
    centre = shapely.get_coordinates(shapely.point_on_surface(cells))
    ways = shapely.linestrings(np.stack([centre[edge.first], centre[edge.second]], axis=1))
    lines = shapely.union_all([g for _, g in (*terrain.river_lines[:1], *terrain.railways)])
    shapely.prepare(lines)
    cost = shapely.length(ways) * np.where(shapely.intersects(lines, ways), BARRIER_FACTOR, 1.0) + 30.0
    cost = np.where(edge.length_m < 12.0, cost * 4, cost)
    n = len(cells)
    graph = coo_matrix((cost, (edge.first, edge.second)), shape=(n, n)).tocsr()
    start: list[int] = []
    for seed in seeds:
        away = np.hypot(centre[:, 0] - seed.x, centre[:, 1] - seed.y)
        away[start] = np.inf
        holder = np.flatnonzero(shapely.contains_xy(cells, seed.x, seed.y))
        start.append(int(holder[0]) if len(holder) and holder[0] not in start else int(away.argmin()))
    _, _, source = dijkstra(graph, directed=False, indices=start, return_predecessors=True, min_only=True)
    place = {cell: k for k, cell in enumerate(start)}
    return np.array([place[int(s)] for s in source], dtype=np.int64)


def heal_communities(blocks: Geometries, community: Ints) -> Ints:
    """Community of each block after stray pieces went to the neighbour with the longest common border -> int64[n].

    Merging slivers may leave a block that only touches the rest of its community in a corner.
    """
    edge = borders(blocks)
    out = community.copy()
    for home in range(int(community.max()) + 1):
        pieces = connected_parts(np.flatnonzero(out == home), edge.first, edge.second)
        for stray in pieces[1:]:
            inside = np.zeros(len(blocks), dtype=bool)
            inside[stray] = True
            across = inside[edge.first] != inside[edge.second]
            other = np.where(inside[edge.first[across]], edge.second[across], edge.first[across])
            shared = np.bincount(out[other], weights=edge.length_m[across], minlength=int(community.max()) + 1)
            shared[home] = 0.0
            out[stray] = int(np.argmax(shared))
    return out


def connected_parts(members: Ints, first: Ints, second: Ints) -> list[Ints]:
    """Connected groups among the members of a graph given by its edges, the largest first -> lists of indices."""
    inside = set(members.tolist())
    near: dict[int, list[int]] = {int(m): [] for m in members}
    for i, j in zip(first.tolist(), second.tolist(), strict=True):
        if i in inside and j in inside:
            near[i].append(j)
            near[j].append(i)
    groups, seen = [], set()
    for m in near:
        if m in seen:
            continue
        stack, group = [m], []
        seen.add(m)
        while stack:
            k = stack.pop()
            group.append(k)
            for other in near[k]:
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        groups.append(np.array(sorted(group), dtype=np.int64))
    return sorted(groups, key=lambda g: (-len(g), int(g[0])))
