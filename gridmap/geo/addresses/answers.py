"""What a match and a completion say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How fine an address is known. The first seven lie in each other, the others stand beside them."""

    DISTRICT = "district"
    STREET = "street"  # 街道, 镇: an area; a road is ROAD
    COMMUNITY = "community"
    COMPOUND = "compound"
    BUILDING = "building"
    UNIT = "unit"
    ROOM = "room"
    ROAD = "road"
    DOOR = "door"
    JUNCTION = "junction"
    LANDMARK = "landmark"  # a named place, or beside, opposite or so many metres from a known thing
    AREA_PLOT = "area_plot"  # a row and number in a greenhouse area
    NONE = "none"


class Doubt(StrEnum):
    """Why a person has to look."""

    NONE = ""
    EMPTY = "empty"  # nothing written
    UNKNOWN = "unknown"  # no name in it is ours
    SEVERAL = "several"  # more than one place is called that
    NO_SUCH_NUMBER = "no_such_number"  # the building, door, stairwell, floor or plot is not there
    NUMBER_MISSING = "number_missing"  # a room without its building
    CONTRADICTION = "contradiction"  # its parts lie in different places
    LEFT_OVER = "left_over"  # something in it was not understood
    UNSURE = "unsure"  # the name was only guessed


@dataclass(frozen=True, slots=True)
class Match:
    """One reading of an address. `accepted`: one answer, sure enough to be used without a person.

    `lon`, `lat` in WGS-84 degrees (NaN: no point); the true place is within about `uncertainty_m` of it. `ids` maps
    level words (district, street, community, compound, building, household, site, unit) to the project's ids; at level
    LANDMARK they are those of the thing named, beside which the place lies. `within`: its community, "" unknown.
    `left_over`: what narrows the place further, 5组, and could not be looked up, as nothing of the kind is known there;
    the point is the whole thing's and `uncertainty_m` covers all of it.
    """

    level: Level
    score: float
    lon: float
    lat: float
    uncertainty_m: float
    name: str
    ids: Mapping[str, int] = field(default_factory=dict)
    alternatives: tuple[Match, ...] = ()
    accepted: bool = False
    doubt: Doubt = Doubt.NONE
    within: str = ""
    left_over: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way to go on typing: `text` is the whole address, `within` the community it lies in ("" unknown)."""

    text: str
    level: Level
    score: float
    lon: float
    lat: float
    uncertainty_m: float
    within: str
    ids: Mapping[str, int] = field(default_factory=dict)


NOTHING = float("nan")


def unmatched(doubt: Doubt, alternatives: tuple[Match, ...] = ()) -> Match:
    """No answer."""
    return Match(Level.NONE, 0.0, NOTHING, NOTHING, NOTHING, "", {}, alternatives, False, doubt)
