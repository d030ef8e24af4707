"""What blocks are made from, as it is stored: communities, lines, buildings and where households live."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store import areas
from gridmap.store.spatial import as_wkb, geom_array
from gridmap.store.tables import Block, Building, Ground, Household, Street

COMMUNITY_LEVELS = ("community", "village")


@dataclass(frozen=True, slots=True)
class Kept:
    """Shapes of a layer with the kind of each: object[n] in EPSG:4326 and n words."""

    kinds: list[str]
    shapes: np.ndarray


@dataclass(frozen=True, slots=True)
class Homes:
    """n rows of households: lon, lat float64[n] in degrees and how many each stands for, int64[n]."""

    lon: np.ndarray
    lat: np.ndarray
    count: np.ndarray


def communities(session: Session, on: dt.date) -> tuple[list[str], np.ndarray]:
    """Codes and shapes of the communities and villages valid on a day that have a shape, in code order."""
    found = [areas.shapes(session, level, on) for level in COMMUNITY_LEVELS]
    codes = [code for level in found for code in level.codes]
    shapes = np.concatenate([level.shapes for level in found])
    order = sorted(range(len(codes)), key=codes.__getitem__)
    return [codes[k] for k in order], shapes[order]


def streets(session: Session) -> Kept:
    """All streets with their class, in id order."""
    return _kept(session, sa.select(Street.street_class, as_wkb(Street.geom)).order_by(Street.id))


def ground(session: Session, kinds: tuple[str, ...]) -> Kept:
    """Ground of these kinds, in id order."""
    chosen = sa.select(Ground.kind, as_wkb(Ground.geom)).where(Ground.kind.in_(kinds)).order_by(Ground.id)
    return _kept(session, chosen)


def buildings(session: Session) -> np.ndarray:
    """Shapes of all buildings, in id order."""
    return geom_array(session.scalars(sa.select(as_wkb(Building.geom)).order_by(Building.id)))


def homes(session: Session) -> Homes:
    """Where households live, and how many at each point."""
    x, y = sa.func.ST_X(Household.geom), sa.func.ST_Y(Household.geom)
    rows = session.execute(sa.select(x, y, Household.count).order_by(Household.id)).all()
    lon, lat, count = zip(*rows, strict=True) if rows else ((), (), ())
    return Homes(np.array(lon, np.float64), np.array(lat, np.float64), np.array(count, np.int64))


def has_open_blocks(session: Session) -> bool:
    """Whether the project has blocks already."""
    return session.scalar(sa.select(sa.literal(1)).where(Block.closed_at.is_(None)).limit(1)) is not None


def _kept(session: Session, query: sa.Select[Any, Any]) -> Kept:
    rows = session.execute(query).all()
    return Kept([row[0] for row in rows], geom_array(row[1] for row in rows))
