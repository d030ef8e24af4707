"""Kernels that stay round on the ground: the compiled half of what `tiles` does about Mercator's stretch.

A transform draws every kernel alike, but Mercator is stretched more towards the poles. With e the stretch half-way
between an event and a place, in parts of the middle latitude's, and u, v their distance in bandwidths, the kernel at
true distances is K (1 + e (u^2 + v^2)) to first order. These sums are derivatives of the sum S of all K:

    sum u^2 K = S + sx^2 S_xx,  sum v^2 K = S + sy^2 S_yy,  and, as e changes by e' a row between event and place,
    sum of the odd part = e' sy^2 / 2 * d/dy (S + sx^2 S_xx + S + sy^2 S_yy + 2 S)

so a few differences of neighbouring cells do what a transform for every latitude would. What is left is e^2 / 2 times
the fourth power of the distance: at 60 degrees, 8 km off the middle and 3 bandwidths away 0.02 %.
"""

from __future__ import annotations

import numpy as np

from gridmap.geo.compiling import compiled


@compiled
def made_round(sums, more_x, more_y, sx2, sy2):  # type: ignore[no-untyped-def]
    """sums[rows, cols] of like kernels -> the sums of kernels that are round on the ground, float32, not negative.

    `more_x[rows]`, `more_y[rows]` are e eastwards and northwards, `sx2`, `sy2` the squared bandwidths in cells. The
    outermost two rows and columns stay as they are.
    """
    rows, cols = sums.shape
    out = sums.copy()
    if rows < 5 or cols < 5:
        return out
    turned = np.zeros((3, cols), dtype=np.float32)  # of three rows, what the odd part is the slope of
    half = np.float32(0.5)
    for row in range(1, rows - 1):
        here = turned[row % 3]
        ex, ey = np.float32(more_x[row]), np.float32(more_y[row])
        above, mid, below, result = sums[row - 1], sums[row], sums[row + 1], out[row]
        for col in range(1, cols - 1):
            value = mid[col]
            wide = value + sx2 * (mid[col - 1] - value - value + mid[col + 1])
            tall = value + sy2 * (above[col] - value - value + below[col])
            here[col] = wide + tall + value + value
            result[col] = value + ex * wide + ey * tall
        if row < 3:
            continue
        # the slope at the row above needs the rows on both sides of it
        drift = np.float32(0.25 * (more_y[row] - more_y[row - 2])) * sy2 * half
        upper, result = turned[(row - 2) % 3], out[row - 1]
        for col in range(1, cols - 1):
            result[col] = max(result[col] + drift * (here[col] - upper[col]), np.float32(0.0))
    return out
