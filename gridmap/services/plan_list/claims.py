"""From claims on places to blocks: who claims which block, with how many households, and where that is not one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.services.placing import inner_points
from gridmap.services.plan_list.naming import Kind
from gridmap.store.plan_list import BuildingColumns

Ints = NDArray[np.int64]
NONE = -1


@dataclass(frozen=True, slots=True)
class Ground:
    """What there is to claim. `block_ids`, `polygons`, `communities` (area id or -1) are parallel, in code order.

    `area_shapes`: compounds with a shape, in degrees.
    """

    block_ids: Ints
    polygons: NDArray[np.object_]
    communities: Ints
    buildings: BuildingColumns
    site_blocks: Mapping[int, int]
    area_shapes: Mapping[int, shapely.Geometry]
    is_community: frozenset[int]


@dataclass(frozen=True, slots=True)
class Cut:
    """A block whose buildings are claimed by several grids: grid key -> households, the most first."""

    block_id: int
    households: tuple[tuple[int, int], ...]

    @property
    def has_majority(self) -> bool:
        return self.households[0][1] > self.households[1][1]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`assignment`: block id -> grid key where one grid claims it. `unclaimed`: block ids, those with households in
    `unclaimed_households` with how many. `spanning`: compounds of the list that stand on several blocks.
    """

    assignment: dict[int, int]
    cuts: list[Cut]
    unclaimed: list[int]
    unclaimed_households: dict[int, int]
    spanning: dict[int, int] = field(default_factory=dict)


def settle(claims: Mapping[tuple[Kind, int], int], ground: Ground, households: Mapping[int, int]) -> Outcome:
    """(kind, id of a place) -> grid key becomes block id -> grid key.

    A building goes by its own row, else by its compound's, else by its community's. A block without a claimed building
    goes by its site, else by the compound whose shape it lies in, else by its community. `households`: of each block.
    """
    of_building = _grids_of_buildings(claims, ground)
    by_block = _claims_on_blocks(of_building, ground.buildings)
    for site_id, block_id in ground.site_blocks.items():
        grid = claims.get((Kind.SITE, site_id))
        if grid is not None:
            by_block[block_id][grid] += 0
    _claim_by_area(claims, ground, by_block)
    cuts = [
        Cut(block_id, tuple(sorted(by_block[block_id].items(), key=lambda item: (-item[1], item[0]))))
        for block_id in ground.block_ids.tolist()
        if len(by_block.get(block_id, ())) > 1
    ]
    open_blocks = ground.block_ids.tolist()
    unclaimed = [block_id for block_id in open_blocks if not by_block.get(block_id)]
    return Outcome(
        {block_id: next(iter(by_block[block_id])) for block_id in open_blocks if len(by_block.get(block_id, ())) == 1},
        cuts,
        unclaimed,
        {block_id: households[block_id] for block_id in unclaimed if households.get(block_id)},
        _spanning(claims, ground.buildings),
    )


def _grids_of_buildings(claims: Mapping[tuple[Kind, int], int], ground: Ground) -> Ints:
    """int64[n] grid key of each building, -1 for none."""
    community_of = dict(zip(ground.block_ids.tolist(), ground.communities.tolist(), strict=True))
    buildings = ground.buildings
    rows = zip(buildings.ids.tolist(), buildings.compound_ids.tolist(), buildings.block_ids.tolist(), strict=True)
    return np.array(
        [
            next((claims[key] for key in _keys(*row, community_of) if key in claims), NONE)
            for row in rows
        ],
        dtype=np.int64,
    )  # fmt: skip


def _keys(building: int, compound: int, block: int, community_of: Mapping[int, int]) -> list[tuple[Kind, int]]:
    return [(Kind.BUILDING, building), (Kind.AREA, compound), (Kind.AREA, community_of.get(block, NONE))]


def _claims_on_blocks(of_building: Ints, buildings: BuildingColumns) -> dict[int, Counter[int]]:
    by_block: dict[int, Counter[int]] = defaultdict(Counter)
    rows = zip(buildings.block_ids.tolist(), of_building.tolist(), buildings.households.tolist(), strict=True)
    for block_id, grid, households in rows:
        if grid != NONE and block_id != NONE:
            by_block[block_id][grid] += households
    return by_block


def _claim_by_area(
    claims: Mapping[tuple[Kind, int], int], ground: Ground, by_block: dict[int, Counter[int]]
) -> None:
    """Blocks that no building claims: by the compound around them, else by their community."""
    bare = np.array([not by_block.get(block_id) for block_id in ground.block_ids.tolist()], dtype=bool)
    inner = inner_points(ground.polygons)
    around = [(key[1], grid) for key, grid in claims.items() if key[0] is Kind.AREA and key[1] in ground.area_shapes]
    for area_id, grid in sorted(around):
        if area_id in ground.is_community:
            continue
        inside = bare & shapely.intersects(ground.area_shapes[area_id], inner)
        for block_id in ground.block_ids[inside].tolist():
            by_block[block_id][grid] += 0
    for block_id, community in zip(ground.block_ids.tolist(), ground.communities.tolist(), strict=True):
        community_grid = claims.get((Kind.AREA, community))
        if community_grid is not None and not by_block.get(block_id):
            by_block[block_id][community_grid] += 0


def _spanning(claims: Mapping[tuple[Kind, int], int], buildings: BuildingColumns) -> dict[int, int]:
    """Claimed compound -> blocks that its buildings stand in, where these are several."""
    blocks: dict[int, set[int]] = defaultdict(set)
    for compound, block in zip(buildings.compound_ids.tolist(), buildings.block_ids.tolist(), strict=True):
        if block != NONE and (Kind.AREA, compound) in claims:
            blocks[compound].add(block)
    return {compound: len(held) for compound, held in sorted(blocks.items()) if len(held) > 1}
