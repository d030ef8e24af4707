"""The plan in force as the read model holds it: blocks to place points in, grids to draw and to name."""

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
from gridmap.geo.projection import LocalProjection
from gridmap.services.placing import Placer
from gridmap.services.situation.answers import BlockAt, GridAt, NearestGrid, Place, PlanFacts
from gridmap.store import plans
from gridmap.store.engine import Session
from gridmap.store.plans import GridRow

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

    `shapes_m` are the grids' shapes in metres of the project's projection, `nearest` their index.
    """

    placer: Placer
    plan: PlanFacts | None
    grids: tuple[GridRow, ...]
    layer: GridLayer
    projection: LocalProjection | None
    shapes_m: NDArray[np.object_]
    nearest: shapely.STRtree

    def grids_of(self, block_ids: NDArray[np.int64]) -> NDArray[np.int32]:
        """n block ids (-1: none) -> places in `grids`, -1 where the block belongs to none."""
        blocks, which = np.unique(block_ids, return_inverse=True)
        place_of = {row.id: place for place, row in enumerate(self.grids)}
        places = [place_of.get(grid_id, NO_GRID) for grid_id in self.placer.grids_of(blocks).tolist()]
        return np.array(places, dtype=np.int32)[which]

    def place(self, lon: float, lat: float) -> Place:
        """One point in WGS-84 degrees -> its block and grid, else the nearest grid."""
        ordinal = self.placer.locator.locate_one(lon, lat)
        if ordinal < 0:
            return Place(lon, lat, None, None, None, self._nearest(lon, lat))
        block = BlockAt(self.placer.block_codes[ordinal])
        row = next((row for row in self.grids if row.id == self.placer.grid_ids[ordinal]), None)
        if row is None:
            return Place(lon, lat, block, None, None, self._nearest(lon, lat))
        return Place(lon, lat, block, GridAt(row.code, row.name), row.community_name, None)

    def _nearest(self, lon: float, lat: float) -> NearestGrid | None:
        if self.projection is None or not self.grids:
            return None
        x, y = self.projection.forward([lon], [lat])
        point = shapely.Point(x[0], y[0])
        ordinal = int(self.nearest.nearest(point))
        row = self.grids[ordinal]
        return NearestGrid(row.code, row.name, round(float(shapely.distance(point, self.shapes_m[ordinal])), 1))


def read_ground(session: Session, projection: LocalProjection | None, at: dt.datetime, placer: Placer) -> Ground:
    """Grids and plan in force at an instant, with the placer of that instant."""
    plan = plans.current(session, at)
    rows = [] if plan is None else plans.grids(session, plan.id)
    shapes = np.array([row.geom for row in rows], dtype=object)
    shapes_m = shapes if projection is None else projection.forward_shapes(shapes)
    layer = grid_layer(rows)
    facts = None
    if plan is not None:
        facts = PlanFacts(plan.uid, plan.name, plan.low, plan.high, plan.counted, len(rows), layer.version)
    return Ground(placer, facts, tuple(rows), layer, projection, shapes_m, shapely.STRtree(shapes_m))


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
