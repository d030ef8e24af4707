"""Reading GeoPackage, FlatGeobuf, GeoJSON and Shapefile through GDAL (pyogrio)."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from gridmap.errors import BadFile
from gridmap.services.exchange.archive import on_disk
from gridmap.services.exchange.encodings import detect, is_utf8
from gridmap.services.exchange.files import Format, Source
from gridmap.services.exchange.table import Objects, Table, object_array

EXACT_WHOLE = 2**53  # above it a float no longer tells whole numbers apart
NO_NUMBER = 1e300  # what some programs write into a column of numbers for nothing at all
UNREADABLE = "the shape cannot be read"


def read_vector(source: Source, layer: str | None, target: str = "") -> Table:
    """One layer of a geographic file with its shapes as they stand: `layer`, else the one called as the `target`.

    Raises BadFile: damaged, no such layer, several layers and none named, no rows, numbers GDAL cannot hand over whole.
    """
    if source.format is Format.GEOJSON:
        content, notes = _in_utf8(source)
        _check_json(source, content)
        # GDAL would take texts for dates where all of a column look like some, and cut instants to milliseconds
        table = table_of(source, content, crs_is_implied=True, DATE_AS_STRING="YES")
        return replace(table, notes=[*table.notes, *notes])
    with on_disk(source) as path:
        return table_of(source, path, layer=_layer_name(source, path, layer, target))


def table_of(
    source: Source, data: Path | bytes, *, crs_is_implied: bool = False, may_be_empty: bool = False, **options: Any
) -> Table:
    """What GDAL reads of a file, as a table; `options` as pyogrio takes them. Raises BadFile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # unclosed rings and the like become bad rows below, with their row number
            meta, _, wkb, arrays = pyogrio.raw.read(data, datetime_as_string=True, **options)
    except (DataSourceError, DataLayerError, RuntimeError) as error:
        raise damaged(source, error) from None
    n = len(wkb) if wkb is not None else len(arrays[0]) if arrays else 0
    if not n and not may_be_empty:
        raise BadFile(f"{source.name} has no rows.", "Export it again, with its rows.")
    shapes, broken = _shapes(wkb)
    types = dict(zip(meta["fields"], meta["ogr_types"], strict=True))
    columns = {
        heading: _column(heading, values, types[heading], source.name)
        for heading, values in zip(meta["fields"], arrays, strict=True)
    }
    return Table(
        n,
        columns,
        shapes=shapes,
        crs=_stated_crs(meta["crs"]),
        crs_is_implied=crs_is_implied,
        numeric=frozenset(h for h, t in types.items() if t in ("OFTInteger", "OFTInteger64", "OFTReal")),
        broken=broken,
    )


def damaged(source: Source, error: Exception) -> BadFile:
    return BadFile(f"{source.name} cannot be read as {source.format}: {error}", "Export it again.")


def renamed(table: Table, names: Mapping[str, str]) -> Table:
    """The table with other headings."""
    return replace(
        table,
        columns={names[heading]: cells for heading, cells in table.columns.items()},
        numeric=frozenset(names[heading] for heading in table.numeric),
    )


def _layer_name(source: Source, path: Path, layer: str | None, target: str) -> str | None:
    if source.format is not Format.GEOPACKAGE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with the file is told by the error
            names = [str(name) for name, _ in pyogrio.list_layers(path)]
    except (DataSourceError, RuntimeError) as error:
        raise damaged(source, error) from None
    listed = ", ".join(names) or "none"
    if layer is None and (len(names) == 1 or target in names):
        return target if target in names else names[0]
    if layer is None:
        raise BadFile(f"{source.name} has {len(names)} layers: {listed}.", "Name one with --layer.")
    if layer not in names:
        raise BadFile(f"{source.name} has no layer '{layer}'.", f"Its layers are: {listed}.")
    return layer


def _in_utf8(source: Source) -> tuple[bytes, list[str]]:
    """The content in UTF-8, as GeoJSON must be, and a remark where it was not. Raises BadFile."""
    content = source.content()
    if is_utf8(content):
        return content, []
    with source.stream() as stream:
        encoding = detect(stream, source.name)
    note = [f"{encoding.note} GeoJSON must be UTF-8: let others export it so."] if encoding.note else []
    return content.decode(encoding.codec).encode(), note


def _check_json(source: Source, content: bytes) -> None:
    """JSON that is damaged is refused with its line, JSON of another kind (TopoJSON, ESRI) by name."""
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{source.name} is not valid JSON: {error}.", "Export it again.") from None
    kind = found.get("type") if isinstance(found, dict) else None
    if kind not in ("FeatureCollection", "Feature"):
        raise BadFile(f"{source.name} is JSON, but not a GeoJSON FeatureCollection.", "Export it as GeoJSON.")


def _shapes(wkb: Objects | None) -> tuple[Objects | None, dict[int, str]]:
    if wkb is None:
        return None, {}
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    lost = np.flatnonzero(shapely.is_missing(shapes) & np.array([b is not None for b in wkb], bool))
    return shapes, {int(index): UNREADABLE for index in lost}


def _column(heading: str, values: Any, ogr_type: str, file_name: str) -> Objects:
    """A GDAL column as plain Python values; gaps are None, whole numbers stay whole."""
    if values.dtype.kind == "f":
        real = values[np.isfinite(values) & (np.abs(values) < NO_NUMBER)]
        if np.any((np.abs(real) > EXACT_WHOLE) & (real == np.floor(real))):
            raise BadFile(
                f"Column '{heading}' of {file_name} holds whole numbers too long to be read safely.",
                "Store it as text (such numbers are codes).",
            )
        kind = int if ogr_type in ("OFTInteger", "OFTInteger64") else float
        return object_array([None if v != v or abs(v) >= NO_NUMBER else kind(v) for v in values.tolist()])
    return object_array([_plain(v) for v in values.tolist()])


def _plain(value: Any) -> object:
    if isinstance(value, np.ndarray):
        return json.dumps(value.tolist(), ensure_ascii=False)
    return value.hex() if isinstance(value, bytes) else value


def _stated_crs(crs: str | None) -> str | None:
    """What the file says its reference system is; GeoPackage's 'undefined' ones say nothing."""
    return None if crs is None or "undefined" in crs.lower() else crs
