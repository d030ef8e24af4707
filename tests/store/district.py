"""A tiny district for tests of the store: two communities, four blocks in a row, two grids, points in each block.

    lon 115.00   115.01   115.02   115.03   115.04
           B1       B2       B3       B4
           G1       G1       G2       G2
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store import audit, batches, bulk, configuration, ids, incidents, plans, project
from gridmap.store.engine import Store
from gridmap.store.tables import Area, AreaAlias, Block, Camera, Grid, Household, Incident, Post, Site, Street, Worker

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
SECRET = b"a secret for tests, 32 bytes and more"
WEST, SOUTH, STEP = 115.0, 30.2, 0.01


def fill(store: Store, points: int = 40) -> None:
    """Everything a migration can lose: rows with and without shapes, links between them, an audit entry."""
    with store.write() as session:
        project.create(session, name="District", at=NOW)
        configuration.put(session, {"kind": []}, NOW)
        areas = _areas(session)
        blocks = _blocks(session, areas)
        plan_id, grids = _plan(session, areas, blocks)
        _places(session, blocks, points)
        _incidents(session, blocks, grids, plan_id, points)
        batch = add_batch(session)
        audit.append(
            session,
            actor="local",
            action="import.incidents",
            entity="import_batch",
            entity_uid=batch.uid,
            fields={"counts": {"stored": points}},
            secret=SECRET,
            at=NOW,
        )


def square(i: int) -> shapely.Polygon:
    """The i-th block."""
    return shapely.box(WEST + i * STEP, SOUTH, WEST + (i + 1) * STEP, SOUTH + STEP)


def add_batch(session: Session, sha256: str = "0" * 64, layer: str = "incidents") -> batches.Batch:
    return batches.add(
        session,
        layer=layer,
        file_name="a.csv",
        file_sha256=sha256,
        source_crs="EPSG:4326",
        mapping={"kind": "type"},
        counts={},
        imported_at=NOW,
        actor="local",
    )


def add_incident(session: Session, lon: float = 115.005, lat: float = 30.205, **changes: object) -> int:
    """One incident of minute precision, changed as given."""
    if "case_number" not in changes:  # asking holds the counter until the commit
        changes["case_number"] = incidents.next_case_numbers(session, 2026, 1)[0]
    values: dict[str, object] = {
        "uid": ids.new_uid(),
        "kind": "order.theft",
        "occurred_at": NOW,
        "occurred_on": NOW.date(),
        "precision": "minute",
        "lon": lon,
        "lat": lat,
        "block_id": None,
        "grid_id": None,
        "plan_id": None,
    }
    return incidents.add(session, **(values | changes))


def append_entry(session: Session, **changes: object) -> int:
    """One audit entry, changed as given."""
    values: dict[str, object] = {
        "actor": "local",
        "action": "incident.received",
        "entity": "incident",
        "entity_uid": ids.new_uid(),
        "fields": {"kind": "order.theft"},
        "secret": SECRET,
        "at": NOW,
    }
    return audit.append(session, **(values | changes))


@contextmanager
def unguarded(session: Session) -> Iterator[None]:
    """The audit's tables without their triggers, as somebody has them who owns the database."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        yield
        session.execute(sa.text("SET LOCAL session_replication_role = origin"))
        return
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('audit', 'audit_head')"
    guards = session.execute(sa.text(query)).all()
    for name, _ in guards:
        session.execute(sa.text(f"DROP TRIGGER {name}"))
    yield
    for _, statement in guards:
        session.connection().exec_driver_sql(statement)


def _areas(session: Session) -> np.ndarray:
    street = bulk.insert(session, Area, {"code": ["S"], "name": ["Street"], "level": ["street"], "source_id": ["S"]})
    half = [shapely.union_all([square(0), square(1)]), shapely.union_all([square(2), square(3)])]
    communities = bulk.insert(
        session,
        Area,
        {
            "code": ["C1", "C2"],
            "name": ["First", "Second"],
            "level": ["community"] * 2,
            "source_id": ["C1", "C2"],
            "parent_id": [int(street[0])] * 2,
            "geom": np.array(half),
        },
    )
    bulk.insert(session, AreaAlias, {"area_id": communities, "name": ["One", "Two"]})
    return communities


