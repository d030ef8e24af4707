"""New gatherings: Gi* beside its known answer, reports without any change, the demo's planted changes, and the time.

A null report has 207 grids whose usual numbers differ, some kinds, a season that is the same everywhere, and no change.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from esda.getisord import G_Local
from libpysal.weights import W

from bench.tables import table, timed_s
from gridmap import config
from gridmap.analysis.hotspots import PERMUTATIONS, Dated, find_gatherings, gi_star
from gridmap.geo.contiguity import Neighbours, from_pairs
from gridmap.services import demo
from gridmap.services.gatherings.report import NOW_DAYS, PAST_DAYS, report
from gridmap.services.situation import Picture, Situation
from gridmap.services.situation.period import day_of
from gridmap.store.engine import open_store

SEEDS, GRIDS, KINDS = 200, 207, 3
YEARLY = (12, 48)  # incidents a grid, kind and year
AT_MOST = 0.05
BURSTS = 0.1  # of the incidents that are followed by more reports of the same, where bursts are drawn
LOOKED_ON = (3, 5, 7, 10, 14, 21, 28, 35, 42, 56)  # days from onset
KNOWN = ((10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30))
KNOWN_VALUES, KNOWN_Z, BAND = (2, 3, 3.2, 5, 8, 7), -1.39727626, 15


def run(_: list[str]) -> Iterator[str]:
    yield from _known_answer()
    yield from _null_reports()
    yield from _planted()
    yield from _times()


def _known_answer() -> Iterator[str]:
    near = np.array([(a, b) for a in range(6) for b in range(a) if np.hypot(*np.subtract(KNOWN[a], KNOWN[b])) <= BAND])
    z = gi_star(KNOWN_VALUES, from_pairs(6, near[:, 0], near[:, 1]))
    rows = [["Zs[0]", f"{KNOWN_Z:.8f}", f"{z[0]:.8f}"]]
    yield from table("Gi*: six points, binary weights, each its own neighbour", ["", "known", "ours"], rows)


def town(grids: int) -> Neighbours:
    """Places in rows, each beside those left, right, above, below and on one diagonal: six neighbours inside."""
    side = int(np.ceil(grids**0.5))
    at = np.arange(side * side).reshape(side, side)
    first = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel(), at[:-1, :-1].ravel()])
    second = np.concatenate([at[:, 1:].ravel(), at[1:].ravel(), at[1:, 1:].ravel()])
    inside = (first < grids) & (second < grids)
    return from_pairs(grids, first[inside], second[inside])


def unchanged(seed: int, yearly: int, *, bursts: bool) -> Dated:
    """Incidents of KINDS kinds without a change; with bursts some bring up to five more on their spot and day."""
    rng = np.random.default_rng(seed)
    days = PAST_DAYS + NOW_DAYS
    season = 1 + 0.6 * np.sin(2 * np.pi * np.arange(days) / 365 + rng.uniform(0, 6))
    columns = []
    for kind in range(KINDS):
        share = rng.gamma(1.5, size=GRIDS)
        n = rng.poisson(GRIDS * yearly * days / 365)
        place = rng.choice(GRIDS, n, p=share / share.sum())
        day = rng.choice(days, n, p=season / season.sum())
        spot = rng.integers(20, size=n) + 20 * place
        again = np.where(rng.uniform(size=n) < BURSTS * bursts, rng.integers(2, 7, n), 1)
        columns.append(np.repeat(np.stack([np.full(n, kind), place, spot, day]), again, axis=1))
    return Dated(*np.concatenate(columns, axis=1).astype(np.int64))


def _null_reports() -> Iterator[str]:
    beside = town(GRIDS)
    rows = []
    for yearly in YEARLY:
        for bursts in (False, True):

            def alarm(seed: int, yearly: int = yearly, bursts: bool = bursts) -> np.ndarray:
                events = unchanged(seed, yearly, bursts=bursts)
                kept = find_gatherings(events, beside, now_from=PAST_DAYS, seed=seed)
                loose = find_gatherings(
                    replace(events, spot=np.arange(len(events.spot))), beside, now_from=PAST_DAYS, seed=seed
                )
                return np.array([(found.q <= 0.05).any() for found in (kept, loose)])

            with ThreadPoolExecutor(2) as pool:
                shares = np.mean(list(pool.map(alarm, range(SEEDS))), axis=0)
            name = "with bursts" if bursts else "single"
            rows.append([f"{yearly}", name, f"{shares[1]:.1%}", f"{shares[0]:.1%} (at most {AT_MOST:.0%})"])
    title = f"Gatherings: reports with any alarm where nothing changed, {SEEDS} seeds, {GRIDS} grids x {KINDS} kinds"
    head = ["a grid, kind and year", "incidents", "each incident by itself", "one spot and day together (ours)"]
    yield from table(title, head, rows)


def demo_picture(folder: Path) -> Picture:
    """The demo district, built anew."""
    settings = replace(config.load({}), db=f"sqlite:///{folder / config.DEMO_DB_NAME}", var=folder, is_demo=True)
    demo.build(settings, on_progress=lambda *_: None)
    return Situation(open_store(settings.db), now=lambda: dt.datetime.now(dt.UTC)).picture()


def _planted() -> Iterator[str]:
    changes = json.loads((config.DATA_GEO / "demo.json").read_text(encoding="utf-8"))["changes"]
    with tempfile.TemporaryDirectory() as folder:
        picture = demo_picture(Path(folder))
        rows = []
        for change in changes:
            ends = {"new": "more", "vanished": "fewer", "moved": "more"}
            there = change.get("to_lon", change["lon"]), change.get("to_lat", change["lat"])
            wanted = [(ends[change["change"]], *there)]
            if change["change"] == "moved":
                wanted.append(("fewer", change["lon"], change["lat"]))
            for direction, lon, lat in wanted:
                grid = picture.ground.place(lon, lat).grid
                rows.append([
                    change["change"], change["kind"], direction, change["from_on"],
                    *_found(picture, change["kind"], direction, grid.code if grid else "", change["from_on"]),
                ])  # fmt: skip
    title = f"Gatherings: the demo's planted changes, looked for {', '.join(map(str, LOOKED_ON))} days after onset"
    head = ["planted", "kind", "direction", "onset", "found after days", "count, usual", "onset as told", "other rows"]
    yield from table(title, head, rows)


def _found(picture: Picture, kind: str, direction: str, grid: str, from_on: str) -> list[str]:
    """The first day of LOOKED_ON on which the report has the planted change, and what it says."""
    begun = dt.date.fromisoformat(from_on)
    for days in LOOKED_ON:
        on = begun + dt.timedelta(days=days - 1)
        told = report(picture.events, picture.ground, day_of(on), seed=1)["rows"]
        same = [row for row in told if (row["kind"], row["direction"]) == (kind, direction)]
        here = [row for row in same if grid in {place["code"] for place in row["grids"]}]
        if here:
            row = here[0]
            return [str(days), f"{row['count']}, {row['usual']}", str(row["since"]), str(len(told) - 1)]
    return ["not found", "", "", ""]


def _times() -> Iterator[str]:
    rows = []
    for grids in (GRIDS, 5_000):
        beside, rng = town(grids), np.random.default_rng(0)
        n = 30 * grids
        columns = (np.zeros(n), rng.integers(grids, size=n), np.arange(n), rng.integers(PAST_DAYS + NOW_DAYS, size=n))
        events = Dated(*(np.asarray(column, dtype=np.int64) for column in columns))
        ours_s, _ = timed_s(lambda e=events, b=beside: find_gatherings(e, b, now_from=PAST_DAYS), repeats=1)
        values = np.bincount(events.place, minlength=grids).astype(float)
        theirs = "-"
        if grids == GRIDS:
            theirs_s, _ = timed_s(lambda v=values, b=beside: _esda(v, b), repeats=1)
            theirs = f"{theirs_s:.1f} s"
        rows.append([f"{grids:,}", f"{n:,}", f"{ours_s:.1f} s", theirs])
    title = f"Gatherings: one kind, {PERMUTATIONS:,} permutations, one thread"
    yield from table(title, ["grids", "incidents", "dates permuted (ours)", "esda: values permuted over the map"], rows)


def _esda(values: np.ndarray, beside: Neighbours) -> np.ndarray:
    weights = W({i: beside.beside(i).tolist() for i in range(len(beside))}, silence_warnings=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        how = {"transform": "B", "star": True, "keep_simulations": False, "n_jobs": 1, "seed": 0}
        found = G_Local(values, weights, permutations=PERMUTATIONS, **how)
    return np.minimum(1.0, 2 * found.p_sim)
