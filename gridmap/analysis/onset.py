"""The day from which a part of all incidents has been larger, or smaller, than before."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy

Floats = NDArray[np.float64]


def onset(here: ArrayLike, everywhere: ArrayLike) -> int | None:
    """Counts a day int[n] of a place and of all places -> the first day of the new share; None where none fits better.

    The cut in two shares with the largest likelihood, each incident lying here or elsewhere (maximum-likelihood
    change point of binomial counts: Hinkley and Hinkley, Biometrika 57, 1970). That there is a change at all must be
    known otherwise: noise has a best cut too.
    """
    own, total = np.asarray(here, dtype=np.float64), np.asarray(everywhere, dtype=np.float64)
    own_before, all_before = np.cumsum(own)[:-1], np.cumsum(total)[:-1]
    gain = _fit(own_before, all_before) + _fit(own.sum() - own_before, total.sum() - all_before)
    if not len(gain) or not gain.max() > _fit(own.sum(), total.sum()) + 1e-9:
        return None
    return int(gain.argmax()) + 1


def _fit(own: ArrayLike, total: ArrayLike) -> Floats:
    """The log-likelihood of `own` of `total` at their own share."""
    mine, whole = np.asarray(own, dtype=np.float64), np.asarray(total, dtype=np.float64)
    share = np.divide(mine, whole, out=np.zeros_like(whole), where=whole > 0)
    out: Floats = xlogy(mine, share) + xlogy(whole - mine, 1 - share)
    return out
