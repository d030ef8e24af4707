"""How likely a sum is over all ways of dealing, counted and not drawn.

Of N clumps, of which n lie in a window, m are dealt to now, each choice as likely as any other. Of interest is how
many incidents the clumps dealt to now have in the window. Were each clump dealt by itself with the probability m / N,
the clumps of one size in the window would be binomial, and so would be those elsewhere. Given that all together are m,
this is the same as dealing m of N: sizes are put together by convolution, the condition comes last. Every term is
positive and none is subtracted, so that the smallest tail is as exact as the largest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom

Floats = NDArray[np.float64]

LEAST = 1e-300  # what is less likely than this is not followed further


def tails(sizes: ArrayLike, clumps: int, chosen: int, seen: int) -> tuple[float, float]:
    """(share of the deals with at most `seen` incidents in the window, share with at least as many).

    `sizes` int[n] of the clumps in the window, `clumps` of them everywhere, of which `chosen` (0 < chosen < clumps) are
    dealt to now. Relative error about 1e-9; a share below LEAST may come as 0.
    """
    own = np.asarray(sizes, dtype=np.int64)
    share = chosen / clumps
    most_clumps = int(min(chosen, binom.isf(LEAST, len(own), share)))
    dealt = np.ones((1, 1))  # by how many clumps of the window are dealt to now, and how many incidents those have
    for size, many in zip(*np.unique(own, return_counts=True), strict=True):
        dealt = _with(dealt, int(size), binom.pmf(np.arange(many + 1), many, share), most_clumps, seen + 1)
    elsewhere = binom.pmf(chosen - np.arange(len(dealt)), clumps - len(own), share)
    found = elsewhere @ dealt / binom.pmf(chosen, clumps, share)
    return float(found[: seen + 1].sum()), float(found[seen:].sum())


def _with(dealt: Floats, size: int, of_this_size: Floats, most_clumps: int, most: int) -> Floats:
    """The table with the clumps of one more size; the last column, `most`, stands for all sums from there on."""
    clumps, sums = dealt.shape
    adds = len(of_this_size) - 1
    rows, columns = min(clumps - 1 + adds, most_clumps) + 1, min(sums - 1 + size * adds, most) + 1
    out = np.zeros((rows, columns))
    for n, weight in enumerate(of_this_size[:rows]):
        kept = dealt[: rows - n]
        room = max(0, min(sums, columns - 1 - size * n))  # sums that stay below the last column
        into = out[n : n + len(kept)]
        into[:, size * n : size * n + room] += weight * kept[:, :room]
        into[:, -1] += weight * kept[:, room:].sum(axis=1)
    return out
