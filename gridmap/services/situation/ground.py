"""A plan as the read model holds it: blocks to place points in, the areas they lie in, grids to draw and to name."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.domain.plans import RESIDENTIAL
from gridmap.errors import NotFound
from gridmap.geo.projection import LocalProjection
from gridmap.services.placing import Placer, inner_points
from gridmap.services.situation.answers import BlockAt, GridAt, NearestGrid, Place, PlanFacts
from gridmap.services.situation.area_tree import NO_AREA, AreaTree, read_areas
from gridmap.services.situation.spots import Spots, block_areas
from gridmap.store import ground, plans
from gridmap.store.engine import Session
from gridmap.store.plans import GridPlan, GridRow

COORDINATE_DIGITS = 7  # about a centimetre
NO_GRID = -1


@dataclass(frozen=True, slots=True)
class GridLayer:
    """Grids as GeoJSON bytes; `version` names the content."""

    version: str
    geojson: bytes


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
    layer: GridLayer
    projection: LocalProjection | None
    shapes_m: NDArray[np.object_]
    nearest: shapely.STRtree

    @property
    def areas(self) -> AreaTree:
        return self.spots.tree

    def grid_place(self, code: str) -> int:
        """The place of a grid's code in `grids`. Raises NotFound."""
        place = next((place for place, row in enumerate(self.grids) if row.code == code), None)
        if place is None:
            raise NotFound(f"There is no grid {code}.", "Give the code of a grid of this plan.")
        return place

    def block_place(self, code: str) -> int:
        """The place of a block's code among the open blocks. Raises NotFound."""
        if code not in self.spots.codes:
            raise NotFound(f"There is no block {code}.", "Give the code of a block that is open today.")
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
    spots = _read_spots(session, placer, read_areas(session, on))
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


def _read_spots(session: Session, placer: Placer, tree: AreaTree) -> Spots:
    known = ground.block_facts(session)
    facts = tuple(known[block] for block in placer.block_ids.tolist())
    inner = inner_points(placer.polygons)
    located = tree.locate(shapely.get_x(inner), shapely.get_y(inner))
    area = block_areas(tree, facts, placer.grid_ids, ground.communities_of_grids(session), located)
    rest = np.append(np.arange(len(tree)), NO_AREA).astype(np.int32)
    return Spots(
        ids=placer.block_ids,
        codes=placer.block_codes,
        shapes=placer.polygons,
        facts=facts,
        area=np.concatenate([area, rest]),
        locator=placer.locator,
        tree=tree,
    )


def grid_layer(rows: Sequence[GridRow]) -> GridLayer:
    """The grids as a GeoJSON FeatureCollection, coordinates to a centimetre (shared borders stay shared)."""
    features = [
        {"type": "Feature", "id": row.code, "geometry": _geometry(row.geom), "properties": _properties(row)}
        for row in rows
    ]
    collection = {"type": "FeatureCollection", "features": features}
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()
    return GridLayer(hashlib.sha256(text).hexdigest()[:16], text)


def _geometry(shape: Any) -> dict[str, Any]:
    rounded = shapely.transform(shape, lambda coords: np.round(coords, COORDINATE_DIGITS))
    if rounded.geom_type == "MultiPolygon" and len(rounded.geoms) == 1:
        rounded = rounded.geoms[0]
    mapped: dict[str, Any] = shapely.geometry.mapping(rounded)
    return mapped


def _properties(row: GridRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "dedicated": row.kind != RESIDENTIAL,
        "community": row.community_name,
        "street": row.street_name,
        "households": row.households,
        "blocks": row.blocks,
        "area_km2": round(row.area_km2, 4),
        "workers": [{"role": role, "name": name} for role, name in row.workers],
    }
