"""What stands in a part of the ground: rows in some blocks, and rows in a shape that is smaller than a block."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store.membership import one_of
from gridmap.store.spatial import as_wkb, geom_array, intersects_shape
from gridmap.store.tables import Assignment, Building, Household


@dataclass(frozen=True, slots=True)
class Within:
    """A part of the ground: the blocks of these ids, and a shape in EPSG:4326 beside them (None: none)."""

    block_ids: Sequence[int]
    shape: Any | None

    def conditions(self, session: Session, model: Any) -> Iterator[sa.ColumnElement[bool]]:
        """Conditions, one query each, that together find the rows in it; a row may be found twice."""
        yield from one_of(session, model.block_id, self.block_ids)
        if self.shape is not None:
            yield intersects_shape(model, self.shape)


def building_shapes(session: Session, uids: Collection[str]) -> np.ndarray:
    """object[n]: the shapes of the buildings with these uids; of those that are none there is none."""
    found: list[bytes] = []
    for among in one_of(session, Building.uid, sorted(uids)):
        found += session.scalars(sa.select(as_wkb(Building.geom)).where(among))
    return geom_array(found)


def households_in(session: Session, shape: Any) -> dict[int, int]:
    """Block id -> households that stand in a shape, its border with it; -1 for those in no block."""
    rows = session.execute(
        sa.select(sa.func.coalesce(Household.block_id, -1), sa.func.sum(Household.count))
        .where(intersects_shape(Household, shape))
        .group_by(Household.block_id)
    )
    return {int(block_id): int(households) for block_id, households in rows}


def building_count(session: Session, within: Within) -> int:
    """How many buildings stand in a part of the ground: by their block, in its shape by a point inside them."""
    count = sa.select(sa.func.count())
    by_block = sum(
        session.scalar(count.where(among)) or 0 for among in one_of(session, Building.block_id, within.block_ids)
    )
    if within.shape is None:
        return by_block
    rows = session.execute(
        sa.select(Building.block_id, as_wkb(Building.geom)).where(intersects_shape(Building, within.shape))
    ).all()
    counted = set(within.block_ids)
    beside = geom_array(wkb for block_id, wkb in rows if block_id not in counted)
    return by_block + int(shapely.intersects(within.shape, shapely.point_on_surface(beside)).sum())


def grids_by_plan(session: Session, block_ids: Sequence[int]) -> dict[int, int]:
    """Plan id -> how many grids have any of these blocks by it."""
    found: dict[int, set[int]] = {}
    for among in one_of(session, Assignment.block_id, block_ids):
        for plan_id, grid_id in session.execute(
            sa.select(Assignment.plan_id, Assignment.grid_id).where(among).distinct()
        ):
            found.setdefault(plan_id, set()).add(grid_id)
    return {plan_id: len(grids) for plan_id, grids in found.items()}
