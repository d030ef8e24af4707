"""Incidents: a page at a time, one with its story, a new one, a change."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from apiflask import APIBlueprint
from flask import url_for
from marshmallow import RAISE

from gridmap.domain.incidents import Amendment, IncidentReport, Occurrence, PlacedBy, at_minute, in_month, on_day
from gridmap.domain.parties import Contact
from gridmap.geo import datums
from gridmap.services import amending, auditing, intake
from gridmap.services.address_places import placed_address
from gridmap.services.incident_story import IncidentDetail
from gridmap.services.privacy import showing
from gridmap.services.situation import IncidentFilter, IncidentPage
from web import views
from web.access import actor
from web.api.answers import IncidentsAnswer
from web.api.incident_schemas import AmendmentBody, IncidentDetailAnswer, ReportBody
from web.api.parameters import IncidentsQuery, NoParameters, selection
from web.context import running

PLAIN = ("kind", "address", "summary", "uncertainty_m", "grid")


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/incidents")
    @v1.input(IncidentsQuery, location="query", unknown=RAISE)
    @v1.output(IncidentsAnswer)
    @v1.doc(
        tags=["Incidents"],
        summary="Incidents, newest day first",
        description="All filters hold together; without from and to, all time. `next` is null on the last page. "
        "Where hours, area, grid, block, plan, at or uids are asked for, `grid` and `block` of an incident are those "
        "of `plan` or of the plan in force; else those it was placed by.",
    )
    def incidents(query_data: dict[str, Any]) -> IncidentPage:
        wanted = filter_of(query_data)
        return views.view().incidents(wanted, after=query_data["after"], limit=query_data["limit"])

    @v1.post("/incidents")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.input(ReportBody, location="json", unknown=RAISE)
    @v1.output(IncidentDetailAnswer, status_code=201)
    @v1.doc(
        tags=["Incidents"],
        summary="Take in an incident",
        description="Needs the header X-CSRFToken. 200 instead of 201 when its uid was taken in before. An address "
        "without lon and lat is looked up; where it may mean several places, 422 lists them as `alternatives`.",
        responses={
            200: {"description": "Received before", "content": {"application/json": {"schema": IncidentDetailAnswer}}},
            409: "The uid is another incident's",
        },
    )
    def receive(query_data: dict[str, Any], json_data: dict[str, Any]) -> Any:  # noqa: ARG001
        parts = running()
        now, places = parts.situation.now(), parts.situation.places
        report = report_of(json_data)
        fence = views.fence()
        received = intake.receive(
            parts.store, parts.settings, report, actor=actor().name, now=now, places=places, fence=fence
        )
        stored = intake.tell(parts.store, received.uid, now=now, places=places, fence=fence)
        location = url_for("api.incident", uid=received.uid)
        return answer_of(stored), 201 if received.is_new else 200, {"Location": location}

    @v1.get("/incidents/<uid>")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.output(IncidentDetailAnswer)
    @v1.doc(tags=["Incidents"], summary="One incident: its place, the grids it may belong to, its story")
    def incident(uid: str, query_data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
        return answer_of(opened(uid))

    @v1.patch("/incidents/<uid>")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.input(AmendmentBody, location="json", unknown=RAISE)
    @v1.output(IncidentDetailAnswer)
    @v1.doc(
        tags=["Incidents"],
        summary="Move an incident, answer for its grid, or change what is said of it",
        description="Needs the header X-CSRFToken. A moved point is placed again at once; its old place stays in the "
        "story. With `version`, a change that somebody else made meanwhile is answered with 409 and `changed`.",
        responses={409: "Changed by somebody else"},
    )
    def amend(uid: str, query_data: dict[str, Any], json_data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
        parts = running()
        now, places = parts.situation.now(), parts.situation.places
        change = amendment_of(json_data)
        stored = amending.amend(
            parts.store, parts.settings, uid, change, actor=actor().name, now=now, places=places, fence=views.fence()
        )
        return answer_of(stored)


def opened(uid: str) -> IncidentDetail:
    """An incident for somebody to look at; that it was opened is told in the audit before it is shown."""
    parts = running()
    now = parts.situation.now()
    found = intake.tell(parts.store, uid, now=now, places=parts.situation.places, fence=views.fence())
    auditing.record_opened(parts.store, parts.settings, actor(), "incident", found.incident.uid, now=now)
    return found


def filter_of(query: dict[str, Any]) -> IncidentFilter:
    """The incidents an IncidentsQuery asks for."""
    conditions = {name: query[name] for name in ("bbox", "outside", "doubtful", "at", "uids")}
    return IncidentFilter(selection(query), **conditions)


def report_of(body: dict[str, Any]) -> IncidentReport:
    """What a ReportBody says; an address without a point is looked up. Raises AmbiguousPlace."""
    address = body.get("address") or None
    if "lon" in body or address is None:
        place = {"uncertainty_m": body.get("uncertainty_m"), "placed_by": PlacedBy(body["placed_by"])}
        place["lon"], place["lat"] = _point(body)
    else:
        found = placed_address(views.gazetteer(), address)
        given_m = body.get("uncertainty_m")
        place = {"lon": found.lon, "lat": found.lat, "placed_by": PlacedBy.ADDRESS}
        place["uncertainty_m"] = max(round(found.uncertainty_m, 1), given_m or 0.0)
    return IncidentReport(
        kind=body["kind"],
        occurrence=_occurrence(body, running().situation.picture().project.time_zone),
        uid=body.get("uid"),
        reported_at=running().situation.project_now(),
        address=address,
        summary=body.get("summary") or None,
        reporter=Contact(**reporter) if (reporter := body.get("reporter")) else None,
        **place,
    )


def amendment_of(body: dict[str, Any]) -> Amendment:
    """What an AmendmentBody changes."""
    changes: dict[str, Any] = {name: body[name] for name in PLAIN if name in body}
    if "lon" in body:
        changes["lon"], changes["lat"] = _point(body)
    if "occurred_at" in body or "occurred_on" in body:
        changes["occurrence"] = _occurrence(body, running().situation.picture().project.time_zone)
    return Amendment(changes, note=body.get("note"), version=body.get("version"))


def answer_of(found: IncidentDetail) -> dict[str, Any]:
    """An incident as IncidentDetailAnswer writes it."""
    rest = ("version", "candidates", "nearest", "story")
    parties = showing.masked(running().store, running().settings, found.incident.uid)
    return dataclasses.asdict(found.incident) | {name: getattr(found, name) for name in rest} | {"parties": parties}


def _point(body: dict[str, Any]) -> tuple[float, float]:
    lon, lat = datums.to_wgs84([body["lon"]], [body["lat"]], body["datum"])
    return float(lon[0]), float(lat[0])


def _occurrence(body: dict[str, Any], time_zone: str) -> Occurrence:
    if "occurred_at" in body:
        at: dt.datetime = body["occurred_at"]
        return at_minute(at, time_zone)
    return in_month(body["occurred_on"]) if body["precision"] == "month" else on_day(body["occurred_on"])
