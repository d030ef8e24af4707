"""What is built where: parcels of the town, their use, and the blocks they are cut into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.geo.adjacency import mean_width
from gridmap.synthetic.country import Ground
from gridmap.synthetic.partition import Ints
from gridmap.synthetic.plots import divide, town_cut, village_cut
from gridmap.synthetic.roads import RoadLine
from gridmap.synthetic.seeds import stream
from gridmap.synthetic.sketch import DedicatedSpot, Sketch

# share of parcels by the character of the community
MIX: dict[str, dict[str, float]] = {
    "new": {
        "residential_new": 0.39,
        "residential_old": 0.16,
        "commercial": 0.17,
        "public": 0.09,
        "park": 0.09,
        "vacant": 0.05,
        "industrial": 0.05,
    },
    "old": {
        "residential_old": 0.46,
        "residential_new": 0.11,
        "commercial": 0.16,
        "public": 0.08,
        "industrial": 0.09,
        "vacant": 0.04,
        "park": 0.06,
    },
    "works": {
        "residential_old": 0.27,
        "industrial": 0.45,
        "commercial": 0.09,
        "vacant": 0.06,
        "public": 0.05,
        "residential_new": 0.04,
        "park": 0.04,
    },
    "estate": {
        "industrial": 0.74,
        "vacant": 0.10,
        "commercial": 0.05,
        "residential_old": 0.05,
        "public": 0.03,
        "park": 0.03,
    },
    "hill": {
        "residential_old": 0.34,
        "village": 0.34,
        "commercial": 0.08,
        "vacant": 0.12,
        "public": 0.07,
        "residential_new": 0.05,
    },
}
HOMES_HA = 11.0  # about 1,000 flats of walk-up rows: two grids
SIDING_MIX = {"industrial": 0.5, "vacant": 0.2, "park": 0.2, "commercial": 0.1}
FRONT_FACTOR = 2.6  # commerce likes trunk roads by this much, and shuns the inside of a superblock as much
PARCEL_HA = {
    "residential_new": 3.0,
    "residential_old": 1.9,
    "commercial": 1.3,
    "industrial": 4.5,
    "public": 1.3,
    "village": 2.2,
    "park": 1.6,
    "vacant": 1.5,
}
BLOCK_HA = {
    "residential_new": 0.80,
    "residential_old": 0.60,
    "commercial": 0.52,
    "industrial": 1.9,
    "public": 0.7,
    "village": 0.34,
    "park": 1.6,
    "vacant": 0.9,
    "school": 9.0,
    "campus": 2.0,
    "hospital": 1.3,
    "market": 0.8,
    "station": 1.6,
}
CELL_USE = {
    "bank": "green",
    "farm": "farm",
    "forest": "forest",
    "water": "water",
    "hamlet": "village",
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A piece of ground of one use: its cell, its community (index of the seed) and, if dedicated, for what."""

    polygon: shapely.Polygon
    cell: int
    community: int
    use: str
    dedicated: str = ""


@dataclass(frozen=True, slots=True)
class Zoning:
    """Parcels, the plots they are cut into (with the parcel of each), the ways and all lines of the cuts."""

    parcels: tuple[Parcel, ...]
    plots: tuple[shapely.Polygon, ...]
    plot_parcel: Ints
    lines: tuple[BaseGeometry, ...]
    roads: tuple[RoadLine, ...]


def _town_parcels(
    cell: shapely.Polygon,
    number: int,
    community: int,
    mix: dict[str, float],
    trunks: shapely.STRtree,
    rng: np.random.Generator,
) -> tuple[list[Parcel], list[shapely.LineString]]:
    uses, shares = list(mix), np.array(list(mix.values()))
    theme = str(rng.choice(uses, p=shares / shares.sum()))
    target_m2 = PARCEL_HA[theme] * 1e4
    pieces, cuts = divide(cell, lambda _: target_m2 * float(rng.lognormal(0.1, 0.35)), town_cut, rng)
    trade = np.array([FRONT_FACTOR if u == "commercial" else 1.0 for u in uses])
    parcels = []
    for piece in pieces:
        front = len(trunks.query(piece, predicate="dwithin", distance=4.0)) > 0
        here = shares * (trade if front else 1.0 / trade)
        keeps = 0.62 if theme != "commercial" or front else 0.25
        use = theme if rng.random() < keeps else str(rng.choice(uses, p=here / here.sum()))
        parcels.append(Parcel(piece, number, community, use))
    return parcels, [c.line for c in cuts]


