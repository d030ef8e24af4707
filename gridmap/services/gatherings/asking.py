"""What a page asks about gatherings: the last report, whether it is of the newest day, and a new one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridmap.config import Settings
from gridmap.services import jobs
from gridmap.services.jobs import JobRow
from gridmap.store.engine import Store

KIND = "gatherings"
SEED = 20_261  # the same data give the same report


@dataclass(frozen=True, slots=True)
class Standing:
    """`state` is the newest job's, "none" before the first; `report` the last that was done, of the data up to `seq`.

    `newest_on` is the day a new report would end on (None: no incident is known to the day), and `is_current` tells
    whether the report ends there.
    """

    state: str
    job: JobRow | None
    report: Mapping[str, Any] | None
    seq: int | None
    newest_on: dt.date | None
    is_current: bool


def standing(store: Store, newest_on: dt.date | None, *, plan: str | None = None) -> Standing:
    """How things are by a plan (its uid; None: the plan in force); `newest_on` is the last day with an incident known
    to the day, today at most.
    """
    newest, done = jobs.standing(store, KIND, {"plan": plan})
    report = None if done is None else done.result
    is_current = report is not None and newest_on is not None and report["to"] == newest_on.isoformat()
    state = "none" if newest is None else newest.state
    return Standing(state, newest, report, None if done is None else done.seq, newest_on, is_current)


def ask(
    store: Store, settings: Settings, *, newest_on: dt.date | None, now: dt.datetime, plan: str | None = None
) -> JobRow:
    """A new report up to that day by a plan; one that is being made already, by whatever plan, comes first and is given
    back instead.
    """
    parameters = {"to": None if newest_on is None else newest_on.isoformat(), "plan": plan}
    return jobs.start(store, settings, KIND, parameters, seed=SEED, now=now)
