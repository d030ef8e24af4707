"""Windows that touch are one gathering, named by the grids that make it."""

from __future__ import annotations

import numpy as np

from gridmap.geo.contiguity import from_pairs
from gridmap.services.gatherings.rows import _core, _touching

# 0 - 1 - 2 - 3 - 4 - 5 - 6 - 7, a row of places
ROW = from_pairs(8, np.arange(7), np.arange(1, 8))


def groups(places: list[int]) -> list[list[int]]:
    return sorted(found.tolist() for found in _touching(np.arange(len(places)), np.array(places), ROW))


def test_windows_with_a_common_place_are_one() -> None:
    assert groups([1, 2, 3]) == [[0, 1, 2]]
    assert groups([1, 3]) == [[0, 1]]  # place 2 lies beside both
    assert groups([0, 3]) == [[0], [1]]
    assert groups([0, 6, 3, 1, 5]) == [[0, 1, 2, 3, 4]]  # the one that comes last may join two


def test_the_grids_that_make_it_are_named_and_those_beside_it_are_not() -> None:
    excess = np.array([0.2, 9.0, 3.0, -1.0, 0, 0, 0, 0])
    assert _core(np.array([0, 2]), excess, ROW) == [1, 2]
