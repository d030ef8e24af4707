"""The project behind a database: opened, made where there is none, with its first configuration."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gridmap.config import Settings
from gridmap.errors import BadInput, StoreBroken
from gridmap.geo.projection import named_projection
from gridmap.services import syslog
from gridmap.store import configuration, migrations, project
from gridmap.store.engine import Store, open_store

CONFIGURATION = Path(__file__).resolve().parent.parent / "configuration.toml"
UNNAMED = ""  # who shows the project says so in the language spoken
DEFAULT_TIME_ZONE = "Asia/Shanghai"


def open_project(
    settings: Settings,
    *,
    create: bool = True,
    name: str = UNNAMED,
    time_zone: str = DEFAULT_TIME_ZONE,
    projection: str | None = None,
    language: str | None = None,
    now: dt.datetime | None = None,
    on_new: Callable[[Store], None] | None = None,
) -> Store:
    """The project's store, ready to use. An empty database becomes a project, unless `create` is False.

    `name`, `time_zone`, `projection` (EPSG:code; else one is made for the first import) and `language` (of the pages)
    are those of a new project; `now` defaults to the clock. `on_new` is called when the database was empty and has just
    been made: a mistyped address must not pass unnoticed. Raises StoreBroken for a database with an old schema, or
    without a project when `create` is False; BadInput for a time zone that does not exist, or a projection that cannot
    be measured in.
    """
    if settings.syslog:
        syslog.begin(settings.syslog)
    store = open_store(settings.db, create=create)
    try:
        revision = migrations.current(store)
        if revision is None and create:
            migrations.upgrade(store)
        elif revision is None:
            raise StoreBroken("The database is empty.", "Run `gridmap init` to make a project in it.")
        elif revision != migrations.head():
            raise StoreBroken(
                f"The database has schema {revision}, this gridmap needs {migrations.head()}.",
                "Make a backup, then run `gridmap db upgrade`.",
            )
        if create:
            at = now or dt.datetime.now(dt.UTC)
            prepare(store, name=name, time_zone=time_zone, projection=projection, language=language, now=at)
        if revision is None and on_new is not None:
            on_new(store)
    except BaseException:
        store.close()
        raise
    return store


def facts(store: Store) -> project.Project:
    """The project's row. Raises StoreBroken for a database without a project."""
    with store.read() as session:
        found = project.get(session)
    if found is None:
        raise StoreBroken("The database holds no project.", "Run `gridmap init` to make one in it.")
    return found


def prepare(
    store: Store,
    *,
    name: str = UNNAMED,
    time_zone: str = DEFAULT_TIME_ZONE,
    projection: str | None = None,
    language: str | None = None,
    attribution: str | None = None,
    demo_version: str | None = None,
    demo_now_on: dt.date | None = None,
    now: dt.datetime,
) -> None:
    """Write the project's row and version 1 of its configuration into a migrated database, where it has none."""
    with store.read() as session:
        if project.get(session) is not None:
            return
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput(f"There is no time zone '{time_zone}'.", "Use a name such as Asia/Shanghai.") from None
    named = None if projection is None else named_projection(projection).crs
    content = first_configuration()
    if language is not None:
        content["pages"]["language"] = language
    with store.write() as session:
        if project.get(session) is None:
            project.create(
                session,
                name=name,
                at=now,
                time_zone=time_zone,
                projection=named,
                attribution=attribution,
                demo_version=demo_version,
                demo_now_on=demo_now_on,
            )
            configuration.put(session, content, now)


def first_configuration() -> dict[str, Any]:
    """What a new project begins with."""
    return tomllib.loads(CONFIGURATION.read_text(encoding="utf-8"))
