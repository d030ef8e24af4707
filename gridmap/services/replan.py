"""Grid plans: writing one down, publishing the first, and what its grids look like and hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from gridmap.domain.plans import Band, State, step
from gridmap.errors import Conflict
from gridmap.geo.projection import LocalProjection
from gridmap.geo.topology import dissolve
from gridmap.store import ids, places, plans
from gridmap.store.engine import Session

M2_PER_KM2 = 1e6


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a new plan: its name, its band, the projection to measure in, the import it came by."""

    name: str
    band: Band
    projection: str
    now: dt.datetime
    batch_id: int | None = None


def publish_first_plan(
    session: Session,
    assignment: Mapping[int, int],
    heading: Heading,
) -> int:
    """The project's first plan (block id -> grid id), in force since ever and until further notice -> its id.

    Raises Conflict when a plan is published already: a later one is a draft first.
    """
    if plans.current(session, heading.now) is not None:
        raise Conflict("A grid plan is published already.", "Bring the new one in as a draft, then publish it.")
    state = step(State.DRAFT, State.PUBLISHED)
    return _write(session, assignment, heading, state)


def draft_plan(
    session: Session,
    assignment: Mapping[int, int],
    heading: Heading,
) -> int:
    """A plan to look at and compare (block id -> grid id), based on the one in force -> its id."""
    return _write(session, assignment, heading, State.DRAFT)


def refresh_outlines(session: Session, plan_id: int, projection: str, now: dt.datetime) -> None:
    """Derive every grid's shape, area, number of blocks and of households again from the plan's blocks."""
    assignment = plans.assignment(session, plan_id)
    block_ids, _, polygons = plans.open_blocks(session, now)
    grid_of = np.array([assignment.get(block, -1) for block in block_ids.tolist()], dtype=np.int64)
    assigned = grid_of >= 0
    grid_ids, position = np.unique(grid_of[assigned], return_inverse=True)
    in_metres = LocalProjection(projection).forward_shapes(polygons[assigned])
    outlines = dissolve(polygons[assigned], position)
    households = places.households_by_block(session)
    held = [households.get(block, 0) for block in block_ids[assigned].tolist()]
    plans.refresh_outlines(
        session,
        plan_id,
        grid_ids=grid_ids,
        geoms=outlines,
        blocks=np.bincount(position, minlength=len(grid_ids)),
        households=np.bincount(position, weights=held, minlength=len(grid_ids)).astype(np.int64),
        area_km2=np.bincount(position, weights=shapely.area(in_metres), minlength=len(grid_ids)) / M2_PER_KM2,
    )


def _write(
    session: Session,
    assignment: Mapping[int, int],
    heading: Heading,
    state: State,
) -> int:
    before = plans.current(session, heading.now)
    plan_id = plans.add(
        session,
        uid=ids.new_uid(),
        name=heading.name[:120],
        state=state,
        low=heading.band.low,
        high=heading.band.high,
        counted=heading.band.counted,
        created_at=heading.now,
        published_at=heading.now if state is State.PUBLISHED else None,
        based_on_id=None if before is None else before.id,
        batch_id=heading.batch_id,
    )
    block_ids = np.fromiter(assignment.keys(), np.int64, len(assignment))
    grid_ids = np.fromiter(assignment.values(), np.int64, len(assignment))
    plans.assign(session, plan_id, block_ids, grid_ids)
    refresh_outlines(session, plan_id, heading.projection, heading.now)
    return plan_id
