"""Names of streets, and the door numbers of what stands along them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridmap.synthetic.naming import GIVEN_HALVES, STREET_ROOTS, STREET_TAILS, combinations, numeral
from gridmap.synthetic.partition import Geometries
from gridmap.synthetic.roads import RoadLine

FRONT_M = 38.0  # a building this near to a named street has its door there


@dataclass(frozen=True, slots=True)
class Door:
    """Street index and number; -1 and 0 where a building has none."""

    street: int
    number: int


def name_streets(streets: Sequence[RoadLine], areas: Sequence[tuple[str, shapely.Polygon]], rng: np.random.Generator) -> list[RoadLine]:
    """Every piece of one road gets one name; long given roads are split into halves, most paths stay nameless.

    `areas` pairs short community names with their ground: lanes are counted within them.
    """
    fresh = {k: combinations(STREET_ROOTS, tails, rng) for k, tails in STREET_TAILS.items() if k != "lane"}
    used = {s.name for s in streets if not s.name.startswith("#")}
    names: dict[str, str] = {}
    lanes: dict[str, int] = defaultdict(int)
    tree = shapely.STRtree([g for _, g in areas])
    out = []
    for street in streets:
        key = street.name
        if not key.startswith("#"):
            out.append(replace(street, name=_half(street)))
            continue
        if key not in names:
            if street.klass == "path" or (street.klass == "lane" and rng.random() < 0.35):
                names[key] = ""
            elif street.klass == "lane":
                home = areas[int(tree.nearest(street.line.centroid))][0]
                lanes[home] += 1
                names[key] = f"{home}{numeral(lanes[home])}巷" if lanes[home] < 100 else ""
            else:
                names[key] = next(n for n in fresh[street.klass] if n not in used)
                used.add(names[key])
        out.append(replace(street, name=names[key]))
    return out


def _half(street: RoadLine) -> str:
    halves = GIVEN_HALVES.get(street.name, "")
    if not halves:
        return street.name
    middle = street.line.interpolate(0.5, normalized=True)
    first = middle.x > 600 if halves == "东西" else middle.y < -200
    return f"{street.name[:-1]}{halves[0] if first else halves[1]}路"


def number_doors(streets: Sequence[RoadLine], buildings: Geometries) -> list[Door]:
    """The nearest named street of each building and a number: odd on one side, even on the other, none twice."""
    named = [k for k, s in enumerate(streets) if s.name and s.klass != "path"]
    tree = shapely.STRtree([streets[k].line for k in named])
    centres = shapely.centroid(buildings)
    index, near = tree.query_nearest(buildings, max_distance=FRONT_M, all_matches=False)
    axes = _axes([streets[k] for k in named])
    taken: set[tuple[str, int]] = set()
    out = [Door(-1, 0)] * len(buildings)
    for b, n in zip(index.tolist(), near.tolist(), strict=True):
        street = streets[named[n]]
        origin, axis = axes[street.name]
        at = np.array([centres[b].x, centres[b].y])
        foot = street.line.interpolate(street.line.project(centres[b]))
        side = (at[0] - foot.x) * axis[1] - (at[1] - foot.y) * axis[0] > 0
        number = 2 * int(max(0.0, float((at - origin) @ axis)) / 14.0) + (1 if side else 2)
        while (street.name, number) in taken:
            number += 2
        taken.add((street.name, number))
        out[b] = Door(named[n], number)
    return out


def _axes(streets: Sequence[RoadLine]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Where the numbers of each street begin (its western or southern end) and which way they run."""
    points: dict[str, list[np.ndarray]] = defaultdict(list)
    for street in streets:
        points[street.name].append(shapely.get_coordinates(street.line))
    out = {}
    for name, parts in points.items():
        c = np.vstack(parts)
        d = np.ptp(c, axis=0)
        axis = np.array([1.0, 0.0]) if d[0] >= d[1] else np.array([0.0, 1.0])
        if min(d) > 0.3 * max(d):
            values, vectors = np.linalg.eigh(np.cov(c.T))
            axis = vectors[:, int(np.argmax(values))]
            axis = axis if axis[np.argmax(np.abs(axis))] > 0 else -axis
        along = c @ axis
        out[name] = (c[int(np.argmin(along))], axis)
    return out
