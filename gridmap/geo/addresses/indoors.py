"""From a compound and numbers to a building, its stairwell and its room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gridmap.geo.addresses import tails
from gridmap.geo.addresses.answers import Doubt, Level
from gridmap.geo.addresses.directory import LEAST_REACH_M, Directory, Spot, plain_number
from gridmap.geo.addresses.finding import Finding
from gridmap.geo.addresses.tails import Tail

NUMBER_AS_BUILDING, BARE_AS_BUILDING = 0.01, 0.3  # what 3号 and 3 without a word cost where 3栋 is meant
NO_NUMBERS_KNOWN = 0.1
ROOM_UNKNOWN = 0.01  # less than what sets rivals apart: not every room is listed
MOST_ALTERNATIVES = 8


@dataclass(frozen=True, slots=True)
class Numbers:
    """One way to read a tail's numbers; "" for what is not said."""

    building: str = ""
    unit: str = ""
    room: str = ""
    floor: str = ""
    minus: float = 0.0


def ways(tail: Tail) -> Iterator[Numbers]:
    """The ways to read the numbers of a tail behind a compound, the likeliest first."""
    unit, room, floor, parts = tail.unit, tail.room, tail.floor, tail.dashed
    if tail.building:
        if len(parts) == 2 and not unit:
            yield Numbers(tail.building, parts[0], parts[1], floor)
        elif len(parts) == 2:
            yield Numbers(tail.building, unit, parts[0] + parts[1].zfill(2), floor)
        elif len(parts) == 3:
            yield Numbers(tail.building, parts[0], parts[1] + parts[2].zfill(2), floor)
        else:
            yield Numbers(tail.building, unit, room, floor)
    elif len(parts) >= 3:
        last = parts[2] if len(parts) == 3 else parts[2] + parts[3].zfill(2)
        yield Numbers(parts[0], parts[1], last, floor)
    elif len(parts) == 2 and unit:
        yield Numbers(parts[0], unit, parts[1], floor)
    elif len(parts) == 2 and len(parts[1]) >= 3:
        yield Numbers(parts[0], "", parts[1], floor)
    elif len(parts) == 2:
        yield Numbers(parts[0], parts[1], "", floor, NUMBER_AS_BUILDING)
    elif tail.number:
        yield Numbers(tail.number, unit, room, floor, NUMBER_AS_BUILDING)
    elif tail.bare and len(tail.bare) < 3:
        yield Numbers(tail.bare, unit, room, floor, BARE_AS_BUILDING)
    elif tail.bare:
        yield Numbers("", unit, tail.bare, floor)
    else:
        yield Numbers("", unit, room, floor)


def behind(tail: Tail) -> Numbers:
    """The numbers behind a building's own name: 百货大楼301."""
    return Numbers("", tail.unit, tail.room or tail.bare, tail.floor)


