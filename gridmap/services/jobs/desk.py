"""One job at a time: taken, done with signs of life, ended, whatever happens to it."""

from __future__ import annotations

import datetime as dt
import logging
import pkgutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gridmap.errors import GridmapError
from gridmap.store import jobs
from gridmap.store.engine import Store
from gridmap.store.jobs import JobRow

log = logging.getLogger("gridmap.jobs")

BEAT_S = 1.0
SILENT_S = 15.0  # a running job without a sign of life for so long has lost its process
ATTEMPTS = 2
LOST = "The process that did it ended twice in the middle. Look at the log, then start it anew."
INTERNAL = "Something went wrong inside gridmap. The cause is written in the log."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a work gives back: a small result, and the newest change of the data it saw."""

    result: Mapping[str, Any]
    seq: int


Told = Callable[[float], None]
Work = Callable[[Store, JobRow, Told], Outcome]


class Ended(Exception):
    """Raised inside a work that was cancelled, or whose process is asked to end."""


class Desk:
    """Does the jobs of one database. `works` names the function of each kind, loaded when it is first needed.

    `now` is the clock.
    """

    def __init__(self, store: Store, works: Mapping[str, str], *, now: Callable[[], dt.datetime]) -> None:
        self._store = store
        self._works = works
        self._now = now
        self._stopping = threading.Event()
        self._working = threading.Lock()
        self._job: JobRow | None = None

    def has_work(self) -> bool:
        """Whether a job waits; jobs whose process fell silent are put back in the queue, or fail."""
        at = self._now()
        silent_since = at - dt.timedelta(seconds=SILENT_S)
        with self._store.read() as session:
            waits, silent = jobs.waits(session), jobs.is_silent(session, silent_since)
        if silent:
            with self._store.write() as session:
                found = jobs.take_up(session, silent_since=silent_since, attempts=ATTEMPTS, error=LOST, at=at)
            log.warning("%d jobs had lost their process", found)
        return waits or silent

    def work(self) -> None:
        """Do all jobs that wait. Does nothing while another thread is at it."""
        if not self._working.acquire(blocking=False):
            return
        try:
            while not self._stopping.is_set() and self.has_work():
                with self._store.write() as session:
                    self._job = jobs.take(session, self._now())
                if self._job is None:
                    return
                self._do(self._job)
                self._job = None
        finally:
            self._working.release()

    def stop(self) -> None:
        """Begin nothing more, and give the running job back to the queue: the process is about to end."""
        self._stopping.set()
        job = self._job
        if job is not None:
            with self._store.write() as session:
                jobs.release(session, job.uid, job.attempts)
            log.info("Job %s (%s) waits for the next start", job.uid, job.kind)

    def _do(self, job: JobRow) -> None:
        begun = self._now()
        with Pulse(self._store, job, self._stopping, now=self._now) as pulse:
            ending = self._outcome(job, pulse.tell)
        if self._stopping.is_set():
            return
        with self._store.write() as session:
            jobs.end(session, job.uid, job.attempts, at=self._now(), **ending)
        took_s = (self._now() - begun).total_seconds()
        log.info("Job %s (%s): %s after %.1f s", job.uid, job.kind, ending["state"], took_s)

    def _outcome(self, job: JobRow, tell: Told) -> dict[str, Any]:
        try:
            work: Work = pkgutil.resolve_name(self._works[job.kind])
            outcome = work(self._store, job, tell)
        except Ended:
            return {"state": jobs.CANCELLED}
        except GridmapError as error:
            log.warning("Job %s (%s): %s", job.uid, job.kind, error)
            return {"state": jobs.FAILED, "error": str(error)}
        except Exception:
            log.exception("Job %s (%s) failed", job.uid, job.kind)
            return {"state": jobs.FAILED, "error": INTERNAL}
        return {"state": jobs.DONE, "result": outcome.result, "seq": outcome.seq}


class Pulse:
    """Writes, from a thread of its own, that a job lives and how far it is, and hears whether it was cancelled."""

    def __init__(self, store: Store, job: JobRow, stopping: threading.Event, *, now: Callable[[], dt.datetime]) -> None:
        self._store = store
        self._job = job
        self._stopping = stopping
        self._now = now
        self._progress = 0.0
        self._over = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def tell(self, progress: float) -> None:
        """How far the work is, 0..1; to be called often. Raises Ended when it must end."""
        self._progress = progress
        if self._ended.is_set() or self._stopping.is_set():
            raise Ended

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S):
            try:
                with self._store.write() as session:
                    if jobs.beat(session, self._job.uid, self._job.attempts, self._progress, self._now()):
                        self._ended.set()
            except GridmapError as error:  # the database is busy: the next beat tells more
                log.info("Job %s could not show that it lives: %s", self._job.uid, error)
