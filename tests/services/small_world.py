"""A project of four blocks, for tests of the read side. North is up; a block is 0.01 degrees wide and high.

    B3 B4      B1, B2 are grid G1, B3 is grid G2, B4 belongs to no grid
    B1 B2

Incidents: 50 thefts at one place in B1 in May 2024, one each day from the 1st, on the 21st all the rest; 3 calls for
help in B3 on 30 May; 2 in B4 and 1 beyond all blocks on 31 May; 4 disputes in B2 of which only the month is known, May.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import shapely
from sqlalchemy.orm import Session

from gridmap.config import Settings
from gridmap.geo.projection import local_projection
from gridmap.services.project import open_project
from gridmap.store import audit, bulk, configuration, ids, incidents, plans, project
from gridmap.store.engine import Store
from gridmap.store.tables import Area, Block, Grid, Incident, Post, Worker
from tests.conftest import _copy as copied
from tests.conftest import _settings as settings_for
from tests.postgres_databases import Databases

WEST, SOUTH, SIDE = 115.0, 30.2, 0.01
EXTENT = (WEST - 0.05, SOUTH - 0.05, WEST + 0.07, SOUTH + 0.07)
BEGUN = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
NOW = dt.datetime(2024, 5, 31, 4, 0, tzinfo=dt.UTC)
CLUSTER = (WEST + 0.005, SOUTH + 0.005)
SECRET = b"a secret for tests, 32 bytes and more"


@contextmanager
def standing(template_db: str, folder: Path, databases: Databases | None) -> Iterator[Settings]:
    """The world in a database of its own, for tests that only read it."""
    with copied(template_db, folder / "world.db", databases) as address:
        settings = settings_for(address, folder / "var", is_demo=False)
        build(settings).close()
        yield settings


def in_block(col: int, row: int) -> tuple[float, float]:
    """The middle of a block, counted from the south-west."""
    return WEST + (col + 0.5) * SIDE, SOUTH + (row + 0.5) * SIDE


def now() -> dt.datetime:
    return NOW


def build(settings: Settings) -> Store:
    """The world in the empty, migrated database of `settings`."""
    store = open_project(settings, name="四块地", now=BEGUN)
    with store.write() as session:
        project.set_projection(session, local_projection(EXTENT).crs, EXTENT)
        project.describe(session, attribution="测试数据 <b>")
        _fill(session)
        audit.append(
            session, actor="local", action="import.grids", entity="import_batch", entity_uid=ids.new_uid(), fields={},
            secret=SECRET, at=BEGUN,
        )  # fmt: skip
    return store


def _fill(session: Session) -> None:
    street, community = bulk.insert(
        session, Area, {"code": ["01", "0101"], "name": ["新下陆街道", "青龙社区"], "level": ["street", "community"]}
    )
    bulk.update(session, Area, [community], {"parent_id": [street]})
    squares = np.array([_square(0, 0), _square(1, 0), _square(0, 1), _square(1, 1)], dtype=object)
    blocks = bulk.insert(
        session,
        Block,
        {"code": ["B1", "B2", "B3", "B4"], "geom": squares, "opened_at": [BEGUN] * 4, "community_id": [community] * 4},
    )
    grids = bulk.insert(
        session,
        Grid,
        {
            "code": ["G1", "G2"],
            "name": ["青龙一网格", "车站"],
            "kind": ["residential", "station"],
            "community_id": [community] * 2,
        },
    )
    plan = plans.add(
        session, uid=ids.new_uid(), name="2024 网格方案", state="published", low=400, high=800,
        counted="registered_households", created_at=BEGUN, published_at=BEGUN,
    )  # fmt: skip
    plans.assign(session, plan, blocks[:3], grids[[0, 0, 1]])
    plans.refresh_outlines(
        session,
        plan,
        grid_ids=grids,
        geoms=np.array([shapely.union_all(squares[:2]), squares[2]], dtype=object),
        blocks=[2, 1],
        households=[512, 0],
        area_km2=[2.1, 1.05],
    )
    (worker,) = bulk.insert(session, Worker, {"name": ["网格员 001"]})
    bulk.insert(session, Post, {"role": ["full_time_worker"], "worker_id": [worker], "grid_id": [grids[0]]})
    _add_incidents(session, plan, blocks, grids)


def _add_incidents(session: Session, plan: int, blocks: np.ndarray, grids: np.ndarray) -> None:
    may = [dt.date(2024, 5, day) for day in range(1, 32)]
    rows = [("order.theft", may[min(day, 20)], "day", CLUSTER, 0, 0) for day in range(50)]
    rows += [("help.elder", may[29], "day", in_block(0, 1), 2, 1)] * 3
    rows += [("help.elder", may[30], "day", in_block(1, 1), 3, None)] * 2
    rows += [("help.elder", may[30], "day", (WEST + 0.03, SOUTH + 0.03), None, None)]
    rows += [("dispute", may[0], "month", in_block(1, 0), 1, 0)] * 4
    version = configuration.current(session)[0]
    bulk.insert(
        session,
        Incident,
        {
            "case_number": incidents.next_case_numbers(session, 2024, len(rows)),
            "kind": [row[0] for row in rows],
            "occurred_on": [row[1] for row in rows],
            "precision": [row[2] for row in rows],
            "geom": np.array([shapely.Point(row[3]) for row in rows], dtype=object),
            "block_id": [None if row[4] is None else int(blocks[row[4]]) for row in rows],
            "grid_id": [None if row[5] is None else int(grids[row[5]]) for row in rows],
            "plan_id": [None if row[5] is None else plan for row in rows],
            "configuration_version": [version] * len(rows),
        },
    )


def _square(col: int, row: int) -> shapely.Polygon:
    west, south = WEST + col * SIDE, SOUTH + row * SIDE
    return shapely.box(west, south, west + SIDE, south + SIDE)
