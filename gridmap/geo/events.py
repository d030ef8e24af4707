"""All events in memory, sorted so that any kinds in any period are a few slices.

Sorted by (kind, day): one kind's events of a period lie side by side, found by two binary searches, and are handed on
without being copied. Events known to the month only stand apart, sorted by (kind, month): such an event counts when its
whole month lies in the period, so totals never depend on which day of the month someone typed.

Each event may carry its hour of the week. A window of chosen hours holds only events whose hour is known: one known to
the day or the month only is no event of midnight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.errors import BadInput

MINUTE, DAY, MONTH = 0, 1, 2  # precision codes

HOURS_OF_WEEK = 168
UNKNOWN_HOUR = -1

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_KIND_SHIFT = 32  # key = kind * 2**32 + time + 2**31; times are days or months since 1970
_TIME_ORIGIN = 1 << 31


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Events sorted by key; `row` is the event's number in the order it was given, `hour` its hour of the week."""

    key: Ints
    x: Floats
    y: Floats
    row: Ints
    hour: NDArray[np.int16]

    def slice_of(self, kind: int, first: int, last: int) -> slice:
        ends = np.searchsorted(self.key, [_key(kind, first), _key(kind, last + 1)])
        return slice(int(ends[0]), int(ends[1]))

    def merged(self, other: _Shelf) -> _Shelf:
        at = np.searchsorted(self.key, other.key, side="right")
        pairs = zip(self._columns, other._columns, strict=True)
        return _shelf(*(np.insert(mine, at, theirs) for mine, theirs in pairs))

    def without(self, rows: Ints) -> _Shelf:
        kept = ~np.isin(self.row, rows)
        return self if kept.all() else _shelf(*(column[kept] for column in self._columns))

    def span(self) -> tuple[int, int] | None:
        """First and last time, from the ends of every kind's stretch."""
        ends, begin = [], 0
        while begin < len(self.key):
            end = int(np.searchsorted(self.key, ((int(self.key[begin]) >> _KIND_SHIFT) + 1) << _KIND_SHIFT))
            ends += [_time(self.key[begin]), _time(self.key[end - 1])]
            begin = end
        return (min(ends), max(ends)) if ends else None

    @property
    def _columns(self) -> tuple[NDArray[Any], ...]:
        return self.key, self.x, self.y, self.row, self.hour


@dataclass(frozen=True, slots=True)
class Window:
    """Chosen events as slices of the index: nothing is copied until asked for.

    `hours` bool[169]: whether each hour of the week is chosen, at last the unknown one, which never is; None: all
    events, also those without an hour. `monthly` is the shelf of those known to the month only.
    """

    parts: tuple[tuple[int, _Shelf, slice], ...]
    hours: Flags | None = None
    monthly: _Shelf | None = None

    def __len__(self) -> int:
        return sum(self._size(shelf, part) for _, shelf, part in self.parts)

    def batches(self, month_weight: float = 1.0) -> Iterator[tuple[Floats, Floats, Floats | None]]:
        """(x, y, weights or None for 1) a slice: what `smoothing.gaussian_sums` and `tiles.surface` take.

        An event known to the month only weighs `month_weight`.
        """
        for _, shelf, part in self.parts:
            kept = self._kept(shelf, part)
            x = shelf.x[part][kept]
            is_weighed = shelf is self.monthly and month_weight != 1.0
            yield x, shelf.y[part][kept], np.full(len(x), month_weight) if is_weighed else None

    def rows(self) -> Ints:
        """int64[n]: the numbers of the chosen events in the order they were given to the index."""
        rows = [shelf.row[part][self._kept(shelf, part)] for _, shelf, part in self.parts]
        return np.concatenate(rows or [np.empty(0, dtype=np.int64)])

    def by_kind(self) -> dict[int, int]:
        """Number of chosen events of each kind that has any."""
        counts: dict[int, int] = {}
        for kind, shelf, part in self.parts:
            counts[kind] = counts.get(kind, 0) + self._size(shelf, part)
        return {kind: count for kind, count in counts.items() if count}

    def _kept(self, shelf: _Shelf, part: slice) -> Flags | slice:
        """What of a slice is chosen: a mask, or all of it without a copy."""
        return slice(None) if self.hours is None else self.hours[shelf.hour[part]]

    def _size(self, shelf: _Shelf, part: slice) -> int:
        return part.stop - part.start if self.hours is None else int(self.hours[shelf.hour[part]].sum())


