"""The versions of the configuration: kinds, bands, bandwidths, later grades and weights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.errors import NotFound
from gridmap.store.tables import Configuration


def current(session: Session) -> tuple[int, dict[str, Any]]:
    """The newest version and its content. Raises NotFound before the first `put`."""
    row = session.execute(
        sa.select(Configuration.version, Configuration.content).order_by(Configuration.version.desc()).limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound("This database has no configuration yet.", "Run `gridmap init`.")
    return row.version, row.content


def at_version(session: Session, version: int) -> dict[str, Any]:
    """The content of one version. Raises NotFound."""
    content = session.scalar(sa.select(Configuration.content).where(Configuration.version == version))
    if content is None:
        raise NotFound(f"There is no version {version} of the configuration.", "")
    return dict(content)


def put(session: Session, content: Mapping[str, Any], at: dt.datetime) -> int:
    """Store the content as the next version, valid from then on; returns its number, 1 for the first."""
    last = session.scalar(sa.select(sa.func.max(Configuration.version))) or 0
    session.execute(sa.insert(Configuration).values(version=last + 1, content=dict(content), valid_from=at))
    return last + 1