def lay_parcels(
    sketch: Sketch, ground: Ground, community: Ints, seed: int
) -> tuple[list[Parcel], list[shapely.LineString]]:
    """Town cells into parcels with uses; country cells stay whole. Returns parcels and the lanes between them."""
    rng = stream(seed, "parcels")
    trunks = shapely.STRtree([r.line for r in ground.roads if r.klass == "trunk"])
    parcels: list[Parcel] = []
    lanes: list[shapely.LineString] = []
    for number, (cell, kind) in enumerate(zip(ground.cells, ground.kinds, strict=True)):
        home = int(community[number])
        if kind == "village":
            pieces, cuts = divide(cell, lambda _: float(rng.uniform(1.6e4, 3e4)), village_cut, rng)
            parcels += [Parcel(p, number, home, "village") for p in pieces]
            lanes += [c.line for c in cuts]
        elif kind in ("town", "siding"):
            mix = MIX[sketch.communities[home].character] if kind == "town" else SIDING_MIX
            more, cut = _town_parcels(cell, number, home, mix, trunks, rng)
            parcels += more
            lanes += cut
        else:
            parcels.append(Parcel(cell, number, home, CELL_USE[kind]))
    return parcels, lanes


def place_services(sketch: Sketch, parcels: list[Parcel], roads: Sequence[RoadLine], seed: int) -> list[Parcel]:
    """Dedicated grids first, then schools, hospitals and markets on fitting parcels, well apart from each other."""
    rng = stream(seed, "services")
    out = list(parcels)
    for spot in sketch.dedicated:
        _dedicate(out, spot)
    wide = [r.line for r in roads if r.klass in ("trunk", "street")]
    _ensure_homes(out, sketch, shapely.STRtree(wide))
    _claim(out, "school", (1.5, 4.2), 420.0, 44, rng)
    _claim(out, "hospital", (0.9, 2.6), 1100.0, 5, rng)
    _claim(out, "market", (0.5, 1.3), 650.0, 15, rng)
    return out


def _ensure_homes(parcels: list[Parcel], sketch: Sketch, roads: shapely.STRtree) -> None:
    """Every community gets HOMES_HA of housing: other plots, in the hills fields, on a street and near its seed."""
    for home, seed in enumerate(sketch.communities):
        spot = shapely.Point(seed.x, seed.y)
        mine = [k for k, p in enumerate(parcels) if p.community == home and not p.dedicated]
        built_m2 = sum(parcels[k].polygon.area for k in mine if parcels[k].use.startswith("residential"))
        for uses in (("vacant", "industrial", "commercial"), ("farm",)):
            free = [k for k in mine if parcels[k].use in uses and _roomy(parcels[k].polygon)]
            far = [len(roads.query(parcels[k].polygon, predicate="dwithin", distance=2.0)) == 0 for k in free]
            order = sorted(zip(far, (parcels[k].polygon.distance(spot) for k in free), free, strict=True))
            for _, _, k in order:
                if built_m2 < HOMES_HA * 1e4:
                    parcels[k] = replace(parcels[k], use="residential_old")
                    built_m2 += parcels[k].polygon.area


def _roomy(polygon: shapely.Polygon) -> bool:
    """Large and wide enough for a housing estate."""
    return bool(7e3 < polygon.area < 6e4 and 2.0 * polygon.area / polygon.length > 32.0)


