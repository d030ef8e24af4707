"""Single incidents, a page at a time."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from marshmallow import RAISE

from gridmap.services.situation import IncidentFilter, IncidentPage
from web.api.answers import IncidentsAnswer
from web.api.parameters import IncidentsQuery, selection
from web.context import running


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/incidents")
    @v1.input(IncidentsQuery, location="query", unknown=RAISE)
    @v1.output(IncidentsAnswer)
    @v1.doc(
        tags=["Incidents"],
        summary="Incidents, newest day first",
        description="All filters hold together; without from and to, all time. `next` is null on the last page.",
    )
    def incidents(query_data: dict[str, Any]) -> IncidentPage:
        wanted = IncidentFilter(selection(query_data), query_data["grid"], query_data["bbox"], query_data["outside"])
        return running().situation.incidents(wanted, after=query_data["after"], limit=query_data["limit"])
