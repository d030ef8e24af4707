from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from gridmap.synthetic.incidents import (
    Change,
    Places,
    clock,
    days_of,
    draw_base,
    draw_change,
    report_times,
    time_columns,
)
from gridmap.synthetic.kinds import KINDS

DAYS = days_of(date(2026, 6, 30))
CODES = [k.code for k in KINDS]


def test_three_years_end_on_the_last_day() -> None:
    assert str(DAYS[0]) == "2023-07-01"
    assert str(DAYS[-1]) == "2026-06-30"
    assert len(DAYS) == 1096


def test_every_profile_is_complete() -> None:
    for kind in KINDS:
        assert len(kind.profile("hours")) == 24
        assert len(kind.profile("weekdays")) == 7
        assert len(kind.profile("months")) == 12
        assert kind.code.split(".")[0] in ("dispute", "hazard", "order", "help", "facility")


def places(sorts: list[str]) -> Places:
    n = len(sorts)
    zero = np.zeros(n)
    return Places(np.array(sorts), zero, zero, zero, np.ones(n))


def test_kinds_go_where_they_belong_in_their_season() -> None:
    place, kind, day = draw_base(places(["farm", "market", "new"] * 40), DAYS, 20_000, np.random.default_rng(1))
    land = kind == CODES.index("dispute.land")
    assert (place[land] % 3 == 0).all()
    assert (place[kind == CODES.index("facility.lift")] % 3 == 2).all()
    months = pd.DatetimeIndex(DAYS[day[land]]).month
    assert np.isin(months, (3, 4, 5, 9, 10)).mean() > 0.6


def test_few_places_see_much() -> None:
    place, _, _ = draw_base(places(["old"] * 500), DAYS, 20_000, np.random.default_rng(1))
    counts = np.sort(np.bincount(place, minlength=500))[::-1]
    assert counts[:50].sum() > 0.2 * counts.sum()


def change(word: str) -> Change:
    return Change(word, "order.noise", 100.0, 200.0, 150.0, date(2025, 9, 1), 300, 2000.0, 200.0)


def test_changes_begin_and_end_on_their_day() -> None:
    rng = np.random.default_rng(1)
    at = int(np.searchsorted(DAYS, np.datetime64("2025-09-01")))
    for word in ("new", "vanished", "moved"):
        x, y, day = draw_change(change(word), DAYS, rng)
        centre_x = np.where((day >= at) & (word == "moved"), 2000.0, 100.0)
        assert np.hypot(x - centre_x, y - 200.0).max() <= 150.0
        assert (day >= at).all() if word == "new" else True
        assert (day < at).all() if word == "vanished" else True


def test_noise_is_at_night_and_reports_follow_the_event() -> None:
    rng = np.random.default_rng(1)
    kind = np.full(5000, CODES.index("order.noise"))
    happened = clock(kind, rng.integers(0, len(DAYS), 5000), DAYS, rng)
    assert np.isin(happened.hour, (19, 20, 21, 22, 23, 0, 1)).mean() > 0.55
    assert (report_times(happened, rng) >= happened).all()


def test_each_row_has_exactly_one_kind_of_time() -> None:
    rng = np.random.default_rng(1)
    happened = clock(np.zeros(20_000, dtype=np.int64), np.zeros(20_000, dtype=np.int64), DAYS, rng)
    frame = time_columns(happened, rng)
    assert ((frame != "").sum(axis=1) == 1).all()
    assert 0.02 < (frame["occurred_on"] != "").mean() < 0.04
    assert 0.003 < (frame["month"] != "").mean() < 0.01
    assert frame["occurred_at"].iloc[0].endswith("+08:00") or frame["occurred_at"].iloc[0] == ""
