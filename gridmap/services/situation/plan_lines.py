"""The list of plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from gridmap.services.situation.answers import PlanFacts, PlanLine
from gridmap.store import ground, plans, scopes
from gridmap.store.engine import Session

MOMENT = dt.timedelta(microseconds=1)


def plan_lines(
    session: Session, in_force: PlanFacts | None, time_zone: str, blocks: Sequence[int] | None = None
) -> tuple[PlanLine, ...]:
    """Every plan, the newest first; the instant a plan ends belongs to the next, so its last day is the one before.

    With `blocks` (ids) the grids are those that have any of them, or of what these were cut out of.
    """
    zone = ZoneInfo(time_zone)
    grids = ground.grids_by_plan(session) if blocks is None else scopes.grids_by_plan(session, _ever(session, blocks))
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


def _ever(session: Session, blocks: Sequence[int]) -> list[int]:
    """Blocks and all that they came out of."""
    parents, found = ground.parents(session), set(blocks)
    for block in blocks:
        known: int | None = parents.get(block)
        while known is not None and known not in found:
            found.add(known)
            known = parents.get(known)
    return sorted(found)
