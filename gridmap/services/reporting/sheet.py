"""The heat map as one PNG: the drawing, and everything a reader must be told."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from gridmap.services.reporting import drawing
from gridmap.services.reporting.canvas import Canvas
from gridmap.services.reporting.fonts import Font, font
from gridmap.services.reporting.report import HeatReport
from gridmap.services.reporting.scene import Scene
from gridmap.services.situation import Legend

MAP_LONG_PX, SHEET_MIN_PX = 1800, 1100
MARGIN_PX, GAP_PX = 32, 16
PANEL, INK, MUTED, EDGE = "#FFFFFF", "#1F2933", "#55606C", "#CFC8BA"
NOTE_INK, NOTE_PANEL = "#8A5A00", "#FFF4DC"
TITLE_PX, LINE_PX, SMALL_PX = 34, 21, 16
LEGEND_STEP_PX, LEGEND_HIGH_PX, SCALE_MAX_PX = 84, 20, 240
NICE_LENGTHS_M = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)

Point = tuple[int, int]


def draw_sheet(scene: Scene, report: HeatReport) -> bytes:
    """The finished PNG."""
    picture = _map(scene)
    small = _wrapped((*report.remarks, *report.small), max(picture.width, SHEET_MIN_PX - 2 * MARGIN_PX))
    head, foot = _head_px(report), 96 + GAP_PX + 24 * len(small) + MARGIN_PX
    sheet = Image.new("RGB", (max(picture.width + 2 * MARGIN_PX, SHEET_MIN_PX), picture.height + head + foot), PANEL)
    pen = ImageDraw.Draw(sheet)
    _write_head(pen, report)
    left = (sheet.width - picture.width) // 2
    sheet.paste(picture, (left, head))
    pen.rectangle((left - 1, head - 1, left + picture.width, head + picture.height), outline=EDGE)
    top = head + picture.height + GAP_PX
    _draw_legend(pen, report.legend, report.words["unit"], (MARGIN_PX, top))
    px_per_m = picture.width / ((scene.bounds[2] - scene.bounds[0]) * scene.ground_m_per_mercator_m)
    _draw_scale(pen, report, px_per_m, (sheet.width - MARGIN_PX, top))
    for number, line in enumerate(small):
        pen.text((MARGIN_PX, top + 96 + 24 * number), line, MUTED, font=font(SMALL_PX))
    out = io.BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue()


def _map(scene: Scene) -> Image.Image:
    """Ground, heat above it, roads, borders and names above the heat."""
    canvas = Canvas(scene.bounds, MAP_LONG_PX, drawing.LAND)
    drawing.draw_ground(canvas, scene)
    if scene.heat is not None:
        canvas.overlay(scene.heat.values, scene.heat.bounds, scene.heat.colored)
    drawing.draw_roads(canvas, scene)
    drawing.draw_grids(canvas, scene)
    drawing.draw_borders(canvas, scene)
    picture = canvas.finished().convert("RGB")
    drawing.write_names(picture, canvas, scene.names)
    return picture


def _head_px(report: HeatReport) -> int:
    return MARGIN_PX + 52 + 32 * len(report.lines) + (48 if report.note else 0) + GAP_PX


def _write_head(pen: ImageDraw.ImageDraw, report: HeatReport) -> None:
    y = MARGIN_PX
    pen.text((MARGIN_PX, y), report.title, INK, font=font(TITLE_PX))
    y += 52
    for line in report.lines:
        pen.text((MARGIN_PX, y), line, MUTED, font=font(LINE_PX))
        y += 32
    if report.note:
        face: Font = font(LINE_PX)
        left, top, right, bottom = pen.textbbox((MARGIN_PX + 12, y + 10), report.note, font=face)
        pen.rounded_rectangle((left - 12, top - 7, right + 12, bottom + 7), 6, fill=NOTE_PANEL, outline=NOTE_INK)
        pen.text((MARGIN_PX + 12, y + 10), report.note, NOTE_INK, font=face)


def _draw_legend(pen: ImageDraw.ImageDraw, legend: Legend, unit: str, at: Point) -> None:
    left, top = at
    pen.text((left, top), unit, MUTED, font=font(LINE_PX))
    top += 34
    for step, part in enumerate(legend.classes):
        x = left + step * LEGEND_STEP_PX
        pen.rectangle((x, top, x + LEGEND_STEP_PX - 1, top + LEGEND_HIGH_PX), fill=part.composited)
        more = "+" if part.high is None else ""
        pen.text((x, top + LEGEND_HIGH_PX + 4), f"{part.low:g}{more}", INK, font=font(SMALL_PX))


def _draw_scale(pen: ImageDraw.ImageDraw, report: HeatReport, px_per_m: float, at: Point) -> None:
    right, top = at
    length_m = max((m for m in NICE_LENGTHS_M if m * px_per_m <= SCALE_MAX_PX), default=NICE_LENGTHS_M[0])
    left, y = right - length_m * px_per_m, top + 48
    pen.line([(left, y - 8), (left, y), (right, y), (right, y - 8)], fill=INK, width=2)
    word, length = ("km", length_m / 1000) if length_m >= 1000 else ("m", length_m)
    text = report.words[word].format(length=length)
    pen.text(((left + right) / 2, y - 8), text, INK, font=font(SMALL_PX), anchor="mb")


def _wrapped(lines: tuple[str, ...], width_px: int) -> list[str]:
    """The lines, those too long cut where they must be."""
    face, wrapped = font(SMALL_PX), []
    for line in lines:
        while face.getlength(line) > width_px:
            cut = max(1, int(len(line) * width_px / face.getlength(line)))
            while cut > 1 and face.getlength(line[:cut]) > width_px:
                cut -= 1
            wrapped.append(line[:cut])
            line = line[cut:]
        wrapped.append(line)
    return wrapped
