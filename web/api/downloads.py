"""What the map shows, to take away: incidents, figures by grid, a picture, a page that needs no network."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from apiflask import APIBlueprint
from flask import Response, send_file
from marshmallow import RAISE

from gridmap.errors import NotFound
from gridmap.services import auditing, downloads
from gridmap.services.reporting import write_report
from gridmap.services.reporting.texts import Lang
from gridmap.services.situation import Selection
from web import i18n, views
from web.access import actor
from web.api.openapi import described
from web.api.parameters import HeatDownloadQuery, SelectionQuery, selection
from web.context import running

TABLES = {
    "csv": "text/csv",
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MAPS = {"html": "text/html", "png": "image/png", "tif": "image/tiff"}


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/downloads/<any(incidents, grids):what>.<form>")
    @described(what={"enum": ["incidents", "grids"]}, form={"enum": list(TABLES)})
    @v1.input(SelectionQuery, location="query", unknown=RAISE)
    @v1.doc(
        tags=["Downloads"],
        summary="The incidents of a selection, or every grid with its figures, as csv, gpkg, geojson or xlsx",
        responses=_files(TABLES),
    )
    def table_file(what: str, form: str, query_data: dict[str, Any]) -> Response:
        parts, chosen = running(), selection(query_data)
        picture, now = views.picture(), parts.situation.now()
        writers: dict[str, Callable[..., object]] = {
            "incidents": partial(downloads.download_incidents, parts.store),
            "grids": downloads.download_figures,
        }
        return _file(TABLES, form, what, chosen, lambda path: writers[what](picture, chosen, path, now=now))

    @v1.get("/downloads/map.<form>")
    @described(form={"enum": list(MAPS)})
    @v1.input(HeatDownloadQuery, location="query", unknown=RAISE)
    @v1.doc(
        tags=["Downloads"],
        summary="The heat map as one html file that needs no network, as png or as GeoTIFF",
        responses=_files(MAPS),
    )
    def map_file(form: str, query_data: dict[str, Any]) -> Response:
        parts, chosen = running(), selection(query_data)
        picture, now = views.picture(), parts.situation.now()
        lang: Lang = "en" if i18n.language() == "en" else "zh"
        return _file(
            MAPS,
            form,
            "map",
            chosen,
            lambda path: write_report(
                parts.store,
                picture,
                path,
                chosen,
                now=now,
                bandwidth_m=query_data["bw"],
                lang=lang,
                by=query_data["by"],
            ),
        )


def _files(forms: dict[str, str]) -> dict[int, Any]:
    """The files that a view answers, for the description."""
    return {200: {"description": "The file", "content": {mimetype: {} for mimetype in forms.values()}}}


def _name(what: str, chosen: Selection) -> str:
    days = "".join(f"-{day}" for day in (chosen.from_on, chosen.to_on) if day)
    return f"gridmap-{what}{days}"


def _file(
    forms: dict[str, str], form: str, what: str, chosen: Selection, write: Callable[[Path], object]
) -> Response:
    """A file made in a folder of its own, told in the audit and sent; the folder goes at once, the open file is what is
    being sent.
    """
    if form not in forms:
        raise NotFound(f"There is no download as '{form}'.", f"Forms are: {', '.join(forms)}.")
    parts = running()
    with tempfile.TemporaryDirectory(prefix="download-", dir=parts.settings.var) as made:
        path = Path(made) / f"{_name(what, chosen)}.{form}"
        write(path)
        words = downloads.words_of(views.picture(), chosen)
        auditing.file_exported(
            parts.store, parts.settings, what, path, words, actor=actor(), now=parts.situation.now()
        )
        response = send_file(path.open("rb"), mimetype=forms[form], as_attachment=True, download_name=path.name)
        response.content_length = path.stat().st_size
    response.headers["Cache-Control"] = "no-store"
    return response
