"""What stands in the district, read as layers: rows for the base map and exports, counts, and their blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session

from gridmap.store import bulk, tables
from gridmap.store.scopes import Within
from gridmap.store.spatial import as_wkb, geom_array, intersects_bbox

Box = tuple[float, float, float, float]  # west, south, east, north in degrees
COUNTED: dict[str, type[DeclarativeBase]] = {
    "areas": tables.Area,
    "blocks": tables.Block,
    "grids": tables.Grid,
    "buildings": tables.Building,
    "households": tables.Household,
    "units": tables.Unit,
    "sites": tables.Site,
    "ground": tables.Ground,
    "streets": tables.Street,
    "cameras": tables.Camera,
    "incidents": tables.Incident,
    "routes": tables.Route,
    "tracks": tables.Track,
}


@dataclass(frozen=True, slots=True)
class Layer:
    """n rows of a table: each column but the shape as a list, the shapes as object[n] in EPSG:4326 (None: no shape)."""

    columns: dict[str, list[Any]]
    shapes: np.ndarray

    def __len__(self) -> int:
        return len(self.shapes)


def counts(session: Session) -> dict[str, int]:
    """Rows of each layer. `households` is their sum (a row may stand for several), `blocks` the open ones."""
    rows = sa.select(sa.func.count())
    found = {name: session.scalar(rows.select_from(model)) or 0 for name, model in COUNTED.items()}
    found["households"] = session.scalar(sa.select(sa.func.coalesce(sa.func.sum(tables.Household.count), 0))) or 0
    open_blocks = sa.select(sa.func.count()).where(tables.Block.closed_at.is_(None))
    found["blocks"] = session.scalar(open_blocks) or 0
    return found


def households_by_block(session: Session) -> dict[int, int]:
    """Block id -> households that stand in it; blocks without any are absent."""
    rows = session.execute(
        sa.select(tables.Household.block_id, sa.func.sum(tables.Household.count))
        .where(tables.Household.block_id.is_not(None))
        .group_by(tables.Household.block_id)
    )
    return {int(block_id or 0): int(households) for block_id, households in rows}


def layer(
    session: Session, model: type[DeclarativeBase], bbox: Box | None = None, within: Within | None = None
) -> Layer:
    """The rows of a table with a shape, in id order; with `bbox` those whose shape touches it, with `within` those in
    that part of the ground.
    """
    table = cast(sa.Table, model.__table__)
    plain = [column for column in table.columns if column.name != "geom"]
    query = sa.select(*plain, as_wkb(table.c.geom)).order_by(table.c.id)
    if bbox is not None:
        query = query.where(intersects_bbox(model, *bbox))
    if within is None:
        rows = list(session.execute(query))
    else:
        conditions = within.conditions(session, model)
        found = {row.id: row for among in conditions for row in session.execute(query.where(among))}
        rows = [found[key] for key in sorted(found)]
    columns = list(zip(*rows, strict=True)) if rows else [()] * (len(plain) + 1)
    named = {column.name: list(values) for column, values in zip(plain, columns, strict=False)}
    return Layer(named, geom_array(columns[-1]))


def points(session: Session, model: type[DeclarativeBase], *, unplaced: bool = False) -> tuple[np.ndarray, ...]:
    """The points of a table -> ids int64[n], lon float64[n], lat float64[n] in id order; `unplaced`: in no block."""
    table = cast(sa.Table, model.__table__)
    query = sa.select(table.c.id, sa.func.ST_X(table.c.geom), sa.func.ST_Y(table.c.geom)).order_by(table.c.id)
    if unplaced:
        query = query.where(table.c.block_id.is_(None))
    rows = session.execute(query).all()
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    lon = np.array([row[1] for row in rows], dtype=np.float64)
    lat = np.array([row[2] for row in rows], dtype=np.float64)
    return ids, lon, lat


def ids_by_source(session: Session, model: type[tables.Base]) -> dict[str, int]:
    """Source id -> id of a table's rows that have one, for links between layers (a household's building)."""
    table = cast(sa.Table, model.__table__)
    rows = session.execute(sa.select(table.c.source_id, table.c.id).where(table.c.source_id.is_not(None)))
    return dict(rows.all())


def assign_blocks(
    session: Session,
    model: type[DeclarativeBase],
    ids: Sequence[int] | np.ndarray,
    block_ids: Sequence[int | None] | np.ndarray,
) -> None:
    """Say in which block each row stands; -1 and None mean in none."""
    blocks = [None if block is None or block < 0 else int(block) for block in block_ids]
    bulk.update(session, model, ids, {"block_id": blocks})
