"""What a page does with jobs: start one, look how far it is, cancel it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from gridmap.config import Settings
from gridmap.errors import NotFound
from gridmap.services.jobs.bell import ring
from gridmap.store import jobs
from gridmap.store.engine import Store
from gridmap.store.jobs import JobRow

KEPT = 50  # ended jobs of a kind


def start(
    store: Store, settings: Settings, kind: str, parameters: Mapping[str, Any], *, seed: int, now: dt.datetime
) -> JobRow:
    """Ask for a job; the one of its kind that waits or runs already is it."""
    with store.write() as session:
        jobs.sweep(session, kind, KEPT)
        job = jobs.add(session, kind=kind, parameters=parameters, seed=seed, at=now)
    ring(settings)
    return job


def find(store: Store, uid: str) -> JobRow:
    """Raises NotFound."""
    with store.read() as session:
        return _required(jobs.get(session, uid), uid)


def cancel(store: Store, uid: str, *, now: dt.datetime) -> JobRow:
    """Cancel a job: one that runs ends within a second or two. One that has ended stays as it is. Raises NotFound."""
    with store.write() as session:
        return _required(jobs.request_cancel(session, uid, now), uid)


def standing(
    store: Store, kind: str, about: Mapping[str, str | None] | None = None
) -> tuple[JobRow | None, JobRow | None]:
    """The job of a kind (with these parameters) that was asked for last, and the last one that was done."""
    with store.read() as session:
        return jobs.newest(session, kind, about=about), jobs.newest(session, kind, jobs.DONE, about)


def _required(job: JobRow | None, uid: str) -> JobRow:
    if job is None:
        raise NotFound(f"There is no job {uid}.", "It ended some time ago and was forgotten; start it anew.")
    return job
