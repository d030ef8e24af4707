"""The plans of a project, one line each."""

from __future__ import annotations

from gridmap.store import plans
from gridmap.store.engine import Store


def plan_lines(store: Store) -> list[str]:
    """uid, state, name, how many grids and blocks, and from when to when, the oldest plan first."""
    with store.read() as session:
        lines = []
        for plan in plans.all_plans(session):
            assignment = plans.assignment(session, plan.id)
            size = f"{len(set(assignment.values())):,} grids of {len(assignment):,} blocks"
            begin = "since ever" if plan.valid_from is None else f"from {plan.valid_from:%Y-%m-%d}"
            end = "" if plan.valid_to is None else f" to {plan.valid_to:%Y-%m-%d}"
            in_force = f", {begin}{end}" if plan.published_at is not None else ""
            lines.append(f"{plan.uid}  {plan.state:<10} {plan.name}: {size}{in_force}")
    return lines or ["There is no plan yet."]
