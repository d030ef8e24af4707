"""Small base maps: an MBTiles file of given tiles, a GeoTIFF of one colour."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_bounds

Bounds = tuple[float, float, float, float]


def write_mbtiles(path: Path, tiles: Mapping[tuple[int, int, int], bytes], **told: str) -> None:
    """`tiles`: zoom, column and row from the north -> bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        connection.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
        connection.executemany("INSERT INTO metadata VALUES (?, ?)", told.items())
        rows = [(z, x, (1 << z) - 1 - y, content) for (z, x, y), content in tiles.items()]
        connection.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    connection.close()


def write_geotiff(path: Path, bounds: Bounds, colour: tuple[int, ...], crs: str = "EPSG:4490", px: int = 64) -> None:
    """A square of one colour over `bounds` (west, south, east, north in degrees)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bands = np.repeat(np.array(colour, np.uint8), px * px).reshape(len(colour), px, px)
    transform = from_bounds(*bounds, px, px)
    with rasterio.open(
        path, "w", driver="GTiff", width=px, height=px, count=len(colour), dtype="uint8", crs=crs, transform=transform
    ) as out:
        out.write(bands)
