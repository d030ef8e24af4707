"""Blocks, plan and borders in memory, one for a process, kept current by the change feed.

Placing one incident must not read and index every block: this holds the last state and asks, with two small queries,
whether it is still the state of the caller's own transaction.
"""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass
from functools import cached_property

from gridmap.geo.projection import LocalProjection
from gridmap.services.doubt import Doubt
from gridmap.services.feed import Head, entries_between, may_place
from gridmap.services.placing import Placer, placer_at
from gridmap.store import audit, plans, project
from gridmap.store.engine import Session


@dataclass(frozen=True)
class Places:
    """One state: points go to blocks and grids by `placer`, to candidates by `doubt` (made when first asked for).

    `projection` is None before the first import; then there is nothing to place in either.
    """

    placer: Placer
    projection: LocalProjection | None

    @cached_property
    def doubt(self) -> Doubt | None:
        return None if self.projection is None else Doubt.of(self.placer, self.projection)


class CurrentPlaces:
    """The present `Places`. Safe for threads; of several that find it out of date, one reads it anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: tuple[Head, Places] | None = None

    def at(self, session: Session, at: dt.datetime) -> Places:
        """The blocks open and the plan in force at an instant, as this session sees them."""
        with self._lock:
            head = audit.newest_change(session)
            places = self._held(session, head, at) or _read(session, at)
            self._known = (head, places)
            return places

    def index_borders(self) -> None:
        """Makes the borders of the present places, unless they are made: so that the next incident need not wait."""
        if self._known is not None:
            _ = self._known[1].doubt

    def _held(self, session: Session, head: Head, at: dt.datetime) -> Places | None:
        """The places in memory, unless something happened that may have changed them."""
        if self._known is None:
            return None
        known_head, places = self._known
        if known_head != head:
            entries = entries_between(session, known_head, head)
            if entries is None or may_place(entries):
                return None
        plan = plans.current(session, at)
        return places if (None if plan is None else plan.id) == places.placer.plan_id else None


def _read(session: Session, at: dt.datetime) -> Places:
    row = project.get(session)
    projection = LocalProjection(row.projection) if row is not None and row.projection else None
    return Places(placer_at(session, at), projection)
