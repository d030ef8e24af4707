"""The tree of areas as far as somebody may see it: what is in scope, and above it what holds it, as far as it does."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.services.situation.area_tree import COMPOUND_RANK, NO_AREA, AreaTree
from gridmap.services.situation.ground import Ground

Flags = NDArray[np.bool_]


def tree_of(
    ground: Ground, is_inside: Flags, is_whole: Flags, blocks: NDArray[np.int64], shape: Any | None
) -> tuple[AreaTree, NDArray[np.int32]]:
    """The areas that are inside, and those that hold them or the seen `blocks`, cut to the `shape` that is seen.

    Also int32[a]: the new place of each area of the ground, -1 for those not seen. `is_whole` bool[spots].
    """
    tree = ground.areas
    is_seen = is_inside.copy()
    holding = ground.spots.area[blocks]
    is_seen[holding[holding != NO_AREA]] = True
    is_seen |= _compounds_in(ground, is_whole)
    for child in np.argsort(-tree.ranks, kind="stable").tolist():
        if is_seen[child] and tree.parents[child] != NO_AREA:
            is_seen[tree.parents[child]] = True
    shapes = tree.shapes.copy()
    for place in np.flatnonzero(is_seen & ~is_inside).tolist():
        shapes[place] = part_of(shapes[place], shape)
    kept = np.flatnonzero(is_seen)
    moved = np.full(len(tree) + 1, NO_AREA, dtype=np.int32)
    moved[kept] = np.arange(len(kept))
    return tree.only(kept, moved[tree.parents[kept]], shapes[kept]), moved[:-1]


def part_of(shape: Any, cut: Any | None) -> Any:
    """The ground of a shape that lies in another (None: all of it), as a multipolygon; None where it is no area."""
    if shape is None:
        return None
    left = shape if cut is None else shapely.intersection(shape, cut)
    parts = shapely.get_parts(shapely.get_parts(left))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return shapely.multipolygons(parts) if len(parts) else None


def _compounds_in(ground: Ground, is_whole: Flags) -> Flags:
    """Compounds in the blocks that are seen whole: no area need be in scope for a grid to hold one."""
    tree = ground.areas
    found: Flags = (tree.ranks == COMPOUND_RANK) & ~shapely.is_missing(tree.shapes)
    inner = shapely.point_on_surface(tree.shapes[found])
    block = ground.spots.locator.locate(shapely.get_x(inner), shapely.get_y(inner))
    found[found] = np.append(is_whole[: len(ground.spots.ids)], False)[block]
    return found
