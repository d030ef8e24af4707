"""What somebody sees whose posts are for some places: a picture of these places alone, kept while they are asked for.

A part is made of the whole picture in memory, so that its figures, its heat and its lists can hold nothing else. The
ground of a part changes as seldom as the ground; its incidents are picked anew from every new picture.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import replace

from gridmap.domain.access import Scope
from gridmap.services.situation.answers import HeatSettings
from gridmap.services.situation.cache import RenewedCache
from gridmap.services.situation.ground import Ground
from gridmap.services.situation.heat import Heat
from gridmap.services.situation.picture import Picture
from gridmap.services.situation.seen import Seen, read_seen
from gridmap.services.situation.view import View
from gridmap.store.engine import Store

SEEN_CACHE_BYTES = 128 << 20
GROUND_CACHE_BYTES = 64 << 20
PICTURE_CACHE_BYTES = 128 << 20
BYTES_AN_INCIDENT, BYTES_AN_AREA, BYTES_A_BLOCK, LEAST_BYTES = 200, 4_000, 4_000, 50_000  # what a part takes, roughly


class PartCache:
    """The parts of the present ground, and of the present picture, that were asked for lately, by their scope."""

    def __init__(self) -> None:
        self.seen: RenewedCache[Seen] = RenewedCache(SEEN_CACHE_BYTES, _seen_bytes)
        self.grounds: RenewedCache[Ground] = RenewedCache(GROUND_CACHE_BYTES, _ground_bytes)
        self.pictures: RenewedCache[Picture] = RenewedCache(PICTURE_CACHE_BYTES, _picture_bytes)


class Part(View):
    """The view of a scope that is not the whole. `whole` gives the whole picture."""

    def __init__(
        self, store: Store, scope: Scope, whole: Callable[[], Picture], today: Callable[[], dt.date], cache: PartCache
    ) -> None:
        self._store = store
        self._scope = scope
        self._whole = whole
        self._today = today
        self._cache = cache

    def picture(self) -> Picture:
        """The present state of these places alone."""
        picture = self._whole()
        # the events, not the picture: after midnight each is a picture of its own
        held = self._cache.pictures.of(picture.events)
        return held.get((picture.version, self._scope), lambda: self._made(picture))

    @property
    def seen(self) -> Seen:
        return self._seen_of(self._whole().ground)

    def today(self) -> dt.date:
        return self._today()

    def _seen_of(self, ground: Ground) -> Seen:
        def read() -> Seen:
            with self._store.read() as session:
                return read_seen(session, ground, self._scope)

        return self._cache.seen.of(ground).get(self._scope, read)

    def _made(self, whole: Picture) -> Picture:
        seen = self._seen_of(whole.ground)
        ground = self._cache.grounds.of(whole.ground).get(self._scope, lambda: seen.ground(whole.ground))
        events = seen.events(whole.events, ground)
        spots = seen.spots
        stored = {
            "blocks": len(spots.ids), "buildings": seen.buildings, "households": int(spots.households.sum()),
        }  # fmt: skip
        settings = HeatSettings(whole.heat.usual_m, whole.heat.offered_m)
        return replace(
            whole,
            version=f"{whole.version}.{_mark(self._scope)}",
            ground=ground,
            events=events,
            heat=Heat.of(events, ground, settings, whole.heat.cache),
            stored=stored,
            other_ground=lambda _, plan: seen.ground(whole.under(plan).ground),
        )


def _mark(scope: Scope) -> str:
    """Names a scope for caches outside."""
    text = repr([sorted(codes) for codes in (scope.areas, scope.grids, scope.buildings)])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _seen_bytes(seen: Seen) -> int:
    sizes = seen.spots.locator.size_bytes, seen.is_whole.nbytes, seen.number.nbytes
    return LEAST_BYTES + sum(sizes) + BYTES_A_BLOCK * len(seen.spots.ids) + BYTES_AN_AREA * len(seen.spots.tree)


def _ground_bytes(ground: Ground) -> int:
    """Its blocks are those of what is seen, and counted there."""
    return LEAST_BYTES + 2 * len(ground.layer.geojson)


def _picture_bytes(picture: Picture) -> int:
    return LEAST_BYTES + BYTES_AN_INCIDENT * len(picture.events)
