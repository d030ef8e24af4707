"""Tiles of a GeoTIFF: a window of it, warped to Web Mercator and written as PNG."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from PIL import Image
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError
from rasterio.transform import from_bounds
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds

from gridmap.errors import BadFile

TILE_PX = 256
EARTH_M = 6_378_137.0
HALF_M = math.pi * EARTH_M  # half of the side of the Web Mercator world
FINEST_ZOOM = 20
MEMORY_MB = 64  # what GDAL keeps of a file while it reads a tile
SHADES = 255


@dataclass(frozen=True, slots=True)
class GeotiffFacts:
    """`bounds` are (west, south, east, north) in degrees; the finest zoom is that of the file's own pixels."""

    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]


def facts(path: Path) -> GeotiffFacts:
    """Raises BadFile for a file that is none, has no reference system, or no picture in it."""
    try:
        with rasterio.open(path) as source:
            _require_picture(source, path)
            bounds = transform_bounds(source.crs, "EPSG:4326", *source.bounds)
            with WarpedVRT(source, crs="EPSG:3857") as warped:
                metres_a_pixel = warped.transform.a
    except RasterioError as error:
        raise BadFile(f"{path.name} cannot be read as a GeoTIFF: {error}.", "Export it again.") from None
    finest = math.ceil(math.log2(2 * HALF_M / TILE_PX / metres_a_pixel))
    return GeotiffFacts(0, max(0, min(FINEST_ZOOM, finest)), bounds)


def tile(path: Path, z: int, x: int, y: int) -> bytes | None:
    """256 x 256 pixels as PNG, transparent where the file has nothing; None where nowhere it has. Raises BadFile."""
    side_m = 2 * HALF_M / (1 << z)
    west, north = -HALF_M + x * side_m, HALF_M - y * side_m
    transform = from_bounds(west, north - side_m, west + side_m, north, TILE_PX, TILE_PX)
    options = {"crs": "EPSG:3857", "transform": transform, "width": TILE_PX, "height": TILE_PX, "add_alpha": True}
    try:
        with rasterio.Env(GDAL_CACHEMAX=MEMORY_MB), rasterio.open(path) as source:
            _require_picture(source, path)
            has_alpha = ColorInterp.alpha in source.colorinterp
            options["add_alpha"] = not has_alpha and source.nodata is None
            with WarpedVRT(source, resampling=Resampling.bilinear, **options) as warped:
                pixels = warped.read()
                alpha = warped.dataset_mask()
                palette = _palette(source)
    except RasterioError as error:
        raise BadFile(f"{path.name} cannot be read as a GeoTIFF: {error}.", "Export it again.") from None
    if not alpha.any():
        return None
    colours = palette[pixels[0]] if palette is not None else _colours(pixels[:3] if source.count >= 3 else pixels[:1])
    out = io.BytesIO()
    Image.fromarray(np.dstack([colours, alpha]).astype(np.uint8), "RGBA").save(out, "PNG")
    return out.getvalue()


def _colours(bands: np.ndarray) -> np.ndarray:
    """1 or 3 bands (b, h, w) of bytes -> (h, w, 3)."""
    return np.moveaxis(np.repeat(bands, 3, axis=0) if len(bands) == 1 else bands, 0, -1)


def _palette(source: rasterio.DatasetReader) -> np.ndarray | None:
    """uint8[256, 3] of a file whose band counts into a table of colours."""
    if source.colorinterp[0] is not ColorInterp.palette:
        return None
    colours = np.zeros((SHADES + 1, 3), np.uint8)
    for value, rgba in source.colormap(1).items():
        colours[value] = rgba[:3]
    return colours


def _require_picture(source: rasterio.DatasetReader, path: Path) -> None:
    if source.crs is None:
        raise BadFile(f"{path.name} does not say where it lies.", "Give it a reference system (`gdal_edit -a_srs`).")
    if set(source.dtypes) != {"uint8"}:
        raise BadFile(f"{path.name} is no picture: its bands are not bytes.", "Export it with bands of bytes.")
