"""What has a grid and what has none: rows counted by block, and the rows that no grid is responsible for.

A row has a grid when its block has one under the plan asked about; the grid an incident was placed by does not count.
Both questions are answered from the indexes of `block_id`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from gridmap.store.spatial import as_wkb, geom_array
from gridmap.store.tables import Area, Assignment, Block, Building, Grid, Household, Incident, Unit
from gridmap.store.tables.base import Sourced

NO_BLOCK, CLOSED_BLOCK, BLOCK_WITHOUT_GRID = "no_block", "closed_block", "block_without_grid"
REASONS = (NO_BLOCK, CLOSED_BLOCK, BLOCK_WITHOUT_GRID)
MODELS: dict[str, type[Sourced]] = {
    "buildings": Building,
    "households": Household,
    "units": Unit,
    "incidents": Incident,
}
NOWHERE = -1
COMPOUND = aliased(Area)


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block as this plan has it: its community (the grid's where the block names none), closed or not, its grid."""

    id: int
    community_id: int | None
    is_closed: bool
    has_grid: bool


@dataclass(frozen=True, slots=True)
class UnlinkedRow:
    """One row without a grid. `name` and `address` are what a person knows it by; `shape` is in EPSG:4326.

    `count` is how many households it stands for; `block` and `community` are the code and the name, where it has them.
    """

    id: int
    uid: str
    name: str | None
    address: str | None
    count: int
    reason: str
    block: str | None
    community: str | None
    shape: Any


def blocks(session: Session, plan_id: int | None) -> list[BlockRow]:
    """All blocks that ever were, with what a plan makes of them (None: no plan, nothing has a grid)."""
    rows = session.execute(
        sa.select(
            Block.id,
            sa.func.coalesce(Block.community_id, Grid.community_id),
            Block.closed_at.is_not(None),
            Assignment.grid_id.is_not(None),
        )
        .outerjoin(Assignment, sa.and_(Assignment.block_id == Block.id, Assignment.plan_id == plan_id))
        .outerjoin(Grid, Grid.id == Assignment.grid_id)
    )
    return [BlockRow(row[0], row[1], bool(row[2]), bool(row[3])) for row in rows]


def communities(session: Session, ids: Collection[int]) -> dict[int, tuple[str, str, str | None]]:
    """Area id -> code, name, and the name of the area above it."""
    above = aliased(Area)
    rows = session.execute(
        sa.select(Area.id, Area.code, Area.name, above.name).outerjoin(above, above.id == Area.parent_id)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows if row[0] in ids}


def by_block(session: Session, layer: str) -> dict[int, int]:
    """Block id (-1: in none) -> how many stand in it; households by their `count`."""
    model = cast(Any, MODELS[layer])
    counted = sa.func.sum(Household.count) if model is Household else sa.func.count()
    rows = session.execute(sa.select(model.block_id, counted).group_by(model.block_id))
    return {NOWHERE if block_id is None else int(block_id): int(count) for block_id, count in rows}


def unlinked(
    session: Session,
    layer: str,
    plan_id: int | None,
    *,
    reason: str | None = None,
    community: str | None = None,
    after_id: int = 0,
    limit: int = 50,
) -> list[UnlinkedRow]:
    """Rows of a layer without a grid, in id order, the first `limit` behind `after_id`; `community` is a code."""
    model = cast(Any, MODELS[layer])
    bare = _blocks_without_grid(plan_id)
    conditions = [model.id > after_id]
    if reason == NO_BLOCK:
        conditions.append(model.block_id.is_(None))
    elif reason == CLOSED_BLOCK:
        conditions.append(model.block_id.in_(bare.where(Block.closed_at.is_not(None))))
    elif reason == BLOCK_WITHOUT_GRID:
        conditions.append(model.block_id.in_(bare.where(Block.closed_at.is_(None))))
    else:
        conditions.append(sa.or_(model.block_id.is_(None), model.block_id.in_(bare)))
    if community is not None:
        conditions.append(Area.code == community)
    name, address, count = _known_by(layer)
    why = sa.case(
        (Block.id.is_(None), NO_BLOCK), (Block.closed_at.is_not(None), CLOSED_BLOCK), else_=BLOCK_WITHOUT_GRID
    )
    query = (
        sa.select(model.id, model.uid, name, address, count, why, Block.code, Area.name, as_wkb(model.geom))
        .outerjoin(Block, Block.id == model.block_id)
        .outerjoin(Area, Area.id == Block.community_id)
        .where(*conditions)
        .order_by(model.id)
        .limit(limit)
    )
    if layer in ("households", "units"):
        query = query.outerjoin(Building, Building.id == model.building_id)
    if layer != "incidents":
        query = query.outerjoin(COMPOUND, COMPOUND.id == Building.compound_id)
    rows = session.execute(query).all()
    shapes: np.ndarray = geom_array(row[8] for row in rows)
    return [UnlinkedRow(*row) for row in ((*tuple(row)[:8], shape) for row, shape in zip(rows, shapes, strict=True))]


def _blocks_without_grid(plan_id: int | None) -> sa.Select[Any]:
    assigned = sa.exists().where(Assignment.block_id == Block.id, Assignment.plan_id == plan_id)
    return sa.select(Block.id).where(~assigned).correlate(None)


def _known_by(layer: str) -> tuple[Any, Any, Any]:
    """What a row is called, where it says it is, and how many it stands for."""
    one = sa.literal(1)
    street = _joined(Building.street_name, Building.door_number)
    house = sa.func.coalesce(Building.name, _joined(COMPOUND.name, Building.number, between=" "), Building.source_id)
    if layer == "buildings":
        return house, street, one
    if layer == "households":
        room = _joined(Household.unit, Household.room, between="-")
        return sa.func.coalesce(Household.source_id, room), _joined(house, room, between=" "), Household.count
    if layer == "units":
        return Unit.name, sa.func.coalesce(street, house), one
    return Incident.case_number, Incident.address, one


def _joined(first: Any, second: Any, *, between: str = "") -> Any:
    """Both texts with something between them, the one there is, or NULL."""
    return sa.case(
        (second.is_(None), first),
        (first.is_(None), second),
        else_=first.concat(between).concat(second),
    )
