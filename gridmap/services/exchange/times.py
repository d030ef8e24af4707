"""Reading dates and times: ISO, and the same with slashes. A time without a zone is the project's local time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridmap.domain.incidents import EARLIEST_YEAR, LATEST_YEAR, Precision
from gridmap.services.exchange.problems import Problems
from gridmap.services.exchange.table import Objects, object_array, text_of

Dates = NDArray[np.datetime64]  # datetime64[D] where days are meant, datetime64[us] where instants are
Mask = NDArray[np.bool_]

_TIME = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"
    r"(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_MONTH = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.]\d{1,2}(?:[T ].*)?)?|(\d{2}))", re.ASCII)
EPOCH_END_S = 4_102_444_800  # the year 2100


@dataclass(frozen=True, slots=True)
class Moment:
    """One cell read: a day, with a clock time or without, `offset` from UTC or (None) in the project's zone."""

    day: dt.date
    clock: dt.time | None = None
    offset: dt.timedelta | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """n cells read: `on` the local day, `at` the instant in UTC, NaT where only the day is known.

    Both are NaT where the cell is empty or bad. `local_cells`: how many had a time without a zone.
    """

    on: Dates
    at: Dates
    local_cells: int = 0


@dataclass(frozen=True, slots=True)
class Occurrences:
    """n incidents' times as the incident table keeps them; `at` is NaT unless `precision` is minute."""

    on: Dates
    at: Dates
    precision: Objects
    local_cells: int = 0


def parse_times(name: str, raw: Objects, zone: str, problems: Problems, *, midnight_is_day: bool = False) -> Times:
    """n cells -> Times in the project's `zone`.

    `midnight_is_day`: where every clock reads 00:00, as spreadsheets write bare dates, only the days are taken.
    """
    codes, moments = _read_distinct(name, raw, problems, _moment)
    if midnight_is_day and all(m.clock in (None, dt.time()) for m in moments):
        moments = [Moment(m.day) for m in moments]
    zoned = np.array([m.offset is not None for m in moments], bool)
    timed = np.array([m.clock is not None for m in moments], bool)
    clocks = np.array([_clock_us(m) for m in moments], "datetime64[us]")
    at, skipped = _to_utc(np.where(zoned, np.datetime64("NaT"), clocks), zone)
    offsets = np.array([m.offset or dt.timedelta() for m in moments], "timedelta64[us]")
    at = np.where(zoned, clocks - offsets, at)
    on = np.where(zoned, _local_days(at, zone), np.array([m.day for m in moments], "datetime64[D]"))
    problems.add(_spread(skipped, codes), f"{name} is skipped in {zone}: the clocks were set forward", raw)
    return Times(_take(on, codes), _take(at, codes), int(_spread(timed & ~zoned, codes).sum()))


def parse_epochs(name: str, raw: Objects, zone: str, problems: Problems) -> Times:
    """n seconds since 1970 (UTC) -> Times."""
    seconds = np.array([np.nan if value is None else float(value) for value in raw])
    possible = (seconds > 0) & (seconds < EPOCH_END_S)
    problems.add(~possible & ~np.isnan(seconds), f"{name} is no plausible number of seconds since 1970", raw)
    at = np.full(len(raw), "NaT", "datetime64[us]")
    at[possible] = np.round(seconds[possible] * 1e6).astype("int64").astype("datetime64[us]")
    return Times(_local_days(at, zone), at)


def parse_days(name: str, raw: Objects, problems: Problems) -> Objects:
    """n cells -> n dates or None; a clock time behind the day is not taken."""
    codes, moments = _read_distinct(name, raw, problems, _moment)
    return object_array([None if code < 0 else moments[code].day for code in codes.tolist()])


def parse_months(name: str, raw: Objects, problems: Problems) -> Dates:
    """n cells (2024-03, 2024/3, 202403, or any day of the month) -> the first day of each month, or NaT."""
    codes, moments = _read_distinct(name, raw, problems, _month)
    return _take(np.array([m.day for m in moments], "datetime64[D]"), codes)


