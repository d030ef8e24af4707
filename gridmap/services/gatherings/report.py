"""The report on gatherings: which places have more of a kind, or less, than their own past and chance explain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridmap.analysis.change import FALSE_DISCOVERY_RATE
from gridmap.analysis.hotspots import FEW, LEAST_EVENTS, PERMUTATIONS, Dated, find_gatherings
from gridmap.geo.contiguity import neighbours
from gridmap.geo.events import MONTH
from gridmap.services.gatherings.busiest import busiest
from gridmap.services.gatherings.rows import rows_of
from gridmap.services.jobs.desk import Outcome
from gridmap.services.situation import Situation
from gridmap.services.situation.events import Events
from gridmap.services.situation.ground import NO_GRID, Ground
from gridmap.services.situation.period import date_of, day_of
from gridmap.store.engine import Store
from gridmap.store.jobs import JobRow

NOW_DAYS = 28
PAST_DAYS = 364  # whole weeks, so that every weekday stands as often
LEAST_PAST_DAYS = 84  # less does not tell what is usual


@dataclass(frozen=True, slots=True)
class Span:
    """Days since 1970-01-01: the past from `first` on, now from `now` on, up to `last`."""

    first: int
    now: int
    last: int

    @property
    def past_days(self) -> int:
        return self.now - self.first


def make(store: Store, job: JobRow, tell: Callable[[float], None]) -> Outcome:
    """The work behind a job of the kind "gatherings": its parameter `to` is the last day of the report, `plan` the uid
    of the plan whose grids are meant (None: the one in force). Raises UnknownPlan.
    """
    picture = Situation(store, now=lambda: dt.datetime.now(dt.UTC)).picture().under(job.parameters.get("plan"))
    to = job.parameters.get("to")
    last = None if to is None else day_of(dt.date.fromisoformat(to))
    content = report(picture.events, picture.ground, last, seed=job.seed, tell=tell)
    return Outcome(content | {"made_at": dt.datetime.now(dt.UTC).isoformat()}, picture.head[0])


def report(
    events: Events,
    ground: Ground,
    last: int | None,
    *,
    seed: int,
    permutations: int = PERMUTATIONS,
    tell: Callable[[float], None] = lambda _: None,
) -> dict[str, Any]:
    """The report up to a day (since 1970-01-01; None: the last incident's) as JSON. Without grids, dated incidents or
    enough of a past it has a `reason` and no rows.

    Incidents of which only the month is known take no part: they are counted.
    """
    dated, in_grid = events.precision != MONTH, events.grid != NO_GRID
    span = _span(events.day[dated], last)
    if not ground.grids or span is None:
        return _without_rows("no_days" if ground.grids else "no_grids", last)
    if span.past_days < LEAST_PAST_DAYS:
        return _without_rows("short_past", span.last)
    inside = (events.day >= span.first) & (events.day <= span.last)
    used = inside & dated & in_grid
    columns = (events.kind, events.grid, events.place, events.day)
    chosen = Dated(*(np.asarray(column[used], dtype=np.int64) for column in columns))
    beside = neighbours(ground.shapes_m)
    tested = find_gatherings(chosen, beside, now_from=span.now, permutations=permutations, seed=seed, told=tell)
    kinds, known = np.unique(chosen.kind).tolist(), set(np.unique(tested.kind).tolist())
    return {
        "reason": None,
        "from": date_of(span.now).isoformat(),
        "to": date_of(span.last).isoformat(),
        "days": NOW_DAYS,
        "past_from": date_of(span.first).isoformat(),
        "past_days": span.past_days,
        "plan": None if ground.plan is None else ground.plan.name,
        "grids": len(ground.grids),
        "incidents": int(used.sum()),
        "outside": int((inside & dated & ~in_grid).sum()),
        "month_only": int((inside & ~dated).sum()),
        "kinds": [events.kinds[kind] for kind in kinds if kind in known],
        "too_few": [events.kinds[kind] for kind in kinds if kind not in known],
        "least_events": LEAST_EVENTS,
        "tests": len(tested.p),
        "permutations": permutations,
        "exact_below": FEW,
        "false_discovery_rate": FALSE_DISCOVERY_RATE,
        "rows": rows_of(tested, chosen, beside, ground, events.kinds, (span.first, span.now, span.last)),
        "busiest": busiest(chosen, ground, span.now, NOW_DAYS / span.past_days),
    }


def _span(days: NDArray[np.int32], last: int | None) -> Span | None:
    """Up to the last day asked for, else the last incident's; the past begins with the data at the earliest."""
    if not len(days):
        return None
    end = int(days.max()) if last is None else last
    now = end - NOW_DAYS + 1
    return Span(max(now - PAST_DAYS, min(int(days.min()), now)), now, end)


def _without_rows(reason: str, last: int | None) -> dict[str, Any]:
    to = None if last is None else date_of(last).isoformat()
    return {"reason": reason, "to": to, "days": NOW_DAYS, "least_past_days": LEAST_PAST_DAYS, "rows": [], "busiest": []}
