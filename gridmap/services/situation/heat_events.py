"""The incidents that heat is made of, and a short mark of any choice of them.

Only incidents on the district's ground are in: those beyond are counted, not drawn. Every incident has a number made of
its kind, day, place and hour; a choice is known by the sum of its incidents' numbers, which running sums give in a
moment. So what was computed for a choice holds until one of its own incidents changes: a report of today leaves every
picture of last month as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridmap.geo.events import EventIndex, Window
from gridmap.geo.masks import Mask

Numbers = NDArray[np.uint64]

# Sebastiano Vigna's splitmix64: every bit of the input changes half of the output's
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class HeatEvents:
    """`index` holds the incidents on the ground; `dated`, `monthly` are running sums over its shelves, from 0 on."""

    index: EventIndex
    dated: Numbers
    monthly: Numbers

    @classmethod
    def of(cls, index: EventIndex, mask: Mask | None) -> HeatEvents:
        """Without a mask all incidents are in."""
        inside = index if mask is None else _on_ground(index, mask)
        return cls(inside, _running(inside.dated, 0), _running(inside.monthly, 1))

    def mark(self, chosen: Window) -> int:
        """64 bits that name the incidents of a window of `index` before its hours are looked at."""
        total = 0
        for _, shelf, part in chosen.parts:
            sums = self.dated if shelf is self.index.dated else self.monthly
            total += int(sums[part.stop]) - int(sums[part.start])
        return total % (1 << 64)

    @property
    def whole_mark(self) -> int:
        """The mark of all incidents."""
        return (int(self.dated[-1]) + int(self.monthly[-1])) % (1 << 64)


def _on_ground(index: EventIndex, mask: Mask) -> EventIndex:
    shelves = (index.dated, index.monthly)
    beyond = [shelf.row[~mask.inside(shelf.x, shelf.y)] for shelf in shelves]
    if not any(len(rows) for rows in beyond):
        return index
    rows = np.concatenate(beyond)
    return EventIndex(index.kinds, *(shelf.without(rows) for shelf in shelves))


def _running(shelf: Any, which: int) -> Numbers:
    columns = (shelf.key.view(np.uint64), shelf.x.view(np.uint64), shelf.y.view(np.uint64))
    numbers = _mixed([*columns, shelf.hour.astype(np.uint64)], np.uint64(which))
    return np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(numbers, dtype=np.uint64)])


def _mixed(columns: Iterable[Numbers], mixed: Any) -> Numbers:
    """n rows of columns -> a number each that looks like chance, another for every `mixed`; all wraps round."""
    for column in columns:
        mixed = column + (mixed + _GOLDEN)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
        mixed = mixed ^ (mixed >> np.uint64(31))
    return np.asarray(mixed)
