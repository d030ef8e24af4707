"""Layers on their way out: the rows that were asked for, chunk by chunk, as the fields they were imported by.

A column is named like the field of its layer; what gridmap found out itself (block, grid, case number) is named with
DERIVED before it, so that nobody takes it for a fact of the file's own.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from gridmap.store import tables
from gridmap.store.incidents import in_period, of_kinds
from gridmap.store.membership import one_of
from gridmap.store.spatial import as_wkb, geom_array, intersects_bbox

Box = tuple[float, float, float, float]  # west, south, east, north in degrees
Value = str | int | float | dt.date | None

DERIVED = "gridmap_"
CHUNK_ROWS = 20_000
AT_ONCE = 500  # bound values a query

# Layers whose rows lie in a block each (a block in itself), so that a plan gives them a grid.
IN_BLOCKS = ("blocks", "buildings", "households", "units", "sites", "cameras", "incidents")
ALIASES: dict[str, tuple[Any, Any]] = {
    "areas": (tables.AreaAlias, tables.AreaAlias.area_id),
    "buildings": (tables.BuildingAlias, tables.BuildingAlias.building_id),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a layer: those that meet every condition given.

    `where`: column -> values, one of which it must have (None: it is empty). `kinds` include the kinds below them.
    `grid_id` is the grid by the plan asked for. `from_on` and `to_on` are inclusive; for incidents only. `ids`: none
    but these rows.
    """

    bbox: Box | None = None
    from_on: dt.date | None = None
    to_on: dt.date | None = None
    kinds: tuple[str, ...] = ()
    grid_id: int | None = None
    where: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    ids: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """n rows in id order: ids, each column as n Python values, their attributes, shapes object[n] in EPSG:4326."""

    ids: list[int]
    columns: dict[str, list[Any]]
    attributes: list[dict[str, Any] | None]
    shapes: np.ndarray


@dataclass(frozen=True, slots=True)
class TrackRow:
    """One track: its path, and its fixes in their order (`at` aware or None, `accuracy_m` None where not told)."""

    code: str | None
    name: str | None
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    attributes: dict[str, Any] | None
    geom: Any
    at: list[dt.datetime | None]
    lon: list[float]
    lat: list[float]
    accuracy_m: list[float | None]


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a layer's columns come from. `shaped` is the mapped class that holds the shape."""

    model: Any
    columns: Mapping[str, Any]
    tables: Any
    shaped: Any
    conditions: tuple[sa.ColumnElement[bool], ...] = ()
    grid_id: Any = None


def columns_of(layer: str) -> list[str]:
    """The columns that a chunk of this layer has, and that `where` may name."""
    return list(_source(layer, None).columns)


def count(session: Session, layer: str, wanted: Wanted, plan_id: int | None) -> int:
    """How many rows (of tracks: how many tracks) meet the conditions."""
    source = _source(layer, plan_id)
    query = sa.select(sa.func.count()).select_from(source.tables).where(*_conditions(source, wanted))
    return sum(session.scalar(part) or 0 for part in _among(session, query, source, wanted))


def chunks(
    session: Session, layer: str, wanted: Wanted, plan_id: int | None, size: int = CHUNK_ROWS
) -> Iterator[Chunk]:
    """The rows asked for, in id order, `size` at a time: a million of them never lie in memory together.

    Grids are those of the plan; the grid of other rows is the one their block has by it (None: no plan, no grids).
    """
    source = _source(layer, plan_id)
    names = list(source.columns)
    query = (
        sa.select(
            source.model.id, source.model.attributes, as_wkb(source.shaped.geom),
            *[expression.label(name) for name, expression in source.columns.items()],
        )
        .select_from(source.tables)
        .where(*_conditions(source, wanted))
        .order_by(source.model.id)
    )  # fmt: skip
    for part in _among(session, query, source, wanted):
        for rows in session.execute(part.execution_options(yield_per=size)).partitions():
            ids, attributes, shapes, *values = map(list, zip(*rows, strict=True))
            yield Chunk(ids, dict(zip(names, values, strict=True)), attributes, geom_array(shapes))


def _among(session: Session, query: sa.Select[Any], source: _Source, wanted: Wanted) -> Iterator[sa.Select[Any]]:
    """The query, cut into as many as it takes to name all ids that are wanted; in their order."""
    if wanted.ids is None:
        yield query
    else:
        for condition in one_of(session, source.model.id, sorted(wanted.ids)):
            yield query.where(condition)


def aliases(session: Session, layer: str) -> dict[int, list[str]]:
    """Row id -> its other names in order, for layers that have such; else nothing."""
    if layer not in ALIASES:
        return {}
    model, owner = ALIASES[layer]
    names: dict[int, list[str]] = defaultdict(list)
    for key, name in session.execute(sa.select(owner, model.name)):
        names[key].append(name)
    return {key: sorted(several) for key, several in names.items()}


