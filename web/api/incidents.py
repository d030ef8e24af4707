"""Single incidents, a page at a time."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from marshmallow import RAISE

from gridmap.services.situation import IncidentPage
from web.api.answers import IncidentsAnswer
from web.api.parameters import IncidentsQuery
from web.context import running


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/incidents")
    @v1.input(IncidentsQuery, location="query", unknown=RAISE)
    @v1.output(IncidentsAnswer)
    @v1.doc(
        tags=["Incidents"],
        summary="Incidents by day and id",
        description="All filters hold together; without from and to, all time. `next` is null on the last page.",
    )
    def incidents(query_data: dict[str, Any]) -> Response | IncidentPage:
        return running().situation.incidents(**query_data)
