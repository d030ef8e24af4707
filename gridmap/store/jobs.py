"""Jobs: who waits, who runs, what came of it. Every step is one statement that only one process can win."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store import ids
from gridmap.store.tables import Job

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
MOST_ERROR_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job. `progress` goes from 0 to 1; `result` is there when done, `error` when failed."""

    id: int
    uid: str
    kind: str
    state: str
    progress: float
    cancel_requested: bool
    seed: int
    parameters: Mapping[str, Any]
    result: Mapping[str, Any] | None
    error: str | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    heartbeat_at: dt.datetime | None
    attempts: int
    seq: int | None

    @property
    def is_open(self) -> bool:
        return self.state in {QUEUED, RUNNING}


_COLUMNS = [getattr(Job, name) for name in JobRow.__dataclass_fields__]


def add(session: Session, *, kind: str, parameters: Mapping[str, Any], seed: int, at: dt.datetime) -> JobRow:
    """Put a job in the queue; the one of its kind that waits or runs already is given back instead."""
    found = open_job(session, kind)
    if found is not None:
        return found
    uid = ids.new_uid()
    values = {"uid": uid, "kind": kind, "state": QUEUED, "progress": 0.0, "cancel_requested": False, "attempts": 0}
    session.execute(sa.insert(Job).values(**values, seed=seed, parameters=dict(parameters), created_at=at))
    return _one(session, Job.uid == uid)


def get(session: Session, uid: str) -> JobRow | None:
    """The job of that uid."""
    return _first(session, sa.select(*_COLUMNS).where(Job.uid == uid))


def open_job(session: Session, kind: str) -> JobRow | None:
    """The job of a kind that waits or runs; there is one at most."""
    return _first(session, sa.select(*_COLUMNS).where(Job.kind == kind, Job.state.in_([QUEUED, RUNNING])))


def newest(
    session: Session, kind: str, state: str | None = None, about: Mapping[str, str | None] | None = None
) -> JobRow | None:
    """The job of a kind that was asked for last, of those in a state and with these parameters (None: without it)."""
    query = sa.select(*_COLUMNS).where(Job.kind == kind).order_by(Job.id.desc()).limit(1)
    for name, value in (about or {}).items():
        query = query.where(Job.parameters[name].as_string().is_not_distinct_from(value))
    return _first(session, query if state is None else query.where(Job.state == state))


def take(session: Session, at: dt.datetime) -> JobRow | None:
    """Begin the job that waits longest, unless one is running. None when there is nothing to do."""
    if session.scalar(sa.select(Job.id).where(Job.state == RUNNING).limit(1)) is not None:
        return None
    longest = sa.select(Job.id).where(Job.state == QUEUED).order_by(Job.id).limit(1).with_for_update(skip_locked=True)
    key = session.scalar(longest)
    if key is None:
        return None
    session.execute(
        sa.update(Job)
        .where(Job.id == key, Job.state == QUEUED)
        .values(state=RUNNING, progress=0.0, started_at=at, heartbeat_at=at, attempts=Job.attempts + 1)
    )
    return _one(session, Job.id == key)


def beat(session: Session, uid: str, attempt: int, progress: float | None, at: dt.datetime) -> bool:
    """Show that the work lives, and how far it is; True when it must end: cancelled, or taken up by somebody else."""
    values: dict[str, Any] = {"heartbeat_at": at} | ({} if progress is None else {"progress": progress})
    session.execute(sa.update(Job).where(*_mine(uid, attempt)).values(**values))
    wanted = session.scalar(sa.select(Job.cancel_requested).where(*_mine(uid, attempt)))
    return wanted is None or wanted


def end(
    session: Session,
    uid: str,
    attempt: int,
    *,
    state: str,
    at: dt.datetime,
    result: Mapping[str, Any] | None = None,
    error: str | None = None,
    seq: int | None = None,
) -> bool:
    """Write what came of it; False when the job is somebody else's by now."""
    values: dict[str, Any] = {"state": state, "finished_at": at, "seq": seq}
    values |= {"result": None if result is None else dict(result)}
    values |= {"error": None if error is None else error[:MOST_ERROR_CHARACTERS]}
    if state == DONE:
        values["progress"] = 1.0
    done = session.execute(sa.update(Job).where(*_mine(uid, attempt)).values(**values))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def release(session: Session, uid: str, attempt: int) -> None:
    """Give a running job back to the queue: its process is asked to end."""
    values = {"state": QUEUED, "progress": 0.0, "attempts": Job.attempts - 1, "heartbeat_at": None}
    session.execute(sa.update(Job).where(*_mine(uid, attempt)).values(**values))


def request_cancel(session: Session, uid: str, at: dt.datetime) -> JobRow | None:
    """Cancel a job: one that waits at once, one that runs when it looks next. What has ended stays as it is."""
    waiting = {"state": CANCELLED, "cancel_requested": True, "finished_at": at}
    session.execute(sa.update(Job).where(Job.uid == uid, Job.state == QUEUED).values(**waiting))
    session.execute(sa.update(Job).where(Job.uid == uid, Job.state == RUNNING).values(cancel_requested=True))
    return get(session, uid)


def waits(session: Session) -> bool:
    """Whether a job is in the queue."""
    return session.scalar(sa.select(Job.id).where(Job.state == QUEUED).limit(1)) is not None


def is_silent(session: Session, since: dt.datetime) -> bool:
    """Whether a running job has given no sign of life since then."""
    return session.scalar(sa.select(Job.id).where(*_silent(since)).limit(1)) is not None


def take_up(session: Session, *, silent_since: dt.datetime, attempts: int, error: str, at: dt.datetime) -> int:
    """Running jobs without a sign of life since then wait again, or fail after so many attempts. Returns how many."""
    silent = _silent(silent_since)
    gone = {"state": CANCELLED, "finished_at": at}
    ended = session.execute(sa.update(Job).where(*silent, Job.cancel_requested).values(**gone))
    failed = {"state": FAILED, "error": error, "finished_at": at}
    given_up = session.execute(sa.update(Job).where(*silent, Job.attempts >= attempts).values(**failed))
    again = session.execute(sa.update(Job).where(*silent).values(state=QUEUED, progress=0.0))
    return sum(done.rowcount for done in (ended, given_up, again))  # type: ignore[attr-defined]


def sweep(session: Session, kind: str, keep: int) -> None:
    """Forget all but the newest ended jobs of a kind."""
    kept = sa.select(Job.id).where(Job.kind == kind).order_by(Job.id.desc()).limit(keep).subquery()
    ended = Job.state.in_([DONE, FAILED, CANCELLED])
    session.execute(sa.delete(Job).where(Job.kind == kind, ended, Job.id.not_in(sa.select(kept.c.id))))


def _silent(since: dt.datetime) -> tuple[Any, ...]:
    return Job.state == RUNNING, sa.func.coalesce(Job.heartbeat_at, Job.started_at) < since


def _mine(uid: str, attempt: int) -> tuple[Any, ...]:
    return Job.uid == uid, Job.state == RUNNING, Job.attempts == attempt


def _one(session: Session, condition: Any) -> JobRow:
    found = _first(session, sa.select(*_COLUMNS).where(condition))
    if found is None:
        raise RuntimeError("A job was written, but cannot be read.")
    return found


def _first(session: Session, query: sa.Select[Any]) -> JobRow | None:
    row = session.execute(query).mappings().first()
    return None if row is None else JobRow(**row)
