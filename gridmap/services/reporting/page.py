"""The heat map as ONE HTML file: it opens from a folder, a stick or a mail, without a server and without a network.

folium composes it: Leaflet itself, the drawn district, the heat and the grids all stand in the file, and its policy
forbids it to ask for anything else.
"""

from __future__ import annotations

import base64
import io
import json
import re
from typing import Any

import jinja2
import numpy as np
import shapely
from folium import GeoJson
from folium.raster_layers import ImageOverlay
from folium.utilities import JsCode
from PIL import Image
from shapely.geometry import mapping

from gridmap.geo import palettes
from gridmap.geo.projection import from_web_mercator
from gridmap.services.leaflet import LEAFLET, BareMap, Script, render, zoom_of_width
from gridmap.services.reporting import drawing
from gridmap.services.reporting.canvas import Canvas, MercatorBounds
from gridmap.services.reporting.coloured import HATCH, OPACITY, ColouredGrids
from gridmap.services.reporting.report import HeatReport
from gridmap.services.reporting.scene import HeatImage, Scene, view_of
from gridmap.services.situation.heat import palette_of
from gridmap.services.situation.layers import COORDINATE_DIGITS

GROUND = "tilePane"  # below what the drawn streets lie on
DRAWN_LONG_PX, HEAT_LONG_PX = 2048, 1600
DRAWN_COLORS = 64
# what needs the map's zoom: thin borders from afar, more names from near
CONTROLS = """
L.control.zoom({{ values.zoom|tojson }}).addTo({{ map }});
L.control.scale({imperial: false}).addTo({{ map }});
for (const name of {{ values.names|tojson }}) {
  const text = document.createElement("span");
  text.textContent = name.text;
  const icon = L.divIcon({className: "name name--" + name.level, html: text, iconSize: null});
  L.marker([name.lat, name.lon], {icon: icon, interactive: false, keyboard: false}).addTo({{ map }});
}
function suitZoom() {
  const zoom = {{ map }}.getZoom();
  document.body.classList.toggle("near", zoom >= {{ values.near_zoom|tojson }});
  const weight = zoom < 13.5 ? 0.5 : zoom < 15.5 ? 1 : 1.6;
  {{ map }}.eachLayer(function (layer) {
    if (!layer.feature || !layer.setStyle || layer.options.fixed) return;
    layer.setStyle({weight: layer.feature.properties.halo ? weight + 2 : weight});
  });
}
{{ map }}.on("zoomend", suitZoom);
suitZoom();
"""
# a pattern needs SVG, and keeps its width at every zoom
HATCHED = """
L.geoJSON({{ values.grids|tojson }}, {renderer: L.svg({pane: "tilePane"}), pane: "tilePane", interactive: false,
  style: {stroke: false, fillColor: "url(#no-data)", fillOpacity: 1, fixed: true}}).addTo({{ map }});
"""
# text nodes, so that no name of a grid can become markup
TOOLTIP = JsCode(
    """function (feature, layer) {
  const lines = document.createElement("div");
  for (const text of feature.properties.lines) lines.appendChild(document.createElement("div")).textContent = text;
  layer.bindTooltip(lines, {sticky: true, className: "grid-tip"});
  layer.on("mouseover", function () { layer.setStyle({fillOpacity: 0.12}); });
  layer.on("mouseout", function () { layer.setStyle({fillOpacity: 0}); });
}"""
)
GRID_STYLE = {"color": "#4A3A73", "weight": 1, "fill": True, "fillOpacity": 0.0, "fillColor": "#4A3A73"}
HALO_STYLE = {"color": "#FFFFFF", "weight": 3, "fill": False}

