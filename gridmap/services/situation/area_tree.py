"""The tree of areas in memory: what lies below what, sums upwards, and the area of a point."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.domain.areas import RANKS
from gridmap.errors import UnknownPlace
from gridmap.geo.locate import GridLocator
from gridmap.store import areas
from gridmap.store.engine import Session

Ints = NDArray[np.int64]
NO_AREA = -1
COMPOUND_RANK = RANKS["compound"]
LOCATING_RANKS = (RANKS["community"], RANKS["street"], RANKS["district"])  # the smallest that has a shape there wins


@dataclass(frozen=True, slots=True)
class AreaTree:
    """n areas in code order. `parents` int32[n], -1 at the top; `ranks` int32[n], 0 for a district; `shapes` object[n]
    in EPSG:4326, None where an area has none.
    """

    ids: Ints
    codes: tuple[str, ...]
    names: tuple[str, ...]
    levels: tuple[str, ...]
    ranks: NDArray[np.int32]
    parents: NDArray[np.int32]
    shapes: NDArray[np.object_]
    _locators: tuple[tuple[NDArray[np.int32], GridLocator], ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.codes)

    def place_of(self, code: str) -> int:
        """The place of a code in the tree. Raises UnknownPlace."""
        if code not in self.codes:
            raise UnknownPlace(f"There is no area {code}.", "Give the code of an area of today's tree.")
        return self.codes.index(code)

    def parent_code(self, place: int) -> str | None:
        return None if self.parents[place] == NO_AREA else self.codes[self.parents[place]]

    @property
    def top_code(self) -> str | None:
        """The area that all others lie in; None where there are several at the top, or none."""
        tops = np.flatnonzero(self.parents == NO_AREA)
        return self.codes[tops[0]] if len(tops) == 1 else None

    def places_of_ids(self, ids: Ints) -> NDArray[np.int32]:
        """m ids of the database -> their places, -1 for those not in the tree."""
        place_of = {int(key): place for place, key in enumerate(self.ids.tolist())}
        return np.array([place_of.get(key, NO_AREA) for key in ids.tolist()], dtype=np.int32)

    def only(self, kept: Ints, parents: NDArray[np.int32], shapes: NDArray[np.object_]) -> AreaTree:
        """m of the areas alone, in code order, with their parents among these, and shapes that may be parts."""
        ranks = self.ranks[kept]
        named = ([column[place] for place in kept.tolist()] for column in (self.codes, self.names, self.levels))
        codes, names, levels = (tuple(column) for column in named)
        return AreaTree(self.ids[kept], codes, names, levels, ranks, parents, shapes, _locators(ranks, shapes))

    def below(self, place: int) -> NDArray[np.bool_]:
        """bool[n]: the area itself and all below it."""
        found = np.zeros(len(self), dtype=bool)
        found[place] = True
        for child in np.argsort(self.ranks, kind="stable").tolist():
            found[child] |= self.parents[child] >= 0 and found[self.parents[child]]
        return found

    def sums(self, counts: Ints) -> Ints:
        """int64[n] of each area alone -> with all below it."""
        totals = counts.copy()
        for child in np.argsort(-self.ranks, kind="stable").tolist():
            if self.parents[child] >= 0:
                totals[self.parents[child]] += totals[child]
        return totals

    def locate(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int32]:
        """m points in degrees -> the smallest area above a compound whose shape holds them, -1 for none; on a border
        the one with the lowest code.
        """
        found = np.full(len(lon), NO_AREA, dtype=np.int32)
        for places, locator in self._locators:
            open_ = np.flatnonzero(found == NO_AREA)
            ordinal = locator.locate(lon[open_], lat[open_])
            found[open_[ordinal >= 0]] = places[ordinal[ordinal >= 0]]
        return found


def read_areas(session: Session, on: dt.date) -> AreaTree:
    """The areas valid on a day."""
    rows = areas.tree(session, on)
    place_of = {row.id: place for place, row in enumerate(rows)}
    shapes = np.full(len(rows), None, dtype=object)
    for level in RANKS:
        found = areas.shapes(session, level, on)
        for key, shape in zip(found.ids.tolist(), found.shapes, strict=True):
            shapes[place_of[key]] = shape
    ranks = np.array([RANKS.get(row.level, COMPOUND_RANK) for row in rows], dtype=np.int32)
    return AreaTree(
        ids=np.array([row.id for row in rows], dtype=np.int64),
        codes=tuple(row.code for row in rows),
        names=tuple(row.name for row in rows),
        levels=tuple(row.level for row in rows),
        ranks=ranks,
        parents=np.array([place_of.get(row.parent_id or 0, NO_AREA) for row in rows], dtype=np.int32),
        shapes=shapes,
        _locators=_locators(ranks, shapes),
    )


def _locators(
    ranks: NDArray[np.int32], shapes: NDArray[np.object_]
) -> tuple[tuple[NDArray[np.int32], GridLocator], ...]:
    made = []
    for rank in LOCATING_RANKS:
        places = np.flatnonzero((ranks == rank) & ~shapely.is_missing(shapes)).astype(np.int32)
        if len(places):
            made.append((places, GridLocator(shapes[places])))
    return tuple(made)
