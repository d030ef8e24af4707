"""Smoothed rates against esda's, and classes a person can read."""

from __future__ import annotations

import numpy as np
import pytest
from esda.smoothing import Empirical_Bayes
from scipy.stats import poisson

from gridmap.analysis.rates import empirical_bayes, poisson_interval, rates, rounded_breaks
from gridmap.errors import BadInput


def test_smoothing_is_marshalls() -> None:
    rng = np.random.default_rng(4)
    households = rng.integers(40, 800, 207).astype(float)
    counts = rng.poisson(households * rng.gamma(4, 0.01, 207)).astype(float)
    theirs = np.asarray(Empirical_Bayes(counts, households).r).ravel()
    np.testing.assert_allclose(empirical_bayes(counts, households), theirs, rtol=1e-12)


def test_a_small_grid_is_drawn_to_the_mean_a_large_one_stays() -> None:
    found = rates([2, 200, 20, 30, 25, 28], [4, 400, 400, 400, 400, 400])
    assert found.raw[0] == found.raw[1] == 0.5
    assert found.smoothed[0] < found.smoothed[1]
    assert abs(found.smoothed[1] - 0.5) < 0.02
    assert found.mean == pytest.approx(305 / 2004)


def test_rates_that_chance_explains_are_all_the_mean() -> None:
    found = rates([10, 10, 10], [100, 100, 100])
    assert found.smoothed.tolist() == [0.1, 0.1, 0.1]
    assert rates([0, 0], [100, 200]).smoothed.tolist() == [0.0, 0.0]


def test_places_without_households_have_no_rate_and_bend_nothing() -> None:
    found = rates([7, 3, 4], [0, 30, 50])
    assert np.isnan([found.raw[0], found.smoothed[0], found.low[0], found.high[0]]).all()
    np.testing.assert_array_equal(found.smoothed[1:], rates([3, 4], [30, 50]).smoothed)
    assert np.isnan(rates([7], [0]).mean)
    assert rates([], []).raw.shape == (0,)


def test_the_interval_of_a_count_is_exact() -> None:
    low, high = poisson_interval(np.array([0.0, 3.0, 40.0]))
    assert low[0] == 0
    # the mean so low that 3 or more come in 1 of 40, so high that 3 or fewer do
    assert poisson.sf(2, low[1]) == pytest.approx(0.025)
    assert poisson.cdf(3, high[1]) == pytest.approx(0.025)
    assert high[0] == pytest.approx(-np.log(0.025))


def test_breaks_can_be_read() -> None:
    assert rounded_breaks([0.0, 0.013, 0.02, 0.031, 0.047, 0.058, 0.11]) == (0.02, 0.03, 0.05, 0.06)
    assert rounded_breaks(np.arange(1, 101), whole=True) == (20, 40, 60, 80)
    assert rounded_breaks([1.9, 2.4, 2.6, 3.1, 4.4]) == (2.5, 3, 4, 5)


def test_breaks_of_like_values_still_rise() -> None:
    assert rounded_breaks([1, 1, 1, 1], whole=True) == (1, 2, 3, 4)
    assert rounded_breaks([0, 0, np.nan], whole=True) == (1, 2, 3, 4)
    assert rounded_breaks([]) == (1, 1.5, 2, 2.5)
    assert rounded_breaks([1e20] * 9) == tuple(sorted(set(rounded_breaks([1e20] * 9))))


def test_wrong_columns_are_refused() -> None:
    with pytest.raises(BadInput, match="differ in number"):
        rates([1], [1, 2])
    with pytest.raises(BadInput, match="negative"):
        rates([1], [-1])
