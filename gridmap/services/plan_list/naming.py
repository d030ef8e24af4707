"""What a row of the list means: one compound, building, community or site of ours, or something to look at.

Nothing is guessed: a name that only resembles one of ours is listed with it, and a person says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from gridmap.geo import addresses
from gridmap.geo.addresses import Gazetteer, Level, Match, normalise
from gridmap.services.plan_list.lines import Line
from gridmap.store.areas import AreaRow

EXACT = 0.99  # below it a name was read as another one
AREAS = ("community", "village", "compound")
CANDIDATES = 5
_WORDS = re.compile(r"小区|(?<=\d)[栋号]")


class Kind(StrEnum):
    AREA = "area"
    BUILDING = "building"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Place:
    """One thing of ours that a row names. `community_id`: where it lies, None unknown."""

    kind: Kind
    id: int
    community_id: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a row might mean, with the matcher's score from 0 to 1."""

    name: str
    level: str
    within: str
    score: float

    def text(self) -> str:
        return f"{self.name} ({', '.join(part for part in (self.level, self.within) if part)}; {self.score:.2f})"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row that cannot be used as it stands, why, and what it might mean."""

    line: Line
    reason: str
    candidates: tuple[Candidate, ...] = ()


class Places:
    """Rows of a list > places of ours, by code, else by name."""

    def __init__(self, areas: Sequence[AreaRow], building_ids: dict[str, int], gazetteer: Gazetteer) -> None:
        self._areas = {area.id: area for area in areas}
        self._area_ids = {area.code: area.id for area in areas}
        self._building_ids = building_ids
        self._gazetteer = gazetteer

    def find(self, line: Line) -> Place | Doubt:
        """The place a row names."""
        if line.place_code is not None:
            return self._by_code(line, line.place_code)
        if line.place is None:
            return Doubt(line, "the place is empty")
        within = None
        if line.community is not None:
            community = self._match(line.community)
            if isinstance(community, Doubt) or community.kind is not Kind.AREA:
                return Doubt(line, f"'{line.community}' is no community of ours")
            within = community.id
        found = self._match(line.place, within)
        return Doubt(line, found.reason, found.candidates) if isinstance(found, Doubt) else found

    def _by_code(self, line: Line, code: str) -> Place | Doubt:
        if code in self._building_ids:
            return Place(Kind.BUILDING, self._building_ids[code], None)
        if code not in self._area_ids:
            return Doubt(line, f"no compound or building has the code '{code}'")
        return self._area(line, self._area_ids[code])

    def _area(self, line: Line, area_id: int) -> Place | Doubt:
        area = self._areas[area_id]
        if area.level not in AREAS:
            return Doubt(line, f"{area.name} is a {area.level}: a grid lies inside one community")
        return Place(Kind.AREA, area_id, self.community_of(area_id))

    def community_of(self, area_id: int) -> int | None:
        """The community or village that an area is or lies in."""
        found: int | None = area_id
        while found is not None and self._areas[found].level not in ("community", "village"):
            found = self._areas[found].parent_id
        return found

    def _match(self, text: str, within: int | None = None) -> Place | Doubt:
        line = Line(0, text, None, None, None, None)
        match = _exact(self._gazetteer.match(text, within=within), text)
        community_id = match.ids.get("community")
        candidates = _candidates(match)
        if not match.accepted:
            return Doubt(line, f"not matched ({str(match.doubt).replace('_', ' ') or 'unsure'})", candidates)
        if match.left_over:
            return Doubt(line, f"'{match.left_over}' is not known there", candidates)
        if match.score < EXACT and _bare(text) != _bare(match.name):
            return Doubt(line, "only resembles a name of ours", candidates)
        if "building" in match.ids and match.level in (Level.BUILDING, Level.UNIT, Level.ROOM, Level.DOOR):
            return Place(Kind.BUILDING, match.ids["building"], community_id)
        if match.level == Level.LANDMARK and "site" in match.ids and normalise(match.name) == normalise(text):
            return Place(Kind.SITE, match.ids["site"], community_id)
        if str(match.level) in ("district", "street", "community", "compound"):
            return self._area(line, match.ids[str(match.level)])
        return Doubt(line, f"is a {str(match.level).replace('_', ' ')}, no compound or building", candidates)


def _exact(match: Match, text: str) -> Match:
    """Of several answers the only one with exactly this name: a list writes names out."""
    if match.doubt != addresses.Doubt.SEVERAL:
        return match
    same = [each for each in (match, *match.alternatives) if _bare(each.name) == _bare(text)]
    return replace(same[0], accepted=True, doubt=addresses.Doubt.NONE) if len(same) == 1 else match


def _bare(name: str) -> str:
    """A name without the words that people say or leave out: 桂花苑小区3栋, 桂花苑3号."""
    return _WORDS.sub("", normalise(name))


def _candidates(match: Match) -> tuple[Candidate, ...]:
    every = [match, *match.alternatives]
    return tuple(Candidate(m.name, str(m.level), m.within, m.score) for m in every if m.name)[:CANDIDATES]
