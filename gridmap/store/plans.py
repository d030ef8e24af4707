"""Grid plans: which block belongs to which grid from when to when, and what the grids look like."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from gridmap.store import bulk
from gridmap.store.spatial import as_wkb, geom_array
from gridmap.store.tables import Area, Assignment, Block, BlockLineage, Grid, GridOutline, Post, Worker
from gridmap.store.tables import GridPlan as PlanTable

PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class GridPlan:
    """A plan. `valid_from` None: since ever; `valid_to` None: still. `low` to `high` of `counted` is its band."""

    id: int
    uid: str
    name: str
    state: str
    low: int
    high: int
    counted: str
    based_on_id: int | None
    valid_from: dt.datetime | None
    valid_to: dt.datetime | None
    published_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class GridRow:
    """A grid under one plan; `geom` is the union of its blocks, `workers` are (role, name) of the posts held now."""

    id: int
    uid: str
    code: str
    name: str
    kind: str
    community_code: str | None
    community_name: str | None
    street_name: str | None
    households: int
    blocks: int
    area_km2: float
    geom: Any
    workers: tuple[tuple[str, str], ...]


def current(session: Session, at: dt.datetime) -> GridPlan | None:
    """The published plan in force at an instant; None before the first. `valid_to` itself belongs to the next."""
    found = (
        _plan_columns()
        .where(
            PlanTable.state.in_([PUBLISHED, "superseded"]),
            sa.or_(PlanTable.valid_from.is_(None), PlanTable.valid_from <= at),
            sa.or_(PlanTable.valid_to.is_(None), PlanTable.valid_to > at),
        )
        .order_by(PlanTable.valid_from.is_(None), PlanTable.valid_from.desc(), PlanTable.id.desc())
        .limit(1)
    )
    row = session.execute(found).one_or_none()
    return None if row is None else GridPlan(*row)


def next_turn(session: Session, at: dt.datetime) -> dt.datetime | None:
    """The first instant after `at` at which a published plan begins or ends; None when none does."""
    ends = (PlanTable.valid_from, PlanTable.valid_to)
    published = PlanTable.state.in_([PUBLISHED, "superseded"])
    found = [session.scalar(sa.select(sa.func.min(end)).where(published, end > at)) for end in ends]
    return min((turn for turn in found if turn is not None), default=None)


def get(session: Session, uid: str) -> GridPlan | None:
    """The plan of that uid."""
    row = session.execute(_plan_columns().where(PlanTable.uid == uid)).one_or_none()
    return None if row is None else GridPlan(*row)


def all_plans(session: Session) -> list[GridPlan]:
    """Every plan, oldest first."""
    return [GridPlan(*row) for row in session.execute(_plan_columns().order_by(PlanTable.id))]


def add(
    session: Session,
    *,
    uid: str,
    name: str,
    state: str,
    low: int,
    high: int,
    counted: str,
    created_at: dt.datetime,
    valid_from: dt.datetime | None = None,
    published_at: dt.datetime | None = None,
    based_on_id: int | None = None,
    batch_id: int | None = None,
) -> int:
    """Store a plan without assignments -> its id. Raises Conflict for a second published plan without an end."""
    plan = PlanTable(
        uid=uid,
        name=name,
        state=state,
        low=low,
        high=high,
        counted=counted,
        based_on_id=based_on_id,
        batch_id=batch_id,
        valid_from=valid_from,
        created_at=created_at,
        published_at=published_at,
    )
    session.add(plan)
    session.flush()
    return plan.id


def assign(session: Session, plan_id: int, block_ids: np.ndarray, grid_ids: np.ndarray) -> None:
    """Write the plan's assignment: block int64[n] -> grid int64[n]. Raises Conflict when a block has a grid there."""
    columns = {"plan_id": np.full(len(block_ids), plan_id), "block_id": block_ids, "grid_id": grid_ids}
    bulk.insert(session, Assignment, columns)


def assignment(session: Session, plan_id: int) -> dict[int, int]:
    """Block id -> grid id under a plan."""
    rows = session.execute(sa.select(Assignment.block_id, Assignment.grid_id).where(Assignment.plan_id == plan_id))
    return dict(rows.all())


