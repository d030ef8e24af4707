"""Figures of 1e6 incidents, from the index in memory: counts, timeline, patterns, points and pages of the list.

The demo district with ten times its incidents, drawn anew around its own with a fixed seed, so that nearly every one
stands at a place of its own: the worst case for points.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from bench.tables import table, timed_s
from gridmap import config
from gridmap.domain.incidents import last_of_month
from gridmap.domain.week_hours import WeekHours
from gridmap.services import demo
from gridmap.services.situation import Picture, Selection, Situation
from gridmap.services.situation.events import Events
from gridmap.services.situation.newest import newest
from gridmap.services.situation.period import date_of
from gridmap.store.engine import open_store
from gridmap.store.event_columns import EventColumns, events

INCIDENTS = 1_000_000
JITTER_DEG = 0.002
REPEATS = 9
EVENINGS = WeekHours.parse("5.18-23,6.18-23")


def run(_: list[str]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        settings = config.load({"GRIDMAP_VAR": folder})
        demo.build(settings, on_progress=_silent)
        yield from _measured(_picture(settings.db))


def _picture(address: str) -> Picture:
    """The demo's, with INCIDENTS incidents."""
    store = open_store(address)
    try:
        picture = Situation(store, now=lambda: dt.datetime.now(dt.UTC)).picture()
        with store.read() as session:
            columns = _many(events(session), np.random.default_rng(0))
    finally:
        store.close()
    return replace(picture, events=Events.of(columns, picture.ground, picture.project.time_zone))


def _many(columns: EventColumns, rng: np.random.Generator) -> EventColumns:
    """INCIDENTS drawn from those there are, moved a little, under new ids."""
    drawn = rng.integers(0, len(columns), INCIDENTS)
    moved = rng.normal(0.0, JITTER_DEG, (2, INCIDENTS))
    fields = {name: getattr(columns, name)[drawn] for name in columns.__dataclass_fields__ if name != "kinds"}
    fields |= {"id": np.arange(1, INCIDENTS + 1), "lon": fields["lon"] + moved[0], "lat": fields["lat"] + moved[1]}
    return EventColumns(kinds=columns.kinds, **fields)


def _measured(picture: Picture) -> Iterator[str]:
    begin, end = (picture.events.day.min(), picture.events.day.max())
    first_on, last_on = date_of(begin), last_of_month(date_of(end))
    every = Selection(first_on, last_on)
    street = next(area.code for area in picture.areas() if area.level == "street")
    chosen = {
        "all": every,
        "one kind": replace(every, kinds=("order",)),
        "hours of the week": replace(every, hours=EVENINGS),
        "one street": replace(every, area=street),
        "one year": replace(every, from_on=last_on - dt.timedelta(days=364)),
    }
    west, south, east, north = picture.events.bounds or (0.0, 0.0, 0.0, 0.0)
    near = ((west + east) / 2 - 0.01, (south + north) / 2 - 0.01, (west + east) / 2 + 0.01, (south + north) / 2 + 0.01)
    works: dict[str, Callable[[Selection], object]] = {
        "counts": picture.counts,
        "timeline": picture.timeline,
        "patterns": picture.patterns,
        "points, all": lambda one: picture.points(one, None, 13),
        "points, 2 km": lambda one: picture.points(one, near, 16),
        "first page's ids": lambda one: newest(picture.events, picture.rows(one), None, 100),
    }
    rows = []
    for name, one in chosen.items():
        times = [timed_s(lambda work=work, one=one: work(one), repeats=REPEATS)[0] for work in works.values()]
        rows.append([name, f"{len(picture.rows(one)):,}", *(f"{1000 * time_s:.1f}" for time_s in times)])
    title = f"Figures: ms on {INCIDENTS:,} incidents at {len(picture.events.locations):,} places, median of {REPEATS}"
    yield from table(title, ["selection", "incidents", *works], rows)


def _silent(label: str, done: int, total: int) -> None:
    """Progress nobody looks at."""
