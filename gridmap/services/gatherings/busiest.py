"""The plain list beside the report: where most incidents are, new or not. It tests nothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridmap.analysis.hotspots import Dated
from gridmap.services.situation.ground import Ground

MOST = 10


def busiest(events: Dated, ground: Ground, now: int, scale: float) -> list[dict[str, Any]]:
    """The grids with most incidents of all kinds since the day `now`, and what is usual there: its past times
    `scale`, the days now by the days of the past."""
    recent = events.day >= now
    counts = np.bincount(events.place[recent], minlength=len(ground.grids))
    before = np.bincount(events.place[~recent], minlength=len(ground.grids))
    ranked = np.argsort(-counts, kind="stable")[:MOST]
    return [
        {
            "grid": ground.grids[place].code,
            "name": ground.grids[place].name,
            "count": int(counts[place]),
            "usual": round(float(before[place]) * scale, 1),
        }
        for place in ranked.tolist()
        if counts[place]
    ]
