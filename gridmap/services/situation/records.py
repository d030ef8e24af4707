"""Single rows behind the picture: pages of incidents, and the feed of changes."""

from __future__ import annotations

from dataclasses import dataclass

from gridmap.errors import NotFound
from gridmap.services.situation.answers import Selection
from gridmap.store import audit, incidents, plans
from gridmap.store.audit import Entry
from gridmap.store.engine import Session
from gridmap.store.incidents import Page

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents a list shows; all conditions hold together. `grid` is a code, `bbox` in degrees."""

    chosen: Selection
    grid: str | None = None
    bbox: Box | None = None
    outside: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """`seq` is the newest change there is, `entries` those asked for, oldest first."""

    seq: int
    entries: tuple[Entry, ...]


def incident_page(session: Session, wanted: IncidentFilter, *, after: str | None, limit: int) -> Page:
    """One page, newest day first. Raises NotFound for a grid that does not exist, BadInput for a foreign `after`."""
    grid_id = None
    if wanted.grid is not None:
        grid_id = plans.grids_by_code(session).get(wanted.grid)
        if grid_id is None:
            raise NotFound(f"There is no grid {wanted.grid}.", "Give the code of a grid, as the map shows it.")
    return incidents.page(
        session,
        from_on=wanted.chosen.from_on,
        to_on=wanted.chosen.to_on,
        kinds=wanted.chosen.kinds,
        grid_id=grid_id,
        bbox=wanted.bbox,
        outside=wanted.outside,
        doubtful=wanted.doubtful,
        after=after,
        limit=limit,
    )


def changes_since(session: Session, seq: int, limit: int) -> Changes:
    """The feed after `seq`."""
    return Changes(audit.head(session)[0], tuple(audit.since(session, seq, limit)))
