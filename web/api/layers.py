"""Shapes for the map, as GeoJSON: grids, areas, blocks, key sites, cameras."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from marshmallow import RAISE

from gridmap.services.situation import Layer
from web.api.parameters import AreaLayerQuery, BlocksQuery, BoxQuery, GridsQuery
from web.delivery import unchanged
from web.views import view

GEOJSON = {"application/geo+json": {"schema": {"type": "object", "description": "A GeoJSON FeatureCollection."}}}


def add_to(v1: APIBlueprint) -> None:
    _add_ground(v1)
    _add_points(v1)


def _add_ground(v1: APIBlueprint) -> None:
    @v1.get("/grids.geojson")
    @v1.input(GridsQuery, location="query", unknown=RAISE)
    @v1.doc(
        **_told(
            "The grids of a plan, else of the one in force",
            "code, name, kind, dedicated, community, street, households, blocks, area_km2, workers [{role, name}].",
        )
    )
    def grids(query_data: dict[str, Any]) -> Response:
        layer = view().grids(query_data["at"], query_data["plan"])
        return unchanged(layer.version, cacheable=True) or _geojson(layer)

    @v1.get("/areas.geojson")
    @v1.input(AreaLayerQuery, location="query", unknown=RAISE)
    @v1.doc(
        **_told(
            "The areas of a level that have a shape",
            "code, name, level, parent, households. street and town are one level, as are community and village.",
        )
    )
    def area_shapes(query_data: dict[str, Any]) -> Response:
        return _answer(view().areas(query_data["level"]))

    @v1.get("/blocks.geojson")
    @v1.input(BlocksQuery, location="query", unknown=RAISE)
    @v1.doc(
        **_told(
            "Blocks, with their households",
            "code, name, use, households, area_ha, grid (of the plan; null for none), area (the smallest above it).",
        )
    )
    def blocks(query_data: dict[str, Any]) -> Response:
        wanted = {name: query_data[name] for name in ("grid", "block", "bbox")}
        return _answer(view().blocks(**wanted, plan_uid=query_data["plan"]))


def _add_points(v1: APIBlueprint) -> None:
    @v1.get("/sites.geojson")
    @v1.input(BoxQuery, location="query", unknown=RAISE)
    @v1.doc(**_told("Key sites, points or polygons", "name, kind."))
    def sites(query_data: dict[str, Any]) -> Response:
        return _answer(view().points_of("sites", query_data["bbox"]))

    @v1.get("/cameras.geojson")
    @v1.input(BoxQuery, location="query", unknown=RAISE)
    @v1.doc(**_told("Cameras", "name, kind, bearing_deg (clockwise from north), fov_deg, range_m."))
    def cameras(query_data: dict[str, Any]) -> Response:
        return _answer(view().points_of("cameras", query_data["bbox"]))


def _told(summary: str, properties: str) -> dict[str, Any]:
    """What the description of a layer's route says."""
    return {
        "tags": ["Places"],
        "summary": summary,
        "description": f"Properties: {properties}",
        "responses": {200: {"description": summary, "content": GEOJSON}},
    }


def _answer(layer: Layer) -> Response:
    return unchanged(layer.version) or _geojson(layer)


def _geojson(layer: Layer) -> Response:
    return Response(layer.geojson, mimetype="application/geo+json")
