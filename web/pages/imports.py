"""The import page."""

from __future__ import annotations

from flask import Response, render_template, request
from flask_babel import gettext

from gridmap.services.exchange import LAYERS
from gridmap.services.files.limits import UPLOAD_LIMIT_BYTES, UPLOAD_LIMIT_MB, UPLOADS_KEPT_S
from gridmap.services.past_imports import source_names
from web import i18n, security
from web.context import running
from web.importing.work import field_words
from web.maps import page_map
from web.tiles import basemap_url


def _(text: str) -> str:
    """Marks a text of the catalogue: it is translated where it is shown."""
    return text


# layer: its name, and what a row of it is
LAYER_WORDS = {
    "areas": (_("Areas"), _("District, streets, communities, compounds: code, name, level, border.")),
    "grids": (_("Grids"), _("Polygons with code and name. The first are the plan in force, later ones a draft.")),
    "blocks": (_("Blocks"), _("The indivisible pieces of ground that grids are made of: polygons with a code.")),
    "buildings": (_("Buildings"), _("Polygons; number, compound, street and door number where known.")),
    "households": (_("Households"), _("Points or a building's code; unit, room, number of residents.")),
    "units": (_("Units"), _("Shops, firms, institutions: points with a name.")),
    "sites": (_("Key sites"), _("Schools, hospitals, markets, stations: points or polygons with a name and a kind.")),
    "incidents": (_("Incidents"), _("Points or addresses; kind and time of day, day or month.")),
    "streets": (_("Streets"), _("Lines with a class; a name where known.")),
    "ground": (_("Ground"), _("Water, green, railways, walls: what the map lies on.")),
    "cameras": (_("Cameras"), _("Points; direction, angle and range where known.")),
    "routes": (_("Routes"), _("Lines with a name.")),
    "tracks": (_("Tracks"), _("Points with times, or GPX.")),
}
DATUMS = {
    "": _("As the file says"),
    "EPSG:4326": _("WGS-84 (GPS, OpenStreetMap)"),
    "cgcs2000": _("CGCS2000 (Tianditu)"),
    "gcj02": _("GCJ-02 (Amap, Tencent)"),
    "bd09": _("BD-09 (Baidu)"),
}
ENCODINGS = {"": _("Recognise it"), "utf-8": "UTF-8", "gb18030": "GB18030 (GBK)"}


def show() -> Response:
    """The page; its scripts do the work. `?layer=` chooses the layer to begin with."""
    parts = running()
    picture, basemap = parts.situation.picture(), basemap_url()
    chosen = request.args.get("layer")
    language = i18n.language()
    text = render_template(
        "import.html",
        here="import",
        project=picture.project,
        map=page_map(picture.project, basemap, parts.assets, security.nonce()),
        layers=LAYER_WORDS,
        chosen=chosen if chosen in LAYERS else "incidents",
        datums=DATUMS,
        encodings=ENCODINGS,
        sources=source_names(parts.store),
        limit_mb=UPLOAD_LIMIT_MB,
        kept_h=UPLOADS_KEPT_S // 3600,
        facts={
            "limit_bytes": UPLOAD_LIMIT_BYTES,
            "limit_mb": UPLOAD_LIMIT_MB,
            "is_demo": picture.project.is_demo,
            "time_zone": picture.project.time_zone,
            "layers": {name: gettext(words[0]) for name, words in LAYER_WORDS.items()} | {"posts": gettext(_("Posts"))},
            "fields": {name: field_words(name, language) for name in LAYERS},
        },
    )
    response = Response(text, mimetype="text/html")
    response.headers["Cache-Control"] = "private, no-cache"
    return response