PAGE = jinja2.Environment(autoescape=True).from_string(
    """<!doctype html>
<html lang="{{ lang }}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ report.title }}</title>
<style>{{ leaflet_css|safe }}</style>
<style>
:root { --ink: #1F2933; --muted: #55606C; --edge: #CFC8BA; --land: #F4F2ED; }
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; color: var(--ink); background: #fff; line-height: 1.6;
  font: 14px/1.6 "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
header { padding: 12px 16px 8px; }
h1 { margin: 0; font-size: 20px; line-height: 1.4; }
header p { margin: 0; color: var(--muted); font-variant-numeric: tabular-nums; }
.note { display: inline-block; margin: 8px 0 0; padding: 2px 10px; border: 1px solid #8A5A00; border-radius: 6px;
  color: #8A5A00 !important; background: #FFF4DC; }
main { flex: 1; min-height: 240px; position: relative; border-block: 1px solid var(--edge); }
.folium-map { position: absolute; inset: 0; background: var(--land); }
.legend { position: absolute; z-index: 500; right: 12px; bottom: 12px; padding: 8px 12px 6px; border-radius: 6px;
  background: #fff; box-shadow: 0 1px 6px rgba(31, 41, 51, .25); }
.legend p { margin: 0 0 4px; color: var(--muted); font-size: 12px; }
.legend ol { display: flex; margin: 0; padding: 0; list-style: none; font-size: 12px;
  font-variant-numeric: tabular-nums; }
.legend li { width: 46px; }
.legend i { display: block; height: 14px; }
.legend ul { margin: 0; padding: 0; list-style: none; font-size: 12px; font-variant-numeric: tabular-nums; }
.legend ul li { display: flex; align-items: center; gap: 8px; width: auto; }
.legend ul i { width: 22px; border: 1px solid var(--edge); }
.legend .hatched { background: repeating-linear-gradient(-45deg, transparent 0 4px, {{ hatch }} 4px 5px) var(--land); }
.legend .remark { max-width: 280px; margin: 4px 0 0; }
.defs { position: absolute; width: 0; height: 0; }
footer { padding: 6px 16px; color: var(--muted); font-size: 12px; }
.name { position: absolute; color: var(--ink); font: 12px/1.2 inherit; white-space: nowrap; pointer-events: none;
  text-shadow: 0 0 2px #fff, 0 0 3px #fff, 1px 0 2px #fff, -1px 0 2px #fff, 0 1px 2px #fff, 0 -1px 2px #fff; }
.name span { display: block; transform: translate(-50%, -50%); }
.name--street { font-size: 15px; font-weight: 600; }
.name--community { visibility: hidden; font-size: 12px; }
.near .name--community { visibility: visible; }
.grid-tip { font: inherit; font-size: 13px; }
.grid-tip div div:first-child { font-weight: 600; }
@media (max-width: 520px) { .legend li { width: 38px; } .legend { right: 8px; bottom: 8px; padding: 6px 8px; } }
</style>
</head>
<body>
<header>
<h1>{{ report.title }}</h1>
{% for line in report.lines %}<p>{{ line }}</p>{% endfor %}
{% if report.note %}<p class="note">{{ report.note }}</p>{% endif %}
</header>
<main>
{{ map.element|safe }}
<section class="legend">
{% if report.coloured %}<p>{{ report.coloured.unit }}</p>
<ul>{% for colour, text in report.coloured.legend() %}<li><i
{%- if colour %} style="background:{{ colour }}"{% else %} class="hatched"{% endif %}></i>{{ text }}</li>
{% endfor %}</ul>
{% else %}<p>{{ report.words.unit }}</p>
<ol>{% for part in report.legend.classes %}<li><i style="background:{{ part.composited }}"></i>
{{- "%g"|format(part.low) }}{{ "+" if part.high is none }}</li>{% endfor %}</ol>{% endif %}
{% for remark in report.remarks %}<p class="remark">{{ remark }}</p>
{% endfor %}</section>
<svg class="defs" aria-hidden="true"><pattern id="no-data" width="8" height="8" patternUnits="userSpaceOnUse">
<path d="M-8 8 0 0M0 8 8 0M8 8 16 0" stroke="{{ hatch }}" stroke-width="1"/></pattern></svg>
</main>
<footer>{% for line in report.small %}{{ "" if loop.first else " · " }}{{ line }}{% endfor %}</footer>
<script>{{ leaflet_js|safe }}</script>
<script>{{ map.script|safe }}</script>
</body>
</html>
"""
)


def write_page(scene: Scene, report: HeatReport) -> str:
    """The whole file's text."""
    map_ = BareMap(view_of(report))
    map_.options["zoom_snap"] = 0.25  # there are no tiles that whole zooms would suit
    below, above = _drawn(scene, is_coloured=report.coloured is not None)
    _overlay(below, scene.bounds, pane=GROUND).add_to(map_)
    if report.coloured is not None:
        _add_colours(map_, report, report.coloured)
    elif scene.heat is not None:
        _overlay(_heat_png(scene.heat), scene.heat.bounds).add_to(map_)
    _overlay(above, scene.bounds).add_to(map_)
    _add_grids(map_, report)
    _add_borders(map_, scene)
    words = report.words
    zoom = {"position": "topleft", "zoomInTitle": words["zoom_in"], "zoomOutTitle": words["zoom_out"]}
    west, _, east, _ = view_of(report)
    names = [{"text": name.text, "lon": name.lon, "lat": name.lat, "level": name.level} for name in scene.names]
    Script(CONTROLS, zoom=zoom, names=names, near_zoom=zoom_of_width(east - west) + 1).add_to(map_)
    return PAGE.render(
        lang="zh-CN" if report.lang == "zh" else "en",
        report=report,
        map=render(map_),
        hatch=HATCH,
        leaflet_js=(LEAFLET / "leaflet.js").read_text(encoding="utf-8"),
        leaflet_css=_without_files((LEAFLET / "leaflet.css").read_text(encoding="utf-8")),
    )


