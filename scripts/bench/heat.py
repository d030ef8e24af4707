"""Kernel density: error against exact sums, speed beside histogram + filter and KDEpy, windows of a million events.

All three methods sum plain kernels: no correction at edges. gridmap spreads many events by two threads; the peers use
one thread each, as they come.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cache
from statistics import median

import numpy as np
from scipy.ndimage import gaussian_filter

from bench.tables import in_turns_s, table
from gridmap.geo.density import density
from gridmap.geo.events import EventIndex
from gridmap.geo.smoothing import Nodes, gaussian_sums

SIDE_M, CELL_M = 20_480.0, 10.0
BANDWIDTH_M, WIDE_BANDWIDTHS_M = 80.0, (100.0, 130.0, 200.0, 400.0)
SEEN = 1e-3  # of the peak: from there on an error is set beside the density itself
SIDE_CELLS = int(SIDE_M / CELL_M)
WINDOW_EVENTS, WINDOW_CELLS, WINDOW_TRIALS = 1_000_000, 1024, 100
EXACT_EVENTS, EXACT_ROWS = 100_000, 96

Points = tuple[np.ndarray, np.ndarray]


def run(_: list[str]) -> Iterator[str]:
    yield from _accuracy()
    yield from _speed()
    yield from _windows()


def events(count: int, *, seed: int = 0, side: float = SIDE_M) -> Points:
    """Half evenly spread, half in 300 clusters of very unequal size, some on one spot; 2 % of the side is kept free."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0.1 * side, 0.9 * side, (300, 2))
    spread = rng.choice([0.0, 0.002, 0.01, 0.03], 300) * side
    which = rng.choice(300, count, p=rng.dirichlet(np.full(300, 0.3)))
    clustered = centre[which] + rng.normal(size=(count, 2)) * spread[which, None]
    even = rng.uniform(0, side, (count, 2))
    points = 0.02 * side + 0.96 * (np.where(rng.uniform(size=(count, 1)) < 0.5, even, clustered) % side)
    return np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])


def _ours(points: Points, bandwidth_m: float = BANDWIDTH_M) -> np.ndarray:
    return density(*points, bounds=(0, 0, SIDE_M, SIDE_M), cell_m=CELL_M, bandwidth_m=bandwidth_m)


def _filtered(points: Points, bandwidth_m: float = BANDWIDTH_M) -> np.ndarray:
    x, y = points
    counts, _, _ = np.histogram2d(SIDE_M - y, x, bins=SIDE_CELLS, range=[[0, SIDE_M], [0, SIDE_M]])
    return gaussian_filter(counts, bandwidth_m / CELL_M, mode="constant") / (CELL_M**2 / 1e6)


def _kdepy(points: Points, bandwidth_m: float = BANDWIDTH_M) -> np.ndarray:
    from KDEpy import FFTKDE

    fitted = FFTKDE(kernel="gaussian", bw=bandwidth_m).fit(np.column_stack(points))
    values = fitted.evaluate(_places()).reshape(SIDE_CELLS, SIDE_CELLS)
    return values.T[::-1] * (len(points[0]) * 1e6)


@cache
def _places() -> np.ndarray:
    """The cells' centres as KDEpy wants them."""
    grid = _centres(SIDE_CELLS)
    return np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1).reshape(-1, 2)


def _centres(count: int) -> np.ndarray:
    return (np.arange(count) + 0.5) * CELL_M


METHODS: dict[str, Callable[..., np.ndarray]] = {
    "gridmap density": _ours,
    "histogram2d + gaussian_filter": _filtered,
    "KDEpy FFTKDE (checks its grid)": _kdepy,
}


def _accuracy() -> Iterator[str]:
    """Exact sums of every kernel on some whole rows of the raster, the one of the peak among them."""
    sets = {
        "100,000 events": events(EXACT_EVENTS, seed=1),
        "1,000 on one spot": (np.full(1000, 10_003.7), np.full(1000, 10_001.9)),
    }
    rows = []
    for label, points in sets.items():
        for bandwidth_m in (BANDWIDTH_M, *WIDE_BANDWIDTHS_M):
            methods = METHODS if bandwidth_m == BANDWIDTH_M else {"gridmap density": _ours}
            found = {name: method(points, bandwidth_m) for name, method in methods.items()}
            rows += _errors(label, points, bandwidth_m, found)
    title = f"Heat: largest error over {EXACT_ROWS} of 2048 rows (floors: 1e-4 of the peak; from 10 cells on 0.1 %)"
    head = ["events", "cells a bandwidth", "method", "of the peak", f"of the density, above {SEEN:.1%} of the peak"]
    yield from table(title, head, rows)


