"""GeoJSON (RFC 7946), feature by feature; what the file is stands in its foreign member "gridmap"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import shapely

from gridmap.services.exporting.sheet import Part, Sheet


def write_geojson(sheet: Sheet, path: Path) -> int:
    """Write the rows -> how many. Coordinates keep every digit; a value that is empty is null."""
    rows = 0
    about = json.dumps(sheet.about, ensure_ascii=False)
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{{"type": "FeatureCollection", "name": "{sheet.layer}", "gridmap": {about}, "features": [')
        for part in sheet.parts():
            for feature in _features(sheet, part):
                file.write(",\n" if rows else "\n")
                file.write(feature)
                rows += 1
        file.write("\n]}\n")
    return rows


def _features(sheet: Sheet, part: Part) -> Iterator[str]:
    names = list(sheet.columns)
    values = zip(*[part.columns[name] for name in names], strict=True)
    for row, shape in zip(values, shapely.to_geojson(part.shapes).tolist(), strict=True):
        properties = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
        yield f'{{"type": "Feature", "properties": {properties}, "geometry": {shape or "null"}}}'
