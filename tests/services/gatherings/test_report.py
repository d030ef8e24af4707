"""The report on the demo district: its planted changes, named and dated, and nothing else."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import numpy as np
import pytest

from gridmap.config import DATA_GEO, Settings
from gridmap.geo.events import MONTH
from gridmap.services.gatherings.report import report
from gridmap.services.project import open_project
from gridmap.services.situation import Picture, Situation
from gridmap.services.situation.period import day_of
from gridmap.store.engine import Store
from tests.services import small_world


@pytest.fixture(scope="module")
def demo(demo_store: Store) -> Picture:
    return Situation(demo_store, now=lambda: dt.datetime.now(dt.UTC)).picture()


def reported(picture: Picture, day: dt.date, permutations: int = 99_999) -> dict[str, Any]:
    told = report(picture.events, picture.ground, day_of(day), seed=1, permutations=permutations)
    json.dumps(told)  # as the job keeps it
    return told


def planted(change: str) -> dict[str, Any]:
    changes = json.loads((DATA_GEO / "demo.json").read_text(encoding="utf-8"))["changes"]
    return next(entry for entry in changes if entry["change"] == change)


def test_what_gathers_newly_in_the_demo_is_found_named_and_dated(demo: Picture) -> None:
    new = planted("new")
    begun = dt.date.fromisoformat(new["from_on"])
    told = reported(demo, begun + dt.timedelta(days=14))
    grid = demo.ground.place(new["lon"], new["lat"]).grid
    assert grid is not None
    assert [(row["direction"], row["kind"], row["grids"][0]["code"]) for row in told["rows"]] == [
        ("more", new["kind"], grid.code)
    ]
    row = told["rows"][0]
    assert abs((dt.date.fromisoformat(row["since"]) - begun).days) <= 2
    assert row["count"] > 5 * row["usual"]
    assert row["q"] <= 0.05 and row["z"] > 3
    assert told["tests"] > 4_000 and (told["permutations"], told["exact_below"]) == (99_999, 10)
    assert (told["days"], told["past_days"]) == (28, 364)
    assert len(told["busiest"]) == 10
    counts = [place["count"] for place in told["busiest"]]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.full
def test_what_moved_and_what_vanished_is_found_too(demo: Picture) -> None:
    moved, vanished = planted("moved"), planted("vanished")
    told = reported(demo, dt.date.fromisoformat(moved["from_on"]) + dt.timedelta(days=28))
    target = demo.ground.place(moved["to_lon"], moved["to_lat"]).grid
    gone = demo.ground.place(vanished["lon"], vanished["lat"]).grid
    assert target is not None and gone is not None
    found = {(row["direction"], row["kind"], row["grids"][0]["code"]) for row in told["rows"]}
    assert ("more", moved["kind"], target.code) in found
    assert ("fewer", vanished["kind"], gone.code) in found


def test_no_past_no_report(demo: Picture) -> None:
    span = demo.events.span
    assert span is not None
    told = reported(demo, span.from_on + dt.timedelta(days=60))
    assert (told["reason"], told["rows"]) == ("short_past", [])


def test_incidents_known_by_month_only_are_counted_and_take_no_part(demo: Picture) -> None:
    day = dt.date(2026, 6, 30)
    told = reported(demo, day, permutations=99)
    inside = (demo.events.day > day_of(day) - 392) & (demo.events.day <= day_of(day))
    assert told["month_only"] == int((inside & (demo.events.precision == MONTH)).sum()) > 0
    assert told["incidents"] + told["outside"] + told["month_only"] == int(np.count_nonzero(inside))


def test_a_month_of_data_tells_nothing_and_says_so(store: Store, settings: Settings) -> None:
    small_world.build(settings).close()
    picture = Situation(store, now=small_world.now).picture()
    told = reported(picture, dt.date(2024, 5, 31))
    assert (told["reason"], told["to"], told["rows"]) == ("short_past", "2024-05-31", [])


def test_a_project_without_grids_says_so(store: Store, settings: Settings) -> None:
    open_project(settings).close()
    told = report((picture := Situation(store, now=small_world.now).picture()).events, picture.ground, None, seed=1)
    assert (told["reason"], told["to"]) == ("no_grids", None)
