"""Which place and which person a row of a list means: one of ours, or a reason why it cannot be told."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from gridmap.domain.access import TITLES, Role
from gridmap.geo.addresses import normalise
from gridmap.services.addressing import gazetteer
from gridmap.services.plan_list.grid_names import GridNames
from gridmap.services.plan_list.lines import Line as PlanLine
from gridmap.services.plan_list.naming import Doubt, Kind, Places
from gridmap.services.posts.reading import Line
from gridmap.store import areas, places, plan_list, plans, posts
from gridmap.store.areas import AreaRow
from gridmap.store.engine import Session
from gridmap.store.tables import Building

COMMUNITY_ENDS = {  # the longest first
    "community": ("社区居民委员会", "社区居委会", "居民委员会", "居委会", "社区"),
    "village": ("村民委员会", "村委会", "村"),
}


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why a row's place or person is not known."""

    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """A place: the column of a post and its id."""

    column: str
    id: int


class PlaceFinder:
    """Rows > areas, grids and buildings of a day. Nothing is guessed: a name that only resembles one is no answer."""

    def __init__(self, session: Session, now: dt.datetime, day: dt.date) -> None:
        self._session = session
        self._day = day
        tree = areas.tree(session, day)
        self._tree = {area.id: area for area in tree}
        self._areas_by_name: dict[str, list[AreaRow]] = defaultdict(list)
        for area in tree:
            for name in {normalise(name) for name in (area.name, *area.aliases, *_also_called(area))}:
                self._areas_by_name[name].append(area)
        every = plan_list.grid_names(session)
        plan = plans.current(session, now)
        in_force = None if plan is None else set(plans.assignment(session, plan.id).values())
        standing = [grid for grid in every if in_force is None or grid.id in in_force]
        self._grid_names = GridNames(standing, self._tree)
        self._by_code = {code: Found("building_id", key) for code, key in self._buildings.items()}
        self._by_code |= {area.code: Found("area_id", area.id) for area in tree}
        self._by_code |= {grid.code: Found("grid_id", grid.id) for grid in every}
        self._known: dict[tuple[str | None, ...], Found | Unclear] = {}

    def find(self, line: Line) -> Found | Unclear:
        """The place a row names, by its code, else by its name and community."""
        of_grid = TITLES.get(line.title or "") is Role.GRID_WORKER and line.title != "stairwell_head"
        key = (line.place, line.place_code, line.community, str(of_grid))
        if key not in self._known:
            self._known[key] = self._found(line, of_grid)
        return self._known[key]

    def _found(self, line: Line, of_grid: bool) -> Found | Unclear:
        if line.place_code is not None:
            known = self._by_code.get(line.place_code)
            return Unclear(f"nothing of ours has the code '{line.place_code}'") if known is None else known
        if line.place is None:
            return Unclear("the place is empty")
        community = None
        if line.community is not None:
            named = self._areas_named(line.community, None)
            if len(named) != 1:
                return Unclear(f"'{line.community}' is {'no area' if not named else 'several areas'} of ours")
            community = named[0].id
        ways = (self._grid, self._area) if of_grid else (self._area, self._grid)
        reasons = []
        for way in (*ways, self._building):
            found = way(line.row, line.place, line.community, community)
            if isinstance(found, Found):
                return found
            if found is not None:
                reasons.append(found.reason)
        return Unclear(reasons[0] if reasons else f"no area, grid or building is called '{line.place}'")

    def _area(self, _row: int, place: str, _name: str | None, community: int | None) -> Found | Unclear | None:
        named = self._areas_named(place, community)
        if len(named) > 1:
            codes = ", ".join(area.code for area in named[:5])
            return Unclear(f"several areas are called '{place}': {codes}")
        return Found("area_id", named[0].id) if named else None

    def _grid(self, row: int, place: str, _name: str | None, community: int | None) -> Found | Unclear | None:
        found = self._grid_names.find(PlanLine(row, None, None, None, place, None), community)
        if isinstance(found, int):
            return Found("grid_id", found)
        return Unclear(_told(found)) if isinstance(found, Doubt) else None

    def _building(self, row: int, place: str, name: str | None, _community: int | None) -> Found | Unclear | None:
        found = self._buildings_by_name.find(PlanLine(row, place, None, name, None, None))
        if isinstance(found, Doubt):
            return Unclear(f"'{place}' {_told(found)}") if found.candidates else None
        if found.kind is Kind.SITE:
            return Unclear(f"'{place}' is a site: name its grid, compound or building")
        return Found("building_id" if found.kind is Kind.BUILDING else "area_id", found.id)

    def _areas_named(self, name: str, within: int | None) -> list[AreaRow]:
        named = self._areas_by_name.get(normalise(name), [])
        return [area for area in named if within is None or within in self._upwards(area.id)]

    def _upwards(self, area_id: int | None) -> Iterable[int]:
        while area_id is not None and area_id in self._tree:
            yield area_id
            area_id = self._tree[area_id].parent_id

    @cached_property
    def _buildings(self) -> dict[str, int]:
        return places.ids_by_source(self._session, Building)

    @cached_property
    def _buildings_by_name(self) -> Places:
        return Places(list(self._tree.values()), self._buildings, gazetteer(self._session, self._day))


class PeopleFinder:
    """Names > people. One name is one person: who shares it is told apart by an account."""

    def __init__(self, session: Session) -> None:
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_account: dict[str, int] = {}
        for worker in posts.workers(session):
            self._by_name[_folded(worker.name)].append(worker.id)
            if worker.account is not None:
                self._by_account[worker.account] = worker.id
        self._new: dict[str, int] = {}

    @property
    def new_names(self) -> list[str]:
        """People who are to be stored, in the order of the negative numbers that stand for them: -1, -2, ..."""
        return list(self._new)

    def find(self, name: str | None, account: str | None = None) -> int | Unclear | None:
        """The person's id, negative for a new one; None for nobody."""
        if account is not None:
            known = self._by_account.get(account.strip().casefold())
            return Unclear(f"nobody who can hold a post has the account '{account}'") if known is None else known
        if name is None:
            return None
        folded = _folded(name)
        if len(folded) > 60:
            return Unclear("the name has more than 60 characters")
        known_ids = self._by_name.get(folded, [])
        if len(known_ids) > 1:
            return Unclear(f"{len(known_ids)} people are called '{name}': give the account")
        return known_ids[0] if known_ids else self._new.setdefault(folded, -1 - len(self._new))


def _also_called(area: AreaRow) -> list[str]:
    """青龙山社区居委会 is 青龙山社区, too."""
    ends = COMMUNITY_ENDS.get(area.level, ())
    stem = next((area.name.removesuffix(end) for end in ends if area.name.endswith(end)), "")
    return [stem + end for end in ends] if stem else []


def _folded(name: str) -> str:
    return " ".join(name.split())


def _told(doubt: Doubt) -> str:
    perhaps = ", ".join(candidate.name for candidate in doubt.candidates[:3])
    return f"{doubt.reason}: {perhaps}" if perhaps else doubt.reason
