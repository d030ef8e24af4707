"""Where: the tree of areas, the plans, and the grid of a point."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from marshmallow import RAISE

from gridmap.services.situation import Place
from web import views
from web.api.answers import AreasAnswer, PlaceAnswer, PlansAnswer
from web.api.parameters import LocateQuery, NoParameters, PlanQuery
from web.delivery import unchanged


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/areas")
    @v1.input(PlanQuery, location="query", unknown=RAISE)
    @v1.output(AreasAnswer)
    @v1.doc(tags=["Places"], summary="The tree of areas, with the grids right below each")
    def areas(query_data: dict[str, Any]) -> Response | dict[str, Any]:
        picture = views.picture()
        return unchanged(picture.version) or {"items": picture.areas(query_data["plan"])}

    @v1.get("/plans")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.output(PlansAnswer)
    @v1.doc(tags=["Places"], summary="Every grid plan, the newest first")
    def plans(query_data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
        return {"items": views.view().plans()}

    @v1.get("/locate")
    @v1.input(LocateQuery, location="query", unknown=RAISE)
    @v1.output(PlaceAnswer)
    @v1.doc(tags=["Places"], summary="The block and the grid a point lies in")
    def locate(query_data: dict[str, Any]) -> Place:
        picture = views.picture()
        return picture.locate(query_data["lon"], query_data["lat"], query_data["datum"])