@dataclass(frozen=True, slots=True)
class EventIndex:
    """n events; immutable, so that readers keep theirs while another is built. Make one with `EventIndex.of`."""

    kinds: tuple[int, ...]
    dated: _Shelf
    monthly: _Shelf

    @classmethod
    def of(
        cls,
        x: ArrayLike,
        y: ArrayLike,
        kind: ArrayLike,
        day: ArrayLike,
        precision: ArrayLike,
        hour: ArrayLike | None = None,
    ) -> EventIndex:
        """n events -> their index.

        `x, y` in metres of any one plane; `kind` a number from 0 on; `day` days since 1970-01-01 (any day of the
        month where only the month is known); `precision` MINUTE, DAY or MONTH; `hour` local hours since Monday 00:00,
        0 to 167, -1 (and None) where it is not known. Raises BadInput when lengths differ, a precision is unknown, a
        kind is negative or an hour is none.
        """
        return cls((), _EMPTY, _EMPTY).appended(x, y, kind, day, precision, hour)

    def __len__(self) -> int:
        return len(self.dated.key) + len(self.monthly.key)

    def appended(
        self,
        x: ArrayLike,
        y: ArrayLike,
        kind: ArrayLike,
        day: ArrayLike,
        precision: ArrayLike,
        hour: ArrayLike | None = None,
    ) -> EventIndex:
        """A new index with more events, numbered on from this one's."""
        columns = _columns(x, y, kind, day, precision, hour)
        return self._merged(np.arange(len(self), len(self) + len(columns[0])), columns)

    def replaced(
        self,
        rows: Ints,
        x: ArrayLike,
        y: ArrayLike,
        kind: ArrayLike,
        day: ArrayLike,
        precision: ArrayLike,
        hour: ArrayLike | None = None,
    ) -> EventIndex:
        """A new index in which the events of these numbers are others, under the same numbers."""
        columns = _columns(x, y, kind, day, precision, hour)
        rest = EventIndex(self.kinds, self.dated.without(rows), self.monthly.without(rows))
        return rest._merged(np.asarray(rows, dtype=np.int64), columns)

    def _merged(self, rows: Ints, columns: tuple[NDArray[Any], ...]) -> EventIndex:
        xs, ys, kinds, days, precisions, hours = columns
        monthly = precisions == MONTH
        times = np.where(monthly, _month_of(days), days)
        given = (kinds, times, xs, ys, rows, hours)
        dated, known_to_month = (_sorted(*(column[part] for column in given)) for part in (~monthly, monthly))
        return EventIndex(
            tuple(sorted({*self.kinds, *np.unique(kinds).tolist()})),
            self.dated.merged(dated),
            self.monthly.merged(known_to_month),
        )

    def select(
        self, kinds: Iterable[int] | None, day_from: int, day_to: int, hours: Sequence[bool] | None = None
    ) -> Window:
        """The events of these kinds (None: all) from day_from to day_to, both included, as slices.

        An event known to the month only is chosen when all its month's days are. Unknown kinds choose nothing. With
        `hours` (168 flags from Monday 00:00) only events of which the hour is known, and chosen.
        """
        flags = None if hours is None else hour_flags(hours)
        months = _whole_months(day_from, day_to)
        parts = []
        for kind in self._chosen(kinds):
            for shelf, (first, last) in ((self.dated, (day_from, day_to)), (self.monthly, months)):
                part = shelf.slice_of(kind, first, max(last, first - 1))
                if part.stop > part.start:
                    parts.append((kind, shelf, part))
        return Window(tuple(parts), flags, self.monthly)

    def day_span(self) -> tuple[int, int] | None:
        """First and last day that any event may belong to (a month with all its days), or None without events."""
        spans = [span for span in (self.dated.span(), self._month_days()) if span]
        return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None

    def _chosen(self, kinds: Iterable[int] | None) -> list[int]:
        """In the order asked for, each once."""
        return list(self.kinds) if kinds is None else list(dict.fromkeys(int(kind) for kind in kinds))

    def _month_days(self) -> tuple[int, int] | None:
        span = self.monthly.span()
        return None if span is None else (_first_day(span[0]), _first_day(span[1] + 1) - 1)


