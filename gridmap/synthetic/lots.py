"""What is built on one block: rows of flats, towers, courts, shops, sheds, a school with its track, village houses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.synthetic import footprints
from gridmap.synthetic.curves import Floats
from gridmap.synthetic.packing import along_edges, facing_south, rows
from gridmap.synthetic.plots import blob
from gridmap.synthetic.roads import HALF_WIDTH_M, RoadLine

SETBACK_M = {"trunk": 5.0, "street": 3.5, "lane": 2.0, "path": 1.0}


@dataclass(frozen=True, slots=True)
class Building:
    """One building; `core` is (x, y, length, depth, angle) of a box within the footprint, in metres and radians."""

    outline: shapely.Polygon
    block: int
    kind: str
    floors: int
    stairwells: int
    flats_per_floor: int
    core: tuple[float, float, float, float, float]

    @property
    def flats(self) -> int:
        """Dwellings in the building."""
        return (
            self.floors * max(self.stairwells, 1) * self.flats_per_floor
            if self.kind != "village"
            else self.flats_per_floor
        )


@dataclass(frozen=True, slots=True)
class Site:
    """What a block holds besides buildings: tracks, ponds, squares, gardens."""

    kind: str
    block: int
    outline: BaseGeometry


@dataclass(frozen=True, slots=True)
class Boxes:
    """Plain buildings in rows: ranges of depth, length, lane between them and floors; share kept, share of ells."""

    kind: str
    depth_m: tuple[float, float]
    length_m: tuple[float, float]
    lane_m: tuple[float, float]
    floors: tuple[int, int]
    keep: float
    ells: float = 0.25


class Lot:
    """Collects what is built on one block; `area` is the ground still free."""

    def __init__(self, block: int, area: BaseGeometry, turn: float, rng: np.random.Generator) -> None:
        self.block, self.area, self.rng = block, area, rng
        self.street_angle = turn
        self.buildings: list[Building] = []
        self.sites: list[Site] = []

    def add(
        self,
        outline: Floats,
        x: float,
        y: float,
        angle: float,
        core: tuple[float, float],
        kind: str,
        floors: int,
        stairwells: int = 0,
        flats: int = 0,
    ) -> None:
        shape = shapely.Polygon(footprints.place(outline, x, y, angle))
        self.buildings.append(Building(shape, self.block, kind, floors, stairwells, flats, (x, y, *core, angle)))

    def slabs(
        self,
        depth_m: float,
        floors: tuple[int, int],
        pitch_m: float,
        length_m: tuple[float, float],
        keep: float,
        stair_m: float = 16.0,
    ) -> None:
        angle = facing_south(self.street_angle, self.rng)
        for x, y, length in rows(self.area, angle, depth_m, pitch_m, length_m, (6.5, 11.0), self.rng):
            if self.rng.random() > keep:
                continue
            n = max(1, round(length / stair_m))
            shape = (
                footprints.slab(length, depth_m, n)
                if self.rng.random() < 0.7
                else footprints.rectangle(length, depth_m)
            )
            self.add(
                shape,
                x,
                y,
                angle,
                (length - 2, depth_m - 4),
                "residential",
                int(self.rng.integers(floors[0], floors[1] + 1)),
                n,
                2,
            )

    def courts(self) -> None:
        """Three-sided blocks about a yard, as works built them for their people."""
        angle = facing_south(self.street_angle, self.rng)
        depth, wing = float(self.rng.uniform(28, 36)), 10.5
        for x, y, length in rows(self.area, angle, depth, depth + 15, (36, 56), (8.0, 12.0), self.rng):
            north = depth / 2 - wing / 2
            core = (x - north * np.sin(angle), y + north * np.cos(angle), length - 3, wing - 4, angle)
            shape = shapely.Polygon(footprints.place(footprints.horseshoe(length, depth, wing), x, y, angle))
            floors, wells = int(self.rng.integers(4, 7)), round((length + 2 * depth - 2 * wing) / 18)
            self.buildings.append(Building(shape, self.block, "residential", floors, wells, 2, core))

    def shops(self, front: RoadLine) -> None:
        """A low row of shops along a street; what is left of the plot lies behind it."""
        reach_m = HALF_WIDTH_M[front.klass] + SETBACK_M[front.klass] + 12.5
        strip = self.area.intersection(front.line.buffer(reach_m, cap_style="flat"))
        if strip.is_empty:
            return
        c = shapely.get_coordinates(front.line)
        angle = float(np.arctan2(c[-1][1] - c[0][1], c[-1][0] - c[0][0]))
        before = len(self.buildings)
        for x, y, length in rows(strip, angle, 10.0, 100.0, (16, 48), (4.0, 9.0), self.rng):
            floors = int(self.rng.choice([1, 2, 2, 3]))
            size = (length * 0.8, 7.0)
            self.add(footprints.rectangle(length, 10.0), x, y, angle, size, "commercial", floors)
        if len(self.buildings) > before:
            self.area = self.area.difference(strip.buffer(4.0))

    def towers(self, keep: float) -> None:
        angle = facing_south(self.street_angle, self.rng)
        size = float(self.rng.uniform(22, 27))
        high = int(self.rng.choice([11, 16, 18, 24, 26, 28, 32, 33]))
        for x, y, length in rows(
            self.area, angle, size, size + float(self.rng.uniform(28, 40)), (size, size + 7), (22.0, 34.0), self.rng
        ):
            if self.rng.random() > keep:
                continue
            self.add(
                footprints.tower(length, size),
                x,
                y,
                angle,
                (length * 0.55, size * 0.8),
                "residential",
                max(6, high - int(self.rng.integers(0, 3))),
                1 if length < 28 else 2,
                4 if length < 28 else 2,
            )

    def boxes(self, spec: Boxes) -> None:
        """Rows along the street, else across it, else of smaller buildings: a plot should not stay bare."""
        turn = np.pi / 2 if self.rng.random() < 0.25 else 0.0
        depth = float(self.rng.uniform(*spec.depth_m))
        for angle, scale in ((turn, 1.0), (np.pi / 2 - turn, 1.0), (0.0, 0.6), (np.pi / 2, 0.6), (0.0, 0.4)):
            deep = depth * scale
            long = (spec.length_m[0] * scale, spec.length_m[1] * scale)
            way = self.street_angle + angle
            pitch = deep + float(self.rng.uniform(*spec.lane_m))
            spots = rows(self.area, way, deep, pitch, long, spec.lane_m, self.rng)
            if spots:
                break
        for x, y, length in spots:
            if self.rng.random() < spec.keep:
                self._box(spec, x, y, length, deep, way)

    def _box(self, spec: Boxes, x: float, y: float, length: float, depth: float, angle: float) -> None:
        floors = int(self.rng.integers(spec.floors[0], spec.floors[1] + 1))
        if self.rng.random() >= spec.ells:
            shape = footprints.rectangle(length, depth)
            self.add(shape, x, y, angle, (length * 0.8, depth * 0.7), spec.kind, floors)
            return
        shape = footprints.ell(length, depth, self.rng)
        solid = shapely.Polygon(footprints.place(shape, x, y, angle))
        core = footprints.place(_wing(shape)[None, :], x, y, angle)[0]
        box = (float(core[0]), float(core[1]), length * 0.4, depth * 0.2, angle)
        self.buildings.append(Building(solid, self.block, spec.kind, floors, 0, 0, box))

    def houses(self, keep: float, rings: int) -> None:
        for box, x, y, length, depth, angle in along_edges(self.area, self._house_size, (1.4, 5.0), rings, self.rng):
            if self.rng.random() > keep:
                continue
            self.buildings.append(
                Building(
                    box,
                    self.block,
                    "village",
                    int(self.rng.choice([1, 2, 2, 3, 3, 4])),
                    0,
                    int(self.rng.choice([1, 1, 1, 2, 2, 3])),
                    (x, y, length * 0.7, depth * 0.7, angle),
                )
            )

    def _house_size(self) -> tuple[float, float]:
        return float(self.rng.uniform(9.5, 14.0)), float(self.rng.uniform(7.2, 9.6))


def _wing(outline: Floats) -> Floats:
    """A point well inside the solid half of an ell -> float64[2]: between its outer corner and its centre."""
    point: Floats = outline[0] * 0.5
    return point


def _residential_new(lot: Lot) -> None:
    if lot.rng.random() < 0.6:
        lot.towers(0.93)
    else:
        lot.slabs(14.0, (9, 18), float(lot.rng.uniform(38, 46)), (32, 58), 0.95, 21.0)


def _residential_old(lot: Lot) -> None:
    if lot.rng.random() < 0.07:
        lot.courts()
        return
    depth = float(lot.rng.uniform(10.5, 13.0))
    lot.slabs(depth, (5, 7), depth + float(lot.rng.uniform(13, 20)), (24, 62), 0.92)


def _school(lot: Lot) -> None:
    whole = lot.area
    track = _track(lot)
    if track is not None:
        lot.area = whole.difference(track.buffer(7))
    lot.boxes(SCHOOL)
    if track is not None and lot.buildings:
        lot.sites.append(Site("track", lot.block, track))
    elif track is not None:  # no room beside it: better a school than a track
        lot.area = whole
        lot.boxes(SCHOOL)


def _track(lot: Lot) -> shapely.Polygon | None:
    """The largest track that fits, pushed towards one end of the lot."""
    centre = lot.area.centroid
    left, low, right, top = lot.area.bounds
    best = None
    shapely.prepare(lot.area)
    for length, width in ((176, 92), (126, 66), (104, 56), (84, 42)):
        for angle in (lot.street_angle, lot.street_angle + np.pi / 2):
            shape = footprints.oval(length, width)
            for x in np.linspace(left, right, 9):
                for y in np.linspace(low, top, 9):
                    oval = shapely.Polygon(footprints.place(shape, float(x), float(y), angle))
                    if lot.area.contains(oval) and oval.area < 0.42 * lot.area.area:
                        away = centre.distance(shapely.Point(x, y))
                        if best is None or away > best[0]:
                            best = (away, oval)
        if best is not None:
            return best[1]
    return None


def _garden(lot: Lot) -> None:
    if lot.area.area > 4000 and lot.rng.random() < 0.45:
        spot = lot.area.point_on_surface()
        pond = blob(spot.x, spot.y, float(lot.rng.uniform(17, 40)), lot.rng).simplify(0.5).intersection(lot.area)
        if pond.geom_type == "Polygon":
            lot.sites.append(Site("pond", lot.block, pond))
            lot.area = lot.area.difference(pond.buffer(6))
    if lot.rng.random() < 0.5:
        lot.boxes(PAVILION)


SCHOOL = Boxes("school", (13, 17), (30, 66), (18, 24), (3, 6), 0.97, 0.35)
PAVILION = Boxes("public", (9, 12), (12, 20), (60, 90), (1, 2), 0.5)
SHED = Boxes("industrial", (8, 12), (14, 30), (50, 80), (1, 1), 0.18)
OUTBUILDING = Boxes("public", (5, 7), (8, 15), (26, 40), (1, 2), 0.8, 0.0)
PLAIN = {
    "commercial": Boxes("commercial", (18, 34), (26, 78), (13, 20), (2, 9), 0.92),
    "industrial": Boxes("industrial", (32, 46), (52, 110), (13, 19), (1, 2), 0.9, 0.15),
    "public": Boxes("public", (15, 20), (30, 62), (18, 30), (3, 8), 0.82),
    "campus": Boxes("school", (14, 18), (40, 80), (22, 34), (4, 7), 0.85, 0.4),
    "hospital": Boxes("hospital", (17, 22), (38, 82), (18, 26), (5, 16), 0.97),
    "market": Boxes("market", (26, 40), (45, 90), (10, 14), (1, 3), 1.0, 0.1),
    "station": Boxes("station", (18, 26), (40, 110), (30, 50), (1, 3), 0.8, 0.1),
    "vacant": SHED,
}
BUILD: dict[str, Callable[[Lot], None]] = {
    "residential_new": _residential_new,
    "residential_old": _residential_old,
    "village": lambda lot: lot.houses(0.9, 3),
    "school": _school,
    "park": _garden,
}


def fill(lot: Lot, use: str) -> None:
    """Build what the use asks for; an unknown use stays bare."""
    if use in PLAIN:
        lot.boxes(PLAIN[use])
    elif use in BUILD:
        BUILD[use](lot)


def outbuildings(lot: Lot) -> list[Building]:
    """Gatehouses, bicycle sheds and property offices in the corners that are left; two at most."""
    taken = shapely.union_all([b.outline.buffer(4.5) for b in lot.buildings])
    helper = Lot(lot.block, lot.area.difference(taken), lot.street_angle, lot.rng)
    helper.boxes(OUTBUILDING)
    order = lot.rng.permutation(len(helper.buildings))[:2]
    return [helper.buildings[k] for k in order]