def track_chunks(session: Session, wanted: Wanted) -> Iterator[list[TrackRow]]:
    """The tracks asked for with their fixes, in id order, AT_ONCE at a time."""
    track, fix = tables.Track, tables.Fix
    source = _source("tracks", None)
    keys = list(session.scalars(sa.select(track.id).where(*_conditions(source, wanted)).order_by(track.id)))
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        fixes: dict[int, list[Any]] = defaultdict(list)
        query = sa.select(fix.track_id, fix.at, fix.lon, fix.lat, fix.accuracy_m)
        for row in session.execute(query.where(fix.track_id.in_(part)).order_by(fix.track_id, fix.seq)):
            fixes[row[0]].append(row[1:])
        rows = session.execute(
            sa.select(
                track.id, track.source_id, track.name, track.started_at, track.ended_at, track.attributes,
                as_wkb(track.geom),
            )
            .where(track.id.in_(part))
            .order_by(track.id)
        ).all()  # fmt: skip
        shapes = geom_array(row[-1] for row in rows)
        yield [_track(row, shape, fixes[row[0]]) for row, shape in zip(rows, shapes, strict=True)]


def _track(row: Any, shape: Any, fixes: list[Any]) -> TrackRow:
    at, lon, lat, accuracy_m = map(list, zip(*fixes, strict=True)) if fixes else ([], [], [], [])
    _, code, name, started_at, ended_at, attributes, _ = row
    return TrackRow(code, name, started_at, ended_at, attributes, shape, at, lon, lat, accuracy_m)