def _dedicate(parcels: list[Parcel], spot: DedicatedSpot) -> None:
    """Take the parcels around a spot, touching each other and of one community, until the area is reached."""
    place = shapely.Point(spot.x, spot.y)
    open_uses = (
        ("forest",)
        if spot.kind == "park"
        else ("residential_new", "residential_old", "commercial", "industrial", "public", "park", "vacant")
    )
    order = sorted(
        (k for k, p in enumerate(parcels) if p.use in open_uses and not p.dedicated),
        key=lambda k: (parcels[k].polygon.distance(place), k),
    )
    home = parcels[order[0]].community
    taken, area_m2 = [order[0]], parcels[order[0]].polygon.area
    near = [k for k in order[1:400] if parcels[k].community == home]
    use = {"estate": "industrial", "park": "park"}.get(spot.kind, spot.kind)
    while area_m2 < spot.area_ha * 1e4:
        body = [parcels[t].polygon.buffer(0.6) for t in taken]
        nxt = next((k for k in near if k not in taken and any(_beside(parcels[k].polygon, b) for b in body)), None)
        if nxt is None or (area_m2 + parcels[nxt].polygon.area > 1.7e4 * spot.area_ha):
            break
        taken.append(nxt)
        area_m2 += parcels[nxt].polygon.area
    for k in taken:
        parcels[k] = replace(parcels[k], use=use, dedicated=spot.kind)
    if use == "school":  # one running track is enough for a campus
        largest = max(taken, key=lambda k: parcels[k].polygon.area)
        for k in taken:
            parcels[k] = replace(parcels[k], use="school" if k == largest else "campus")


def _beside(polygon: shapely.Polygon, body: shapely.Polygon) -> bool:
    return bool(polygon.exterior.intersection(body).length > 12.0)


def _claim(
    parcels: list[Parcel], use: str, area_ha: tuple[float, float], apart_m: float, count: int, rng: np.random.Generator
) -> None:
    convertible = {"residential_new", "residential_old", "public", "vacant", "commercial"}
    taken = [p.polygon.centroid for p in parcels if p.use == use]
    per_community: dict[int, int] = {}
    for k in rng.permutation(len(parcels)):
        parcel = parcels[k]
        g = parcel.polygon
        if parcel.use not in convertible or parcel.dedicated or not area_ha[0] < g.area / 1e4 < area_ha[1]:
            continue
        box = shapely.oriented_envelope(g)
        if g.area / box.area < 0.78 or mean_width(np.array([g], dtype=object))[0] < 0.38 * np.sqrt(g.area):
            continue
        if per_community.get(parcel.community, 0) >= 2 or any(t.distance(g.centroid) < apart_m for t in taken):
            continue
        parcels[k] = replace(parcel, use=use)
        per_community[parcel.community] = per_community.get(parcel.community, 0) + 1
        taken.append(g.centroid)
        if len(taken) >= count:
            break


def cut_blocks(sketch: Sketch, parcels: list[Parcel], lanes: Sequence[shapely.LineString], seed: int) -> Zoning:
    """Cut every parcel into plots of the size its use asks for; some cuts become ways, the others are plot lines."""
    rng = stream(seed, "plots")
    plots: list[shapely.Polygon] = []
    owner: list[int] = []
    lines: list[BaseGeometry] = list(lanes)
    roads = [RoadLine("lane", "", g) for g in lanes]

    def target_m2(use: str) -> Callable[[shapely.Polygon], float]:
        mean_m2 = BLOCK_HA[use] * 1e4 * sketch.block_scale
        return lambda _: mean_m2 * float(rng.lognormal(0.1, 0.4))

    for k, parcel in enumerate(parcels):
        if parcel.use not in BLOCK_HA or (parcel.use == "park" and parcel.dedicated):
            plots.append(parcel.polygon)
            owner.append(k)
            continue
        village = parcel.use == "village"
        pieces, cuts = divide(parcel.polygon, target_m2(parcel.use), village_cut if village else town_cut, rng)
        plots += pieces
        owner += [k] * len(pieces)
        lines += [c.line for c in cuts]
        share = 0.8 if village else 0.6
        roads += [RoadLine("path", "", c.line) for c in cuts if rng.random() < share]
    return Zoning(tuple(parcels), tuple(plots), np.array(owner, dtype=np.int64), tuple(lines), tuple(roads))
