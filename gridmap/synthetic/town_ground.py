"""The ground of a town on a real street network: which part of it is taken, its street blocks and what each is.

The shapes of streets, water and railways are real; only what stands on the blocks is invented later. What a block is
can be read from its lines: footpaths close together make a park, ramps around it a verge, nothing inside open ground.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.errors import BadInput
from gridmap.geo.adjacency import borders, mean_width
from gridmap.geo.blocks import make_blocks
from gridmap.synthetic.areas import connected_parts
from gridmap.synthetic.curves import Floats
from gridmap.synthetic.partition import Geometries, faces, lines_of, node, polygons_of
from gridmap.synthetic.roads import RoadLine

SIDE_M = 6_000.0  # a larger network is cut to its densest square of this side
CELL_M = 250.0  # the densest square is sought on cells of this size
LEAST_BLOCKS = 12
HULL_RATIO = 0.12
WATER_M2 = 10_000.0
FRINGE_SHARE = 0.22  # of its edge on the outline: nobody knows where this ground ends
FRINGE_M2 = 1.5e4
PATHS_OF_PARK = 0.011  # metres of footpath a square metre
OPEN_M2 = 2.0e5  # without streets inside this is a hill, a golf course, a large park
ALWAYS_OPEN_M2 = 4.5e5
STREETS_INSIDE = 0.003  # metres of streets a square metre that make a large block a built-up one
VERGE_WIDTH_M = 24.0
BETWEEN_CARRIAGEWAYS_M = 80.0


@dataclass(frozen=True, slots=True)
class Network:
    """What is real, in metres: streets, bodies of water with names, railways with names, green ground."""

    streets: tuple[RoadLine, ...]
    waters: tuple[tuple[str, shapely.Polygon], ...] = ()
    railways: tuple[tuple[str, shapely.LineString], ...] = ()
    greens: tuple[shapely.Polygon, ...] = ()


@dataclass(frozen=True, slots=True)
class TownGround:
    """Street blocks that tile one piece of ground, the kind of each (town, bank, forest, water), lines and outline."""

    cells: Geometries
    kinds: tuple[str, ...]
    lines: BaseGeometry
    outline: shapely.Polygon


def densest_square(x: Floats, y: Floats, length_m: Floats, side_m: float = SIDE_M) -> tuple[float, float]:
    """Middles and lengths of n streets in metres -> centre of the square of that side that holds most metres."""
    column = np.floor((x - x.min()) / CELL_M).astype(int)
    row = np.floor((y - y.min()) / CELL_M).astype(int)
    total = np.zeros((int(row.max()) + 1, int(column.max()) + 1))
    np.add.at(total, (row, column), length_m)
    cells = int(side_m // CELL_M)
    summed = np.pad(total.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    high, wide = (max(1, min(cells, n)) for n in total.shape)
    within = summed[high:, wide:] - summed[:-high, wide:] - summed[high:, :-wide] + summed[:-high, :-wide]
    best = np.unravel_index(int(np.argmax(within)), within.shape)
    centre_x = float(x.min()) + (int(best[1]) + wide / 2) * CELL_M
    return centre_x, float(y.min()) + (int(best[0]) + high / 2) * CELL_M


def lay_town_ground(network: Network) -> TownGround:
    """Street blocks of a network. Raises BadInput where it encloses too little for a district."""
    carriageways = [s.line for s in network.streets if s.klass != "path"]
    lakes = [g for _, g in network.waters if g.area > WATER_M2]
    lines = [*carriageways, *(g.exterior for g in lakes), *(g for _, g in network.railways)]
    hull = shapely.concave_hull(shapely.MultiPoint(shapely.get_coordinates(carriageways)), ratio=HULL_RATIO)
    if not isinstance(hull, shapely.Polygon):
        raise _too_small(0)
    found = make_blocks(lines, [hull], reach_m=3.0).polygons
    inner = _in_one_piece(found[~_is_fringe(found, hull)])
    if len(inner) < LEAST_BLOCKS:
        raise _too_small(len(inner))
    noded = node(list(shapely.boundary(inner)))
    cells = faces(noded, max(polygons_of(shapely.union_all(inner, grid_size=0.25)), key=lambda g: float(g.area)))
    cells = _in_one_piece(cells)
    outline = max(polygons_of(shapely.coverage_union_all(cells)), key=lambda g: float(g.area))
    return TownGround(cells, tuple(_kinds(cells, network)), noded, shapely.Polygon(outline.exterior))


def _too_small(n: int) -> BadInput:
    return BadInput(
        f"These streets enclose {n} blocks; a district needs at least {LEAST_BLOCKS}.",
        "Take a whole quarter of a town, with streets that meet in common points (an OpenStreetMap extract has them).",
    )


def _is_fringe(polygons: Geometries, hull: shapely.Polygon) -> np.ndarray:
    edge = hull.exterior.buffer(0.5)
    on_edge_m = shapely.length(shapely.intersection(shapely.boundary(polygons), edge))
    is_open = on_edge_m / shapely.length(polygons) > FRINGE_SHARE
    return np.asarray(is_open & (shapely.area(polygons) > FRINGE_M2))


def _in_one_piece(polygons: Geometries) -> Geometries:
    """The largest part that hangs together by edges."""
    edge = borders(polygons)
    long = edge.length_m > 2.0
    parts = connected_parts(np.arange(len(polygons)), edge.first[long], edge.second[long])
    area = shapely.area(polygons)
    return polygons[max(parts, key=lambda members: float(area[members].sum()))] if parts else polygons


def _kinds(cells: Geometries, network: Network) -> list[str]:
    area, width = shapely.area(cells), mean_width(cells)
    paths = _within_m(cells, [s.line for s in network.streets if s.klass == "path"])
    inner = np.asarray(shapely.buffer(cells, -4.0), dtype=object)
    inside = _within_m(inner, [s.line for s in network.streets if s.klass != "path"]) / area
    trunks = shapely.union_all([s.line.buffer(3.0) for s in network.streets if s.klass == "trunk"])
    shapely.prepare(trunks)
    along_trunk = shapely.length(shapely.intersection(shapely.boundary(cells), trunks)) / shapely.length(cells)
    is_green = (paths / area > PATHS_OF_PARK) & (area > 1.5e4)
    is_green |= _share(cells, network.greens) > 0.5
    is_long = shapely.length(cells) > 14 * width
    is_verge = (along_trunk > 0.75) & ((area < 4e4) | is_long & (width < BETWEEN_CARRIAGEWAYS_M))
    is_verge |= is_long & (width < VERGE_WIDTH_M)
    is_open = (area > OPEN_M2) & (inside < STREETS_INSIDE) | (area > ALWAYS_OPEN_M2)
    is_water = _share(cells, [g for _, g in network.waters]) > 0.5
    kinds = np.select([is_water, is_verge | is_green, is_open], ["water", "bank", "forest"], "town")
    return [str(kind) for kind in kinds]


def _within_m(polygons: Geometries, lines: list[shapely.LineString]) -> Floats:
    """Metres of the lines inside each polygon -> float64[n]."""
    if not lines:
        return np.zeros(len(polygons))
    array = np.asarray(lines, dtype=object)
    cell, line = shapely.STRtree(array).query(polygons, predicate="intersects")
    length_m = shapely.length(shapely.intersection(polygons[cell], array[line]))
    return np.bincount(cell, weights=length_m, minlength=len(polygons)).astype(np.float64)


def _share(polygons: Geometries, covers: tuple[shapely.Polygon, ...] | list[shapely.Polygon]) -> Floats:
    """Share of each polygon that the covers take -> float64[n]."""
    if not len(covers):
        return np.zeros(len(polygons))
    array = np.asarray(covers, dtype=object)
    cell, cover = shapely.STRtree(array).query(polygons, predicate="intersects")
    area_m2 = shapely.area(shapely.intersection(polygons[cell], array[cover]))
    covered = np.bincount(cell, weights=area_m2, minlength=len(polygons))
    return np.asarray(covered / shapely.area(polygons), dtype=np.float64)


def clip_network(network: Network, outline: shapely.Polygon) -> Network:
    """The network within an outline: a street that stands twice (once a direction) once, all meeting where they met."""
    snapped: dict[bytes, RoadLine] = {}
    for street in network.streets:
        line = shapely.set_precision(street.line, 0.25)
        for part in lines_of(line.intersection(outline)):
            if part.length > 0.5:
                snapped.setdefault(shapely.to_wkb(shapely.normalize(part)), RoadLine(street.klass, street.name, part))
    by_road: dict[tuple[str, str], list[shapely.LineString]] = {}
    for road in snapped.values():
        by_road.setdefault((road.klass, road.name), []).append(road.line)
    streets = [
        RoadLine(klass, name, part)
        for (klass, name), parts in by_road.items()
        for part in shapely.get_parts(shapely.line_merge(shapely.union_all(parts)))
    ]
    waters = [(name, part) for name, g in network.waters for part in polygons_of(g.intersection(outline))]
    railways = [(name, part) for name, g in network.railways for part in lines_of(g.intersection(outline))]
    return Network(tuple(streets), tuple(waters), tuple(railways), network.greens)