def _drawn(scene: Scene, *, is_coloured: bool) -> tuple[bytes, bytes]:
    """The district as two pictures: what lies below the heat or the grids' colours, and what lies above."""
    below = Canvas(scene.bounds, DRAWN_LONG_PX, drawing.LAND)
    drawing.draw_ground(below, scene)
    above = Canvas(scene.bounds, DRAWN_LONG_PX, None)
    if is_coloured:
        drawing.draw_water(above, scene)
    drawing.draw_roads(above, scene)
    return _png(below.finished().convert("RGB")), _png(above.finished())


def _add_grids(map_: BareMap, report: HeatReport) -> None:
    collection: dict[str, Any] = json.loads(report.picture.ground.layer.geojson)
    if not collection["features"]:
        return
    for feature in collection["features"]:
        known = feature["properties"]
        count = report.counts.by_grid.get(known["code"], 0)
        lines = [known["name"], known["code"], report.words["count"].format(count=f"{count:,}")]
        value = None if report.coloured is None else report.coloured.told(known["code"])
        lines += [] if value is None else [value]
        feature["properties"] = {"lines": lines}
    halo = {**collection, "features": [{**part, "properties": {"halo": True}} for part in collection["features"]]}
    _add_shapes(map_, halo, HALO_STYLE, interactive=False)
    _add_shapes(map_, collection, GRID_STYLE, on_each_feature=TOOLTIP)


def _add_colours(map_: BareMap, report: HeatReport, coloured: ColouredGrids) -> None:
    """Each grid in the colour of its value, above the ground and below the streets; hatched without one."""
    collection: dict[str, Any] = json.loads(report.picture.ground.layer.geojson)
    filled: list[Any] = []
    hatched: list[Any] = []
    for feature in collection["features"]:
        colour = coloured.colour(feature["properties"]["code"])
        feature["properties"] = {"fill": colour}
        (hatched if colour is None else filled).append(feature)
    if filled:
        part = {**collection, "features": filled}
        GeoJson(part, style_function=_filled, interactive=False, pane=GROUND, control=False).add_to(map_)
    if hatched:
        Script(HATCHED, grids={**collection, "features": hatched}).add_to(map_)


def _filled(feature: dict[str, Any]) -> dict[str, Any]:
    return {"stroke": False, "fillColor": feature["properties"]["fill"], "fillOpacity": OPACITY, "fixed": True}


def _add_borders(map_: BareMap, scene: Scene) -> None:
    """The borders of streets and of the district, as wide at every zoom."""
    for level, width_px in drawing.BORDERS_PX.items():
        shapes = shapely.transform(scene.borders[level], lambda coords: np.round(coords, COORDINATE_DIGITS))
        if not len(shapes):
            continue
        features = [{"type": "Feature", "geometry": mapping(shape), "properties": {}} for shape in shapes]
        collection = {"type": "FeatureCollection", "features": features}
        for color, more_px in ((drawing.HALO, drawing.HALO_PX), (drawing.BORDER, 0.0)):
            style = {"color": color, "weight": width_px + more_px, "fill": False, "fixed": True}
            _add_shapes(map_, collection, style, interactive=False)


def _add_shapes(map_: BareMap, collection: dict[str, Any], style: dict[str, Any], **options: Any) -> None:
    GeoJson(collection, style_function=lambda _: style, control=False, **options).add_to(map_)


def _overlay(png: bytes, bounds: MercatorBounds, *, pane: str = "overlayPane") -> ImageOverlay:
    """A picture in Mercator over its bounds: Leaflet stretches it evenly in just that plane."""
    (west, east), (south, north) = from_web_mercator([bounds[0], bounds[2]], [bounds[1], bounds[3]])
    address = "data:image/png;base64," + base64.b64encode(png).decode()
    edges = [[float(south), float(west)], [float(north), float(east)]]
    return ImageOverlay(address, edges, pixelated=False, control=False, pane=pane)


def _heat_png(heat: HeatImage) -> bytes:
    """The heat on finer pixels than its lattice, so that the browser has no colours to mix."""
    rows, cols = heat.values.shape
    finer = max(1.0, HEAT_LONG_PX / max(rows, cols))
    size = round(cols * finer), round(rows * finer)
    scaled = Image.fromarray(heat.values).resize(size, Image.Resampling.BICUBIC)
    return palettes.palette_png(palettes.classify(np.asarray(scaled), heat.top), palette_of("light"))


def _png(picture: Image.Image) -> bytes:
    """Few colours do for a drawing, and a file that is mailed should be small."""
    method = Image.Quantize.FASTOCTREE if picture.mode == "RGBA" else Image.Quantize.MEDIANCUT
    colors = 256 if picture.mode == "RGBA" else DRAWN_COLORS
    out = io.BytesIO()
    picture.quantize(colors, method).save(out, "PNG", optimize=True)
    return out.getvalue()


def _without_files(css: str) -> str:
    """Leaflet's style without the pictures of controls that are not used here."""
    return re.sub(r"url\([^)]*\)", "none", css)
