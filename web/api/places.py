"""Where: the grids' shapes, and the grid of a point."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from marshmallow import RAISE

from gridmap.services.situation import Place
from web.api.answers import PlaceAnswer
from web.api.parameters import GridsQuery, LocateQuery
from web.context import running
from web.delivery import unchanged

GEOJSON = {"application/geo+json": {"schema": {"type": "object", "description": "A GeoJSON FeatureCollection."}}}


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/grids.geojson")
    @v1.input(GridsQuery, location="query", unknown=RAISE)
    @v1.doc(
        tags=["Places"],
        summary="The grids of the plan in force",
        description="Properties: code, name, kind, dedicated, community, street, households, blocks, area_km2, "
        "workers [{role, name}].",
        responses={200: {"description": "The grids", "content": GEOJSON}},
    )
    def grids(query_data: dict[str, Any]) -> Response:
        layer = running().situation.grids(query_data["at"])
        return unchanged(layer.version, cacheable=True) or Response(layer.geojson, mimetype="application/geo+json")

    @v1.get("/locate")
    @v1.input(LocateQuery, location="query", unknown=RAISE)
    @v1.output(PlaceAnswer)
    @v1.doc(tags=["Places"], summary="The block and the grid a point lies in")
    def locate(query_data: dict[str, Any]) -> Place:
        picture = running().situation.picture()
        return picture.locate(query_data["lon"], query_data["lat"], query_data["datum"])
