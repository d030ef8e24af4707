"""The look-ups behind matching: which building has a number, which door a road, who lies in whom, and where.

Built once from columns and never altered; everything is reached by ordinals of the tables in `places.Places`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.geo.addresses.names import GROUP
from gridmap.geo.addresses.places import Places, Shapes
from gridmap.geo.addresses.space import Plane, middles
from gridmap.geo.addresses.writing import normalise

Spot = tuple[float, float, float]  # lon, lat in degrees, reach in metres

GREENHOUSE = re.compile(r"大棚|温室|greenhouse")
PLOT = re.compile(r"第?(\d+)排第?(\d+)")
NUMBER = re.compile(r"\d{1,4}[A-Z]?|[A-Z]\d{0,3}")
LEAST_REACH_M = 5.0
YARD_M = 5.0  # around a building, which its addresses mean too
NOWHERE: Spot = (float("nan"), float("nan"), float("nan"))


def plain_number(text: str) -> str:
    """十二栋, 12号楼, 012# -> 12; 3-2 stays."""
    key = normalise(text)
    while key and key[-1] in "栋号室户":
        key = key[:-1]
    return key.lstrip("0") or key


class Directory:
    """See the module. Spots are (lon, lat, reach in metres)."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.plane = Plane.at(_middle_lat(places))
        self.chains = _chains(places)
        self._fill_spots()
        self._fill_buildings()
        self._fill_rooms()
        self._fill_roads()
        self._fill_sites()
        self.groups = dict(self._groups())

    # areas

    def lies_in(self, area: int, wanted: Iterable[int]) -> bool:
        """Whether an area is one of others or below one of them."""
        return area >= 0 and not self.chains[area].isdisjoint(wanted)

    def members(self, area: int) -> Iterator[int]:
        """All compounds in an area."""
        levels = self.places.areas.levels
        return (k for k, chain in enumerate(self.chains) if area in chain and levels[k] == "compound")

    def community_name(self, area: int) -> str:
        """The name of the community an area lies in, "" if in none."""
        while area >= 0:
            if self.places.areas.levels[area] in {"community", "village"}:
                return self.places.areas.names[area]
            area = int(self.places.areas.parents[area])
        return ""

    def area_of_building(self, building: int) -> int:
        """Its compound, else the community it stands in, else -1."""
        compound = int(self.places.buildings.compounds[building])
        return compound if compound >= 0 else int(self.places.buildings.communities[building])

    def numbers_in(self, compound: int) -> dict[str, tuple[int, ...]]:
        """The numbers of a compound's buildings in order, and who has each."""
        keys = {self.number_keys[k] for k in self.houses.get(compound, ()) if self.number_keys[k]}
        return {key: self.numbered[compound, key] for key in sorted(keys, key=lambda key: (len(key), key))}

    def farthest_m(self, building: int, lon: float, lat: float) -> float:
        """From a point to the farthest corner of a building, with its yard; NaN where it has no shape."""
        corners = shapely.get_coordinates(self.places.buildings.shapes[building])
        if not len(corners):
            return NOWHERE[2]
        away = (corners - (lon, lat)) * (self.plane.lon_m, self.plane.lat_m)
        return float(np.hypot(*away.T).max()) + YARD_M

    # rooms

    def rooms_of(self, building: int) -> range:
        """Where the households of a building stand in `unit_keys`, `room_keys` and `room_order`."""
        return range(self.room_starts[building], self.room_starts[building + 1])

    # making

    def _fill_spots(self) -> None:
        areas, buildings = self.places.areas, self.places.buildings
        self.building_spots = [(lon, lat, reach + YARD_M) for lon, lat, reach in _spots(buildings.shapes, self.plane)]
        self.area_spots = _spots(areas.shapes, self.plane)
        houses: dict[int, list[int]] = defaultdict(list)
        for k, compound in enumerate(buildings.compounds.tolist()):
            if compound >= 0:
                houses[compound].append(k)
        self.houses = dict(houses)
        for k, spot in enumerate(self.area_spots):
            if spot[0] != spot[0] and k in self.houses:
                self.area_spots[k] = self.around([self.building_spots[house] for house in self.houses[k]])

    def around(self, spots: Iterable[Spot]) -> Spot:
        """The middle of several spots, and how far the farthest of them reaches."""
        known = np.array([spot for spot in spots if spot[0] == spot[0]], dtype=np.float64).reshape(-1, 3)
        if not len(known):
            return NOWHERE
        lon, lat = (known[:, :2].min(axis=0) + known[:, :2].max(axis=0)) / 2
        away = np.hypot((known[:, 0] - lon) * self.plane.lon_m, (known[:, 1] - lat) * self.plane.lat_m)
        return float(lon), float(lat), float((away + known[:, 2]).max())

    def _fill_buildings(self) -> None:
        buildings = self.places.buildings
        self.number_keys = [plain_number(number) for number in buildings.numbers]
        numbered: dict[tuple[int, str], list[int]] = defaultdict(list)
        called: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for k, compound in enumerate(buildings.compounds.tolist()):
            if compound < 0:
                continue
            if self.number_keys[k]:
                numbered[compound, self.number_keys[k]].append(k)
            for name in (buildings.names[k], *buildings.aliases[k]):
                key = normalise(name)
                number = plain_number(name)
                if NUMBER.fullmatch(number):
                    if k not in numbered[compound, number]:
                        numbered[compound, number].append(k)
                elif key:
                    called[compound][key].append(k)
        self.loose = self._loose_numbers()
        self.numbered = {key: tuple(found) for key, found in numbered.items() if found}
        self.called = {
            compound: {key: tuple(found) for key, found in names.items()} for compound, names in called.items()
        }

    def _loose_numbers(self) -> dict[tuple[int, str], tuple[int, ...]]:
        """(community, number) -> its buildings that stand in no compound: village houses."""
        loose: dict[tuple[int, str], list[int]] = defaultdict(list)
        buildings = self.places.buildings
        for k, community in enumerate(buildings.communities.tolist()):
            if community >= 0 and buildings.compounds[k] < 0 and self.number_keys[k]:
                loose[community, self.number_keys[k]].append(k)
        return {key: tuple(found) for key, found in loose.items()}

    def _fill_rooms(self) -> None:
        rooms = self.places.rooms
        order = np.argsort(rooms.buildings, kind="stable")
        counts = np.bincount(rooms.buildings[rooms.buildings >= 0], minlength=len(self.places.buildings))
        homeless = int((rooms.buildings < 0).sum())
        self.room_starts = (homeless + np.concatenate([[0], np.cumsum(counts)])).tolist()
        self.room_order = order
        written = {text: plain_number(text) for text in {*rooms.units, *rooms.rooms}}
        self.unit_keys = [written[rooms.units[k]] for k in order.tolist()]
        self.room_keys = [written[rooms.rooms[k]] for k in order.tolist()]

    def _fill_roads(self) -> None:
        roads, buildings = self.places.roads, self.places.buildings
        pieces: dict[str, list[int]] = defaultdict(list)
        shown: dict[str, str] = {}
        for k, name in enumerate(roads.names):
            if name:
                key = normalise(name)
                pieces[key].append(k)
                shown.setdefault(key, name)
        for name in dict.fromkeys(buildings.roads):
            if name:  # a road that is only known by the doors on it
                key = normalise(name)
                pieces.setdefault(key, [])
                shown.setdefault(key, name)
        self.road_keys = list(pieces)
        self.road_names = [shown[key] for key in self.road_keys]
        self.road_pieces = list(pieces.values())
        ordinal = {key: k for k, key in enumerate(self.road_keys)}
        keys = {name: ordinal[normalise(name)] for name in set(buildings.roads) if name}
        doors: dict[tuple[int, str], list[int]] = defaultdict(list)
        self.road_of = [keys.get(name, -1) for name in buildings.roads]
        for k, road in enumerate(self.road_of):
            if road >= 0 and buildings.doors[k]:
                doors[road, plain_number(buildings.doors[k])].append(k)
        self.doors = {key: tuple(found) for key, found in doors.items()}
        numbers: dict[int, list[int]] = defaultdict(list)
        for road, door in self.doors:
            if door.isdigit():
                numbers[road].append(int(door))
        self.door_numbers = {road: sorted(found) for road, found in numbers.items()}
        self._road_cache: dict[int, BaseGeometry] = {}

    def road_shape(self, road: int) -> BaseGeometry:
        """All stretches of a road in metres of the plane; empty where it has none."""
        made = self._road_cache.get(road)
        if made is None:
            lines = self.places.roads.shapes[self.road_pieces[road]]
            made = self.plane.in_metres(np.array([shapely.union_all(lines)], dtype=object))[0]
            self._road_cache[road] = made
        return made

    def road_spot(self, road: int) -> Spot:
        """A point half-way along a road, and how far its ends are; from its doors where it has no line."""
        shape = self.road_shape(road)
        if shape.is_empty:
            doors = (self.doors[road, str(number)] for number in self.door_numbers.get(road, ()))
            return self.around(self.building_spots[k] for found in doors for k in found)
        x, y = (shape.bounds[0] + shape.bounds[2]) / 2, (shape.bounds[1] + shape.bounds[3]) / 2
        near = shapely.get_coordinates(shapely.shortest_line(shape, shapely.Point(x, y)))[0]
        ends = shapely.get_coordinates(shape)
        reach = float(np.hypot(*(ends - near).T).max())
        return float(near[0] / self.plane.lon_m), float(near[1] / self.plane.lat_m), reach

    def _fill_sites(self) -> None:
        sites = self.places.sites
        self.site_spots = _spots(sites.shapes, self.plane)
        plots: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.greenhouses: list[int] = []
        for k, name in enumerate(sites.names):
            key = normalise(name)
            plot = PLOT.search(key)
            if plot is not None:
                plots[plot[1], plot[2]].append(k)
            elif GREENHOUSE.search(sites.kinds[k]) or GREENHOUSE.search(key):
                self.greenhouses.append(k)
        self.plots = {key: tuple(found) for key, found in plots.items()}

    def _groups(self) -> Iterator[tuple[tuple[int, str], int]]:
        """(village, number of the group) -> the group's area."""
        areas = self.places.areas
        for k, name in enumerate(areas.names):
            for written in (name, *areas.aliases[k]):
                group = GROUP.match(normalise(written))
                if group is not None and areas.parents[k] >= 0:
                    yield (int(areas.parents[k]), group[2]), k

    @cached_property
    def with_groups(self) -> frozenset[int]:
        """The villages whose groups are known."""
        return frozenset(village for village, _ in self.groups)


def _spots(shapes: Shapes, plane: Plane) -> list[Spot]:
    lon, lat, reach = middles(shapes, plane)
    reach = np.maximum(reach, LEAST_REACH_M)
    return list(zip(lon.tolist(), lat.tolist(), reach.tolist(), strict=True))


def _middle_lat(places: Places) -> float:
    for shapes in (places.areas.shapes, places.buildings.shapes, places.roads.shapes, places.sites.shapes):
        if len(shapes):
            bounds = shapely.total_bounds(shapes)
            if np.isfinite(bounds).all():
                return float(bounds[1] + bounds[3]) / 2
    return float(np.median(places.rooms.lat)) if len(places.rooms) else 0.0


def _chains(places: Places) -> list[frozenset[int]]:
    """Each area with all above it."""
    parents = places.areas.parents.tolist()
    chains = []
    for k in range(len(parents)):
        chain, at = set(), k
        while at >= 0 and at not in chain:
            chain.add(at)
            at = parents[at]
        chains.append(frozenset(chain))
    return chains
