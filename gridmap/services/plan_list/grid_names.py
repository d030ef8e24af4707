"""Which grid a row of the list means: one there is, or clearly a new one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from gridmap.geo.addresses import normalise
from gridmap.services.plan_list.lines import Line
from gridmap.services.plan_list.naming import Candidate, Doubt
from gridmap.store.areas import AreaRow
from gridmap.store.plan_list import GridName

ALIKE = 80.0  # of 100 (rapidfuzz ratio): a new name this near to a stored one may be a slip of the pen
_COMMUNITY_ENDS = re.compile("(居民委员会|居委会|村民委员会|村委会|社区|村)+$")
_COMMUNITY_BEGINS = re.compile("^(居民委员会|居委会|村民委员会|村委会|社区|村)")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class NewGrid:
    """A grid that is named and not there: by its code, or by its name in a community."""

    name: str
    code: str | None
    community_id: int | None


Target = int | NewGrid  # a stored grid by its id, or one to be made


class GridNames:
    """Rows of a list > grids."""

    def __init__(self, grids: Sequence[GridName], areas: Mapping[int, AreaRow]) -> None:
        self._grids = {grid.id: grid for grid in grids}
        self._areas = areas
        self._by_code = {grid.code: grid.id for grid in grids}
        self._by_name: dict[str, set[int]] = defaultdict(set)
        for grid in grids:
            for key in {normalise(grid.name), self._short(grid.name, grid.community_id)}:
                self._by_name[key].add(grid.id)

    def find(self, line: Line, community_id: int | None) -> int | NewGrid | Doubt:
        """The id of the grid that a row of a place in this community names, or the new grid it must be."""
        if line.grid_code is not None:
            known = self._by_code.get(line.grid_code)
            return NewGrid(line.grid or line.grid_code, line.grid_code, community_id) if known is None else known
        if line.grid is None:
            return Doubt(line, "the grid is empty")
        key = normalise(line.grid)
        named = self._by_name.get(key, set()) | self._by_name.get(self._short(line.grid, community_id), set())
        here = {g for g in named if community_id is None or self._grids[g].community_id in (community_id, None)}
        if len(here) == 1:
            return here.pop()
        if len(here) > 1:
            return Doubt(line, f"several grids are called '{line.grid}'", self._as_candidates(here, 1.0))
        if named and not _NUMBER.search(key):
            elsewhere = f"the grid '{line.grid}' belongs to another community"
            return Doubt(line, elsewhere, self._as_candidates(named, 1.0))
        alike = self._alike(key, community_id)
        if alike:
            return Doubt(line, f"no grid is called '{line.grid}', but one almost", alike)
        return NewGrid(line.grid, None, community_id)

    def name_of(self, grid_id: int) -> str:
        """The name of a stored grid."""
        return self._grids[grid_id].name

    def _short(self, name: str, community_id: int | None) -> str:
        """The name without that of its community before it: 马鞍山社区第1网格 is 第1网格 there."""
        key = normalise(name)
        if community_id is not None and community_id in self._areas:
            stem = _COMMUNITY_ENDS.sub("", normalise(self._areas[community_id].name))
            if stem and key.startswith(stem):
                return _COMMUNITY_BEGINS.sub("", key.removeprefix(stem)) or key
        return key

    def _alike(self, key: str, community_id: int | None) -> tuple[Candidate, ...]:
        """Grids of the community whose names differ in little, and not in their numbers."""
        found = []
        for grid in self._grids.values():
            stored = normalise(grid.name)
            if community_id in (grid.community_id, None) and _NUMBER.findall(stored) == _NUMBER.findall(key):
                score = fuzz.ratio(key, stored)
                if score >= ALIKE:
                    found.append((score, grid.id))
        ranked = sorted(found, key=lambda pair: (-pair[0], self._grids[pair[1]].code))
        return tuple(c for score, g in ranked[:5] for c in self._as_candidates({g}, score / 100))

    def _as_candidates(self, grid_ids: set[int], score: float) -> tuple[Candidate, ...]:
        grids = sorted((self._grids[g] for g in grid_ids), key=lambda grid: grid.code)[:5]
        return tuple(Candidate(f"{grid.name} {grid.code}", "grid", self._within(grid), score) for grid in grids)

    def _within(self, grid: GridName) -> str:
        area = None if grid.community_id is None else self._areas.get(grid.community_id)
        return "" if area is None else area.name
