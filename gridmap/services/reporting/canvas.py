"""A map drawn with Pillow: shapes in degrees onto pixels of Web Mercator, smooth by drawing four times as many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gridmap.geo.projection import to_web_mercator

OVERSAMPLING = 2  # each pixel is the mean of 2 x 2 drawn ones: Pillow's own lines are jagged

MercatorBounds = tuple[float, float, float, float]  # west, south, east, north in metres of EPSG:3857


@dataclass(frozen=True, slots=True)
class Line:
    """How a line is drawn; `width_px` in pixels of the finished picture."""

    color: str
    width_px: float
    dash_px: tuple[float, float] | None = None


class Canvas:
    """A picture of `bounds`, `width_px` wide, its height following from the bounds."""

    def __init__(self, bounds: MercatorBounds, width_px: int, land: str) -> None:
        west, south, east, north = bounds
        self.bounds = bounds
        self.width_px = width_px
        self.height_px = max(1, round(width_px * (north - south) / (east - west)))
        self._px_per_m = OVERSAMPLING * width_px / (east - west)
        size = OVERSAMPLING * self.width_px, OVERSAMPLING * self.height_px
        self._image = Image.new("RGB", size, land)
        self._draw = ImageDraw.Draw(self._image)

    def fill(self, shapes: NDArray[Any], color: str) -> None:
        """Polygons and multipolygons, holes left open."""
        parts = shapely.get_parts(shapes)
        for polygon in parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]:
            if not len(polygon.interiors):
                self._draw.polygon(self._pixels(polygon.exterior), fill=color)
                continue
            mask = Image.new("1", self._image.size)
            pen = ImageDraw.Draw(mask)
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

    def overlay(self, rgba: NDArray[np.uint8], bounds: MercatorBounds) -> None:
        """A picture [rows, cols, 4] over its own bounds, scaled smoothly."""
        west, south, east, north = bounds
        left, top = self._at(west, north)
        right, bottom = self._at(east, south)
        size = max(1, round(right - left)), max(1, round(bottom - top))
        picture = Image.fromarray(rgba, "RGBA").resize(size, Image.Resampling.BILINEAR)
        self._image.paste(picture, (round(left), round(top)), picture)

    def finished(self) -> Image.Image:
        return self._image.resize((self.width_px, self.height_px), Image.Resampling.BOX)

    def spot(self, lon: float, lat: float) -> tuple[float, float]:
        """Degrees -> pixels of the finished picture."""
        x, y = to_web_mercator([lon], [lat])
        left, top = self._at(float(x[0]), float(y[0]))
        return left / OVERSAMPLING, top / OVERSAMPLING

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.bounds[0]) * self._px_per_m, (self.bounds[3] - y) * self._px_per_m

    def _pixels(self, ring: Any) -> list[tuple[float, float]]:
        coords = shapely.get_coordinates(ring)
        x, y = to_web_mercator(coords[:, 0], coords[:, 1])
        left, top = (x - self.bounds[0]) * self._px_per_m, (self.bounds[3] - y) * self._px_per_m
        return list(zip(left.tolist(), top.tolist(), strict=True))


def _lines(shapes: NDArray[Any]) -> NDArray[Any]:
    parts = shapely.get_parts(shapes)
    parts = parts[~shapely.is_empty(parts)]
    polygonal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    lineal = np.isin(shapely.get_type_id(parts), (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING))
    return np.concatenate([shapely.get_rings(parts[polygonal]), parts[lineal]])


def _dashes(pixels: list[tuple[float, float]], dash_px: tuple[float, float]) -> list[list[tuple[float, float]]]:
    """A line cut into its dashes."""
    line = shapely.LineString(pixels)
    on, off = (OVERSAMPLING * length for length in dash_px)
    starts = np.arange(0.0, line.length, on + off)
    pieces = [shapely.ops.substring(line, start, start + on) for start in starts]
    return [list(piece.coords) for piece in pieces if piece.geom_type == "LineString"]
