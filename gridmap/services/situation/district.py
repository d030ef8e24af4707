"""The ground that the project is about: where an incident can be reported and heat is drawn."""

from __future__ import annotations

import hashlib

import numpy as np
import shapely

from gridmap.domain.areas import RANKS
from gridmap.geo.masks import Mask
from gridmap.services.situation.cache import BoundedCache
from gridmap.services.situation.ground import Ground


def district_mask(ground: Ground, known: BoundedCache[Mask | None]) -> Mask | None:
    """The areas of the highest level, the plan's grids and the blocks without a grid, taken together; None before
    there is any of them.

    Grids and blocks are in because a district drawn by another hand may end a few metres short of them.
    """
    tree, placer = ground.areas, ground.placer
    districts = tree.shapes[(tree.ranks == RANKS["district"]) & ~shapely.is_missing(tree.shapes)]
    free = placer.grid_ids < 0
    key = hashlib.sha256(ground.layer.version.encode() + placer.block_ids[free].tobytes())
    for shape in shapely.to_wkb(districts):
        key.update(shape)
    grids = np.array([row.geom for row in ground.grids], dtype=object)
    return known.get(key.digest(), lambda: Mask.of(np.concatenate([districts, grids, placer.polygons[free]])))
