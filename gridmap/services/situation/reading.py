"""From the store to a picture: everything at the start, afterwards what the changes touched."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from gridmap import __version__
from gridmap.domain.kinds import KindTree
from gridmap.errors import StoreBroken
from gridmap.geo.projection import LocalProjection
from gridmap.services.current_places import CurrentPlaces
from gridmap.services.feed import Head, entries_between, may_place
from gridmap.services.own_basemap import own_basemap_of
from gridmap.services.situation.answers import HeatSettings, ProjectFacts
from gridmap.services.situation.events import Events
from gridmap.services.situation.ground import Ground, read_ground
from gridmap.services.situation.heat import Heat, HeatCache
from gridmap.services.situation.picture import Picture
from gridmap.store import areas, audit, configuration, incidents, places, plans, project
from gridmap.store.engine import Session
from gridmap.store.project import Project


def read_picture(
    session: Session,
    before: Picture | None,
    head: Head,
    now: dt.datetime,
    cache: HeatCache,
    places_now: CurrentPlaces,
    other_ground: Callable[[Picture, str], Ground],
) -> Picture:
    """The picture at `head`; `before` saves reading what has not changed. All in the one snapshot of `session`."""
    row = project.get(session)
    if row is None:
        raise StoreBroken("The database holds no project.", "Run `gridmap init`.")
    entries = None if before is None else entries_between(session, before.head, head)
    known = before is not None and entries is not None and not before.is_past(now)
    if before is not None and known and all(entry.entity == "incident" for entry in entries or ()):
        ground, stored, until = before.ground, before.stored, before.until
    else:
        projection = LocalProjection(row.projection) if row.projection and row.extent else None
        at = plan_instant(row, now)
        on = at.astimezone(ZoneInfo(row.time_zone)).date()
        ground = read_ground(session, projection, at, on, places_now.at(session, at).placer)
        stored, until = places.counts(session), None if row.is_demo else _next_turn(session, row, at, on)
    events = _events(session, before, entries, ground, row.time_zone)
    settings_version, content = configuration.current(session)
    version = _version(row, head, until)
    settings = HeatSettings(float(content["heat"]["bandwidth_m"]), tuple(map(float, content["heat"]["bandwidths_m"])))
    return Picture(
        head=head,
        version=version,
        until=until,
        project=_facts(row, settings_version, content, now),
        tree=KindTree.of(content),
        ground=ground,
        events=events,
        heat=Heat.of(events, ground, settings, cache),
        stored=stored,
        other_ground=other_ground,
    )


def _events(
    session: Session, before: Picture | None, entries: list[audit.Entry] | None, ground: Ground, time_zone: str
) -> Events:
    """What the changes touched is read, and added or put in the place of what it was; else everything."""
    is_same = before is not None and before.ground.spots.is_like(ground.spots)
    if before is not None and entries is not None and is_same and not may_place(entries):
        touched = incidents.events(session, since_seq=before.head[0])
        return before.events.followed_by(touched, ground, time_zone)
    return Events.of(incidents.events(session), ground, time_zone)


def plan_instant(row: Project, now: dt.datetime) -> dt.datetime:
    """The instant whose plan counts: now, in the demo the end of its last day."""
    return end_of_day(row.demo_now_on, row.time_zone) if row.demo_now_on else now


def end_of_day(day: dt.date, time_zone: str) -> dt.datetime:
    """The last microsecond of a local day, in UTC."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(time_zone))
    return midnight.astimezone(dt.UTC) - dt.timedelta(microseconds=1)


def _next_turn(session: Session, row: Project, at: dt.datetime, on: dt.date) -> dt.datetime | None:
    """The instant from which another plan or other areas hold, if nothing is changed before."""
    day = areas.next_turn(session, on)
    midnight = None if day is None else dt.datetime.combine(day, dt.time(), ZoneInfo(row.time_zone))
    return min((turn for turn in (plans.next_turn(session, at), midnight) if turn is not None), default=None)


def _facts(row: Project, settings_version: int, content: dict[str, Any], now: dt.datetime) -> ProjectFacts:
    return ProjectFacts(
        name=row.name,
        extent=row.extent,
        time_zone=row.time_zone,
        is_demo=row.is_demo,
        is_synthetic=row.is_demo,
        now_on=row.demo_now_on or now.astimezone(ZoneInfo(row.time_zone)).date(),
        attribution=row.attribution,
        approval_number=content.get("map", {}).get("approval_number") or None,
        language=content.get("pages", {}).get("language", "zh"),
        settings_version=settings_version,
        own_basemap=own_basemap_of(content),
    )


def _version(row: Project, head: Head, until: dt.datetime | None) -> str:
    """Names this state of this project's data for caches, in every process alike; of a plan that follows by its date
    another than of the one before.
    """
    turn = "" if until is None else f" {until.timestamp()}"
    text = f"{__version__} {row.uid} {head[0]} {head[1].hex()}{turn}"
    return f"{head[0]}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"
