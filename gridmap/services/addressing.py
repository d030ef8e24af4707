"""The gazetteer of a project in memory, one for a process, kept current by the change feed.

Incidents, tracks and the like bring no new address: the gazetteer stays. Any other change makes it anew, once, by the
first who asks; the others wait for that one. A gazetteer once given stays as it is.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from gridmap.geo.addresses import Gazetteer
from gridmap.services.feed import Head, entries_between
from gridmap.services.seen_places import Inner, seen_places
from gridmap.services.situation.cache import RenewedCache
from gridmap.services.situation.seen import Seen
from gridmap.services.situation.view import View
from gridmap.store import audit, project
from gridmap.store import gazetteer as columns
from gridmap.store.engine import Session, Store

log = logging.getLogger("gridmap.addressing")

# Imports of these bring nothing that an address names.
SILENT = {f"import.{layer}" for layer in ("ground", "grids", "cameras", "incidents", "routes", "tracks")}
DEFAULT_ZONE = "Asia/Shanghai"
PART_CACHE_BYTES = 128 << 20
BYTES_A_NAME, LEAST_BYTES = 600, 200_000


@dataclass(frozen=True, slots=True)
class _Held:
    head: Head
    day: dt.date
    zone: str | None  # None in the demo, whose day stands still
    gazetteer: Gazetteer


@dataclass(frozen=True, slots=True)
class _Part:
    """The gazetteer of what is seen; it keeps that, too, so that its id is not another's."""

    seen: Seen
    gazetteer: Gazetteer

    @property
    def nbytes(self) -> int:
        """About what it takes in memory, its own index of names above all."""
        places = self.gazetteer.places
        named = len(places.buildings) + len(places.rooms) + len(places.sites) + len(places.roads) + len(places.areas)
        return LEAST_BYTES + BYTES_A_NAME * named


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Addresses:
    """The present gazetteer of a store. Safe for threads."""

    def __init__(self, store: Store, *, now: Callable[[], dt.datetime] = _utc_now) -> None:
        self._store = store
        self._now = now
        self._making = threading.Lock()
        self._held: _Held | None = None
        self._inner: RenewedCache[Inner] = RenewedCache(PART_CACHE_BYTES, lambda inner: inner.nbytes)
        self._parts: RenewedCache[_Part] = RenewedCache(PART_CACHE_BYTES, lambda part: part.nbytes)

    def current(self) -> Gazetteer:
        """The gazetteer of what is committed now. Raises StoreBusy, StoreBroken."""
        with self._store.read() as session:
            return self.at(session)

    def within(self, view: View) -> Gazetteer:
        """The gazetteer of what a view sees."""
        gazetteer, seen = self.current(), view.seen
        if seen is None:
            return gazetteer

        def part() -> _Part:
            places = gazetteer.places
            inner = self._inner.of(gazetteer).get("inner", lambda: Inner.of(places))
            return _Part(seen, Gazetteer(seen_places(places, inner, seen)))

        return self._parts.of(gazetteer, seen.source).get(id(seen), part).gazetteer

    def at(self, session: Session) -> Gazetteer:
        """The gazetteer as a session sees the project; inside a transaction with its own changes still unaudited,
        that of before them.
        """
        head, held = audit.newest_change(session), self._held
        if held is None or not self._is_current(held, head):
            with self._making:
                held = self._held
                if held is None or not self._is_current(held, head):
                    held = self._held = self._renewed(session, held, head)
        return held.gazetteer

    def warm_up(self) -> None:
        """Makes the gazetteer, so that the first person who types does not wait for it."""
        try:
            self.current()
        except Exception:
            log.exception("The gazetteer could not be made; the first who asks tries again")

    def _made(self, session: Session, held: _Held | None, head: Head, day: dt.date) -> Gazetteer:
        if held is not None and held.day == day:
            entries = entries_between(session, held.head, head)
            if entries is not None and not names_changed(entries):
                return held.gazetteer
        begun_s = time.perf_counter()
        made = Gazetteer(columns.places(session, day))
        log.info("Made the gazetteer at change %d in %.1f s", head[0], time.perf_counter() - begun_s)
        return made

    def _is_current(self, held: _Held, head: Head) -> bool:
        return held.head == head and (held.zone is None or held.day == self._today(held.zone))

    def _renewed(self, session: Session, held: _Held | None, head: Head) -> _Held:
        row = project.get(session)
        zone = DEFAULT_ZONE if row is None else row.time_zone
        if row is not None and row.demo_now_on:
            return _Held(head, row.demo_now_on, None, self._made(session, held, head, row.demo_now_on))
        today = self._today(zone)
        return _Held(head, today, zone, self._made(session, held, head, today))

    def _today(self, zone: str) -> dt.date:
        return self._now().astimezone(ZoneInfo(zone)).date()


def names_changed(entries: Sequence[audit.Entry]) -> bool:
    """Whether changes may have touched something that addresses name."""
    return any(entry.entity != "incident" and entry.action not in SILENT for entry in entries)


def gazetteer(session: Session, day: dt.date) -> Gazetteer:
    """A gazetteer made for this once, for a command that runs and ends."""
    return Gazetteer(columns.places(session, day))
