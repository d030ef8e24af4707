"""Areas and blocks as GeoJSON, as one ground has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from gridmap.domain.areas import RANKS
from gridmap.services.situation.answers import AreaFacts
from gridmap.services.situation.area_tree import NO_AREA
from gridmap.services.situation.ground import NO_GRID, Ground
from gridmap.services.situation.layers import COORDINATE_DIGITS, Box, Layer, layer_of

HA_PER_KM2 = 100.0


def area_facts(ground: Ground) -> tuple[AreaFacts, ...]:
    """The tree of areas in code order; a grid stands below the area that most of its blocks lie in."""
    tree, households = ground.areas, ground.area_households
    bounds = shapely.bounds(tree.shapes)
    grids = _grids_by_area(ground)
    return tuple(
        AreaFacts(
            code=tree.codes[place],
            name=tree.names[place],
            level=tree.levels[place],
            parent=tree.parent_code(place),
            bbox=tuple(np.round(bounds[place], COORDINATE_DIGITS).tolist()) if tree.shapes[place] is not None else None,
            grids=tuple(grids.get(place, ())),
            households=int(households[place]),
        )
        for place in range(len(tree))
    )


def area_layer(ground: Ground, level: str) -> Layer:
    """The areas of a level that have a shape, in code order; streets and towns are one level, as are communities and
    villages.
    """
    tree, households = ground.areas, ground.area_households
    wanted = np.flatnonzero((tree.ranks == RANKS[level]) & ~shapely.is_missing(tree.shapes))
    properties = (
        {
            "code": tree.codes[place],
            "name": tree.names[place],
            "level": tree.levels[place],
            "parent": tree.parent_code(place),
            "households": int(households[place]),
        }
        for place in wanted.tolist()
    )
    return layer_of(tree.shapes[wanted], properties, [tree.codes[place] for place in wanted.tolist()])


def block_layer(ground: Ground, grid: str | None, block: str | None, bbox: Box | None) -> Layer:
    """The open blocks, of one grid, or one alone, or those that touch a box in degrees. Raises NotFound."""
    spots = ground.spots
    wanted = np.ones(len(spots.ids), dtype=bool)
    if grid is not None:
        wanted &= ground.grid_of_spot[: len(spots.ids)] == ground.grid_place(grid)
    if block is not None:
        wanted &= np.arange(len(spots.ids)) == ground.block_place(block)
    if bbox is not None:
        wanted &= shapely.intersects(spots.shapes, shapely.box(*bbox))
    places = np.flatnonzero(wanted).tolist()
    properties = (_block_properties(ground, place) for place in places)
    return layer_of(spots.shapes[places], properties, [spots.codes[place] for place in places])


def _block_properties(ground: Ground, place: int) -> dict[str, Any]:
    spots, grid = ground.spots, int(ground.grid_of_spot[place])
    area, facts = int(spots.area[place]), spots.facts[place]
    return {
        "code": spots.codes[place],
        "name": facts.name,
        "use": facts.land_use,
        "households": int(spots.households[place]),
        "area_ha": round(float(spots.area_km2[place]) * HA_PER_KM2, 3),
        "grid": None if grid == NO_GRID else ground.grids[grid].code,
        "area": None if area == NO_AREA else ground.areas.codes[area],
    }


def _grids_by_area(ground: Ground) -> dict[int, list[str]]:
    """Place of an area -> codes of its grids in code order."""
    blocks = len(ground.spots.ids)
    grid, area = ground.grid_of_spot[:blocks], ground.spots.area[:blocks]
    both = (grid != NO_GRID) & (area != NO_AREA)
    pairs, blocks_each = np.unique(np.stack([grid[both], area[both]]), axis=1, return_counts=True)
    found: dict[int, int] = {}
    for column in np.argsort(blocks_each, kind="stable").tolist():
        found[int(pairs[0, column])] = int(pairs[1, column])
    below: dict[int, list[str]] = {}
    for place, row in enumerate(ground.grids):
        if place in found:
            below.setdefault(found[place], []).append(row.code)
    return below
