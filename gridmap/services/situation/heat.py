"""Heat: surfaces of any kinds, period, hours and bandwidth, on one colour scale a (kinds, bandwidth).

The unit is events per km2 per 30 days, so that a week and a year are read by the same legend. The top of the scale is
the 99.5th percentile over all time, rounded to 1-2-5: it moves neither with zoom nor with the period. Only where a
period is so short (or its kinds so rare) that one incident alone would reach it, it is what a few at one place come to:
that depends on the length of the period, in the steps of LENGTHS_DAYS, and on nothing that happened in it.

Incidents known by month only are a density over the days of the whole months in the period, the others over all days.

Heat ends where the district does, and does not fade before: every density is divided by the share of its kernel that
lies in the district (areas of that level and the grids of the plan, together). Incidents beyond are not drawn.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gridmap.domain.week_hours import WeekHours
from gridmap.errors import TooLarge
from gridmap.geo import palettes, tiles
from gridmap.geo.events import Window
from gridmap.geo.masks import Mask
from gridmap.geo.palettes import HEAT, Palette
from gridmap.geo.projection import from_web_mercator, to_web_mercator
from gridmap.geo.tiles import Bounds, Edge, MercatorLattice, Surface
from gridmap.services.situation.answers import HeatSettings, HeatValue, Legend
from gridmap.services.situation.cache import BoundedCache
from gridmap.services.situation.district import district_mask
from gridmap.services.situation.events import Events
from gridmap.services.situation.ground import Ground
from gridmap.services.situation.heat_events import HeatEvents
from gridmap.services.situation.period import Period

UNIT = "per_km2_30d"
UNIT_DAYS = 30
LENGTHS_DAYS = (1, 3, 7, 28, 90, 365)  # a period counts as long as the longest it holds: every month is one length
DRAWN_BY = 2  # another number where the same incidents are drawn otherwise: browsers keep tiles by the version
WIDENINGS = 6  # how often a bandwidth is doubled until it suits a wide area
MASK_MARGIN_SIGMAS = 1.0  # beyond the district nothing is shown: room for the steps of interpolation is enough
SAMPLED_CELLS = 1 << 18  # of a larger surface every other row and column tells where its scale ends

SURFACE_CACHE_BYTES = 96 << 20
EDGE_CACHE_BYTES = 64 << 20
TILE_CACHE_BYTES = 24 << 20
TOP_CACHE_ENTRIES = 4096
MASKS_HELD = 256  # one for each scope that somebody looks at

NOWHERE: Bounds = (0.0, 0.0, 0.0, 0.0)  # what no incidents span

Kinds = tuple[int, ...] | None  # places in Events.kinds, in order; None is all


@dataclass(frozen=True, slots=True)
class DrawnTile:
    """A tile as it was answered; `version` names what it was made of, `is_whole` says that its address named both ends
    of the period.
    """

    version: str
    is_whole: bool
    png: bytes


class HeatCache:
    """What was computed in one process, each by all that it depends on and nothing else.

    A surface depends on the chosen incidents themselves, not on the words that chose them or on the change feed.
    `answers` are tiles by address, for those who ask in the same words again; they share their bytes with `tiles`.
    """

    def __init__(self) -> None:
        self.surfaces: BoundedCache[Surface] = BoundedCache(SURFACE_CACHE_BYTES, lambda surface: surface.nbytes)
        self.edges: BoundedCache[Edge] = BoundedCache(EDGE_CACHE_BYTES, lambda edge: edge.nbytes)
        self.tiles: BoundedCache[bytes] = BoundedCache(TILE_CACHE_BYTES, len)
        self.answers: BoundedCache[DrawnTile] = BoundedCache(TILE_CACHE_BYTES, lambda tile: len(tile.png))
        self.tops: BoundedCache[float] = BoundedCache(TOP_CACHE_ENTRIES, lambda _: 1)
        self.masks: BoundedCache[Mask | None] = BoundedCache(MASKS_HELD, lambda _: 1)


@dataclass(frozen=True, slots=True)
class HeatChoice:
    """Which heat: kinds, a period, hours of the week (None: all, also incidents without an hour) and a bandwidth."""

    kinds: Kinds
    period: Period
    hours: WeekHours | None
    bandwidth_m: float


@dataclass(frozen=True, slots=True)
class Heat:
    """The surfaces of one picture's events; `version` names all that any of them depends on.

    `span` is the whole time of the events, `mask` the district (None before there is any), `bounds` where the events
    lie (None without any) and `area` what the surfaces cover, both in degrees.
    """

    version: str
    events: Events
    span: Period | None
    drawn: HeatEvents
    mask: Mask | None
    bounds: Bounds | None
    area: Bounds
    usual_m: float
    offered_m: tuple[float, ...]
    cache: HeatCache

    @classmethod
    def of(cls, events: Events, ground: Ground | None, settings: HeatSettings, cache: HeatCache) -> Heat:
        """Over a wide area the finest bandwidths are not offered: their surface would have too many cells."""
        mask = None if ground is None else district_mask(ground, cache.masks)
        drawn = HeatEvents.of(events.index, mask)
        bounds = events.bounds
        area = (bounds or NOWHERE) if mask is None else mask.bounds
        offered = tuple(m for m in settings.bandwidths_m if _suits(area, mask, m))
        usual = settings.bandwidth_m
        for _ in range(WIDENINGS):
            if not _suits(area, mask, usual):
                usual *= 2
        place = area if mask is None else mask.version
        text = f"{drawn.whole_mark:x} {place} {usual} {DRAWN_BY}"
        version = hashlib.sha256(text.encode()).hexdigest()[:16]
        return cls(version, events, events.span, drawn, mask, bounds, area, usual, offered or (usual,), cache)

    def surface(self, choice: HeatChoice) -> Surface | None:
        """Events per km2 per 30 days, None when there are none. Raises TooLarge for too fine a kernel."""
        key = self._key(choice)
        return None if key is None else self._surface(choice, key)

    def top(self, kinds: Kinds, bandwidth_m: float, days: int | None = None) -> float:
        """Where the scale of these kinds ends in a period of so many days; None: in a long one.

        Without any incident: the density of a single one.
        """
        usual = self._usual_top(kinds, bandwidth_m)
        if days is None:
            return usual
        length = max(step for step in LENGTHS_DAYS if step <= days)
        return max(usual, palettes.crowded_top(bandwidth_m, UNIT_DAYS / length))

    def _usual_top(self, kinds: Kinds, bandwidth_m: float) -> float:
        span = self.span
        key = None if span is None else self._key(HeatChoice(kinds, span, None, bandwidth_m))
        if span is None or key is None:
            return palettes.fixed_top(np.empty(0), bandwidth_m=bandwidth_m)
        always = HeatChoice(kinds, span, None, bandwidth_m)
        return self.cache.tops.get(key, lambda: self._top(always, key))

    def tile(self, z: int, x: int, y: int, choice: HeatChoice, *, theme: str, ratio: int, top: float | None) -> bytes:
        """A palette PNG of 256 * ratio pixels, wholly transparent where there is no heat.

        The scale ends at `top`, when None at the kinds' own.
        """
        key = self._key(choice)
        if key is None:
            return _empty_tile(tiles.TILE_PX * ratio)
        end = self.top(choice.kinds, choice.bandwidth_m, choice.period.days) if top is None else top

        def draw() -> bytes:
            entries = palettes.classify(tiles.tile_values(self._surface(choice, key), z, x, y, ratio=ratio), end)
            drawn = entries.any()
            return palettes.palette_png(entries, palette_of(theme)) if drawn else _empty_tile(tiles.TILE_PX * ratio)

        return self.cache.tiles.get((key, z, x, y, theme, ratio, end), draw)

    def value(self, lon: float, lat: float, choice: HeatChoice) -> HeatValue:
        """What the heat says of one place in WGS-84 degrees, and how many incidents lie within a bandwidth of it."""
        x, y = (float(at) for at in to_web_mercator(lon, lat))
        surface = self.surface(choice)
        per_km2: float | None = 0.0
        if self.mask is not None and not self.mask.inside(np.array([x]), np.array([y]))[0]:
            per_km2 = None
        elif surface is not None:
            per_km2 = float(f"{tiles.value_at(surface, x, y):.4g}")
        count = self._count_within(x, y, choice)
        return HeatValue(per_km2, count, choice.bandwidth_m, choice.period.days)

    def legend(self, kinds: Kinds, bandwidth_m: float, theme: str, days: int | None = None) -> Legend:
        """The classes of the scale of `top` as they are drawn and as they look over the bare land."""
        top = self.top(kinds, bandwidth_m, days)
        widened = top > self.top(kinds, bandwidth_m)
        return Legend(UNIT, top, palettes.legend(top, theme), HEAT[theme].land, widened)

    def _key(self, choice: HeatChoice) -> tuple[object, ...] | None:
        """All that the surface of a choice depends on; None when nothing is chosen."""
        window = self._window(choice)
        if not len(window):
            return None
        place = self.area if self.mask is None else self.mask.version
        return (
            place,
            self.drawn.mark(window),
            choice.hours,
            choice.period.days,
            choice.period.month_weight,
            choice.bandwidth_m,
        )

    def _surface(self, choice: HeatChoice, key: tuple[object, ...]) -> Surface:
        def make() -> Surface:
            lattice = _lattice_of(self.area, self.mask, choice.bandwidth_m)
            batches = self._window(choice).batches(choice.period.month_weight)
            edge = None if self.mask is None else self._edge(self.mask, lattice)
            return tiles.surface(lattice, batches, factor=UNIT_DAYS / choice.period.days, edge=edge)

        return self.cache.surfaces.get(key, make)

    def _edge(self, mask: Mask, lattice: MercatorLattice) -> Edge:
        return self.cache.edges.get((mask.version, lattice), lambda: tiles.edge_of(mask, lattice))

    def _window(self, choice: HeatChoice) -> Window:
        flags = None if choice.hours is None else choice.hours.flags
        kinds = None if choice.kinds is None else list(choice.kinds)
        return self.drawn.index.select(kinds, choice.period.first_day, choice.period.last_day, flags)

    def _top(self, always: HeatChoice, key: tuple[object, ...]) -> float:
        values = self._surface(always, key).values
        if values.size > SAMPLED_CELLS:
            values = values[::2, ::2]
        factor = UNIT_DAYS / always.period.days
        return palettes.fixed_top(values, bandwidth_m=always.bandwidth_m, factor=factor)

    def _count_within(self, x: float, y: float, choice: HeatChoice) -> int:
        """Plainly counted, also beyond the district; distances by Mercator's stretch half-way."""
        _, lat = from_web_mercator(x, y)
        reach = 1.01 * choice.bandwidth_m * float(tiles.stretch(float(lat))[0])
        found = 0
        kinds = None if choice.kinds is None else list(choice.kinds)
        for xs, ys, _ in self.events.chosen(kinds, choice.period, choice.hours).batches():
            near = np.flatnonzero((np.abs(xs - x) <= reach) & (np.abs(ys - y) <= reach))
            _, half_way = from_web_mercator(x, (ys[near] + y) / 2)
            east, north = tiles.stretch(half_way)
            squared_m2 = ((xs[near] - x) / east) ** 2 + ((ys[near] - y) / north) ** 2
            found += int((squared_m2 <= choice.bandwidth_m**2).sum())
        return found


@lru_cache
def palette_of(theme: str) -> Palette:
    return palettes.heat_palette(theme)


@lru_cache
def _empty_tile(size_px: int) -> bytes:
    return palettes.palette_png(np.zeros((size_px, size_px), dtype=np.uint8), palette_of("light")[:1])


def _lattice_of(area: Bounds, mask: Mask | None, bandwidth_m: float) -> MercatorLattice:
    return _lattice(area, bandwidth_m, tiles.MARGIN_SIGMAS if mask is None else MASK_MARGIN_SIGMAS)


@lru_cache(maxsize=64)
def _lattice(area: Bounds, bandwidth_m: float, margin_sigmas: float) -> MercatorLattice:
    return tiles.mercator_lattice(area, bandwidth_m, margin_sigmas=margin_sigmas)


def _suits(area: Bounds, mask: Mask | None, bandwidth_m: float) -> bool:
    try:
        return _lattice_of(area, mask, bandwidth_m) is not None
    except TooLarge:
        return False
