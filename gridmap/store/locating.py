"""Blocks around one point, found by the spatial index: for one incident no locator need be built."""

from __future__ import annotations

import datetime as dt

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store.spatial import as_wkb, geom_array, intersects_bbox
from gridmap.store.tables import Block


def blocks_touching(
    session: Session, lon: float, lat: float, at: dt.datetime
) -> tuple[list[int], list[str], np.ndarray]:
    """The blocks open at an instant whose closed polygon has the point: ids, codes, polygons, in code order."""
    rows = session.execute(
        sa.select(Block.id, Block.code, as_wkb(Block.geom)).where(
            intersects_bbox(Block, lon, lat, lon, lat),
            Block.opened_at <= at,
            sa.or_(Block.closed_at.is_(None), Block.closed_at > at),
        )
    ).all()
    ordered = sorted(rows, key=lambda row: str(row[1]))
    return [row[0] for row in ordered], [row[1] for row in ordered], geom_array(row[2] for row in ordered)
