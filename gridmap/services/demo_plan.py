"""The demo's grids and who works in them: lists of codes, not shapes, so they have a way of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from gridmap.config import Settings
from gridmap.domain.plans import band_of
from gridmap.errors import BadFile
from gridmap.services import replan
from gridmap.services.exchange.files import Source, open_source
from gridmap.services.exchange.reading import ReadOptions, read_stream
from gridmap.services.exchange.table import Table, text_of
from gridmap.store import areas, audit, batches, bulk, configuration, plans, project
from gridmap.store.engine import Session, Store
from gridmap.store.tables import Grid, Post, Worker

PLAN_NAME = "现行网格方案"


def store_plan(store: Store, settings: Settings, folder: Path, now: dt.datetime) -> None:
    """grids.csv and assignment.csv.gz as the published plan. Raises BadFile for a code that names nothing."""
    source, table = _opened(folder / "grids.csv")
    _, pairs = _opened(folder / "assignment.csv.gz")
    with store.write() as session:
        batch_id, batch_uid = _batch(session, "grids", source, table.n, now)
        communities = areas.ids_by_code(session)
        codes = _texts(table, "code")
        columns: dict[str, Sequence[object]] = {
            "code": codes,
            "name": _texts(table, "name"),
            "kind": _texts(table, "kind"),
            "community_id": _ids(communities, _texts(table, "community_code"), "community"),
            "source_id": codes,
            "batch_id": [batch_id] * table.n,
        }
        grid_ids = dict(zip(codes, bulk.insert(session, Grid, columns).tolist(), strict=True))
        block_ids = _ids(plans.blocks_by_code(session), _texts(pairs, "block_code"), "block")
        assigned = _ids(grid_ids, _texts(pairs, "grid_code"), "grid")
        _, content = configuration.current(session)
        heading = replan.Heading(PLAN_NAME, band_of(content), _projection(session), now, batch_id)
        replan.publish_first_plan(session, dict(zip(block_ids, assigned, strict=True)), heading)
        _audit(session, settings, "import.grids", batch_uid, source, table.n, now)


def store_posts(store: Store, settings: Settings, folder: Path, now: dt.datetime) -> None:
    """posts.csv: workers and the posts they hold in grids. Raises BadFile for a grid that does not exist."""
    source, table = _opened(folder / "posts.csv")
    with store.write() as session:
        _, batch_uid = _batch(session, "posts", source, table.n, now)
        names = _texts(table, "worker")
        distinct = list(dict.fromkeys(names))
        workers = dict(zip(distinct, bulk.insert(session, Worker, {"name": distinct}).tolist(), strict=True))
        columns = {
            "role": _texts(table, "role"),
            "worker_id": [workers[name] for name in names],
            "grid_id": _ids(plans.grids_by_code(session), _texts(table, "grid_code"), "grid"),
        }
        bulk.insert(session, Post, columns)
        _audit(session, settings, "import.posts", batch_uid, source, table.n, now)


def _projection(session: Session) -> str:
    found = project.get(session)
    if found is None or found.projection is None:
        raise BadFile("The demo's grids come before its ground.", "Import areas and blocks first.")
    return found.projection


def _opened(path: Path) -> tuple[Source, Table]:
    source = open_source(path)
    return source, read_stream(source, ReadOptions()).first


def _texts(table: Table, heading: str) -> list[str]:
    return [text_of(value) or "" for value in table.columns[heading]]


def _ids(known: dict[str, int], codes: Sequence[str], what: str) -> list[int]:
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise BadFile(f"The demo names {what} {unknown[0]}, which it does not have.", "Make it again: make_demo.py")
    return [known[code] for code in codes]


def _batch(session: Session, layer: str, source: Source, n: int, now: dt.datetime) -> tuple[int, str]:
    batch = batches.add(
        session,
        layer=layer,
        file_name=source.path.name,
        file_sha256=source.sha256,
        source_crs="none",
        mapping={},
        counts={"read": n, "stored": n, "known": 0, "rejected": 0},
        imported_at=now,
        actor="local",
    )
    return batch.id, batch.uid


def _audit(
    session: Session, settings: Settings, action: str, uid: str, source: Source, n: int, now: dt.datetime
) -> None:
    audit.append(
        session,
        actor="local",
        action=action,
        entity="import_batch",
        entity_uid=uid,
        fields={"file_sha256": source.sha256, "read": n, "stored": n},
        secret=settings.secret(),
        at=now,
    )
