"""The map approval number, and the organisation's own base map."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from gridmap.errors import BadInput, GridmapError, Stale
from gridmap.services.own_basemap import files_there
from gridmap.services.own_basemap.chosen import NONE
from web.context import running
from web.pages.settings import page
from web.pages.settings.words import DATUMS, SOURCES

TEXTS = ("source", "file", "address", "datum", "credit", "approval_number")
ZOOMS = ("min_zoom", "max_zoom")


def show() -> Response:
    content = page.current().content
    return _page(content["map"], content["basemap"])


def save() -> ResponseReturnValue:
    own: dict[str, Any] = {name: page.text(name) for name in TEXTS}
    own |= {name: page.whole(page.text(name)) for name in ZOOMS}
    own["is_own_network"] = "is_own_network" in request.form
    present = page.current().content["basemap"]
    if own["source"] == NONE:  # the fields that are not seen may be empty: what they held stays
        own |= {name: present[name] for name in ZOOMS if own[name] == ""}
    own = {**present, **own}
    given = {"map": {"approval_number": page.text("map_approval_number")}, "basemap": own}
    try:
        return page.store(given, "settings.maps")
    except (BadInput, Stale) as error:
        return _page(given["map"], own, error)


def _page(about: dict[str, Any], own: dict[str, Any], error: GridmapError | None = None) -> Response:
    parts = running()
    now = page.current()
    files = [
        {"name": file.name, "megabytes": file.size_bytes / 1e6, "zooms": (file.min_zoom, file.max_zoom),
         "error": None if file.error is None else page.sentence(file.error.message)}
        for file in files_there(parts.settings)
    ]  # fmt: skip
    return page.show(
        "map",
        now,
        error=error,
        base=now.version if error is None else page.base(),
        map_settings=about,
        own=own,
        files=files,
        file_folder="basemap/own",
        sources=SOURCES,
        datums=DATUMS,
    )
