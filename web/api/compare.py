"""Whether chance explains the difference of two totals."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Float, Integer
from apiflask.validators import Range
from marshmallow import RAISE

from gridmap.services.comparison import TotalsCompared, compare_totals
from web.api.parameters import Parameters

MOST = 10**9
LEAST_DAYS, MOST_DAYS = 1e-3, 1e6


class CompareQuery(Parameters):
    first = Integer(required=True, validate=Range(0, MOST), metadata={"description": "Incidents of one period."})
    second = Integer(required=True, validate=Range(0, MOST), metadata={"description": "Incidents of the other."})
    first_days = Float(
        required=True,
        validate=Range(LEAST_DAYS, MOST_DAYS),
        metadata={"description": "How long the first period lasts; any unit, the same for both."},
    )
    second_days = Float(required=True, validate=Range(LEAST_DAYS, MOST_DAYS))


class CompareAnswer(Schema):
    p = Float(metadata={"description": "Exact conditional test, two-sided."})
    significant = Boolean(metadata={"description": "More than chance explains: p <= 0.05."})


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/compare")
    @v1.input(CompareQuery, location="query", unknown=RAISE)
    @v1.output(CompareAnswer)
    @v1.doc(tags=["Situation"], summary="Two totals of incidents: is the difference more than chance explains?")
    def compare(query_data: dict[str, Any]) -> TotalsCompared:
        return compare_totals(**query_data)
