"""Shares of all deals: as writing every deal out gives them, and far beyond what drawing could tell."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import hypergeom

from gridmap.analysis.all_deals import tails


def test_the_shares_are_those_of_all_deals_written_out() -> None:
    rng = np.random.default_rng(0)
    for _ in range(60):
        clumps = int(rng.integers(2, 11))
        chosen, inside = int(rng.integers(1, clumps)), int(rng.integers(0, clumps + 1))
        sizes = rng.choice([1, 1, 2, 3, 5], clumps)
        deals = combinations(range(clumps), chosen)
        sums = np.array([sum(int(sizes[k]) for k in deal if k < inside) for deal in deals])
        for seen in range(sizes.sum() + 1):
            by_hand = (sums <= seen).mean(), (sums >= seen).mean()
            assert tails(sizes[:inside], clumps, chosen, seen) == pytest.approx(by_hand, rel=1e-10, abs=1e-14)


@pytest.mark.parametrize(("seen", "rel"), [(90, 1e-9), (250, 1e-9)])
def test_clumps_of_one_are_hypergeometric_however_far_out(seen: int, rel: float) -> None:
    at_most, at_least = tails(np.ones(300), 20_000, 1_500, seen)
    known = hypergeom(20_000, 300, 1_500)
    assert at_least == pytest.approx(known.sf(seen - 1), rel=rel) and 0 < at_least < 1e-30
    assert at_most == pytest.approx(1.0)


def test_a_window_without_anything_or_with_everything() -> None:
    assert tails([], 20, 5, 0) == pytest.approx((1.0, 1.0))
    assert tails([1] * 20, 20, 5, 5) == pytest.approx((1.0, 1.0))
    assert tails([1] * 20, 20, 5, 6) == pytest.approx((1.0, 0.0))
