"""The local hour of the week of many instants at once, through every change of the clocks."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridmap.geo.events import HOURS_OF_WEEK, UNKNOWN_HOUR

DAY_S, HOUR_S = 86_400, 3_600
EPOCH_HOUR = 3 * 24  # 1970-01-01 was a Thursday


def hours_of_week(at_s: NDArray[np.int64], is_known: NDArray[np.bool_], time_zone: str) -> NDArray[np.int16]:
    """n instants, seconds since 1970-01-01 UTC -> hours since Monday 00:00 local time, 0 to 167; -1 where not known.

    The zone is asked once a day of UTC; on days on which the clocks change, for each instant.
    """
    hours = np.full(len(at_s), UNKNOWN_HOUR, dtype=np.int16)
    known_s = at_s[is_known]
    hours[is_known] = ((known_s + _offsets_s(known_s, ZoneInfo(time_zone))) // HOUR_S + EPOCH_HOUR) % HOURS_OF_WEEK
    return hours


def _offsets_s(at_s: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    days, which = np.unique(at_s // DAY_S, return_inverse=True)
    begin, end = ([_offset_s(day * DAY_S, zone) for day in part.tolist()] for part in (days, days + 1))
    offsets = np.array(begin, dtype=np.int64)[which]
    for i in np.flatnonzero((np.array(begin) != np.array(end))[which]).tolist():
        offsets[i] = _offset_s(int(at_s[i]), zone)
    return offsets


def _offset_s(at_s: int, zone: ZoneInfo) -> int:
    """How far local clocks were ahead of UTC."""
    offset = dt.datetime.fromtimestamp(at_s, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
