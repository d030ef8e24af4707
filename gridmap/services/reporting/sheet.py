"""The heat map as one picture: the district under it, its borders over it, and everything a reader must be told."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gridmap.services.reporting.canvas import Canvas, Line, MercatorBounds
from gridmap.services.reporting.fonts import Font, font
from gridmap.services.situation import Legend

MAP_WIDTH_PX = 1600
MARGIN_PX, GAP_PX = 32, 16
LAND, INK, MUTED = "#F4F2ED", "#1F2933", "#55606C"
PANEL = "#FFFFFF"
FILLS = {"water": "#BFD7E2", "green": "#D5E3CC"}
BUILDING = "#DDD8CD"
# look.md's widths at zoom 14, about what the picture's scale is
STREETS = {"trunk": 4.0, "street": 2.0, "lane": 0.8, "path": 0.6}
ROAD, CASING = "#FFFFFF", "#CFC8BA"
RAILWAY = Line("#8A8F94", 1.2, (7.0, 4.0))
WALL = Line("#C3BCAE", 1.0)
GRID_HALO, GRID = Line("#FFFFFF", 3.4), Line("#4A3A73", 1.1)
NICE_LENGTHS_M = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn, in degrees: shapes by kind, the grids, names at points; and the heat with its bounds."""

    bounds: MercatorBounds
    ground: dict[str, NDArray[Any]]
    buildings: NDArray[Any]
    streets: dict[str, NDArray[Any]]
    grids: NDArray[Any]
    names: tuple[tuple[str, float, float], ...]
    heat: NDArray[np.uint8]
    heat_bounds: MercatorBounds
    metres_per_mercator: float


@dataclass(frozen=True, slots=True)
class Words:
    """What is written: the title, lines under it, a note that must not be missed, small print, unit, scale words."""

    title: str
    lines: tuple[str, ...]
    note: str | None
    small: tuple[str, ...]
    unit: str
    km: str
    m: str


def draw_sheet(scene: Scene, words: Words, legend: Legend) -> bytes:
    """The finished PNG."""
    picture = _map(scene)
    head = _height_of_head(words)
    foot = 132
    sheet = Image.new("RGB", (picture.width + 2 * MARGIN_PX, picture.height + head + foot), PANEL)
    pen = ImageDraw.Draw(sheet)
    _write_head(pen, words)
    sheet.paste(picture, (MARGIN_PX, head))
    pen.rectangle((MARGIN_PX - 1, head - 1, MARGIN_PX + picture.width, head + picture.height), outline=CASING)
    top = head + picture.height + GAP_PX
    _draw_legend(pen, legend, words.unit, (MARGIN_PX, top))
    _draw_scale(pen, scene, words, (MARGIN_PX + picture.width, top), picture.width)
    _write_small(pen, words.small, (MARGIN_PX, top + 68))
    out = io.BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue()


def _map(scene: Scene) -> Image.Image:
    canvas = Canvas(scene.bounds, MAP_WIDTH_PX, LAND)
    for kind, color in FILLS.items():
        if kind in scene.ground:
            canvas.fill(scene.ground[kind], color)
    canvas.fill(scene.buildings, BUILDING)
    canvas.overlay(scene.heat, scene.heat_bounds)
    for kind, line in (("wall", WALL), ("railway", RAILWAY)):
        if kind in scene.ground:
            canvas.stroke(scene.ground[kind], line)
    for casing in (True, False):
        for name in reversed(STREETS):
            if name in scene.streets:
                width_px = STREETS[name] + (1.0 if casing else 0.0)
                canvas.stroke(scene.streets[name], Line(CASING if casing else ROAD, width_px))
    for line in (GRID_HALO, GRID):
        canvas.stroke(scene.grids, line)
    picture = canvas.finished()
    _write_names(picture, canvas, scene.names)
    return picture


def _write_names(picture: Image.Image, canvas: Canvas, names: tuple[tuple[str, float, float], ...]) -> None:
    """Names with a halo at their points, the earlier first; one that would lie on another is left out."""
    pen, face = ImageDraw.Draw(picture), font(20)
    taken: list[Any] = []
    for name, lon, lat in names:
        x, y = canvas.spot(lon, lat)
        box = pen.textbbox((x, y), name, font=face, anchor="mm", stroke_width=3)
        area = shapely.box(*box).buffer(4)
        inside = box[0] > 0 and box[1] > 0 and box[2] < picture.width and box[3] < picture.height
        if inside and not any(area.intersects(other) for other in taken):
            taken.append(area)
            pen.text((x, y), name, INK, font=face, anchor="mm", stroke_width=3, stroke_fill="#FFFFFF")


def _height_of_head(words: Words) -> int:
    return MARGIN_PX + 48 + 28 * len(words.lines) + (40 if words.note else 0) + GAP_PX


def _write_head(pen: ImageDraw.ImageDraw, words: Words) -> None:
    y = MARGIN_PX
    pen.text((MARGIN_PX, y), words.title, INK, font=font(32))
    y += 48
    for line in words.lines:
        pen.text((MARGIN_PX, y), line, MUTED, font=font(20))
        y += 28
    if words.note:
        face: Font = font(20)
        left, top, right, bottom = pen.textbbox((MARGIN_PX + 12, y + 10), words.note, font=face)
        pen.rounded_rectangle((left - 12, top - 6, right + 12, bottom + 6), 6, fill="#FFF4DC", outline="#8A5A00")
        pen.text((MARGIN_PX + 12, y + 10), words.note, "#8A5A00", font=face)


def _draw_legend(pen: ImageDraw.ImageDraw, legend: Legend, unit: str, at: tuple[int, int]) -> None:
    left, top = at
    face, width, height = font(18), 84, 20
    pen.text((left, top), unit, MUTED, font=face)
    top += 28
    for k, part in enumerate(legend.classes):
        x = left + k * width
        pen.rectangle((x, top, x + width - 1, top + height), fill=part.composited)
        text = f"{part.low:g}" + ("+" if part.high is None else "")
        pen.text((x, top + height + 4), text, INK, font=face)


def _draw_scale(
    pen: ImageDraw.ImageDraw, scene: Scene, words: Words, at: tuple[int, int], map_width_px: int
) -> None:
    right, top = at
    west, _, east, _ = scene.bounds
    px_per_m = map_width_px / ((east - west) * scene.metres_per_mercator)
    length_m = max((m for m in NICE_LENGTHS_M if m * px_per_m <= 240), default=NICE_LENGTHS_M[0])
    length_px = length_m * px_per_m
    y = top + 40
    pen.line([(right - length_px, y - 8), (right - length_px, y), (right, y), (right, y - 8)], fill=INK, width=2)
    text = words.km.format(length=length_m / 1000) if length_m >= 1000 else words.m.format(length=length_m)
    pen.text((right - length_px / 2, y - 6), text, INK, font=font(18), anchor="mb")


def _write_small(pen: ImageDraw.ImageDraw, lines: tuple[str, ...], at: tuple[int, int]) -> None:
    left, top = at
    pen.text((left, top + 12), "  ·  ".join(lines), MUTED, font=font(16))
