"""The newest of chosen incidents, a page at a time, from the index: also of a million without sorting them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridmap.geo.events import MINUTE
from gridmap.services.situation.events import Events
from gridmap.store.incidents import Mark

Ints = NDArray[np.int64]


def newest(events: Events, rows: Ints, after: Mark | None, limit: int) -> Ints:
    """The first `limit` of n rows: newest day first, in a day the latest, those without a time at its end, then the
    newest id; `after` continues behind that one.
    """
    if after is not None:
        rows = rows[_is_behind(events, rows, after)]
    if len(rows) > limit:
        day = events.day[rows]
        oldest_needed = np.partition(day, len(day) - limit)[len(day) - limit]
        rows = rows[day >= oldest_needed]
    timeless = events.precision[rows] != MINUTE
    order = np.lexsort((-events.id[rows], -events.at_s[rows], timeless, -events.day[rows]))
    return rows[order[:limit]]


def _is_behind(events: Events, rows: Ints, mark: Mark) -> NDArray[np.bool_]:
    day, at_s, key = events.day[rows], events.at_s[rows], events.id[rows]
    timeless, is_older = events.precision[rows] != MINUTE, key < mark.id
    later = timeless & is_older
    if mark.at_s is not None:
        later = timeless | (at_s < mark.at_s) | ((at_s == mark.at_s) & is_older)
    return np.asarray((day < mark.day) | ((day == mark.day) & later))
