"""Reading GeoPackage, FlatGeobuf and GeoJSON through GDAL (pyogrio)."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from gridmap.errors import BadFile
from gridmap.services.exchange.files import Format, Source
from gridmap.services.exchange.table import Objects, Table, object_array

EXACT_WHOLE = 2**53  # above it a float no longer tells whole numbers apart
UNREADABLE = "the shape cannot be read"


def read_vector(source: Source, layer: str | None) -> Table:
    """One layer of a geographic file with its shapes as they stand.

    Raises BadFile: damaged, no such layer, several layers and none named, no rows, numbers GDAL cannot hand over whole.
    """
    name = _layer_name(source, layer)
    data: Path | bytes = source.content or source.path
    if source.format is Format.GEOJSON:
        _check_json(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # unclosed rings and the like become bad rows below, with their row number
            meta, _, wkb, arrays = pyogrio.raw.read(data, layer=name, datetime_as_string=True)
    except (DataSourceError, DataLayerError, RuntimeError) as error:
        raise _damaged(source, error) from None
    n = len(wkb) if wkb is not None else len(arrays[0]) if arrays else 0
    if not n:
        raise BadFile(f"{source.path.name} has no rows.", "Export it again, with its rows.")
    shapes, broken = _shapes(wkb)
    types = dict(zip(meta["fields"], meta["ogr_types"], strict=True))
    columns = {
        heading: _column(heading, values, types[heading], source.path.name)
        for heading, values in zip(meta["fields"], arrays, strict=True)
    }
    return Table(
        n,
        columns,
        shapes=shapes,
        crs=_stated_crs(meta["crs"]),
        crs_is_implied=source.format is Format.GEOJSON,
        numeric=frozenset(h for h, t in types.items() if t in ("OFTInteger", "OFTInteger64", "OFTReal")),
        broken=broken,
    )


def _layer_name(source: Source, layer: str | None) -> str | None:
    if source.format is not Format.GEOPACKAGE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with the file is told by the error
            names = [str(name) for name, _ in pyogrio.list_layers(source.content or source.path)]
    except (DataSourceError, RuntimeError) as error:
        raise _damaged(source, error) from None
    listed = ", ".join(names) or "none"
    if layer is None and len(names) == 1:
        return names[0]
    if layer is None:
        raise BadFile(f"{source.path.name} has {len(names)} layers: {listed}.", "Name one with --layer.")
    if layer not in names:
        raise BadFile(f"{source.path.name} has no layer '{layer}'.", f"Its layers are: {listed}.")
    return layer


def _check_json(source: Source) -> None:
    """JSON that is damaged is refused with its line, JSON of another kind (TopoJSON, ESRI) by name."""
    try:
        content = json.loads(source.content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{source.path.name} is not valid JSON: {error}.", "Export it again.") from None
    kind = content.get("type") if isinstance(content, dict) else None
    if kind not in ("FeatureCollection", "Feature"):
        raise BadFile(f"{source.path.name} is JSON, but not a GeoJSON FeatureCollection.", "Export it as GeoJSON.")


def _damaged(source: Source, error: Exception) -> BadFile:
    return BadFile(f"{source.path.name} cannot be read as {source.format}: {error}", "Export it again.")


def _shapes(wkb: Objects | None) -> tuple[Objects | None, dict[int, str]]:
    if wkb is None:
        return None, {}
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    lost = np.flatnonzero(shapely.is_missing(shapes) & np.array([b is not None for b in wkb]))
    return shapes, {int(index): UNREADABLE for index in lost}


def _column(heading: str, values: Any, ogr_type: str, file_name: str) -> Objects:
    """A GDAL column as plain Python values; gaps are None, whole numbers stay whole."""
    if ogr_type in ("OFTInteger", "OFTInteger64") and values.dtype.kind == "f":
        if np.any(np.abs(values[np.isfinite(values)]) > EXACT_WHOLE):
            raise BadFile(
                f"Column '{heading}' of {file_name} holds whole numbers too long to be read safely.",
                "Store it as text (such numbers are codes).",
            )
        return object_array([None if v != v else int(v) for v in values.tolist()])
    if values.dtype.kind == "f":
        return object_array([None if v != v else v for v in values.tolist()])
    return object_array([_plain(v) for v in values.tolist()])


def _plain(value: Any) -> object:
    if isinstance(value, np.ndarray):
        return json.dumps(value.tolist(), ensure_ascii=False)
    return value.hex() if isinstance(value, bytes) else value


def _stated_crs(crs: str | None) -> str | None:
    """What the file says its reference system is; GeoPackage's 'undefined' ones say nothing."""
    return None if crs is None or "undefined" in crs.lower() else crs
