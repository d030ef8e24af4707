"""What the heat says of one place."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from marshmallow import RAISE

from gridmap.services.situation import HeatValue
from web import views
from web.api.heat_answers import HeatValueAnswer
from web.api.parameters import HeatValueQuery, selection
from web.delivery import unchanged


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/heat/value")
    @v1.input(HeatValueQuery, location="query", unknown=RAISE)
    @v1.output(HeatValueAnswer)
    @v1.doc(tags=["Situation"], summary="The heat at a place, and how many incidents lie within the bandwidth")
    def value(query_data: dict[str, Any]) -> Response | HeatValue:
        picture, chosen = views.picture(), selection(query_data)
        place = query_data["lon"], query_data["lat"]
        return unchanged(picture.version) or picture.heat_value(*place, chosen, query_data["bw"])
