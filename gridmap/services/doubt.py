"""Border doubt: where an incident's uncertainty reaches another grid, all candidates count until a person has said
which it is.

An incident is doubtful when the circle of its uncertainty touches a grid other than the one it was placed in; also
when it lies in no grid and one is in reach. Distances are metres of the project's projection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.geo.projection import LocalProjection
from gridmap.geo.reach import Reach
from gridmap.services.placing import Placer
from gridmap.store import locating
from gridmap.store.engine import Session

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

METRE_DIGITS, SHARE_DIGITS = 1, 4


class Point(Protocol):
    """Anything with a place in degrees."""

    @property
    def lon(self) -> float: ...
    @property
    def lat(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A grid that an incident may belong to: `distance_m` from its point (0 inside), `share` of the circle's area.

    `is_on_border`: the point lies on its border, but a point there is another grid's (or no grid's).
    `block_id` is the block of that grid nearest to the point: where an incident goes that a person gives to this grid.
    """

    code: str
    name: str
    community: str | None
    distance_m: float
    share: float
    grid_id: int
    block_id: int
    is_on_border: bool = False


@dataclass(frozen=True, slots=True)
class Nearest:
    """The grid nearest to a point that lies in none."""

    code: str
    name: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """The borders of one state of blocks and plan, in metres."""

    placer: Placer
    projection: LocalProjection
    reach: Reach

    @classmethod
    def of(cls, placer: Placer, projection: LocalProjection) -> Doubt:
        return cls(placer, projection, Reach(projection.forward_shapes(placer.polygons), placer.grid_ids))

    def is_doubtful(
        self, lon: ArrayLike, lat: ArrayLike, uncertainty_m: ArrayLike, grid_ids: Ints
    ) -> NDArray[np.bool_]:
        """n points in degrees, their uncertainty (NaN or 0: none known) and the grid each was placed in -> bool[n]."""
        x, y = self.projection.forward(lon, lat)
        return self.reach.reaches_another(x, y, uncertainty_m, grid_ids)

    def candidates(
        self, session: Session, lon: float, lat: float, uncertainty_m: float | None
    ) -> tuple[Candidate, ...]:
        """The grids in reach of one point: the one it lies in, then the largest share first. None where no uncertainty
        is known.
        """
        if not uncertainty_m:
            return ()
        x, y = self.projection.forward([lon], [lat])
        _, own = self.placer.place_one(lon, lat)
        reached = sorted(self.reach.within(float(x[0]), float(y[0]), uncertainty_m), key=lambda one: one.owner != own)
        names = locating.grid_names(session, [one.owner for one in reached])
        return tuple(
            Candidate(
                code=names[one.owner].code,
                name=names[one.owner].name,
                community=names[one.owner].community,
                distance_m=round(one.distance_m, METRE_DIGITS),
                share=round(one.share, SHARE_DIGITS),
                grid_id=one.owner,
                block_id=int(self.placer.block_ids[one.polygon]),
                is_on_border=one.owner != own and round(one.distance_m, METRE_DIGITS) == 0,
            )
            for one in reached
        )

    def distance_m(self, one: Point, other: Point) -> float:
        """How far two points are from each other."""
        x, y = self.projection.forward([one.lon, other.lon], [one.lat, other.lat])
        return round(float(np.hypot(x[1] - x[0], y[1] - y[0])), METRE_DIGITS)

    def nearest(self, session: Session, lon: float, lat: float) -> Nearest | None:
        """The grid nearest to a point; None before the first plan."""
        x, y = self.projection.forward([lon], [lat])
        found = self.reach.nearest(float(x[0]), float(y[0]))
        if found is None:
            return None
        grid_id, distance_m = found
        grid = locating.grid_names(session, [grid_id])[grid_id]
        return Nearest(grid.code, grid.name, round(distance_m, METRE_DIGITS))
