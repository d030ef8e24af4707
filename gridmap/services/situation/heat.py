"""Heat: surfaces of any kinds, period and bandwidth, on one colour scale a (kinds, bandwidth).

The unit is events per km2 per 30 days, so that a week and a year are read by the same legend. The top of the scale is
the 99.5th percentile over all time, rounded to 1-2-5: it moves neither with zoom nor with the period.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gridmap.errors import TooLarge
from gridmap.geo import palettes, tiles
from gridmap.geo.palettes import HEAT, Palette
from gridmap.geo.projection import from_web_mercator
from gridmap.geo.tiles import Bounds, MercatorLattice, Surface
from gridmap.services.situation.answers import HeatSettings, Legend
from gridmap.services.situation.cache import BoundedCache
from gridmap.services.situation.events import Events
from gridmap.services.situation.period import Period

UNIT = "per_km2_30d"
UNIT_DAYS = 30
WIDENINGS = 6  # how often a bandwidth is doubled until it suits a wide area

SURFACE_CACHE_BYTES = 256 << 20
TOP_CACHE_ENTRIES = 4096

Kinds = tuple[int, ...] | None  # places in Events.kinds, in order; None is all


class HeatCache:
    """What was computed for the pictures of one process, by picture, kinds, period and bandwidth."""

    def __init__(self) -> None:
        self.surfaces: BoundedCache[Surface] = BoundedCache(SURFACE_CACHE_BYTES, lambda surface: surface.nbytes)
        self.tops: BoundedCache[float] = BoundedCache(TOP_CACHE_ENTRIES, lambda _: 1)


@dataclass(frozen=True, slots=True)
class Heat:
    """The surfaces of one picture's events; `version` is the picture's, `bounds` what the events span in degrees."""

    version: str
    events: Events
    bounds: Bounds | None
    usual_m: float
    offered_m: tuple[float, ...]
    cache: HeatCache

    @classmethod
    def of(cls, events: Events, settings: HeatSettings, version: str, cache: HeatCache) -> Heat:
        """Over a wide area the finest bandwidths are not offered: their surface would have too many cells."""
        bounds = _bounds_of(events)
        offered = tuple(m for m in settings.bandwidths_m if _suits(bounds, m))
        usual = settings.bandwidth_m
        for _ in range(WIDENINGS):
            if not _suits(bounds, usual):
                usual *= 2
        return cls(version, events, bounds, usual, offered or (usual,), cache)

    def surface(self, kinds: Kinds, period: Period, bandwidth_m: float) -> Surface | None:
        """Events per km2 per 30 days of a period, None when there are none. Raises TooLarge for too fine a kernel."""
        key = (self.version, kinds, period.from_on, period.to_on, bandwidth_m)
        window = self.events.chosen(None if kinds is None else list(kinds), period)
        if not len(window) or self.bounds is None:
            return None
        lattice = _lattice(self.bounds, bandwidth_m)
        return self.cache.surfaces.get(
            key, lambda: tiles.surface(lattice, window.batches(), factor=UNIT_DAYS / period.days)
        )

    def top(self, kinds: Kinds, bandwidth_m: float) -> float:
        """Where the scale of these kinds ends. Without any incident: the density of a single one."""
        return self.cache.tops.get((self.version, kinds, bandwidth_m), lambda: self._top(kinds, bandwidth_m))

    def _top(self, kinds: Kinds, bandwidth_m: float) -> float:
        span = self.events.span
        always = None if span is None else self.surface(kinds, span, bandwidth_m)
        if span is None or always is None:
            return palettes.fixed_top(np.empty(0), bandwidth_m=bandwidth_m)
        return palettes.fixed_top(always.values, bandwidth_m=bandwidth_m, factor=UNIT_DAYS / span.days)

    def tile(
        self,
        z: int,
        x: int,
        y: int,
        *,
        kinds: Kinds,
        period: Period,
        bandwidth_m: float,
        theme: str,
        ratio: int,
        top: float | None = None,
    ) -> bytes:
        """A palette PNG of 256 * ratio pixels, wholly transparent where there is no heat; `top` (None: the kinds' own)
        is where the scale ends, so that different kinds can be set side by side.
        """
        surface = self.surface(kinds, period, bandwidth_m)
        if surface is None:
            return _empty_tile(tiles.TILE_PX * ratio)
        values = tiles.tile_values(surface, z, x, y, ratio=ratio)
        entries = palettes.classify(values, top or self.top(kinds, bandwidth_m))
        if not entries.any():
            return _empty_tile(tiles.TILE_PX * ratio)
        return palettes.palette_png(entries, palette_of(theme))

    def legend(self, kinds: Kinds, bandwidth_m: float, theme: str) -> Legend:
        """The classes of the scale as they are drawn and as they look over the bare land."""
        top = self.top(kinds, bandwidth_m)
        return Legend(UNIT, top, palettes.legend(top, theme), HEAT[theme].land)


@lru_cache
def palette_of(theme: str) -> Palette:
    return palettes.heat_palette(theme)


@lru_cache
def _empty_tile(size_px: int) -> bytes:
    return palettes.palette_png(np.zeros((size_px, size_px), dtype=np.uint8), palette_of("light")[:1])


@lru_cache(maxsize=64)
def _lattice(bounds: Bounds, bandwidth_m: float) -> MercatorLattice:
    return tiles.mercator_lattice(bounds, bandwidth_m)


def _suits(bounds: Bounds | None, bandwidth_m: float) -> bool:
    try:
        return bounds is None or _lattice(bounds, bandwidth_m) is not None
    except TooLarge:
        return False


def _bounds_of(events: Events) -> Bounds | None:
    """(west, south, east, north) in degrees of all incidents."""
    shelves = [shelf for shelf in (events.index.dated, events.index.monthly) if len(shelf.x)]
    if not shelves:
        return None
    x = [edge for shelf in shelves for edge in (shelf.x.min(), shelf.x.max())]
    y = [edge for shelf in shelves for edge in (shelf.y.min(), shelf.y.max())]
    (west, east), (south, north) = from_web_mercator([min(x), max(x)], [min(y), max(y)])
    return float(west), float(south), float(east), float(north)
