"""Jobs in the table: one of a kind at a time, taken by one process, given up or taken up when that falls silent."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from gridmap.store import ids, jobs
from gridmap.store.engine import Store
from gridmap.store.tables import Job

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(seconds=60)


def add(store: Store, kind: str = "gatherings") -> jobs.JobRow:
    with store.write() as session:
        return jobs.add(session, kind=kind, parameters={"days": 28}, seed=3, at=NOW)


def take(store: Store, at: dt.datetime = NOW) -> jobs.JobRow | None:
    with store.write() as session:
        return jobs.take(session, at)


def state_of(store: Store, uid: str) -> str:
    with store.read() as session:
        found = jobs.get(session, uid)
        assert found is not None
        return found.state


def test_asking_twice_gives_one_job(store: Store) -> None:
    first, second = add(store), add(store)
    assert first.uid == second.uid
    assert (first.state, first.progress, first.parameters) == ("queued", 0.0, {"days": 28})
    assert add(store, "other").uid != first.uid


def test_two_open_jobs_of_a_kind_are_refused_by_the_table(store: Store) -> None:
    add(store)
    with pytest.raises(sa.exc.IntegrityError), store.engine.begin() as connection:
        values = {"uid": ids.new_uid(), "kind": "gatherings", "state": "running", "parameters": {}, "created_at": NOW}
        connection.execute(sa.insert(Job).values(**values))


def test_one_runs_at_a_time_and_the_longest_waiting_goes_first(store: Store) -> None:
    first, second = add(store), add(store, "other")
    taken = take(store)
    assert taken is not None
    assert (taken.uid, taken.state, taken.attempts, taken.started_at) == (first.uid, "running", 1, NOW)
    assert take(store) is None
    with store.write() as session:
        assert jobs.end(session, first.uid, 1, state="done", at=LATER, result={"n": 1}, seq=5)
    after = take(store)
    assert after is not None and after.uid == second.uid
    with store.read() as session:
        done = jobs.newest(session, "gatherings", "done")
    assert done is not None
    assert (done.progress, done.result, done.seq, done.finished_at) == (1.0, {"n": 1}, 5, LATER)


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_runs_when_it_looks(store: Store) -> None:
    waiting = add(store)
    with store.write() as session:
        jobs.request_cancel(session, waiting.uid, NOW)
    assert state_of(store, waiting.uid) == "cancelled"
    running = add(store)
    take(store)
    with store.write() as session:
        assert jobs.beat(session, running.uid, 1, 0.25, LATER) is False
        jobs.request_cancel(session, running.uid, NOW)
    assert state_of(store, running.uid) == "running"
    with store.write() as session:
        assert jobs.beat(session, running.uid, 1, 0.5, LATER) is True
        jobs.end(session, running.uid, 1, state="cancelled", at=LATER)
        ended = jobs.request_cancel(session, running.uid, LATER)
    assert ended is not None and (ended.state, ended.progress, ended.heartbeat_at) == ("cancelled", 0.5, LATER)


def test_a_silent_job_waits_again_and_fails_the_second_time(store: Store) -> None:
    job = add(store)

    def taken_up() -> int:
        with store.write() as session:
            silent_since = LATER - dt.timedelta(seconds=15)
            return jobs.take_up(session, silent_since=silent_since, attempts=2, error="It fell silent.", at=LATER)

    take(store)
    with store.write() as session:
        jobs.beat(session, job.uid, 1, 0.4, LATER)
    assert taken_up() == 0  # it lives
    with store.write() as session:
        jobs.beat(session, job.uid, 1, 0.4, NOW)
    assert taken_up() == 1
    assert state_of(store, job.uid) == "queued"
    second = take(store)
    assert second is not None and second.attempts == 2
    with store.write() as session:  # the first process wakes up: the job is not its own any more
        assert jobs.beat(session, job.uid, 1, 0.9, LATER) is True
        assert jobs.end(session, job.uid, 1, state="done", at=LATER, result={}) is False
    assert taken_up() == 1
    with store.read() as session:
        given_up = jobs.get(session, job.uid)
    assert given_up is not None and (given_up.state, given_up.error) == ("failed", "It fell silent.")


def test_a_released_job_counts_no_attempt(store: Store) -> None:
    job = add(store)
    take(store)
    with store.write() as session:
        jobs.release(session, job.uid, 1)
    again = take(store)
    assert again is not None and (again.uid, again.attempts) == (job.uid, 1)


def test_old_jobs_are_forgotten_and_open_ones_never(store: Store) -> None:
    for _ in range(5):
        job = add(store)
        take(store)
        with store.write() as session:
            jobs.end(session, job.uid, 1, state="done", at=NOW, result={})
    waiting = add(store)
    with store.write() as session:
        jobs.sweep(session, "gatherings", keep=3)
        assert session.scalar(sa.select(sa.func.count(Job.id))) == 3
    assert state_of(store, waiting.uid) == "queued"
