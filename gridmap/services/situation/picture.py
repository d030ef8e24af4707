"""One state of the project, whole and unchanging: every figure and every colour on a screen comes from one picture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridmap.domain.kinds import KindTree
from gridmap.errors import OutsideExtent
from gridmap.geo import datums
from gridmap.geo.events import MONTH, Window
from gridmap.geo.tiles import Surface
from gridmap.services.situation import figures
from gridmap.services.situation.answers import (
    AreaFacts,
    Counts,
    FirstView,
    HeatFacts,
    HeatValue,
    Legend,
    Patterns,
    Place,
    Points,
    ProjectFacts,
    Selection,
    Summary,
    Timeline,
    Totals,
)
from gridmap.services.situation.chosen_place import within
from gridmap.services.situation.events import Events
from gridmap.services.situation.ground import NO_GRID, Ground
from gridmap.services.situation.ground_layers import area_facts
from gridmap.services.situation.heat import Heat, HeatChoice, Kinds
from gridmap.services.situation.kind_counts import check_kinds, kind_nodes, kinds_below
from gridmap.services.situation.period import Period, first_view
from gridmap.services.situation.points import points

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is going on at one change of the feed (`head`); `version` names it for caches. From `until` on another plan
    or other areas hold (None: not before something is changed).

    `stored` are the numbers of rows of each layer, `tree` the configured kinds; `other_ground` reads the ground of
    another plan.
    """

    head: tuple[int, bytes]
    version: str
    until: dt.datetime | None
    project: ProjectFacts
    tree: KindTree
    ground: Ground
    events: Events
    heat: Heat
    stored: Mapping[str, int]
    other_ground: Callable[[Picture, str], Ground]

    def is_past(self, now: dt.datetime) -> bool:
        """Whether another plan or other areas hold by now."""
        return self.until is not None and now >= self.until

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
            heat=HeatFacts(self.heat.usual_m, self.heat.offered_m, self.heat.version),
            first_view=self.first_view(),
        )

    def first_view(self) -> FirstView:
        """The last 30 days, or where the data end."""
        time = self.events.time
        period, recent = first_view(self.project.now_on, time.last_dated, time.last_month)
        return FirstView(period, recent)

    def period(self, chosen: Selection) -> Period:
        """The period chosen; an end left open is the first view's. Raises BadInput when it ends before it begins."""
        if chosen.from_on is not None and chosen.to_on is not None:
            return Period(chosen.from_on, chosen.to_on)
        usual = self.first_view().period
        return Period(chosen.from_on or usual.from_on, chosen.to_on or usual.to_on)

    def under(self, plan: str | None) -> Picture:
        """The same with the grids of another plan, by its uid; None is the plan in force. Raises NotFound."""
        in_force = self.ground.plan
        if plan is None or (in_force is not None and in_force.uid == plan):
            return self
        ground = self.other_ground(self, plan)
        return replace(self, ground=ground, events=self.events.under(ground))

    def rows(self, chosen: Selection) -> Ints:
        """int64[n] numbers of the chosen incidents in `events`, with every condition of the selection.

        Raises BadInput for an unknown kind, NotFound for a place or plan that does not exist.
        """
        return self.under(chosen.plan)._rows(chosen, self.period(chosen))

    def rows_ever(self, chosen: Selection) -> Ints:
        """The same, but an end that the selection leaves open is that of all incidents. Raises as `rows` does."""
        span = self.events.span
        if span is None:
            return np.empty(0, dtype=np.int64)
        begin, end = chosen.from_on or span.from_on, chosen.to_on or span.to_on
        if begin > end and None in (chosen.from_on, chosen.to_on):
            return np.empty(0, dtype=np.int64)
        return self.rows(replace(chosen, from_on=begin, to_on=end))

    def timeline(self, chosen: Selection) -> Timeline:
        """Incidents a day over all time, whatever its period; those known by month only stand apart.

        Raises BadInput for unknown kinds, NotFound for a place or plan that does not exist.
        """
        span = self.events.span
        if span is None:
            return Timeline(None, (), ())
        return figures.timeline(self.events, self.under(chosen.plan)._rows(chosen, span), span)

    def counts(self, chosen: Selection) -> Counts:
        """Incidents by kind and by place. Raises as `rows` does."""
        picture, period = self.under(chosen.plan), self.period(chosen)
        rows = picture._rows(replace(chosen, hours=None), period)
        left_out = self.left_out(chosen)
        return figures.counts(self.events, picture.ground, chosen, period, rows, left_out=left_out)

    def left_out(self, chosen: Selection) -> int:
        """Incidents of a selection of whatever hours, known by month only, of months that the period holds in part: no
        figure has them. Raises as `rows` does.
        """
        if self.events.time.months is None:
            return 0
        picture, asked = self.under(chosen.plan), replace(chosen, hours=None)
        broken = (picture._rows(asked, month) for month in self.period(chosen).broken_months())
        return sum(int((self.events.precision[rows] == MONTH).sum()) for rows in broken)

    def patterns(self, chosen: Selection) -> Patterns:
        """When in the week, of all hours whatever hours are chosen. Raises as `rows` does."""
        period = self.period(chosen)
        rows = self.under(chosen.plan)._rows(replace(chosen, hours=None), period)
        return figures.patterns(self.events, period, rows)

    def points(self, chosen: Selection, bbox: tuple[float, float, float, float] | None, zoom: int) -> Points:
        """The chosen incidents in a box in degrees (None: everywhere) as places or clusters. Raises as `rows` does."""
        return points(self.events, self.rows(chosen), bbox, zoom)

    def areas(self, plan: str | None = None) -> tuple[AreaFacts, ...]:
        """The tree of areas in code order, with the grids of a plan (its uid; None: the one in force)."""
        return area_facts(self.under(plan).ground)

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
        """The incidents of a selection's kinds, period and hours, wherever they are, as slices of the index.

        Raises BadInput for an unknown kind.
        """
        return self.events.chosen(self._numbers(chosen.kinds), self.period(chosen), chosen.hours)

    def surface(self, chosen: Selection, bandwidth_m: float | None = None) -> Surface | None:
        """Events per km2 per 30 days of a selection, None when it is empty."""
        return self.heat.surface(self._heat_choice(chosen, bandwidth_m))

    def tile(
        self,
        z: int,
        x: int,
        y: int,
        chosen: Selection,
        *,
        bandwidth_m: float | None,
        theme: str,
        ratio: int,
        top: float | None = None,
    ) -> bytes:
        """A heat tile as PNG, on the kinds' own scale or on one that ends at `top`.

        Raises BadInput for an unknown kind, TooLarge for too fine a bandwidth.
        """
        choice = self._heat_choice(chosen, bandwidth_m)
        return self.heat.tile(z, x, y, choice, theme=theme, ratio=ratio, top=top)

    def heat_value(self, lon: float, lat: float, chosen: Selection, bandwidth_m: float | None) -> HeatValue:
        """What the heat says of one place in WGS-84 degrees. Raises as `tile` does."""
        anywhere = replace(chosen, area=None, grid=None, block=None)  # as heat is drawn
        found = self.heat.value(lon, lat, self._heat_choice(chosen, bandwidth_m))
        return replace(found, left_out=self.left_out(anywhere))

    def legend(
        self, kinds: tuple[str, ...] | None, bandwidth_m: float | None, theme: str, *, days: int | None = None
    ) -> Legend:
        """The scale of these kinds at this bandwidth in a period of so many days; None: in a long one."""
        return self.heat.legend(self._kinds(kinds), bandwidth_m or self.heat.usual_m, theme, days)

    def check_kinds(self, codes: tuple[str, ...]) -> None:
        """Raises BadInput for a kind that neither the configuration nor any incident has."""
        check_kinds(self.tree, self.events, codes)

    def _numbers(self, codes: tuple[str, ...] | None) -> list[int] | None:
        if codes is None:
            return None
        self.check_kinds(codes)
        return self.events.numbers(kinds_below(self.events.kinds, codes))

    def _rows(self, chosen: Selection, period: Period) -> Ints:
        """Of this picture's own plan, in a period that may be another than the selection's."""
        rows = self.events.chosen(self._numbers(chosen.kinds), period, chosen.hours).rows()
        return within(self.events, self.ground, chosen, rows)

    def _heat_choice(self, chosen: Selection, bandwidth_m: float | None) -> HeatChoice:
        bandwidth_m = bandwidth_m or self.heat.usual_m
        return HeatChoice(self._kinds(chosen.kinds), self.period(chosen), chosen.hours, bandwidth_m)

    def _kinds(self, codes: tuple[str, ...] | None) -> Kinds:
        numbers = self._numbers(codes)
        return None if numbers is None else tuple(sorted(numbers))
