"""After new ground: what waited for a block or a grid gets one, and grids are counted again."""

from __future__ import annotations

import numpy as np

from gridmap.domain.plans import State
from gridmap.services import replan
from gridmap.services.exchange.job import Job
from gridmap.services.placing import NOWHERE, Placer, or_none, placer_at
from gridmap.store import bulk, importing, places, plans
from gridmap.store.tables import Building, Camera, Household, Incident, Site, Unit

STANDING = {"buildings": Building, "households": Household, "units": Unit, "sites": Site, "cameras": Camera}


def place_waiting(job: Job) -> None:
    """Give every row without a block, and every incident without a grid, the one it lies in; count them by layer."""
    placer = placer_at(job.session, job.now)
    placed: dict[str, int] = {}
    for layer, model in STANDING.items():
        rows = importing.waiting(job.session, model)
        block_ids = placer.place_shapes(rows.shapes).block_ids
        found = block_ids != NOWHERE
        places.assign_blocks(job.session, model, rows.ids[found], block_ids[found])
        placed[layer] = int(found.sum())
    placed["incidents"] = _place_incidents(job, placer)
    job.report.placed = {layer: count for layer, count in placed.items() if count}
    refresh_counts(job)


def _place_incidents(job: Job, placer: Placer) -> int:
    """An incident keeps a block it has; grid and plan come with the first plan that gives its block a grid."""
    rows = importing.waiting(job.session, Incident)
    found = placer.place_shapes(rows.shapes).block_ids
    block_ids = np.where(rows.block_ids == NOWHERE, found, rows.block_ids)
    grid_ids = placer.grids_of(block_ids)
    news = (block_ids != rows.block_ids) | (grid_ids != NOWHERE)
    has_grid = grid_ids[news] != NOWHERE
    columns = {
        "block_id": block_ids[news],
        "grid_id": or_none(grid_ids[news]),
        "plan_id": [placer.plan_id if has else None for has in has_grid.tolist()],
    }
    bulk.update(job.session, Incident, rows.ids[news], columns)
    return int(news.sum())


def refresh_counts(job: Job) -> None:
    """Count blocks and households of all grids again, in every plan that is or may come into force."""
    for plan in plans.all_plans(job.session):
        if plan.state == State.SUPERSEDED:
            continue
        replan.refresh_outlines(job.session, plan.id, job.projection, job.now)
