"""The tree of areas: district, streets and towns, communities and villages, compounds."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store.spatial import as_wkb, geom_array
from gridmap.store.tables import Area, AreaAlias


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A node of the tree; `parent_id` is None at the top."""

    id: int
    uid: str
    code: str
    name: str
    level: str
    parent_id: int | None
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaShapes:
    """n areas of one level in code order: ids int64[n], codes, names, shapes object[n] in EPSG:4326."""

    ids: np.ndarray
    codes: list[str]
    names: list[str]
    shapes: np.ndarray


def tree(session: Session, at: dt.date | None = None) -> list[AreaRow]:
    """All areas, or those valid on a day, in code order."""
    aliases: dict[int, list[str]] = defaultdict(list)
    for area_id, name in session.execute(sa.select(AreaAlias.area_id, AreaAlias.name).order_by(AreaAlias.name)):
        aliases[area_id].append(name)
    rows = session.execute(
        sa.select(Area.id, Area.uid, Area.code, Area.name, Area.level, Area.parent_id)
        .where(*_valid_on(at))
    )
    nodes = [AreaRow(*row, aliases=tuple(aliases[row[0]])) for row in rows]
    return sorted(nodes, key=lambda node: (node.code, node.id))


def shapes(session: Session, level: str, at: dt.date | None = None) -> AreaShapes:
    """The areas of a level that have a shape, in code order."""
    rows = session.execute(
        sa.select(Area.id, Area.code, Area.name, as_wkb(Area.geom))
        .where(Area.level == level, Area.geom.is_not(None), *_valid_on(at))
    ).all()
    rows = sorted(rows, key=lambda row: (row[1], row[0]))
    return AreaShapes(
        ids=np.array([row[0] for row in rows], dtype=np.int64),
        codes=[row[1] for row in rows],
        names=[row[2] for row in rows],
        shapes=geom_array(row[3] for row in rows),
    )


def ids_by_code(session: Session, at: dt.date | None = None) -> dict[str, int]:
    """Area code -> id; of a code that recurs, the one that became valid last."""
    began = sa.func.coalesce(Area.valid_from, dt.date.min)
    rows = session.execute(sa.select(Area.code, Area.id).where(*_valid_on(at)).order_by(began, Area.id))
    return dict(rows.all())


def open_days(session: Session) -> dict[str, dt.date | None]:
    """Code -> first day of the one area with this code that has no end."""
    rows = session.execute(sa.select(Area.code, Area.valid_from).where(Area.valid_to.is_(None)))
    return dict(rows.all())


def next_turn(session: Session, on: dt.date) -> dt.date | None:
    """The first day after `on` that has other areas; None when none has."""
    begun = session.scalar(sa.select(sa.func.min(Area.valid_from)).where(Area.valid_from > on))
    ended = session.scalar(sa.select(sa.func.min(Area.valid_to)).where(Area.valid_to >= on))
    after = None if ended is None else ended + dt.timedelta(days=1)
    return min((day for day in (begun, after) if day is not None), default=None)


def _valid_on(at: dt.date | None) -> list[sa.ColumnElement[bool]]:
    """The condition that an area is valid on that day; `valid_to` is its last day."""
    if at is None:
        return []
    begun = sa.or_(Area.valid_from.is_(None), Area.valid_from <= at)
    lasting = sa.or_(Area.valid_to.is_(None), Area.valid_to >= at)
    return [begun, lasting]
