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
Moment = dt.date | dt.datetime  # a day, a clock time in the project's zone, or (aware) an instant

_TIME = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"
    r"(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.]\d{1,2}(?:[T ].*)?)?|(\d{2}))", re.ASCII)
_CHINESE = re.compile(
    r"(\d{4})年(\d{1,2})月(?:(\d{1,2})日(?:\s*(\d{1,2})(?:[时点](\d{1,2})分(?:(\d{1,2})秒)?|:(\d{2})(?::(\d{2}))?))?)?",
    re.ASCII,
)
EPOCH_END_S = 4_102_444_800  # the year 2100


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
    if midnight_is_day and all(_is_midnight(m) for m in moments):
        moments = [_day(m) for m in moments]
    timed = np.array([isinstance(m, dt.datetime) for m in moments], bool)
    zoned = np.array([isinstance(m, dt.datetime) and m.tzinfo is not None for m in moments], bool)
    local = np.array(
        [m if t and not z else None for m, t, z in zip(moments, timed, zoned, strict=True)], "datetime64[us]"
    )
    at, skipped = _to_utc(local, zone)
    at[zoned] = [_utc(m) for m in moments if isinstance(m, dt.datetime) and m.tzinfo is not None]
    on = np.array([_day(m) for m in moments], "datetime64[D]")
    on[zoned] = _local_days(at[zoned], zone)
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
    return object_array([None if code < 0 else _day(moments[code]) for code in codes.tolist()])


def parse_months(name: str, raw: Objects, problems: Problems) -> Dates:
    """n cells (2024-03, 2024/3, 202403, or any day of the month) -> the first day of each month, or NaT."""
    codes, moments = _read_distinct(name, raw, problems, _month)
    return _take(np.array(moments, "datetime64[D]"), codes)


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
    moments = [moment for moment in found if not isinstance(moment, str)]
    is_good = np.array([not isinstance(moment, str) for moment in found] + [False], bool)
    position = np.cumsum(is_good) - 1
    return np.where(is_good[codes] & (codes >= 0), position[codes], -1), moments


def _moment(text: str) -> Moment | str:
    """One cell -> a moment, or what is wrong with it."""
    text = _in_digits(text)
    match = None if (is_iso := _ISO.fullmatch(text) is not None) else _TIME.fullmatch(text)
    if not is_iso and match is None:
        return "is no date (write 2024-03-05 or 2024-03-05 18:30)"
    try:
        moment = dt.datetime.fromisoformat(text) if match is None else _assembled(match)
    except ValueError:
        return "is no day of the calendar, or no time of the day"
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        return f"is not in the years {EARLIEST_YEAR} to {LATEST_YEAR}"
    return moment


def _in_digits(text: str) -> str:
    """2026年3月5日 8时30分 -> 2026-3-5 8:30, without a day 2026-3; any other text as it is."""
    match = _CHINESE.fullmatch(text)
    if match is None:
        return text
    year, month, day, hour = match.groups()[:4]
    date = "-".join(part for part in (year, month, day) if part)
    minute, second = match[5] or match[7], match[6] or match[8]
    if hour is None:
        return date
    return f"{date} {hour}:{minute:0>2}" + (f":{second:0>2}" if second else "")


def _assembled(match: re.Match[str]) -> Moment:
    """A moment from the parts of one written loosely. Raises ValueError for an impossible one."""
    year, _, month, day, hour, minute, second, fraction, zone = match.groups()
    if hour is None:
        return dt.date(int(year), int(month), int(day))
    micro = int((fraction or "0").ljust(6, "0")[:6])
    offset = _offset(zone)
    tz = None if offset is None else dt.timezone(offset)
    return dt.datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micro, tz)


def _offset(zone: str | None) -> dt.timedelta | None:
    if zone is None:
        return None
    if zone == "Z":
        return dt.timedelta()
    size = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[3:].lstrip(":") or 0))
    return -size if zone[0] == "-" else size


def _month(text: str) -> Moment | str:
    match = _MONTH.fullmatch(_in_digits(text))
    if match is None or not 1 <= int(match[2] or match[3]) <= 12:
        return "is no month (write 2024-03)"
    if not EARLIEST_YEAR <= int(match[1]) <= LATEST_YEAR:
        return f"is not in the years {EARLIEST_YEAR} to {LATEST_YEAR}"
    return dt.date(int(match[1]), int(match[2] or match[3]), 1)


def _day(moment: Moment) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment


def _is_midnight(moment: Moment) -> bool:
    return not isinstance(moment, dt.datetime) or (moment.time() == dt.time() and moment.tzinfo is None)


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(tzinfo=None)


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