def _errors(label: str, points: Points, bandwidth_m: float, found: dict[str, np.ndarray]) -> Iterator[list[str]]:
    peak_row = int(found["gridmap density"].max(axis=1).argmax())
    chosen = np.unique(np.r_[np.linspace(0, SIDE_CELLS - 1, EXACT_ROWS).astype(int), peak_row])
    exact = _exact_rows(points, chosen, bandwidth_m)
    seen = exact > SEEN * exact.max()
    for name, values in found.items():
        error = np.abs(values[chosen] - exact)
        of_density = (error[seen] / exact[seen]).max()
        yield [label, f"{bandwidth_m / CELL_M:g}", name, f"{error.max() / exact.max():.1e}", f"{of_density:.4%}"]


def _exact_rows(points: Points, rows: np.ndarray, bandwidth_m: float) -> np.ndarray:
    x, y = points
    total = np.zeros((len(rows), SIDE_CELLS))
    at_x, at_y = _centres(SIDE_CELLS), SIDE_M - (rows + 0.5) * CELL_M
    for begin in range(0, len(x), 5_000):
        part = slice(begin, begin + 5_000)
        across = np.exp(-((at_x - x[part, None]) ** 2) / (2 * bandwidth_m**2))
        down = np.exp(-((at_y - y[part, None]) ** 2) / (2 * bandwidth_m**2))
        total += down.T @ across
    return total / (2 * np.pi * bandwidth_m**2) * 1e6


def _speed() -> Iterator[str]:
    rows = []
    for count in (10**5, 10**6, 10**7):
        points = events(count)
        works = {name: (lambda method=method, points=points: method(points)) for name, method in METHODS.items()}
        taken = in_turns_s(works, repeats=3)
        ours = taken["gridmap density"]
        rows += [[f"{count:,}", name, f"{s:.3f} s", _ratio(s / ours)] for name, s in taken.items()]
    title = "Heat: 2048 x 2048 cells, 8 cells a bandwidth"
    yield from table(title, ["events", "method", "time", "gridmap is faster by"], rows)


def _ratio(times: float) -> str:
    return "" if times == 1 else f"{times:.1f} x"


def _windows() -> Iterator[str]:
    """Random kinds, periods and bandwidths of a million events: selecting, spreading and transforming together."""
    rng = np.random.default_rng(2)
    side = WINDOW_CELLS * CELL_M
    x, y = events(WINDOW_EVENTS, side=side)
    kind, day = rng.integers(0, 20, WINDOW_EVENTS), rng.integers(0, 1096, WINDOW_EVENTS)
    index = EventIndex.of(x, y, kind, day, np.where(rng.uniform(size=WINDOW_EVENTS) < 0.02, 2, 0))
    nodes = Nodes(CELL_M / 2, side - CELL_M / 2, CELL_M, -CELL_M, WINDOW_CELLS, WINDOW_CELLS)

    def draw(kinds: list[int] | None, first: int, last: int, bandwidth_m: float) -> float:
        begin = time.perf_counter()
        window = index.select(kinds, first, last)
        gaussian_sums(window.batches(), nodes, sigma_x=bandwidth_m, sigma_y=bandwidth_m)
        return time.perf_counter() - begin

    draw(None, 0, 1095, 80.0)
    any_s, whole_s = [], []
    for _ in range(WINDOW_TRIALS):
        kinds = rng.choice(20, rng.integers(1, 21), replace=False).tolist()
        first, last = sorted(rng.integers(0, 1096, 2).tolist())
        bandwidth_m = float(rng.uniform(40, 400))
        any_s.append(draw(kinds, first, last, bandwidth_m))
        whole_s.append(draw(None, 0, 1095, bandwidth_m))
    rows = [_spread("any kinds, any period", any_s), _spread("all kinds, whole time", whole_s)]
    title = f"Heat: a window of {WINDOW_EVENTS:,} events in memory on 1024 x 1024, bandwidth 4 to 40 cells"
    yield from table(title, ["window", "median", "95 %"], rows)


def _spread(label: str, taken: list[float]) -> list[str]:
    return [label, f"{median(taken) * 1e3:.1f} ms", f"{np.percentile(taken, 95) * 1e3:.1f} ms"]
