"""Where an incident goes: the columns of its place, by a point or by a person's answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridmap.errors import BadInput, NotFound, OutsideExtent
from gridmap.services.current_places import Places
from gridmap.services.doubt import Point
from gridmap.services.incident_story import candidates_of
from gridmap.services.placing import NOWHERE
from gridmap.store import project
from gridmap.store.engine import Session
from gridmap.store.stories import StoredIncident

SAME_PLACE_DEG = 1e-7  # 1 cm


@dataclass(frozen=True, slots=True)
class Spot:
    """A point in degrees."""

    lon: float
    lat: float


def placed(present: Places, lon: float, lat: float, uncertainty_m: float | None) -> dict[str, Any]:
    """The columns of a point's place."""
    block, grid = present.placer.place_one(lon, lat)
    is_doubtful = is_doubtful_at(present, lon, lat, uncertainty_m, None if grid == NOWHERE else grid)
    return _columns(present, block, grid, is_doubtful=is_doubtful)


def answered(
    session: Session,
    code: str | None,
    before: StoredIncident,
    present: Places,
    among: Collection[str] | None = None,
) -> dict[str, Any]:
    """The columns of an incident that a person gives to a grid in reach, or to none (None, where it lies in none).

    It goes to the nearest block of that grid, so that every plan counts it there. Raises BadInput for a grid that is
    not in reach, or not `among` the codes that the person may name (None: all).
    """
    candidates = [one for one in candidates_of(session, before, present) if among is None or one.code in among]
    block, grid = present.placer.place_one(before.lon, before.lat)
    if code is None and grid == NOWHERE:
        return _columns(present, block, NOWHERE, is_doubtful=False)
    chosen = next((one for one in candidates if one.code == code), None)
    if chosen is None and code is not None and code == before.grid:
        return {"is_doubtful": False}
    if chosen is None:
        listed = ", ".join(one.code for one in candidates) or "none"
        raise BadInput(
            f"Grid {code} is not in reach of this incident (in reach: {listed}).",
            "Choose one of those, or move the point to where it happened.",
            details={"candidates": [{"code": one.code, "name": one.name} for one in candidates]},
        )
    inside = chosen.grid_id == grid
    return _columns(present, block if inside else chosen.block_id, chosen.grid_id, is_doubtful=False)


def is_doubtful_at(present: Places, lon: float, lat: float, uncertainty_m: float | None, grid_id: int | None) -> bool:
    """Whether a point that was placed in a grid (None: in none) may belong to another."""
    if present.doubt is None or not uncertainty_m:
        return False
    own = np.array([NOWHERE if grid_id is None else grid_id], dtype=np.int64)
    return bool(present.doubt.is_doubtful([lon], [lat], [uncertainty_m], own)[0])


def require_inside(session: Session, lon: float, lat: float) -> None:
    """Raises OutsideExtent, and NotFound while the project has no extent."""
    found = project.get(session)
    if found is None or found.extent is None:
        raise NotFound("The project has no extent yet.", "Import its grids, blocks or areas first (gridmap import).")
    west, south, east, north = found.extent
    if not (west <= lon <= east and south <= lat <= north):
        raise OutsideExtent(
            f"Longitude {lon}, latitude {lat} lies outside the project "
            f"(longitude {west:.4f} to {east:.4f}, latitude {south:.4f} to {north:.4f}).",
            "Check the order (longitude first) and the datum of the position.",
        )


def is_same_place(one: Point, other: Point) -> bool:
    """Whether two points are one, to a centimetre."""
    return abs(one.lon - other.lon) < SAME_PLACE_DEG and abs(one.lat - other.lat) < SAME_PLACE_DEG


def _columns(present: Places, block_id: int, grid_id: int, *, is_doubtful: bool) -> dict[str, Any]:
    return {
        "block_id": None if block_id == NOWHERE else block_id,
        "grid_id": None if grid_id == NOWHERE else grid_id,
        "plan_id": None if grid_id == NOWHERE else present.placer.plan_id,
        "is_doubtful": is_doubtful,
    }
