"""Pictures for the map: heat tiles, and the base map's file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request, send_file
from marshmallow import RAISE
from werkzeug.exceptions import NotFound

from gridmap.errors import BadInput
from web.api.parameters import MAX_ZOOM, TileQuery, selection
from web.context import running
from web.delivery import FOR_GOOD_S, unchanged

BASEMAP = "basemap.pmtiles"

blueprint = APIBlueprint("tiles", __name__, enable_openapi=True)


@blueprint.get("/tiles/heat/<int:z>/<int:x>/<int:y>.png")
@blueprint.input(TileQuery, location="query", unknown=RAISE)
@blueprint.doc(
    tags=["Situation"],
    summary="A 256-pixel tile of heat (512 with ratio=2), transparent where there is none",
    responses={200: {"description": "A palette PNG", "content": {"image/png": {}}}},
)
def heat(z: int, x: int, y: int, query_data: dict[str, Any]) -> Response:
    if z > MAX_ZOOM or x >= 1 << z or y >= 1 << z:
        raise BadInput(f"There is no tile {z}/{x}/{y}.", f"Zoom goes from 0 to {MAX_ZOOM}, x and y to 2^zoom - 1.")
    picture, chosen = running().situation.picture(), selection(query_data)
    period = picture.period(chosen)  # of an open end, which moves with the day, v says nothing
    is_whole = query_data["from_on"] is not None and query_data["to_on"] is not None
    version = f"{picture.heat.version} {period.from_on} {period.to_on}"
    if (same := unchanged(version, cacheable=is_whole, named=picture.heat.version)) is not None:
        return same
    drawn = {name: query_data[name] for name in ("theme", "ratio", "top")}
    png = picture.tile(z, x, y, chosen, bandwidth_m=query_data["bw"], **drawn)
    return Response(png, mimetype="image/png")


@blueprint.get("/basemap/<name>.pmtiles")
@blueprint.doc(hide=True)
def basemap(name: str) -> Response:
    """The base map, whole or by byte ranges. Only an address that names the present version may be kept: parts of two
    versions under one address would not fit together.
    """
    path = running().settings.basemap_dir / f"{name}.pmtiles"
    if path.name != BASEMAP or not path.is_file():
        raise NotFound
    response = send_file(path, mimetype="application/vnd.pmtiles", conditional=True)
    is_present = request.args.get("v") == _version(path)
    response.headers["Cache-Control"] = f"private, max-age={FOR_GOOD_S}" if is_present else "no-store"
    return response


def basemap_url() -> str | None:
    """The address of the base map with its version, None before one was built."""
    path = running().settings.basemap_dir / BASEMAP
    try:
        return f"/basemap/{BASEMAP}?v={_version(path)}"
    except FileNotFoundError:
        return None


def _version(path: Path) -> str:
    return f"{path.stat().st_mtime_ns:x}"
