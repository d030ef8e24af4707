"""Taking in one incident: placed, stored and audited in one transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gridmap.config import Settings
from gridmap.domain.incidents import IncidentReport
from gridmap.domain.kinds import KindTree
from gridmap.errors import BadInput, Conflict, NotFound, OutsideExtent
from gridmap.geo.projection import LocalProjection
from gridmap.services.placing import NOWHERE, Placer
from gridmap.store import audit, configuration, ids, incidents, locating, plans, project
from gridmap.store.engine import Session, Store

SAME_PLACE_DEG = 1e-7  # 1 cm


@dataclass(frozen=True, slots=True)
class Nearest:
    """The grid nearest to a point that lies in none."""

    code: str
    name: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class ReceivedIncident:
    """What became of a report. `is_new` is False when it had been received before: nothing was written then.

    `block` and `grid` are codes, None where it lies in none; `nearest` then says which grid is next to it.
    """

    uid: str
    case_number: str
    block: str | None
    grid: str | None
    is_new: bool
    nearest: Nearest | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    block_id: int | None
    grid_id: int | None
    plan_id: int | None


def receive(
    store: Store,
    settings: Settings,
    report: IncidentReport,
    *,
    actor: str,
    now: dt.datetime,
    locator: Placer | None = None,
) -> ReceivedIncident:
    """Store one report, placed by the blocks and the plan of `now`, with its audit entry.

    A report that comes again under its uid is answered with what was stored. `locator` saves looking the block up in
    the database; it must be of the state at `now`. A place in no grid is stored, and the nearest grid is named.
    Raises OutsideExtent, BadInput for an unknown kind or a uid that is none, Conflict for a uid that is another
    report's, StoreBusy; then nothing was written.
    """
    uid = _checked_uid(report.uid)

    def work(session: Session) -> ReceivedIncident:
        before = incidents.get(session, uid)
        if before is not None:
            _require_same(report, before)
            return _answer(session, before, now, is_new=False)
        _require_inside(session, report)
        version, content = configuration.current(session)
        kind = _kind(report.kind, KindTree.of(content))
        place = _placed(session, report, now, locator)
        year = report.occurrence.on.year
        number = incidents.next_case_numbers(session, year, 1)[0]
        values: dict[str, Any] = {
            "kind": kind,
            "occurred_at": report.occurrence.at,
            "occurred_on": report.occurrence.on,
            "precision": str(report.occurrence.precision),
            "reported_at": report.reported_at or now,
            "address": report.address,
            "summary": report.summary,
            "lon": report.lon,
            "lat": report.lat,
            "uncertainty_m": report.uncertainty_m,
            "source_id": report.source_id,
            "block_id": place.block_id,
            "grid_id": place.grid_id,
            "plan_id": place.plan_id,
        }
        incidents.add(session, uid=uid, case_number=number, configuration_version=version, **values)
        audit.append(
            session,
            actor=actor,
            action="incident.received",
            entity="incident",
            entity_uid=uid,
            fields={"case_number": number, **values},
            secret=settings.secret(),
            at=now,
        )
        stored = incidents.get(session, uid)
        if stored is None:
            raise RuntimeError(f"Incident {uid} was stored, but cannot be read.")
        return _answer(session, stored, now, is_new=True)

    return store.transact(work)


def _checked_uid(uid: str | None) -> str:
    if uid is None:
        return ids.new_uid()
    try:
        return str(uuid.UUID(uid))
    except ValueError:
        raise BadInput(f"'{uid}' is no uid.", "Send a UUID (version 7), or none: then one is made.") from None


def _kind(text: str, tree: KindTree) -> str:
    code = tree.find(text)
    if code is None:
        tops = ", ".join(kind.code for kind in tree.kinds if "." not in kind.code)
        raise BadInput(f"There is no kind '{text}'.", f"Use one of the configured kinds; at the top are {tops}.")
    return code


def _require_same(report: IncidentReport, before: incidents.IncidentRow) -> None:
    """A uid stands for one report: the same place and time, or it is somebody else's."""
    same = (
        abs(report.lon - before.lon) < SAME_PLACE_DEG
        and abs(report.lat - before.lat) < SAME_PLACE_DEG
        and report.occurrence.on == before.occurred_on
        and report.occurrence.at == before.occurred_at
    )
    if not same:
        raise Conflict(
            f"The uid {before.uid} is another incident's ({before.case_number}).", "Make a new uid for a new incident."
        )


def _require_inside(session: Session, report: IncidentReport) -> None:
    found = project.get(session)
    if found is None or found.extent is None:
        raise NotFound("The project has no extent yet.", "Import its grids, blocks or areas first (gridmap import).")
    west, south, east, north = found.extent
    if not (west <= report.lon <= east and south <= report.lat <= north):
        raise OutsideExtent(
            f"Longitude {report.lon}, latitude {report.lat} lies outside the project "
            f"(longitude {west:.4f} to {east:.4f}, latitude {south:.4f} to {north:.4f}).",
            "Check the order (longitude first) and the datum of the position.",
        )


def _placed(session: Session, report: IncidentReport, now: dt.datetime, locator: Placer | None) -> _Place:
    if locator is not None:
        where = locator.place(np.array([report.lon]), np.array([report.lat]))
        block, grid = int(where.block_ids[0]), int(where.grid_ids[0])
        return _Place(
            None if block == NOWHERE else block,
            None if grid == NOWHERE else grid,
            None if grid == NOWHERE else locator.plan_id,
        )
    block_ids, _, polygons = locating.blocks_touching(session, report.lon, report.lat, now)
    covering = shapely.intersects_xy(polygons, report.lon, report.lat) if block_ids else np.empty(0, bool)
    if not covering.any():
        return _Place(None, None, None)
    block_id = block_ids[int(np.flatnonzero(covering)[0])]  # in code order: the lowest code has the border
    plan = plans.current(session, now)
    grid_id = None if plan is None else plans.assignment(session, plan.id).get(block_id)
    return _Place(block_id, grid_id, None if plan is None or grid_id is None else plan.id)


def _answer(session: Session, row: incidents.IncidentRow, now: dt.datetime, *, is_new: bool) -> ReceivedIncident:
    nearest = _nearest(session, row.lon, row.lat, now) if row.grid is None else None
    return ReceivedIncident(row.uid, row.case_number, row.block, row.grid, is_new, nearest)


def _nearest(session: Session, lon: float, lat: float, now: dt.datetime) -> Nearest | None:
    """The nearest grid of the plan in force, measured in the project's projection."""
    plan, found = plans.current(session, now), project.get(session)
    if plan is None or found is None or found.projection is None:
        return None
    grids = plans.grids(session, plan.id)
    metric = LocalProjection(found.projection)
    x, y = metric.forward([lon], [lat])
    distances_m = shapely.distance(metric.forward_shapes([grid.geom for grid in grids]), shapely.Point(x[0], y[0]))
    best = int(np.argmin(distances_m))
    return Nearest(grids[best].code, grids[best].name, float(distances_m[best]))
