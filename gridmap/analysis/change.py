"""Is a change of counts more than chance? An exact test for each row, and one false discovery rate for a whole report.

Counts of incidents are small: with 12 a year in a grid and no change at all, a quarter of all grids show a change of
more than half. So no percentage is called a change unless it passes here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom

from gridmap.errors import BadInput

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FALSE_DISCOVERY_RATE = 0.05
_TIE = 1 + 1e-7  # probabilities this close are equal; scipy.stats.binomtest draws the line at the same place


@dataclass(frozen=True, slots=True)
class Comparison:
    """n rows of one report: `p` of each alone, `q` its Benjamini-Hochberg value among all, `significant` is q <= 0.05.

    Rows without any incident have p = q = 1 and are not among the `tests`: they cannot tell anything.
    """

    p: Floats
    q: Floats
    significant: NDArray[np.bool_]
    tests: int


def compare(now: ArrayLike, before: ArrayLike, now_days: float, before_days: float) -> Comparison:
    """Counts int[n] of two periods, with their lengths -> which rows changed. All rows are one family.

    Leaving out the rows without incidents does not bend the rate: given the sum of a row's counts, its p does not
    depend on that sum (independent filtering: Bourgon, Gentleman and Huber, PNAS 107, 2010).
    Raises BadInput for negative counts, counts that differ in number, or a period without days.
    """
    now, before = _counts(now, before)
    if now_days <= 0 or before_days <= 0:
        raise BadInput("A period to compare has no days.", "Give both periods at least one day.")
    tested = now + before > 0
    p, q = np.ones(len(now)), np.ones(len(now))
    p[tested] = exact_p(now[tested], before[tested], now_days / (now_days + before_days))
    q[tested] = benjamini_hochberg(p[tested])
    return Comparison(p, q, q <= FALSE_DISCOVERY_RATE, int(tested.sum()))


def exact_p(now: ArrayLike, before: ArrayLike, share: float) -> Floats:
    """Two-sided p of n pairs of Poisson counts having one rate; `share` is the first period's part of all days.

    Given their sum, the first count is binomial with that share if nothing changed (Przyborowski and Wilenski,
    Biometrika 31, 1940). Two-sided: the probability of all outcomes that are no likelier than the one seen, as in R's
    binom.test and scipy.stats.binomtest, here for all rows at once: the far tail's edge is found by bisection. Without
    any incident p is 1. Raises BadInput for a share that is not between 0 and 1, or counts as in `compare`.
    """
    now, before = _counts(now, before)
    if not 0 < share < 1:
        raise BadInput(f"A share of the days of {share} compares nothing.", "Give both periods at least one day.")
    n = now + before
    seen = binom.pmf(now, n, share) * _TIE
    mode = np.floor((n + 1) * share).astype(np.int64).clip(0, n)
    is_low = now < n * share
    far_high = _first_at_most(seen, mode, n, n, share, step=1)
    far_low = _first_at_most(seen, mode, np.zeros_like(n), n, share, step=-1)
    below = np.where(is_low, binom.cdf(now, n, share), binom.cdf(far_low, n, share))
    above = np.where(is_low, binom.sf(far_high - 1, n, share), binom.sf(now - 1, n, share))
    p: Floats = np.where(now == n * share, 1.0, np.minimum(below + above, 1.0))
    return p


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """n p-values of one family -> their q: the smallest false discovery rate at which each is still a discovery.

    Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995: q of the i-th smallest is min over j >= i of p_j n / j.
    Raises BadInput for values that are no probabilities.
    """
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise BadInput("Some p-values are not between 0 and 1.", "Give one row of probabilities.")
    if not len(values):
        return values
    order = np.argsort(values)[::-1]
    ranked = values[order] * len(values) / np.arange(len(values), 0, -1)
    q = np.empty_like(values)
    q[order] = np.minimum.accumulate(ranked).clip(max=1)
    return q


def _first_at_most(seen: Floats, mode: Ints, end: Ints, n: Ints, share: float, *, step: int) -> Ints:
    """int64[n]: going from the mode to the `end`, the first outcome no likelier than `seen`; one beyond it if none is.

    The binomial falls from its mode on to either side, so that the edge is bisected.
    """
    near, far = mode.copy(), end + step  # likelier than seen (or the mode itself) .. not likelier (or beyond)
    at_mode = binom.pmf(mode, n, share) <= seen
    while (open_rows := np.abs(far - near) > 1).any():
        middle = np.where(open_rows, (near + far) // 2, near)
        likelier = binom.pmf(middle, n, share) > seen
        near = np.where(open_rows & likelier, middle, near)
        far = np.where(open_rows & ~likelier, middle, far)
    return np.where(at_mode, mode, far)


def _counts(now: ArrayLike, before: ArrayLike) -> tuple[Ints, Ints]:
    first, second = np.asarray(now, dtype=np.int64), np.asarray(before, dtype=np.int64)
    if first.ndim != 1 or first.shape != second.shape or (first < 0).any() or (second < 0).any():
        raise BadInput("The counts to compare differ in number, or are negative.", "Give one count a row and period.")
    return first, second
