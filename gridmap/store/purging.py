"""What is past its date: counted, or taken away so that nothing of it stays in the database's files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session

from gridmap.store.engine import Store
from gridmap.store.tables import ApiToken, Job, Party, RecordOpening


@dataclass(frozen=True, slots=True)
class Limits:
    """What is older goes: people whose last day is before `today`; openings, jobs, tokens that ended before."""

    today: dt.date
    openings_before: dt.datetime
    jobs_before: dt.datetime
    tokens_before: dt.datetime


def count(session: Session, limits: Limits) -> dict[str, int]:
    """How many rows are past their date, by what they are."""
    return {
        name: session.scalar(sa.select(sa.func.count()).select_from(model).where(old)) or 0
        for name, (model, old) in _old(limits).items()
    }


def remove(session: Session, limits: Limits) -> dict[str, int]:
    """Delete them -> how many, by what they were. SQLite overwrites what it frees."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    gone = {}
    for name, (model, old) in _old(limits).items():
        done = cast(sa.CursorResult[Any], session.execute(sa.delete(model).where(old)))
        gone[name] = int(done.rowcount)
    return gone


def wipe(store: Store) -> None:
    """After the commit: what was deleted leaves the write-ahead log of SQLite, the pages of PostgreSQL's tables."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if store.dialect == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        for model, _ in _old(Limits(dt.date.min, *[dt.datetime.min.replace(tzinfo=dt.UTC)] * 3)).values():
            connection.execute(sa.text(f"VACUUM {model.__tablename__}"))


def _old(limits: Limits) -> dict[str, tuple[type[DeclarativeBase], sa.ColumnElement[bool]]]:
    newest_done = sa.select(sa.func.max(Job.id)).where(Job.state == "done").group_by(Job.kind)
    return {
        "parties": (Party, Party.purge_after < limits.today),
        "openings": (RecordOpening, RecordOpening.hour_at < limits.openings_before),
        "jobs": (Job, sa.and_(Job.finished_at < limits.jobs_before, Job.id.not_in(newest_done))),
        "tokens": (
            ApiToken,
            sa.or_(ApiToken.expires_at < limits.tokens_before, ApiToken.revoked_at < limits.tokens_before),
        ),
    }
