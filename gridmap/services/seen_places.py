"""What addresses may name for somebody who sees some places only: of a gazetteer's places those in sight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo.addresses.places import Areas, Buildings, Places, Roads, Rooms, Sites
from gridmap.services.situation.seen import Seen

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
T = TypeVar("T", Areas, Buildings, Rooms, Sites)
NONE = -1


@dataclass(frozen=True, slots=True)
class Inner:
    """A point inside each building and each named place, longitudes and latitudes in degrees; NaN without a shape."""

    buildings: tuple[Floats, Floats]
    sites: tuple[Floats, Floats]

    @classmethod
    def of(cls, places: Places) -> Inner:
        return cls(_inside(places.buildings.shapes), _inside(places.sites.shapes))

    @property
    def nbytes(self) -> int:
        return sum(axis.nbytes for axis in (*self.buildings, *self.sites))


def seen_places(places: Places, inner: Inner, seen: Seen) -> Places:
    """The areas that are seen, the buildings and named places of which a point inside is, the rooms of these
    buildings, and the roads as far as they lead through.
    """
    tree = seen.spots.tree
    shape_of = dict(zip(tree.ids.tolist(), tree.shapes, strict=True))
    areas = np.flatnonzero([key in shape_of for key in places.areas.ids.tolist()])
    area_at = _moved(areas, len(places.areas))
    kept = _rows(places.areas, areas)
    shapes = np.empty(len(areas), dtype=object)
    shapes[:] = [shape_of[key] for key in kept.ids.tolist()]
    buildings = np.flatnonzero(seen.covers(*inner.buildings))
    building_at = _moved(buildings, len(places.buildings))
    rooms = _rows(places.rooms, np.flatnonzero(building_at[places.rooms.buildings] != NONE))
    mine = _rows(places.buildings, buildings)
    sites = _rows(places.sites, np.flatnonzero(seen.covers(*inner.sites)))
    return Places(
        areas=replace(kept, parents=area_at[kept.parents], shapes=shapes),
        buildings=replace(mine, compounds=area_at[mine.compounds], communities=area_at[mine.communities]),
        rooms=replace(rooms, buildings=building_at[rooms.buildings]),
        roads=_roads(places.roads, seen.shape),
        sites=replace(sites, communities=area_at[sites.communities]),
        above=places.above,
    )


def _inside(shapes: NDArray[np.object_]) -> tuple[Floats, Floats]:
    points = shapely.point_on_surface(shapes)
    return shapely.get_x(points), shapely.get_y(points)


def _roads(roads: Roads, shape: Any | None) -> Roads:
    """What of each road lies in a shape."""
    if shape is None:
        return Roads()
    touching = np.flatnonzero(shapely.intersects(roads.shapes, shape))
    cut = shapely.intersection(roads.shapes[touching], shape)
    is_line = np.array([_is_line(line) for line in cut], dtype=bool)
    return Roads([roads.names[row] for row in touching[is_line].tolist()], cut[is_line])


def _is_line(shape: Any) -> bool:
    """Not a road that only ends at the border, which is a point of it."""
    return shape.geom_type in ("LineString", "MultiLineString") and not shape.is_empty


def _rows(columns: T, rows: Ints) -> T:
    """Some rows of parallel columns."""
    found: dict[str, Any] = {}
    for name in columns.__dataclass_fields__:
        column = getattr(columns, name)
        found[name] = column[rows] if isinstance(column, np.ndarray) else [column[row] for row in rows.tolist()]
    return replace(columns, **found)


def _moved(kept: Ints, n: int) -> Ints:
    """Old ordinals of n rows -> new ones of those kept, -1 for the others; ordinal -1 stays."""
    moved = np.full(n + 1, NONE, dtype=np.int64)
    moved[kept] = np.arange(len(kept))
    return moved
