"""Names of streets, and the door numbers of what stands along them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.synthetic.naming import LANE_TAILS, MORE_TAILS, STREET_ROOTS, STREET_TAILS, combinations, numeral
from gridmap.synthetic.partition import Geometries
from gridmap.synthetic.roads import RoadLine

FRONT_M = 38.0  # a building this near to a named street has its door there


@dataclass(frozen=True, slots=True)
class Door:
    """Street index and number; -1 and 0 where a building has none."""

    street: int
    number: int


def name_streets(
    streets: Sequence[RoadLine],
    areas: Sequence[tuple[str, BaseGeometry]],
    halves: dict[str, str],
    rng: np.random.Generator,
) -> list[RoadLine]:
    """Every piece of one road gets one name; roads in `halves` (name -> 东西 or 南北) are split in the middle.

    `areas` pairs short community names with their ground: some lanes are counted within them. Most paths and
    many lanes stay nameless.
    """
    used = {s.name for s in streets if not s.name.startswith("#")}
    namer = _Namer(areas, used, rng)
    middles = _middles([s for s in streets if s.name in halves])
    out = []
    for street in streets:
        if street.name.startswith("#"):
            name = namer.name(street)
        elif street.name in halves:
            name = _half(street, halves[street.name], middles[street.name])
        else:
            name = street.name
        out.append(replace(street, name=name))
    return out


class _Namer:
    """Gives each road key its name, once."""

    def __init__(self, areas: Sequence[tuple[str, BaseGeometry]], used: set[str], rng: np.random.Generator) -> None:
        self.areas, self.used, self.rng = areas, used, rng
        self.tree = shapely.STRtree([g for _, g in areas])
        self.fresh: dict[str, Iterator[str]] = {
            klass: chain(combinations(STREET_ROOTS, tails, rng, limit=1), combinations(STREET_ROOTS, MORE_TAILS, rng))
            for klass, tails in STREET_TAILS.items()
        }
        self.fresh["lane"] = combinations(STREET_ROOTS, LANE_TAILS, rng)
        self.names: dict[str, str] = {}
        self.lanes: dict[str, int] = defaultdict(int)

    def name(self, street: RoadLine) -> str:
        if street.name not in self.names:
            self.names[street.name] = self._new(street)
        return self.names[street.name]

    def _new(self, street: RoadLine) -> str:
        if street.klass == "path" or (street.klass == "lane" and self.rng.random() < 0.6):
            return ""
        if street.klass == "lane" and self.rng.random() < 0.55:
            home = self.areas[int(self.tree.nearest(street.line.centroid))][0]
            self.lanes[home] += 1
            return f"{home}{numeral(self.lanes[home])}巷" if self.lanes[home] < 100 else ""
        found = next(n for n in self.fresh[street.klass] if n not in self.used)
        self.used.add(found)
        return found


def _middles(streets: Sequence[RoadLine]) -> dict[str, tuple[float, float]]:
    """Middle of the bounds of all pieces of each name."""
    names = dict.fromkeys(s.name for s in streets)
    out = {}
    for name in names:
        left, low, right, top = shapely.total_bounds([s.line for s in streets if s.name == name])
        out[name] = (float(left + right) / 2, float(low + top) / 2)
    return out


def _half(street: RoadLine, halves: str, middle: tuple[float, float]) -> str:
    at = street.line.interpolate(0.5, normalized=True)
    first = at.x > middle[0] if halves == "东西" else at.y < middle[1]
    return f"{street.name.removesuffix('路')}{halves[0] if first else halves[1]}路"


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
