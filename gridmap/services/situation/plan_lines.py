"""The list of plans."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from gridmap.services.situation.answers import PlanFacts, PlanLine
from gridmap.store import ground, plans
from gridmap.store.engine import Session

MOMENT = dt.timedelta(microseconds=1)


def plan_lines(session: Session, in_force: PlanFacts | None, time_zone: str) -> tuple[PlanLine, ...]:
    """Every plan, the newest first; the instant a plan ends belongs to the next, so its last day is the one before."""
    zone, grids = ZoneInfo(time_zone), ground.grids_by_plan(session)
    return tuple(
        PlanLine(
            uid=plan.uid,
            name=plan.name,
            status=plan.state,
            from_on=None if plan.valid_from is None else plan.valid_from.astimezone(zone).date(),
            to_on=None if plan.valid_to is None else (plan.valid_to - MOMENT).astimezone(zone).date(),
            grids=grids.get(plan.id, 0),
            in_force=in_force is not None and plan.uid == in_force.uid,
        )
        for plan in reversed(plans.all_plans(session))
    )
