"""What `gridmap doctor` looks at: is this installation whole, and if not, what is to be done?

Each check returns one Finding and changes nothing. A check that needs the database is left out where it does not open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from gridmap.config import DATA_GEO, ROOT, Settings
from gridmap.errors import GridmapError
from gridmap.services.accounts import have_accounts
from gridmap.services.doctor import database, district, machine, secrets, serving
from gridmap.services.doctor.finding import Finding
from gridmap.store import audit, project, roles, server
from gridmap.store.engine import Store, open_store

__all__ = ["Finding", "examine"]

DEFAULT_ZONE = "Asia/Shanghai"


def examine(settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    """All findings, in the order in which they are best cured. `now` carries its time zone."""
    yield machine.python_version()
    yield machine.packages(ROOT / "requirements.lock")
    yield machine.writable_folder(settings.var)
    yield secrets.secret(settings)
    yield secrets.key(settings)
    yield secrets.permissions(settings)
    yield machine.free_disk(settings.var)
    yield machine.chinese_font(machine.FONT_FOLDERS)
    yield serving.certificate(settings, now)
    try:
        store = open_store(settings.db, create=False)
    except GridmapError as error:
        cure = "Run scripts/run: it builds the demo." if settings.is_demo else error.hint
        yield Finding("database", False, error.message, cure)
        return
    try:
        yield from _examine_store(store, settings, now)
    finally:
        store.close()


def _examine_store(store: Store, settings: Settings, now: dt.datetime) -> Iterator[Finding]:
    with store.read() as session:
        facts, held = server.facts(session), roles.rights(session)
    yield Finding("database", True, store.address)
    if held is not None:
        yield database.role(held)
        if held.lacking:
            return
    yield database.disk(settings.db, facts)
    yield serving.workers(settings, facts.connections)
    if facts.now is not None:
        yield database.server_clock(now, facts.now)
    schema = database.schema(store)
    yield schema
    if not schema.ok:
        return
    yield from database.wholeness(store)
    with store.read() as session:
        found = project.get(session)
        newest, _ = audit.head(session)
        entries = audit.since(session, newest - 1, 1) if newest else []
    yield database.clock(now, found.time_zone if found else DEFAULT_ZONE, entries[0].at if entries else None)
    if found is not None:
        yield district.settings_in_force(store, settings)
    yield serving.address(settings, has_accounts=have_accounts(store))
    if settings.is_demo:
        yield district.demo_version(found.demo_version if found else None, DATA_GEO / "demo.json")
    yield district.base_map(settings.basemap_dir, settings.is_demo)
