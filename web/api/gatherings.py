"""Gatherings that are new: the last report, and the way to have a new one made."""

from __future__ import annotations

import datetime as dt
from typing import Any

from apiflask import APIBlueprint
from flask import after_this_request
from marshmallow import RAISE

from gridmap.services import gatherings as service
from gridmap.services.gatherings import Standing
from gridmap.services.jobs import JobRow
from web.api.gatherings_answers import GatheringsAnswer, JobAnswer
from web.api.jobs import not_kept
from web.api.parameters import PlanQuery
from web.context import running

TAG = "Situation"


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/gatherings")
    @v1.input(PlanQuery, location="query", unknown=RAISE)
    @v1.output(GatheringsAnswer)
    @v1.doc(
        tags=[TAG],
        summary="Where incidents gather newly: the last report",
        description="Gi* of what a grid and its neighbours have more than their own past gives, tested by permutation "
        "of the dates; all kinds and grids of a report are one family of tests.",
    )
    def gatherings(query_data: dict[str, Any]) -> Standing:
        after_this_request(not_kept)
        return service.standing(running().store, _newest_on(), plan=_plan(query_data))

    @v1.post("/gatherings")
    @v1.input(PlanQuery, location="query", unknown=RAISE)
    @v1.output(JobAnswer, status_code=202)
    @v1.doc(tags=[TAG], summary="Have a new report made", description="While one is being made, that one is it.")
    def ask(query_data: dict[str, Any]) -> JobRow:
        after_this_request(not_kept)
        parts, plan = running(), _plan(query_data)
        return service.ask(parts.store, parts.settings, newest_on=_newest_on(), now=dt.datetime.now(dt.UTC), plan=plan)


def _plan(query: dict[str, Any]) -> str | None:
    """The uid of the plan asked for; None for the one in force, however it is named. Raises UnknownPlan."""
    picture = running().situation.picture()
    return None if picture.under(query["plan"]) is picture else str(query["plan"])


def _newest_on() -> dt.date | None:
    """The last day with an incident known to the day, today at most: a date in the future is a slip."""
    picture = running().situation.picture()
    last = picture.events.time.last_dated
    return None if last is None else min(last, picture.project.now_on)