def combine(at: Times | None, on: Times | None, months: Dates | None, problems: Problems) -> Occurrences:
    """The finest of what each row gives; a contradiction is bad, and so is a row without any date."""
    empty = np.full(problems.n, "NaT", "datetime64[D]")
    nothing = Times(empty, empty.astype("datetime64[us]"))
    unread = problems.mask()
    at, on, months = at or nothing, on or nothing, empty if months is None else months
    day = np.where(np.isnat(at.on), on.on, at.on)
    instant = np.where(np.isnat(at.at), on.at, at.at)
    has_day, has_month = ~np.isnat(day), ~np.isnat(months)
    both = ~np.isnat(at.on) & ~np.isnat(on.on)
    problems.add(both & (at.on != on.on), "occurred_at and occurred_on are different days")
    other_month = day.astype("datetime64[M]") != months.astype("datetime64[M]")
    problems.add(has_day & has_month & other_month, "the day is not in the month given")
    problems.add(~has_day & ~has_month & ~unread, "no date: occurred_at, occurred_on and month are empty")
    precision = np.full(problems.n, str(Precision.MONTH), dtype=object)
    precision[has_day] = str(Precision.DAY)
    precision[~np.isnat(instant)] = str(Precision.MINUTE)
    return Occurrences(np.where(has_day, day, months), instant, precision, at.local_cells + on.local_cells)


def instants(at: Dates) -> Objects:
    """datetime64[n] in UTC -> n aware datetimes, None for NaT."""
    known = ~np.isnat(at)
    out = np.full(len(at), None, dtype=object)
    out[known] = pd.DatetimeIndex(at[known].astype("datetime64[us]"), tz="UTC").to_pydatetime()
    return out


def days(on: Dates) -> Objects:
    """datetime64[n] -> n dates, None for NaT."""
    return on.astype("datetime64[D]").astype(object)


def _read_distinct(
    name: str, raw: Objects, problems: Problems, read: Callable[[str], Moment | str]
) -> tuple[NDArray[np.intp], list[Moment]]:
    """Read each different text once: code[n] into the moments, -1 where a cell is empty or bad."""
    texts = object_array([text_of(value) for value in raw])
    codes, distinct = pd.factorize(texts)
    found = [read(text) for text in distinct]
    for cause in {reason for reason in found if isinstance(reason, str)}:
        bad = np.array([reason == cause for reason in found], bool)
        problems.add(_spread(bad, codes), f"{name} {cause}", texts)
    moments = [moment for moment in found if isinstance(moment, Moment)]
    is_good = np.array([isinstance(moment, Moment) for moment in found] + [False], bool)
    position = np.cumsum(is_good) - 1
    return np.where(is_good[codes] & (codes >= 0), position[codes], -1), moments


def _moment(text: str) -> Moment | str:
    match = _TIME.fullmatch(text)
    if match is None:
        return "is no date (write 2024-03-05 or 2024-03-05 18:30)"
    year, _, month, day, hour, minute, second, fraction, zone = match.groups()
    if not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        return f"is not in the years {EARLIEST_YEAR} to {LATEST_YEAR}"
    try:
        date = dt.date(int(year), int(month), int(day))
        if hour is None:
            return Moment(date)
        micro = int((fraction or "0").ljust(6, "0")[:6])
        clock = dt.time(int(hour), int(minute), int(second or 0), micro)
    except ValueError:
        return "is no day of the calendar, or no time of the day"
    return Moment(date, clock, _offset(zone))


def _offset(zone: str | None) -> dt.timedelta | None:
    if zone is None:
        return None
    if zone == "Z":
        return dt.timedelta()
    size = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[3:].lstrip(":") or 0))
    return -size if zone[0] == "-" else size


def _month(text: str) -> Moment | str:
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2] or match[3]) <= 12:
        return "is no month (write 2024-03)"
    if not EARLIEST_YEAR <= int(match[1]) <= LATEST_YEAR:
        return f"is not in the years {EARLIEST_YEAR} to {LATEST_YEAR}"
    return Moment(dt.date(int(match[1]), int(match[2] or match[3]), 1))


def _clock_us(moment: Moment) -> dt.datetime | None:
    return None if moment.clock is None else dt.datetime.combine(moment.day, moment.clock)


def _to_utc(clocks: Dates, zone: str) -> tuple[Dates, Mask]:
    """Local clock times -> UTC, and which of them never were; of a repeated hour the first is meant."""
    local = pd.DatetimeIndex(clocks)
    first = np.ones(len(local), bool)
    utc = local.tz_localize(zone, ambiguous=first, nonexistent="NaT").tz_convert("UTC").tz_localize(None).to_numpy()
    return utc.astype("datetime64[us]"), np.isnat(utc) & ~np.isnat(clocks)


def _local_days(at: Dates, zone: str) -> Dates:
    local = pd.DatetimeIndex(at.astype("datetime64[us]"), tz="UTC").tz_convert(zone).tz_localize(None).to_numpy()
    return local.astype("datetime64[D]")


def _take(values: Dates, codes: NDArray[np.intp]) -> Dates:
    return np.append(values, np.array(["NaT"], values.dtype))[codes]


def _spread(flags: Mask, codes: NDArray[np.intp]) -> Mask:
    """Flags of the distinct cells -> flags of all n."""
    return np.append(flags, False)[codes]
