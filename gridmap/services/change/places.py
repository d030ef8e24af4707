"""The areas of a report, and which of them each incident lies in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridmap.domain.areas import RANKS
from gridmap.errors import BadInput
from gridmap.services.change.periods import Ints
from gridmap.services.situation import Picture
from gridmap.services.situation.area_tree import NO_AREA, AreaTree

LEVELS = ("district", "street", "community", "grid")
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Places:
    """n areas of one level: codes (None: the whole project) and names. `of_spot` int64[spots] is the area of each of
    the ground's spots, -1 for none.
    """

    codes: tuple[str | None, ...]
    names: tuple[str, ...]
    of_spot: Ints


def places_of(picture: Picture, level: str) -> Places:
    """The areas of a level, in code order; villages are communities, towns are streets. Without any district, the whole
    project is one. Raises BadInput for a level there is none of.
    """
    ground = picture.ground
    if level == "grid":
        codes, names = tuple(row.code for row in ground.grids), tuple(row.name for row in ground.grids)
        return Places(codes, names, ground.grid_of_spot.astype(np.int64))
    if level not in LEVELS:
        raise BadInput(f"There is no level {level}.", f"Use one of {', '.join(LEVELS)}.")
    tree = ground.areas
    chosen = np.flatnonzero(tree.ranks == RANKS[level])
    if level == "district" and not len(chosen):
        return Places((None,), (picture.project.name,), np.zeros(len(ground.spots), dtype=np.int64))
    number = np.full(len(tree) + 1, NOWHERE, dtype=np.int64)  # the last stands for no area: -1 reaches it
    number[chosen] = np.arange(len(chosen))
    of_area = number[_ancestors(tree, RANKS[level])]
    codes, names = tuple(tree.codes[i] for i in chosen), tuple(tree.names[i] for i in chosen)
    return Places(codes, names, np.append(of_area, NOWHERE)[ground.spots.area])


def _ancestors(tree: AreaTree, rank: int) -> Ints:
    """int64[areas]: the area of a rank that each is or lies below, -1 for none."""
    found = np.where(tree.ranks == rank, np.arange(len(tree)), NO_AREA).astype(np.int64)
    for child in np.argsort(tree.ranks, kind="stable").tolist():
        if tree.ranks[child] > rank and tree.parents[child] != NO_AREA:
            found[child] = found[tree.parents[child]]
    return found
