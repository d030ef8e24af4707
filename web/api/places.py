"""Where: the grids' shapes, and the grid of a point."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from marshmallow import RAISE

from gridmap.services.situation import Layer, Place
from web.api.answers import AreasAnswer, PlaceAnswer, PlansAnswer
from web.api.parameters import (
    AreaLayerQuery,
    BlocksQuery,
    BoxQuery,
    GridsQuery,
    LocateQuery,
    NoParameters,
    PlanQuery,
)
from web.context import running
from web.delivery import unchanged

GEOJSON = {"application/geo+json": {"schema": {"type": "object", "description": "A GeoJSON FeatureCollection."}}}


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/grids.geojson")
    @v1.input(GridsQuery, location="query", unknown=RAISE)
    @v1.doc(
        tags=["Places"],
        summary="The grids of a plan, else of the one in force",
        description="Properties: code, name, kind, dedicated, community, street, households, blocks, area_km2, "
        "workers [{role, name}].",
        responses={200: {"description": "The grids", "content": GEOJSON}},
    )
    def grids(query_data: dict[str, Any]) -> Response:
        layer = running().situation.grids(query_data["at"], query_data["plan"])
        return unchanged(layer.version, cacheable=True) or _geojson(layer)

    @v1.get("/areas")
    @v1.input(PlanQuery, location="query", unknown=RAISE)
    @v1.output(AreasAnswer)
    @v1.doc(tags=["Places"], summary="The tree of areas, with the grids right below each")
    def areas(query_data: dict[str, Any]) -> Response | dict[str, Any]:
        picture = running().situation.picture()
        return unchanged(picture.version) or {"items": picture.areas(query_data["plan"])}

    @v1.get("/areas.geojson")
    @v1.input(AreaLayerQuery, location="query", unknown=RAISE)
    @v1.doc(
        tags=["Places"],
        summary="The areas of a level that have a shape",
        description="Properties: code, name, level, parent, households. street and town are one level, as are "
        "community and village.",
        responses={200: {"description": "The areas", "content": GEOJSON}},
    )
    def area_shapes(query_data: dict[str, Any]) -> Response:
        layer = running().situation.areas(query_data["level"])
        return unchanged(layer.version) or _geojson(layer)

    @v1.get("/blocks.geojson")
    @v1.input(BlocksQuery, location="query", unknown=RAISE)
    @v1.doc(
        tags=["Places"],
        summary="Blocks, with their households",
        description="Properties: code, name, use, households, area_ha, grid (of the plan; null for none), area "
        "(the smallest above it).",
        responses={200: {"description": "The blocks", "content": GEOJSON}},
    )
    def blocks(query_data: dict[str, Any]) -> Response:
        wanted = {name: query_data[name] for name in ("grid", "block", "bbox")}
        layer = running().situation.blocks(**wanted, plan_uid=query_data["plan"])
        return unchanged(layer.version) or _geojson(layer)

    @v1.get("/sites.geojson")
    @v1.input(BoxQuery, location="query", unknown=RAISE)
    @v1.doc(
        tags=["Places"],
        summary="Key sites, points or polygons",
        description="Properties: name, kind.",
        responses={200: {"description": "The sites", "content": GEOJSON}},
    )
    def sites(query_data: dict[str, Any]) -> Response:
        layer = running().situation.points_of("sites", query_data["bbox"])
        return unchanged(layer.version) or _geojson(layer)

    @v1.get("/cameras.geojson")
    @v1.input(BoxQuery, location="query", unknown=RAISE)
    @v1.doc(
        tags=["Places"],
        summary="Cameras",
        description="Properties: name, kind, bearing_deg (clockwise from north), fov_deg, range_m.",
        responses={200: {"description": "The cameras", "content": GEOJSON}},
    )
    def cameras(query_data: dict[str, Any]) -> Response:
        layer = running().situation.points_of("cameras", query_data["bbox"])
        return unchanged(layer.version) or _geojson(layer)

    @v1.get("/plans")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.output(PlansAnswer)
    @v1.doc(tags=["Places"], summary="Every grid plan, the newest first")
    def plans(query_data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
        return {"items": running().situation.plans()}

    @v1.get("/locate")
    @v1.input(LocateQuery, location="query", unknown=RAISE)
    @v1.output(PlaceAnswer)
    @v1.doc(tags=["Places"], summary="The block and the grid a point lies in")
    def locate(query_data: dict[str, Any]) -> Place:
        picture = running().situation.picture()
        return picture.locate(query_data["lon"], query_data["lat"], query_data["datum"])


def _geojson(layer: Layer) -> Response:
    return Response(layer.geojson, mimetype="application/geo+json")
