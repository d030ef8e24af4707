"""The incidents of the one place that a selection asks for: an area, a grid or a block."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.errors import BadInput
from gridmap.services.situation.answers import Selection
from gridmap.services.situation.area_tree import COMPOUND_RANK
from gridmap.services.situation.events import Events
from gridmap.services.situation.ground import Ground

Ints = NDArray[np.int64]


def within(events: Events, ground: Ground, chosen: Selection, rows: Ints) -> Ints:
    """Those of n rows that are in the place a selection names; all of them where it names none.

    Raises NotFound for a code that is none, BadInput for a compound without a shape.
    """
    if chosen.area is not None:
        place = ground.areas.place_of(chosen.area)
        if ground.areas.ranks[place] == COMPOUND_RANK:
            return _in_compound(events, ground, place, rows)
    wanted = _spots(ground, chosen)
    return rows if wanted is None else rows[wanted[events.spot[rows]]]


def _spots(ground: Ground, chosen: Selection) -> NDArray[np.bool_] | None:
    """bool[spots] of the place; None for everywhere."""
    if chosen.block is not None:
        return np.asarray(np.arange(len(ground.spots)) == ground.block_place(chosen.block))
    if chosen.grid is not None:
        return np.asarray(ground.grid_of_spot == ground.grid_place(chosen.grid))
    if chosen.area is None:
        return None
    below = np.append(ground.areas.below(ground.areas.place_of(chosen.area)), False)  # -1, no area, reaches the last
    return below[ground.spots.area]


def _in_compound(events: Events, ground: Ground, place: int, rows: Ints) -> Ints:
    """A compound is smaller than some blocks and larger than others: its incidents are those inside its shape."""
    shape = ground.areas.shapes[place]
    if shape is None:
        raise BadInput(
            f"Of {ground.areas.names[place]} no shape is known, so nobody can say what lies in it.",
            "Import the area with its shape, or choose the community above it.",
        )
    west, south, east, north = shape.bounds
    lon, lat = events.lon[rows], events.lat[rows]
    rows = rows[(lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)]
    return rows[shapely.intersects_xy(shape, events.lon[rows], events.lat[rows])]
