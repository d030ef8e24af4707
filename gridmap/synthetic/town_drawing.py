"""From a real street network to a drawing: what is built where, plots inside large street blocks, communities.

The blocks of the town are its street blocks, the large ones parted into compounds along invented footways. Grids and
communities come last: the built-up ground is halved by its dwellings into street offices, these into communities, these
into grids, so a community is a group of grids and each grid can hold a band of households.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridmap.errors import BadInput
from gridmap.geo.adjacency import borders, mean_width
from gridmap.geo.topology import dissolve
from gridmap.synthetic.areas import connected_parts, heal_communities
from gridmap.synthetic.blocks import Drawing, largest_of, match
from gridmap.synthetic.buildings import MOST_FLATS
from gridmap.synthetic.country import Ground
from gridmap.synthetic.curves import Floats
from gridmap.synthetic.district import BuiltUp, build_up, grow_grids
from gridmap.synthetic.grids import part_by_weight
from gridmap.synthetic.naming import Names, numeral
from gridmap.synthetic.partition import Ints, absorb_small, faces, node
from gridmap.synthetic.roads import RoadLine
from gridmap.synthetic.seeds import stream
from gridmap.synthetic.sketch import DedicatedSpot, Seed, Sketch, VillageSpot
from gridmap.synthetic.town_ground import Network, TownGround, clip_network
from gridmap.synthetic.zoning import Parcel, cut_blocks, lay_parcels, place_services

QUARTER_M2 = 9e5  # ground of one character
CHARACTERS = ("new", "new", "old", "new", "old", "works")
FLATS_A_GRID = 640
GRIDS_A_COMMUNITY = 5.5
COMMUNITIES_A_OFFICE = 6
SETTLED_SHARE = 0.86  # of the flats of a grid that are lived in
MOST_IN_GRID = 780
BUILDINGS = 25_000
VILLAGE_EVERY_M2 = 2.5e6
INSTEAD = {
    "vacant": (("residential_new", "commercial", "park", "vacant"), (0.5, 0.2, 0.15, 0.15)),
    "public": (("public", "residential_new", "commercial"), (0.6, 0.25, 0.15)),
}
BUILT_USES = ("residential_new", "residential_old", "commercial", "industrial", "public", "village", "vacant")
GARDEN_SHARE = 0.6
VILLAGE_RADIUS_M = 150.0
DISTRICT_CODE = "990101"  # no county of China begins with 99
DEDICATED = {"hospital": "人民医院", "market": "中心市场", "school": "实验学校", "industrial": "产业园"}


@dataclass(frozen=True, slots=True)
class Town:
    """A town ready to be settled: its sketch, drawing and buildings, and the rows of its areas.

    `offices[c]` is the street office of community c, by index.
    """

    sketch: Sketch
    drawing: Drawing
    built: BuiltUp
    offices: tuple[int, ...]


def draw_town(network: Network, ground: TownGround, origin: tuple[float, float], names: Names, seed: int) -> Town:
    """Everything but the people. Raises BadInput where too few homes fit for a single grid."""
    quarters = _quarters(ground, seed)
    sketch = Sketch(
        *origin,
        (),
        (),
        (),
        (),
        (),
        (),
        (),
        quarters,
        _villages(ground, names, seed),
        (),
        buildings=BUILDINGS,
        names=names,
    )
    drawing = _plots(sketch, network, ground, seed)
    built = build_up(sketch, drawing, seed)
    drawing = _with_gardens(drawing, built, stream(seed, "gardens"))
    flats = np.bincount([b.block for b in built[0]], [b.flats for b in built[0]], len(drawing.blocks))
    grids = int(flats.sum() // FLATS_A_GRID)
    if grids < 1:
        raise BadInput(
            f"Only {int(flats.sum())} homes fit on the blocks of this network; one grid needs {FLATS_A_GRID}.",
            "Take a larger part of the town.",
        )
    wished = max(1, round(grids / GRIDS_A_COMMUNITY))
    community = _group_cells(drawing, flats.astype(np.float64), wished)
    count = int(community.max()) + 1
    drawing = _dedicate(replace(drawing, community=community))
    offices = _offices(count)
    sketch = replace(
        sketch,
        communities=_communities(drawing, offices),
        dedicated=tuple(DedicatedSpot(k, names.short + DEDICATED[k], 0.0, 0.0, 0.0) for k in _purposes(drawing)),
    )
    return _with_grids(Town(sketch, drawing, built, offices), grids)


def _quarters(ground: TownGround, seed: int) -> tuple[Seed, ...]:
    """Spots well apart from each other, each with the character of the ground around it."""
    rng = stream(seed, "quarters")
    centre = shapely.get_coordinates(shapely.centroid(ground.cells))
    count = max(1, round(float(shapely.area(ground.cells).sum()) / QUARTER_M2))
    spots = [centre[int(np.argmin(np.hypot(*(centre - centre.mean(axis=0)).T)))]]
    away = np.hypot(*(centre - spots[0]).T)
    for _ in range(count - 1):
        spots.append(centre[int(np.argmax(away))])
        away = np.minimum(away, np.hypot(*(centre - spots[-1]).T))
    words = [CHARACTERS[k % len(CHARACTERS)] for k in rng.permutation(len(spots))]
    return tuple(Seed(f"Q{k}", float(x), float(y), w) for k, ((x, y), w) in enumerate(zip(spots, words, strict=True)))


def _villages(ground: TownGround, names: Names, seed: int) -> tuple[VillageSpot, ...]:
    """Urban villages: where small blocks lie close together, away from each other."""
    rng = stream(seed, "villages")
    area, town = shapely.area(ground.cells), np.array(ground.kinds) == "town"
    small = np.flatnonzero(town & (area > 2.5e3) & (area < 1.2e4))
    centre = shapely.get_coordinates(shapely.centroid(ground.cells))
    count = int(area.sum() // VILLAGE_EVERY_M2)
    crowd = np.array([(np.hypot(*(centre[small] - centre[k]).T) < VILLAGE_RADIUS_M).sum() for k in small])
    chosen: list[int] = []
    for k in small[np.argsort(-crowd, kind="stable")].tolist():
        if len(chosen) < count and all(np.hypot(*(centre[k] - centre[j])) > 900 for j in chosen):
            chosen.append(k)
    roots = rng.permutation(len(names.village_roots))
    called = [names.village_roots[int(r)] + names.village_tails[0] for r in roots[: len(chosen)]]
    spots = zip(called, centre[chosen].tolist(), strict=True)
    return tuple(VillageSpot(name, x, y, VILLAGE_RADIUS_M) for name, (x, y) in spots)


def _plots(sketch: Sketch, network: Network, ground: TownGround, seed: int) -> Drawing:
    kinds = tuple(_kind(sketch, cell, kind) for cell, kind in zip(ground.cells, ground.kinds, strict=True))
    quarter = _nearest(ground, sketch.communities)
    local = clip_network(network, ground.outline)
    laid = Ground(ground.cells, kinds, (ground.lines,), local.streets)
    parcels, lanes = lay_parcels(sketch, laid, quarter, seed)
    parcels = _filled_in(parcels, stream(seed, "filled in"))
    zoning = cut_blocks(sketch, place_services(sketch, parcels, local.streets, seed), lanes, seed)
    noded = node([ground.lines, *zoning.lines])
    blocks = faces(noded, ground.outline)
    plot = match(blocks, np.asarray(zoning.plots, dtype=object))
    small = (shapely.area(blocks) < 420) | (mean_width(blocks) < 5) | ~largest_of(plot, shapely.area(blocks))
    blocks, kept = absorb_small(blocks, small, zoning.plot_parcel[plot])
    parcel = zoning.plot_parcel[plot[kept]]
    chosen = [zoning.parcels[p] for p in parcel]
    ways = [RoadLine("path", "", part) for r in zoning.roads for part in _inside(r.line, ground.outline)]
    waters = sorted(local.waters, key=lambda w: -w[1].area)
    wide = [mean_width(np.array([g], dtype=object))[0] > 40.0 for _, g in waters]
    return Drawing(
        blocks=blocks,
        community=np.zeros(len(blocks), dtype=np.int64),
        parcel=parcel,
        cell=np.array([p.cell for p in chosen], dtype=np.int64),
        use=tuple(p.use for p in chosen),
        dedicated=("",) * len(blocks),
        streets=(*local.streets, *ways),
        outline=ground.outline,
        rivers=tuple(w for w, is_wide in zip(waters, wide, strict=True) if not is_wide),
        lakes=tuple((n or "水域", g) for (n, g), is_wide in zip(waters, wide, strict=True) if is_wide),
        railways=local.railways,
        hills=(),
        yards=(None,) * len(local.railways),
    )


def _filled_in(parcels: list[Parcel], rng: np.random.Generator) -> list[Parcel]:
    """Less waste ground and fewer offices than at the edge of a town: homes, shops and small parks in their place."""
    out = []
    for parcel in parcels:
        uses, shares = INSTEAD.get(parcel.use, ((parcel.use,), (1.0,)))
        out.append(replace(parcel, use=str(rng.choice(uses, p=shares))))
    return out


def _with_gardens(drawing: Drawing, built: BuiltUp, rng: np.random.Generator) -> Drawing:
    """Most plots that stayed bare become gardens; the others are the empty plots that every town has."""
    bare = np.ones(len(drawing.blocks), dtype=bool)
    bare[[b.block for b in built[0]]] = False
    chosen = bare & (rng.random(len(bare)) < GARDEN_SHARE)
    words = zip(drawing.use, chosen.tolist(), strict=True)
    return replace(drawing, use=tuple("park" if is_chosen and w in BUILT_USES else w for w, is_chosen in words))


def _inside(line: shapely.LineString, outline: shapely.Polygon) -> list[shapely.LineString]:
    return [g for g in shapely.get_parts(line.intersection(outline)) if g.geom_type == "LineString" and g.length > 12]


def _kind(sketch: Sketch, cell: shapely.Polygon, kind: str) -> str:
    if kind == "town" and cell.area < 2.5e4:
        middle = cell.centroid
        for spot in sketch.villages:
            if np.hypot(spot.x - middle.x, spot.y - middle.y) < spot.radius_m:
                return "village"
    return kind


def _nearest(ground: TownGround, quarters: Sequence[Seed]) -> Ints:
    centre = shapely.get_coordinates(shapely.centroid(ground.cells))
    away = np.stack([np.hypot(centre[:, 0] - q.x, centre[:, 1] - q.y) for q in quarters])
    return np.asarray(away.argmin(axis=0), dtype=np.int64)


def _group_cells(drawing: Drawing, flats: Floats, count: int) -> Ints:
    """Communities as groups of whole street blocks, so that their borders run along streets -> int64[n]."""
    cells, number = np.unique(drawing.cell, return_inverse=True)
    ground = dissolve(drawing.blocks, number)
    weight = np.bincount(number, flats, len(cells)).astype(np.float64)
    group = part_by_weight(ground, np.arange(len(cells)), weight, count)
    return heal_communities(drawing.blocks, np.unique(group, return_inverse=True)[1][number])


def _dedicate(drawing: Drawing) -> Drawing:
    """The largest hospital, market, school and works get grids of their own, if their community stays in one piece."""
    edge = borders(drawing.blocks)
    solid = edge.length_m > 1.0
    first, second = edge.first[solid], edge.second[solid]
    use = np.array(drawing.use)
    area = shapely.area(drawing.blocks)
    words = np.array(drawing.dedicated, dtype=object)
    for purpose in DEDICATED:
        lots: list[int] = np.unique(drawing.parcel[use == purpose]).tolist()
        lots.sort(key=lambda p: -float(area[drawing.parcel == p].sum()))
        for lot in lots[:8]:
            mine = np.flatnonzero((drawing.parcel == lot) & (use == purpose))
            home = np.unique(drawing.community[mine])
            rest = np.flatnonzero((drawing.community == home[0]) & (words == ""))
            rest = np.setdiff1d(rest, mine)
            is_whole = len(home) == 1 and len(connected_parts(mine, first, second)) == 1
            if is_whole and len(rest) > 3 and len(connected_parts(rest, first, second)) == 1:
                words[mine] = purpose
                break
    return replace(drawing, dedicated=tuple(str(w) for w in words))


def _purposes(drawing: Drawing) -> list[str]:
    return [word for word in DEDICATED if word in drawing.dedicated]


def _offices(communities: int) -> tuple[int, ...]:
    """Street office of each community: neighbours in number lie beside each other."""
    count = max(1, round(communities / COMMUNITIES_A_OFFICE))
    return tuple(k * count // communities for k in range(communities))


def _communities(drawing: Drawing, offices: tuple[int, ...]) -> tuple[Seed, ...]:
    out = []
    numbers: dict[int, int] = {}
    for community, office in enumerate(offices):
        numbers[office] = numbers.get(office, 0) + 1
        spot = shapely.coverage_union_all(drawing.blocks[drawing.community == community]).centroid
        code = f"{DISTRICT_CODE}{office + 1:03d}{numbers[office]:03d}"
        out.append(Seed(code, float(spot.x), float(spot.y), "old"))
    return tuple(out)


def _with_grids(town: Town, grids: int) -> Town:
    """The town with as many grids as its flats can fill, and as many households as then fit into the band."""
    least = len(town.sketch.communities)
    for count in range(grids, least - 1, -1):
        sketch = replace(town.sketch, residential_grids=count)
        grown, buildings = grow_grids(sketch, town.drawing, town.built[0])
        of_grid = grown.of_block[[b.block for b in buildings]]
        flats = np.bincount(of_grid, [b.flats for b in buildings], len(grown.kinds))
        lived = flats[np.array([k == "residential" for k in grown.kinds])]
        if (lived >= 410).all():
            households = int(np.clip(lived * SETTLED_SHARE, 410, MOST_IN_GRID).sum())
            return replace(
                town,
                sketch=replace(
                    sketch,
                    households=households,
                    incidents=max(2_000, int(households * 0.83)),
                    cameras=max(12, households // 400),
                ),
            )
    raise BadInput(
        "The homes of this network cannot be dealt into grids of 400 to 800 households.",
        f"Take a larger part of the town (a block holds {MOST_FLATS} homes at most).",
    )


def area_names(town: Town) -> list[tuple[str, str, str, str]]:
    """Code, name, level and parent code of the district, its street offices and communities."""
    rows = [(DISTRICT_CODE, town.sketch.names.district, "district", "")]
    rows += [
        (f"{DISTRICT_CODE}{office + 1:03d}", f"第{numeral(office + 1)}街道", "street", DISTRICT_CODE)
        for office in sorted(set(town.offices))
    ]
    seeds = enumerate(town.sketch.communities, start=1)
    rows += [(seed.code, f"第{numeral(k)}社区居委会", "community", seed.code[:9]) for k, seed in seeds]
    return rows
