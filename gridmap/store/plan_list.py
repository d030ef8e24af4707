"""What a list "compound or building > grid" is compared with: areas, buildings, sites, blocks and grids as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store import tables


@dataclass(frozen=True, slots=True)
class BuildingColumns:
    """n buildings: int64[n] each, -1 where there is none; `households` is the sum of those that live in each."""

    ids: np.ndarray
    block_ids: np.ndarray
    compound_ids: np.ndarray
    households: np.ndarray


@dataclass(frozen=True, slots=True)
class GridName:
    """A grid that is or was: by its code, or by its name in its community, a list may mean it."""

    id: int
    code: str
    name: str
    community_id: int | None


def buildings(session: Session) -> BuildingColumns:
    """All buildings in id order."""
    building, household = tables.Building, tables.Household
    lived_in = (
        sa.select(household.building_id, sa.func.sum(household.count).label("households"))
        .group_by(household.building_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(building.id, building.block_id, building.compound_id, lived_in.c.households)
        .outerjoin(lived_in, lived_in.c.building_id == building.id)
        .order_by(building.id)
    ).all()
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * 4
    ids, block_ids, compound_ids = ([-1 if v is None else v for v in column] for column in columns[:3])
    households = [v or 0 for v in columns[3]]
    return BuildingColumns(*(np.array(column, dtype=np.int64) for column in (ids, block_ids, compound_ids, households)))


def site_blocks(session: Session) -> dict[int, int]:
    """Site id -> its block, for sites that lie in one."""
    rows = session.execute(sa.select(tables.Site.id, tables.Site.block_id).where(tables.Site.block_id.is_not(None)))
    return {int(site): int(block or 0) for site, block in rows}


def block_communities(session: Session) -> dict[int, int]:
    """Block id -> the area id of its community, for blocks that have one."""
    block = tables.Block
    rows = session.execute(sa.select(block.id, block.community_id).where(block.community_id.is_not(None)))
    return {int(key): int(community or 0) for key, community in rows}


def grid_names(session: Session) -> list[GridName]:
    """All grids that ever were, in code order."""
    grid = tables.Grid
    rows = session.execute(sa.select(grid.id, grid.code, grid.name, grid.community_id)).all()
    return sorted((GridName(*row) for row in rows), key=lambda found: found.code)
