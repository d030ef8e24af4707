"""The map page's map, composed by folium and cut into the pieces a Jinja page puts together under its CSP."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from gridmap.services.leaflet import BareMap, Script, render
from gridmap.services.situation import ProjectFacts
from web.assets import Assets

# what the page's modules take the map over with: window[element.dataset.leaflet].gridmap
HANDOVER = "{{ map }}.gridmap = {{ values|tojson }};"


@dataclass(frozen=True, slots=True)
class PageMap:
    """`head` links Leaflet, `body` is the element, `script` makes the map (with the request's nonce)."""

    name: str
    head: Markup
    body: Markup
    script: Markup


def page_map(project: ProjectFacts, basemap: str | None, assets: Assets, nonce: str) -> PageMap:
    """The map of the page: folium makes it with its options, the page's modules add layers and controls."""
    map_ = BareMap(project.extent)
    Script(HANDOVER, basemap=basemap, extent=project.extent, attribution=project.attribution).add_to(map_)
    parts = render(map_)
    style = Markup('<link rel="stylesheet" href="{}">').format(assets.url("vendor/leaflet/leaflet.css"))
    library = Markup('<script src="{}"></script>').format(assets.url("vendor/leaflet/leaflet.js"))
    # folium's templates escape what they embed: `tojson` leaves no tag and no quote
    script = Markup('<script nonce="{}">').format(nonce) + Markup(parts.script) + Markup("</script>")  # noqa: S704
    return PageMap(parts.name, style + library, Markup(parts.element), script)  # noqa: S704
