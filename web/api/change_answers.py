"""What the routes about change answer, as schemas."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, DateTime, Dict, Float, Integer, List, Nested, String
from marshmallow import post_dump

from web.api.answers import PeriodAnswer
from web.api.openapi import MAY_BE_ABSENT


class ComparedPeriodAnswer(PeriodAnswer):
    days = Integer()


class ChangeRowAnswer(Schema):
    area = String(allow_none=True, metadata={"description": "Code of the area or grid; null is the whole project."})
    name = String(allow_none=True)
    kind = String(allow_none=True, metadata={"description": "null is all kinds together."})
    now = Integer()
    before = Integer()
    change_pct = Float(allow_none=True, metadata={"description": "Per day; null where there was nothing before."})
    p = Float(metadata={"description": "Exact conditional test of the two counts, two-sided."})
    q = Float(metadata={"description": "Benjamini-Hochberg among all rows of the report."})
    significant = Boolean(metadata={"description": "More than chance: q <= 0.05."})


class NoteAnswer(Schema):
    code = String(metadata={"description": "no_area, month_rows, or unequal_periods"})
    count = Integer(metadata={"description": "How many incidents it is about."})


class ChangeReportAnswer(Schema):
    basis = String()
    level = String()
    by = String()
    now = Nested(ComparedPeriodAnswer, attribute="periods.now")
    before = Nested(ComparedPeriodAnswer, attribute="periods.before")
    total_now = Integer()
    total_before = Integer()
    tests = Integer(metadata={"description": "Rows with incidents; all of them are one family of tests."})
    alarms = Integer(metadata={"description": "Rows that are more than chance."})
    row_count = Integer()
    rows = List(Nested(ChangeRowAnswer), metadata={"description": "Alarms first; the first 500."})
    notes = List(Nested(NoteAnswer))


class GridValueAnswer(Schema):
    """What a measure does not have is left out."""

    value = Float(allow_none=True, metadata={"description": "null is no data."})
    class_ = Integer(data_key="class", allow_none=True, metadata={"description": "0 to 4; null is no data."})
    count = Integer(metadata={MAY_BE_ABSENT: True})
    households = Integer(metadata={MAY_BE_ABSENT: True})
    raw = Float(metadata={"description": "The rate as counted, not smoothed.", MAY_BE_ABSENT: True})
    low = Float(metadata={"description": "Of the raw rate's exact 95 % interval.", MAY_BE_ABSENT: True})
    high = Float(metadata={MAY_BE_ABSENT: True})
    before = Integer(metadata={"description": "Incidents in the period before.", MAY_BE_ABSENT: True})
    significant = Boolean(metadata={MAY_BE_ABSENT: True})

    @post_dump
    def _leave_out(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if value is not None or name in ("value", "class")}


class ChoroplethAnswer(Schema):
    by = String()
    unit = String(metadata={"description": "incidents, per_100_households or percent"})
    breaks = List(Float(), metadata={"description": "Inner edges; a value on an edge is in the class above it."})
    diverging = Boolean()
    period = Nested(PeriodAnswer)
    before = Nested(PeriodAnswer, allow_none=True, metadata={"description": "What a change is measured from."})
    mean = Float(allow_none=True, metadata={"description": "The rate of all inhabited grids together."})
    left_out = Integer(metadata={"description": "Known by month only and not counted: the period breaks their month."})
    values = Dict(String(), Nested(GridValueAnswer))


class BesideAnswer(Schema):
    hours = Integer()
    from_at = DateTime(data_key="from")
    to_at = DateTime(data_key="to")
    count = Integer()
    left_out = Integer(metadata={"description": "Known to the day only, where the window is no whole days."})
    weeks = Integer(metadata={"description": "Earlier windows that the expectation is made of."})
    by_day_only = Boolean()
    expected = Float(allow_none=True)
    low = Integer(allow_none=True, metadata={"description": "Least of a usual count, 19 times in 20."})
    high = Integer(allow_none=True)
    verdict = String(metadata={"description": "usual, more, fewer or unknown"})
    reason = String(allow_none=True, metadata={"description": "Why unknown: short_history, data_end or no_days."})


class RecentAnswer(Schema):
    recent = Integer(metadata={"description": "Of the last 7 days."})
    total = Integer()


class ExpectationAnswer(Schema):
    at = DateTime(metadata={"description": "What counts as now."})
    windows = List(Nested(BesideAnswer))
    doubtful = Nested(RecentAnswer)
    outside = Nested(RecentAnswer)
    week = Nested(PeriodAnswer)
    weeks = Integer()
    data = Nested(PeriodAnswer, allow_none=True)
