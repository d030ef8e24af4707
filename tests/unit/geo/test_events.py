import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.errors import BadInput
from gridmap.geo.events import DAY, MINUTE, MONTH, EventIndex

THEFT, NOISE, FIRE = 0, 1, 4


def day(text):
    return (dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days


ROWS = [
    (THEFT, "2025-03-01", MINUTE),
    (NOISE, "2025-03-01", DAY),
    (THEFT, "2025-03-31", DAY),
    (THEFT, "2025-03-01", MONTH),
    (NOISE, "2025-02-17", MONTH),  # any day stands for its month
    (THEFT, "2025-02-28", MINUTE),
    (FIRE, "2025-04-01", DAY),
]
INDEX = EventIndex.of(
    np.arange(7) * 10.0,
    np.arange(7) * -10.0,
    [kind for kind, _, _ in ROWS],
    [day(on) for _, on, _ in ROWS],
    [precision for _, _, precision in ROWS],
)


@pytest.mark.parametrize(
    ("kinds", "day_from", "day_to", "rows"),
    [
        (None, "2025-03-01", "2025-03-31", [0, 1, 2, 3]),
        (None, "2025-03-01", "2025-03-30", [0, 1]),  # one day of March is missing: its month row is not counted
        (None, "2025-03-02", "2025-04-30", [2, 6]),
        (None, "2025-02-01", "2025-03-31", [0, 1, 2, 3, 4, 5]),
        (None, "2025-02-01", "2025-02-28", [4, 5]),
        (None, "2025-02-02", "2025-02-28", [5]),
        ([THEFT], "2025-01-01", "2025-12-31", [0, 2, 3, 5]),
        ([FIRE, NOISE], "2025-01-01", "2025-12-31", [1, 4, 6]),
        ([THEFT, THEFT], "2025-03-31", "2025-03-31", [2]),
        ([2, 99], "2025-01-01", "2025-12-31", []),
        ([], "2025-01-01", "2025-12-31", []),
        (None, "2025-03-31", "2025-03-01", []),
        (None, "1960-01-01", "2099-12-31", [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_a_window_holds_its_days_and_the_months_that_lie_wholly_in_it(kinds, day_from, day_to, rows):
    window = INDEX.select(kinds, day(day_from), day(day_to))
    assert sorted(window.rows().tolist()) == rows
    assert len(window) == len(rows)
    assert sorted(x for xs, _, _ in window.batches() for x in xs) == [row * 10.0 for row in rows]
    assert sorted(-y for _, ys, _ in window.batches() for y in ys) == [row * 10.0 for row in rows]


def test_a_window_counts_by_kind():
    assert INDEX.select(None, day("2025-01-01"), day("2025-12-31")).by_kind() == {THEFT: 4, NOISE: 2, FIRE: 1}


def test_a_window_is_a_view_of_the_index_and_cannot_be_written():
    (xs, _, _) = next(INDEX.select([THEFT], day("2025-01-01"), day("2025-12-31")).batches())
    assert xs.base is not None or xs is INDEX.dated.x
    with pytest.raises(ValueError, match="read-only"):
        xs[0] = 1.0


def test_the_span_covers_whole_months():
    assert INDEX.day_span() == (day("2025-02-01"), day("2025-04-01"))
    only_month = EventIndex.of([0.0], [0.0], [0], [day("2024-02-10")], [MONTH])
    assert only_month.day_span() == (day("2024-02-01"), day("2024-02-29"))
    assert EventIndex.of([], [], [], [], []).day_span() is None


def test_an_empty_index_answers():
    empty = EventIndex.of([], [], [], [], [])
    assert len(empty) == 0
    assert len(empty.select(None, 0, 10)) == 0
    assert empty.select(None, 0, 10).rows().tolist() == []


def test_appending_leaves_the_old_index_as_it_was():
    more = INDEX.appended([70.0], [-70.0], [9], [day("2025-03-15")], [MINUTE])
    assert (len(INDEX), len(more)) == (7, 8)
    assert 9 not in INDEX.kinds and 9 in more.kinds
    assert more.select([9], day("2025-03-15"), day("2025-03-15")).rows().tolist() == [7]
    assert len(INDEX.select(None, day("2025-01-01"), day("2025-12-31"))) == 7


def test_times_before_1970_and_far_ahead_are_times():
    index = EventIndex.of([0, 1, 2], [0, 0, 0], [3, 3, 3], [-20_000, -1, 400_000], [DAY, MONTH, DAY])
    assert index.select([3], -20_000, -20_000).rows().tolist() == [0]
    assert index.select([3], -31, -1).rows().tolist() == [1]
    assert sorted(index.select(None, -(10**15), 10**9).rows().tolist()) == [0, 1, 2]


EVENTS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(18_990, 19_090), st.sampled_from([MINUTE, DAY, MONTH])), max_size=40
)


def counts_in(event, day_from, day_to):
    _, on, precision = event
    if precision != MONTH:
        return day_from <= on <= day_to
    first = (dt.date(1970, 1, 1) + dt.timedelta(days=on)).replace(day=1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return day_from <= day(first.isoformat()) and day(last.isoformat()) <= day_to


@given(EVENTS, EVENTS, st.integers(18_980, 19_100), st.integers(0, 110), st.sets(st.integers(0, 5)))
@settings(max_examples=200, deadline=None)
def test_any_window_agrees_with_looking_at_every_event(first, later, day_from, days, kinds):
    events = first + later
    index = EventIndex.of(*np.zeros((2, len(first))), *np.array(first, dtype=int).reshape(-1, 3).T)
    index = index.appended(*np.zeros((2, len(later))), *np.array(later, dtype=int).reshape(-1, 3).T)
    day_to = day_from + days
    expected = [i for i, event in enumerate(events) if event[0] in kinds and counts_in(event, day_from, day_to)]
    assert sorted(index.select(kinds, day_from, day_to).rows().tolist()) == expected


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([0.0], [0.0], [0], [0], [3]), "precision"),
        (([0.0], [0.0], [-1], [0], [0]), "out of range"),
        (([0.0], [0.0], [0], [10**12], [0]), "out of range"),
        (([0.0, 1.0], [0.0], [0], [0], [0]), "differ in length"),
    ],
)
def test_nonsense_is_refused(columns, message):
    with pytest.raises(BadInput, match=message):
        EventIndex.of(*columns)


def test_events_replaced_keep_their_numbers() -> None:
    rng = np.random.default_rng(7)
    n = 500
    columns = [
        rng.uniform(0, 9, n), rng.uniform(0, 9, n), rng.integers(0, 4, n), rng.integers(19_000, 19_400, n),
        rng.integers(0, 3, n),
    ]  # fmt: skip
    rows = rng.choice(n, 40, replace=False)
    others = [rng.permutation(column[rows]) for column in columns]
    before = EventIndex.of(*columns)
    after = before.replaced(rows, *others)
    whole = [column.copy() for column in columns]
    for column, other in zip(whole, others, strict=True):
        column[rows] = other
    expected = EventIndex.of(*whole)
    for kinds, first, last in ((None, 19_000, 19_399), ([1], 19_050, 19_200), ([0, 3], 19_031, 19_120)):
        chosen, wanted = after.select(kinds, first, last), expected.select(kinds, first, last)
        assert sorted(chosen.rows().tolist()) == sorted(wanted.rows().tolist())
        east, wanted_east = (sum(x.sum() for x, _, _ in window.batches()) for window in (chosen, wanted))
        assert east == pytest.approx(wanted_east)
    assert len(after) == len(before) == n
    more = after.appended([1.0], [1.0], [2], [19_100], [1])
    assert n in more.select([2], 19_100, 19_100).rows()  # numbered on


def test_chosen_hours_hold_only_events_whose_hour_is_known():
    days, precisions = [day("2025-03-03")] * 5, [MINUTE, MINUTE, DAY, MONTH, MINUTE]
    index = EventIndex.of(np.arange(5.0), np.zeros(5), [0] * 5, days, precisions, [0, 167, -1, -1, -1])
    march = day("2025-03-01"), day("2025-03-31")
    monday_midnight, all_week = [hour == 0 for hour in range(168)], [True] * 168
    assert index.select(None, *march, monday_midnight).rows().tolist() == [0]
    window = index.select(None, *march, all_week)
    assert sorted(window.rows().tolist()) == [0, 1] and len(window) == 2 and window.by_kind() == {0: 2}
    assert sorted(np.concatenate([x for x, _, _ in window.batches()])) == [0.0, 1.0]
    assert len(index.select(None, *march)) == 5
    moved = index.replaced(np.array([1]), [9.0], [0.0], [0], days[:1], [MINUTE], [0])
    assert sorted(moved.select(None, *march, monday_midnight).rows().tolist()) == [0, 1]
    assert len(moved.select(None, *march, [hour == 167 for hour in range(168)])) == 0


@pytest.mark.parametrize("hour", [-2, 168])
def test_an_hour_is_one_of_the_week(hour):
    with pytest.raises(BadInput, match="hour of the week"):
        EventIndex.of([0.0], [0.0], [0], [0], [MINUTE], [hour])
    with pytest.raises(BadInput, match="168 hours"):
        INDEX.select(None, 0, 1, [True])
