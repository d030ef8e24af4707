"""Borders of areas as lines: each stretch once, and only at the highest level it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

LEVELS = ("district", "street", "community")  # from the highest; a compound has a wall, no border
WELD_DEG = 1e-7  # about 1 cm: vertices closer than this are one


def border_lines(levels: Sequence[str], shapes: np.ndarray) -> dict[str, Any]:
    """Areas' levels and polygons (object[n], degrees) -> level -> its lines, without those of higher levels.

    Levels without a line of their own are left out.
    """
    lines: dict[str, Any] = {}
    above: Any = shapely.MultiLineString()
    for level in LEVELS:
        own = shapes[[found == level for found in levels]]
        if not len(own):
            continue
        outlines = shapely.union_all(shapely.boundary(own), grid_size=WELD_DEG)
        rest = shapely.difference(outlines, above, grid_size=WELD_DEG)
        if not rest.is_empty:
            lines[level] = shapely.line_merge(rest)
        above = shapely.union_all([above, outlines], grid_size=WELD_DEG)
    return lines
