"""Gi* as esda has it, and the test of what is new: exact where it can be counted, silent where nothing happened."""

from __future__ import annotations

import warnings
from math import comb

import numpy as np
import pytest
from esda.getisord import G_Local
from libpysal.weights import W

from gridmap.analysis.hotspots import Dated, find_gatherings, gi_star
from gridmap.errors import BadInput
from gridmap.geo.contiguity import Neighbours, from_pairs

POINTS = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)])


def lattice(side: int) -> Neighbours:
    """A square of places, neighbours by edges."""
    at = np.arange(side * side).reshape(side, side)
    first, second = np.r_[at[:, :-1].ravel(), at[:-1].ravel()], np.r_[at[:, 1:].ravel(), at[1:].ravel()]
    return from_pairs(side * side, first, second)


def alone(places: int) -> Neighbours:
    return from_pairs(places, np.array([], dtype=np.int64), np.array([], dtype=np.int64))


def dated(rows: list[tuple[int, int, int, int]]) -> Dated:
    """(kind, place, spot, day) a row."""
    return Dated(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


def spread(rng: np.random.Generator, beside: Neighbours, events: int, kind: int = 0, days: int = 392) -> Dated:
    """Incidents without any change, in places of very unequal share."""
    share = rng.gamma(0.5, size=len(beside))
    place = rng.choice(len(beside), events, p=share / share.sum())
    return Dated(np.full(events, kind), place, np.arange(events), rng.integers(days, size=events))


def joined(*parts: Dated) -> Dated:
    names = ("kind", "place", "spot", "day")
    return Dated(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def test_the_known_answer() -> None:
    near = [(a, b) for a in range(6) for b in range(a) if np.hypot(*(POINTS[a] - POINTS[b])) <= 15]
    beside = from_pairs(6, *np.array(near).T)
    z = gi_star([2, 3, 3.2, 5, 8, 7], beside)
    assert z[0] == pytest.approx(-1.39727626, abs=5e-9)
    assert z == pytest.approx([-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331], abs=5e-9)


def test_it_is_esda_s_whatever_the_zero_of_the_values() -> None:
    beside, values = lattice(8), np.random.default_rng(3).normal(50, 9, 64)
    weights = W({i: beside.beside(i).tolist() for i in range(64)}, silence_warnings=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = G_Local(values, weights, transform="B", star=True, permutations=0).Zs
    assert gi_star(values, beside) == pytest.approx(theirs, abs=1e-9)
    assert gi_star(values - values.mean(), beside) == pytest.approx(theirs, abs=1e-9)  # excesses sum up to nothing


def test_nothing_can_be_said_of_equal_values_of_one_place_and_of_places_without_neighbours() -> None:
    assert gi_star([4, 4, 4], alone(3)).tolist() == [0, 0, 0]
    assert gi_star([7], alone(1)).tolist() == [0]
    islands = gi_star([1, 2, 9], alone(3))
    assert np.isfinite(islands).all() and islands.argmax() == 2
    with pytest.raises(BadInput, match="one a place"):
        gi_star([1, 2], alone(3))


def test_p_is_what_counting_all_cases_gives() -> None:
    """Two islands, 20 incidents each on a spot of its own, 8 of all 40 now, 7 of them in the first."""
    rows = [(0, i % 2, i, 1) for i in range(40)]
    now = [0, 2, 4, 6, 8, 10, 12, 1]
    rows = [(k, p, s, 400 if s in now else d) for k, p, s, d in rows]
    found = find_gatherings(dated(rows), alone(2), now_from=400, permutations=99_999, seed=5)
    upper = sum(comb(20, n) * comb(20, 8 - n) for n in (7, 8)) / comb(40, 8)
    assert found.count.tolist() == [7, 1]
    assert found.expected.tolist() == [4.0, 4.0]
    assert found.p == pytest.approx([2 * upper] * 2, rel=0.05)


def test_ties_and_both_tails_never_give_more_than_one() -> None:
    rows = [(0, i % 2, i, 400 if i < 8 else 1) for i in range(40)]  # exactly what is expected
    found = find_gatherings(dated(rows), alone(2), now_from=400, permutations=999)
    assert found.p.tolist() == [1.0, 1.0]
    assert found.q.tolist() == [1.0, 1.0]


def test_a_planted_gathering_is_found_and_its_neighbours_windows_with_it() -> None:
    rng, beside = np.random.default_rng(1), lattice(14)
    noise = joined(*(spread(rng, beside, 2_000, kind) for kind in range(3)))
    planted = Dated(np.full(25, 2), np.full(25, 60), 10**6 + np.arange(25), rng.integers(364, 392, 25))
    found = find_gatherings(joined(noise, planted), beside, now_from=364, permutations=19_999, seed=2)
    sure = found.q <= 0.05
    assert set(found.kind[sure]) == {2}
    assert set(found.place[sure].tolist()) == {60, *beside.beside(60).tolist()}
    assert found.z[(found.kind == 2) & (found.place == 60)][0] > 4


def lone(side: int, kinds: int, events: int) -> tuple[Dated, Neighbours, int]:
    """A quiet district whose grids touch nowhere, and 60 incidents more of one kind in one of them; which one."""
    rng, beside, place = np.random.default_rng(11), alone(side * side), side * side // 2
    noise = joined(*(spread(rng, beside, events, kind) for kind in range(kinds)))
    more = Dated(np.full(60, 1), np.full(60, place), 10**6 + np.arange(60), rng.integers(364, 392, 60))
    return joined(noise, more), beside, place


@pytest.mark.parametrize(
    ("side", "kinds", "events", "permutations"),
    [(20, 3, 1_500, 1_999), pytest.param(32, 24, 6_000, 99_999, marks=pytest.mark.full)],
)
def test_a_lone_window_among_very_many_tests_is_found(side: int, kinds: int, events: int, permutations: int) -> None:
    """However strong, by drawn permutations alone it could not pass: two of them by the number of tests is too much."""
    given, beside, place = lone(side, kinds, events)
    found = find_gatherings(given, beside, now_from=364, permutations=permutations, seed=3)
    assert 2 / (permutations + 1) * len(found.p) > 0.05
    sure = found.q <= 0.05
    assert [(1, place)] == list(zip(found.kind[sure].tolist(), found.place[sure].tolist(), strict=True))
    assert found.p[sure][0] < 1e-20


def test_a_window_counted_exactly_says_what_more_permutations_would() -> None:
    rng, beside = np.random.default_rng(9), lattice(6)
    twice = [spread(rng, beside, 400, kind) for kind in range(4)]
    events = joined(*(spread(rng, beside, 400, kind) for kind in range(4)), *twice, *twice)  # calls in pairs
    few = find_gatherings(events, beside, now_from=364, permutations=99, seed=1)
    many = find_gatherings(events, beside, now_from=364, permutations=99_999, seed=1)
    rare = (many.p < 0.15) & (many.p > 0.002)
    assert rare.sum() >= 5 and few.p[rare] == pytest.approx(many.p[rare], rel=0.15)


def test_the_season_of_a_kind_is_no_gathering() -> None:
    """Everything doubles now, everywhere."""
    rng, beside = np.random.default_rng(4), lattice(10)
    now = spread(rng, beside, 3_000)
    more = Dated(now.kind, now.place, 10**6 + now.spot, 364 + now.day % 28)
    found = find_gatherings(joined(now, more), beside, now_from=364, permutations=4_999)
    assert found.count.sum() > 10 * 28 / 364 * 3_000
    assert (found.q > 0.05).all()


def test_a_night_of_calls_about_one_party_is_one_event() -> None:
    rng, beside = np.random.default_rng(6), lattice(10)
    quiet = spread(rng, beside, 1_000)
    party = Dated(np.zeros(12, np.int64), np.full(12, 44), np.full(12, 10**6), np.full(12, 380))
    scattered = Dated(party.kind, party.place, 10**6 + np.arange(12), 366 + 2 * np.arange(12))
    one = find_gatherings(joined(quiet, party), beside, now_from=364, permutations=9_999)
    twelve = find_gatherings(joined(quiet, scattered), beside, now_from=364, permutations=9_999)
    assert one.p[one.place == 44][0] > 0.02
    assert twelve.p[twelve.place == 44][0] < 0.001


def test_kinds_that_cannot_tell_are_no_tests() -> None:
    few = dated([(0, 0, i, 300 + 60 * (i == 2)) for i in range(3)])  # a kind with 3 events
    only_past = dated([(1, 0, i, 5) for i in range(50)])
    only_now = dated([(2, 0, i, 380) for i in range(50)])
    found = find_gatherings(joined(few, only_past, only_now), alone(4), now_from=364)
    assert len(found.p) == 0
    nothing = find_gatherings(dated([]), alone(4), now_from=364)
    assert len(nothing.q) == 0


def test_the_seed_decides_and_the_order_of_rows_does_not() -> None:
    events, beside = spread(np.random.default_rng(8), lattice(6), 400), lattice(6)
    turned = np.random.default_rng(0).permutation(400)
    other = Dated(*(getattr(events, name)[turned] for name in ("kind", "place", "spot", "day")))
    first = find_gatherings(events, beside, now_from=364, permutations=500, seed=1)
    assert find_gatherings(other, beside, now_from=364, permutations=500, seed=1).p.tolist() == first.p.tolist()
    assert find_gatherings(events, beside, now_from=364, permutations=500, seed=2).p.tolist() != first.p.tolist()


def test_progress_rises_and_an_exception_of_it_ends_the_work() -> None:
    events, beside = spread(np.random.default_rng(8), lattice(6), 400), lattice(6)
    told: list[float] = []
    find_gatherings(events, beside, now_from=364, permutations=30_000, told=told.append)
    assert told == [0.0, 1 / 3, 2 / 3]

    def stop(progress: float) -> None:
        if progress > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        find_gatherings(events, beside, now_from=364, permutations=30_000, told=stop)


def test_incidents_outside_all_places_are_refused() -> None:
    with pytest.raises(BadInput, match="no place"):
        find_gatherings(dated([(0, -1, 0, 0)]), alone(2), now_from=1)


def alarms(seeds: range, side: int, kinds: int, permutations: int) -> int:
    """Reports with any significant window, of many without any change."""
    beside = lattice(side)
    found = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        events = joined(*(spread(rng, beside, 600, kind) for kind in range(kinds)))
        tested = find_gatherings(events, beside, now_from=364, permutations=permutations, seed=seed)
        found += bool((tested.q <= 0.05).any())
    return found


def test_without_a_change_few_reports_alarm() -> None:
    assert alarms(range(40), side=7, kinds=2, permutations=4_999) <= 5
