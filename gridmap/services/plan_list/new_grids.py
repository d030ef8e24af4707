"""Grids that a list names and that are not there yet: made, and numbered by the code scheme."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from gridmap.domain.codes import CodeScheme
from gridmap.domain.plans import RESIDENTIAL
from gridmap.geo.order import reading_order
from gridmap.services.plan_list.grid_names import NewGrid, Target
from gridmap.store import bulk, plans
from gridmap.store.areas import AreaRow
from gridmap.store.engine import Session
from gridmap.store.tables import Grid

NAMED = 8  # new grids named in the note


def grid_ids(
    session: Session,
    targets: Sequence[Target],
    assignment: Mapping[int, int],
    spots: Mapping[int, shapely.Point],
    areas: Mapping[int, AreaRow],
    scheme: CodeScheme,
) -> tuple[dict[int, int], list[str]]:
    """Position among the targets -> id of the grid, for all that have a block; and a note on those that were made.

    `assignment`: block id -> position. `spots`: block id -> a point in it. Raises BadInput when numbers run out.
    """
    used = sorted(set(assignment.values()))
    ids = {position: target for position in used if isinstance(target := targets[position], int)}
    new = {position: target for position in used if isinstance(target := targets[position], NewGrid)}
    if not new:
        return ids, []
    middles = _middles(new, assignment, spots)
    codes = _codes(new, middles, list(plans.grids_by_code(session)), areas, scheme)
    columns: dict[str, list[Any]] = {
        "code": [codes[position] for position in new],
        "source_id": [codes[position] for position in new],
        "name": [grid.name for grid in new.values()],
        "community_id": [grid.community_id for grid in new.values()],
        "kind": [RESIDENTIAL] * len(new),
    }
    ids |= dict(zip(new, bulk.insert(session, Grid, columns).tolist(), strict=True))
    listed = ", ".join(f"{grid.name} ({codes[position]})" for position, grid in list(new.items())[:NAMED])
    return ids, [f"{len(new):,} grids were made: {listed}{', ...' if len(new) > NAMED else ''}."]


def _middles(
    new: Mapping[int, NewGrid], assignment: Mapping[int, int], spots: Mapping[int, shapely.Point]
) -> dict[int, np.ndarray]:
    places: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for block_id, position in assignment.items():
        if position in new:
            places[position].append((spots[block_id].x, spots[block_id].y))
    return {position: np.mean(points, axis=0) for position, points in places.items()}


def _codes(
    new: Mapping[int, NewGrid],
    middles: Mapping[int, np.ndarray],
    taken: list[str],
    areas: Mapping[int, AreaRow],
    scheme: CodeScheme,
) -> dict[int, str]:
    """Codes as given, else the next free numbers of the community, west to east and north to south."""
    codes = {position: grid.code for position, grid in new.items() if grid.code is not None}
    by_community: dict[int, list[int]] = defaultdict(list)
    for position, grid in new.items():
        if grid.code is None and grid.community_id is not None:
            by_community[grid.community_id].append(position)
    for community_id, positions in by_community.items():
        x, y = np.array([middles[position] for position in positions]).T
        ranked = [positions[k] for k in reading_order(x, y).tolist()]
        free = scheme.free_numbers(areas[community_id].code, "grid", [*taken, *codes.values()], len(ranked))
        codes |= dict(zip(ranked, free, strict=True))
    return codes
