"""Reading columns of dates and times. A time without a zone is the project's local time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridmap.domain.incidents import Precision
from gridmap.services.exchange.moments import (
    END_SERIAL,
    FIRST_SERIAL,
    Moment,
    Month,
    is_serial,
    read_moment,
    read_moment_or_month,
    read_month,
)
from gridmap.services.exchange.problems import Problems
from gridmap.services.exchange.table import SERIALS_FROM, Objects, object_array, text_of

Dates = NDArray[np.datetime64]  # datetime64[D] where days are meant, datetime64[us] where instants are
Mask = NDArray[np.bool_]
Read = TypeVar("Read", bound=Moment | Month)

MAY_BE_MONTHS = ("occurred_at", "occurred_on")  # of some incidents nobody knows more than the month
FIRST_EPOCH_S, EPOCH_END_S = 94_694_400, 4_102_444_800  # 1973 and 2100; below lie days written as numbers


@dataclass(frozen=True, slots=True)
class Times:
    """n cells read: `on` the local day, `at` the instant in UTC, NaT where only the day is known.

    Both are NaT where the cell is empty or bad. `local_cells`: how many had a time without a zone. `months`: the first
    day of the month where no day is known, else NaT; None where no cell is of that kind.
    """

    on: Dates
    at: Dates
    local_cells: int = 0
    months: Dates | None = None


@dataclass(frozen=True, slots=True)
class Occurrences:
    """n incidents' times as the incident table keeps them; `at` is NaT unless `precision` is minute."""

    on: Dates
    at: Dates
    precision: Objects
    local_cells: int = 0


def parse_times(
    name: str,
    raw: Objects,
    zone: str,
    problems: Problems,
    *,
    midnight_is_day: bool = False,
    serials_from: dt.date = SERIALS_FROM,
) -> Times:
    """n cells -> Times in the project's `zone`.

    `midnight_is_day`: where every clock reads 00:00, as spreadsheets write bare dates, only the days are taken.
    `serials_from`: the day 0 of days written as numbers. A month alone (2024-03) is taken where `name` says when an
    incident occurred, and is bad elsewhere.
    """
    read: Callable[..., Moment | Month | str] = read_moment_or_month if name in MAY_BE_MONTHS else read_moment
    codes, found = _read_distinct(name, raw, problems, partial(read, serials_from=serials_from))
    first = np.array([m.first if isinstance(m, Month) else None for m in found], "datetime64[D]")
    months = None if np.isnat(first).all() else _take(first, codes)
    moments = [None if isinstance(m, Month) else m for m in found]
    if midnight_is_day and all(_is_midnight(m) for m in moments):
        moments = [None if m is None else _day(m) for m in moments]
    timed = np.array([isinstance(m, dt.datetime) for m in moments], bool)
    zoned = np.array([isinstance(m, dt.datetime) and m.tzinfo is not None for m in moments], bool)
    local = np.array(
        [m if t and not z else None for m, t, z in zip(moments, timed, zoned, strict=True)], "datetime64[us]"
    )
    at, skipped = _to_utc(local, zone)
    at[zoned] = [_utc(m) for m in moments if isinstance(m, dt.datetime) and m.tzinfo is not None]
    on = np.array([None if m is None else _day(m) for m in moments], "datetime64[D]")
    on[zoned] = _local_days(at[zoned], zone)
    problems.add(_spread(skipped, codes), f"{name} is skipped in {zone}: the clocks were set forward", raw)
    return Times(_take(on, codes), _take(at, codes), int(_spread(timed & ~zoned, codes).sum()), months)


