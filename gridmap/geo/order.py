"""Running numbers as a map is read: west to east, north to south."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def reading_order(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Indices of n points in bands from north to south, each band from west to east -> int64[n].

    There are about as many bands as points in a band of a square area.
    """
    n = len(x)
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    height = max(float(np.ptp(y)), 1e-9)
    width = max(float(np.ptp(x)), 1e-9)
    bands = max(1, round(np.sqrt(n * height / width))) if n > 1 else 1
    bands = min(bands, n)
    row = np.minimum(((y.max() - y) / height * bands).astype(int), bands - 1)
    return np.lexsort((x, row)).astype(np.int64)
