"""One cell's text as a day, a clock time or an instant: ISO, the same with slashes, Chinese, and days as numbers.

Days as numbers are those of spreadsheets (ECMA-376, 18.17.4.1): 45356 is 2024-03-05, its fraction the time of the day.
They are taken from 1990 to 2099 only: neither the 29 February 1900 that spreadsheets invented nor an empty cell's 0 nor
a short code is ever a day.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from gridmap.domain.incidents import EARLIEST_YEAR, LATEST_YEAR
from gridmap.services.exchange.table import SERIALS_FROM, narrow

Moment = dt.date | dt.datetime  # a day, a clock time in the project's zone, or (aware) an instant

ONLY_MONTH = "is a month, and the day is needed (write 2024-03-05)"
NO_DATE = "is no date (write 2024-03-05 or 2024-03-05 18:30)"
OUT_OF_YEARS = f"is not in the years {EARLIEST_YEAR} to {LATEST_YEAR}"
DAY_S = 86_400
FIRST_SERIAL, END_SERIAL = 32_874, 73_051  # 1990-01-01 and 2100-01-01 as spreadsheets count days

_TIME = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"
    r"(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.]\d{1,2}(?:[T ].*)?)?|(\d{2}))", re.ASCII)
_ONLY_MONTH = re.compile(r"(\d{4})(?:[-/](\d{1,2})|\.?(\d{2}))", re.ASCII)  # 2024.1 may be October, cut by a sheet
_SERIAL = re.compile(r"\d{5}(\.\d+)?", re.ASCII)
_CHINESE = re.compile(
    r"(?:(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?:(?P<day>\d{1,2})\s*[日号])?"
    r"|(?P<y>\d{4})(?P<sign>[-/.])(?P<m>\d{1,2})(?P=sign)(?P<d>\d{1,2}))\s*"
    r"(?:[(（]?(?:星期|周)[一二三四五六日天][)）]?)?\s*"
    r"(?:(?P<part>凌晨|清晨|早上|早晨|早|上午|中午|下午|傍晚|晚上|晚)?\s*(?P<hour>\d{1,2})"
    r"(?:[时点]整?|[时点](?P<half>半)|[时点:：](?P<minute>\d{1,2})(?:分|[分:：](?P<second>\d{1,2})秒?)?))?",
    re.ASCII,
)
_NUMERALS = re.compile(r"[〇○零一二三四五六七八九十]+(?=\s*[年月日号时点分秒])")
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
MORNING = ("凌晨", "清晨", "早上", "早晨", "早", "上午")


@dataclass(frozen=True, slots=True)
class Month:
    """A month of which no day is known, by its first day."""

    first: dt.date


def is_serial(text: str) -> bool:
    """Whether a text is taken as a spreadsheet's day."""
    return _SERIAL.fullmatch(text) is not None and FIRST_SERIAL <= float(text) < END_SERIAL


def read_moment(text: str, serials_from: dt.date = SERIALS_FROM) -> Moment | str:
    """One cell -> a moment, or what is wrong with it. `serials_from`: the day 0 of days written as numbers."""
    if is_serial(text):
        moment: Moment | None = _from_serial(float(text), serials_from)
    else:
        try:
            moment = _written(_in_digits(narrow(text)))
        except ValueError:
            return "is no day of the calendar, or no time of the day"
    if moment is None:
        return ONLY_MONTH if isinstance(_only_month(text), Month) else NO_DATE
    return moment if EARLIEST_YEAR <= moment.year <= LATEST_YEAR else OUT_OF_YEARS


def read_moment_or_month(text: str, serials_from: dt.date = SERIALS_FROM) -> Moment | Month | str:
    """One cell -> a moment, or the month where it names no day, or what is wrong with it."""
    return _only_month(text) or read_moment(text, serials_from)


def _only_month(text: str) -> Month | str | None:
    """A month without a day, one beyond the years that are taken, or None for what is no month."""
    if not _ONLY_MONTH.fullmatch(_in_digits(narrow(text))):
        return None
    first = read_month(text)
    return Month(first) if isinstance(first, dt.date) else first if first == OUT_OF_YEARS else None


def read_month(text: str, serials_from: dt.date = SERIALS_FROM) -> dt.date | str:
    """One cell -> the first day of its month, or what is wrong with it."""
    match = _MONTH.fullmatch(_in_digits(narrow(text)))
    if match is None:
        moment = read_moment(text, serials_from)
        return "is no month (write 2024-03)" if isinstance(moment, str) else dt.date(moment.year, moment.month, 1)
    if not 1 <= int(match[2] or match[3]) <= 12:
        return "is no month (write 2024-03)"
    if not EARLIEST_YEAR <= int(match[1]) <= LATEST_YEAR:
        return OUT_OF_YEARS
    return dt.date(int(match[1]), int(match[2] or match[3]), 1)


def _from_serial(number: float, serials_from: dt.date = SERIALS_FROM) -> Moment:
    """A spreadsheet's number -> a day, or with a fraction a clock time to the second."""
    day = serials_from + dt.timedelta(days=int(number))
    seconds = round((number - int(number)) * DAY_S)
    return dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=seconds) if seconds else day


def _written(text: str) -> Moment | None:
    """A moment in digits; None for what is none. Raises ValueError for an impossible one."""
    if _ISO.fullmatch(text):
        return dt.datetime.fromisoformat(text)
    if match := _TIME.fullmatch(text):
        return _assembled(match)
    if match := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        days = dt.date(year, month, day)
        return days if match[4] is None else dt.datetime.combine(days, dt.time(hour, minute, second))
    return None


def _in_digits(text: str) -> str:
    """2026年3月5日下午3点半, also in Chinese numerals -> 2026-3-5 15:30, without a day 2026-3; others as they are."""
    match = _CHINESE.fullmatch(text) or _CHINESE.fullmatch(_NUMERALS.sub(lambda found: _numeral(found[0]), text))
    if match is None:
        return text
    day = match["day"] or match["d"]
    if day is None and match["hour"] is not None:
        return text
    date = "-".join(part for part in (match["year"] or match["y"], match["month"] or match["m"], day) if part)
    if match["hour"] is None:
        return date
    hour = _hour(match["part"], int(match["hour"]))
    minute = "30" if match["half"] else match["minute"] or "0"
    if hour is None:
        return text
    return f"{date} {hour}:{minute:0>2}" + (f":{match['second']:0>2}" if match["second"] else "")


def _numeral(text: str) -> str:
    """二〇二四 -> 2024, 二十五 -> 25; what is no number is left as it is."""
    tens, has_ten, ones = text.partition("十")
    if not has_ten:
        return text.translate(_DIGITS)
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return text
    return f"{tens.translate(_DIGITS) or '1'}{ones.translate(_DIGITS) or '0'}"


def _hour(part: str | None, hour: int) -> int | None:
    """The hour of 24; None where the part of the day leaves it open (晚上12点) or contradicts it."""
    if part is None:
        return hour
    if part in MORNING:
        return 0 if part == "凌晨" and hour == 12 else hour if hour <= 12 else None
    if part == "中午":
        return hour + 12 if hour in (1, 2) else hour if 11 <= hour <= 14 else None
    if hour == 12:
        return 12 if part == "下午" else None
    return hour + 12 if 1 <= hour < 12 else hour if 12 < hour < 24 else None  # afternoon, evening, night


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
