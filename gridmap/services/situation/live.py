"""The read model of a process: it follows the change feed, so that no answer is older than its question.

Before each answer one cheap query reads the audit's head. Where it moved, and at the instant from which another plan or
other areas hold, one thread brings the picture up to date (incidents that came or changed are read by themselves, after
anything else all is read again) and swaps it in whole; the others wait for that one.
Nobody ever sees half a change: a picture is read in one snapshot and never altered.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

from gridmap.domain.access import Scope
from gridmap.errors import UnknownPlan
from gridmap.services.current_places import CurrentPlaces
from gridmap.services.feed import Head
from gridmap.services.incident_place import placed
from gridmap.services.situation import reading
from gridmap.services.situation.cache import BoundedCache
from gridmap.services.situation.ground import Ground, ground_under
from gridmap.services.situation.heat import HeatCache
from gridmap.services.situation.part import Part, PartCache
from gridmap.services.situation.picture import Picture
from gridmap.services.situation.view import View
from gridmap.store import audit, plans
from gridmap.store.engine import Store

UNCERTAINTY_M = 50.0  # of the point that is placed for practice
PLANS_HELD = 4  # beside the one in force

log = logging.getLogger("gridmap.situation")


class Situation(View):
    """What is going on in one project, for every thread of this process.

    `now` gives the present instant with its zone; the demo's own last day goes before it.
    """

    def __init__(self, store: Store, *, now: Callable[[], dt.datetime]) -> None:
        self._store = store
        self._now = now
        self._loading = threading.Lock()
        self._picture: Picture | None = None
        self._cache = HeatCache()
        self._grounds: BoundedCache[Ground] = BoundedCache(PLANS_HELD, lambda _: 1)
        self._parts = PartCache()
        self.places = CurrentPlaces()

    @property
    def dialect(self) -> str:
        return self._store.dialect

    def now(self) -> dt.datetime:
        """The present instant, also in the demo: what is done is done now."""
        return self._now()

    def project_now(self) -> dt.datetime:
        """The instant that counts as now for what happens in the district: in the demo the end of its last day."""
        project = self.picture().project
        return reading.end_of_day(project.now_on, project.time_zone) if project.is_demo else self._now()

    def seq(self) -> int:
        """The newest change."""
        with self._store.read() as session:
            return audit.newest_change(session)[0]

    def picture(self, head: Head | None = None) -> Picture:
        """The present state. Raises StoreBusy, StoreBroken; a picture once given stays as it is.

        `head` is the newest change, of somebody who has just read it.
        """
        if head is None:
            with self._store.read() as session:
                head = audit.newest_change(session)
        picture = self._picture
        if picture is None or picture.head != head or picture.is_past(self._now()):
            picture = self._catch_up()
        today = self._today(picture)
        return picture if picture.project.now_on == today else _on(picture, today)

    @property
    def seen(self) -> None:
        return None

    def within(self, scope: Scope, whole: Callable[[], Picture] | None = None) -> View:
        """The same for somebody who sees some places only; of the picture that `whole` gives, else the present one."""
        if not scope.is_whole:
            return Part(self._store, scope, whole or self.picture, self.today, self._parts)
        return self if whole is None else _Given(self._store, whole, self.today)

    def today(self) -> dt.date:
        return self._today(self._picture or self.picture())

    def warm_up(self) -> None:
        """Loads the picture, places a point and draws one surface, so that the first person, and the first incident,
        find kernels compiled, borders indexed and data read.
        """
        begun_s = time.perf_counter()
        try:
            picture = self.picture()
            self._place_once(picture)
            picture.legend(None, None, "light")
        except Exception:
            log.exception("Warming up failed; the first request tries again")
        else:
            log.info("Ready with %d incidents in %.1f s", len(picture.events), time.perf_counter() - begun_s)

    def _place_once(self, picture: Picture) -> None:
        """A point in the middle of the project placed as an incident's would be."""
        if picture.project.extent is None:
            return
        west, south, east, north = picture.project.extent
        with self._store.read() as session:
            placed(self.places.at(session, self._now()), (west + east) / 2, (south + north) / 2, UNCERTAINTY_M)

    def last(self) -> Picture | None:
        """The picture that was read last, however old; None before the first."""
        return self._picture

    def _catch_up(self) -> Picture:
        with self._loading, self._store.read() as session:
            known, head = self._picture, audit.newest_change(session)
            now = self._now()
            if known is not None and known.head == head and not known.is_past(now):
                return known  # another thread was first
            begun_s = time.perf_counter()
            fresh = reading.read_picture(
                session, known, head, now, self._cache, self.places, self._ground_under
            )
            log.info("Read up to change %d in %.0f ms", head[0], 1000 * (time.perf_counter() - begun_s))
            self._picture = fresh
            if known is not None and fresh.ground is not known.ground:  # other borders, perhaps
                threading.Thread(target=self.places.index_borders, name="borders", daemon=True).start()
            return fresh

    def _ground_under(self, picture: Picture, uid: str) -> Ground:
        """The picture's ground with the grids of another plan. Raises UnknownPlan."""

        def read() -> Ground:
            with self._store.read() as session:
                plan = plans.get(session, uid)
                if plan is None:
                    raise UnknownPlan(f"There is no plan {uid}.", "Give the uid of a plan that is listed.")
                return ground_under(session, picture.ground, plan)

        return self._grounds.get((picture.version, uid), read)

    def _today(self, picture: Picture) -> dt.date:
        project = picture.project
        return project.now_on if project.is_demo else self._now().astimezone(ZoneInfo(project.time_zone)).date()


class _Given(View):
    """The view of a whole picture that somebody holds."""

    def __init__(self, store: Store, whole: Callable[[], Picture], today: Callable[[], dt.date]) -> None:
        self._store = store
        self._whole = whole
        self._today = today

    def picture(self) -> Picture:
        return self._whole()

    @property
    def seen(self) -> None:
        return None

    def today(self) -> dt.date:
        return self._today()


def _on(picture: Picture, today: dt.date) -> Picture:
    """The same picture after midnight."""
    version = f"{picture.version}.{today:%m%d}"
    return replace(picture, version=version, project=replace(picture.project, now_on=today))
