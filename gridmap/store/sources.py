"""Saved sources: how the files of one office or program are read, under a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.store import ids
from gridmap.store.tables import ImportSource


@dataclass(frozen=True, slots=True)
class SavedSource:
    """`mapping` is field -> column ("" for none, "=text" for one text in all rows); `crs` None: as the file says."""

    id: int
    uid: str
    name: str
    layer: str
    crs: str | None
    mapping: Mapping[str, str]
    created_at: dt.datetime
    updated_at: dt.datetime


def get(session: Session, name: str) -> SavedSource | None:
    """The source of that name."""
    row = session.execute(_all().where(ImportSource.name == name)).mappings().one_or_none()
    return None if row is None else SavedSource(**row)


def every(session: Session, layer: str | None = None) -> list[SavedSource]:
    """All sources, or those of a layer, by name."""
    query = _all().order_by(ImportSource.name)
    if layer is not None:
        query = query.where(ImportSource.layer == layer)
    return [SavedSource(**row) for row in session.execute(query).mappings()]


def put(
    session: Session, *, name: str, layer: str, crs: str | None, mapping: Mapping[str, str], at: dt.datetime
) -> SavedSource:
    """Save a source under its name, in place of an earlier one."""
    values: dict[str, Any] = {"layer": layer, "crs": crs, "mapping": dict(mapping), "updated_at": at}
    if get(session, name) is None:
        session.execute(sa.insert(ImportSource).values(uid=ids.new_uid(), name=name, created_at=at, **values))
    else:
        session.execute(sa.update(ImportSource).where(ImportSource.name == name).values(values))
    saved = get(session, name)
    if saved is None:
        raise RuntimeError(f"Source '{name}' was saved, but cannot be read.")
    return saved


def _all() -> sa.Select[Any]:
    return sa.select(ImportSource.__table__)
