"""Cameras at school gates, main junctions, markets, the station, compound gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops

from gridmap.synthetic.features import Feature
from gridmap.synthetic.roads import RoadLine


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera: bearing clockwise from north, field of view in degrees (360: a dome), range in metres."""

    name: str
    kind: str
    bearing_deg: int
    fov_deg: int
    range_m: int
    x: float
    y: float


def junctions(streets: Sequence[RoadLine], classes: tuple[str, str]) -> list[tuple[float, float, str, str]]:
    """Where a street of the first class meets one of the second under another name -> x, y and both names."""
    first = [s for s in streets if s.klass == classes[0] and s.name]
    second = [s for s in streets if s.klass == classes[1] and s.name]
    tree = shapely.STRtree([s.line for s in second])
    out: list[tuple[float, float, str, str]] = []
    seen: set[tuple[int, int]] = set()
    for street in first:
        for i in sorted(tree.query(street.line, predicate="intersects").tolist()):
            if second[i].name == street.name:
                continue
            for x, y in shapely.get_coordinates(street.line.intersection(second[i].line)):
                key = (round(x / 30), round(y / 30))
                if key not in seen:
                    seen.add(key)
                    out.append((float(x), float(y), street.name, second[i].name))
    return out


def place_cameras(
    streets: Sequence[RoadLine],
    sites: Sequence[Feature],
    gates: Sequence[tuple[str, float, float]],
    count: int,
    rng: np.random.Generator,
) -> list[Camera]:
    """`count` cameras: every school, market, hospital and station first, then junctions, then compound gates."""
    out: list[Camera] = []
    lines = [s.line for s in streets]
    tree = shapely.STRtree(lines)
    for site in sites:
        if site.kind in ("school", "market", "hospital", "station"):
            gate = shapely.ops.nearest_points(site.shape, lines[int(tree.nearest(site.shape))])[0]
            out.append(_fixed(f"{site.name}门口", site.kind, gate.x, gate.y, rng))
            if site.kind != "school":
                inner = site.shape.representative_point()
                out.append(_dome(f"{site.name}院内", site.kind, inner.x, inner.y))
    crossing = junctions(streets, ("trunk", "trunk")) + junctions(streets, ("trunk", "street"))
    for x, y, a, b in crossing[: max(0, int(0.75 * (count - len(out))))]:
        out.append(_dome(f"{a}与{b}路口", "junction", x, y))
    for k in rng.permutation(len(gates))[: max(0, count - len(out))]:
        name, x, y = gates[int(k)]
        out.append(_fixed(f"{name}出入口", "compound", x, y, rng))
    return out[:count]


def _dome(name: str, kind: str, x: float, y: float) -> Camera:
    return Camera(name, kind, 0, 360, 60, x, y)


def _fixed(name: str, kind: str, x: float, y: float, rng: np.random.Generator) -> Camera:
    return Camera(
        name, kind, int(rng.integers(0, 360)), int(rng.choice([60, 75, 90])), int(rng.choice([50, 70, 90])), x, y
    )
