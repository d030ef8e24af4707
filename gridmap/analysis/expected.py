"""How many incidents were to be expected, from the same windows of earlier weeks, and how far a usual one may stray."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import nbinom

from gridmap.errors import BadInput

CONFIDENCE = 0.95
FEWEST_WEEKS = 4  # fewer earlier windows tell too little: their interval would be a guess


@dataclass(frozen=True, slots=True)
class Expectation:
    """`mean` of the earlier windows; a usual count lies from `low` to `high`, both in, 19 times in 20."""

    mean: float
    low: int
    high: int

    def verdict(self, count: int) -> str:
        """usual, more or fewer."""
        return "more" if count > self.high else "fewer" if count < self.low else "usual"


def expectation(earlier: ArrayLike, dispersion: float = 1.0) -> Expectation:
    """Counts of k earlier windows of one length, and how many times more than by chance such counts vary (>= 1).

    The next count is negative binomial with the mean m = (sum + 1/2) / k and the variance m dispersion (1 + 1/k): the
    1/k is what the mean itself is uncertain by. Quantiles of a negative binomial of that variance are the thresholds
    of Noufaily et al., Statistics in Medicine 32, 2013; without overdispersion this is the exact Bayesian prediction
    for Poisson counts under the prior of Jeffreys, so that weeks without any incident do not make the first an alarm.
    Raises BadInput for fewer than FEWEST_WEEKS counts, or negative ones.
    """
    counts = np.asarray(earlier, dtype=np.float64)
    if counts.ndim != 1 or len(counts) < FEWEST_WEEKS or (counts < 0).any():
        raise BadInput(
            f"{counts.size} earlier windows are too few to expect anything from.",
            f"Give {FEWEST_WEEKS} or more counts, none of them negative.",
        )
    k = len(counts)
    mean = (counts.sum() + 0.5) / k
    size = mean / (max(dispersion, 1.0) * (1 + 1 / k) - 1)
    tail = (1 - CONFIDENCE) / 2
    low, high = nbinom.ppf([tail, 1 - tail], size, size / (size + mean))
    return Expectation(float(counts.mean()), int(low), int(high))


def dispersion(counts: ArrayLike) -> float:
    """Counts of like windows int[k, m], k earlier weeks in rows -> how many times more they vary than Poisson counts.

    Each column, such as a weekday, has its own mean. Pearson's statistic over its degrees of freedom (McCullagh and
    Nelder, Generalized Linear Models, 1989, 4.5), at least 1; 1 also for fewer than two weeks or no incident at all.
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or len(table) < 2:
        return 1.0
    means = table.mean(axis=0)
    known = means > 0
    if not known.any():
        return 1.0
    squares = (table[:, known] - means[known]) ** 2 / means[known]
    return max(1.0, float(squares.sum() / ((len(table) - 1) * known.sum())))


def week_dispersion(days: ArrayLike) -> float:
    """Counts of days int[k, 7] -> how much the sums of weeks vary: as their days do, or more where incidents come in
    bouts that last for weeks. The sums alone, often only eight, would not tell reliably.
    """
    table = np.asarray(days, dtype=np.float64)
    return max(dispersion(table), dispersion(table.sum(axis=1, keepdims=True)))
