"""Pieces of ground that are no blocks: what makes a sliver, and which neighbour it joins."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo.adjacency import borders, mean_width

ROUND = 0.88  # 4 pi area / perimeter^2: a circle has 1, an octagon 0.95, a square 0.79
LARGEST_ISLAND_M2 = 6_000.0  # a roundabout of 87 m across
MEDIAN_WIDTHS = 2.2  # a bare strip up to this many times the least width ...
MEDIAN_LENGTHS = 8.0  # ... and at least this many times as long as wide is a median too

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Merged:
    """n faces as k blocks: polygons object[k], the face each began with int64[k], and of each face its block and
    whether it joined another."""

    polygons: Shapes
    first_of: Ints
    group: Ints
    joined: Flags


def sliver_kind(faces: Shapes, bare: Flags, *, min_area_m2: float, min_width_m: float) -> Shapes:
    """n faces in metres, and whether no building stands in each -> "island", "strip", "small" or "" for a block.

    An island is round and bare (of a roundabout); a strip is narrow, or bare and much longer than wide (a median);
    small is any other face under the least area.
    """
    area, length, width = shapely.area(faces), shapely.length(faces), mean_width(faces)
    roundness = 4 * np.pi * area / np.maximum(length, 1e-9) ** 2
    is_island = bare & (roundness > ROUND) & (area < LARGEST_ISLAND_M2)
    is_median = bare & (width < MEDIAN_WIDTHS * min_width_m) & (length > 2 * MEDIAN_LENGTHS * width)
    is_strip = (width < min_width_m) & (length > 6 * width) | is_median
    is_small = (area < min_area_m2) | (width < min_width_m / 2)
    kinds = np.select([is_island, is_strip, is_small], ["island", "strip", "small"], "")
    return kinds.astype(object)


def merge_slivers(faces: Shapes, community: Ints, slivers: Flags, min_area_m2: float, min_width_m: float) -> Merged:
    """Each sliver into the neighbour of its community with the longest common border, the smallest sliver first.

    Slivers may join each other; what they make together is a block once it is large and wide enough. Faces must share
    their vertices.
    """
    graph = _Graph(faces, community)
    heap = [(float(graph.area[k]), k) for k in np.flatnonzero(slivers).tolist()]
    heapq.heapify(heap)
    joined = np.zeros(len(faces), dtype=bool)
    while heap:
        area, k = heapq.heappop(heap)
        if graph.root[k] != k or area != graph.area[k]:
            continue
        if joined[k] and graph.area[k] >= min_area_m2 and graph.width(k) >= min_width_m:
            continue  # slivers that make a block together
        target = graph.longest_neighbour(k)
        if target is None:
            continue
        joined[k] = True
        graph.join(k, target)
        if slivers[target]:
            joined[target] = True
            heapq.heappush(heap, (float(graph.area[target]), target))
    return graph.merged(faces, joined)


class _Graph:
    """Faces and their common borders; joining two of one community adds up areas and perimeters."""

    def __init__(self, faces: Shapes, community: Ints) -> None:
        self.area, self.length = shapely.area(faces), shapely.length(faces)
        self.root = list(range(len(faces)))
        self.near: list[dict[int, float]] = [{} for _ in faces]
        edge = borders(faces)
        same = community[edge.first] == community[edge.second]
        pairs = zip(edge.first[same].tolist(), edge.second[same].tolist(), edge.length_m[same].tolist(), strict=True)
        for i, j, length in pairs:
            self.near[i][j] = self.near[j][i] = length

    def width(self, k: int) -> float:
        return 2.0 * float(self.area[k]) / max(float(self.length[k]), 1e-9)

    def longest_neighbour(self, k: int) -> int | None:
        """Of two as long the larger one, then the one with the lower ordinal."""
        return max(self.near[k], key=lambda j: (round(self.near[k][j], 3), self.area[j], -j), default=None)

    def join(self, k: int, target: int) -> None:
        """Face k becomes part of the target."""
        shared = self.near[k][target]
        self.root[k] = target
        self.area[target] += self.area[k]
        self.length[target] += self.length[k] - 2 * shared
        del self.near[target][k]
        for other, length in self.near[k].items():
            if other != target:
                del self.near[other][k]
                together = self.near[target].get(other, 0.0) + length
                self.near[target][other] = self.near[other][target] = together
        self.near[k] = {}

    def merged(self, faces: Shapes, joined: Flags) -> Merged:
        last = np.array([self._last(k) for k in range(len(faces))], dtype=np.int64)
        first_of, group = np.unique(last, return_inverse=True)
        order = np.argsort(group, kind="stable")
        starts = np.searchsorted(group[order], np.arange(len(first_of)))
        out = np.empty(len(first_of), dtype=object)
        for k, members in enumerate(np.split(order, starts[1:])):
            out[k] = faces[members[0]] if len(members) == 1 else shapely.coverage_union_all(faces[members])
        return Merged(out, first_of.astype(np.int64), group.astype(np.int64), joined)

    def _last(self, k: int) -> int:
        while self.root[k] != k:
            k = self.root[k]
        return k
