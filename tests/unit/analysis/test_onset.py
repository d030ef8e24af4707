"""The first day of another share."""

from __future__ import annotations

import numpy as np

from gridmap.analysis.onset import onset


def test_the_first_day_of_more() -> None:
    here = np.r_[np.zeros(100), np.ones(20)]
    assert onset(here, np.full(120, 5)) == 100


def test_the_first_day_of_fewer() -> None:
    here = np.r_[np.full(100, 3), np.zeros(20)]
    assert onset(here, np.full(120, 9)) == 100


def test_a_season_everywhere_is_no_onset() -> None:
    """The place keeps its tenth while everything triples on day 50."""
    everywhere = np.r_[np.full(50, 10), np.full(70, 30)]
    assert onset(everywhere / 10, everywhere) is None


def test_days_without_anything_tell_nothing() -> None:
    assert onset(np.zeros(30), np.zeros(30)) is None
    assert onset([], []) is None
    assert onset([3], [5]) is None
