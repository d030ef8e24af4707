"""The database: its schema, its indexes, the guard of the audit, its clock and its room."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gridmap.services.doctor.finding import Finding
from gridmap.services.doctor.machine import nearest_existing, room
from gridmap.store import migrations
from gridmap.store.engine import Store, file_of
from gridmap.store.roles import RoleRights
from gridmap.store.server import ServerFacts

CLOCK_MAY_LAG = dt.timedelta(minutes=5)  # behind what was recorded
CLOCKS_MAY_DIFFER = dt.timedelta(seconds=30)  # this machine's and the server's
MOST_RIGHTS = 4  # that are listed
GOOD_COPY = "Bring back the last good copy of the database; `scripts/gridmap db check` lists every problem."


def schema(store: Store) -> Finding:
    """Is the schema at this version's revision?"""
    revision, newest = migrations.current(store), migrations.head()
    if revision == newest:
        return Finding("schema", True, f"revision {revision}")
    found = f"revision {revision or 'none'}, this version needs {newest}"
    cure = "Run: scripts/gridmap db upgrade" if revision else "Run: scripts/gridmap init"
    return Finding("schema", False, found, cure)


def wholeness(store: Store) -> tuple[Finding, Finding]:
    """Are all spatial indexes, triggers and keys there and right; and those that keep the audit append-only?"""
    lost = migrations.unguarded(store)
    broken = [problem for problem in migrations.check(store) if problem not in lost]
    return (
        Finding("indexes", not broken, " ".join(broken) or "spatial indexes and keys are whole", GOOD_COPY),
        Finding("audit guard", not lost, " ".join(lost) or "entries can be neither changed nor removed", GOOD_COPY),
    )


def role(rights: RoleRights) -> Finding:
    """Has the role that serves people all that it needs, and of the audit nothing but its end?"""
    name, grant = rights.name, f"scripts/gridmap db grants {rights.name}"
    if rights.lacking:
        found = f"{name} lacks {_listed(rights.lacking)}"
        return Finding("database role", False, found, f"As the owner of the tables: {grant} | psql DATABASE")
    if rights.is_superuser or rights.owns_audit:
        found = f"{name} {'is a superuser' if rights.is_superuser else 'owns the audit'}, and could take its guard away"
        cure = "Serve as a role that owns nothing: docs/postgresql.md, deploy/postgresql/roles.sql"
        return Finding("database role", True, found, cure, is_warning=True)
    if rights.too_much:
        found = f"{name} has {_listed(rights.too_much)}"
        cure = f"As the owner of the tables: {grant} | psql DATABASE"
        return Finding("database role", True, found, cure, is_warning=True)
    return Finding("database role", True, f"{name} can only continue the audit")


def _listed(rights: tuple[str, ...]) -> str:
    shown, more = ", ".join(rights[:MOST_RIGHTS]), len(rights) - MOST_RIGHTS
    return f"{shown} and {more} more" if more > 0 else shown


def clock(now: dt.datetime, time_zone: str, newest_entry_at: dt.datetime | None) -> Finding:
    """Is the project's time zone known here, and is the clock not behind what was already recorded?"""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return Finding("clock", False, f"time zone {time_zone} is unknown", "As administrator: apt-get install tzdata")
    found = f"{now.astimezone(zone):%Y-%m-%d %H:%M} {time_zone}"
    if newest_entry_at is None or newest_entry_at - now <= CLOCK_MAY_LAG:
        return Finding("clock", True, found)
    found += f", behind the newest entry of {newest_entry_at.astimezone(zone):%Y-%m-%d %H:%M}"
    return Finding("clock", False, found, "Set this machine's clock, for example by: timedatectl set-ntp true")


def server_clock(now: dt.datetime, at_server: dt.datetime) -> Finding:
    """Do this machine and the database's server agree about the time?"""
    apart_s = (at_server - now).total_seconds()
    found = f"{abs(apart_s):.0f} s {'ahead of' if apart_s > 0 else 'behind'} this machine's"
    cure = "Set both clocks from one source, for example by: timedatectl set-ntp true"
    return Finding("server clock", abs(apart_s) <= CLOCKS_MAY_DIFFER.total_seconds(), found, cure)


def disk(address: str, facts: ServerFacts) -> Finding:
    """Is there room beside the database for another of its size, which an upgrade or a copy may need?"""
    path = file_of(address)
    if path is None:
        found = f"{facts.size_bytes / 1e6:.0f} MB; its server's free room cannot be seen from here"
        return Finding("database disk", True, found)
    size_gb = path.stat().st_size / 1e9
    return room("database disk", nearest_existing(path.parent), size_gb, "Move the database to a larger disk.")
