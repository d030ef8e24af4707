"""What was to be expected: by hand, and how often the interval misses where nothing changed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom

from gridmap.analysis.expected import dispersion, expectation, week_dispersion
from gridmap.errors import BadInput


def test_a_quiet_history_with_one_incident_is_no_alarm() -> None:
    usual = expectation([0] * 8)
    assert (usual.mean, usual.low) == (0.0, 0)
    assert usual.verdict(1) == "usual"
    assert usual.verdict(3) == "more"


def test_the_interval_is_the_prediction_of_poisson_counts() -> None:
    usual = expectation([10, 12, 9, 11, 8, 13, 10, 7])
    # posterior of the mean: Gamma(80.5, 8); the next count: negative binomial (80.5, 8/9)
    assert (usual.low, usual.high) == tuple(nbinom.ppf([0.025, 0.975], 80.5, 8 / 9))
    assert usual.mean == 10
    assert [usual.verdict(n) for n in (usual.low - 1, usual.low, usual.high, usual.high + 1)] == [
        "fewer", "usual", "usual", "more",
    ]  # fmt: skip


def test_counts_that_vary_more_widen_the_interval() -> None:
    counts = [10, 12, 9, 11, 8, 13, 10, 7]
    calm, wild = expectation(counts), expectation(counts, 4.0)
    assert wild.high - wild.low > 1.7 * (calm.high - calm.low)


def test_dispersion_of_days_and_of_weeks() -> None:
    assert dispersion(np.full((8, 7), 5)) == week_dispersion(np.full((8, 7), 5)) == 1.0
    bouts = np.repeat([[2], [8]], 4, axis=0) * np.ones(7)
    # days of 2 and 8 about 5: 56 * 9 / 5 / 49; weeks of 14 and 56 about 35: 8 * 21^2 / 35 / 7
    assert dispersion(bouts) == pytest.approx(56 * 9 / 5 / 49)
    assert week_dispersion(bouts) == pytest.approx(14.4)
    assert dispersion(np.zeros((8, 7))) == 1.0
    assert dispersion(np.ones((1, 7))) == 1.0


@pytest.mark.parametrize(("mean", "varies"), [(0.5, 1), (3, 1), (15, 1), (3, 3), (15, 3)])
def test_where_nothing_changed_19_of_20_counts_are_usual(mean: float, varies: int) -> None:
    rng, missed, missed_days = np.random.default_rng(7), 0, 0
    for _ in range(300):
        if varies == 1:
            weeks = rng.poisson(mean, (9, 7))
        else:
            size = mean / (varies - 1)
            weeks = rng.negative_binomial(size, size / (size + mean), (9, 7))
        usual = expectation(weeks[:8].sum(axis=1), week_dispersion(weeks[:8]))
        missed += usual.verdict(int(weeks[8].sum())) != "usual"
        day = expectation(weeks[:8, 6], dispersion(weeks[:8]))
        missed_days += day.verdict(int(weeks[8, 6])) != "usual"
    assert max(missed, missed_days) <= 0.08 * 300  # 5 % and the chance of 300 draws


def test_too_short_a_history_is_refused() -> None:
    with pytest.raises(BadInput, match="3 earlier windows are too few"):
        expectation([1, 2, 3])
    with pytest.raises(BadInput):
        expectation([1, 2, 3, -1])
