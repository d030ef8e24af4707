"""Which community a block or grid belongs to: as its row says, else the one whose shape it lies in."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo.locate import GridLocator
from gridmap.services.exchange.job import Job
from gridmap.services.exchange.recipes.base import Recipe
from gridmap.services.exchange.table import Objects, object_array
from gridmap.services.placing import NOWHERE, inner_points
from gridmap.store import areas, bulk, importing, plans
from gridmap.store.tables import Block, Grid

LEVELS = ("community", "village")


def communities_of(recipe: Recipe) -> Objects:
    """n area ids or None. A code that names no stored area makes its row bad; without codes, a point inside decides."""
    given = recipe.resolve("community_code", areas.ids_by_code(recipe.job.session), "area")
    silent = np.array([code is None for code in recipe.rows.fields["community_code"]], bool)
    found = _communities_at(recipe.job, recipe.rows.shapes)
    taken = silent & (found != NOWHERE)
    given[taken] = object_array(found[taken].tolist())
    if taken.any():
        recipe.job.report.notes.append(f"{int(taken.sum()):,} rows name no community: the one they lie in is taken.")
    return given


def link_communities(job: Job) -> None:
    """Give blocks and grids without a community the one they lie in, once its shape has come."""
    ids, shapes = importing.blocks_without_community(job.session)
    _link(job, "blocks", Block, ids, shapes)
    plan = plans.current(job.session, job.now)
    if plan is not None:
        _link(job, "grids", Grid, *importing.grids_without_community(job.session, plan.id))


def _link(job: Job, layer: str, model: type[Any], ids: NDArray[np.int64], shapes: Objects) -> None:
    found = _communities_at(job, shapes)
    linked = found != NOWHERE
    bulk.update(job.session, model, ids[linked], {"community_id": found[linked]})
    if linked.any():
        job.report.placed[layer] = int(linked.sum())


def _communities_at(job: Job, shapes: Objects) -> NDArray[np.int64]:
    """n shapes -> the area id of the community or village that a point inside each lies in, -1 for none."""
    levels = [areas.shapes(job.session, level, job.now.date()) for level in LEVELS]
    codes = [code for level in levels for code in level.codes]
    order = np.argsort(np.array(codes, dtype=str), kind="stable")
    ids = np.concatenate([level.ids for level in levels])[order]
    communities = np.concatenate([level.shapes for level in levels])[order]
    inner = inner_points(shapes)
    ordinals = GridLocator(communities).locate(shapely.get_x(inner), shapely.get_y(inner))
    return np.append(ids, NOWHERE)[ordinals]
