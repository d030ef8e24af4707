"""The project's one row: its name, projection, time zone and extent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from gridmap.errors import Conflict, NotFound
from gridmap.store import ids, tables

MADE = "+"  # how a PROJ string begins that was made for an extent; one that was named is AUTHORITY:code

Extent = tuple[float, float, float, float]  # west, south, east, north in degrees


@dataclass(frozen=True, slots=True)
class Project:
    """One database is one project. `extent` is empty until the first import, and so is `projection` (a PROJ string, in
    metres) unless `create` was given one (EPSG:code).
    """

    uid: str
    name: str
    projection: str | None
    extent: Extent | None
    time_zone: str
    attribution: str | None
    demo_version: str | None
    demo_now_on: dt.date | None
    created_at: dt.datetime

    @property
    def is_demo(self) -> bool:
        return self.demo_version is not None


def get(session: Session) -> Project | None:
    """The project; None before `create`."""
    row = session.execute(sa.select(tables.Project.__table__)).one_or_none()
    if row is None:
        return None
    extent = (row.min_lon, row.min_lat, row.max_lon, row.max_lat)
    return Project(
        uid=row.uid,
        name=row.name,
        projection=row.projection,
        extent=None if row.min_lon is None else extent,
        time_zone=row.time_zone,
        attribution=row.attribution,
        demo_version=row.demo_version,
        demo_now_on=row.demo_now_on,
        created_at=row.created_at,
    )


def identity(session: Session) -> tuple[str, str] | None:
    """The project's uid and name, whatever the schema's revision; None before `create`."""
    row = session.execute(sa.select(tables.Project.uid, tables.Project.name)).one_or_none()
    return None if row is None else (row.uid, row.name)


def create(
    session: Session,
    *,
    name: str,
    at: dt.datetime,
    time_zone: str = "Asia/Shanghai",
    projection: str | None = None,
    attribution: str | None = None,
    demo_version: str | None = None,
    demo_now_on: dt.date | None = None,
) -> Project:
    """Write the project's row. Raises Conflict when there is one already."""
    if get(session) is not None:
        raise Conflict("This database holds a project already.", "Open another database for another project.")
    row = {
        "id": 1,
        "uid": ids.new_uid(),
        "name": name,
        "time_zone": time_zone,
        "projection": projection,
        "attribution": attribution,
        "demo_version": demo_version,
        "demo_now_on": demo_now_on,
        "created_at": at,
    }
    session.execute(sa.insert(tables.Project).values(row))
    return _required(session)


def set_projection(session: Session, projection: str, extent: Extent) -> Project:
    """What the first import decides, once. Raises Conflict when it is decided already, NotFound without a project."""
    found = _required(session)
    if found.extent is not None or found.projection not in {None, projection}:
        raise Conflict("The project's projection is set already.", "Only its extent can still be widened.")
    _set(session, projection=projection, **_named(extent))
    return _required(session)


def widen_extent(session: Session, extent: Extent) -> Project:
    """Grow the extent to hold another one; it never shrinks. Raises NotFound without a project."""
    old = _required(session).extent
    if old is not None:
        extent = (min(old[0], extent[0]), min(old[1], extent[1]), max(old[2], extent[2]), max(old[3], extent[3]))
    _set(session, **_named(extent))
    return _required(session)


def forget_place(session: Session) -> None:
    """Take the extent back, and a projection that was made for it, so that the next import decides them: for a project
    that holds no row.
    """
    given = _required(session).projection
    kept = given if given is not None and not given.startswith(MADE) else None
    _set(session, projection=kept, min_lon=None, min_lat=None, max_lon=None, max_lat=None)


def describe(session: Session, *, name: str | None = None, attribution: str | None = None) -> Project:
    """Change the name or the attribution; None leaves it."""
    given = {"name": name, "attribution": attribution}
    _set(session, **{key: value for key, value in given.items() if value is not None})
    return _required(session)


def _required(session: Session) -> Project:
    project = get(session)
    if project is None:
        raise NotFound("This database holds no project yet.", "Run `gridmap init`.")
    return project


def _set(session: Session, **values: object) -> None:
    if values:
        session.execute(sa.update(tables.Project).values(**values))


def _named(extent: Extent) -> dict[str, float]:
    return dict(zip(("min_lon", "min_lat", "max_lon", "max_lat"), map(float, extent), strict=True))
