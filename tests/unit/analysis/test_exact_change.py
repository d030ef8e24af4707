"""The exact test against scipy's for one row, the false discovery rate against its formula, and reports of chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control

from gridmap.analysis.change import benjamini_hochberg, compare, exact_p
from gridmap.errors import BadInput

pairs = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=12)
SHARES = st.sampled_from([0.5, 28 / 59, 31 / 59, 365 / 731, 0.1, 0.9])


@given(pairs, SHARES)
@settings(max_examples=120, deadline=None)
def test_every_row_is_what_scipy_says_of_it_alone(counts: list[tuple[int, int]], share: float) -> None:
    now, before = np.array(counts).T
    alone = [binomtest(a, a + b, share).pvalue if a + b else 1.0 for a, b in counts]
    np.testing.assert_allclose(exact_p(now, before, share), alone, rtol=1e-9, atol=1e-300)


def test_known_answers() -> None:
    # 0 against 5 with equal periods: both ends are as unlikely, 2 / 2^5
    assert exact_p([0, 5], [5, 0], 0.5).tolist() == [0.0625, 0.0625]
    # 3 incidents cannot show a change, wherever they fall
    assert exact_p([3], [0], 0.5)[0] == pytest.approx(0.25)
    assert exact_p([0], [0], 0.5)[0] == 1.0
    assert exact_p([5], [5], 0.5)[0] == 1.0


def test_the_longer_period_may_have_more() -> None:
    # 31 days against 28: 31 to 28 is no change at all, 28 to 31 a small one
    share = 31 / 59
    assert exact_p([31], [28], share)[0] == pytest.approx(1.0)
    assert exact_p([310], [280], share)[0] > exact_p([280], [310], share)[0]


def test_large_counts_are_no_special_case() -> None:
    assert exact_p([500_000], [501_000], 0.5)[0] == pytest.approx(binomtest(500_000, 1_001_000, 0.5).pvalue)
    assert exact_p([1_000_000], [0], 0.5)[0] < 1e-300


@given(st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.01, 0.05, 1.0]), max_size=40))
def test_the_discovery_rate_is_scipys_also_with_ties(p: list[float]) -> None:
    expected = false_discovery_control(p) if p else np.empty(0)
    np.testing.assert_allclose(benjamini_hochberg(p), expected, rtol=1e-12)


def test_the_discovery_rate_by_hand() -> None:
    # sorted .01 .02 .03 .5: times 4 over rank = .04 .04 .04 .5
    assert benjamini_hochberg([0.5, 0.03, 0.01, 0.02]) == pytest.approx([0.5, 0.04, 0.04, 0.04])


def test_rows_without_incidents_are_no_tests() -> None:
    found = compare([0, 30, 0], [0, 5, 0], 28, 28)
    assert found.tests == 1
    assert found.significant.tolist() == [False, True, False]
    assert found.q[1] == found.p[1]


def test_a_longer_period_is_expected_to_have_more() -> None:
    assert compare([310], [280], 31, 28).p[0] == pytest.approx(1.0)
    assert compare([310], [280], 28, 28).p[0] == pytest.approx(binomtest(310, 590, 0.5).pvalue)


def test_one_strong_change_among_many_rows_is_found_and_the_rest_left_alone() -> None:
    now, before = np.full(207, 10), np.full(207, 11)
    now[17], before[17] = 40, 8
    assert np.flatnonzero(compare(now, before, 30, 30).significant).tolist() == [17]


def test_reports_of_chance_seldom_alarm() -> None:
    """207 grids, 12 incidents a year each, no change: a quarter show more than 50 %, hardly a report an alarm."""
    alarms, large = 0, []
    for seed in range(60):
        now, before = np.random.default_rng(seed).poisson(12, (2, 207))
        alarms += bool(compare(now, before, 365, 365).significant.any())
        large.append((np.abs(now - before) > 0.5 * before).mean())
    assert np.mean(large) > 0.2
    assert alarms <= 3


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(BadInput, match="no days"):
        compare([1], [1], 0, 28)
    with pytest.raises(BadInput, match="differ in number"):
        compare([1, 2], [1], 28, 28)
    with pytest.raises(BadInput, match="negative"):
        compare([-1], [1], 28, 28)
    with pytest.raises(BadInput, match="share"):
        exact_p([1], [1], 1.0)
    with pytest.raises(BadInput, match="between 0 and 1"):
        benjamini_hochberg([0.5, float("nan")])
