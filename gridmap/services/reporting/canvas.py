"""A map drawn with Pillow: shapes in degrees onto pixels of Web Mercator, smooth by drawing four times as many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gridmap.geo.projection import to_web_mercator

OVERSAMPLING = 2  # each pixel is the mean of 2 x 2 drawn ones: Pillow's own lines are jagged
LINEAL = (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING)

MercatorBounds = tuple[float, float, float, float]  # west, south, east, north in metres of EPSG:3857
Pixels = list[tuple[float, float]]
Coloring = Callable[[NDArray[np.float32]], NDArray[np.uint8]]  # [rows, cols] -> rgba[rows, cols, 4]


@dataclass(frozen=True, slots=True)
class Line:
    """How a line is drawn; `width_px` in pixels of the finished picture, `dash_px` its strokes and gaps."""

    color: str
    width_px: float
    dash_px: tuple[float, float] | None = None


class Canvas:
    """A picture of `bounds`, its longer side `long_px`; `land` None leaves it transparent."""

    def __init__(self, bounds: MercatorBounds, long_px: int, land: str | None) -> None:
        west, south, east, north = bounds
        per_m = long_px / max(east - west, north - south)
        self.bounds = bounds
        self.width_px = max(1, round((east - west) * per_m))
        self.height_px = max(1, round((north - south) * per_m))
        self._px_per_m = OVERSAMPLING * per_m
        size = OVERSAMPLING * self.width_px, OVERSAMPLING * self.height_px
        self._image = Image.new("RGBA", size, (0, 0, 0, 0) if land is None else land)
        self._draw = ImageDraw.Draw(self._image)

    def fill(self, shapes: NDArray[Any], color: str) -> None:
        """Polygons and multipolygons; other shapes are left out."""
        parts = shapely.get_parts(shapes)
        polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        holed = shapely.get_num_interior_rings(polygons) > 0
        for polygon in polygons[~holed]:
            self._draw.polygon(self._pixels(polygon.exterior), fill=color)
        if holed.any():
            self._fill_holed(polygons[holed], color)

    def _fill_holed(self, polygons: NDArray[Any], color: str) -> None:
        mask = Image.new("1", self._image.size)
        pen = ImageDraw.Draw(mask)
        for polygon in polygons:
            pen.polygon(self._pixels(polygon.exterior), fill=1)
            for hole in polygon.interiors:
                pen.polygon(self._pixels(hole), fill=0)
        self._image.paste(color, mask=mask)

    def stroke(self, shapes: NDArray[Any], line: Line) -> None:
        """Lines, and the borders of polygons."""
        width = max(1, round(OVERSAMPLING * line.width_px))
        for part in _lines(shapes):
            pixels = self._pixels(part)
            for piece in [pixels] if line.dash_px is None else _dashes(pixels, line.dash_px):
                self._draw.line(piece, fill=line.color, width=width, joint="curve")

    def overlay(self, values: NDArray[np.float32], bounds: MercatorBounds, color: Coloring) -> None:
        """Numbers [rows, cols] over their own bounds: interpolated first and coloured then, so that no colour is mixed.

        Beyond the bounds they are 0.
        """
        left, top = self._at(bounds[0], bounds[3])
        right, bottom = self._at(bounds[2], bounds[1])
        per_x, per_y = values.shape[1] / (right - left), values.shape[0] / (bottom - top)
        seen = (1 - left * per_x, 1 - top * per_y, 1 + (self._image.width - left) * per_x,
                1 + (self._image.height - top) * per_y)  # fmt: skip
        rimmed = Image.fromarray(np.pad(values, 1))
        scaled = rimmed.transform(self._image.size, Image.Transform.EXTENT, seen, Image.Resampling.BICUBIC)
        self._image.alpha_composite(Image.fromarray(color(np.asarray(scaled))))

    def finished(self) -> Image.Image:
        """The picture in its own size, RGBA."""
        return self._image.resize((self.width_px, self.height_px), Image.Resampling.BOX)

    def spot(self, lon: float, lat: float) -> tuple[float, float]:
        """Degrees -> pixels of the finished picture."""
        x, y = to_web_mercator([lon], [lat])
        left, top = self._at(float(x[0]), float(y[0]))
        return left / OVERSAMPLING, top / OVERSAMPLING

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.bounds[0]) * self._px_per_m, (self.bounds[3] - y) * self._px_per_m

    def _pixels(self, ring: Any) -> Pixels:
        coords = shapely.get_coordinates(ring)
        x, y = to_web_mercator(coords[:, 0], coords[:, 1])
        left, top = (x - self.bounds[0]) * self._px_per_m, (self.bounds[3] - y) * self._px_per_m
        return list(zip(left.tolist(), top.tolist(), strict=True))


def _lines(shapes: NDArray[Any]) -> NDArray[Any]:
    parts = shapely.get_parts(shapes)
    parts = parts[~shapely.is_empty(parts)]
    kinds = shapely.get_type_id(parts)
    rings: NDArray[Any] = shapely.get_rings(parts[kinds == shapely.GeometryType.POLYGON])
    return np.concatenate([rings, parts[np.isin(kinds, LINEAL)]])


def _dashes(pixels: Pixels, dash_px: tuple[float, float]) -> list[Pixels]:
    """A line cut into its dashes."""
    line = shapely.LineString(pixels)
    on, off = (OVERSAMPLING * length for length in dash_px)
    pieces = [shapely.ops.substring(line, at, at + on) for at in np.arange(0.0, line.length, on + off)]
    return [[(x, y) for x, y in piece.coords] for piece in pieces if piece.geom_type == "LineString"]
