"""From the sketch to blocks: the whole drawing of the ground, as arrays in metres."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.geo.adjacency import mean_width
from gridmap.synthetic.areas import grow_communities, heal_communities
from gridmap.synthetic.country import divide_ground
from gridmap.synthetic.field import lay_field
from gridmap.synthetic.network import lay_network
from gridmap.synthetic.partition import Geometries, Ints, absorb_small, faces, node
from gridmap.synthetic.roads import RoadLine, trace_roads
from gridmap.synthetic.sketch import Hill, Sketch
from gridmap.synthetic.terrain import Terrain, lay_ground
from gridmap.synthetic.trails import lay_trails
from gridmap.synthetic.zoning import cut_blocks, lay_parcels, place_services


@dataclass(frozen=True, slots=True)
class Drawing:
    """A valid coverage of blocks with what later steps need; nothing later asks how the blocks were made.

    community, parcel and cell are indices per block; use and dedicated are words per block.
    """

    blocks: Geometries
    community: Ints
    parcel: Ints
    cell: Ints
    use: tuple[str, ...]
    dedicated: tuple[str, ...]
    streets: tuple[RoadLine, ...]
    outline: shapely.Polygon
    rivers: tuple[tuple[str, BaseGeometry], ...]
    lakes: tuple[tuple[str, shapely.Polygon], ...]
    railways: tuple[tuple[str, shapely.LineString], ...]
    hills: tuple[Hill, ...]
    yards: tuple[tuple[float, float] | None, ...]


def draw(sketch: Sketch, seed: int) -> Drawing:
    """Terrain, roads, communities, parcels and blocks of a sketch; deterministic for the seed."""
    terrain = lay_ground(sketch, seed)
    field = lay_field(sketch, terrain, seed)
    ground = divide_ground(sketch, terrain, field, trace_roads(sketch, terrain, field, seed), seed)
    coarse = node(ground.lines)
    cells = faces(coarse, terrain.outline)
    home = match(cells, ground.cells)
    cells, kept = absorb_small(cells, (shapely.area(cells) < 900) | (mean_width(cells) < 6), home)
    kinds = tuple(ground.kinds[home[k]] for k in kept)
    ground = type(ground)(cells, kinds, ground.lines, ground.roads)
    community = grow_communities(cells, sketch.communities, terrain)
    parcels, lanes = lay_parcels(sketch, ground, community, seed)
    zoning = cut_blocks(sketch, place_services(sketch, parcels, ground.roads, seed), lanes, seed)
    noded = node([coarse, *zoning.lines])
    blocks = faces(noded, terrain.outline)
    plot = match(blocks, np.asarray(zoning.plots, dtype=object))
    small = (shapely.area(blocks) < 420) | (mean_width(blocks) < 5) | ~largest_of(plot, shapely.area(blocks))
    blocks, kept = absorb_small(blocks, small, zoning.plot_parcel[plot])
    parcel = zoning.plot_parcel[plot[kept]]
    # a road that has no name yet goes by its number, so that its pieces can be named as one
    roads = [replace(r, name=r.name or f"#{k}") for k, r in enumerate([*ground.roads, *zoning.roads])]
    network = lay_network(roads, noded, terrain.outline, _bare(terrain))
    chosen = [zoning.parcels[p] for p in parcel]
    return Drawing(
        blocks=blocks,
        community=heal_communities(blocks, np.array([p.community for p in chosen], dtype=np.int64)),
        parcel=parcel,
        cell=np.array([p.cell for p in chosen], dtype=np.int64),
        use=tuple(p.use for p in chosen),
        dedicated=tuple(p.dedicated for p in chosen),
        streets=(*network, *lay_trails(sketch, terrain, network, seed)),
        outline=terrain.outline,
        rivers=terrain.rivers,
        lakes=terrain.lakes,
        railways=terrain.railways,
        hills=sketch.hills,
        yards=tuple(r.yard for r in sketch.railways),
    )


def _bare(terrain: Terrain) -> BaseGeometry:
    """Water and rails, where lanes end."""
    water = [g for _, g in (*terrain.rivers, *terrain.lakes)]
    return shapely.union_all([*water, *(g.buffer(6.0) for _, g in terrain.railways)])


def largest_of(group: Ints, size: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """True for the largest member of each group -> bool[n]."""
    order = np.lexsort((-size, group))
    first = np.append(True, group[order][1:] != group[order][:-1])
    out = np.zeros(len(group), dtype=bool)
    out[order[first]] = True
    return out


def match(found: Geometries, source: Geometries) -> Ints:
    """Index of the source polygon that holds (or is nearest to) an inner point of each found one -> int64[n]."""
    index = shapely.STRtree(source).nearest(shapely.point_on_surface(found))
    return np.asarray(index, dtype=np.int64)
