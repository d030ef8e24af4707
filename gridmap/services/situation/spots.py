"""Where an incident can stand: in one of the open blocks, outside all blocks in an area, or nowhere.

A point is placed once, in its block; its grid is looked up by the block under any plan. So a plan changes one short
table and no incident, and the totals are the same under every plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridmap.geo.locate import GridLocator
from gridmap.services.situation.area_tree import NO_AREA, AreaTree
from gridmap.store.ground import BlockFacts

Ints = NDArray[np.int64]
Places = NDArray[np.int32]
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Spots:
    """The open blocks (b of them, in code order) and the areas (a of them) as spots: 0 to b-1 are the blocks, b to
    b+a-1 what lies outside all blocks in an area, b+a is nowhere.

    `ids`, `codes`, `shapes`, `facts`, `households` and `area_km2` are those of the blocks; `area` int32[b+a+1] is the
    area of each spot, -1 for none.
    """

    ids: Ints
    codes: tuple[str, ...]
    shapes: NDArray[np.object_]
    facts: tuple[BlockFacts, ...]
    households: Ints
    area_km2: NDArray[np.float64]
    area: Places
    locator: GridLocator
    tree: AreaTree

    def __len__(self) -> int:
        return len(self.ids) + len(self.tree) + 1

    def is_like(self, other: Spots) -> bool:
        """Whether a number means the same spot in both."""
        mine, theirs = (self.ids, self.tree.ids), (other.ids, other.tree.ids)
        return all(np.array_equal(one, another) for one, another in zip(mine, theirs, strict=True))

    def of(self, block_ids: Ints, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Places:
        """n stored blocks (-1: none) and points in degrees -> spots int32[n].

        A point whose block was closed since stands in the open block that it lies in now.
        """
        order = np.argsort(self.ids)
        at = np.searchsorted(self.ids, block_ids, sorter=order)
        place = np.append(order, 0)[np.minimum(at, len(order))]
        is_open = (np.append(self.ids, NOWHERE)[place] == block_ids) & (block_ids != NOWHERE)
        spots = np.where(is_open, place, NOWHERE).astype(np.int32)
        closed = np.flatnonzero(~is_open & (block_ids != NOWHERE))
        if len(closed):
            spots[closed] = self.locator.locate(lon[closed], lat[closed])
        outside = np.flatnonzero(spots == NOWHERE)
        if len(outside):
            area = self.tree.locate(lon[outside], lat[outside])
            spots[outside] = len(self.ids) + np.where(area == NO_AREA, len(self.tree), area)
        return spots

    def under(self, assignment: Mapping[int, int], parents: Mapping[int, int]) -> Ints:
        """Grid id int64[b+a+1] of each spot by a plan's assignment (block id -> grid id), -1 for none.

        A block that was cut out of another since has the grid of the nearest one it came from.
        """
        grid_ids = np.full(len(self), NOWHERE, dtype=np.int64)
        for place, block in enumerate(self.ids.tolist()):
            known: int | None = block
            while known is not None and known not in assignment:
                known = parents.get(known)
            if known is not None:
                grid_ids[place] = assignment[known]
        return grid_ids


def block_areas(
    tree: AreaTree, facts: tuple[BlockFacts, ...], grid_ids: Ints, communities: Mapping[int, int], inner: Ints | Places
) -> Places:
    """The area of each of b blocks: its own community, else its grid's (`communities`: grid id -> area id), else the
    area that a point inside it lies in (`inner`).
    """
    named = tree.places_of_ids(np.array([fact.community_id or NOWHERE for fact in facts], dtype=np.int64))
    by_grid = tree.places_of_ids(np.array([communities.get(grid, NOWHERE) for grid in grid_ids.tolist()], np.int64))
    found = np.where(named != NO_AREA, named, np.where(by_grid != NO_AREA, by_grid, inner))
    return found.astype(np.int32)
