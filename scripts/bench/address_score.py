"""Holding a gazetteer's answers against texts whose truth is known (see `address_texts`)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from bench.address_worlds import World, files
from gridmap.geo.addresses import Level, Match

TEXTS = Path(__file__).resolve().parents[2] / "tests" / "data" / "addresses"
ASK = "ask"
POINT_SLACK_M = 30.0  # a junction's middle, drawn by two hands
WIDEST_M = 400.0  # an answer that may be anywhere is no answer
COARSER = {"room": {Level.UNIT, Level.BUILDING}, "unit": {Level.BUILDING}}  # right, though less fine than asked
AREAS = {"district", "street", "community", "compound"}


@dataclass(frozen=True)
class Row:
    """A text, its kind, and the answer that is right: `truth` as `address_texts` writes it."""

    text: str
    kind: str
    level: str
    truth: str


@dataclass(frozen=True)
class Judged:
    """An answer beside its row. `exact`: also as fine as it could be."""

    row: Row
    match: Match
    right: bool
    exact: bool


def rows(name: str) -> list[Row]:
    """The texts of a file in tests/data/addresses. There a room may be written building/stairwell/room."""
    with (TEXTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [replace(Row(**row), truth=_household(row["truth"])) for row in csv.DictReader(file)]


def _household(truth: str) -> str:
    """The code of the household in B00001/1/101; any other truth as it is."""
    if "/" not in truth:
        return truth
    return _households().get(truth, truth.split("/")[0] + " has no such room")


@lru_cache(maxsize=1)
def _households() -> dict[str, str]:
    f = files().households
    return dict(zip(f["building_code"] + "/" + f["unit"] + "/" + f["room"], f["code"], strict=True))


def judged(world: World, asked: Sequence[Row]) -> list[Judged]:
    """Every row answered and judged; a row that asks for a person is right when nothing was accepted."""
    matches = world.gazetteer.match_many([row.text for row in asked])
    return [_judge(world, row, match) for row, match in zip(asked, matches, strict=True)]


def _judge(world: World, row: Row, match: Match) -> Judged:
    if row.level == ASK:
        return Judged(row, match, not match.accepted, not match.accepted)
    right = _is_right(world, row, match)
    return Judged(row, match, right, right and match.level == row.level)


def _is_right(world: World, row: Row, match: Match) -> bool:
    truth = set(row.truth.split("|"))
    codes = {
        level: world.codes.get("area" if level in AREAS else level, {}).get(key) for level, key in match.ids.items()
    }
    if row.truth[:1].isdigit() and " " in row.truth:
        lon, lat = map(float, row.truth.split())
        away_m = world.gazetteer.directory.plane.distance_m((match.lon, match.lat), (lon, lat))
        return away_m <= max(match.uncertainty_m, POINT_SLACK_M) and match.uncertainty_m <= WIDEST_M
    match row.level:
        case "room" if match.level == Level.ROOM:
            return codes.get("household") in truth
        case "room":
            return match.level in COARSER["room"] and codes.get("building") in _buildings_of(truth)
        case "unit" | "building" | "door":
            fine = (
                {Level.BUILDING, Level.UNIT, Level.DOOR, Level.ROOM}
                if row.level != "unit"
                else {Level.UNIT, Level.BUILDING}
            )
            return match.level in fine and (codes.get("building") in truth or _stands_there(world, match, truth))
        case "landmark" | "area_plot":
            return bool(
                truth & {codes.get("site"), codes.get("building"), world.codes["site"].get(match.ids.get("unit", -1))}
            )
        case "road":
            return match.level == Level.ROAD and match.name in truth
        case "compound":
            return codes.get("compound") in truth
    return match.level == row.level and codes.get(row.level) in truth


def _buildings_of(households: set[str]) -> set[str]:
    f = files().households
    return set(f.loc[f["code"].isin(households), "building_code"])


def _stands_there(world: World, match: Match, truth: set[str]) -> bool:
    """A door that several buildings share: the true one stands within the answer's reach."""
    if "building" in match.ids:
        return False
    spots = [
        world.gazetteer.directory.building_spots[k] for k, code in world.codes["building"].items() if code in truth
    ]
    plane = world.gazetteer.directory.plane
    return any(plane.distance_m(spot[:2], (match.lon, match.lat)) <= match.uncertainty_m for spot in spots)


@dataclass(frozen=True)
class Tally:
    """Of texts with one right answer: `accepted`, `right` of those, `exact` of those; `asked`: texts for a person."""

    name: str
    texts: int
    accepted: int
    right: int
    exact: int

    @property
    def precision(self) -> float:
        return self.right / self.accepted if self.accepted else 1.0

    @property
    def recall(self) -> float:
        """Accepted and right, of all texts."""
        return self.right / self.texts if self.texts else 1.0


def tally(name: str, answers: Sequence[Judged]) -> Tally:
    accepted = [one for one in answers if one.match.accepted]
    return Tally(
        name, len(answers), len(accepted), sum(one.right for one in accepted), sum(one.exact for one in accepted)
    )


def by(answers: Sequence[Judged], field: str) -> Iterator[Tally]:
    """A tally for each level or kind, in order of appearance."""
    for value in dict.fromkeys(getattr(one.row, field) for one in answers):
        yield tally(value, [one for one in answers if getattr(one.row, field) == value])
