"""Buildings on blocks: footprints, kinds, floors and stairwells, whatever way the blocks were made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.synthetic import footprints
from gridmap.synthetic.curves import Floats
from gridmap.synthetic.packing import along_edges, facing_south, long_angle, rows
from gridmap.synthetic.partition import Geometries
from gridmap.synthetic.plots import blob
from gridmap.synthetic.roads import HALF_WIDTH_M, RoadLine

MOST_FLATS = 340  # dwellings on one block
SHOPPING_SHARE = 0.45  # residential plots on a street that have shops along it
KEY_USES = ("school", "campus", "hospital", "station", "market")
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


def buildable(blocks: Geometries, streets: Sequence[RoadLine], obstacles: Sequence[BaseGeometry]) -> Geometries:
    """Each block without the ground of its streets, of water and of rails (already widened) -> object[n]."""
    taken = [r.line.buffer(HALF_WIDTH_M[r.klass] + SETBACK_M[r.klass], cap_style="flat") for r in streets]
    pieces = np.asarray([*taken, *obstacles], dtype=object)
    tree = shapely.STRtree(pieces)
    block, piece = tree.query(blocks, predicate="intersects")
    out = shapely.buffer(blocks, -1.5, join_style="mitre")
    order = np.argsort(block, kind="stable")
    block, piece = block[order], piece[order]
    starts = np.searchsorted(block, np.arange(len(blocks) + 1))
    for k in range(len(blocks)):
        here = pieces[piece[starts[k] : starts[k + 1]]]
        if len(here):
            out[k] = shapely.difference(out[k], shapely.union_all(here))
    return np.asarray(out, dtype=object)


def street_fronts(blocks: Geometries, streets: Sequence[RoadLine]) -> list[RoadLine | None]:
    """The stretch of trunk road or street each block has its longest side on (at least 40 m), else None."""
    wide = [s for s in streets if s.klass in ("trunk", "street")]
    tree = shapely.STRtree([s.line for s in wide])
    out: list[RoadLine | None] = [None] * len(blocks)
    longest = np.full(len(blocks), 40.0)
    for k, n in zip(*tree.query(blocks, predicate="dwithin", distance=0.6).tolist(), strict=True):
        for side in shapely.get_parts(shapely.line_merge(wide[n].line.intersection(blocks[k].buffer(0.6)))):
            if side.length > longest[k]:
                longest[k] = side.length
                out[k] = RoadLine(wide[n].klass, wide[n].name, side)
    return out


class _Plot:
    """Collects what is built on one block."""

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

    def boxes(
        self,
        kind: str,
        depth_m: tuple[float, float],
        length_m: tuple[float, float],
        lane_m: tuple[float, float],
        floors: tuple[int, int],
        keep: float,
        odd: float = 0.25,
    ) -> None:
        angle = self.street_angle
        if self.rng.random() < 0.25:
            angle += np.pi / 2
        depth = float(self.rng.uniform(*depth_m))
        pitch = depth + float(self.rng.uniform(*lane_m))
        for x, y, length in rows(self.area, angle, depth, pitch, length_m, lane_m, self.rng):
            if self.rng.random() > keep:
                continue
            shape = (
                footprints.ell(length, depth, self.rng)
                if self.rng.random() < odd
                else footprints.rectangle(length, depth)
            )
            inner = (length * 0.4, depth * 0.2) if len(shape) == 6 else (length * 0.8, depth * 0.7)
            spot = (x, y)
            if len(shape) == 6:  # the box that the missing corner leaves: the full-depth wing
                spot = tuple(shapely.get_coordinates(shapely.Point(footprints.place(_wing(shape), x, y, angle)))[0])
            solid = shapely.Polygon(footprints.place(shape, x, y, angle))
            self.buildings.append(
                Building(
                    solid,
                    self.block,
                    kind,
                    int(self.rng.integers(floors[0], floors[1] + 1)),
                    0,
                    0,
                    (spot[0], spot[1], *inner, angle),
                )
            )

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


def _residential_new(plot: _Plot) -> None:
    if plot.rng.random() < 0.6:
        plot.towers(0.93)
    else:
        plot.slabs(14.0, (9, 18), float(plot.rng.uniform(38, 46)), (32, 58), 0.95, 21.0)


def _residential_old(plot: _Plot) -> None:
    if plot.rng.random() < 0.07:
        plot.courts()
        return
    depth = float(plot.rng.uniform(10.5, 13.0))
    plot.slabs(depth, (5, 7), depth + float(plot.rng.uniform(13, 20)), (24, 62), 0.92)


def _school(plot: _Plot) -> None:
    track = _track(plot)
    if track is not None:
        plot.sites.append(Site("track", plot.block, track))
        plot.area = plot.area.difference(track.buffer(9))
    plot.boxes("school", (13, 17), (34, 66), (20, 26), (3, 6), 0.95, 0.35)


def _track(plot: _Plot) -> shapely.Polygon | None:
    """The largest track that fits, pushed towards one end of the plot."""
    centre = plot.area.centroid
    left, low, right, top = plot.area.bounds
    best = None
    shapely.prepare(plot.area)
    for length, width in ((176, 92), (126, 66), (104, 56), (84, 42)):
        for angle in (plot.street_angle, plot.street_angle + np.pi / 2):
            shape = footprints.oval(length, width)
            for x in np.linspace(left, right, 9):
                for y in np.linspace(low, top, 9):
                    oval = shapely.Polygon(footprints.place(shape, float(x), float(y), angle))
                    if plot.area.contains(oval) and oval.area < 0.5 * plot.area.area:
                        away = centre.distance(shapely.Point(x, y))
                        if best is None or away > best[0]:
                            best = (away, oval)
        if best is not None:
            return best[1]
    return None


def _garden(plot: _Plot) -> None:
    if plot.area.area > 4000 and plot.rng.random() < 0.45:
        spot = plot.area.point_on_surface()
        pond = blob(spot.x, spot.y, float(plot.rng.uniform(17, 40)), plot.rng).simplify(0.5).intersection(plot.area)
        if pond.geom_type == "Polygon":
            plot.sites.append(Site("pond", plot.block, pond))
            plot.area = plot.area.difference(pond.buffer(6))
    if plot.rng.random() < 0.5:
        plot.boxes("public", (9, 12), (12, 20), (60, 90), (1, 2), 0.5)


BUILD: dict[str, Callable[[_Plot], None]] = {
    "residential_new": _residential_new,
    "residential_old": _residential_old,
    "village": lambda p: p.houses(0.9, 3),
    "commercial": lambda p: p.boxes("commercial", (18, 34), (26, 78), (13, 20), (2, 9), 0.9),
    "industrial": lambda p: p.boxes("industrial", (32, 46), (52, 110), (13, 19), (1, 2), 0.88, 0.15),
    "public": lambda p: p.boxes("public", (15, 20), (30, 62), (18, 30), (3, 8), 0.75),
    "school": _school,
    "campus": lambda p: p.boxes("school", (14, 18), (40, 80), (22, 34), (4, 7), 0.85, 0.4),
    "hospital": lambda p: p.boxes("hospital", (17, 22), (38, 82), (18, 26), (5, 16), 0.95),
    "market": lambda p: p.boxes("market", (26, 40), (45, 90), (10, 14), (1, 3), 1.0, 0.1),
    "station": lambda p: p.boxes("station", (18, 26), (40, 110), (30, 50), (1, 3), 0.8, 0.1),
    "park": _garden,
    "vacant": lambda p: p.boxes("industrial", (8, 12), (14, 30), (50, 80), (1, 1), 0.18),
}


def build(
    areas: Geometries,
    blocks: Geometries,
    use: Sequence[str],
    fronts: Sequence[RoadLine | None],
    rng: np.random.Generator,
    count: int,
    empty_share: float = 0.05,
) -> tuple[list[Building], list[Site]]:
    """`count` buildings (fewer where there is no room) and other sites; a share of the plots stays empty.

    `areas` are the buildable parts of `blocks`, both in metres; a block of unknown use stays bare. No block gets
    more than MOST_FLATS dwellings, so that any band of grids can be met.
    """
    main: list[Building] = []
    small: list[Building] = []
    sites: list[Site] = []
    for k, (area, word) in enumerate(zip(areas, use, strict=True)):
        maker = BUILD.get(word)
        if maker is None or area.is_empty or (word not in KEY_USES and rng.random() < empty_share):
            continue
        plot = _Plot(k, area, long_angle(blocks[k]), rng)
        front = fronts[k]
        if front is not None and word.startswith("residential") and rng.random() < SHOPPING_SHARE:
            plot.shops(front)
        maker(plot)
        main += _lowered(plot.buildings)
        sites += plot.sites
        if word.startswith("residential") or word in ("commercial", "industrial"):
            small += _outbuildings(plot)
    spare = max(0, count - len(main))
    keep = np.sort(rng.permutation(len(small))[:spare])
    everything = main + [small[k] for k in keep]
    if len(everything) > count:
        houses = [k for k, b in enumerate(everything) if b.kind == "village"]
        gone = set(rng.choice(houses, size=len(everything) - count, replace=False).tolist())
        everything = [b for k, b in enumerate(everything) if k not in gone]
    return sorted(everything, key=lambda b: b.block), sites


def _lowered(buildings: list[Building]) -> list[Building]:
    """The same buildings with fewer floors where a block would hold too many dwellings."""
    total = sum(b.flats for b in buildings)
    if total <= MOST_FLATS:
        return buildings
    return [
        replace(b, floors=max(3, int(b.floors * MOST_FLATS / total))) if b.kind == "residential" else b
        for b in buildings
    ]


def _outbuildings(plot: _Plot) -> list[Building]:
    """Gatehouses, bicycle sheds and property offices in the corners that are left."""
    taken = shapely.union_all([b.outline.buffer(4.5) for b in plot.buildings])
    helper = _Plot(plot.block, plot.area.difference(taken), plot.street_angle, plot.rng)
    helper.boxes("public", (5, 7), (8, 15), (26, 40), (1, 2), 0.8, 0.0)
    order = plot.rng.permutation(len(helper.buildings))[:2]
    return [helper.buildings[k] for k in order]


def outlines(buildings: Sequence[Building]) -> npt.NDArray[np.object_]:
    """Footprints as one array -> object[n]."""
    return np.array([b.outline for b in buildings], dtype=object)
