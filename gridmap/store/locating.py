"""What grids are called, by their ids: for the few that one point may belong to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store.tables import Area, Grid


@dataclass(frozen=True, slots=True)
class GridName:
    """`community` is its name, None where the grid belongs to none that is known."""

    code: str
    name: str
    community: str | None


def grid_names(session: Session, grid_ids: Collection[int]) -> dict[int, GridName]:
    """Grid id -> what it is called; ids that are not stored are left out."""
    rows = session.execute(
        sa.select(Grid.id, Grid.code, Grid.name, Area.name)
        .outerjoin(Area, Area.id == Grid.community_id)
        .where(Grid.id.in_(sorted(grid_ids)))
    )
    return {row[0]: GridName(row[1], row[2], row[3]) for row in rows}
