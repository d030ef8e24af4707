"""From a reading to the places it may mean: looked up, then checked against everything else the text says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import shapely

from gridmap.geo.addresses.answers import Doubt, Level
from gridmap.geo.addresses.directory import NOWHERE, Directory, plain_number
from gridmap.geo.addresses.finding import Finding, related
from gridmap.geo.addresses.indoors import Indoors, Numbers, behind
from gridmap.geo.addresses.names import Kind
from gridmap.geo.addresses.outdoors import Outdoors
from gridmap.geo.addresses.readings import Context, Members, Reading
from gridmap.geo.addresses.tails import Tail

COST = 0.15  # of the score, a sign skipped
REMARK = 0.02
UNSURE_JUNCTION = 0.3
SCOPE_SLACK_M = 60.0  # a border street belongs to both sides
CONTEXT_M = 300.0  # a road or landmark said before a place lies no farther from its edge
PLOT_OF_AREA = 0.1
ALTERNATING = re.compile(r"或|还是|之间|中间|到|至|不是")
FINE = {Level.BUILDING, Level.UNIT, Level.ROOM, Level.DOOR, Level.JUNCTION, Level.AREA_PLOT}
UNNUMBERED = {Level.COMPOUND, Level.ROAD, Level.LANDMARK}  # answers that a number said would have narrowed
AREA_LEVELS = {
    "district": Level.DISTRICT,
    "street": Level.STREET,
    "town": Level.STREET,
    "community": Level.COMMUNITY,
    "village": Level.COMMUNITY,
    "compound": Level.COMPOUND,
}


class Resolver:
    """Turns readings into findings."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._indoors = Indoors(directory)
        self._outdoors = Outdoors(directory, self._indoors)

    def findings(self, reading: Reading) -> list[Finding]:
        """The places a reading may mean, best first; those that contradict the areas said are doubtful, and left out
        where others agree with them.
        """
        found = []
        for finding, rest in self._looked_up(reading):
            finding = related(_unplaced(finding, reading), reading.tail.relations, self._directory)
            finding = finding.less(COST * reading.cost + reading.guessed)
            found.append(self._left_over(finding, rest, reading))
        agreeing = [finding for finding in found if self.agrees(finding, reading.scope)]
        if agreeing or not found:
            return [self._near_contexts(finding, reading.contexts) for finding in agreeing]
        return [finding.doubtful(Doubt.CONTRADICTION) for finding in found]

    def named(self, kind: Kind, index: int) -> Finding:
        """The whole thing of a kind: a compound, a road, a building, a site, an area."""
        match kind:
            case Kind.COMPOUND:
                return self._indoors.compound(index)
            case Kind.ROAD:
                return self._outdoors.road(index)
            case Kind.HOUSE:
                return self._indoors.building(index)
            case Kind.SITE:
                return next(self._site(index, Tail()))
        return self.area(index)

    def inside(self, building: int) -> Iterator[tuple[Finding, str, str]]:
        """The stairwells of a building, then its rooms, each with the keys of stairwell and room."""
        return self._indoors.inside(building)

    def door(self, road: int, number: str) -> list[Finding]:
        """What stands behind a door number of a road."""
        return self._outdoors.on_road(road, Tail(number=number))

    def agrees(self, finding: Finding, scope: Iterable[Members]) -> bool:
        """Whether a finding lies in one of each choice of areas, as far as anybody can tell."""
        return all(self._is_in(finding, areas) for areas in scope)

    # looking up

    def _looked_up(self, reading: Reading) -> Iterator[tuple[Finding, str]]:
        tail = reading.tail
        match reading.kind:
            case Kind.COMPOUND:
                for compound in reading.members:
                    yield from self._compound(compound, tail)
            case Kind.ROAD if reading.crossing:
                yield from self._junction(reading)
            case Kind.ROAD:
                for road in reading.members:
                    yield from ((finding, tail.rest) for finding in self._outdoors.on_road(road, tail))
            case Kind.HOUSE:
                for building in reading.members:
                    finding = self._indoors.in_building(building, behind(tail))
                    odd = tail.building or tail.number or tail.dashed
                    yield (finding.doubtful(Doubt.NO_SUCH_NUMBER) if odd else finding), tail.rest
            case Kind.SITE:
                for site in reading.members:
                    yield from ((finding, tail.rest) for finding in self._site(site, tail))
            case Kind.AREA:
                for area in reading.members:
                    yield from self._area(area, tail)

    def _compound(self, compound: int, tail: Tail) -> Iterator[tuple[Finding, str]]:
        if tail.plot:
            whole = self._indoors.compound(compound)
            yield from ((finding, tail.rest) for finding in self._plots(tail, compound, whole))
        elif tail.group:
            yield from self._group(compound, tail)
        else:
            found, rest = self._indoors.in_compound(compound, tail)
            yield from ((finding, rest) for finding in found)

    def _junction(self, reading: Reading) -> Iterator[tuple[Finding, str]]:
        minus = 0.0 if reading.is_crossing_sure else UNSURE_JUNCTION
        tail = reading.tail
        for road in reading.members:
            for other in reading.crossing:
                found = self._outdoors.junction(road, other)
                for finding in found:
                    odd = tail.has_numbers or not reading.is_crossing_sure
                    yield (finding.doubtful(Doubt.LEFT_OVER) if odd else finding.less(minus)), tail.rest
                if not found:
                    yield self._outdoors.road(road).doubtful(Doubt.CONTRADICTION), tail.rest

    def _site(self, site: int, tail: Tail) -> Iterator[Finding]:
        sites, directory = self._directory.places.sites, self._directory
        if tail.plot:
            whole = next(self._site(site, Tail()))
            yield from self._plots(tail, int(sites.communities[site]), whole, sites.names[site])
            return
        area = int(sites.communities[site])
        ids = self._indoors.area_ids(area) | {sites.table[site]: int(sites.ids[site])}
        level = Level.AREA_PLOT if site in self._plot_sites else Level.LANDMARK
        finding = Finding(level, directory.site_spots[site], sites.names[site], ids, area=area)
        odd = tail.building or tail.number or tail.dashed or tail.bare
        yield finding.doubtful(Doubt.NO_SUCH_NUMBER) if odd else finding

    @property
    def _plot_sites(self) -> frozenset[int]:
        return frozenset(site for found in self._directory.plots.values() for site in found)

    def _plots(self, tail: Tail, area: int, whole: Finding | None = None, base: str = "") -> Iterator[Finding]:
        """The plot itself, or all of its row; where no plot is known there, the greenhouse area; without one `whole`,
        doubtful.
        """
        sites, directory = self._directory.places.sites, self._directory

        def here(site: int) -> bool:
            community = int(sites.communities[site])
            inside = area < 0 or directory.lies_in(community, {area}) or directory.lies_in(area, {community})
            return inside and (not base or sites.names[site].startswith(base))

        row, number = tail.plot or ("", "")
        exact = [site for site in directory.plots.get((row, number), ()) if here(site)]
        if exact:
            for site in exact:
                yield from self._site(site, Tail())
            return
        known = [(at, site) for at, sites_at in directory.plots.items() for site in sites_at if here(site)]
        of_row = [site for at, site in known if at[0] == row]
        if of_row and not number:
            spot = directory.around(directory.site_spots[site] for site in of_row)
            first = next(self._site(of_row[0], Tail()))
            ids = self._indoors.area_ids(first.area)
            yield replace(first, spot=spot, name=first.name.rpartition("排")[0] + "排", ids=ids)
            return
        possible = tail.is_greenhouse or base or whole is None  # else it may be a row of houses
        greenhouses = [next(self._site(site, Tail())) for site in directory.greenhouses if possible and here(site)]
        for found in greenhouses:
            coarser = found.less(PLOT_OF_AREA).leaving(tail.plot_said)
            yield found.doubtful(Doubt.NO_SUCH_NUMBER) if known else coarser
        if whole is not None and not greenhouses:
            yield whole.doubtful(Doubt.NO_SUCH_NUMBER)

    def _area(self, area: int, tail: Tail) -> Iterator[tuple[Finding, str]]:
        if tail.plot:
            yield from ((finding, tail.rest) for finding in self._plots(tail, area, self.area(area)))
            return
        if tail.group:
            yield from self._group(area, tail)
            return
        whole = self.area(area)
        if any(relation.sort == "along" for relation in tail.relations):
            whole = whole.doubtful(Doubt.UNSURE)  # 中段, 人行道: of a road, not of the community called after it
        houses = self._directory.loose.get((area, plain_number(tail.number)), ()) if tail.number else ()
        if houses:
            inside = Numbers("", tail.unit, tail.room, tail.floor)
            yield from ((self._indoors.in_building(k, inside), tail.rest) for k in houses)
        else:
            yield (whole.doubtful(Doubt.NO_SUCH_NUMBER) if tail.has_numbers else whole), tail.rest

    def _group(self, area: int, tail: Tail) -> Iterator[tuple[Finding, str]]:
        """三组, 三社 of a village, and a house number in it."""
        group = self._directory.groups.get((area, tail.group))
        if group is not None:
            yield from self._compound(group, replace(tail, group=""))
            return
        whole = self.area(area)
        unknown = area in self._directory.with_groups or tail.has_numbers
        coarser = whole.less(PLOT_OF_AREA).leaving(f"{tail.group}组")
        yield (whole.doubtful(Doubt.NO_SUCH_NUMBER) if unknown else coarser), tail.rest

    def area(self, area: int) -> Finding:
        """A whole area of any level."""
        areas, directory = self._directory.places.areas, self._directory
        return Finding(
            AREA_LEVELS[areas.levels[area]], directory.area_spots[area], areas.names[area],
            self._indoors.area_ids(area), area=area,
        )  # fmt: skip

    def plot_anywhere(self, tail: Tail) -> list[Finding]:
        """大棚3排5号 without a name before it."""
        return list(self._plots(tail, -1)) if tail.plot else []

    # checking

    def _left_over(self, finding: Finding, rest: str, reading: Reading) -> Finding:
        """Words behind a fine place are a remark; behind a large one they may be the place itself."""
        if reading.skipped:
            finding = finding.doubtful(Doubt.LEFT_OVER, 0.2)
        if not rest:
            return finding
        is_remark = finding.level in FINE or (finding.level == Level.LANDMARK and bool(reading.tail.relations))
        if is_remark and not any(sign.isdigit() for sign in rest) and not ALTERNATING.search(rest):
            return finding.less(REMARK)
        return finding.doubtful(Doubt.LEFT_OVER, 0.2)

    def _is_in(self, finding: Finding, areas: Members) -> bool:
        """Whether a finding lies in one of some areas: by the tree, else by shape; True where neither can tell."""
        directory = self._directory
        if finding.area >= 0:
            return directory.lies_in(finding.area, areas) or any(
                directory.lies_in(area, {finding.area}) for area in areas
            )
        shapes = [directory.places.areas.shapes[area] for area in areas]
        if any(shape is None for shape in shapes):
            return True
        if finding.level == Level.ROAD:
            there = directory.road_shape(finding.road)
            own = directory.plane.in_metres(directory.places.areas.shapes[list(areas)])
            return there.is_empty or bool(shapely.dwithin(own, there, SCOPE_SLACK_M).any())
        slack = SCOPE_SLACK_M / directory.plane.lat_m
        point = shapely.Point(finding.spot[:2])
        return any(shapely.dwithin(shape, point, slack) for shape in shapes)

    def _near_contexts(self, finding: Finding, contexts: tuple[Context, ...]) -> Finding:
        if all(self._fits(finding, context) for context in contexts):
            return finding
        return finding.doubtful(Doubt.CONTRADICTION)

    def _fits(self, finding: Finding, context: Context) -> bool:
        """Whether a road or landmark said before a place can be near it; True where nobody knows where it is."""
        directory = self._directory
        here = shapely.Point(finding.spot[0] * directory.plane.lon_m, finding.spot[1] * directory.plane.lat_m)
        for member in context.members:
            if context.kind == Kind.ROAD and finding.road == member:
                return True
            if context.kind == Kind.ROAD and not context.door:
                shape = directory.road_shape(member)
                if shape.is_empty or shape.distance(here) <= CONTEXT_M + finding.spot[2]:
                    return True
                continue
            spots = self._context_spots(context, member)
            if not spots or any(
                directory.plane.distance_m(spot[:2], finding.spot[:2]) <= CONTEXT_M + spot[2] + finding.spot[2]
                for spot in spots
            ):
                return True
        return False

    def _context_spots(self, context: Context, member: int) -> list[tuple[float, float, float]]:
        directory = self._directory
        match context.kind:
            case Kind.ROAD:
                doors = directory.doors.get((member, plain_number(context.door)), ())
                return [directory.building_spots[k] for k in doors]
            case Kind.SITE:
                spot = directory.site_spots[member]
            case Kind.HOUSE:
                spot = directory.building_spots[member]
            case _:
                spot = directory.area_spots[member]
        return [] if spot == NOWHERE else [spot]


def _unplaced(finding: Finding, reading: Reading) -> Finding:
    """The finding, told what of the tail it does not use though it narrows the place; a part that makes no sense behind
    such a name, 5组 behind a road, is a doubt.
    """
    tail = reading.tail
    odd_group = tail.group and reading.kind in {Kind.ROAD, Kind.HOUSE, Kind.SITE}
    odd_plot = tail.plot is not None and reading.kind in {Kind.ROAD, Kind.HOUSE}
    if odd_group or odd_plot:
        return finding.doubtful(Doubt.LEFT_OVER, 0.2)
    if tail.has_numbers and finding.level in UNNUMBERED:
        return finding.leaving(tail.numbers_said)
    return finding