def _key(kind: int, time: int) -> int:
    return (kind << _KIND_SHIFT) + min(max(time, -_TIME_ORIGIN), _TIME_ORIGIN - 1) + _TIME_ORIGIN


def _time(key: np.int64) -> int:
    return (int(key) & ((1 << _KIND_SHIFT) - 1)) - _TIME_ORIGIN


def hour_flags(hours: Sequence[bool]) -> Flags:
    """168 flags of a week -> bool[169], to be asked with an event's hour: UNKNOWN_HOUR reaches the last, False.

    Raises BadInput for another number of flags.
    """
    if len(hours) != HOURS_OF_WEEK:
        raise BadInput(f"A week has {HOURS_OF_WEEK} hours, not {len(hours)}.", "Give a flag for each of them.")
    return np.append(np.asarray(hours, dtype=bool), False)


def _shelf(*columns: Any) -> _Shelf:
    for column in columns:
        column.setflags(write=False)
    return _Shelf(*columns)


def _sorted(kind: Ints, time: Ints, *columns: Any) -> _Shelf:
    key = (kind << _KIND_SHIFT) + time + _TIME_ORIGIN
    order = np.argsort(key, kind="stable")
    return _shelf(key[order], *(column[order] for column in columns))


_EMPTY = _shelf(
    np.empty(0, dtype=np.int64), np.empty(0), np.empty(0), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int16)
)


def _columns(
    x: ArrayLike, y: ArrayLike, kind: ArrayLike, day: ArrayLike, precision: ArrayLike, hour: ArrayLike | None
) -> tuple[NDArray[Any], ...]:
    xs = np.asarray(x, dtype=np.float64)
    columns = (
        xs,
        np.asarray(y, dtype=np.float64),
        np.asarray(kind, dtype=np.int64),
        np.asarray(day, dtype=np.int64),
        np.asarray(precision, dtype=np.int64),
        np.full(len(xs), UNKNOWN_HOUR, dtype=np.int16) if hour is None else np.asarray(hour, dtype=np.int16),
    )
    _check(columns)
    return columns


def _check(columns: tuple[NDArray[Any], ...]) -> None:
    x, _, kind, day, precision, hour = columns
    if any(column.shape != (len(x),) for column in columns):
        raise BadInput("The columns of the events differ in length.", "Give one value of each for every event.")
    if not np.isin(precision, (MINUTE, DAY, MONTH)).all():
        raise BadInput("A precision is none of 0 (minute), 1 (day), 2 (month).", "Use the codes of gridmap.geo.events.")
    if ((kind < 0) | (kind >= 1 << 30)).any() or (np.abs(day) >= _TIME_ORIGIN).any():
        raise BadInput("A kind or a day is out of range.", "Number kinds from 0 on, and days since 1970-01-01.")
    if ((hour < UNKNOWN_HOUR) | (hour >= HOURS_OF_WEEK)).any():
        raise BadInput("An hour of the week is out of range.", "Count from Monday 00:00: 0 to 167, -1 for unknown.")


def _month_of(day: Ints) -> Ints:
    """Days since 1970-01-01 -> months since January 1970."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _first_day(month: int) -> int:
    return int(np.datetime64(month, "M").astype("datetime64[D]").astype(np.int64))


def _whole_months(day_from: int, day_to: int) -> tuple[int, int]:
    """First and last month (since January 1970) that lie wholly in the days; the last before the first for none."""
    first, last = (int(month) for month in _month_of(np.array([day_from, day_to + 1])))
    return first if _first_day(first) == day_from else first + 1, last - 1
