"""What a person may ask of the project: the same questions of the whole and of a part of it."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from dataclasses import replace

from gridmap.services.situation import reading
from gridmap.services.situation.answers import PlanLine
from gridmap.services.situation.ground_layers import area_layer, block_layer
from gridmap.services.situation.layers import Box, Layer, grid_layer, point_layer
from gridmap.services.situation.picture import Picture
from gridmap.services.situation.plan_lines import plan_lines
from gridmap.services.situation.records import (
    Changes,
    IncidentFilter,
    changes_since,
    incident_count,
    incident_page,
)
from gridmap.services.situation.seen import Seen
from gridmap.store import plans
from gridmap.store.engine import Store
from gridmap.store.incidents import Page


class View(ABC):
    """Every answer of a view is of its picture, and of the rows that its picture knows."""

    _store: Store

    @abstractmethod
    def picture(self) -> Picture:
        """The present state, as far as the view reaches. Raises StoreBusy, StoreBroken; it stays as it is."""

    @property
    @abstractmethod
    def seen(self) -> Seen | None:
        """What part of the ground is seen; None: all."""

    @abstractmethod
    def today(self) -> dt.date:
        """The local day that counts as today."""

    def grids(self, at: dt.date | None, plan_uid: str | None = None) -> Layer:
        """The grids of a plan, or of the one in force at the end of a day (None: now). Raises NotFound."""
        picture, seen = self.picture(), self.seen
        if at is None:
            return picture.under(plan_uid).ground.layer
        with self._store.read() as session:
            plan = plans.current(session, reading.end_of_day(at, picture.project.time_zone))
            rows = [] if plan is None else plans.grids(session, plan.id, at)
        if plan is None or seen is None:
            return grid_layer(rows)
        workers = {row.code: row.workers for row in rows}
        part = picture.under(plan.uid).ground.grids
        return grid_layer([replace(row, workers=workers.get(row.code, ())) for row in part])

    def areas(self, level: str) -> Layer:
        """The areas of a level that have a shape."""
        return area_layer(self.picture().ground, level)

    def blocks(self, *, grid: str | None, block: str | None, bbox: Box | None, plan_uid: str | None) -> Layer:
        """The open blocks: of a grid of a plan (None: the one in force), one alone, or of a box. Raises NotFound."""
        return block_layer(self.picture().under(plan_uid).ground, grid, block, bbox)

    def points_of(self, layer: str, bbox: Box | None) -> Layer:
        """Key sites or cameras, of a box in degrees or all."""
        seen = self.seen
        with self._store.read() as session:
            return point_layer(session, layer, bbox, None if seen is None else seen.within)

    def plans(self) -> tuple[PlanLine, ...]:
        """Every plan, the newest first."""
        picture, seen = self.picture(), self.seen
        blocks = None if seen is None else seen.spots.ids.tolist()
        with self._store.read() as session:
            return plan_lines(session, picture.ground.plan, picture.project.time_zone, blocks)

    def incidents(self, wanted: IncidentFilter, *, after: str | None, limit: int) -> Page:
        """One page of incidents, newest day first. Raises BadInput for an unknown kind or a foreign `after`, NotFound
        for a place or plan that does not exist.
        """
        picture = self.picture()
        with self._store.read() as session:
            return incident_page(session, picture, wanted, after=after, limit=limit, is_part=self.seen is not None)

    def incident_count(self, wanted: IncidentFilter) -> int:
        """How many incidents the list has, on all its pages. Raises as `incidents`."""
        with self._store.read() as session:
            return incident_count(session, self.picture(), wanted)

    def changes(self, since: int, limit: int) -> Changes:
        """The feed after `since`, oldest first. Of what changed elsewhere than a part tells, it has the number only."""
        known = None if self.seen is None else self.picture().events.id
        today = self.today()
        with self._store.read() as session:
            return changes_since(session, since, limit, today, known)
