"""One incident with all that is stored of it, and its story: what was done to it, line by line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store import bulk, ids
from gridmap.store.membership import one_of
from gridmap.store.tables import Area, Block, Grid, GridPlan, ImportBatch, Incident, IncidentEvent


@dataclass(frozen=True, slots=True)
class StoredIncident:
    """One incident; `block`, `grid` are codes, `community` and `plan` names, `file` the one it was imported from."""

    id: int
    uid: str
    case_number: str
    kind: str
    occurred_at: dt.datetime | None
    occurred_on: dt.date
    precision: str
    reported_at: dt.datetime | None
    address: str | None
    summary: str | None
    lon: float
    lat: float
    uncertainty_m: float | None
    block_id: int | None
    grid_id: int | None
    is_doubtful: bool
    placed_by: str
    block: str | None
    grid: str | None
    grid_name: str | None
    community: str | None
    plan: str | None
    file: str | None
    imported_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class StoredPlace:
    """Where an incident is: `block` and `grid` are codes."""

    lon: float
    lat: float
    uncertainty_m: float | None
    block: str | None
    grid: str | None
    grid_name: str | None
    placed_by: str


@dataclass(frozen=True, slots=True)
class StoryLine:
    """What was done, when and by whom; `content` as services/incident_story.py writes it."""

    id: int
    at: dt.datetime
    actor: str
    action: str
    content: Mapping[str, Any]


def whole(session: Session, uid: str, *, lock: bool = False) -> StoredIncident | None:
    """The incident of that uid; with `lock`, nobody else changes it before this transaction ends."""
    if lock:
        session.execute(sa.select(Incident.id).where(Incident.uid == uid).with_for_update())
    table = Incident
    row = session.execute(
        sa.select(
            table.id, table.uid, table.case_number, table.kind, table.occurred_at, table.occurred_on, table.precision,
            table.reported_at, table.address, table.summary, sa.func.ST_X(table.geom), sa.func.ST_Y(table.geom),
            table.uncertainty_m, table.block_id, table.grid_id, table.is_doubtful, table.placed_by, Block.code,
            Grid.code, Grid.name, Area.name, GridPlan.name, ImportBatch.file_name, ImportBatch.imported_at,
        )
        .outerjoin(Block, Block.id == table.block_id)
        .outerjoin(Grid, Grid.id == table.grid_id)
        .outerjoin(Area, Area.id == Grid.community_id)
        .outerjoin(GridPlan, GridPlan.id == table.plan_id)
        .outerjoin(ImportBatch, ImportBatch.id == table.batch_id)
        .where(table.uid == uid)
    ).one_or_none()  # fmt: skip
    return None if row is None else StoredIncident(*tuple(row))


def places(session: Session, incident_ids: Sequence[int]) -> dict[int, StoredPlace]:
    """Incident id -> where it is."""
    found: dict[int, StoredPlace] = {}
    query = (
        sa.select(
            Incident.id, sa.func.ST_X(Incident.geom), sa.func.ST_Y(Incident.geom), Incident.uncertainty_m, Block.code,
            Grid.code, Grid.name, Incident.placed_by,
        )
        .outerjoin(Block, Block.id == Incident.block_id)
        .outerjoin(Grid, Grid.id == Incident.grid_id)
    )  # fmt: skip
    for among in one_of(session, Incident.id, [int(key) for key in incident_ids]):
        for key, *place in session.execute(query.where(among)):
            found[key] = StoredPlace(*place)
    return found


def add_line(
    session: Session, incident_id: int, *, at: dt.datetime, actor: str, action: str, content: Mapping[str, Any]
) -> None:
    """One more line of an incident's story, in the transaction of what it tells."""
    line = IncidentEvent(
        uid=ids.new_uid(), incident_id=incident_id, at=at, actor=actor, action=action, content=dict(content)
    )
    session.add(line)
    session.flush()


def add_lines(
    session: Session,
    incident_ids: Sequence[int],
    *,
    at: dt.datetime,
    actor: str,
    action: str,
    contents: Sequence[Mapping[str, Any]],
) -> None:
    """The same for many incidents at once, one line each."""
    n = len(incident_ids)
    columns = {"incident_id": incident_ids, "at": [at] * n, "actor": [actor] * n, "action": [action] * n}
    bulk.insert(session, IncidentEvent, {**columns, "content": np.array(contents, dtype=object)})


def lines(session: Session, incident_id: int) -> list[StoryLine]:
    """The story of an incident, oldest line first."""
    rows = session.execute(
        sa.select(IncidentEvent.id, IncidentEvent.at, IncidentEvent.actor, IncidentEvent.action, IncidentEvent.content)
        .where(IncidentEvent.incident_id == incident_id)
        .order_by(IncidentEvent.id)
    )
    return [StoryLine(*tuple(row)) for row in rows]
