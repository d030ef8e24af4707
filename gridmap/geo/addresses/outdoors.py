"""From a road to a door, a crossing or a building at it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from gridmap.geo.addresses.answers import Doubt, Level
from gridmap.geo.addresses.directory import Directory, Spot, plain_number
from gridmap.geo.addresses.finding import Finding
from gridmap.geo.addresses.indoors import NO_NUMBERS_KNOWN, Indoors, Numbers
from gridmap.geo.addresses.tails import Tail

GAP_M = 25.0  # between lines drawn to the kerb of a crossing instead of its middle
CLUSTER_M = 60.0  # the corners of one crossing of wide roads
LEAST_JUNCTION_M = 15.0
ONE_DOOR_M = 150.0  # buildings of one door number that lie so near are one place
NEAREST_DOORS = 3
SUB_DOOR_M = 15.0
DOOR_FROM_ROAD_M = 30.0  # where nobody knows which door, it may stand so far from the line


class Outdoors:
    """Look-ups along roads."""

    def __init__(self, directory: Directory, indoors: Indoors) -> None:
        self._directory = directory
        self._indoors = indoors
        self._known: dict[tuple[int, int], tuple[Spot, ...]] = {}

    def on_road(self, road: int, tail: Tail) -> list[Finding]:
        """What a road and the numbers behind it mean."""
        door, sub, numbers = _door_of(tail)
        if door:
            return self._at_door(road, door, sub, numbers, tail.building if tail.number else "")
        if tail.building:
            return self._building_on(road, tail)
        whole = self.road(road)
        return [whole if not tail.has_numbers else whole.doubtful(Doubt.NUMBER_MISSING)]

    def road(self, road: int) -> Finding:
        """The whole road."""
        directory = self._directory
        return Finding(Level.ROAD, directory.road_spot(road), directory.road_names[road], road=road)

    def junction(self, road: int, other: int) -> list[Finding]:
        """Where two roads meet: a finding for each place."""
        names = self._directory.road_names
        name = f"{names[road]}与{names[other]}交叉口"
        return [Finding(Level.JUNCTION, spot, name) for spot in self._crossings(road, other)]

    def _crossings(self, road: int, other: int) -> tuple[Spot, ...]:
        pair = (min(road, other), max(road, other))
        if pair not in self._known:
            self._known[pair] = tuple(self._meeting(*pair))
        return self._known[pair]

    def _meeting(self, road: int, other: int) -> list[Spot]:
        """The places where two roads cross, or where their lines end just before each other."""
        one, two = self._directory.road_shape(road), self._directory.road_shape(other)
        if one.is_empty or two.is_empty:
            return []
        xy = shapely.get_coordinates(shapely.intersection(one, two))
        if not len(xy):
            line = shapely.shortest_line(one, two)
            if line.length > GAP_M:
                return []
            xy = shapely.get_coordinates(line).mean(axis=0, keepdims=True)
        spots = []
        while len(xy):
            near = np.hypot(*(xy - xy[0]).T) <= CLUSTER_M
            middle = (xy[near].min(axis=0) + xy[near].max(axis=0)) / 2
            reach = max(float(np.hypot(*(xy[near] - middle).T).max()), LEAST_JUNCTION_M)
            spots.append(
                (float(middle[0] / self._directory.plane.lon_m), float(middle[1] / self._directory.plane.lat_m), reach)
            )
            xy = xy[~near]
        return spots

    def _at_door(self, road: int, door: str, sub: str, numbers: Numbers, building: str) -> list[Finding]:
        directory = self._directory
        written = [f"{door}附{sub}", f"{door}-{sub}", f"{door}之{sub}"] if sub else []
        for key in (*written, door):
            buildings = directory.doors.get((road, key), ())
            if buildings:
                break
        else:
            return self._no_door(road, door)
        if building:
            return self._behind_door(buildings, building, numbers)
        if numbers.unit or numbers.room:
            return [self._indoors.in_building(k, numbers) for k in buildings]
        name = f"{directory.road_names[road]}{door}号" + (f"附{sub}" if sub else "")
        more = SUB_DOOR_M if sub and key == door else 0.0
        return [
            replace(finding, name=name, spot=_wider(finding.spot, more)) for finding in self._doors(buildings, road)
        ]

    def _doors(self, buildings: tuple[int, ...], road: int) -> list[Finding]:
        """The buildings behind one door number: one place when they stand together."""
        directory = self._directory
        each = [self._indoors.building(k) for k in buildings]
        together = directory.around([finding.spot for finding in each])
        if len(each) > 1 and together[2] <= ONE_DOOR_M:
            return [
                Finding(Level.DOOR, together, "", self._indoors.area_ids(each[0].area), area=each[0].area, road=road)
            ]
        return [replace(finding, level=Level.DOOR) for finding in each]

    def _behind_door(self, buildings: tuple[int, ...], number: str, numbers: Numbers) -> list[Finding]:
        """桂林路12号3栋: the building itself, or number 3 of the compound whose gate the door is."""
        directory, key = self._directory, plain_number(number)
        compounds = {int(directory.places.buildings.compounds[k]) for k in buildings} - {-1}
        found = {k for compound in compounds for k in directory.numbered.get((compound, key), ())}
        if found:
            return [self._indoors.in_building(k, numbers) for k in sorted(found)]
        return [self._indoors.building(k).doubtful(Doubt.NO_SUCH_NUMBER) for k in buildings]

    def _no_door(self, road: int, door: str) -> list[Finding]:
        """The road, doubtful, and its nearest doors; where no door is known at all, just the road."""
        directory = self._directory
        known = directory.door_numbers.get(road, [])
        if not known or not door.isdigit():
            whole = self.road(road)
            if known:
                return [whole.doubtful(Doubt.NO_SUCH_NUMBER)]
            return [replace(whole.less(NO_NUMBERS_KNOWN), spot=_wider(whole.spot, DOOR_FROM_ROAD_M))]
        nearest = sorted(known, key=lambda number: (abs(number - int(door)), number))[:NEAREST_DOORS]
        doors = [
            replace(finding, name=f"{directory.road_names[road]}{number}号").doubtful(Doubt.NO_SUCH_NUMBER, 0.4)
            for number in nearest
            for finding in self._doors(directory.doors[road, str(number)], road)
        ]
        return [self.road(road).doubtful(Doubt.NO_SUCH_NUMBER), *doors]

    def _building_on(self, road: int, tail: Tail) -> list[Finding]:
        """桂林路3栋: a building with that number whose door is on the road."""
        directory, key = self._directory, plain_number(tail.building)
        numbers = Numbers("", tail.unit, tail.room, tail.floor)
        buildings = [
            k
            for number in directory.door_numbers.get(road, ())
            for k in directory.doors[road, str(number)]
            if directory.number_keys[k] == key
        ]
        found = [self._indoors.in_building(k, numbers).less(0.1) for k in buildings]
        return found or [self.road(road).doubtful(Doubt.NO_SUCH_NUMBER)]


def _door_of(tail: Tail) -> tuple[str, str, Numbers]:
    """Door, sub-door and what lies behind, from a tail after a road."""
    inside = Numbers("", tail.unit, tail.room, tail.floor)
    if tail.number:
        if len(tail.dashed) == 2:
            inside = Numbers("", tail.dashed[0], tail.dashed[1], tail.floor)
        return tail.number, tail.sub, inside
    if tail.bare:
        return tail.bare, "", inside
    if len(tail.dashed) == 2 and len(tail.dashed[1]) < 3:
        return tail.dashed[0], tail.dashed[1], inside
    if len(tail.dashed) == 2:
        return tail.dashed[0], "", Numbers("", "", tail.dashed[1], tail.floor)
    if len(tail.dashed) == 3:
        return tail.dashed[0], "", Numbers("", tail.dashed[1], tail.dashed[2], tail.floor)
    return "", "", inside


def _wider(spot: Spot, more_m: float) -> Spot:
    return spot[0], spot[1], spot[2] + more_m
