"""What the ground is made of, as columns for the read model: blocks with their facts, and which came out of which."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store.tables import Block, BlockLineage, Grid, GridOutline


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """A block's name, use and community (an area's id), each None where it is not known."""

    name: str | None
    land_use: str | None
    community_id: int | None


def block_facts(session: Session) -> dict[int, BlockFacts]:
    """Block id -> its facts, of all blocks that ever were."""
    rows = session.execute(sa.select(Block.id, Block.name, Block.land_use, Block.community_id))
    return {row[0]: BlockFacts(*row[1:]) for row in rows}


def parents(session: Session) -> dict[int, int]:
    """Block id -> the block that it was cut out of."""
    return dict(session.execute(sa.select(BlockLineage.child_id, BlockLineage.parent_id)).all())


def communities_of_grids(session: Session) -> dict[int, int]:
    """Grid id -> its community's id; grids in none are absent."""
    rows = session.execute(sa.select(Grid.id, Grid.community_id).where(Grid.community_id.is_not(None)))
    return {row[0]: int(row[1] or 0) for row in rows}


def grids_by_plan(session: Session) -> dict[int, int]:
    """Plan id -> how many grids it has; plans without any are absent."""
    rows = session.execute(sa.select(GridOutline.plan_id, sa.func.count()).group_by(GridOutline.plan_id))
    return {row[0]: int(row[1]) for row in rows}
