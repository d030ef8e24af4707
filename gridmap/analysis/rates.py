"""Incidents per household, fit to be compared: small grids are drawn to the mean as far as chance explains them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

from gridmap.errors import BadInput

Floats = NDArray[np.float64]

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Rates:
    """n places: incidents per household. NaN where there is no household, and nothing to divide by.

    `raw` as counted with its exact `low` and `high`; `smoothed` as to be drawn; `mean` of all together.
    """

    raw: Floats
    smoothed: Floats
    low: Floats
    high: Floats
    mean: float


def rates(counts: ArrayLike, households: ArrayLike) -> Rates:
    """Counts and households of n places -> raw and smoothed rates. Places without households take no part.

    Raises BadInput for negative numbers or columns of different length.
    """
    events, base = np.asarray(counts, dtype=np.float64), np.asarray(households, dtype=np.float64)
    if events.ndim != 1 or events.shape != base.shape or (events < 0).any() or (base < 0).any():
        raise BadInput("Counts and households differ in number, or are negative.", "Give one of each for every place.")
    inhabited = base > 0
    raw, smoothed, low, high = (np.full(len(base), np.nan) for _ in range(4))
    if not inhabited.any():
        return Rates(raw, smoothed, low, high, float("nan"))
    n, at_risk = events[inhabited], base[inhabited]
    raw[inhabited] = n / at_risk
    smoothed[inhabited] = empirical_bayes(n, at_risk)
    bounds = poisson_interval(n)
    low[inhabited], high[inhabited] = bounds[0] / at_risk, bounds[1] / at_risk
    return Rates(raw, smoothed, low, high, float(n.sum() / at_risk.sum()))


def empirical_bayes(counts: Floats, base: Floats) -> Floats:
    """n counts over n bases (all > 0) -> smoothed rates, global and by the method of moments.

    Marshall, Mapping disease and mortality rates using empirical Bayes estimators, Applied Statistics 40, 1991: with
    the mean rate b and the variance a of the true rates (what the rates vary beyond chance, never below 0), each rate
    keeps the part a / (a + b / base) of its own and takes the rest from the mean.
    """
    mean = counts.sum() / base.sum()
    own = counts / base
    spread = (base * (own - mean) ** 2).sum() / base.sum() - mean / base.mean()
    variance = max(float(spread), 0.0)
    if mean == 0 or variance == 0:
        return np.full(len(counts), mean)
    kept = variance / (variance + mean / base)
    smoothed: Floats = mean + kept * (own - mean)
    return smoothed


def poisson_interval(counts: Floats) -> tuple[Floats, Floats]:
    """n counts -> the exact 95 % interval of their means (Garwood, Biometrika 28, 1936)."""
    tail = (1 - CONFIDENCE) / 2
    low = np.where(counts > 0, chi2.ppf(tail, 2 * np.maximum(counts, 1)) / 2, 0.0)
    return low, chi2.ppf(1 - tail, 2 * (counts + 1)) / 2


def rounded_breaks(values: ArrayLike, *, whole: bool = False) -> tuple[float, float, float, float]:
    """The four inner edges of five classes with about as many of n values each, rounded so that a person can read them.

    Values of 0 and NaN are left to the lowest class. `whole` edges are for counts. Edges are rounded to 1, 1.5, 2, 2.5,
    3, 4, 5, 6 or 8 times a power of ten; each is above the one before, also where values are alike or there are none.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known) & (known > 0)]
    steps = _STEPS[(_STEPS >= 1) & (np.round(_STEPS) == _STEPS)] if whole else _STEPS
    wished = np.quantile(known, [0.2, 0.4, 0.6, 0.8]) if len(known) else np.ones(4)
    place = -1
    edges: list[float] = []
    for edge in wished:
        place = min(max(int(np.abs(steps - edge).argmin()), place + 1), len(steps) - 4 + len(edges))
        edges.append(float(steps[place]))
    return edges[0], edges[1], edges[2], edges[3]


_STEPS = np.array([float(f"{step}e{power}") for power in range(-6, 12) for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)])
