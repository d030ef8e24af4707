"""Footpaths on the hills: some follow the slope at one height, others come down from the tops."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from gridmap.synthetic.curves import Floats
from gridmap.synthetic.roads import RoadLine
from gridmap.synthetic.seeds import stream
from gridmap.synthetic.sketch import Sketch
from gridmap.synthetic.terrain import FOOT_M, Terrain, chaikin, contours

LEVELS_M = (70.0, 120.0, 190.0, 280.0)
STEP_M = 16.0
REACH_M = 170.0  # a path that ends this near to a street goes on to it


def lay_trails(sketch: Sketch, terrain: Terrain, streets: Sequence[RoadLine], seed: int) -> list[RoadLine]:
    """Paths of the hills, noded among themselves, the lowest ends led to a vertex of the nearest street."""
    rng = stream(seed, "trails")
    wood = terrain.outline.buffer(-30).difference(shapely.union_all([g.buffer(20) for _, g in terrain.lakes]))
    lines: list[BaseGeometry] = []
    for level in LEVELS_M:
        for ring in contours(terrain.height, level):
            if ring.length > 500:
                lines += _stretches(chaikin(ring.simplify(14.0)), rng)
    corners = shapely.get_coordinates([s.line for s in streets])
    for hill in sketch.hills:
        if float(terrain.height.at(np.array([hill.x]), np.array([hill.y]))[0]) < FOOT_M + 15:
            continue
        turn = float(rng.uniform(0, 2 * np.pi))
        for k in range(3 if hill.height_m > 140 else 2):
            lines.append(_descent(terrain, hill.x, hill.y, turn + 2.1 * k, corners, rng))
    dry = [g.intersection(wood) for g in lines if g.length > 120]
    merged = shapely.line_merge(shapely.union_all(dry, grid_size=0.25))
    return [RoadLine("path", _name(sketch, g), g) for g in shapely.get_parts(merged) if g.length > 110]


def _stretches(ring: shapely.LineString, rng: np.random.Generator) -> list[BaseGeometry]:
    """One or two long stretches of a contour; nobody walks all the way round."""
    start = float(rng.uniform(0, 0.6))
    return [shapely.ops.substring(ring, start, min(1.0, start + float(rng.uniform(0.2, 0.45))), normalized=True)]


def _descent(
    terrain: Terrain, x: float, y: float, heading: float, corners: Floats, rng: np.random.Generator
) -> shapely.LineString:
    """From a top down in bends, then straight to the nearest street corner within reach."""
    points = [(x, y)]
    side = 1.0
    for step in range(260):
        here = np.array([x + 20, x - 20, x, x]), np.array([y, y, y + 20, y - 20])
        east, west, north, south = terrain.height.at(*here)
        down = np.arctan2(south - north, west - east)
        if step % int(rng.integers(7, 14)) == 0:
            side = -side
        way = heading if step < 8 else down + side * 0.6
        x, y = x + STEP_M * float(np.cos(way)), y + STEP_M * float(np.sin(way))
        points.append((x, y))
        if (east + west + north + south) / 4 < FOOT_M - 6:
            break
    away = np.hypot(corners[:, 0] - x, corners[:, 1] - y)
    if away.min() < REACH_M:
        points.append((float(corners[away.argmin(), 0]), float(corners[away.argmin(), 1])))
    line = shapely.LineString(points)
    return chaikin(line.simplify(7.0))


def _name(sketch: Sketch, line: BaseGeometry) -> str:
    middle = line.interpolate(0.5, normalized=True)
    hill = min(sketch.hills, key=lambda h: float(np.hypot(h.x - middle.x, h.y - middle.y)))
    return f"{hill.name}步道" if line.length > 400 else ""
