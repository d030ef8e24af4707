"""What reading a file yields, whatever its format: columns of raw values and, for geographic formats, shapes."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Objects = NDArray[np.object_]
WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

# Spreadsheets write days as numbers. Day 1 is 1900-01-01, but they count a 29 February 1900 that never was: from
# 1 March 1900 on, this is the day before day 1.
SERIALS_FROM = dt.date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Table:
    """n rows. Row numbers count from 1, headings and blank lines not counted.

    `columns`: heading -> n raw values, each str, int, float, bool or None. `shapes`: n shapely geometries (None where
    a row has none) in the reference system `crs`, or None when the format carries no shapes. `crs_is_implied`: the
    format fixes it (GeoJSON), nobody stated it. `broken`: row index -> why the row could not even be read.
    `parts`: a heading that was joined from several lines (位置/经度) -> these lines, the lowest last; it may be
    recognised by the lowest alone. `cut`: headings that the format may have cut short (a Shapefile's at 10 bytes); they
    may be the beginning of a name. `serials_from`: the day 0 of days written as numbers.
    """

    n: int
    columns: dict[str, Objects]
    shapes: Objects | None = None
    crs: str | None = None
    crs_is_implied: bool = False
    numeric: frozenset[str] = frozenset()  # columns the format itself declares as numbers
    broken: dict[int, str] = field(default_factory=dict)
    broken_cells: dict[int, list[str]] = field(default_factory=dict)  # their values as they stood, for the rejects file
    notes: list[str] = field(default_factory=list)
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cut: frozenset[str] = frozenset()
    serials_from: dt.date = SERIALS_FROM

    @property
    def headings(self) -> list[str]:
        return list(self.columns)


def object_array(values: list[Any]) -> Objects:
    """A list as a one-dimensional object array, also when its members are sequences themselves."""
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def text_of(value: object) -> str | None:
    """A raw value as the text a person would have typed: 3.0 is 3, surrounding space goes, an empty cell is None."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, float):
        if value != value:
            return None
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    return str(value)


def narrow(text: str) -> str:
    """Full-width letters, digits and signs, as input methods write them, as ordinary ones: １１４．９６ is 114.96."""
    return text if text.isascii() else text.translate(WIDE)


def folded(heading: str) -> str:
    """A heading as headings are compared: without case, width, spaces, signs and what stands in brackets."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    text = re.sub(r"\(.*?\)|（.*?）|\[.*?\]", "", text)
    return re.sub(r"[\s_\-.:/*]+", "", text)
