"""Long work: how far it is, and the way to end it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from apiflask import APIBlueprint
from flask import Response, after_this_request
from marshmallow import RAISE

from gridmap.services import jobs as service
from gridmap.services.jobs import JobRow
from web.api.gatherings_answers import JobAnswer
from web.api.parameters import NoParameters
from web.context import running

TAG = "Jobs"


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/jobs/<uid>")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.output(JobAnswer)
    @v1.doc(tags=[TAG], summary="How far a job is")
    def job(uid: str, query_data: dict[str, Any]) -> JobRow:  # noqa: ARG001
        after_this_request(not_kept)
        return service.find(running().store, uid)

    @v1.post("/jobs/<uid>/cancel")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.output(JobAnswer)
    @v1.doc(
        tags=[TAG], summary="Cancel a job", description="One that runs ends within a second or two; ask for its state."
    )
    def cancel(uid: str, query_data: dict[str, Any]) -> JobRow:  # noqa: ARG001
        after_this_request(not_kept)
        return service.cancel(running().store, uid, now=dt.datetime.now(dt.UTC))


def not_kept(response: Response) -> Response:
    """What changes by itself is not kept by browsers."""
    response.headers["Cache-Control"] = "no-store"
    return response