def _blocks(session: Session, communities: np.ndarray) -> np.ndarray:
    return bulk.insert(
        session,
        Block,
        {
            "code": ["B1", "B2", "B3", "B4"],
            "source_id": ["B1", "B2", "B3", "B4"],
            "community_id": np.repeat(communities, 2),
            "opened_at": [NOW - dt.timedelta(days=400)] * 4,
            "geom": np.array([square(i) for i in range(4)]),
        },
    )


def _plan(session: Session, communities: np.ndarray, blocks: np.ndarray) -> tuple[int, np.ndarray]:
    grids = bulk.insert(
        session,
        Grid,
        {
            "code": ["G1", "G2"],
            "name": ["Grid 1", "Grid 2"],
            "kind": ["residential"] * 2,
            "source_id": ["G1", "G2"],
            "community_id": communities,
        },
    )
    plan_id = plans.add(
        session, uid=ids.new_uid(), name="First", state="published", low=400, high=800,
        counted="registered_households", created_at=NOW, published_at=NOW,
    )  # fmt: skip
    plans.assign(session, plan_id, blocks, np.repeat(grids, 2))
    plans.refresh_outlines(
        session,
        plan_id,
        grid_ids=grids,
        geoms=np.array([shapely.union_all([square(0), square(1)]), shapely.union_all([square(2), square(3)])]),
        blocks=[2, 2],
        households=[10, 20],
        area_km2=[2.1, 2.1],
    )
    workers = bulk.insert(session, Worker, {"name": ["网格员 001", "网格员 002"]})
    roles = ["full_time_worker", "backing_worker"]
    bulk.insert(session, Post, {"role": roles, "worker_id": workers, "grid_id": [int(grids[0])] * 2})
    return plan_id, grids


def _places(session: Session, blocks: np.ndarray, n: int) -> None:
    at, owner = _points(n, blocks)
    households = {"geom": at, "count": np.full(n, 2), "block_id": owner, "source_id": [f"H{i}" for i in range(n)]}
    bulk.insert(session, Household, households)
    bulk.insert(session, Camera, {"geom": at[:4], "bearing_deg": [0.0, 90.0, np.nan, 270.0]})
    mixed = np.array([shapely.Point(115.001, 30.201), square(3)], dtype=object)
    bulk.insert(session, Site, {"geom": mixed, "name": ["Gate", "Park"], "kind": ["station", "park"]})
    line = shapely.LineString([(115.0, 30.205), (115.04, 30.205)])
    bulk.insert(session, Street, {"geom": np.array([line]), "name": ["Long Street"], "street_class": ["street"]})


def _incidents(session: Session, blocks: np.ndarray, grids: np.ndarray, plan_id: int, n: int) -> None:
    at, owner = _points(n, blocks)
    days = np.datetime64("2026-01-01") + np.arange(n)
    bulk.insert(
        session,
        Incident,
        {
            "geom": at,
            "case_number": incidents.next_case_numbers(session, 2026, n),
            "kind": ["order.theft", "dispute.family"] * (n // 2),
            "occurred_on": days,
            "precision": ["day"] * n,
            "block_id": owner,
            "grid_id": grids[np.searchsorted(blocks, owner) // 2],
            "plan_id": np.full(n, plan_id),
        },
    )


def _points(n: int, blocks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """n points spread over the four blocks, and the block of each."""
    i = np.arange(n)
    lon = WEST + (i % 4) * STEP + STEP / 2
    lat = SOUTH + STEP * (i + 0.5) / n
    return np.asarray(shapely.points(lon, lat)), blocks[i % 4]
