"""The small world with other incidents: those a test draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.services.project import open_project
from gridmap.services.situation import Picture, Situation
from gridmap.store import bulk, configuration, incidents, plans
from gridmap.store.engine import Store
from gridmap.store.tables import Block, Incident
from tests.postgres_databases import Databases
from tests.services import small_world as world

ZONE = ZoneInfo("Asia/Shanghai")
A_DAY = dt.timedelta(days=1)
B1, B2, B3 = world.in_block(0, 0), world.in_block(1, 0), world.in_block(0, 1)  # B1, B2 are grid G1, B3 is G2
BEYOND = (world.WEST + 0.03, world.SOUTH + 0.03)
BLOCKS = {B1: "B1", B2: "B2", B3: "B3"}

When = dt.datetime | dt.date
Row = tuple[str, tuple[float, float], str, When]  # kind, place, precision, an instant or a day


@contextmanager
def standing(template_db: str, folder: Path, databases: Databases | None) -> Iterator[Store]:
    """The small world in a database of its own; each test replaces its incidents."""
    with world.standing(template_db, folder, databases) as settings:
        store = open_project(settings)
        yield store
        store.close()


def picture(place: Store, rows: Sequence[Row], *, now: dt.datetime = world.NOW) -> Picture:
    """The state of the small world with these incidents in the place of its own."""
    with place.write() as session:
        session.execute(sa.delete(Incident))
        if rows:
            _add(session, rows)
    return Situation(place, now=lambda: now).picture()


def daily(
    first: dt.date, last: dt.date, n: int, kind: str = "order.theft", at: tuple[float, float] = B1
) -> list[Row]:
    """n incidents a day, known to the day."""
    days = [first + i * A_DAY for i in range((last - first).days + 1)]
    return [(kind, at, "day", day) for day in days for _ in range(n)]


def _add(session: Session, rows: Sequence[Row]) -> None:
    plan = plans.current(session, world.NOW)
    assert plan is not None
    ids = dict(session.execute(sa.select(Block.code, Block.id)).all())
    grid_of = plans.assignment(session, plan.id)
    blocks = [ids.get(BLOCKS.get(at, "")) for _, at, _, _ in rows]
    bulk.insert(
        session,
        Incident,
        {
            "case_number": incidents.next_case_numbers(session, 2024, len(rows)),
            "kind": [kind for kind, *_ in rows],
            "occurred_at": [when.astimezone(dt.UTC) if isinstance(when, dt.datetime) else None for *_, when in rows],
            "occurred_on": [
                when.astimezone(ZONE).date() if isinstance(when, dt.datetime) else when for *_, when in rows
            ],
            "precision": [precision for _, _, precision, _ in rows],
            "geom": np.array([shapely.Point(at) for _, at, _, _ in rows], dtype=object),
            "block_id": blocks,
            "grid_id": [None if block is None else grid_of.get(block) for block in blocks],
            "plan_id": [None if block is None else plan.id for block in blocks],
            "configuration_version": [configuration.current(session)[0]] * len(rows),
        },
    )
