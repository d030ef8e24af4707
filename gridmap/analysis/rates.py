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


def rounded_breaks(values: ArrayLike, classes: int = 5) -> tuple[float, ...]:
    """The inner edges of classes with about as many values each, rounded so that a person can read them; none is NaN.

    Values of 0 are left to the lowest class. Fewer distinct edges than asked for remain fewer: each is above the one
    before. Whole numbers give whole edges. n values, NaN left out -> at most `classes` - 1 edges.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known) & (known > 0)]
    if not len(known):
        return ()
    smallest = 1.0 if (known == np.round(known)).all() else 0.0
    edges: list[float] = []
    for edge in np.quantile(known, np.arange(1, classes) / classes):
        rounded = max(_rounded(float(edge)), smallest)
        if not edges or rounded > edges[-1]:
            edges.append(rounded)
    return tuple(edges)


def _rounded(value: float) -> float:
    """To the nearest of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten; whole numbers from 1 on up to 10."""
    power = 10.0 ** np.floor(np.log10(value))
    steps = np.array([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]) if power != 1 else np.arange(1.0, 11.0)
    return float(f"{steps[np.abs(steps * power - value).argmin()] * power:.6g}")
