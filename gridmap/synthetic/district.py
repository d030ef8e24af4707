"""People move in: buildings, compounds, grids, households, sites and cameras on blocks, however these were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.synthetic.blocks import Drawing
from gridmap.synthetic.buildings import MOST_FLATS, build, buildable, outlines, street_fronts
from gridmap.synthetic.cameras import Camera, place_cameras
from gridmap.synthetic.compounds import Compound, form_compounds, number_buildings
from gridmap.synthetic.features import (
    Feature,
    Unit,
    bank_widths,
    firms_and_shops,
    greenhouse_areas,
    ground_cover,
    key_sites,
    walls,
    waters,
)
from gridmap.synthetic.grids import Grids, deal_grids, settle
from gridmap.synthetic.households import Households, deal, enlarge
from gridmap.synthetic.lots import Building, Site
from gridmap.synthetic.naming import Names
from gridmap.synthetic.partition import Ints
from gridmap.synthetic.roads import HALF_WIDTH_M
from gridmap.synthetic.seeds import stream
from gridmap.synthetic.sketch import Sketch
from gridmap.synthetic.streetnames import Door, name_streets, number_doors

LEAST_FLATS = 440  # a residential grid is built up to this many dwellings

BuiltUp = tuple[list[Building], list[Site]]


@dataclass(frozen=True, slots=True)
class District:
    """All layers but the incidents, in metres; indices point into the sequences of the same object."""

    drawing: Drawing
    shorts: tuple[str, ...]
    buildings: tuple[Building, ...]
    compounds: tuple[Compound, ...]
    compound_of: Ints
    number_of: Ints
    doors: tuple[Door, ...]
    grids: Grids
    households: Households
    units: tuple[Unit, ...]
    sites: tuple[Feature, ...]
    ground: tuple[Feature, ...]
    cameras: tuple[Camera, ...]
    names: Names


def settle_district(
    sketch: Sketch, drawing: Drawing, shorts: Sequence[str], seed: int, built: BuiltUp | None = None
) -> District:
    """Fill a drawing with buildings, people and things; `shorts` are the short names of the communities.

    `built`: its buildings, where they are known already.
    """
    community_ground = [shapely.coverage_union_all(drawing.blocks[drawing.community == c]) for c in range(len(shorts))]
    halves = {r.name: r.halves for r in sketch.roads if r.halves}
    named = list(zip(shorts, community_ground, strict=True))
    streets = name_streets(drawing.streets, named, halves, stream(seed, "streets"))
    drawing = replace(drawing, streets=tuple(streets))
    buildings, grounds = built or build_up(sketch, drawing, seed)
    grids, buildings = grow_grids(sketch, drawing, buildings)
    grid_of = grids.of_block[[b.block for b in buildings]]
    residential = np.array([k == "residential" for k in grids.kinds])
    flats = np.bincount(grid_of, [b.flats for b in buildings], len(grids.kinds)).astype(np.float64)
    wanted = settle(flats, residential, sketch.households)
    households = deal(buildings, grid_of, wanted, stream(seed, "households"))
    compounds = form_compounds(
        drawing.blocks,
        drawing.use,
        drawing.parcel,
        drawing.community,
        buildings,
        sketch.villages,
        [c.character for c in sketch.communities],
        stream(seed, "compounds"),
        sketch.names,
    )
    compound_of, number_of = number_buildings(compounds, buildings)
    footprints = outlines(buildings)
    doors = number_doors(streets, footprints)
    greenhouses = greenhouse_areas(drawing, [*footprints, *(s.line for s in streets)], stream(seed, "greenhouses"))
    names = {d.kind: d.name for d in sketch.dedicated}
    sites = key_sites(drawing, grounds, shorts, names, greenhouses, stream(seed, "sites"), sketch.names)
    fences, gates = walls(compounds, _inside_streets(drawing, compounds), [s.line for s in streets if s.name])
    return District(
        drawing=drawing,
        shorts=tuple(shorts),
        buildings=tuple(buildings),
        compounds=tuple(compounds),
        compound_of=compound_of,
        number_of=number_of,
        doors=tuple(doors),
        grids=grids,
        households=households,
        units=tuple(firms_and_shops(buildings, [d.street for d in doors], stream(seed, "units"))),
        sites=tuple(sites),
        ground=(*ground_cover(drawing, grounds, buildings, stream(seed, "cover")), *fences),
        cameras=tuple(
            place_cameras(
                streets,
                sites,
                [(compounds[k].name, x, y) for k, x, y in gates],
                sketch.cameras,
                stream(seed, "cameras"),
            )
        ),
        names=sketch.names,
    )


def build_up(sketch: Sketch, drawing: Drawing, seed: int) -> BuiltUp:
    """The buildings and other sites of a drawing; they do not depend on communities."""
    water = [g.buffer(b + 3.0) for g, b in zip(waters(drawing), bank_widths(drawing), strict=True)]
    rails = [g.buffer(18.0) for _, g in drawing.railways]
    areas = buildable(drawing.blocks, drawing.streets, [*water, *rails])
    fronts = street_fronts(drawing.blocks, drawing.streets)
    return build(areas, drawing.blocks, drawing.use, fronts, stream(seed, "buildings"), sketch.buildings)


def grow_grids(sketch: Sketch, drawing: Drawing, buildings: list[Building]) -> tuple[Grids, list[Building]]:
    """Grids of about equal numbers of flats, and the buildings enlarged where a grid has too few."""
    block_of = np.array([b.block for b in buildings])
    flats = np.bincount(block_of, [b.flats for b in buildings], len(drawing.blocks)).astype(np.float64)
    grids = deal_grids(
        drawing.blocks, drawing.cell, drawing.community, drawing.dedicated, flats, sketch.residential_grids
    )
    residential = np.array([k == "residential" for k in grids.kinds])
    return grids, enlarge(buildings, grids.of_block[block_of], residential, LEAST_FLATS, MOST_FLATS)


def _inside_streets(drawing: Drawing, compounds: Sequence[Compound]) -> list[BaseGeometry]:
    """The ground of each compound without the streets around it."""
    wide = [s.line.buffer(HALF_WIDTH_M[s.klass] + 0.8, cap_style="flat") for s in drawing.streets if s.klass != "path"]
    tree = shapely.STRtree(wide)
    rails = [g.buffer(9.0) for _, g in drawing.railways]
    banks = [g.buffer(b) for g, b in zip(waters(drawing), bank_widths(drawing), strict=True)]
    bare = shapely.union_all([*banks, *rails])
    shapely.prepare(bare)
    out = []
    for compound in compounds:
        near = tree.query(compound.outline, predicate="intersects")
        body: BaseGeometry = compound.outline.buffer(-1.2, join_style="mitre")
        body = body.difference(bare) if bare.intersects(body) else body
        out.append(body.difference(shapely.union_all([wide[i] for i in near])) if len(near) else body)
    return out
