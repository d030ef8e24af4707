"""The plan in force as the read model holds it: its blocks to place points in, its grids to draw and to name."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.domain.plans import RESIDENTIAL
from gridmap.geo.locate import GridLocator
from gridmap.geo.projection import LocalProjection
from gridmap.services.situation.answers import BlockAt, GridAt, NearestGrid, Place, PlanFacts
from gridmap.store import plans
from gridmap.store.plans import GridRow

COORDINATE_DIGITS = 7  # about a centimetre
NO_GRID = -1


@dataclass(frozen=True, slots=True)
class PlanView:
    """Blocks in code order with the ordinal of their grid (-1: none), and the grids in code order."""

    facts: PlanFacts
    grids: tuple[GridRow, ...]
    block_ids: NDArray[np.int64]
    block_codes: tuple[str, ...]
    grid_of_block: NDArray[np.int32]
    locator: GridLocator
    nearest: shapely.STRtree
    shapes_m: NDArray[np.object_]
    projection: LocalProjection

    def grid_of_blocks(self, block_ids: NDArray[np.int64]) -> NDArray[np.int32]:
        """n block ids (-1: none) -> ordinals of grids, -1 where the block is in no grid of this plan."""
        order = np.argsort(self.block_ids)
        sorted_ids = self.block_ids[order]
        place = np.searchsorted(sorted_ids, block_ids)
        place[place == len(sorted_ids)] = 0
        if not len(sorted_ids):
            return np.full(len(block_ids), NO_GRID, dtype=np.int32)
        known = sorted_ids[place] == block_ids
        return np.where(known, self.grid_of_block[order[place]], NO_GRID).astype(np.int32)

    def place(self, lon: float, lat: float) -> Place:
        """One point in WGS-84 degrees -> its block and grid, or the nearest grid."""
        ordinal = self.locator.locate_one(lon, lat)
        if ordinal < 0 or (grid := int(self.grid_of_block[ordinal])) == NO_GRID:
            block = BlockAt(self.block_codes[ordinal]) if ordinal >= 0 else None
            return Place(lon, lat, block, None, None, self._nearest(lon, lat))
        row = self.grids[grid]
        return Place(lon, lat, BlockAt(self.block_codes[ordinal]), GridAt(row.code, row.name), row.community_name, None)

    def _nearest(self, lon: float, lat: float) -> NearestGrid | None:
        if not self.grids:
            return None
        x, y = self.projection.forward([lon], [lat])
        point = shapely.Point(x[0], y[0])
        row = self.grids[int(self.nearest.nearest(point))]
        distance_m = float(shapely.distance(point, self.shapes_m[self.nearest.nearest(point)]))
        return NearestGrid(row.code, row.name, round(distance_m, 1))


@dataclass(frozen=True, slots=True)
class GridLayer:
    """The grids of a plan as GeoJSON bytes; `version` names the content."""

    version: str
    geojson: bytes


def read_plan(session: Session, projection: LocalProjection | None, at: dt.datetime, version: str) -> PlanView | None:
    """The plan in force at an instant, None when there is none (or nothing was imported yet)."""
    plan = plans.current(session, at)
    if plan is None or projection is None:
        return None
    block_ids, block_codes, polygons = plans.open_blocks(session, at)
    rows = sorted(plans.grids(session, plan.id), key=lambda row: row.code)
    ordinal_of = {row.id: ordinal for ordinal, row in enumerate(rows)}
    assignment = plans.assignment(session, plan.id)
    grid_of_block = np.array(
        [ordinal_of.get(assignment.get(int(block), NO_GRID), NO_GRID) for block in block_ids], dtype=np.int32
    )
    shapes_m = projection.forward_shapes(np.array([row.geom for row in rows], dtype=object))
    facts = PlanFacts(plan.uid, plan.name, plan.low, plan.high, plan.counted, len(rows), version)
    return PlanView(
        facts=facts,
        grids=tuple(rows),
        block_ids=np.asarray(block_ids, dtype=np.int64),
        block_codes=tuple(block_codes),
        grid_of_block=grid_of_block,
        locator=GridLocator(polygons),
        nearest=shapely.STRtree(shapes_m),
        shapes_m=shapes_m,
        projection=projection,
    )


def grid_layer(rows: tuple[GridRow, ...], version: str) -> GridLayer:
    """The grids as a GeoJSON FeatureCollection, coordinates to a centimetre (shared borders stay shared)."""
    features = [
        {"type": "Feature", "id": row.code, "geometry": _geometry(row.geom), "properties": _properties(row)}
        for row in rows
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return GridLayer(version, json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode())


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
