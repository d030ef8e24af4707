"""Which community a block or grid belongs to: as its row says, else the one whose shape it lies in."""

from __future__ import annotations

import numpy as np

from gridmap.geo.locate import GridLocator
from gridmap.services.exchange.recipes.base import Recipe
from gridmap.services.exchange.table import Objects, object_array
from gridmap.store import areas

LEVELS = ("community", "village")


def communities_of(recipe: Recipe) -> Objects:
    """n area ids or None. A code that names no stored area makes its row bad; without codes, a point inside decides."""
    given = recipe.resolve("community_code", areas.ids_by_code(recipe.job.session), "area")
    silent = np.array([code is None for code in recipe.rows.fields["community_code"]], bool)
    ids, shapes = _stored_communities(recipe)
    if not silent.any() or not len(ids):
        return given
    lon, lat = recipe.rows.points()
    ordinals = np.where(silent, GridLocator(shapes).locate(lon, lat), -1)
    found = ordinals >= 0
    given[found] = object_array(ids[ordinals[found]].tolist())
    if found.any():
        recipe.job.report.notes.append(f"{int(found.sum()):,} rows name no community: the one they lie in is taken.")
    return given


def _stored_communities(recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
    """Ids and shapes of all communities and villages that have a shape, in code order."""
    levels = [areas.shapes(recipe.job.session, level, recipe.job.now.date()) for level in LEVELS]
    codes = [code for level in levels for code in level.codes]
    order = np.argsort(np.array(codes, dtype=str), kind="stable")
    ids = np.concatenate([level.ids for level in levels])
    return ids[order], np.concatenate([level.shapes for level in levels])[order]
