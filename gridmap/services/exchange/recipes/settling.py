"""After new ground: what waited for a block or a grid gets one, and grids are counted again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import shapely

from gridmap.domain.plans import State
from gridmap.geo.projection import LocalProjection
from gridmap.services import replan
from gridmap.services.doubt import Doubt
from gridmap.services.exchange.job import Job
from gridmap.services.placing import NOWHERE, Placer, inner_points, or_none, placer_at
from gridmap.store import bulk, importing, places, plans
from gridmap.store.engine import Session
from gridmap.store.tables import Building, Camera, Household, Incident, Site, Unit

STANDING = {"buildings": Building, "households": Household, "units": Unit, "sites": Site, "cameras": Camera}


def place_waiting(job: Job) -> None:
    """Give every row without a block, and every incident without a grid, the one it lies in; tell them by layer."""
    job.report.placed = settle(job.session, job.now, job.projection)


def settle(session: Session, now: dt.datetime, projection: str) -> dict[str, int]:
    """Place what waits for a block or a grid and count the grids again -> {layer: rows placed}, those without left
    out. `projection` is the project's, in metres.
    """
    placer = placer_at(session, now)
    placed: dict[str, int] = {}
    for layer, model in STANDING.items():
        rows = importing.waiting(session, model)
        block_ids = placer.place_shapes(rows.shapes).block_ids
        found = block_ids != NOWHERE
        places.assign_blocks(session, model, rows.ids[found], block_ids[found])
        placed[layer] = int(found.sum())
    placed["incidents"] = _place_incidents(session, placer, projection)
    recount(session, now, projection)
    return {layer: count for layer, count in placed.items() if count}


def _place_incidents(session: Session, placer: Placer, projection: str) -> int:
    """An incident keeps a block it has; grid and plan come with the first plan that gives its block a grid, and with
    them the doubt whether it is another one.
    """
    rows = importing.waiting(session, Incident)
    found = placer.place_shapes(rows.shapes).block_ids
    block_ids = np.where(rows.block_ids == NOWHERE, found, rows.block_ids)
    grid_ids = placer.grids_of(block_ids)
    news = (block_ids != rows.block_ids) | (grid_ids != NOWHERE)
    has_grid = grid_ids[news] != NOWHERE
    columns: dict[str, Any] = {
        "block_id": block_ids[news],
        "grid_id": or_none(grid_ids[news]),
        "plan_id": [placer.plan_id if has else None for has in has_grid.tolist()],
    }
    uncertainty_m = rows.uncertainty_m[news]
    if (uncertainty_m > 0).any():
        inner = inner_points(rows.shapes[news])
        doubt = Doubt.of(placer, LocalProjection(projection))
        lon, lat = shapely.get_x(inner), shapely.get_y(inner)
        columns["is_doubtful"] = doubt.is_doubtful(lon, lat, uncertainty_m, grid_ids[news]).tolist()
    bulk.update(session, Incident, rows.ids[news], columns)
    return int(news.sum())


def refresh_counts(job: Job) -> None:
    """Count blocks and households of all grids again, in every plan that is or may come into force."""
    recount(job.session, job.now, job.projection)


def recount(session: Session, now: dt.datetime, projection: str) -> None:
    """As `refresh_counts`, outside of an import."""
    for plan in plans.all_plans(session):
        if plan.state == State.SUPERSEDED:
            continue
        replan.refresh_outlines(session, plan.id, projection, now)