def parse_numeric_times(
    name: str, raw: Objects, zone: str, problems: Problems, *, serials_from: dt.date = SERIALS_FROM
) -> tuple[Times, str]:
    """n cells of a column of numbers -> Times, and what the numbers are taken for.

    All of them must fit one meaning: days as 20240305 (of incidents also months as 202403), days as a spreadsheet
    counts them, milliseconds or seconds since 1970 (UTC); the last where none fits, and then those beyond it are bad.
    """
    numbers = np.array([np.nan if value is None else float(value) for value in raw])
    known = numbers[~np.isnan(numbers)]
    if len(known) and all(_is_written_day(name, number) for number in known.tolist()):
        written = object_array([None if n != n else str(int(n)) for n in numbers.tolist()])
        days = parse_times(name, written, zone, problems)
        return days, "days written as 20240305" + (", or months as 202403" if days.months is not None else "")
    if len(known) and ((known >= FIRST_SERIAL) & (known < END_SERIAL)).all():
        written = object_array([None if n != n else repr(n) for n in numbers.tolist()])
        return parse_times(name, written, zone, problems, serials_from=serials_from), "days as spreadsheets count them"
    is_ms = len(known) > 0 and bool((known > EPOCH_END_S).all())
    seconds, unit = (numbers / 1000, "milliseconds") if is_ms else (numbers, "seconds")
    possible = (seconds >= FIRST_EPOCH_S) & (seconds < EPOCH_END_S)
    problems.add(~possible & ~np.isnan(seconds), f"{name} is no plausible number of {unit} since 1970", raw)
    at = np.full(len(raw), "NaT", "datetime64[us]")
    at[possible] = np.round(seconds[possible] * 1e6).astype("int64").astype("datetime64[us]")
    return Times(_local_days(at, zone), at), f"{unit} since 1970 (UTC)"


def parse_days(name: str, raw: Objects, problems: Problems, *, serials_from: dt.date = SERIALS_FROM) -> Objects:
    """n cells -> n dates or None; a clock time behind the day is not taken."""
    codes, moments = _read_distinct(name, raw, problems, partial(read_moment, serials_from=serials_from))
    return object_array([None if code < 0 else _day(moments[code]) for code in codes.tolist()])


def count_serials(raw: Objects) -> int:
    """How many of n cells are a spreadsheet's number for a day."""
    return sum(text is not None and is_serial(text) for text in map(text_of, raw))


def parse_months(name: str, raw: Objects, problems: Problems, *, serials_from: dt.date = SERIALS_FROM) -> Dates:
    """n cells (2024-03, 2024/3, 202403, or any day of the month) -> the first day of each month, or NaT."""
    codes, moments = _read_distinct(name, raw, problems, partial(read_month, serials_from=serials_from))
    return _take(np.array(moments, "datetime64[D]"), codes)


def combine(at: Times | None, on: Times | None, months: Dates | None, problems: Problems) -> Occurrences:
    """The finest of what each row gives; a contradiction is bad, and so is a row without any date."""
    empty = np.full(problems.n, "NaT", "datetime64[D]")
    nothing = Times(empty, empty.astype("datetime64[us]"))
    unread = problems.mask()
    at, on = at or nothing, on or nothing
    months = _months([months, at.months, on.months], problems)
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


def _months(given: Sequence[Dates | None], problems: Problems) -> Dates:
    """The month that each row gives, in whichever column; two different ones are bad."""
    months = np.full(problems.n, "NaT", "datetime64[D]")
    for others in given:
        if others is not None:
            problems.add(~np.isnat(months) & ~np.isnat(others) & (months != others), "two different months are given")
            months = np.where(np.isnat(months), others, months)
    return months


def _read_distinct(
    name: str, raw: Objects, problems: Problems, read: Callable[[str], Read | str]
) -> tuple[NDArray[np.intp], list[Read]]:
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


def _is_written_day(name: str, number: float) -> bool:
    """Whether a number is a day such as 20240305, or where it may be one, a month such as 202403."""
    if number != int(number) or not 10**5 <= number < 10**8:
        return False
    read = read_moment_or_month if name in MAY_BE_MONTHS else read_moment
    return not isinstance(read(str(int(number))), str)


def _day(moment: Moment) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment


def _is_midnight(moment: Moment | None) -> bool:
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
