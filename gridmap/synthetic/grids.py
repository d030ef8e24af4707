"""Grids as sets of blocks: each community is halved again and again along its length, so no solver is needed."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gridmap.errors import BadInput
from gridmap.geo.adjacency import Borders, borders
from gridmap.synthetic.areas import connected_parts
from gridmap.synthetic.curves import Floats
from gridmap.synthetic.partition import Geometries, Ints


@dataclass(frozen=True, slots=True)
class Grids:
    """Grid index of each block; kind (residential or the dedicated purpose) and community index of each grid."""

    of_block: Ints
    kinds: tuple[str, ...]
    community: Ints


def share_out(total: int, weight: Floats, least: int) -> Ints:
    """Whole numbers in proportion to the weights, each at least `least`, that sum to `total` (largest remainder)."""
    raw = weight / weight.sum() * total
    out = np.maximum(np.floor(raw).astype(np.int64), least)
    while out.sum() < total:
        out[np.argmax(raw - out)] += 1
    while out.sum() > total:
        out[np.argmax(np.where(out > least, out - raw, -np.inf))] -= 1
    shares: Ints = out
    return shares


class _Splitter:
    def __init__(self, blocks: Geometries, cell: Ints, weight: Floats, edge: Borders) -> None:
        self.centre = shapely.get_coordinates(shapely.centroid(blocks))
        self.cell, self.weight = cell, weight
        solid = edge.length_m > 1.0
        self.first, self.second = edge.first[solid], edge.second[solid]
        self.near: list[list[int]] = [[] for _ in blocks]
        for i, j in zip(self.first.tolist(), self.second.tolist(), strict=True):
            self.near[i].append(j)
            self.near[j].append(i)
        n = int(cell.max()) + 1
        count = np.maximum(np.bincount(cell, minlength=n), 1)
        self.cell_centre = np.column_stack([np.bincount(cell, self.centre[:, k], n) / count for k in (0, 1)])

    def split(self, members: Ints, parts: int) -> list[Ints]:
        """Connected members into `parts` connected groups of about equal weight."""
        if parts == 1:
            return [members]
        one = parts // 2
        target = float(self.weight[members].sum()) * one / parts
        best: tuple[float, Ints, Ints] | None = None
        for angle in np.arange(0, 2 * np.pi, np.pi / 8):
            grown, rest = self._grow(members, angle, target)
            if len(rest) == 0:
                continue
            miss = (
                abs(float(self.weight[grown].sum()) - target) / target
                + 0.08 * self._spread(grown)
                + 0.08 * self._spread(rest)
            )
            if best is None or miss < best[0]:
                best = (miss, grown, rest)
        if best is None:
            return [members]
        return [*self.split(best[1], one), *self.split(best[2], parts - one)]

    def _spread(self, members: Ints) -> float:
        c = self.centre[members]
        values = np.linalg.eigvalsh(np.cov(c.T)) if len(c) > 2 else np.ones(2)
        return float(np.sqrt(max(values[1], 1.0) / max(values[0], 1.0)))

    def _grow(self, members: Ints, angle: float, target: float) -> tuple[Ints, Ints]:
        way = np.array([np.cos(angle), np.sin(angle)])
        inside = set(members.tolist())
        by_cell = self.cell_centre @ way
        by_block = self.centre @ way
        start = int(members[np.argmin(by_cell[self.cell[members]] + 1e-3 * by_block[members])])
        heap, seen, grown, weight = [(0.0, 0.0, start)], {start}, [], 0.0
        while heap and weight < target:
            _, _, k = heapq.heappop(heap)
            grown.append(k)
            weight += float(self.weight[k])
            for other in self.near[k]:
                if other in inside and other not in seen:
                    seen.add(other)
                    heapq.heappush(heap, (float(by_cell[self.cell[other]]), float(by_block[other]), other))
        taken = set(grown)
        rest = np.array(sorted(inside - taken), dtype=np.int64)
        if len(rest) == 0:
            return np.array(grown, dtype=np.int64), rest
        groups = sorted(
            connected_parts(rest, self.first, self.second), key=lambda g: -float(self.weight[g].sum()) - 1e-6 * len(g)
        )
        return np.array(sorted(taken | {int(i) for g in groups[1:] for i in g}), dtype=np.int64), groups[0]


def deal_grids(
    blocks: Geometries, cell: Ints, community: Ints, dedicated: Sequence[str], flats: Floats, total: int
) -> Grids:
    """Dedicated grids from their blocks, the rest of each community into grids of about equal numbers of flats.

    Every grid lies in one community and is connected by edges; blocks cut off by a dedicated grid join it when
    nobody lives there.
    """
    edge = borders(blocks)
    words = np.array(dedicated)
    weight = flats + 0.02
    splitter = _Splitter(blocks, cell, weight, edge)
    of_block = np.full(len(blocks), -1, dtype=np.int64)
    kinds: list[str] = []
    homes: list[int] = []
    for kind in [w for w in dict.fromkeys(dedicated) if w]:
        chosen = connected_parts(np.flatnonzero(words == kind), splitter.first, splitter.second)[0]
        of_block[chosen] = len(kinds)
        kinds.append(kind)
        homes.append(int(community[chosen[0]]))
    open_blocks = [np.flatnonzero((community == c) & (of_block < 0)) for c in range(int(community.max()) + 1)]
    counts = share_out(total, np.array([flats[b].sum() for b in open_blocks]), 1)
    for home, (members, parts) in enumerate(zip(open_blocks, counts, strict=True)):
        pieces = connected_parts(members, splitter.first, splitter.second)
        main = max(pieces, key=lambda g: float(weight[g].sum()))
        for lost in pieces:
            if lost is not main:
                _join_neighbour(lost, of_block, community, splitter)
        for group in splitter.split(main, int(parts)):
            of_block[group] = len(kinds)
            kinds.append("residential")
            homes.append(home)
    return Grids(of_block, tuple(kinds), np.array(homes, dtype=np.int64))


def part_by_weight(blocks: Geometries, cell: Ints, weight: Floats, parts: int) -> Ints:
    """Connected blocks into `parts` connected groups of about equal weight -> group of each block, int64[n].

    Groups are numbered in the order of the halving, so that neighbours in number mostly lie beside each other.
    """
    splitter = _Splitter(blocks, cell, weight + 0.02, borders(blocks))
    out = np.zeros(len(blocks), dtype=np.int64)
    for group, members in enumerate(splitter.split(np.arange(len(blocks)), parts)):
        out[members] = group
    return out


def _join_neighbour(lost: Ints, of_block: Ints, community: Ints, splitter: _Splitter) -> None:
    """Give a cut-off piece to the dedicated grid of its community that it lies behind.

    Raises BadInput where it borders none: then the community itself is in pieces.
    """
    for k in lost.tolist():
        for other in splitter.near[k]:
            if of_block[other] >= 0 and community[other] == community[k]:
                of_block[lost] = of_block[other]
                return
    raise BadInput("A community is in several pieces.", "Join its blocks by edges first (heal_communities).")


def settle(flats: Floats, residential: np.ndarray, total: int, low: int = 405, high: int = 795) -> Ints:
    """Households of each grid: an equal share of its flats, held inside the band, summing to `total` -> int64[n].

    Raises BadInput where the band or the flats make the total impossible.
    """
    cap = np.where(residential, np.minimum(np.floor(flats), high), 0).astype(np.int64)
    least = np.where(residential, low, 0)
    if (cap < least).any() or not least.sum() <= total <= cap.sum():
        short = int((cap < least).sum())
        raise BadInput(
            f"The flats do not fit the band: {short} grids are too small, {cap.sum()} flats for {total} households.",
            "Draw more housing in the sketch, or ask for fewer households or grids.",
        )
    lo, hi = 0.0, 1.5
    for _ in range(60):
        mid = (lo + hi) / 2
        if np.clip(np.floor(flats * mid), least, cap).sum() > total:
            hi = mid
        else:
            lo = mid
    out = np.clip(np.floor(flats * lo), least, cap).astype(np.int64)
    k = 0
    order = np.argsort(-(cap - out))
    while out.sum() < total:
        g = order[k % len(order)]
        if out[g] < cap[g]:
            out[g] += 1
        k += 1
    return out
