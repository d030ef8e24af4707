"""From raw cells to typed values, field by field; what does not fit is a bad row, never a silent repair."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
from numpy.typing import NDArray

from gridmap.services.exchange.columns import Columns
from gridmap.services.exchange.layers import Field, Layer, Type
from gridmap.services.exchange.problems import Problems
from gridmap.services.exchange.table import Objects, Table, narrow, object_array, text_of
from gridmap.services.exchange.times import parse_days

Floats = NDArray[np.float64]

COMMA = "is written with a comma: write 1234.5, with a point and nothing between thousands"
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WITH_COMMA = re.compile(r"[+-]?\d[\d,]*,\d*(\.\d+)?", re.ASCII)
_NAME_ENDS = re.compile(r"[;；、|]")


def parse_fields(layer: Layer, table: Table, columns: Columns, problems: Problems) -> dict[str, Objects]:
    """Every field but times and places -> n values (str, int, float, date, list of names) or None.

    A field without a column is n times None. Times have their own rules (times.py), places theirs (places.py).
    """
    fields: dict[str, Objects] = {}
    for field in layer.fields:
        raw = columns.values(table, field.name)
        if field.type in (Type.TIME, Type.MONTH) or (layer.name == "incidents" and field.type is Type.DATE):
            continue
        nothing = object_array([None] * table.n)
        fields[field.name] = nothing if raw is None else _parsed(field, raw, problems, table.serials_from)
    return fields


def _parsed(field: Field, raw: Objects, problems: Problems, serials_from: dt.date) -> Objects:
    match field.type:
        case Type.TEXT:
            values = texts(field, raw, problems)
            if is_code(field):
                values = object_array([None if text is None else narrow(text).strip() or None for text in values])
        case Type.NAMES:
            values = object_array([_names(text) for text in texts(field, raw, problems, limit=2000)])
            too_long = [any(len(name) > field.limit for name in names or ()) for names in values]
            problems.add(np.array(too_long, bool), f"{field.name}: a name is longer than {field.limit} characters")
        case Type.DATE:
            values = parse_days(field.name, raw, problems, serials_from=serials_from)
        case _:
            numbers = parse_numbers(field, raw, problems)
            values = object_array([None if v != v else v for v in numbers.tolist()])
            if field.type is Type.WHOLE:
                values = object_array([None if v is None else int(v) for v in values])
    if field.required:
        problems.add(missing(values), f"{field.name} is empty")
    return values


def texts(field: Field, raw: Objects, problems: Problems, limit: int | None = None) -> Objects:
    """n raw values -> n texts without outer space, or None. Too long and undisplayable ones are bad."""
    values = object_array([text_of(value) for value in raw])
    limit = limit or field.limit
    lengths = np.array([0 if text is None else len(text) for text in values])
    shown = None if field.is_sealed else values
    problems.add(lengths > limit, f"{field.name} is longer than {limit} characters", shown)
    problems.add(
        np.array([text is not None and "\x00" in text for text in values], bool), f"{field.name} holds a NUL character"
    )
    return values


def parse_numbers(field: Field, raw: Objects, problems: Problems) -> Floats:
    """n raw values -> float64[n], NaN where empty. Text that is no plain number is bad, so is one out of range.

    Full-width digits are digits. A comma may mean a fraction or thousands: nobody guesses, the row is bad.
    """
    given = [text_of(value) for value in raw]
    texts_ = [None if text is None else narrow(text).strip() or None for text in given]
    plain = np.array([text is None or _NUMBER.fullmatch(text) is not None for text in texts_], bool)
    comma = np.array([text is not None and _WITH_COMMA.fullmatch(text) is not None for text in texts_], bool)
    problems.add(comma, f"{field.name} {COMMA}", given)
    problems.add(~plain & ~comma, f"{field.name} is no number", given)
    numbers = np.array([float(t) if ok and t is not None else np.nan for t, ok in zip(texts_, plain, strict=True)])
    infinite = np.isinf(numbers)
    problems.add(infinite, f"{field.name} is too large", given)
    if field.type is Type.WHOLE:
        broken = ~np.isnan(numbers) & ~infinite & (numbers != np.floor(numbers))
        problems.add(broken, f"{field.name} is no whole number", given)
        numbers[broken] = np.nan
    numbers[infinite] = np.nan
    for end, wrong in ((field.low, np.less), (field.high, np.greater)):
        if end is not None:
            side = "below" if wrong is np.less else "above"
            out_of_range = wrong(numbers, end)
            problems.add(out_of_range, f"{field.name} is {side} {end:g}", given)
            numbers[out_of_range] = np.nan
    return numbers


def is_code(field: Field) -> bool:
    """Whether a field holds codes, which are the same however wide they are written."""
    return field.type is Type.TEXT and (field.name in ("code", "source_id") or field.name.endswith("_code"))


def missing(values: Objects) -> NDArray[np.bool_]:
    """n values -> bool[n]: None there."""
    return np.array([value is None for value in values], bool)


def _names(text: str | None) -> list[str] | None:
    if text is None:
        return None
    return list(dict.fromkeys(name.strip() for name in _NAME_ENDS.split(text) if name.strip())) or None
