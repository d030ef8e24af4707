"""The part of the ground that somebody may see: the spots of a scope, and what of them reaches beyond it.

What is seen stands alone. Of a block, a grid or an area that reaches beyond the scope only the part within is there,
with the households of that part: so nothing that is made of it can tell of the rest. The areas above a scope are there
by name, for they hold it.

An incident is in the scope of an area or a grid when its block is (outside all blocks: its area), in that of a compound
or a building when its point lies in the shape, border with it: a block may be larger than they are. One in no area is
in no scope but the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.domain.access import Scope
from gridmap.geo.locate import GridLocator
from gridmap.services.placing import NOWHERE, Placer
from gridmap.services.situation.area_tree import COMPOUND_RANK, NO_AREA
from gridmap.services.situation.events import Events
from gridmap.services.situation.ground import M2_PER_KM2, NO_GRID, Ground
from gridmap.services.situation.layers import grid_layer
from gridmap.services.situation.seen_areas import part_of, tree_of
from gridmap.services.situation.spots import Places, Spots
from gridmap.store import scopes
from gridmap.store.engine import Session
from gridmap.store.plans import GridRow
from gridmap.store.scopes import Within

UNSEEN = -1
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """`source` is the whole ground of the plan in force, `spots` what is seen of it. Of the s spots of the source,
    `is_whole` bool[s] are in scope with all that lies in them, and `number` int32[s] is the place in `spots`, -1 for
    none. `piece` are the compounds and buildings in scope, taken together (None: none); `shape` all that is seen (None:
    nothing).
    """

    source: Ground
    spots: Spots
    is_whole: Flags
    number: Places
    piece: Any | None
    shape: Any | None
    buildings: int

    @property
    def within(self) -> Within:
        """The blocks that are seen whole, and the pieces beside them, for the store."""
        blocks = self.is_whole[: len(self.source.spots.ids)]
        return Within(self.source.spots.ids[blocks].tolist(), self.piece)

    def events(self, every: Events, ground: Ground) -> Events:
        """The incidents in scope of all, at the spots of what is seen; `ground` has the grids."""
        in_scope = self.is_whole[every.spot]
        if self.piece is not None:
            in_scope |= _inside(self.piece, every.lon, every.lat)
        rows = np.flatnonzero(in_scope)
        return every.only(rows, self._spots_of(every.spot[rows], every.lon[rows], every.lat[rows]), ground)

    def holds(self, lon: float, lat: float, block_id: int | None) -> bool:
        """Whether an incident at this point, that was placed in this block, is in scope."""
        at = np.array([lon]), np.array([lat])
        spot = self.source.spots.of(np.array([NOWHERE if block_id is None else block_id]), *at)
        return bool(self.is_whole[spot[0]]) or (self.piece is not None and bool(_inside(self.piece, *at)[0]))

    def covers(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Flags:
        """n points in degrees (NaN: none) -> whether each lies in what is seen."""
        spots = self.source.spots
        block = spots.locator.locate(lon, lat)
        found: Flags = np.append(self.is_whole[: len(spots.ids)], False)[block]
        return found if self.piece is None else found | _inside(self.piece, lon, lat)

    def ground(self, whole: Ground) -> Ground:
        """What is seen of the same ground with the grids of some plan."""
        blocks = len(whole.spots.ids)
        origin = np.flatnonzero(self.number[:blocks] != UNSEEN)
        grid_of_block = whole.grid_of_spot[origin]
        seen, number = np.unique(grid_of_block[grid_of_block != NO_GRID], return_inverse=True)
        rows = tuple(self._grid(whole, int(place), grid_of_block == place) for place in seen.tolist())
        grid_of_spot = np.full(len(self.spots), NO_GRID, dtype=np.int32)
        grid_of_spot[: len(origin)][grid_of_block != NO_GRID] = number
        shapes = np.array([row.geom for row in rows], dtype=object)
        shapes_m = shapes if whole.projection is None else whole.projection.forward_shapes(shapes)
        layer, placer = grid_layer(rows), whole.placer
        return Ground(
            placer=Placer(
                placer.plan_id, self.spots.ids, self.spots.codes, self.spots.shapes, placer.grid_ids[origin],
                self.spots.locator,
            ),
            spots=self.spots,
            grid_of_spot=grid_of_spot,
            plan=None if whole.plan is None else replace(whole.plan, grids=len(rows), version=layer.version),
            grids=rows,
            layer=layer,
            projection=whole.projection,
            shapes_m=shapes_m,
            nearest=shapely.STRtree(shapes_m),
        )  # fmt: skip

    def _grid(self, whole: Ground, place: int, of_seen: Flags) -> GridRow:
        """A grid that has seen blocks (`of_seen` of them); where it has others too, only as far as it is seen."""
        row, blocks, spots = whole.grids[place], len(whole.spots.ids), self.spots
        if row.community_code not in spots.tree.codes:
            row = replace(row, community_code=None, community_name=None, street_name=None)
        if self.is_whole[:blocks][whole.grid_of_spot[:blocks] == place].all():
            return row
        mine = np.flatnonzero(of_seen)
        return replace(
            row,
            households=int(spots.households[mine].sum()),
            blocks=len(mine),
            area_km2=float(spots.area_km2[mine].sum()),
            geom=part_of(shapely.union_all(spots.shapes[mine]), None),
        )

    def _spots_of(self, source: Places, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Places:
        """Spots of the source -> of what is seen; where a person gave an incident to a block that is not seen, by its
        point.
        """
        found = self.number[source]
        lost = np.flatnonzero(found == UNSEEN)
        if len(lost):
            found[lost] = self.spots.of(np.full(len(lost), NOWHERE), lon[lost], lat[lost])
            block = self.spots.locator.locate(lon[lost], lat[lost])
            found[lost] = np.where(block >= 0, block, found[lost])
        return found


def read_seen(session: Session, ground: Ground, scope: Scope) -> Seen:
    """What a scope is today: areas of today's tree, grids of the plan in force, buildings there are. A code that none
    of them has any more, and a compound without a shape, is nothing.
    """
    tree, spots, blocks = ground.areas, ground.spots, len(ground.spots.ids)
    named = [place for place, code in enumerate(tree.codes) if code in scope.areas]
    is_inside = np.zeros(len(tree), dtype=bool)
    for place in named:
        if tree.ranks[place] != COMPOUND_RANK:
            is_inside |= tree.below(place)
    compounds = [place for place in named if tree.ranks[place] == COMPOUND_RANK and tree.shapes[place] is not None]
    grids = [place for place, row in enumerate(ground.grids) if row.code in scope.grids]
    is_whole = np.append(is_inside, False)[spots.area] | np.isin(ground.grid_of_spot, grids)
    piece = _together([*tree.shapes[compounds], *scopes.building_shapes(session, scope.buildings)])
    shapes = spots.shapes.copy()
    cut = ~is_whole[:blocks] & (False if piece is None else shapely.intersects(shapes, piece))
    shapes[cut] = [part_of(shape, piece) for shape in shapes[cut]]
    cut &= ~shapely.is_missing(shapes)
    held = {} if piece is None else scopes.households_in(session, piece)
    is_inside[compounds] = True
    return _seen(session, ground, is_whole, is_inside, shapes, cut, held, piece)


def _seen(
    session: Session,
    ground: Ground,
    is_whole: Flags,
    is_inside: Flags,
    shapes: NDArray[np.object_],
    cut: Flags,
    held: Mapping[int, int],
    piece: Any | None,
) -> Seen:
    """The spots and areas of what is seen: blocks that are whole and those that are `cut`, areas that are inside and
    those that hold them.
    """
    old, tree, blocks = ground.spots, ground.areas, len(ground.spots.ids)
    origin = np.flatnonzero(is_whole[:blocks] | cut)
    own = [*shapes[origin], *tree.shapes[is_inside & ~shapely.is_missing(tree.shapes)]]
    shape = _together([*own, *([] if piece is None else [piece])])
    part, areas = tree_of(ground, is_inside, is_whole, origin, shape)
    moved = np.append(areas, NO_AREA)
    number = np.full(len(old), UNSEEN, dtype=np.int32)
    number[origin] = np.arange(len(origin))
    number[blocks:-1] = np.where(areas == NO_AREA, UNSEEN, len(origin) + areas)
    number[-1] = len(origin) + len(part)
    households, area_km2 = old.households.copy(), old.area_km2.copy()
    households[cut] = [held.get(block, 0) for block in old.ids[cut].tolist()]
    shapes_m = shapes[cut] if ground.projection is None else ground.projection.forward_shapes(shapes[cut])
    area_km2[cut] = shapely.area(shapes_m) / M2_PER_KM2
    rest = np.append(np.arange(len(part)), NO_AREA).astype(np.int32)
    spots = Spots(
        ids=old.ids[origin],
        codes=tuple(old.codes[place] for place in origin.tolist()),
        shapes=shapes[origin],
        facts=tuple(old.facts[place] for place in origin.tolist()),
        households=households[origin],
        area_km2=area_km2[origin],
        area=np.concatenate([moved[old.area[origin]], rest]).astype(np.int32),
        locator=GridLocator(shapes[origin]),
        tree=part,
    )
    ids = old.ids[is_whole[:blocks]].tolist()
    buildings = scopes.building_count(session, Within(ids, piece))
    return Seen(ground, spots, is_whole, number, piece, shape, buildings)


def _together(shapes: list[Any]) -> Any | None:
    """Shapes taken together; None for none."""
    return shapely.union_all(np.array(shapes, dtype=object)) if shapes else None


def _inside(shape: Any, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Flags:
    """n points in degrees -> whether a shape holds each, its border with it."""
    west, south, east, north = shape.bounds
    found = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    found[found] = shapely.intersects_xy(shape, lon[found], lat[found])
    return np.asarray(found)
