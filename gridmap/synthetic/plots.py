"""Cutting polygons into irregular plots: straight or bent cuts in town, wandering ones in the country."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops

from gridmap.geo.adjacency import mean_width
from gridmap.synthetic.curves import Floats, along, catmull_rom, noise_along
from gridmap.synthetic.partition import largest, lines_of, polygons_of

OVERSHOOT_M = 1.0  # a cut runs past the edge it ends on, so that noding joins them

Cutter = Callable[[shapely.Polygon, np.random.Generator], shapely.LineString]


@dataclass(frozen=True, slots=True)
class Cut:
    """A line that parts two plots, and the depth of the cut (0 the first one)."""

    line: shapely.LineString
    depth: int


def _box(polygon: shapely.Polygon) -> tuple[Floats, Floats, Floats]:
    """Centre and the two half axes (long, short) of the smallest enclosing rectangle."""
    c = shapely.get_coordinates(shapely.oriented_envelope(polygon))
    centre, u, v = c[:4].mean(axis=0), (c[1] - c[0]) / 2, (c[2] - c[1]) / 2
    return (centre, u, v) if np.hypot(*u) >= np.hypot(*v) else (centre, v, u)


def town_cut(polygon: shapely.Polygon, rng: np.random.Generator) -> shapely.LineString:
    """A cut across the long axis, a few degrees off square, sometimes with a step (two plots of unequal depth)."""
    centre, u, v = _box(polygon)
    at = centre + u * rng.uniform(-0.42, 0.42)
    turn = np.deg2rad(rng.normal(0.0, 2.5))
    v = np.array([v[0] * np.cos(turn) - v[1] * np.sin(turn), v[0] * np.sin(turn) + v[1] * np.cos(turn)]) * 1.3
    step = u / max(float(np.hypot(*u)), 1e-9) * rng.uniform(8, 26) * rng.choice([-1, 1])
    if rng.random() < 0.16:
        mid = at + v * rng.uniform(-0.3, 0.3)
        return shapely.LineString([at - v, mid, mid + step, at + v + step])
    return shapely.LineString([at - v, at + v])


def country_cut(polygon: shapely.Polygon, rng: np.random.Generator) -> shapely.LineString:
    """A wandering cut across the long axis: a field path, a ditch, a ridge."""
    centre, u, v = _box(polygon)
    at = centre + u * rng.uniform(-0.35, 0.35)
    lean = u * rng.uniform(-0.3, 0.3)
    return _wander(at - v * 1.2 - lean, at + v * 1.2 + lean, rng, 0.055)


def village_cut(polygon: shapely.Polygon, rng: np.random.Generator) -> shapely.LineString:
    """A crooked lane: any direction, a bend or two."""
    centre, u, v = _box(polygon)
    at = centre + u * rng.uniform(-0.3, 0.3)
    lean = u * rng.uniform(-0.45, 0.45)
    return _wander(at - v * 1.25 - lean, at + v * 1.25 + lean, rng, 0.04)


def _wander(a: Floats, b: Floats, rng: np.random.Generator, strength: float) -> shapely.LineString:
    length_m = float(np.hypot(*(b - a)))
    n = max(6, int(length_m / 18))
    line = a + (b - a) * np.linspace(0, 1, n)[:, None]
    side = np.array([-(b - a)[1], (b - a)[0]]) / max(length_m, 1e-9)
    s = along(line)
    shift = strength * length_m * noise_along(s, max(length_m / 3, 40), rng) + 2.5 * noise_along(s, 45, rng)
    wandering: shapely.LineString = lines_of(shapely.LineString(line + side * shift[:, None]).simplify(0.8))[0]
    return wandering


def divide(
    polygon: shapely.Polygon,
    target_m2: Callable[[shapely.Polygon], float],
    cutter: Cutter,
    rng: np.random.Generator,
    depth: int = 0,
) -> tuple[list[shapely.Polygon], list[Cut]]:
    """Cut a polygon until no piece is larger than its target -> pieces and cuts.

    A cut that would leave a sliver is tried again a few times, then given up and the piece kept whole.
    """
    if depth > 14 or polygon.area <= target_m2(polygon):
        return [polygon], []
    if polygon.interiors:
        return _open_ring(polygon, target_m2, cutter, rng, depth)
    for _ in range(6):
        line = _longest_within(cutter(polygon, rng), polygon)
        parts = polygons_of(shapely.ops.split(polygon, line))
        if len(parts) < 2:
            continue
        areas = shapely.area(parts)
        if areas.min() > 0.14 * polygon.area and mean_width(np.asarray(parts, dtype=object)).min() > 7.0:
            break
    else:
        return [polygon], []
    cuts = [Cut(line, depth)]
    pieces = []
    for part in parts:
        more, deeper = divide(part, target_m2, cutter, rng, depth + 1)
        pieces += more
        cuts += deeper
    return pieces, cuts


def _open_ring(
    polygon: shapely.Polygon,
    target_m2: Callable[[shapely.Polygon], float],
    cutter: Cutter,
    rng: np.random.Generator,
    depth: int,
) -> tuple[list[shapely.Polygon], list[Cut]]:
    """Cut a polygon with a hole right through the hole, then go on with the pieces."""
    hole = max((shapely.Polygon(r) for r in polygon.interiors), key=lambda g: g.area).centroid
    reach_m = float(np.hypot(polygon.bounds[2] - polygon.bounds[0], polygon.bounds[3] - polygon.bounds[1]))
    angle = float(rng.uniform(0, np.pi))
    arm = np.array([np.cos(angle), np.sin(angle)]) * reach_m
    at = np.array([hole.x, hole.y])
    line = shapely.intersection(_wander(at - arm, at + arm, rng, 0.02), polygon.buffer(OVERSHOOT_M, quad_segs=1))
    pieces: list[shapely.Polygon] = []
    cuts = [Cut(g, depth) for g in lines_of(line)]
    for part in polygons_of(shapely.ops.split(polygon, line)):
        more, deeper = divide(part, target_m2, cutter, rng, depth + 1)
        pieces += more
        cuts += deeper
    return pieces, cuts


def _longest_within(line: shapely.LineString, polygon: shapely.Polygon) -> shapely.LineString:
    """The longest stretch of the line within the polygon, a metre past its edge."""
    inside = shapely.intersection(line, polygon.buffer(OVERSHOOT_M, quad_segs=1))
    return max(lines_of(inside), key=lambda g: float(g.length), default=line)


def blob(x: float, y: float, radius_m: float, rng: np.random.Generator) -> shapely.Polygon:
    """A rounded, lopsided patch of ground about a point."""
    n = int(rng.integers(7, 10))
    angles = np.sort(rng.uniform(0, 2 * np.pi / n, n) + 2 * np.pi / n * np.arange(n))
    radii = radius_m * rng.uniform(0.65, 1.25, n)
    stretch, turn = rng.uniform(0.7, 1.0), rng.uniform(0, np.pi)
    p = np.column_stack([radii * np.cos(angles), stretch * radii * np.sin(angles)])
    p = p @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + (x, y)
    ring = catmull_rom([(float(a), float(b)) for a, b in p], 9.0, closed=True)
    return largest(shapely.Polygon(ring).buffer(0))
