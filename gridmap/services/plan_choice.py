"""Which plan a person means: by its uid or its name, or else the one in force."""

from __future__ import annotations

import datetime as dt

from gridmap.errors import BadInput, NotFound
from gridmap.store import plans
from gridmap.store.engine import Session

LISTED = 8  # of the newest plans, in a refusal


def chosen_plan(session: Session, named: str | None, now: dt.datetime) -> plans.GridPlan | None:
    """The plan of that uid or name; without one the plan in force, None when there is none.

    Raises NotFound, and BadInput for a name that several plans have.
    """
    if named is None:
        return plans.current(session, now)
    every = plans.all_plans(session)
    found = [plan for plan in every if named in (plan.uid, plan.name)]
    if not found:
        listed = "; ".join(f"{plan.name} ({plan.state}, {plan.uid})" for plan in every[-LISTED:]) or "none"
        raise NotFound(f"There is no plan '{named}'.", f"Plans are: {listed}.")
    if len(found) > 1:
        uids = ", ".join(plan.uid for plan in found)
        raise BadInput(f"{len(found)} plans are called '{named}'.", f"Name one by its uid: {uids}.")
    return found[0]
