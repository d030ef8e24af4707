"""The feed of changes, which every open page follows, and the server's health."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, after_this_request
from marshmallow import RAISE

from gridmap import __version__
from gridmap.services.situation import Changes
from web.api.answers import ChangesAnswer, HealthAnswer
from web.api.parameters import ChangesQuery, NoParameters
from web.context import running
from web.views import view

health = APIBlueprint("health", __name__)


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/changes")
    @v1.input(ChangesQuery, location="query", unknown=RAISE)
    @v1.output(ChangesAnswer)
    @v1.doc(
        tags=["Changes"],
        summary="What changed after `since`, oldest first",
        description="`seq` is the newest change there is; ask again from the last entry's seq while it is behind. "
        "Who sees some places only is told that something changed elsewhere, not what.",
    )
    def changes(query_data: dict[str, Any]) -> Changes:
        after_this_request(_not_kept)
        return view().changes(query_data["since"], query_data["limit"])


@health.get("/healthz")
@health.input(NoParameters, location="query", unknown=RAISE)
@health.output(HealthAnswer)
@health.doc(tags=["Changes"], summary="Whether the server and its database are well")
def healthz(query_data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    after_this_request(_not_kept)
    situation = running().situation
    return {"status": "ok", "version": __version__, "database": situation.dialect, "seq": situation.seq()}


def _not_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
