"""Reports of change where nothing changed, and where one grid did: how often they alarm, and how often they find it.

A null report: 207 grids whose usual numbers differ, six kinds, two periods with the same rates. Beside ours stands
what people do without it: marking changes over 50 %, testing every row by itself, a rate for each list alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from bench.tables import table, timed_s
from gridmap.analysis.change import FALSE_DISCOVERY_RATE, benjamini_hochberg, compare, exact_p
from gridmap.analysis.expected import dispersion, expectation, week_dispersion

SEEDS = 200
GRIDS = 207
KIND_SHARES = np.array([0.3, 0.25, 0.2, 0.12, 0.1, 0.03])
YEARLY = (12, 150)  # incidents a grid and year: few, and as many as the demo has
PERIODS = {"year on year": (365, 365), "month on month": (31, 28), "4 weeks": (28, 28)}
AT_MOST = 0.05

Counts = NDArray[np.int64]
Report = Callable[[Counts, Counts, tuple[float, float]], bool]


def run(_: list[str]) -> Iterator[str]:
    yield from _null_reports()
    yield from _null_mornings()
    yield from _found()
    yield from _times()


def _null_reports() -> Iterator[str]:
    reports: dict[str, Report] = {
        "a change over 50 %": _marks_percentages,
        "each row alone, p <= 5 %": _tests_alone,
        "a rate for each kind's list": _one_rate_a_list,
        "one rate for the report (ours)": lambda now, before, days: bool(_compare(now, before, days).any()),
    }
    rows = []
    for yearly in YEARLY:
        for basis, days in PERIODS.items():
            alarms = dict.fromkeys(reports, 0)
            for seed in range(SEEDS):
                now, before = _null(seed, yearly, days)
                for name, alarm in reports.items():
                    alarms[name] += alarm(now, before, days)
            shares = [f"{alarms[name] / SEEDS:.1%}" for name in reports]
            rows.append([f"{yearly}", basis, *shares[:-1], f"{shares[-1]} (at most {AT_MOST:.0%})"])
    kinds = len(KIND_SHARES)
    title = f"Change: reports with any alarm where nothing changed, {SEEDS} seeds, {GRIDS} grids x {kinds} kinds"
    yield from table(title, ["a grid and year", "basis", *reports], rows)


def _null(seed: int, yearly: int, days: tuple[int, int]) -> tuple[Counts, Counts]:
    """int64[grids, kinds] of two periods with the same rates."""
    rng = np.random.default_rng(seed)
    rates = rng.gamma(3.0, yearly / 3.0, GRIDS)[:, None] * KIND_SHARES / 365
    now, before = (rng.poisson(rates * n) for n in days)
    return now, before


def _draw(rng: np.random.Generator, mean: NDArray[np.float64], varies: float) -> Counts:
    if varies == 1:
        return rng.poisson(mean)
    size = mean / (varies - 1)
    return rng.negative_binomial(size, size / (size + mean))


def _marks_percentages(now: Counts, before: Counts, days: tuple[float, float]) -> bool:
    return bool((np.abs(now / days[0] - before / days[1]) > 0.5 * before / days[1]).any())


def _tests_alone(now: Counts, before: Counts, days: tuple[float, float]) -> bool:
    return bool((exact_p(now.ravel(), before.ravel(), days[0] / sum(days)) <= FALSE_DISCOVERY_RATE).any())


def _one_rate_a_list(now: Counts, before: Counts, days: tuple[float, float]) -> bool:
    return any(
        (benjamini_hochberg(exact_p(now[:, kind], before[:, kind], days[0] / sum(days))) <= FALSE_DISCOVERY_RATE).any()
        for kind in range(now.shape[1])
    )


def _compare(now: Counts, before: Counts, days: tuple[float, float]) -> NDArray[np.bool_]:
    return compare(now.ravel(), before.ravel(), *days).significant


def _null_mornings() -> Iterator[str]:
    """The last day and week beside eight weeks, drawn from the same rates."""
    weekdays = np.array([1.0, 1.0, 0.9, 1.0, 1.2, 1.4, 0.8])
    rows = []
    for daily in (0.2, 3.0, 90.0):
        for varies in (1.0, 3.0):
            called = np.zeros(2)
            for seed in range(5 * SEEDS):
                counts = _draw(np.random.default_rng(seed), np.tile(daily * weekdays, (9, 1)), varies)
                days, weeks = dispersion(counts[1:]), week_dispersion(counts[1:])
                called += [
                    expectation(counts[1:, 6], days).verdict(int(counts[0, 6])) != "usual",
                    expectation(counts[1:].sum(axis=1), weeks).verdict(int(counts[0].sum())) != "usual",
                ]
            shares = [f"{share:.1%} (at most {1.2 * AT_MOST:.0%})" for share in called / (5 * SEEDS)]
            rows.append([f"{daily:g}", f"{varies:g}", *shares])
    title = f"Expectation: counts called unusual where nothing changed, {5 * SEEDS} seeds; 5 % are meant to be, at most"
    yield from table(title, ["incidents a day", "variance / mean", "24 hours", "7 days"], rows)


def _found() -> Iterator[str]:
    """One grid and kind changes among all others that do not."""
    rows = []
    for usual in (5, 10, 20, 40):
        cells = []
        for factor in (0.5, 1.5, 2.0, 3.0):
            found = 0
            for seed in range(SEEDS):
                now, before = _null(seed, YEARLY[1], (28, 28))
                rng = np.random.default_rng(SEEDS + seed)
                before[17, 0], now[17, 0] = rng.poisson([usual, usual * factor])
                found += bool(_compare(now, before, (28, 28)).reshape(now.shape)[17, 0])
            cells.append(f"{found / SEEDS:.0%}")
        rows.append([str(usual), *cells])
    head = ["incidents in 4 weeks before", "halved", "half as many again", "doubled", "tripled"]
    yield from table(f"Change: one grid and kind among {GRIDS * len(KIND_SHARES):,} rows, share found", head, rows)


def _times() -> Iterator[str]:
    rng = np.random.default_rng(0)
    rows = []
    for n, mean in ((5_000, 3.0), (5_000, 300.0), (100_000, 3.0)):
        now, before = rng.poisson(mean, (2, n))
        taken_s, _ = timed_s(lambda now=now, before=before: compare(now, before, 28, 28))
        rows.append([f"{n:,}", f"{mean:g}", f"{1000 * taken_s:.1f} ms"])
    yield from table("Change: one report", ["rows", "incidents a row and period", "tests and rate"], rows)
