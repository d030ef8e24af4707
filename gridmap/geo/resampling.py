"""Values between the nodes of a lattice, by Keys' cubic convolution (1981): the compiled half of `tiles`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridmap.geo.compiling import compiled


def cubic_taps(begin: int, count: int, step: float) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Pixels begin ... begin + count - 1, each `step` nodes wide -> the first of four nodes each, and their weights.

    Pixel i is centred at (i + 0.5) * step - 0.5 in nodes. Returns int64[count] and float32[count, 4].
    """
    return taps_at((begin + np.arange(count) + 0.5) * step - 0.5)


def taps_at(at: NDArray[np.floating]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """n positions in nodes -> int64[n], the first of four nodes each, and float32[n, 4], their weights."""
    low = np.floor(at)
    t = at - low
    weights = (
        ((-0.5 * t + 1.0) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1.0,
        ((-1.5 * t + 2.0) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    )
    return low.astype(np.int64) - 1, np.column_stack(weights).astype(np.float32)


@compiled
def resampled(values, down, down_weights, across, across_weights):  # type: ignore[no-untyped-def]
    """values[rows, cols] -> float32[len(down), len(across)], 0 beyond the rows and columns, never negative.

    `down[n]` and `across[m]` are the first of four rows or columns, ascending; the weights are [n, 4] and [m, 4].
    """
    rows, cols = values.shape
    n, m = down.shape[0], across.shape[0]
    out = np.zeros((n, m), dtype=np.float32)
    first = across[0]
    span = across[m - 1] + 4 - first
    left, right = max(0, -first), min(span, cols - first)
    if left >= right:
        return out
    line = np.zeros(span, dtype=np.float32)
    from_col, to_col = first + left, first + right
    seen = line[left:right]
    for i in range(n):
        row = down[i]
        if row <= -4 or row >= rows:
            continue
        seen[:] = np.float32(0.0)
        for k in range(4):
            if 0 <= row + k < rows and down_weights[i, k] != 0.0:
                weight = down_weights[i, k]
                source = values[row + k, from_col:to_col]
                for col in range(right - left):
                    seen[col] += weight * source[col]
        for j in range(m):
            at = across[j] - first
            value = (
                across_weights[j, 0] * line[at]
                + across_weights[j, 1] * line[at + 1]
                + across_weights[j, 2] * line[at + 2]
                + across_weights[j, 3] * line[at + 3]
            )
            out[i, j] = max(value, np.float32(0.0))
    return out
