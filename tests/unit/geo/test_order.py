from __future__ import annotations

import numpy as np

from gridmap.geo.order import reading_order


def test_rows_from_the_north_each_from_the_west() -> None:
    # 0 1 2
    # 3 4 5   slightly uneven, as grids are
    x = np.array([0.0, 10, 20, 1, 11, 21])
    y = np.array([10.0, 11, 9.5, 0, 1, 0.5])
    shuffled = np.array([4, 2, 0, 5, 1, 3])
    assert shuffled[reading_order(x[shuffled], y[shuffled])].tolist() == [0, 1, 2, 3, 4, 5]


def test_one_and_none() -> None:
    assert reading_order(np.array([5.0]), np.array([5.0])).tolist() == [0]
    assert reading_order(np.array([]), np.array([])).tolist() == []