def _conditions(source: _Source, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    conditions = list(source.conditions)
    if wanted.bbox is not None:
        conditions.append(intersects_bbox(source.shaped, *wanted.bbox))
    if wanted.from_on is not None or wanted.to_on is not None:
        conditions += in_period(wanted.from_on, wanted.to_on)
    if wanted.kinds:
        conditions.append(_of_kinds(source, wanted.kinds))
    if wanted.grid_id is not None:
        conditions.append(source.grid_id == wanted.grid_id)
    conditions += [_is_one_of(source.columns[name], values) for name, values in wanted.where.items()]
    return conditions


def _of_kinds(source: _Source, kinds: Sequence[str]) -> sa.ColumnElement[bool]:
    if source.model is tables.Incident:
        return of_kinds(kinds)
    column: sa.ColumnElement[Any] = source.columns["kind"]
    return column.in_(kinds)


def _is_one_of(column: sa.ColumnElement[Any], values: Sequence[Value]) -> sa.ColumnElement[bool]:
    given = [value for value in values if value is not None]
    empty = [column.is_(None)] if len(given) < len(values) else []
    return sa.or_(column.in_(given), *empty)


def _source(layer: str, plan_id: int | None) -> _Source:
    if layer in IN_BLOCKS:
        return _in_blocks(layer, plan_id)
    return _SOURCES[layer](plan_id)


def _areas(plan_id: int | None) -> _Source:  # noqa: ARG001 - areas are the same under every plan
    area, parent = tables.Area, aliased(tables.Area)
    columns = {
        "code": area.code,
        "name": area.name,
        "level": area.level,
        "parent_code": parent.code,
        "valid_from": area.valid_from,
        "valid_to": area.valid_to,
    }
    return _Source(area, columns, sa.outerjoin(area, parent, parent.id == area.parent_id), area)


def _grids(plan_id: int | None) -> _Source:
    grid, outline, area = tables.Grid, tables.GridOutline, tables.Area
    columns = {
        "code": grid.code,
        "name": grid.name,
        "community_code": area.code,
        "kind": grid.kind,
        f"{DERIVED}blocks": outline.blocks,
        f"{DERIVED}households": outline.households,
        f"{DERIVED}area_km2": outline.area_km2,
    }
    joined = sa.join(grid, outline, outline.grid_id == grid.id).outerjoin(area, area.id == grid.community_id)
    return _Source(grid, columns, joined, outline, (outline.plan_id == plan_id,), grid.id)


def _plain(model: Any, **columns: Any) -> _Source:
    return _Source(model, {"code": model.source_id, **columns}, model, model)


def _ground(plan_id: int | None) -> _Source:  # noqa: ARG001 - the same under every plan
    return _plain(tables.Ground, name=tables.Ground.name, kind=tables.Ground.kind)


def _streets(plan_id: int | None) -> _Source:  # noqa: ARG001 - the same under every plan
    """With the class as it was given, where it was another word than ours."""
    street = tables.Street
    given = sa.func.coalesce(street.attributes["class"].as_string(), street.street_class)
    return _plain(street, name=street.name, **{"class": given})


def _routes(plan_id: int | None) -> _Source:  # noqa: ARG001 - the same under every plan
    return _plain(tables.Route, name=tables.Route.name)


def _tracks(plan_id: int | None) -> _Source:  # noqa: ARG001 - the same under every plan
    return _plain(tables.Track, name=tables.Track.name)


def _in_blocks(layer: str, plan_id: int | None) -> _Source:
    """A layer whose rows have a block, with its code and that of the grid it has by the plan."""
    model, block, grid = _BLOCK_MODELS[layer], tables.Block, tables.Grid
    columns, joined = _IN_BLOCKS[layer]()
    assigned = tables.Assignment
    block_id = model.id if model is block else model.block_id
    if model is not block:
        joined = sa.outerjoin(joined, block, block.id == model.block_id)
        columns[f"{DERIVED}block"] = block.code
    joined = sa.outerjoin(joined, assigned, sa.and_(assigned.block_id == block_id, assigned.plan_id == plan_id))
    joined = joined.outerjoin(grid, grid.id == assigned.grid_id)
    columns[f"{DERIVED}grid"] = grid.code
    still_open = (block.closed_at.is_(None),) if model is block else ()
    return _Source(model, columns, joined, model, still_open, assigned.grid_id)


def _blocks() -> tuple[dict[str, Any], Any]:
    block, area = tables.Block, tables.Area
    columns = {"code": block.code, "name": block.name, "community_code": area.code, "land_use": block.land_use}
    return columns, sa.outerjoin(block, area, area.id == block.community_id)


def _buildings() -> tuple[dict[str, Any], Any]:
    building, area = tables.Building, tables.Area
    plain = ("street_name", "door_number", "number", "name", "kind", "floors", "units")
    columns = {
        "code": building.source_id,
        "compound_code": area.code,
        **{name: getattr(building, name) for name in plain},
    }
    return columns, sa.outerjoin(building, area, area.id == building.compound_id)


def _households() -> tuple[dict[str, Any], Any]:
    household, building = tables.Household, aliased(tables.Building)
    columns = {
        "code": household.source_id,
        "building_code": building.source_id,
        **{name: getattr(household, name) for name in ("unit", "room", "count", "residents")},
    }
    return columns, sa.outerjoin(household, building, building.id == household.building_id)


def _units() -> tuple[dict[str, Any], Any]:
    unit, building = tables.Unit, aliased(tables.Building)
    columns = {"code": unit.source_id, "name": unit.name, "kind": unit.kind, "building_code": building.source_id}
    return columns, sa.outerjoin(unit, building, building.id == unit.building_id)


def _sites() -> tuple[dict[str, Any], Any]:
    site = tables.Site
    return {"code": site.source_id, "name": site.name, "kind": site.kind}, site


def _cameras() -> tuple[dict[str, Any], Any]:
    camera = tables.Camera
    plain = ("name", "kind", "bearing_deg", "fov_deg", "range_m")
    return {"code": camera.source_id, **{name: getattr(camera, name) for name in plain}}, camera


def _incidents() -> tuple[dict[str, Any], Any]:
    """With grid and plan as they were when it was placed, beside its grid by the plan asked for."""
    incident, grid, plan = tables.Incident, aliased(tables.Grid), aliased(tables.GridPlan)
    plain = ("source_id", "kind", "occurred_at", "occurred_on", "reported_at", "address", "summary", "uncertainty_m")
    columns = {
        **{name: getattr(incident, name) for name in plain},
        f"{DERIVED}precision": incident.precision,
        f"{DERIVED}uid": incident.uid,
        f"{DERIVED}case_number": incident.case_number,
        f"{DERIVED}placed_by": incident.placed_by,
        f"{DERIVED}is_doubtful": incident.is_doubtful,
        f"{DERIVED}grid_when_placed": grid.code,
        f"{DERIVED}plan_when_placed": plan.name,
    }
    joined = sa.outerjoin(incident, grid, grid.id == incident.grid_id).outerjoin(plan, plan.id == incident.plan_id)
    return columns, joined


_SOURCES = {
    "areas": _areas, "grids": _grids, "ground": _ground, "streets": _streets, "routes": _routes, "tracks": _tracks,
}  # fmt: skip
_BLOCK_MODELS: dict[str, Any] = {
    "blocks": tables.Block,
    "buildings": tables.Building,
    "households": tables.Household,
    "units": tables.Unit,
    "sites": tables.Site,
    "cameras": tables.Camera,
    "incidents": tables.Incident,
}
_IN_BLOCKS = {
    "blocks": _blocks,
    "buildings": _buildings,
    "households": _households,
    "units": _units,
    "sites": _sites,
    "cameras": _cameras,
    "incidents": _incidents,
}
