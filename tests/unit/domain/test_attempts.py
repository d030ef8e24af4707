"""Waiting after failures: growing, then a lock, then anew."""

from __future__ import annotations

import datetime as dt

from gridmap.domain.attempts import Attempts

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


def after(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


def test_each_failure_makes_the_next_try_wait_longer_and_the_tenth_locks() -> None:
    attempts, waits = Attempts(), []
    for _ in range(10):
        attempts = attempts.after_failure(START)
        waits.append(attempts.wait_s(START))
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 60, 900]
    assert attempts == Attempts(0, START, after(900))
    assert (attempts.wait_s(after(899.5)), attempts.wait_s(after(900))) == (1, 0)


def test_after_the_lock_the_count_begins_anew() -> None:
    locked = Attempts(9, START).after_failure(START)
    again = locked.after_failure(after(901))
    assert (again.failures, again.locked_until, again.wait_s(after(901))) == (1, None, 0)


def test_the_wait_runs_out() -> None:
    attempts = Attempts(6, START)
    assert [attempts.wait_s(after(s)) for s in (0, 1, 7.2, 8)] == [8, 7, 1, 0]


def test_failures_of_another_day_are_forgotten() -> None:
    attempts = Attempts(9, START)
    assert attempts.wait_s(after(86_401)) == 0
    assert attempts.after_failure(after(86_399)).locked_until is not None
    assert attempts.after_failure(after(86_401)).failures == 1
