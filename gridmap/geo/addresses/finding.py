"""One place that a reading may mean, before it is decided whether a machine may take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from gridmap.geo.addresses.answers import Doubt, Level
from gridmap.geo.addresses.directory import Directory, Spot
from gridmap.geo.addresses.tails import Relation

AT_M, BESIDE_M, NEAR_M, OPPOSITE_M, ALONG_M = 10.0, 25.0, 80.0, 25.0, 30.0  # what a word of place adds
DISTANCE_SHARE = 0.3  # distances are guessed by eye: so much of them is uncertain
FARTHEST_OPPOSITE_M = 40.0  # a house that is farther from its road than this has no opposite side
JUNCTION_SIDE_M = 15.0
VAGUE_LEVELS = {Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.ROAD, Level.JUNCTION}


@dataclass(frozen=True, slots=True)
class Finding:
    """`area` is the ordinal of the area it lies in (-1 unknown), `road` of its road; `left_over` as in a Match."""

    level: Level
    spot: Spot
    name: str
    ids: Mapping[str, int] = field(default_factory=dict)
    score: float = 1.0
    doubt: Doubt = Doubt.NONE
    area: int = -1
    road: int = -1
    building: int = -1
    left_over: str = ""

    def doubtful(self, doubt: Doubt, minus: float = 0.3) -> Finding:
        """The same, for a person to look at; the first doubt stays."""
        return self if self.doubt else replace(self, doubt=doubt, score=self.score - minus)

    def less(self, minus: float) -> Finding:
        return replace(self, score=self.score - minus)

    def leaving(self, words: str) -> Finding:
        """The same, told that these words narrow it further and could not be looked up."""
        return self if self.doubt else replace(self, left_over=self.left_over + words)


def related(finding: Finding, relations: tuple[Relation, ...], directory: Directory) -> Finding:
    """The place that lies so from the thing named: the point moved where a direction is said, less certain."""
    for relation in relations:
        finding = _moved(finding, relation, directory)
    return finding


def _moved(finding: Finding, relation: Relation, directory: Directory) -> Finding:
    lon, lat, reach = finding.spot
    level = finding.level if finding.level in VAGUE_LEVELS else Level.LANDMARK
    match relation.sort:
        case "at":
            return replace(finding, spot=(lon, lat, reach + AT_M))
        case "along":
            if finding.level == Level.ROAD:
                return finding
            return replace(finding, level=level, spot=(lon, lat, reach + ALONG_M))
        case "near":
            near = finding.level if finding.level == Level.COMPOUND else level
            return replace(finding, level=near, spot=(lon, lat, reach + NEAR_M))
        case "beside":
            return replace(finding, level=level, spot=(lon, lat, reach + BESIDE_M))
        case "opposite":
            lon, lat = _across(finding, directory)
            return replace(finding, level=level, spot=(lon, lat, reach + OPPOSITE_M))
        case "metres" if not relation.direction:
            return replace(finding, level=level, spot=(lon, lat, reach + relation.metres))
        case "metres":
            lon, lat = directory.plane.moved(lon, lat, relation.direction, relation.metres + reach / 2)
            return replace(
                finding, level=level, spot=(lon, lat, 0.75 * reach + max(AT_M, DISTANCE_SHARE * relation.metres))
            )
    by_m = JUNCTION_SIDE_M if finding.level == Level.JUNCTION else reach / 2
    lon, lat = directory.plane.moved(lon, lat, relation.direction, by_m)
    return replace(finding, level=level, spot=(lon, lat, max(reach * 0.75, AT_M) + AT_M))


def _across(finding: Finding, directory: Directory) -> tuple[float, float]:
    """The point mirrored at its road; as it is where there is none near."""
    lon, lat, _ = finding.spot
    plane = directory.plane
    if finding.road < 0:
        return lon, lat
    here = np.array([lon * plane.lon_m, lat * plane.lat_m])
    line = shapely.shortest_line(directory.road_shape(finding.road), shapely.Point(here))
    if line is None or line.is_empty or line.length > FARTHEST_OPPOSITE_M:
        return lon, lat
    x, y = 2 * shapely.get_coordinates(line)[0] - here
    return float(x / plane.lon_m), float(y / plane.lat_m)
