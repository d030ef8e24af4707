"""What else a map shows: key sites, firms and shops, ground cover, walls with gates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
import shapely.affinity
import shapely.ops
from shapely.geometry.base import BaseGeometry

from gridmap.synthetic.blocks import Drawing
from gridmap.synthetic.compounds import Compound
from gridmap.synthetic.lots import Building, Site
from gridmap.synthetic.naming import (
    FIRM_ROOTS,
    FIRM_TRADES,
    SHOP_ROOTS,
    SHOPS,
    XIALU_NAMES,
    Names,
    combinations,
    numeral,
)
from gridmap.synthetic.packing import long_angle
from gridmap.synthetic.partition import Ints, largest
from gridmap.synthetic.plots import blob
from gridmap.synthetic.roads import HALF_WIDTH_M

GATE_M = 9.0


@dataclass(frozen=True, slots=True)
class Feature:
    """A named thing with a kind and a shape in metres."""

    name: str
    kind: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Unit:
    """A firm or shop in a building (index), at a point in metres."""

    name: str
    kind: str
    building: int
    x: float
    y: float


def key_sites(
    drawing: Drawing,
    sites: Sequence[Site],
    shorts: Sequence[str],
    dedicated_names: dict[str, str],
    greenhouses: Sequence[BaseGeometry],
    rng: np.random.Generator,
    names: Names = XIALU_NAMES,
) -> list[Feature]:
    """Schools, hospitals, markets, stations, enterprises, waters and greenhouse areas; `shorts` names communities."""
    firms = combinations(FIRM_ROOTS, FIRM_TRADES, rng)
    counters: dict[str, int] = {}
    out = []
    for word, dedicated, members in _site_grounds(drawing):
        counters[word] = counters.get(word, 0) + 1
        home = shorts[int(drawing.community[members[0]])]
        if dedicated and word != "industrial":
            name = dedicated_names[dedicated]
        elif word == "industrial":
            name = f"{names.firm_prefix}{next(firms)}有限公司"
        else:
            name = _service_name(word, home, counters[word], names)
        shape = shapely.coverage_union_all(drawing.blocks[members])
        out.append(Feature(name, "enterprise" if word == "industrial" else word, shape))
    out += [Feature(n, "water", g.intersection(drawing.outline)) for n, g in drawing.lakes]
    out += [
        Feature(f"{shorts[int(drawing.community[s.block])]}水塘", "water", s.outline) for s in sites if s.kind == "pond"
    ][:25]
    out += [Feature(f"蔬菜大棚{numeral(k)}区", "greenhouse", g) for k, g in enumerate(greenhouses, start=1)]
    return _unique(out)


def _site_grounds(drawing: Drawing) -> Iterator[tuple[str, str, Ints]]:
    """Use, dedicated purpose and blocks of each site: a parcel, or all the ground of a dedicated one (works apart)."""
    use = np.array(["school" if u == "campus" else u for u in drawing.use])
    dedicated = np.array(drawing.dedicated)
    for word in ("school", "hospital", "market", "station", "industrial"):
        whole = word != "industrial"
        for purpose in dict.fromkeys(dedicated[(use == word) & (dedicated != "")].tolist()) if whole else ():
            yield word, purpose, np.flatnonzero((use == word) & (dedicated == purpose))
        single = (use == word) & ((dedicated == "") if whole else True)
        for number in dict.fromkeys(drawing.parcel[single].tolist()):
            yield word, "", np.flatnonzero(single & (drawing.parcel == number))


def _service_name(word: str, home: str, count: int, place: Names) -> str:
    if word == "school":
        names = (
            f"{home}小学",
            f"{place.short}第{numeral(count)}中学",
            f"{home}实验小学",
            f"{place.district}第{numeral(count)}小学",
        )
        return names[count % len(names)]
    if word == "hospital":
        return (f"{home}社区卫生服务中心", f"{place.district}人民医院", f"{home}医院")[count % 3]
    return {"market": f"{home}农贸市场", "station": f"{place.short}火车站"}[word]


def _unique(features: list[Feature]) -> list[Feature]:
    seen: dict[str, int] = {}
    out = []
    for f in features:
        seen[f.name] = seen.get(f.name, 0) + 1
        name = f.name if seen[f.name] == 1 else f"{f.name}（{numeral(seen[f.name])}）"
        out.append(Feature(name, f.kind, f.shape))
    return out


def firms_and_shops(buildings: Sequence[Building], fronts: Sequence[int], rng: np.random.Generator) -> list[Unit]:
    """Shops in commercial buildings, markets and the ground floors on streets; firms in works; offices.

    `fronts` is the index of the street each building stands at, -1 away from streets.
    """
    shops = combinations(SHOP_ROOTS, SHOPS, rng)
    firms = combinations(FIRM_ROOTS, FIRM_TRADES, rng)
    many = {
        "commercial": (2, 8),
        "market": (14, 40),
        "public": (1, 3),
        "industrial": (1, 2),
        "hospital": (1, 2),
        "station": (2, 6),
    }
    out = []
    for k, b in enumerate(buildings):
        if b.kind == "residential":
            count = int(rng.integers(1, 5)) if fronts[k] >= 0 and b.floors < 12 and rng.random() < 0.42 else 0
        elif b.kind in many:
            count = int(rng.integers(*many[b.kind])) if b.outline.area > 140 else 0
        else:
            count = int(rng.random() < 0.03)
        for _ in range(count):
            kind = "firm" if b.kind == "industrial" else "office" if b.kind in ("public", "hospital") else "shop"
            name = next(firms) + "有限公司" if kind == "firm" else next(shops)
            u, v = rng.uniform(-0.45, 0.45, 2)
            x, y, length, depth, angle = b.core
            c, s = np.cos(angle), np.sin(angle)
            out.append(
                Unit(
                    name, kind, k, float(x + u * length * c - v * depth * s), float(y + u * length * s + v * depth * c)
                )
            )
    return out


def ground_cover(
    drawing: Drawing, sites: Sequence[Site], buildings: Sequence[Building], rng: np.random.Generator
) -> list[Feature]:
    """Water, green, railway tracks, running tracks and squares of the map below everything else."""
    outline = drawing.outline
    use = np.array(drawing.use)
    out = [Feature(n, "water", shapely.intersection(g, outline)) for n, g in (*drawing.lakes, *drawing.rivers)]
    out += [Feature("", "water", s.outline) for s in sites if s.kind == "pond"]
    solid = shapely.STRtree([b.outline for b in buildings])
    roads = [s.line.buffer(HALF_WIDTH_M[s.klass], cap_style="flat") for s in drawing.streets]
    road_tree = shapely.STRtree(roads)
    out += [Feature("", "water", g) for g in _country_ponds(drawing, solid, road_tree, rng)]
    for word in ("forest", "park", "green"):
        merged = shapely.coverage_union_all(drawing.blocks[use == word])
        out += [
            Feature(_hill_name(drawing, g) if word == "forest" else "", "green", g) for g in shapely.get_parts(merged)
        ]
    out += [Feature("", "green", g) for g in _banks_and_verges(drawing, roads, road_tree)]
    out += [Feature("", "green", g) for g in _orchards(drawing, rng)]
    out += [Feature(n, "railway", g) for n, g in _tracks(drawing)]
    out += [Feature("", "track", s.outline) for s in sites if s.kind == "track"]
    for k in np.flatnonzero(np.isin(use, ("station", "market"))).tolist():
        spot = drawing.blocks[k].point_on_surface().buffer(22, quad_segs=2)
        if len(solid.query(spot, predicate="intersects")) == 0:
            out.append(Feature("", "square", spot.intersection(drawing.blocks[k])))
    return [f for f in out if not f.shape.is_empty]


def waters(drawing: Drawing) -> list[BaseGeometry]:
    """Bodies of the lakes and the rivers."""
    return [g for _, g in (*drawing.lakes, *drawing.rivers)]


def bank_widths(drawing: Drawing) -> list[float]:
    """Width in metres of the grassed bank of each of `waters`, where nobody builds; the main river has a wide one."""
    return [24.0] * len(drawing.lakes) + [22.0 if k == 0 else 9.0 for k in range(len(drawing.rivers))]


def _hill_name(drawing: Drawing, shape: BaseGeometry) -> str:
    names = [(shape.distance(shapely.Point(h.x, h.y)), h.name) for h in drawing.hills]
    away, name = min(names, default=(np.inf, ""))
    return name if away < 250 else ""


def _country_ponds(
    drawing: Drawing, solid: shapely.STRtree, roads: shapely.STRtree, rng: np.random.Generator
) -> Iterator[BaseGeometry]:
    for k in np.flatnonzero(np.array(drawing.use) == "farm"):
        block = drawing.blocks[k]
        if rng.random() > 0.42:
            continue
        spot = shapely.Point(
            rng.uniform(block.bounds[0], block.bounds[2]), rng.uniform(block.bounds[1], block.bounds[3])
        )
        pond = blob(spot.x, spot.y, float(rng.uniform(14, 48)), rng).simplify(1.0)
        if (
            block.contains(pond.buffer(4))
            and len(solid.query(pond.buffer(5), predicate="intersects")) == 0
            and len(roads.query(pond, predicate="intersects")) == 0
        ):
            yield pond


def _orchards(drawing: Drawing, rng: np.random.Generator) -> Iterator[BaseGeometry]:
    """Groves and tea gardens on part of the farm land."""
    roads = shapely.STRtree([s.line for s in drawing.streets])
    for k in np.flatnonzero(np.array(drawing.use) == "farm"):
        if rng.random() < 0.24:
            spot = drawing.blocks[k].point_on_surface()
            radius_m = float(rng.uniform(0.25, 0.6) * np.sqrt(drawing.blocks[k].area))
            grove = blob(spot.x, spot.y, radius_m, rng).intersection(drawing.blocks[k].buffer(-9))
            for part in shapely.get_parts(grove.simplify(1.0)):
                if part.geom_type == "Polygon" and len(roads.query(part, predicate="intersects")) == 0:
                    yield part


def _banks_and_verges(drawing: Drawing, roads: Sequence[BaseGeometry], tree: shapely.STRtree) -> Iterator[BaseGeometry]:
    """Grassed river banks, and strips of trees along the trunk roads."""
    strips: list[BaseGeometry] = []
    for body, bank_m in zip(waters(drawing), bank_widths(drawing), strict=True):
        bank = body.buffer(bank_m).difference(body).intersection(drawing.outline)
        strips += list(shapely.get_parts(bank))
    for street in drawing.streets:
        if street.klass == "trunk" and street.line.length > 60:
            w = HALF_WIDTH_M["trunk"]
            strips += [street.line.offset_curve(side * (w + 1.6)).buffer(1.5, cap_style="flat") for side in (1, -1)]
    water = shapely.union_all([g for _, g in (*drawing.rivers, *drawing.lakes)])
    shapely.prepare(water)
    for strip in strips:
        near = [roads[i] for i in tree.query(strip, predicate="intersects")]
        left = strip.difference(shapely.union_all(near)) if near else strip
        left = left.difference(water) if water.intersects(left) else left
        for part in shapely.get_parts(left):
            if part.geom_type == "Polygon" and part.area > 90:
                yield part.simplify(0.4)


def _tracks(drawing: Drawing) -> Iterator[tuple[str, BaseGeometry]]:
    for (name, line), yard in zip(drawing.railways, drawing.yards, strict=True):
        inside = line.intersection(drawing.outline)
        yield name, inside
        if yard is None:
            continue
        yield name, line.offset_curve(4.6).intersection(drawing.outline)
        a, b = yard
        for k, offset in enumerate((9.4, 14.0)):
            part = shapely.ops.substring(line, a + 0.012 * k, b - 0.012 * k, normalized=True)
            for side in (1.0, -1.0):
                yield "", shapely.offset_curve(part, side * offset)


def walls(
    compounds: Sequence[Compound], areas: Sequence[BaseGeometry], streets: Sequence[BaseGeometry]
) -> tuple[list[Feature], list[tuple[int, float, float]]]:
    """Walls of the built compounds with a gap at each gate, and the gates as (compound, x, y).

    `areas` is the ground of each compound inside its streets; one gate faces the nearest named street, one lies across.
    """
    tree = shapely.STRtree(streets)
    out: list[Feature] = []
    gates: list[tuple[int, float, float]] = []
    for k, (compound, area) in enumerate(zip(compounds, areas, strict=True)):
        if compound.kind == "village" or area.is_empty:
            continue
        body = largest(area.simplify(0.5))
        if body.area < 1500:
            continue
        ring = body.exterior
        near = tree.query_nearest(ring, max_distance=30.0)[:1].tolist()
        first = shapely.ops.nearest_points(ring, streets[near[0]])[0] if near else ring.interpolate(0.0)
        spots = [first, ring.interpolate((ring.project(first) + ring.length * 0.47) % ring.length)]
        gates += [(k, s.x, s.y) for s in spots]
        out.append(
            Feature(compound.name, "wall", ring.difference(shapely.union_all([s.buffer(GATE_M / 2) for s in spots])))
        )
    return out, gates


def greenhouse_areas(
    drawing: Drawing, taken: Sequence[BaseGeometry], rng: np.random.Generator, count: int = 8
) -> list[shapely.MultiPolygon]:
    """Rows of greenhouses, 8 by 50-70 m, on farm blocks free of streets and buildings."""
    tree = shapely.STRtree(taken)
    out: list[shapely.MultiPolygon] = []
    for k in rng.permutation(np.flatnonzero(np.array(drawing.use) == "farm")):
        block = drawing.blocks[int(k)]
        if len(out) == count:
            break
        angle, centre = np.rad2deg(long_angle(block)), block.point_on_surface()
        length, rows = float(rng.uniform(50, 70)), int(rng.integers(7, 14))
        sheds = [
            shapely.box(-length / 2 + column * (length + 6), r * 11.0, length / 2 + column * (length + 6), r * 11.0 + 8)
            for r in range(rows)
            for column in (0, 1)
        ]
        group = shapely.affinity.rotate(shapely.MultiPolygon(sheds), float(angle), origin="centroid")
        group = shapely.affinity.translate(group, centre.x - group.centroid.x, centre.y - group.centroid.y)
        if block.buffer(-8).contains(group) and len(tree.query(group.convex_hull, predicate="intersects")) == 0:
            out.append(group)
    return out
