"""What happened: the summary, days, figures and the heat's legend."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from marshmallow import RAISE

from gridmap.services.situation import Counts, Legend, Patterns, Picture, Points, Timeline
from web import views
from web.api.answers import CountsAnswer, LegendAnswer, PatternsAnswer, PointsAnswer, SituationAnswer, TimelineAnswer
from web.api.parameters import LegendQuery, NoParameters, PointsQuery, SelectionQuery, selection
from web.delivery import unchanged
from web.tiles import basemap_url, own_basemap_answer


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/situation")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.output(SituationAnswer)
    @v1.doc(tags=["Situation"], summary="The project, its plan, kinds, totals and default period")
    def situation(query_data: dict[str, Any]) -> Response | dict[str, Any]:  # noqa: ARG001
        picture, basemap = views.picture(), basemap_url()
        return unchanged(f"{picture.version} {basemap}") or situation_of(picture, basemap)

    @v1.get("/timeline")
    @v1.input(SelectionQuery, location="query", unknown=RAISE)
    @v1.output(TimelineAnswer)
    @v1.doc(
        tags=["Situation"],
        summary="Incidents a day; those known by month only stand apart",
        description="Over all time, whatever from and to say; every other word of the selection holds.",
    )
    def timeline(query_data: dict[str, Any]) -> Response | Timeline:
        picture = views.picture()
        return unchanged(picture.version) or picture.timeline(selection(query_data))

    @v1.get("/counts")
    @v1.input(SelectionQuery, location="query", unknown=RAISE)
    @v1.output(CountsAnswer)
    @v1.doc(tags=["Situation"], summary="Incidents of a selection by kind, grid, area and block")
    def counts(query_data: dict[str, Any]) -> Response | Counts:
        picture = views.picture()
        return unchanged(picture.version) or picture.counts(selection(query_data))

    @v1.get("/patterns")
    @v1.input(SelectionQuery, location="query", unknown=RAISE)
    @v1.output(PatternsAnswer)
    @v1.doc(
        tags=["Situation"],
        summary="Incidents by hour of the week",
        description="All hours, whatever `hours` says; every other word of the selection holds.",
    )
    def patterns(query_data: dict[str, Any]) -> Response | Patterns:
        picture = views.picture()
        return unchanged(picture.version) or picture.patterns(selection(query_data))

    @v1.get("/points")
    @v1.input(PointsQuery, location="query", unknown=RAISE)
    @v1.output(PointsAnswer)
    @v1.doc(tags=["Situation"], summary="Incidents of a selection on the map: stacked places, or clusters")
    def points(query_data: dict[str, Any]) -> Response | Points:
        picture = views.picture()
        wanted = selection(query_data), query_data["bbox"], query_data["zoom"]
        return unchanged(picture.version) or picture.points(*wanted)

    @v1.get("/legend")
    @v1.input(LegendQuery, location="query", unknown=RAISE)
    @v1.output(LegendAnswer)
    @v1.doc(
        tags=["Situation"],
        summary="The classes of the heat map; fixed for these kinds, this bandwidth and length of the period",
    )
    def legend(query_data: dict[str, Any]) -> Response | Legend:
        picture = views.picture()
        chosen = query_data["kinds"], query_data["bw"], query_data["theme"]
        return unchanged(picture.version) or picture.legend(*chosen, days=query_data["days"])


def situation_of(picture: Picture, basemap: str | None) -> dict[str, Any]:
    """The summary as SituationAnswer writes it; the page embeds the same."""
    summary = picture.summary()
    grounds = {"basemap": basemap, "own_basemap": own_basemap_answer(picture.project)}
    return {name: getattr(summary, name) for name in summary.__dataclass_fields__} | grounds
