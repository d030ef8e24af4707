"""Removing what is past its date, by the configuration's `retention`; one entry of the audit says how much went."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from gridmap.config import Settings
from gridmap.domain.parties import Retention, months_after
from gridmap.errors import NotFound
from gridmap.store import audit, configuration, project, purging
from gridmap.store.engine import Session, Store
from gridmap.store.purging import Limits

UPLOADS = "uploads"


@dataclass(frozen=True, slots=True)
class Purged:
    """What went, or would go: rows or files by what they are, and the rule for each."""

    gone: dict[str, int]
    retention: Retention

    @property
    def total(self) -> int:
        return sum(self.gone.values())


def purge(store: Store, settings: Settings, *, actor: str, now: dt.datetime, dry_run: bool = False) -> Purged:
    """Take away what is past its date: people of incidents, openings, results of jobs, tokens, files handed in.

    Rows go in one transaction with the entry; where nothing is past its date there is none. Raises BadInput for a
    retention that cannot be used, StoreBusy; then nothing was removed.
    """
    with store.read() as session:
        retention = Retention.of(configuration.current(session)[1])
        limits = _limits(session, retention, now)
        counted = purging.count(session, limits)
    files = list(_old_files(settings, now - dt.timedelta(days=retention.uploads_days)))
    counted[UPLOADS] = len(files)
    if dry_run or not any(counted.values()):
        return Purged(counted, retention)

    def work(session: Session) -> dict[str, int]:
        gone = {**purging.remove(session, limits), UPLOADS: len(files)}
        audit.append(
            session,
            actor=actor,
            action="retention.purged",
            entity="retention",
            entity_uid=None,
            fields=gone,
            secret=settings.secret(),
            at=now,
        )
        return gone

    gone = store.transact(work)
    purging.wipe(store)
    for path in files:
        shutil.rmtree(path, ignore_errors=True)
    return Purged(gone, retention)


def _limits(session: Session, retention: Retention, now: dt.datetime) -> Limits:
    found = project.get(session)
    if found is None:
        raise NotFound("This database holds no project yet.", "Run `gridmap init`.")
    today = now.astimezone(ZoneInfo(found.time_zone)).date()

    def before(months: int) -> dt.datetime:
        return dt.datetime.combine(months_after(today, -months), dt.time(), ZoneInfo(found.time_zone))

    return Limits(
        today,
        before(retention.openings_months),
        before(retention.jobs_months),
        before(retention.tokens_months),
    )


def _old_files(settings: Settings, before: dt.datetime) -> Iterator[Path]:
    """Folders of the import page that were begun before then."""
    folder = settings.var / "uploads"
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and path.stat().st_mtime < before.timestamp():
            yield path
