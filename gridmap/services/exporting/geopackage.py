"""GeoPackage through GDAL, streamed as Arrow batches; what the file is stands in its metadata table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyogrio
import shapely

from gridmap.services.exporting.sheet import Kind, Part, Sheet

SHAPE = "geom"
METADATA_KEY = "gridmap"  # in gpkg_metadata, as GDAL writes it: ogrinfo and QGIS show it
TYPES = {Kind.TEXT: pa.string(), Kind.WHOLE: pa.int64(), Kind.NUMBER: pa.float64()}


def write_geopackage(sheet: Sheet, path: Path) -> int:
    """Write the rows as one table named like the layer -> how many. Coordinates are kept to the last bit."""
    schema = pa.schema([*((name, TYPES[kind]) for name, kind in sheet.columns.items()), (SHAPE, pa.binary())])
    rows = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        for part in sheet.parts():
            rows += len(part)
            yield _batch(part, schema)

    pyogrio.raw.write_arrow(
        pa.RecordBatchReader.from_batches(schema, batches()),
        path,
        layer=sheet.layer,
        driver="GPKG",
        geometry_name=SHAPE,
        geometry_type=sheet.shape_type,
        crs="EPSG:4326",
        layer_metadata={METADATA_KEY: json.dumps(sheet.about, ensure_ascii=False)},
    )
    return rows


def _batch(part: Part, schema: pa.Schema) -> pa.RecordBatch:
    columns = [pa.array(part.columns[name], schema.field(name).type) for name in schema.names if name != SHAPE]
    return pa.record_batch([*columns, pa.array(shapely.to_wkb(part.shapes), pa.binary())], schema=schema)
