"""Shapes of the answers about gatherings and jobs."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import Boolean, Date, DateTime, Float, Integer, List, Nested, String


class JobAnswer(Schema):
    """Long work; ask again until `state` is done, failed or cancelled."""

    uid = String()
    kind = String()
    state = String(metadata={"enum": ["queued", "running", "done", "failed", "cancelled"]})
    progress = Float(metadata={"description": "0 to 1."})
    cancel_requested = Boolean()
    error = String(allow_none=True, metadata={"description": "What went wrong and what to do, when failed."})
    created_at = DateTime()
    started_at = DateTime(allow_none=True)
    finished_at = DateTime(allow_none=True)


class GridName(Schema):
    code = String()
    name = String()


class GatheringAnswer(Schema):
    """A place that has more of a kind, or fewer, than its own past and chance explain."""

    direction = String(metadata={"enum": ["more", "fewer"]})
    kind = String()
    grids = List(Nested(GridName), metadata={"description": "Those that make it, the strongest first."})
    community = String(allow_none=True)
    street = String(allow_none=True)
    count = Integer(metadata={"description": "In these grids, in the days of the report."})
    usual = Float(metadata={"description": "By the past of these grids, in as many days."})
    since = String(allow_none=True, metadata={"format": "date", "description": "The likeliest first day."})
    p = Float(metadata={"description": "Of the strongest window, two-sided, by permutation of dates."})
    q = Float(metadata={"description": "Benjamini-Hochberg among all tests of the report."})
    z = Float(metadata={"description": "Gi* of the strongest window."})
    windows = Integer(metadata={"description": "A window is a grid with its neighbours: how many pass."})


class BusyGrid(Schema):
    grid = String()
    name = String()
    count = Integer()
    usual = Float()


class GatheringReport(Schema):
    """With a `reason` (no_grids, no_days, short_past) nothing could be tested."""

    reason = String(allow_none=True)
    made_at = String(metadata={"format": "date-time"})
    from_on = String(data_key="from", attribute="from", metadata={"format": "date"})
    to = String(allow_none=True, metadata={"format": "date"})
    days = Integer()
    past_from = String(metadata={"format": "date"})
    past_days = Integer()
    least_past_days = Integer()
    plan = String(allow_none=True)
    grids = Integer()
    incidents = Integer(metadata={"description": "Incidents that took part, now and before."})
    outside = Integer()
    month_only = Integer(metadata={"description": "Known by month only: took no part."})
    kinds = List(String(), metadata={"description": "Kinds that were tested."})
    too_few = List(String(), metadata={"description": "Kinds with too few incidents to tell anything."})
    least_events = Integer()
    tests = Integer(metadata={"description": "Kinds x places: one family."})
    permutations = Integer()
    exact_below = Integer(
        metadata={"description": "A window that fewer permutations come up to has its p of all permutations, exactly."}
    )
    false_discovery_rate = Float()
    rows = List(Nested(GatheringAnswer))
    busiest = List(Nested(BusyGrid), metadata={"description": "Most incidents, new or not: tests nothing."})


class GatheringsAnswer(Schema):
    state = String(metadata={"enum": ["none", "queued", "running", "done", "failed", "cancelled"]})
    job = Nested(JobAnswer, allow_none=True)
    report = Nested(GatheringReport, allow_none=True, metadata={"description": "The last one that was done."})
    seq = Integer(allow_none=True, metadata={"description": "The newest change of the data it saw."})
    newest_on = Date(allow_none=True, metadata={"description": "The day a new report would end on."})
    is_current = Boolean(metadata={"description": "Whether the report ends on that day."})
