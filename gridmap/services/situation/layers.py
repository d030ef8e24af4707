"""Layers as GeoJSON, coordinates to a centimetre; and those that need nothing but their rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.domain.plans import RESIDENTIAL
from gridmap.store import places, tables
from gridmap.store.engine import Session
from gridmap.store.plans import GridRow
from gridmap.store.scopes import Within

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
    shapes, keys = [row.geom for row in rows], [row.code for row in rows]
    return layer_of(shapes, map(_grid_properties, rows), keys)


def point_layer(session: Session, name: str, bbox: Box | None, within: Within | None = None) -> Layer:
    """Key sites (points or polygons) or cameras, of a box in degrees or all, of a part of the ground or the whole; in
    the order they were stored.
    """
    model, columns = POINT_LAYERS[name]
    rows = places.layer(session, model, bbox, within)
    properties = ({name: rows.columns[name][row] for name in columns} for row in range(len(rows)))
    return layer_of(rows.shapes, properties, rows.columns["uid"])


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


def layer_of(shapes: Sequence[Any] | NDArray[np.object_], properties: Iterable[Any], keys: Iterable[str]) -> Layer:
    """n shapes in EPSG:4326 with their properties and ids -> a FeatureCollection."""
    written = (_text({"id": key, "properties": own})[1:] for key, own in zip(keys, properties, strict=True))
    features = (
        f'{{"type":"Feature","geometry":{geometry},{rest}'
        for geometry, rest in zip(_geometries(shapes), written, strict=True)
    )
    text = f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()
    return Layer(hashlib.sha256(text).hexdigest()[:16], text)


def _geometries(shapes: Sequence[Any] | NDArray[np.object_]) -> list[str]:
    """n shapes -> GeoJSON geometries; a shape of one part is written as that part."""
    given = np.array(shapes, dtype=object)
    is_multi = shapely.get_type_id(given) == shapely.GeometryType.MULTIPOLYGON
    single = is_multi & (shapely.get_num_geometries(given) == 1)
    given[single] = shapely.get_geometry(given[single], 0)
    rounded = shapely.transform(given, lambda coords: np.round(coords, COORDINATE_DIGITS))
    return list(shapely.to_geojson(rounded))


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