def open_blocks(session: Session, at: dt.datetime) -> tuple[np.ndarray, list[str], np.ndarray]:
    """The blocks open at an instant, in code order: ids int64[n], codes, polygons object[n] in EPSG:4326."""
    rows = session.execute(
        sa.select(Block.id, Block.code, as_wkb(Block.geom))
        .where(Block.opened_at <= at, sa.or_(Block.closed_at.is_(None), Block.closed_at > at))
    ).all()
    rows = sorted(rows, key=lambda row: row[1])  # by code points: a server's locale must not decide who has a border
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    return ids, [row[1] for row in rows], geom_array(row[2] for row in rows)


def blocks_by_code(session: Session) -> dict[str, int]:
    """Block code -> id, of all blocks that ever were."""
    return dict(session.execute(sa.select(Block.code, Block.id)).all())


def grids_by_code(session: Session) -> dict[str, int]:
    """Grid code -> id, of all grids that ever were: a code is never used twice."""
    return dict(session.execute(sa.select(Grid.code, Grid.id)).all())


def children(session: Session, block_id: int) -> list[int]:
    """The blocks that a block was cut into."""
    found = sa.select(BlockLineage.child_id).where(BlockLineage.parent_id == block_id).order_by(BlockLineage.child_id)
    return list(session.scalars(found))


def grids(session: Session, plan_id: int, on: dt.date | None = None) -> list[GridRow]:
    """The grids of a plan in code order; workers are those whose post is valid on a day (None: has no end)."""
    names = [field.name for field in fields(GridRow)][:11]
    street = aliased(Area)
    rows = session.execute(
        sa.select(
            Grid.id, Grid.uid, Grid.code, Grid.name, Grid.kind,
            Area.code, Area.name, street.name,
            GridOutline.households, GridOutline.blocks, GridOutline.area_km2, as_wkb(GridOutline.geom),
        )
        .join(GridOutline, GridOutline.grid_id == Grid.id)
        .outerjoin(Area, Area.id == Grid.community_id)
        .outerjoin(street, street.id == Area.parent_id)
        .where(GridOutline.plan_id == plan_id)
    ).all()  # fmt: skip
    rows = sorted(rows, key=lambda row: row[2])
    shapes = geom_array(row[11] for row in rows)
    held = _workers(session, on)
    return [
        GridRow(**dict(zip(names, row, strict=False)), geom=shape, workers=tuple(held[row[0]]))
        for row, shape in zip(rows, shapes, strict=True)
    ]


def refresh_outlines(
    session: Session,
    plan_id: int,
    *,
    grid_ids: Sequence[int] | np.ndarray,
    geoms: np.ndarray,
    blocks: Sequence[int] | np.ndarray,
    households: Sequence[int] | np.ndarray,
    area_km2: Sequence[float] | np.ndarray,
) -> None:
    """Replace what the plan's grids look like and hold (n rows); `geoms` are the unions of their blocks."""
    session.execute(sa.delete(GridOutline).where(GridOutline.plan_id == plan_id))
    columns = {
        "plan_id": np.full(len(grid_ids), plan_id),
        "grid_id": grid_ids,
        "geom": geoms,
        "blocks": blocks,
        "households": households,
        "area_km2": area_km2,
    }
    bulk.insert(session, GridOutline, columns)


def _plan_columns() -> sa.Select[Any]:
    table = PlanTable.__table__
    return sa.select(*[table.c[field.name] for field in fields(GridPlan)])


def _workers(session: Session, on: dt.date | None) -> dict[int, list[tuple[str, str]]]:
    valid = (
        [Post.valid_to.is_(None)]
        if on is None
        else [
            sa.or_(Post.valid_from.is_(None), Post.valid_from <= on),
            sa.or_(Post.valid_to.is_(None), Post.valid_to >= on),
        ]
    )
    rows = session.execute(
        sa.select(Post.grid_id, Post.role, Worker.name)
        .join(Worker, Worker.id == Post.worker_id)
        .where(Post.grid_id.is_not(None), *valid)
        .order_by(Post.role.desc(), Worker.name)
    )
    held: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for grid_id, role, name in rows:
        held[grid_id or 0].append((role, name))
    return held
