"""folium maps that ask for nothing from outside and carry no style of their own.

folium's own page links ten files of three content networks and writes inline styles; this map writes its element and
its script only. Whoever renders it says where Leaflet comes from: addresses on this server (web/maps.py) or the files'
text inside the page (services/reporting).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import folium
from branca.element import MacroElement
from folium.template import Template

from gridmap.config import ROOT

LEAFLET = ROOT / "web" / "static" / "vendor" / "leaflet"
MIN_ZOOM_SPAN, MAX_ZOOM = 2, 19  # how far out of the district one may zoom; a building fills the screen at 19

PREAMBLE = "{% macro script(this, kwargs) %}{% set map = this._parent.get_name() %}{% set values = this.values %}"

Extent = tuple[float, float, float, float]  # west, south, east, north in degrees
CHINA: Extent = (73.0, 17.0, 136.0, 54.0)  # what an empty project shows


@dataclass(frozen=True, slots=True)
class Parts:
    """The pieces of a rendered map: its element, its script (no tags), and the script's name for it."""

    name: str
    element: str
    script: str


class BareMap(folium.Map):
    """L.map over an extent: its element, options and bounds; no layer and no control."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div id="map" class="folium-map" data-leaflet="{{ this.get_name() }}" tabindex="0"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map("map", {crs: L.CRS.EPSG3857, ...{{ this.options|tojavascript }}});
        {{ this.get_name() }}.fitBounds({{ this.view|tojson }});
        {% endmacro %}
        """
    )
    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's name and type
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(self, extent: Extent | None) -> None:
        west, south, east, north = extent or CHINA
        middle = [(south + north) / 2, (west + east) / 2]
        super().__init__(location=middle, tiles=None, prefer_canvas=True, zoom_control=False)
        self._id = "main"
        self.view = [[south, west], [north, east]]
        del self.options["zoom"]  # fitBounds knows the size of the screen
        self.options |= {
            "attribution_control": False,
            "max_bounds": _wider(extent or CHINA, 1.0),
            "max_bounds_viscosity": 0.8,
            "min_zoom": max(0, zoom_of_width(east - west) - MIN_ZOOM_SPAN),
            "max_zoom": MAX_ZOOM,
        }


class Script(MacroElement):
    """A piece of script that belongs to a map; in it `map` is the map's name and `values` what was given."""

    def __init__(self, text: str, **values: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "Script"
        self.values = values
        self._template = Template(PREAMBLE + text + "{% endmacro %}")


def render(map_: BareMap) -> Parts:
    """The map and everything added to it, as the pieces of a page."""
    figure: Any = map_.get_root()
    for child in figure._children.values():
        child.render()
    return Parts(map_.get_name(), figure.html.render().strip(), figure.script.render().strip())


def zoom_of_width(width_deg: float) -> int:
    """The whole zoom level at which this many degrees of longitude are about 1,024 pixels wide."""
    zoom = 0
    while zoom < MAX_ZOOM and width_deg / 360.0 * 256 * 2 ** (zoom + 1) <= 1024:
        zoom += 1
    return zoom


def _wider(extent: Extent, share: float) -> list[list[float]]:
    """Leaflet's bounds [[south, west], [north, east]] with `share` of the extent's size added on each side."""
    west, south, east, north = extent
    dx, dy = share * (east - west), share * (north - south)
    return [[max(-85.0, south - dy), west - dx], [min(85.0, north + dy), east + dx]]
