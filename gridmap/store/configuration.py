"""The versions of the configuration: kinds, grades, calendar, bands, bandwidths and what else an organisation sets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.errors import NotFound
from gridmap.store import incidents
from gridmap.store.tables import Area, Configuration, Incident


@dataclass(frozen=True, slots=True)
class Version:
    version: int
    content: dict[str, Any]
    valid_from: dt.datetime


def current(session: Session, *, lock: bool = False) -> tuple[int, dict[str, Any]]:
    """The newest version and its content. `lock`: whoever stores a version takes it so, and the next one waits for the
    end of this transaction. Raises NotFound before the first `put`.
    """
    if lock:  # of the first version's row; incidents that name a version do not wait for it
        first = sa.select(Configuration.version).where(Configuration.version == 1)
        session.execute(first.with_for_update(key_share=True))
    newest = rows(session, before=None, limit=1)
    if not newest:
        raise NotFound("This database has no configuration yet.", "Run `gridmap init`.")
    return newest[0].version, newest[0].content


def at_version(session: Session, version: int) -> dict[str, Any]:
    """The content of one version. Raises NotFound."""
    return row(session, version).content


def row(session: Session, version: int) -> Version:
    """One version. Raises NotFound."""
    found = session.execute(_VERSIONS.where(Configuration.version == version)).one_or_none()
    if found is None:
        raise NotFound(f"There is no version {version} of the configuration.", "")
    return Version(found.version, dict(found.content), found.valid_from)


def rows(session: Session, *, before: int | None, limit: int) -> list[Version]:
    """Up to `limit` versions lower than `before`, the newest first."""
    query = _VERSIONS.order_by(Configuration.version.desc()).limit(limit)
    found = session.execute(query if before is None else query.where(Configuration.version < before))
    return [Version(each.version, dict(each.content), each.valid_from) for each in found]


def put(session: Session, content: Mapping[str, Any], at: dt.datetime) -> int:
    """Store the content as the next version, valid from then on; returns its number, 1 for the first."""
    last = session.scalar(sa.select(sa.func.max(Configuration.version))) or 0
    session.execute(sa.insert(Configuration).values(version=last + 1, content=dict(content), valid_from=at))
    return last + 1


def used_kinds(session: Session, codes: Collection[str]) -> set[str]:
    """Those of the kinds that an incident has, or one below them."""
    used = set()
    for code in codes:
        query = sa.select(Incident.id).where(incidents.of_kinds([code])).limit(1)
        if session.scalar(query) is not None:
            used.add(code)
    return used


def has_areas(session: Session) -> bool:
    """Whether codes were given already."""
    return session.scalar(sa.select(Area.id).limit(1)) is not None


_VERSIONS = sa.select(Configuration.version, Configuration.content, Configuration.valid_from)
