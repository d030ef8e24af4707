"""Roads and streets traced through the direction field until neighbours come too near.

Evenly spaced stream lines after Jobard and Lefer (1997): a line follows the field until it leaves the allowed
ground or runs beside an older one closer than the spacing; loose ends are led on to the next road or cut back.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from gridmap.synthetic.curves import catmull_rom
from gridmap.synthetic.field import Field, burn
from gridmap.synthetic.partition import lines_of
from gridmap.synthetic.seeds import stream
from gridmap.synthetic.sketch import Sketch
from gridmap.synthetic.terrain import FOOT_M, Terrain

STEP_M = 14.0
HALF_WIDTH_M = {"trunk": 13.0, "street": 7.5, "lane": 3.5, "path": 1.8}  # carriageway and pavement


@dataclass(frozen=True, slots=True)
class RoadLine:
    """One road: class (trunk, street, lane, path), given name or empty, and its centre line in metres."""

    klass: str
    name: str
    line: shapely.LineString


class _Hash:
    """Points with directions in square cells, for the nearness test."""

    def __init__(self, cell_m: float) -> None:
        self.cell_m = cell_m
        self.cells: dict[tuple[int, int], list[tuple[float, float, float, float]]] = defaultdict(list)

    def add(self, points: list[tuple[float, float]]) -> None:
        for (ax, ay), (bx, by) in pairwise(points):
            d = math.hypot(bx - ax, by - ay) or 1.0
            self.cells[int(ax // self.cell_m), int(ay // self.cell_m)].append((ax, ay, (bx - ax) / d, (by - ay) / d))

    def crowded(self, x: float, y: float, dx: float, dy: float, radius_m: float) -> bool:
        """True where a line running the same way (within 40 degrees) passes within the radius."""
        i, j, r2 = int(x // self.cell_m), int(y // self.cell_m), radius_m * radius_m
        for ci in (i - 1, i, i + 1):
            for cj in (j - 1, j, j + 1):
                for px, py, ux, uy in self.cells.get((ci, cj), ()):
                    if (px - x) ** 2 + (py - y) ** 2 < r2 and abs(ux * dy - uy * dx) < 0.64:
                        return True
        return False


class Tracer:
    """Traces one class of roads; `allowed` marks the cells it may enter."""

    def __init__(
        self, field: Field, allowed: npt.NDArray[np.bool_], spacing_m: float, rng: np.random.Generator
    ) -> None:
        self.frame, self.allowed, self.spacing_m, self.rng = field.frame, allowed, spacing_m, rng
        self.cos, self.sin = field.cross.real, field.cross.imag
        self.hash = _Hash(spacing_m)

    def open_at(self, x: float, y: float) -> bool:
        row = round((y - self.frame.y0) / self.frame.cell_m)
        col = round((x - self.frame.x0) / self.frame.cell_m)
        rows, cols = self.allowed.shape
        return 0 <= row < rows and 0 <= col < cols and bool(self.allowed[row, col])

    def heading(self, x: float, y: float, dx: float, dy: float) -> tuple[float, float]:
        """The arm of the cross nearest to the present heading, blended with it so that roads bend gently."""
        v = (y - self.frame.y0) / self.frame.cell_m
        u = (x - self.frame.x0) / self.frame.cell_m
        i, j = int(v), int(u)
        f, g = v - i, u - j
        c, s = 0.0, 0.0
        for a, b, w in (
            (i, j, (1 - f) * (1 - g)),
            (i, j + 1, (1 - f) * g),
            (i + 1, j, f * (1 - g)),
            (i + 1, j + 1, f * g),
        ):
            c += w * float(self.cos[a, b])
            s += w * float(self.sin[a, b])
        angle = math.atan2(s, c) / 4
        angle += round((math.atan2(dy, dx) - angle) / (math.pi / 2)) * (math.pi / 2)
        hx, hy = 0.6 * dx + 0.4 * math.cos(angle), 0.6 * dy + 0.4 * math.sin(angle)
        n = math.hypot(hx, hy)
        return hx / n, hy / n

    def half(
        self, x: float, y: float, dx: float, dy: float, near_m: float, longest_m: float
    ) -> list[tuple[float, float]]:
        points, turned, length_m = [], 0.0, 0.0
        while length_m < longest_m:
            nx, ny = self.heading(x, y, dx, dy)
            turned += abs(math.atan2(dx * ny - dy * nx, dx * nx + dy * ny))
            dx, dy = nx, ny
            x, y = x + STEP_M * dx, y + STEP_M * dy
            if turned > 2.6 or not self.open_at(x, y) or self.hash.crowded(x, y, dx, dy, near_m):
                break
            points.append((x, y))
            length_m += STEP_M
        return points

    def trace(
        self, x: float, y: float, angle: float, *, one_way: bool, near_m: float, longest_m: float
    ) -> list[tuple[float, float]]:
        if not self.open_at(x, y):
            return []
        dx, dy = self.heading(x, y, math.cos(angle), math.sin(angle))
        if self.hash.crowded(x, y, dx, dy, near_m):
            return []
        ahead = self.half(x, y, dx, dy, near_m, longest_m)
        back = [] if one_way else self.half(x, y, -dx, -dy, near_m, longest_m)
        return [*back[::-1], (x, y), *ahead]

    def fill(
        self, starts: list[list[tuple[float, float]]], shortest_m: float, longest_m: float
    ) -> list[list[tuple[float, float]]]:
        """Grow lines from the starting lines until no room is left -> new lines."""
        queue, found = deque(starts), []
        for points in starts:
            self.hash.add(points)
        while queue:
            parent = queue.popleft()
            for x, y, angle, one_way in self._candidates(parent):
                wide = self.spacing_m * float(self.rng.uniform(0.52, 0.78))
                line = self.trace(
                    x, y, angle, one_way=one_way, near_m=wide, longest_m=longest_m * float(self.rng.uniform(0.35, 1.0))
                )
                if len(line) * STEP_M >= shortest_m:
                    self.hash.add(line)
                    found.append(line)
                    queue.append(line)
        return found

    def _candidates(self, line: list[tuple[float, float]]) -> list[tuple[float, float, float, bool]]:
        out = []
        k = int(self.rng.uniform(0.3, 0.9) * self.spacing_m / STEP_M)
        while k < len(line) - 1:
            (ax, ay), (bx, by) = line[k], line[k + 1]
            angle = math.atan2(by - ay, bx - ax)
            for side in (1, -1):
                gap = side * self.spacing_m * float(self.rng.uniform(0.75, 1.3))
                out.append((ax - gap * math.sin(angle), ay + gap * math.cos(angle), angle, False))
                out.append((ax, ay, angle + side * math.pi / 2, True))
            k += max(2, int(self.rng.uniform(0.55, 1.35) * self.spacing_m / STEP_M))
        return out


def join_ends(
    lines: list[shapely.LineString], fixed: list[shapely.LineString], barriers: Sequence[BaseGeometry], reach_m: float
) -> list[shapely.LineString]:
    """Lead each loose end straight on to the next road within reach, unless a barrier lies between; else cut back.

    An end that finds nothing is cut at its last crossing with another road; a line without any is left out.
    """
    everything = [*fixed, *lines]
    tree = shapely.STRtree(everything)
    walls = shapely.STRtree(barriers)
    out = []
    for k, line in enumerate(lines):
        me = len(fixed) + k
        c = shapely.get_coordinates(line)
        for _ in (0, 1):
            c = c[::-1]
            d = c[-1] - c[-3] if len(c) > 2 else c[-1] - c[-2]
            d = d / max(float(np.hypot(*d)), 1e-9)
            ray = shapely.LineString([c[-1] - 12 * d, c[-1] + reach_m * d])
            near = [i for i in tree.query(ray, predicate="intersects") if i != me]
            hits = [p for i in near for p in shapely.get_coordinates(ray.intersection(everything[i]))]
            target = min(hits, key=lambda p: float(np.hypot(*(p - c[-1])))) if hits else None
            if target is not None:
                bridge = shapely.LineString([c[-1], target + 3 * d])
                if len(walls.query(bridge, predicate="intersects")) == 0:
                    c = np.vstack([c, target + 1.5 * d])
                    continue
            c = _cut_back(c, me, everything, tree)
            if len(c) < 2:
                break
        if len(c) >= 2:
            out.append(shapely.LineString(c))
    return out


def _cut_back(
    c: npt.NDArray[np.float64], me: int, everything: list[shapely.LineString], tree: shapely.STRtree
) -> npt.NDArray[np.float64]:
    line = shapely.LineString(c)
    others = [everything[i] for i in tree.query(line, predicate="intersects") if i != me]
    marks = [line.project(shapely.Point(p)) for o in others for p in shapely.get_coordinates(line.intersection(o))]
    if not marks:
        return c[:0]
    tail_m = line.length - max(marks)
    if 60.0 < tail_m < 170.0:  # a cul-de-sac
        return c
    kept = shapely.ops.substring(line, 0.0, min(line.length, max(marks) + 1.5))
    return shapely.get_coordinates(kept)


def trace_roads(sketch: Sketch, terrain: Terrain, field: Field, seed: int) -> list[RoadLine]:
    """Trunk roads of the sketch and the field, banks and shore roads, then streets of the built-up ground."""
    rng, frame = stream(seed, "roads"), terrain.height
    inside = burn(frame, [terrain.outline.buffer(60)])
    lakes = burn(frame, [g.buffer(45) for _, g in terrain.lakes])
    trunks = [shapely.LineString(catmull_rom(r.points, STEP_M)) for r in sketch.roads]
    tracer = Tracer(field, inside & ~lakes & (frame.values < 52) & (field.urban > -0.1), sketch.trunk_spacing_m, rng)
    more = tracer.fill([_tuples(t) for t in trunks], 500.0, 4500.0)
    water = [g for _, g in terrain.lakes]
    grown = join_ends([shapely.LineString(p) for p in more], [*trunks, terrain.outline.exterior], water, 500.0)
    grown = _smooth([g for g in grown if g.length > 250], 0.6)
    sides = _side_roads(terrain)
    rails = [g for _, g in terrain.railways]
    closed = burn(frame, [g.buffer(28) for _, g in terrain.rivers] + [g.buffer(40) for g in rails])
    free = inside & ~lakes & ~closed
    tracer = Tracer(field, free & (frame.values < FOOT_M + 6) & (field.urban > 0.5), sketch.street_spacing_m, rng)
    base = [*trunks, *grown, *sides]
    small = tracer.fill([_tuples(g) for g in base], 110.0, 2400.0)
    walls = [*water, *(g for _, g in terrain.rivers), *(g.buffer(8) for g in rails)]
    streets = join_ends([shapely.LineString(p) for p in small], base, walls, sketch.street_spacing_m * 0.9)
    country = Tracer(field, free & (frame.values < 75), sketch.street_spacing_m * 3.0, rng)
    wide = country.fill([_tuples(g) for g in [*base, *streets]], 260.0, 2500.0)
    country_roads = join_ends(
        [shapely.LineString(p) for p in wide], [*base, *streets, terrain.outline.exterior], walls, 420.0
    )
    named = [RoadLine("trunk", r.name, t) for r, t in zip(sketch.roads, trunks, strict=True)]
    named += [RoadLine("trunk", "", g) for g in grown]
    minor = _smooth([g for g in [*sides, *streets, *country_roads] if g.length > 60], 0.6)
    return [*named, *(RoadLine("street", "", g) for g in minor)]


def _tuples(line: shapely.LineString) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in shapely.get_coordinates(shapely.segmentize(line, STEP_M))]


def _side_roads(terrain: Terrain) -> list[shapely.LineString]:
    """Roads along both banks of the main river, round the lakes and beside the railway, where there is room."""
    lakes = shapely.union_all([g.buffer(30) for _, g in terrain.lakes])
    out: list[BaseGeometry] = []
    for _, body in terrain.rivers[:1]:
        bank = shapely.boundary(body.buffer(34).simplify(6).buffer(-1))
        out.append(bank.difference(lakes))
    out += [shapely.boundary(g.buffer(38).simplify(8)) for _, g in terrain.lakes if g.area > 2e5]
    for _, rail in terrain.railways[:1]:
        out += [rail.offset_curve(70.0), rail.offset_curve(-70.0)]
    rivers = [g.buffer(20) for _, g in terrain.rivers]
    rails = [g.buffer(30) for _, g in terrain.railways]
    room = terrain.outline.buffer(-40).difference(shapely.union_all([lakes, *rivers, *rails]))
    return [part for g in out for part in _smooth(lines_of(g.intersection(room)), 3.0) if part.length > 300]


def _smooth(lines: list[shapely.LineString], tolerance_m: float) -> list[shapely.LineString]:
    return [part for g in lines for part in lines_of(g.simplify(tolerance_m))]
