"""Placing: which block a point lies in, and by the current plan in which grid (design decision 2).

A point on a border belongs to the block with the lowest code; blocks come in code order, so that is the lowest ordinal.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo.locate import GridLocator
from gridmap.store import plans
from gridmap.store.engine import Session

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Placed:
    """n points placed: `block_ids` and `grid_ids`, -1 where there is none."""

    block_ids: Ints
    grid_ids: Ints


@dataclass(frozen=True, slots=True)
class Placer:
    """One state of blocks and plan, ready for any number of points. `plan_id` is None before the first plan.

    `block_ids`, `block_codes`, `polygons` and `grid_ids` (-1 none) are parallel and in code order.
    """

    plan_id: int | None
    block_ids: Ints
    block_codes: tuple[str, ...]
    polygons: NDArray[np.object_]
    grid_ids: Ints
    locator: GridLocator

    def place(self, lon: Floats, lat: Floats) -> Placed:
        """n points in degrees -> their blocks and grids; NaN is nowhere."""
        ordinals = self.locator.locate(lon, lat)
        # the last, made-up block stands for nowhere: ordinal -1 reaches it
        return Placed(np.append(self.block_ids, NOWHERE)[ordinals], np.append(self.grid_ids, NOWHERE)[ordinals])

    def place_one(self, lon: float, lat: float) -> tuple[int, int]:
        """One point in degrees -> its block and its grid, -1 where there is none; as `place` has it."""
        ordinal = self.locator.locate_one(lon, lat)
        return (NOWHERE, NOWHERE) if ordinal < 0 else (int(self.block_ids[ordinal]), int(self.grid_ids[ordinal]))

    def grids_of(self, block_ids: Ints) -> Ints:
        """n block ids (-1 for none) -> the grid of each by the plan, -1 where it has none."""
        grid_of = dict(zip(self.block_ids.tolist(), self.grid_ids.tolist(), strict=True))
        return np.array([grid_of.get(block, NOWHERE) for block in block_ids.tolist()], dtype=np.int64)

    def place_shapes(self, shapes: NDArray[np.object_]) -> Placed:
        """n shapes (None allowed) -> where a point inside each of them lies."""
        inner = inner_points(shapes)
        return self.place(shapely.get_x(inner), shapely.get_y(inner))


def inner_points(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """n shapes (None allowed) -> a point inside each; a point is its own."""
    is_point = np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POINT, shapely.GeometryType.MISSING))
    inner = shapes.copy()
    inner[~is_point] = shapely.point_on_surface(shapes[~is_point])
    return inner


def placer_at(session: Session, at: dt.datetime) -> Placer:
    """The blocks open and the plan in force at an instant."""
    ids, codes, polygons = plans.open_blocks(session, at)
    plan = plans.current(session, at)
    assignment = {} if plan is None else plans.assignment(session, plan.id)
    grid_ids = np.array([assignment.get(int(block), NOWHERE) for block in ids], dtype=np.int64)
    return Placer(
        None if plan is None else plan.id,
        np.asarray(ids, dtype=np.int64),
        tuple(codes),
        polygons,
        grid_ids,
        GridLocator(polygons),
    )


def or_none(ids: Ints) -> list[int | None]:
    """Ids for the store: -1 is no id."""
    return [None if value == NOWHERE else value for value in ids.tolist()]
