"""What only an import asks of the store: one at a time, what waits for a place, names replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store import bulk
from gridmap.store.membership import one_of
from gridmap.store.spatial import as_wkb, geom_array
from gridmap.store.tables import AreaAlias, Block, BuildingAlias, Fix, Grid, GridOutline, Project


@dataclass(frozen=True, slots=True)
class Waiting:
    """n rows that wait for a place: ids int64[n], shapes object[n] in EPSG:4326, and the block they may have.

    `block_ids` is int64[n], -1 where there is none. `uncertainty_m` is float64[n], NaN where nothing is known of it.
    """

    ids: np.ndarray
    shapes: np.ndarray
    block_ids: np.ndarray
    uncertainty_m: np.ndarray


def let_one_in(session: Session) -> None:
    """Hold the project's row until the commit: two imports of one file must not both find its rows new.

    SQLite has one writer anyhow.
    """
    session.execute(sa.select(Project.id).with_for_update())


def waiting(session: Session, model: Any) -> Waiting:
    """The rows of a table that have no block yet; incidents also when they have a block but no grid."""
    lacks = model.grid_id if hasattr(model, "grid_id") else model.block_id
    uncertainty_m = model.uncertainty_m if hasattr(model, "uncertainty_m") else sa.null()
    rows = session.execute(
        sa.select(model.id, as_wkb(model.geom), model.block_id, uncertainty_m)
        .where(lacks.is_(None))
        .order_by(model.id)
    ).all()
    return Waiting(
        np.array([row[0] for row in rows], dtype=np.int64),
        geom_array(row[1] for row in rows),
        np.array([-1 if row[2] is None else row[2] for row in rows], dtype=np.int64),
        np.array([np.nan if row[3] is None else row[3] for row in rows], dtype=np.float64),
    )


def blocks_without_community(session: Session) -> tuple[np.ndarray, np.ndarray]:
    """Blocks that belong to no community yet: ids int64[n], shapes object[n] in EPSG:4326."""
    return _ids_and_shapes(session, sa.select(Block.id, as_wkb(Block.geom)).where(Block.community_id.is_(None)))


def grids_without_community(session: Session, plan_id: int) -> tuple[np.ndarray, np.ndarray]:
    """Grids of a plan that belong to no community yet: ids int64[n], outlines object[n] in EPSG:4326."""
    outline = GridOutline
    query = (
        sa.select(Grid.id, as_wkb(outline.geom))
        .join(outline, outline.grid_id == Grid.id)
        .where(Grid.community_id.is_(None), outline.plan_id == plan_id)
    )
    return _ids_and_shapes(session, query)


def _ids_and_shapes(session: Session, query: sa.Select[Any, Any]) -> tuple[np.ndarray, np.ndarray]:
    rows = session.execute(query).all()
    return np.array([row[0] for row in rows], dtype=np.int64), geom_array(row[1] for row in rows)


def shapes_by_id(session: Session, model: Any, ids: Sequence[int]) -> np.ndarray:
    """The shapes of the rows with these ids -> object[n], in the order of `ids`."""
    found: dict[int, Any] = {}
    for among in one_of(session, model.id, [int(key) for key in ids]):
        rows = session.execute(sa.select(model.id, as_wkb(model.geom)).where(among)).all()
        found.update(zip((row[0] for row in rows), geom_array(row[1] for row in rows), strict=True))
    shapes = np.empty(len(ids), dtype=object)
    shapes[:] = [found[int(key)] for key in ids]
    return shapes


def replace_area_names(session: Session, names: Mapping[int, Iterable[str]]) -> None:
    """Area id -> all its aliases; what it had before goes."""
    _replace(session, AreaAlias, "area_id", names)


def replace_building_names(session: Session, names: Mapping[int, Iterable[str]]) -> None:
    """Building id -> all its aliases; what it had before goes."""
    _replace(session, BuildingAlias, "building_id", names)


def drop_fixes(session: Session, track_ids: Sequence[int]) -> None:
    """Take all fixes of these tracks away, before their new ones come."""
    for among in one_of(session, Fix.track_id, track_ids):
        session.execute(sa.delete(Fix).where(among))


def _replace(session: Session, model: Any, owner: str, names: Mapping[int, Iterable[str]]) -> None:
    for among in one_of(session, getattr(model, owner), list(names)):
        session.execute(sa.delete(model).where(among))
    pairs = [(key, name) for key, several in names.items() for name in dict.fromkeys(several)]
    bulk.insert(session, model, {owner: [key for key, _ in pairs], "name": [name for _, name in pairs]})
