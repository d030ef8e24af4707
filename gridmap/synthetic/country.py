"""First cut of the ground: superblocks in town, hamlets, fields and hill plots outside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.geo.adjacency import mean_width
from gridmap.synthetic.field import Field
from gridmap.synthetic.partition import (
    Geometries,
    absorb_small,
    faces,
    largest,
    lines_of,
    node,
    polygons_of,
)
from gridmap.synthetic.plots import OVERSHOOT_M, blob, country_cut, divide, town_cut, village_cut
from gridmap.synthetic.roads import RoadLine
from gridmap.synthetic.seeds import stream
from gridmap.synthetic.sketch import Sketch, VillageSpot
from gridmap.synthetic.terrain import FOOT_M, Terrain

BANK_M = 62.0  # a strip this narrow (twice area over perimeter) between water and the next road stays green
SIDING_M = 64.0  # and one beside the railway is for sheds and yards


@dataclass(frozen=True, slots=True)
class Ground:
    """Cells that tile the district, what each is, the lines that part them and the roads.

    Kinds: town, bank, siding, village, hamlet, farm, forest, water.
    """

    cells: Geometries
    kinds: tuple[str, ...]
    lines: tuple[BaseGeometry, ...]
    roads: tuple[RoadLine, ...]


def _main_lines(terrain: Terrain, roads: list[RoadLine]) -> list[BaseGeometry]:
    around = terrain.outline.buffer(2.0 * OVERSHOOT_M)
    dry = around.difference(shapely.union_all([g.buffer(-OVERSHOOT_M) for _, g in terrain.lakes]))
    natural = [g.intersection(dry) for _, g in terrain.river_lines]
    natural += [g.exterior.intersection(around) for _, g in terrain.lakes]
    natural += [g.intersection(around) for _, g in terrain.railways]
    natural += [g.intersection(dry) for g in terrain.foot_lines]
    streets = [r.line.intersection(around) for r in roads]
    return [terrain.outline.exterior, *(g for g in [*natural, *streets] if not g.is_empty)]


def _kind(
    cell: shapely.Polygon,
    width_m: float,
    terrain: Terrain,
    field: Field,
    water: BaseGeometry,
    lines: dict[str, BaseGeometry],
) -> str:
    left, low, right, top = cell.bounds
    gx, gy = np.meshgrid(np.linspace(left, right, 9), np.linspace(low, top, 9))
    inside = shapely.contains_xy(cell, gx.ravel(), gy.ravel())
    spot = cell.point_on_surface()
    x = np.append(gx.ravel()[inside], spot.x)
    y = np.append(gy.ravel()[inside], spot.y)
    if shapely.contains_xy(water, x, y).mean() > 0.75:
        return "water"
    if (terrain.height.at(x, y) > FOOT_M - 2).mean() > 0.6:
        return "forest"
    if width_m < BANK_M and min(cell.distance(lines["river"]), cell.distance(water)) < 1:
        return "bank"
    if width_m < SIDING_M and cell.distance(lines["rail"]) < 1:
        return "siding"
    urban = field.urban[
        np.clip(((y - field.frame.y0) / field.frame.cell_m).astype(int), 0, field.urban.shape[0] - 1),
        np.clip(((x - field.frame.x0) / field.frame.cell_m).astype(int), 0, field.urban.shape[1] - 1),
    ]
    return "town" if urban.mean() > 0.46 else "farm"


def divide_ground(sketch: Sketch, terrain: Terrain, field: Field, roads: list[RoadLine], seed: int) -> Ground:
    """Tile the district along its main lines, then cut the open country."""
    rng = stream(seed, "country")
    villages = [_village_ground(v, rng) for v in sketch.villages]
    roads = [*roads, *(RoadLine("lane", "", g.exterior) for g in villages)]
    found = faces(node(_main_lines(terrain, roads)), terrain.outline)
    small = (shapely.area(found) < 2600) | (mean_width(found) < 13)
    cells, _ = absorb_small(found, small)
    roads = _without_slivers(roads, found[small], cells)
    lines = _main_lines(terrain, roads)
    water = shapely.union_all([g for _, g in terrain.lakes])
    marks = {
        "river": shapely.union_all([g for _, g in terrain.river_lines]),
        "rail": shapely.union_all([g for _, g in terrain.railways]),
    }
    widths = mean_width(cells)
    out: list[shapely.Polygon] = []
    kinds: list[str] = []
    more, paths = list(lines), list(roads)
    for cell, width_m in zip(cells, widths, strict=True):
        kind = _kind(cell, width_m, terrain, field, water, marks)
        if any(g.contains(cell.point_on_surface()) for g in villages):
            kind = "village"
        if kind == "siding":
            pieces, cuts = [(cell, kind)], []
        elif kind in ("town", "village"):
            parts, inner = divide(cell, lambda _: float(rng.uniform(9e4, 1.6e5)), town_cut, rng)
            pieces = [(p, kind) for p in parts]
            cuts = [(c.line, "street" if kind == "town" else "lane") for c in inner]
        else:
            pieces, cuts = _open_country(cell, kind, rng)
        more += [line for line, _ in cuts]
        paths += [RoadLine(klass, "", line) for line, klass in cuts if klass]
        out += [p for p, _ in pieces]
        kinds += [k for _, k in pieces]
    return Ground(np.asarray(out, dtype=object), tuple(kinds), tuple(more), tuple(paths))


def _village_ground(spot: VillageSpot, rng: np.random.Generator) -> shapely.Polygon:
    """Several overlapping patches: a village that grew from more than one hamlet."""
    r = spot.radius_m
    turns = rng.uniform(0, 2 * np.pi) + np.array([0.0, 2.1, 4.0])
    patches = [blob(spot.x + 0.45 * r * np.cos(t), spot.y + 0.45 * r * np.sin(t), 0.62 * r, rng) for t in turns]
    ground = largest(shapely.union_all(patches).buffer(12).buffer(-12))
    return largest(ground.simplify(4.0))


def _without_slivers(roads: Sequence[RoadLine], small: Geometries, cells: Geometries) -> list[RoadLine]:
    """Streets without the pieces that only cut off a sliver; trunk roads keep theirs."""
    gone = shapely.difference(shapely.union_all(shapely.boundary(small)), shapely.union_all(shapely.boundary(cells)))
    strip = gone.buffer(0.5)
    shapely.prepare(strip)
    out = []
    for road in roads:
        if road.klass == "trunk" or not strip.intersects(road.line):
            out.append(road)
            continue
        left = lines_of(road.line.difference(strip))
        out += [RoadLine(road.klass, road.name, g) for g in left if g.length > 20]
    return out


def _open_country(
    cell: shapely.Polygon, kind: str, rng: np.random.Generator
) -> tuple[list[tuple[shapely.Polygon, str]], list[tuple[shapely.LineString, str]]]:
    """Pieces with kinds, cuts with the class of the way that runs along them (empty: none)."""
    pieces: list[tuple[shapely.Polygon, str]] = []
    cuts: list[tuple[shapely.LineString, str]] = []
    rest: BaseGeometry = cell
    if kind == "farm":
        for _ in range(int(rng.poisson(cell.area / 2.3e5))):
            spot = _beside_road(cell, rng)
            patch = shapely.intersection(blob(spot[0], spot[1], float(rng.uniform(60, 125)), rng).simplify(1.0), rest)
            if not isinstance(patch, shapely.Polygon) or patch.area < 6000:
                continue
            left = rest.difference(patch)
            if any(g.area < 2000 for g in polygons_of(left)):
                continue
            rest = left
            cuts += [(g, "") for g in lines_of(patch.exterior.intersection(cell.buffer(OVERSHOOT_M)))]
            parts, inner = divide(patch, lambda _: float(rng.uniform(5e3, 1.4e4)), village_cut, rng)
            pieces += [(p, "hamlet") for p in parts]
            cuts += [(c.line, "lane" if c.depth == 0 else "path") for c in inner]
    target = {"farm": 7.5e4, "forest": 1.9e5, "water": 4e5, "bank": 2.2e4}[kind]
    for part in polygons_of(rest):
        parts, inner = divide(part, lambda _: target * float(rng.lognormal(0, 0.5)), country_cut, rng)
        pieces += [(p, kind) for p in parts]
        share = {"farm": 0.55, "forest": 0.0, "water": 0.0, "bank": 0.0}[kind]
        cuts += [(c.line, "path" if rng.random() < share else "") for c in inner]
    return pieces, cuts


def _beside_road(cell: shapely.Polygon, rng: np.random.Generator) -> tuple[float, float]:
    ring = cell.exterior
    at = ring.interpolate(float(rng.uniform(0, ring.length)))
    inner = cell.point_on_surface()
    away = max(at.distance(inner), 1e-6)
    pull = min(1.0, float(rng.uniform(50, 110)) / away)
    return at.x + pull * (inner.x - at.x), at.y + pull * (inner.y - at.y)
