"""Gatherings of incidents that are new: the local statistic Gi* of what a place has more than its own past gives.

A place that is always busy is no news. So the value of a place is its excess: its incidents of one kind in the last
weeks, less what its part of the year before would give if every place had kept its part. A season or a campaign that
raises a kind everywhere raises nothing here. Gi* (Getis and Ord, Geographical Analysis 24, 1992; Ord and Getis, 27,
1995; computed by esda) then looks at each place together with its neighbours, with binary weights.

How likely a value is without any change is found by permutation. What is permuted are the dates: each permutation deals
the dates of a kind out anew among its incidents, so that every place keeps its total and every day the district's
(the space-time permutation of Kulldorff et al., PLoS Medicine 2, 2005). Permuting the values over the map, as esda does
by itself, asks another question, whether high values lie side by side: given the value of a place it looks at its
neighbours alone, and can never see a gathering inside one large grid. For one kind and place the sum over
neighbours is all of Gi* that a permutation of dates moves, so that this sum is compared.

Incidents of one kind, on one spot and one day, keep together in a permutation: five calls about one party are one
event, not five.

Permutations alone cannot give less than p = 2 / (permutations + 1): too much for a lone gathering among 24,000 tests
(1,000 grids and 24 kinds), however strong. So windows that hardly any permutation comes up to get all permutations
there are, counted exactly (gridmap.analysis.all_deals): where p has no floor, and needs no more draws to be told.
It stays valid: with a = 2 FEW / (permutations + 1), p is under a only where the exact p is, and under any more than a
only where the p of the drawn permutations is too.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.analysis.all_deals import LEAST, tails
from gridmap.analysis.change import benjamini_hochberg
from gridmap.errors import BadInput
from gridmap.geo.compiling import compiled
from gridmap.geo.contiguity import Neighbours

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

PERMUTATIONS = 99_999  # 999 cannot pass Benjamini-Hochberg among some hundred tests
LEAST_EVENTS = 30  # of a kind, in all days: fewer can never pass, and would only weigh on the others
FEW = 10  # a window that fewer permutations come up to is counted exactly
_CHUNK = 10_000

Told = Callable[[float], None]  # how much of the work is done, 0..1; may raise to end it


@dataclass(frozen=True, slots=True)
class Dated:
    """n incidents: kind and place are numbers from 0 on, `spot` any number that equal spots share, `day` any count of
    days."""

    kind: Ints
    place: Ints
    spot: Ints
    day: Ints


@dataclass(frozen=True, slots=True)
class Tested:
    """t tests of one report, one a kind and place: a place with its neighbours (its window).

    `count` incidents in the window now, `expected` there without a change, `z` Gi* of the excess, `p` two-sided by
    permutation, `q` its Benjamini-Hochberg value among all tests of the report.
    """

    kind: Ints
    place: Ints
    count: Ints
    expected: Floats
    z: Floats
    p: Floats
    q: Floats


def gi_star(values: ArrayLike, beside: Neighbours) -> Floats:
    """n values -> Gi* of each as a standard deviate, with binary weights and the place itself counted: esda's `Zs`.

    0 where nothing can be said: all values equal, or a window of all places. Raises BadInput when numbers differ.
    """
    from esda.getisord import G_Local
    from libpysal.weights import W

    given = np.asarray(values, dtype=np.float64)
    if given.shape != (len(beside),):
        raise BadInput("The values are not one a place.", "Give one value for each place.")
    if len(given) < 2 or np.ptp(given) == 0:
        return np.zeros(len(given))
    # Gi* is the same for any other zero and unit; esda wants a sum that is not 0
    scaled = (given - given.min()) / np.ptp(given)
    weights = W({i: beside.beside(i).tolist() for i in range(len(beside))}, silence_warnings=True)
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore")
        found = G_Local(scaled, weights, transform="B", star=True, permutations=0)
    z: Floats = np.nan_to_num(found.Zs, nan=0.0, posinf=0.0, neginf=0.0)
    return z


def find_gatherings(
    events: Dated,
    beside: Neighbours,
    *,
    now_from: int,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
    least_events: int = LEAST_EVENTS,
    told: Told = lambda _: None,
) -> Tested:
    """Test every kind with enough events in every window that had any: all one family.

    Days from `now_from` on are now, those before it the past. The answer depends on the events as a set and the seed
    alone. Two-sided: twice the smaller tail, at most 1; both tails count ties, and the incidents as they came count as
    one more permutation (Phipson and Smyth, 2010). Windows that fewer than FEW permutations come up to are counted
    over all permutations, exactly.
    Raises BadInput for a place without a number.
    """
    if ((events.place < 0) | (events.place >= len(beside))).any():
        raise BadInput("An incident lies in no place.", "Leave incidents outside all grids out.")
    kinds = [kind for kind in np.unique(events.kind).tolist() if _can_tell(events, kind, now_from, least_events)]
    parts = []
    for done, kind in enumerate(kinds):
        def of_all(part: float, done: int = done) -> None:
            told((done + part) / len(kinds))

        clumps = _clumps(events, kind, now_from)
        rng = np.random.default_rng([seed, kind])
        parts.append(_tested(kind, clumps, beside, permutations, rng, of_all))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [np.empty(0)] * 6
    kind_of, place, count, expected, z, p = columns
    return Tested(
        kind_of.astype(np.int64), place.astype(np.int64), count.astype(np.int64), expected, z, p, benjamini_hochberg(p)
    )


@dataclass(frozen=True, slots=True)
class _Clumps:
    """Incidents of one kind that keep together: their place, how many, and whether they are of now."""

    place: Ints
    size: Ints
    is_now: NDArray[np.bool_]


def _can_tell(events: Dated, kind: int, now_from: int, least_events: int) -> bool:
    """Enough of the kind, some of it now and some before."""
    days = events.day[events.kind == kind]
    return len(days) >= least_events and bool((days >= now_from).any() and (days < now_from).any())


def _clumps(events: Dated, kind: int, now_from: int) -> _Clumps:
    own = events.kind == kind
    keys = np.column_stack([events.place[own], events.spot[own], events.day[own]])
    unique, size = np.unique(keys, axis=0, return_counts=True)
    return _Clumps(np.ascontiguousarray(unique[:, 0]), size.astype(np.int64), unique[:, 2] >= now_from)


def _tested(
    kind: int, clumps: _Clumps, beside: Neighbours, permutations: int, rng: np.random.Generator, told: Told
) -> tuple[NDArray[np.generic], ...]:
    """(kind, place, count, expected, z, p) of all windows that had any incident of the kind."""
    total = np.bincount(clumps.place, clumps.size, len(beside)).astype(np.int64)
    now = np.bincount(clumps.place[clumps.is_now], clumps.size[clumps.is_now], len(beside)).astype(np.int64)
    share = float(clumps.is_now.mean())
    seen, had = _windows(now, beside), _windows(total, beside)
    above, below = np.zeros(len(beside), np.int64), np.zeros(len(beside), np.int64)
    order = np.arange(len(clumps.place))
    for begun, chunk in _chunks(permutations):
        told(begun / permutations)
        _permute(
            order, clumps.place, clumps.size, int(clumps.is_now.sum()), seen, beside.start, beside.of, chunk, rng,
            above, below,
        )  # fmt: skip
    reached = np.minimum(above, below)
    p = np.minimum(1.0, 2.0 * (reached + 1) / (permutations + 1))
    for place in np.flatnonzero(reached < FEW).tolist():
        told(1.0)
        p[place] = _exact_p(clumps, beside, place, int(seen[place]))
    z = gi_star(now - share * total, beside)
    at = np.flatnonzero(had)
    return np.full(len(at), kind), at, seen[at], share * had[at], z[at], p[at]


def _exact_p(clumps: _Clumps, beside: Neighbours, place: int, seen: int) -> float:
    """Two-sided p of one window over all permutations, those as they came among them."""
    inside = np.isin(clumps.place, [place, *beside.beside(place)])
    both = tails(clumps.size[inside], len(clumps.place), int(clumps.is_now.sum()), seen)
    return min(1.0, 2.0 * max(min(both), LEAST))


def _chunks(permutations: int) -> Iterator[tuple[int, int]]:
    for begun in range(0, permutations, _CHUNK):
        yield begun, min(_CHUNK, permutations - begun)


def _windows(values: Ints, beside: Neighbours) -> Ints:
    """int64[n]: the sum of each place and its neighbours."""
    owner = np.repeat(np.arange(len(beside)), np.diff(beside.start))
    sums = np.bincount(owner, values[beside.of], len(beside)).astype(np.int64)
    out: Ints = values + sums
    return out


@compiled
def _permute(order, place, size, chosen, seen, start, of, permutations, rng, above, below):  # type: ignore[no-untyped-def]
    """Choose `chosen` clumps to be of now, again and again: how often each window has as many as seen, or as few.

    `order`, `above` and `below` are written to. The first steps of a Fisher-Yates shuffle of whatever order is left
    choose evenly.
    """
    window = np.zeros(len(seen), np.int64)
    for _ in range(permutations):
        window[:] = 0
        for i in range(chosen):
            j = i + int(rng.random() * (len(order) - i))
            order[i], order[j] = order[j], order[i]
            here, n = place[order[i]], size[order[i]]
            window[here] += n
            for k in range(start[here], start[here + 1]):
                window[of[k]] += n
        for g in range(len(seen)):
            above[g] += window[g] >= seen[g]
            below[g] += window[g] <= seen[g]