class Indoors:
    """Look-ups inside compounds and buildings; findings without doubt are where the text says."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def in_compound(self, compound: int, tail: Tail) -> tuple[list[Finding], str]:
        """What a compound and the tail behind it mean, and what of the tail is left over."""
        directory = self._directory
        if not tail.has_numbers:
            named = self._called(compound, tail)
            if named is not None:
                return named
            return [self.compound(compound)], tail.rest
        found: list[Finding] = []
        for numbers in ways(tail):
            found += self._numbered(compound, numbers)
        if (
            tail.number
            and tail.building
            and not any(self._door(k) == tail.number for k in directory.houses.get(compound, ()))
        ):
            found = [finding.doubtful(Doubt.LEFT_OVER) for finding in found]  # 1号1栋: two numbers, one building
        if tail.number and not any(not finding.doubt for finding in found):
            doors = [k for k in directory.houses.get(compound, ()) if self._door(k) == tail.number]
            numbers = Numbers("", tail.unit, tail.room, tail.floor)
            found = [self.in_building(k, numbers).less(0.05) for k in doors] or found
        return found, tail.rest

    def _door(self, building: int) -> str:
        return plain_number(self._directory.places.buildings.doors[building])

    def _called(self, compound: int, tail: Tail) -> tuple[list[Finding], str] | None:
        """红楼, 东楼: a building's own name inside its compound."""
        for key, buildings in self._directory.called.get(compound, {}).items():
            if tail.rest.startswith(key):
                after = tails.parse(tail.rest[len(key) :])
                return [self.in_building(k, behind(after)) for k in buildings], after.rest
        return None

    def _numbered(self, compound: int, numbers: Numbers) -> list[Finding]:
        directory = self._directory
        houses = directory.houses.get(compound, [])
        if not numbers.building:
            return self._without_building(compound, numbers, houses)
        key = plain_number(numbers.building)
        buildings = directory.numbered.get((compound, key), ())
        if buildings:
            return [self.in_building(k, numbers).less(numbers.minus) for k in buildings]
        if len(houses) == 1 and not numbers.unit and numbers.room:
            inside = self.in_building(houses[0], Numbers("", numbers.building, numbers.room, numbers.floor))
            if inside.level == Level.ROOM:
                return [inside.less(0.05)]
        whole = self.compound(compound)
        if not any(directory.number_keys[k] for k in houses):
            return [whole.less(NO_NUMBERS_KNOWN)]
        return [whole.doubtful(Doubt.NO_SUCH_NUMBER)]

    def _without_building(self, compound: int, numbers: Numbers, houses: list[int]) -> list[Finding]:
        """A stairwell or room, and nobody says of which building."""
        homes = [k for k in houses if self._directory.number_keys[k] or len(self._directory.rooms_of(k))]
        if len(homes) == 1:
            return [self.in_building(homes[0], numbers)]
        if not homes:
            return [self.compound(compound).less(NO_NUMBERS_KNOWN)]
        fine = (self.in_building(k, numbers) for k in homes)
        having = [finding for finding in fine if finding.level in {Level.ROOM, Level.UNIT} and not finding.doubt]
        missing = [finding.doubtful(Doubt.NUMBER_MISSING) for finding in having[:MOST_ALTERNATIVES]]
        return [self.compound(compound).doubtful(Doubt.NUMBER_MISSING, 0.2), *missing]

    def compound(self, compound: int) -> Finding:
        """The whole compound."""
        places, directory = self._directory.places, self._directory
        return Finding(
            Level.COMPOUND, directory.area_spots[compound], places.areas.names[compound], self.area_ids(compound),
            area=compound,
        )  # fmt: skip

    def area_ids(self, area: int) -> dict[str, int]:
        """The ids of an area and all above it, by level word (towns count as streets, villages as communities)."""
        areas = self._directory.places.areas
        levels = {"town": "street", "village": "community"}
        return {
            levels.get(areas.levels[k], areas.levels[k]): int(areas.ids[k])
            for k in (sorted(self._directory.chains[area]) if area >= 0 else ())
        }

    def in_building(self, building: int, numbers: Numbers) -> Finding:
        """The stairwell or room of a building as far as they are known, the building itself where nothing is said.

        A room that nobody lists is no contradiction, a stairwell or floor that the building does not have is one.
        """
        whole = self.building(building)
        unit, room = plain_number(numbers.unit), plain_number(numbers.room)
        if not (unit or room):
            return whole if self._has_floor(building, numbers.floor) else whole.doubtful(Doubt.NO_SUCH_NUMBER)
        directory = self._directory
        rows = directory.rooms_of(building)
        here = [k for k in rows if not unit or directory.unit_keys[k] in {unit, ""}]
        exact = [k for k in here if room and directory.room_keys[k] == room]
        if len({directory.unit_keys[k] for k in exact}) == 1:
            return self._room(whole, exact[0], len(exact))
        if exact:
            return whole  # the same room in several stairwells: the building is sure
        floor = room[:-2] if len(room) >= 3 and room.isdigit() else numbers.floor
        if not self._has_floor(building, floor) or (unit and not here and not self._may_have(building, unit)):
            return whole.doubtful(Doubt.NO_SUCH_NUMBER)
        if unit and here and any(directory.unit_keys[k] == unit for k in here):
            return self._unit(whole, unit, here).less(ROOM_UNKNOWN if room else 0.0)
        return whole.less(ROOM_UNKNOWN)

    def inside(self, building: int) -> Iterator[tuple[Finding, str, str]]:
        """The stairwells of a building, then its rooms, each with the keys of stairwell and room."""
        directory, whole = self._directory, self.building(building)
        rows = list(directory.rooms_of(building))
        for unit in dict.fromkeys(directory.unit_keys[k] for k in rows):
            if unit:
                yield self._unit(whole, unit, rows), unit, ""
        for k in rows:
            if directory.room_keys[k]:
                yield self._room(whole, k, 1), directory.unit_keys[k], directory.room_keys[k]

    def _has_floor(self, building: int, floor: str) -> bool:
        floors = int(self._directory.places.buildings.floors[building])
        return not floor.isdigit() or floors <= 0 or int(floor) <= floors

    def _may_have(self, building: int, unit: str) -> bool:
        """Whether a stairwell that no household names may be there."""
        units = int(self._directory.places.buildings.units[building])
        if units > 0:
            return unit.isdigit() and int(unit) <= units
        return not any(self._directory.unit_keys[k] for k in self._directory.rooms_of(building))

    def building(self, building: int) -> Finding:
        """The whole building, called as people call it."""
        directory, buildings = self._directory, self._directory.places.buildings
        compound, area = int(buildings.compounds[building]), directory.area_of_building(building)
        number, road = buildings.numbers[building], directory.road_of[building]
        if compound >= 0 and number:
            word = "栋" if int(buildings.units[building]) > 0 else "号"
            name = directory.places.areas.names[compound] + (number if number[-1] in "栋号幢" else number + word)
        elif buildings.names[building]:
            name = buildings.names[building]
        elif road >= 0 and buildings.doors[building]:
            name = f"{buildings.roads[building]}{buildings.doors[building]}号"
        else:
            name = directory.places.areas.names[area] if area >= 0 else ""
        ids = self.area_ids(area) | {"building": int(buildings.ids[building])}
        return Finding(
            Level.BUILDING, directory.building_spots[building], name, ids, area=area, road=road, building=building
        )

    def _unit(self, whole: Finding, unit: str, rows: list[int]) -> Finding:
        directory = self._directory
        order = [int(directory.room_order[k]) for k in rows if directory.unit_keys[k] == unit]
        rooms = directory.places.rooms
        lon, lat, reach = directory.around([(float(rooms.lon[k]), float(rooms.lat[k]), 0.0) for k in order])
        spot = self._covering(whole, (lon, lat, reach))
        return replace(whole, level=Level.UNIT, spot=spot, name=f"{whole.name}{unit}单元")

    def _covering(self, whole: Finding, spot: Spot) -> Spot:
        """The point inside a building, its reach grown over all of the building: a room's point is where somebody drew
        it, and what happens in it may be told of the stairs or the yard.
        """
        lon, lat, reach = spot
        if lon != lon:
            return whole.spot
        farthest_m = self._directory.farthest_m(whole.building, lon, lat)
        known = [one for one in (reach, farthest_m) if one == one]
        return lon, lat, max(known)

    def _room(self, whole: Finding, row: int, count: int) -> Finding:
        directory = self._directory
        k, unit = int(directory.room_order[row]), directory.unit_keys[row]
        rooms = directory.places.rooms
        spot = self._covering(whole, (float(rooms.lon[k]), float(rooms.lat[k]), LEAST_REACH_M))
        name = f"{whole.name}{unit + '单元' if unit else ''}{directory.room_keys[row]}室"
        ids = dict(whole.ids) | ({"household": int(rooms.ids[k])} if count == 1 else {})
        return replace(whole, level=Level.ROOM, spot=spot, name=name, ids=ids)
