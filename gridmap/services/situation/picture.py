"""One state of the project, whole and unchanging: every figure and every colour on a screen comes from one picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gridmap.domain.kinds import KindTree
from gridmap.errors import NotFound, OutsideExtent
from gridmap.geo import datums
from gridmap.geo.events import MONTH, Window
from gridmap.geo.tiles import Surface
from gridmap.services.situation.answers import (
    Counts,
    FirstView,
    HeatFacts,
    Legend,
    MonthCount,
    Place,
    ProjectFacts,
    Selection,
    Summary,
    Timeline,
    Totals,
)
from gridmap.services.situation.events import Events, month_number
from gridmap.services.situation.ground import NO_GRID, Ground
from gridmap.services.situation.heat import Heat, Kinds
from gridmap.services.situation.kind_counts import check_kinds, kind_nodes, kinds_below
from gridmap.services.situation.period import Period, first_view


@dataclass(frozen=True, slots=True)
class Picture:
    """What is going on at one change of the feed (`head`); `version` names it for caches.

    `stored` are the numbers of rows of each layer, `tree` the configured kinds.
    """

    head: tuple[int, bytes]
    version: str
    project: ProjectFacts
    tree: KindTree
    ground: Ground
    events: Events
    heat: Heat
    stored: Mapping[str, int]

    def summary(self) -> Summary:
        """The project, its plan, kinds, totals, and the window to begin with."""
        span = self.events.span
        in_grids = int((self.events.grid != NO_GRID).sum())
        totals = Totals(
            incidents=len(self.events),
            in_grids=in_grids,
            outside=len(self.events) - in_grids,
            blocks=self.stored["blocks"],
            buildings=self.stored["buildings"],
            households=self.stored["households"],
            grids=len(self.ground.grids),
        )
        return Summary(
            project=self.project,
            first_on=span.from_on if span else None,
            last_on=span.to_on if span else None,
            seq=self.head[0],
            plan=self.ground.plan,
            kinds=kind_nodes(self.tree, self.events),
            counts=totals,
            incident_bounds=self.events.bounds,
            heat=HeatFacts(self.heat.usual_m, self.heat.offered_m, self.version),
            first_view=self.first_view(),
        )

    def first_view(self) -> FirstView:
        """The last 30 days, or where the data end."""
        months = self.events.months
        period, recent = first_view(self.project.now_on, self.events.last_dated, months[1] if months else None)
        return FirstView(period, recent)

    def period(self, chosen: Selection) -> Period:
        """The period chosen; an end left open is the first view's. Raises BadInput when it ends before it begins."""
        usual = self.first_view().period
        return Period(chosen.from_on or usual.from_on, chosen.to_on or usual.to_on)

    def timeline(self, kinds: tuple[str, ...] | None) -> Timeline:
        """Incidents a day over all time; those known by month only stand apart. Raises BadInput for unknown kinds."""
        numbers, span = self._numbers(kinds), self.events.span
        if span is None:
            return Timeline(None, (), ())
        daily = self.events.index.day_counts(numbers, span.first_day, span.last_day).sum(axis=0)
        return Timeline(span.from_on, tuple(daily.tolist()), self._month_counts(numbers))

    def counts(self, chosen: Selection, grid: str | None = None) -> Counts:
        """Incidents by kind and by grid of the plan in force; with `grid`, those of that grid only.

        Raises BadInput for an unknown kind, NotFound for an unknown grid.
        """
        period, events = self.period(chosen), self.events
        rows = self.window(chosen).rows()
        codes = [row.code for row in self.ground.grids]
        if grid is not None:
            if grid not in codes:
                raise NotFound(f"There is no grid {grid}.", "Give the code of a grid of the plan in force.")
            rows = rows[events.grid[rows] == codes.index(grid)]
        by_kind = np.bincount(events.kind[rows], minlength=len(events.kinds))
        by_grid = np.bincount(events.grid[rows] - NO_GRID, minlength=len(codes) + 1)
        return Counts(
            period=period,
            total=len(rows),
            in_grids=int(by_grid[1:].sum()),
            outside=int(by_grid[0]),
            month_rows=int((events.precision[rows] == MONTH).sum()),
            by_kind={code: int(n) for code, n in zip(events.kinds, by_kind, strict=True) if n},
            by_grid={code: int(n) for code, n in zip(codes, by_grid[1:], strict=True) if n},
        )

    def locate(self, lon: float, lat: float, datum: str) -> Place:
        """Where a point of a datum lies, in WGS-84. Raises OutsideExtent beyond the project's extent."""
        extent = self.project.extent
        lons, lats = datums.to_wgs84([lon], [lat], datum, extent=extent)
        if extent is None or not np.isfinite(lons[0]):
            edges = "not known before the first import"
            if extent is not None:
                edges = "west {:.4f}, south {:.4f}, east {:.4f}, north {:.4f}".format(*extent)
            raise OutsideExtent(
                f"Longitude {lon}, latitude {lat} ({datum}) lies beyond the project's extent ({edges}).",
                "Check the order (longitude first) and the datum.",
            )
        return self.ground.place(float(lons[0]), float(lats[0]))

    def window(self, chosen: Selection) -> Window:
        """The incidents of a selection, as slices of the index. Raises BadInput for an unknown kind."""
        return self.events.chosen(self._numbers(chosen.kinds), self.period(chosen))

    def surface(self, chosen: Selection, bandwidth_m: float | None = None) -> Surface | None:
        """Events per km2 per 30 days of a selection, None when it is empty."""
        return self.heat.surface(self._kinds(chosen.kinds), self.period(chosen), bandwidth_m or self.heat.usual_m)

    def tile(
        self, z: int, x: int, y: int, chosen: Selection, *, bandwidth_m: float | None, theme: str, ratio: int
    ) -> bytes:
        """A heat tile as PNG. Raises BadInput for an unknown kind, TooLarge for too fine a bandwidth."""
        return self.heat.tile(
            z,
            x,
            y,
            kinds=self._kinds(chosen.kinds),
            period=self.period(chosen),
            bandwidth_m=bandwidth_m or self.heat.usual_m,
            theme=theme,
            ratio=ratio,
        )

    def legend(self, kinds: tuple[str, ...] | None, bandwidth_m: float | None, theme: str) -> Legend:
        """The scale of these kinds at this bandwidth."""
        return self.heat.legend(self._kinds(kinds), bandwidth_m or self.heat.usual_m, theme)

    def check_kinds(self, codes: tuple[str, ...]) -> None:
        """Raises BadInput for a kind that neither the configuration nor any incident has."""
        check_kinds(self.tree, self.events, codes)

    def _numbers(self, codes: tuple[str, ...] | None) -> list[int] | None:
        if codes is None:
            return None
        self.check_kinds(codes)
        return self.events.numbers(kinds_below(self.events.kinds, codes))

    def _kinds(self, codes: tuple[str, ...] | None) -> Kinds:
        numbers = self._numbers(codes)
        return None if numbers is None else tuple(sorted(numbers))

    def _month_counts(self, numbers: list[int] | None) -> tuple[MonthCount, ...]:
        months = self.events.months
        if months is None:
            return ()
        first, last = month_number(months[0]), month_number(months[1])
        found = self.events.index.month_counts(numbers, first, last).sum(axis=0)
        return tuple(
            MonthCount(f"{1970 + month // 12}-{month % 12 + 1:02d}", int(count))
            for month, count in enumerate(found, start=first)
            if count
        )
