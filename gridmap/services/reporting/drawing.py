"""The district around the heat in the colours of the map page: what lies below the heat, and what lies above it."""

from __future__ import annotations

from typing import Any

import shapely
from PIL import Image, ImageDraw

from gridmap.services.reporting.canvas import Canvas, Line
from gridmap.services.reporting.coloured import WATER
from gridmap.services.reporting.fonts import font
from gridmap.services.reporting.scene import Name, Scene

LAND, INK, HALO = "#F4F2ED", "#1F2933", "#FFFFFF"
FILLS = {"green": "#D5E3CC", "square": "#ECE9E1", "water": "#BFD7E2"}
BUILDING = "#DDD8CD"
CASING, ROAD = "#CFC8BA", "#FFFFFF"
# widths at zoom 14, about the scale of a district on one sheet
STREETS = {"path": 0.5, "lane": 0.6, "street": 2.0, "trunk": 4.0}
CASED = ("street", "trunk")
GROUND_LINES = {
    "wall": Line("#C3BCAE", 0.6),
    "track": Line("#B9A28F", 0.8),
    "railway": Line("#8A8F94", 1.2, (7.0, 4.0)),
}
SHORE = Line("#5E8698", 4.0)
BORDER, HALO_PX = "#4A3A73", 2.0
GRID_PX = 0.9
BORDERS_PX = {"street": 2.0, "district": 3.0}
NAME_PX = {"street": 26, "community": 19}
NAME_HALO_PX, NAME_GAP_PX = 3, 4


def draw_ground(canvas: Canvas, scene: Scene) -> None:
    """Water, green and buildings."""
    for kind, color in FILLS.items():
        if kind in scene.ground:
            canvas.fill(scene.ground[kind], color)
    canvas.fill(scene.buildings, BUILDING)


def draw_water(canvas: Canvas, scene: Scene) -> None:
    """Water above grids in colour, with its shore: its own blue alone is too near to a class of theirs."""
    if "water" in scene.ground:
        canvas.stroke(scene.ground["water"], SHORE)
        canvas.fill(scene.ground["water"], WATER)


def draw_roads(canvas: Canvas, scene: Scene) -> None:
    """Streets with their casings, railways and walls."""
    for kind, line in GROUND_LINES.items():
        if kind in scene.ground:
            canvas.stroke(scene.ground[kind], line)
    for name in CASED:
        if name in scene.streets:
            canvas.stroke(scene.streets[name], Line(CASING, STREETS[name] + 1.0))
    for name, width_px in STREETS.items():
        if name in scene.streets:
            canvas.stroke(scene.streets[name], Line(ROAD, width_px))


def draw_grids(canvas: Canvas, scene: Scene) -> None:
    """The grids' borders with their halo."""
    for line in (Line(HALO, GRID_PX + HALO_PX), Line(BORDER, GRID_PX)):
        canvas.stroke(scene.grids, line)


def draw_borders(canvas: Canvas, scene: Scene) -> None:
    """The borders of streets and of the district with their halo."""
    for more_px, color in ((HALO_PX, HALO), (0.0, BORDER)):
        for level, width_px in BORDERS_PX.items():
            canvas.stroke(scene.borders[level], Line(color, width_px + more_px))


def write_names(picture: Image.Image, canvas: Canvas, names: tuple[Name, ...]) -> None:
    """Names with a halo at their points, the earlier first; one that would lie on another is left out."""
    pen = ImageDraw.Draw(picture)
    taken: list[Any] = []
    for name in names:
        face = font(NAME_PX[name.level])
        x, y = canvas.spot(name.lon, name.lat)
        box = pen.textbbox((x, y), name.text, font=face, anchor="mm", stroke_width=NAME_HALO_PX)
        area = shapely.box(*box).buffer(NAME_GAP_PX)
        inside = box[0] > 0 and box[1] > 0 and box[2] < picture.width and box[3] < picture.height
        if inside and not any(area.intersects(other) for other in taken):
            taken.append(area)
            pen.text((x, y), name.text, INK, font=face, anchor="mm", stroke_width=NAME_HALO_PX, stroke_fill=HALO)
