"""The local hour of the week, against asking the zone for each instant."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from gridmap.services.situation.local_hours import hours_of_week


@pytest.mark.parametrize(
    "name", ["Asia/Shanghai", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "UTC"]
)
def test_as_the_zone_says_for_each_instant(name: str) -> None:
    zone, rng = ZoneInfo(name), np.random.default_rng(1)
    at_s = rng.integers(-600_000_000, 2_000_000_000, 3_000)
    changes = [dt.datetime(2024, month, day, tzinfo=dt.UTC).timestamp() for month, day in ((3, 31), (10, 27), (4, 6))]
    at_s = np.concatenate([at_s, *(int(change) + np.arange(-90_000, 180_000, 1_700) for change in changes)])
    local = [dt.datetime.fromtimestamp(int(at), zone) for at in at_s]
    expected = [when.weekday() * 24 + when.hour for when in local]
    assert hours_of_week(at_s, np.ones(len(at_s), dtype=bool), name).tolist() == expected


def test_what_is_not_known_to_the_minute_has_no_hour() -> None:
    found = hours_of_week(np.array([0, -1, 3_600]), np.array([True, False, False]), "UTC")
    assert found.tolist() == [72, -1, -1]  # 1970-01-01 was a Thursday
    assert hours_of_week(np.empty(0, np.int64), np.empty(0, bool), "UTC").tolist() == []
