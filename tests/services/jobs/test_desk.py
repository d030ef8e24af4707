"""The desk: jobs are done one after the other, and every ending is told in the job."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable

import pytest

from gridmap.config import Settings
from gridmap.errors import NotFound
from gridmap.services import jobs as service
from gridmap.services.jobs import desk as module
from gridmap.services.jobs.desk import Desk
from gridmap.store import jobs
from gridmap.store.engine import Store
from tests.services.jobs.works import BY_KIND, waiting


def clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def ask(store: Store, settings: Settings, kind: str) -> str:
    return service.start(store, settings, kind, {"numbers": [1, 2]}, seed=4, now=clock()).uid


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_a_work_gives_back_is_the_job_s_result(store: Store, settings: Settings) -> None:
    uid = ask(store, settings, "adds")
    desk = Desk(store, BY_KIND, now=clock)
    assert desk.has_work()
    desk.work()
    job = service.find(store, uid)
    assert (job.state, job.result, job.seq, job.progress) == ("done", {"sum": 3, "seed": 4}, 9, 1.0)
    assert not desk.has_work()


def test_a_refusal_is_told_with_its_cure_and_a_bug_is_not_told(store: Store, settings: Settings) -> None:
    refused, broken, done = (ask(store, settings, kind) for kind in ("refuses", "breaks", "adds"))
    Desk(store, BY_KIND, now=clock).work()
    assert service.find(store, refused).error == "There are no grids. Import grids first."
    job = service.find(store, broken)
    assert (job.state, job.error) == ("failed", module.INTERNAL)
    assert service.find(store, done).state == "done"  # what waited behind them


def test_a_running_job_is_cancelled(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAT_S", 0.05)
    waiting.clear()
    uid = ask(store, settings, "waits")
    thread = threading.Thread(target=Desk(store, BY_KIND, now=clock).work)
    thread.start()
    assert waiting.wait(20)
    until(lambda: service.find(store, uid).progress == 0.25)
    assert service.cancel(store, uid, now=clock()).state == "running"
    thread.join(20)
    assert service.find(store, uid).state == "cancelled"


def test_a_desk_that_is_asked_to_stop_gives_its_job_back(store: Store, settings: Settings) -> None:
    waiting.clear()
    uid = ask(store, settings, "waits")
    desk = Desk(store, BY_KIND, now=clock)
    thread = threading.Thread(target=desk.work)
    thread.start()
    assert waiting.wait(20)
    desk.stop()
    thread.join(20)
    job = service.find(store, uid)
    assert (job.state, job.attempts) == ("queued", 0)


def test_a_job_whose_process_fell_silent_is_taken_up(store: Store, settings: Settings) -> None:
    uid = ask(store, settings, "adds")
    with store.write() as session:
        jobs.take(session, clock() - dt.timedelta(seconds=module.SILENT_S + 1))
    Desk(store, BY_KIND, now=clock).work()
    job = service.find(store, uid)
    assert (job.state, job.attempts) == ("done", 2)


def test_a_job_that_lost_its_process_twice_fails_and_says_what_to_do(store: Store, settings: Settings) -> None:
    uid = ask(store, settings, "adds")
    for _ in range(module.ATTEMPTS):
        with store.write() as session:
            jobs.take(session, clock() - dt.timedelta(seconds=module.SILENT_S + 1))
        desk = Desk(store, BY_KIND, now=clock)
        desk.has_work()
    job = service.find(store, uid)
    assert (job.state, job.error) == ("failed", module.LOST)


def test_an_unknown_job_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="start it anew"):
        service.cancel(store, "0190", now=clock())
