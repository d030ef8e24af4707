"""A plan as the read model holds it: blocks to place points in, the areas they lie in, grids to draw and to name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.errors import UnknownPlace
from gridmap.geo.projection import LocalProjection
from gridmap.services.placing import Placer, inner_points
from gridmap.services.situation.answers import BlockAt, GridAt, NearestGrid, Place, PlanFacts
from gridmap.services.situation.area_tree import NO_AREA, AreaTree, read_areas
from gridmap.services.situation.layers import Layer, grid_layer
from gridmap.services.situation.spots import Spots, block_areas
from gridmap.store import ground, places, plans
from gridmap.store.engine import Session
from gridmap.store.plans import GridPlan, GridRow

M2_PER_KM2 = 1e6
NO_GRID = -1


@dataclass(frozen=True, slots=True)
class Ground:
    """The open blocks, and the plan that ties them to grids (`plan` None: none yet). `grids` are in code order.

    `grid_of_spot` int32[spots] counts into `grids`, -1 for none; `shapes_m` are the grids' shapes in metres of the
    project's projection, `nearest` their index.
    """

    placer: Placer
    spots: Spots
    grid_of_spot: NDArray[np.int32]
    plan: PlanFacts | None
    grids: tuple[GridRow, ...]
    layer: Layer
    projection: LocalProjection | None
    shapes_m: NDArray[np.object_]
    nearest: shapely.STRtree

    @property
    def areas(self) -> AreaTree:
        return self.spots.tree

    @property
    def area_households(self) -> NDArray[np.int64]:
        """int64[areas]: households of each, with those of the areas below it."""
        area = self.spots.area[: len(self.spots.ids)]
        known = area != NO_AREA
        held = np.bincount(area[known], weights=self.spots.households[known], minlength=len(self.areas))
        return self.areas.sums(held.astype(np.int64))

    def grid_place(self, code: str) -> int:
        """The place of a grid's code in `grids`. Raises UnknownPlace."""
        place = next((place for place, row in enumerate(self.grids) if row.code == code), None)
        if place is None:
            raise UnknownPlace(f"There is no grid {code}.", "Give the code of a grid of this plan.")
        return place

    def block_place(self, code: str) -> int:
        """The place of a block's code among the open blocks. Raises UnknownPlace."""
        if code not in self.spots.codes:
            raise UnknownPlace(f"There is no block {code}.", "Give the code of a block that is open today.")
        return self.spots.codes.index(code)

    def place(self, lon: float, lat: float) -> Place:
        """One point in WGS-84 degrees -> its block and grid, else the nearest grid."""
        ordinal = self.placer.locator.locate_one(lon, lat)
        if ordinal < 0:
            return Place(lon, lat, None, None, None, self._nearest(lon, lat))
        block = BlockAt(self.placer.block_codes[ordinal])
        grid = int(self.grid_of_spot[ordinal])
        if grid == NO_GRID:
            return Place(lon, lat, block, None, None, self._nearest(lon, lat))
        row = self.grids[grid]
        return Place(lon, lat, block, GridAt(row.code, row.name), row.community_name, None)

    def _nearest(self, lon: float, lat: float) -> NearestGrid | None:
        if self.projection is None or not self.grids:
            return None
        x, y = self.projection.forward([lon], [lat])
        point = shapely.Point(x[0], y[0])
        ordinal = int(self.nearest.nearest(point))
        row = self.grids[ordinal]
        return NearestGrid(row.code, row.name, round(float(shapely.distance(point, self.shapes_m[ordinal])), 1))


def read_ground(
    session: Session, projection: LocalProjection | None, at: dt.datetime, on: dt.date, placer: Placer
) -> Ground:
    """Grids and plan in force at an instant, the areas valid on its local day, with the placer of that instant."""
    spots = _read_spots(session, placer, read_areas(session, on), projection)
    return _under(session, plans.current(session, at), spots, placer, projection)


def ground_under(session: Session, known: Ground, plan: GridPlan) -> Ground:
    """The same blocks and areas with the grids of another plan."""
    return _under(session, plan, known.spots, known.placer, known.projection)


def _under(
    session: Session, plan: GridPlan | None, spots: Spots, placer: Placer, projection: LocalProjection | None
) -> Ground:
    rows = [] if plan is None else plans.grids(session, plan.id)
    shapes = np.array([row.geom for row in rows], dtype=object)
    shapes_m = shapes if projection is None else projection.forward_shapes(shapes)
    layer = grid_layer(rows)
    facts, assignment = None, {}
    if plan is not None:
        facts = PlanFacts(plan.uid, plan.name, plan.low, plan.high, plan.counted, len(rows), layer.version)
        assignment = plans.assignment(session, plan.id)
    place_of = {row.id: place for place, row in enumerate(rows)}
    grid_ids = spots.under(assignment, ground.parents(session))
    grid_of_spot = np.array([place_of.get(grid, NO_GRID) for grid in grid_ids.tolist()], dtype=np.int32)
    return Ground(
        placer, spots, grid_of_spot, facts, tuple(rows), layer, projection, shapes_m, shapely.STRtree(shapes_m)
    )


def _read_spots(session: Session, placer: Placer, tree: AreaTree, projection: LocalProjection | None) -> Spots:
    known = ground.block_facts(session)
    facts = tuple(known[block] for block in placer.block_ids.tolist())
    inner = inner_points(placer.polygons)
    located = tree.locate(shapely.get_x(inner), shapely.get_y(inner))
    area = block_areas(tree, facts, placer.grid_ids, ground.communities_of_grids(session), located)
    households = places.households_by_block(session)
    shapes_m = placer.polygons if projection is None else projection.forward_shapes(placer.polygons)
    rest = np.append(np.arange(len(tree)), NO_AREA).astype(np.int32)
    return Spots(
        ids=placer.block_ids,
        codes=placer.block_codes,
        shapes=placer.polygons,
        facts=facts,
        households=np.array([households.get(block, 0) for block in placer.block_ids.tolist()], dtype=np.int64),
        area_km2=shapely.area(shapes_m) / M2_PER_KM2,
        area=np.concatenate([area, rest]),
        locator=placer.locator,
        tree=tree,
    )
