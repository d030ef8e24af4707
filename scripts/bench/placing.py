"""Points to grids: exactness on adversarial points, speed beside peers and beside the limit, a bare look-up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numba
import numpy as np
import shapely

from bench.irregular_grids import adversarial_points, brute_force, irregular_grids
from bench.placing_peers import PEERS, CannotRun, Task
from bench.tables import in_turns_s, table, timed_s
from gridmap.geo.locate import GridLocator, warm_up

GRIDS = (207, 10_000)
ADVERSARIAL_POINTS = 500_000
POINTS = 1_000_000
THREADS = 2
SINGLE_LOOKUPS = 20_000
FLOORS = {207: (100, 200), 10_000: (70, 120)}  # times geopandas.sjoin: at least, and aimed at
OURS, LIMIT, SJOIN = "gridmap GridLocator", "bare look-up in the same table", "geopandas.sjoin"


def run(_: list[str]) -> Iterator[str]:
    warm_up()
    exactness, builds, speed = [], [], []
    for count in GRIDS:
        grids = irregular_grids(count)
        build_s, at = timed_s(lambda grids=grids: GridLocator(grids), repeats=3)
        x, y = adversarial_points(grids, ADVERSARIAL_POINTS)
        expected = brute_force(grids, x, y)
        wrong = np.count_nonzero(at.locate(x, y) != expected)
        wrong_one = sum(at.locate_one(*p) != e for p, e in zip(_pairs(x, y), expected.tolist(), strict=False))
        vertices = shapely.get_num_coordinates(grids).mean()
        exactness.append([f"{count:,}", f"{vertices:.0f}", f"{ADVERSARIAL_POINTS:,}", f"{wrong:,}", f"{wrong_one:,}"])
        rows, one_us = _speed(count, grids, at)
        speed += rows
        builds.append([f"{count:,}", f"{build_s:.2f} s", f"{at.size_bytes / 1e6:.0f} MB", f"{one_us:.1f} us"])
    head = [
        "grids",
        "vertices each",
        "adversarial points",
        "mismatches with brute force",
        f"of {SINGLE_LOOKUPS:,} singly",
    ]
    yield from table("Placing: exactness (holes, islands, overlaps, empty shapes included)", head, exactness)
    yield from table("Placing: the index", ["grids", "built in", "memory", "one look-up"], builds)
    head = ["grids", "method", "Mpt/s", "gridmap is faster by"]
    yield from table(
        f"Placing: speed, {POINTS:,} random points, {THREADS} threads where a method has them", head, speed
    )


def _speed(count: int, grids: np.ndarray, at: GridLocator) -> tuple[list[list[str]], float]:
    rng = np.random.default_rng(0)
    west, south, east, north = shapely.total_bounds(grids)
    x, y = rng.uniform(west, east, POINTS), rng.uniform(south, north, POINTS)
    task = Task(x, y, grids[~(shapely.is_missing(grids) | shapely.is_empty(grids))], THREADS)
    works: dict[str, Callable[[], object]] = {
        OURS: lambda: at.locate(x, y, threads=THREADS),
        LIMIT: _bare_look_up(at, x, y),
    }
    missing = {}
    with ExitStack() as open_peers:
        for name, peer in PEERS.items():
            try:
                works[name] = open_peers.enter_context(peer(task))
            except CannotRun as reason:
                missing[name] = str(reason)
        taken = in_turns_s(works, repeats=3)
    taken |= in_turns_s({name: works[name] for name in (OURS, LIMIT)}, repeats=30)  # they take milliseconds
    one_s, _ = timed_s(lambda: [at.locate_one(*point) for point in _pairs(x, y)], repeats=5)
    return _rows(count, taken, missing), one_s / SINGLE_LOOKUPS * 1e6


def _rows(count: int, taken: dict[str, float], missing: dict[str, str]) -> list[list[str]]:
    ours = taken[OURS]
    rows = []
    for name, seconds in taken.items():
        ratio = f"{seconds / ours:.1f} x"
        if name == OURS:
            ratio = ""
        elif name == LIMIT:
            ratio = f"gridmap reaches {seconds / ours:.0%} of it"
        elif name == SJOIN:
            floor, aim = FLOORS[count]
            ratio += f" (floor {floor}, aim {aim})"
        rows.append([f"{count:,}", name, f"{POINTS / seconds / 1e6:.2f}", ratio])
    return rows + [[f"{count:,}", name, "cannot run", reason] for name, reason in missing.items()]


def _pairs(x: np.ndarray, y: np.ndarray) -> list[tuple[float, float]]:
    return list(zip(x[:SINGLE_LOOKUPS].tolist(), y[:SINGLE_LOOKUPS].tolist(), strict=True))


@numba.njit(nogil=True)
def _gather(lookup, cells, found):  # type: ignore[no-untyped-def]
    for i in range(cells.shape[0]):
        found[i] = lookup[cells[i]]


def _bare_look_up(at: GridLocator, x: np.ndarray, y: np.ndarray) -> Callable[[], object]:
    """The least that any method with a table does: the cell of each point is known, its answer is fetched."""
    index = at._index
    rows, cols = ((v - v0) * index.cells_per_unit for v, v0 in ((y, index.y0), (x, index.x0)))
    cells = (rows.astype(np.uint32) * np.uint32(index.shape[1]) + cols.astype(np.uint32)).astype(np.uint32)
    found = np.empty(len(cells), dtype=np.int32)
    parts = np.array_split(np.arange(len(cells)), THREADS)
    slices = [slice(part[0], part[-1] + 1) for part in parts]

    def work() -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda part: _gather(index.coarse, cells[part], found[part]), slices))

    return work
