"""The process for jobs, as a process: woken by the bell, killed in the middle of a job, asked to end."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from gridmap.config import ROOT, Settings
from gridmap.services import jobs as service
from gridmap.services.jobs import JobRow
from gridmap.services.project import open_project
from gridmap.store.engine import Store

PATIENCE_S = 60
CODE = """
from gridmap.config import load
from gridmap.services.jobs import desk, process
from tests.services.jobs.works import BY_KIND
process.WORKS = BY_KIND
process.LOOK_S = desk.BEAT_S = 0.2
desk.SILENT_S = 1.5
process.run(load())
"""

Process = subprocess.Popen[bytes]


@pytest.fixture
def project(store: Store, settings: Settings) -> Store:
    open_project(settings).close()
    return store


@pytest.fixture
def listening(settings: Settings) -> Iterator[Callable[[], Process]]:
    started: list[Process] = []

    def start() -> Process:
        own = {"GRIDMAP_DB": settings.db, "GRIDMAP_VAR": str(settings.var)}
        started.append(subprocess.Popen([sys.executable, "-c", CODE], cwd=ROOT, env=os.environ | own))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def ask(store: Store, settings: Settings, kind: str) -> str:
    now = dt.datetime.now(dt.UTC)
    return service.start(store, settings, kind, {"numbers": [20, 22]}, seed=1, now=now).uid


def until(store: Store, uid: str, right: Callable[[JobRow], bool]) -> JobRow:
    deadline = time.monotonic() + PATIENCE_S
    while not right(job := service.find(store, uid)):
        assert time.monotonic() < deadline, job
        time.sleep(0.05)
    return job


def test_it_is_woken_and_ends_when_asked(
    project: Store, settings: Settings, listening: Callable[[], Process]
) -> None:
    early = ask(project, settings, "adds")  # asked for before anybody listens
    process = listening()
    assert until(project, early, lambda job: job.state == "done").result == {"sum": 42, "seed": 1}
    later = ask(project, settings, "adds")
    until(project, later, lambda job: job.state == "done")
    waiting = ask(project, settings, "waits")
    until(project, waiting, lambda job: job.state == "running")
    process.send_signal(signal.SIGINT)  # the supervisor's to answer
    time.sleep(0.3)
    assert process.poll() is None
    process.terminate()
    assert process.wait(PATIENCE_S) == 0
    assert service.find(project, waiting).state == "queued"  # for the next start


def test_a_job_is_taken_up_after_a_kill_and_given_up_after_two(
    project: Store, settings: Settings, listening: Callable[[], Process]
) -> None:
    uid = ask(project, settings, "waits")
    for attempt in (1, 2):
        process = listening()
        until(project, uid, lambda job, n=attempt: (job.state, job.attempts) == ("running", n))  # type: ignore[misc]
        process.kill()
        process.wait()
    listening()
    job = until(project, uid, lambda job: job.state == "failed")
    assert "start it anew" in (job.error or "")
    done = ask(project, settings, "adds")
    until(project, done, lambda job: job.state == "done")
