"""Pictures for the map: heat tiles, and the base map's file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from apiflask import APIBlueprint
from flask import Response, g, request, send_file
from marshmallow import RAISE
from werkzeug.exceptions import NotFound

from gridmap.errors import BadInput
from gridmap.services import own_basemap
from gridmap.services.own_basemap.files import PICTURES
from gridmap.services.situation import DrawnTile, Picture, ProjectFacts
from web import views
from web.api.openapi import described
from web.api.parameters import MAX_ZOOM, BasemapQuery, TileQuery, selection
from web.context import running
from web.delivery import FOR_GOOD_S, unchanged

BASEMAP = "basemap.pmtiles"
# One transparent pixel.
NOTHING_THERE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da636060000000030001"
    "2b094d840000000049454e44ae426082"
)
PMTILES = "application/vnd.pmtiles"
HEAT_ENDPOINT = "tiles.heat"

blueprint = APIBlueprint("tiles", __name__, enable_openapi=True)


@blueprint.before_request
def drawn_before() -> Response | None:
    """A tile that was asked for in the same words: they need not be read again, only whether it still holds."""
    if request.endpoint != HEAT_ENDPOINT:
        return None
    g.picture = views.picture()
    tile = g.picture.heat.cache.answers.held(_address(g.picture))
    if tile is None:
        return None
    # of an address with an open end of the period `v` says too little for keeping it
    same = unchanged(tile.version, cacheable=tile.is_whole, named=g.picture.heat.version)
    return Response(tile.png, mimetype="image/png") if same is None else same


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
    picture, chosen = g.picture, selection(query_data)
    period = picture.period(chosen)
    version = f"{picture.heat.version} {period.from_on} {period.to_on}"
    is_whole = chosen.from_on is not None and chosen.to_on is not None
    if (same := unchanged(version, cacheable=is_whole, named=picture.heat.version)) is not None:
        return same
    drawn = {name: query_data[name] for name in ("theme", "ratio", "top")}
    png = picture.tile(z, x, y, chosen, bandwidth_m=query_data["bw"], **drawn)
    picture.heat.cache.answers.hold(_address(picture), DrawnTile(version, is_whole, png))
    return Response(png, mimetype="image/png")


def _address(picture: Picture) -> tuple[object, ...]:
    """What names a tile: with an open end of the period, another one every day."""
    return picture.heat.version, picture.project.now_on, request.full_path


@blueprint.get("/basemap/<name>.pmtiles")
@described(name={"enum": ["basemap"]})
@blueprint.input(BasemapQuery, location="query", unknown=RAISE)
@blueprint.doc(
    tags=["Situation"],
    summary="The base map, one file of vector tiles, whole or by byte ranges",
    responses={
        200: {"description": "PMTiles, version 3", "content": {PMTILES: {}}},
        206: {"description": "The bytes that were asked for", "content": {PMTILES: {}}},
    },
)
def basemap(name: str, query_data: dict[str, Any]) -> Response:
    """The base map, whole or by byte ranges. Only an address that names the present version may be kept: parts of two
    versions under one address would not fit together.
    """
    path = running().settings.basemap_dir / f"{name}.pmtiles"
    if path.name != BASEMAP or not path.is_file():
        raise NotFound
    response = send_file(path, mimetype=PMTILES, conditional=True)
    is_present = query_data["v"] == _version(path)
    response.headers["Cache-Control"] = f"private, max-age={FOR_GOOD_S}" if is_present else "no-store"
    return response


@blueprint.get("/tiles/own/<int:z>/<int:x>/<int:y>")
@blueprint.input(BasemapQuery, location="query", unknown=RAISE)
@blueprint.doc(
    tags=["Situation"],
    summary="A tile of the organisation's own base map, empty where it has none",
    responses={200: {"description": "A picture", "content": {kind: {} for kind in PICTURES.values()}}},
)
def own(z: int, x: int, y: int, query_data: dict[str, Any]) -> Response:  # noqa: ARG001
    """A tile of the file that the settings name for the base map; empty where it has none."""
    parts = running()
    found = views.picture().project.own_basemap
    if found is None or found.file is None or not found.min_zoom <= z <= found.max_zoom or max(x, y) >= 1 << z:
        raise NotFound
    version = own_basemap.version_of(parts.settings, found.file)
    if version is not None and (same := unchanged(version, cacheable=True)) is not None:
        return same
    tile = own_basemap.picture_of(parts.settings, found.file, z, x, y)
    content, kind = tile or (NOTHING_THERE, "image/png")
    return Response(content, mimetype=kind)


def own_basemap_answer(project: ProjectFacts) -> dict[str, Any] | None:
    """The organisation's own base map as OwnBasemapAnswer writes it; None where there is none, or its file is gone."""
    found = project.own_basemap
    if found is None:
        return None
    url = found.template
    if found.file is not None:
        version = own_basemap.version_of(running().settings, found.file)
        url = None if version is None else f"/tiles/own/{{z}}/{{x}}/{{y}}?v={version}"
    shown = {name: getattr(found, name) for name in ("min_zoom", "max_zoom", "credit", "approval_number")}
    return None if url is None else {**shown, "url": url, "is_elsewhere": found.file is None}


def basemap_url() -> str | None:
    """The address of the base map with its version, None before one was built."""
    path = running().settings.basemap_dir / BASEMAP
    try:
        return f"/basemap/{BASEMAP}?v={_version(path)}"
    except FileNotFoundError:
        return None


def _version(path: Path) -> str:
    return f"{path.stat().st_mtime_ns:x}"
