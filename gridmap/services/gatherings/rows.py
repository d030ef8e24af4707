"""From tests of windows to gatherings a person can go to: windows that touch are one, in the grids that make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridmap.analysis.change import FALSE_DISCOVERY_RATE
from gridmap.analysis.hotspots import Dated, Tested
from gridmap.analysis.onset import onset
from gridmap.geo.contiguity import Neighbours
from gridmap.services.situation.ground import Ground
from gridmap.services.situation.period import date_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CORE_SHARE = 0.25  # of the excess of the grid that has most: the others only lie beside


def rows_of(
    tested: Tested, events: Dated, beside: Neighbours, ground: Ground, kinds: Sequence[str], days: tuple[int, int, int]
) -> list[dict[str, Any]]:
    """The significant windows as gatherings: those with more first, the largest excess first.

    `days`, since 1970-01-01: the first of the past, the first of now, the last. `direction` is "more" or "fewer";
    `count` and `usual` are of the named grids alone, `usual` by their own past for as many days; `p`, `q` and `z` are
    of the strongest window.
    """
    found = []
    sure = tested.q <= FALSE_DISCOVERY_RATE
    for direction, sign in (("more", 1), ("fewer", -1)):
        one_way = sure & (sign * (tested.count - tested.expected) > 0)
        for kind in np.unique(tested.kind[one_way]).tolist():
            counts = _Counts.of(events, kind, len(beside), days)
            windows = np.flatnonzero(one_way & (tested.kind == kind))
            for group in _touching(windows, tested.place[windows], beside):
                core = _core(tested.place[group], sign * counts.excess, beside)
                row = _row(tested, group, counts, core, ground)
                found.append({"direction": direction, "kind": kinds[kind], **row})
    return sorted(found, key=lambda row: (row["direction"] == "fewer", -abs(row["count"] - row["usual"])))


@dataclass(frozen=True, slots=True)
class _Counts:
    """Incidents of one kind by place: now, and in the past; `scale` is the days now by the days of the past."""

    events: Dated
    now: Ints
    past: Ints
    days: tuple[int, int, int]

    @classmethod
    def of(cls, events: Dated, kind: int, places: int, days: tuple[int, int, int]) -> _Counts:
        own = events.kind == kind
        chosen = Dated(events.kind[own], events.place[own], events.spot[own], events.day[own])
        is_now = chosen.day >= days[1]
        now = np.bincount(chosen.place[is_now], minlength=places)
        return cls(chosen, now, np.bincount(chosen.place[~is_now], minlength=places), days)

    @property
    def excess(self) -> Floats:
        total = self.now + self.past
        out: Floats = self.now - total * (self.now.sum() / total.sum())
        return out

    @property
    def scale(self) -> float:
        first, now, last = self.days
        return (last - now + 1) / (now - first)

    def since(self, places: list[int]) -> str | None:
        """The day from which these places have had another part of the kind."""
        first, _, last = self.days
        here, length = np.isin(self.events.place, places), last - first + 1
        daily = np.bincount(self.events.day - first, minlength=length)
        begun = onset(np.bincount(self.events.day[here] - first, minlength=length), daily)
        return None if begun is None else date_of(first + begun).isoformat()


def _row(tested: Tested, group: Ints, counts: _Counts, core: list[int], ground: Ground) -> dict[str, Any]:
    best = group[np.lexsort([-np.abs(tested.z[group]), tested.p[group]])[0]]
    grids = [ground.grids[place] for place in core]
    return {
        "grids": [{"code": row.code, "name": row.name} for row in grids],
        "community": grids[0].community_name,
        "street": grids[0].street_name,
        "count": int(counts.now[core].sum()),
        "usual": round(float(counts.past[core].sum() * counts.scale), 1),
        "p": float(tested.p[best]),
        "q": float(tested.q[best]),
        "z": round(float(tested.z[best]), 2),
        "windows": len(group),
        "since": counts.since(core),
    }


def _touching(tests: Ints, places: Ints, beside: Neighbours) -> list[Ints]:
    """Tests of one kind whose places are the same or neighbours, or have a common one, together."""
    reach = {place: {place, *beside.beside(place).tolist()} for place in places.tolist()}
    groups: list[tuple[set[int], list[int]]] = []
    for test, place in zip(tests.tolist(), places.tolist(), strict=True):
        ground, members = set(reach[place]), [test]
        apart = []
        for other, theirs in groups:
            if ground & other:
                ground |= other
                members += theirs
            else:
                apart.append((other, theirs))
        groups = [*apart, (ground, members)]
    return [np.array(sorted(members), dtype=np.int64) for _, members in groups]


def _core(places: Ints, excess: Floats, beside: Neighbours) -> list[int]:
    """Of all places in the windows those that make the excess, the strongest first."""
    reach = np.unique(np.concatenate([places, *(beside.beside(int(place)) for place in places)]))
    ranked = reach[np.argsort(-excess[reach], kind="stable")]
    return [int(place) for place in ranked if excess[place] >= CORE_SHARE * excess[ranked[0]]]
