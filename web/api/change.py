"""More or less than before, than elsewhere, than was to be expected."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from marshmallow import RAISE

from gridmap.services import change
from web import views
from web.api.change_answers import ChangeReportAnswer, ChoroplethAnswer, ExpectationAnswer
from web.api.parameters import ChangeQuery, ChoroplethQuery, SelectionQuery, selection
from web.context import running
from web.delivery import unchanged


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/change")
    @v1.input(ChangeQuery, location="query", unknown=RAISE)
    @v1.output(ChangeReportAnswer)
    @v1.doc(tags=["Situation"], summary="Two periods by area and kind, and which changes are more than chance")
    def report(query_data: dict[str, Any]) -> Response | change.ChangeReport:
        picture = views.picture()
        wanted = {name: query_data[name] for name in ("basis", "level", "by")}
        return unchanged(picture.version) or change.report(picture, selection(query_data), **wanted)

    @v1.get("/choropleth")
    @v1.input(ChoroplethQuery, location="query", unknown=RAISE)
    @v1.output(ChoroplethAnswer)
    @v1.doc(tags=["Situation"], summary="Every grid's count, rate of households, or change against the period before")
    def choropleth(query_data: dict[str, Any]) -> Response | change.Choropleth:
        picture = views.picture()
        return unchanged(picture.version) or change.choropleth(picture, selection(query_data), query_data["by"])

    @v1.get("/expectation")
    @v1.input(SelectionQuery, location="query", unknown=RAISE)
    @v1.output(ExpectationAnswer)
    @v1.doc(
        tags=["Situation"],
        summary="The last 24 hours and 7 days beside the same hours of eight weeks",
        description="Up to now, whatever from and to say; every other word of the selection holds.",
    )
    def expectation(query_data: dict[str, Any]) -> change.Outlook:
        return change.expectation(views.picture(), selection(query_data), running().situation.project_now())
