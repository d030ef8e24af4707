"""Layers as GeoJSON, coordinates to a centimetre; and those that need nothing but their rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gridmap.domain.plans import RESIDENTIAL
from gridmap.store import places, tables
from gridmap.store.engine import Session
from gridmap.store.plans import GridRow

COORDINATE_DIGITS = 7  # about a centimetre
POINT_LAYERS = {
    "sites": (tables.Site, ("name", "kind")),
    "cameras": (tables.Camera, ("name", "kind", "bearing_deg", "fov_deg", "range_m")),
}

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Layer:
    """Features as GeoJSON bytes; `version` names the content."""

    version: str
    geojson: bytes


def grid_layer(rows: Sequence[GridRow]) -> Layer:
    """Grids in code order; shared borders stay shared."""
    return layer_of(feature(row.geom, _grid_properties(row), row.code) for row in rows)


def point_layer(session: Session, name: str, bbox: Box | None) -> Layer:
    """Key sites (points or polygons) or cameras, of a box in degrees or all; in the order they were stored."""
    model, columns = POINT_LAYERS[name]
    rows = places.layer(session, model, bbox)
    return layer_of(
        feature(rows.shapes[row], {column: rows.columns[column][row] for column in columns}, rows.columns["uid"][row])
        for row in range(len(rows))
    )


def _grid_properties(row: GridRow) -> dict[str, Any]:
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


def feature(shape: Any, properties: dict[str, Any], key: str) -> dict[str, Any]:
    """A GeoJSON feature; the shape in EPSG:4326."""
    return {"type": "Feature", "id": key, "geometry": _geometry(shape), "properties": properties}


def layer_of(features: Iterable[dict[str, Any]]) -> Layer:
    """A FeatureCollection."""
    collection = {"type": "FeatureCollection", "features": list(features)}
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()
    return Layer(hashlib.sha256(text).hexdigest()[:16], text)


def _geometry(shape: Any) -> dict[str, Any]:
    rounded = shapely.transform(shape, lambda coords: np.round(coords, COORDINATE_DIGITS))
    if rounded.geom_type == "MultiPolygon" and len(rounded.geoms) == 1:
        rounded = rounded.geoms[0]
    mapped: dict[str, Any] = shapely.geometry.mapping(rounded)
    return mapped
