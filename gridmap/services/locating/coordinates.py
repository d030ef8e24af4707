"""Where a row says it is: two columns of any kind of number -> longitude and latitude in WGS-84."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gridmap.errors import BadFile, BadInput
from gridmap.services.exchange.layers import LAT, LON, Field
from gridmap.services.exchange.reference import SourceCrs, named
from gridmap.services.exchange.table import folded

Floats = NDArray[np.float64]
DEFAULT_CRS = "EPSG:4326"
PLAIN_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person said: the columns (None: recognise them by their names) and the reference system."""

    lon: str | None = None
    lat: str | None = None
    crs: str | None = None


@dataclass(frozen=True, slots=True)
class Coordinates:
    """The two columns of a file and the way from there to WGS-84."""

    lon: str
    lat: str
    crs: SourceCrs

    def exchanged(self) -> Coordinates:
        """The same columns, each taken for the other."""
        return replace(self, lon=self.lat, lat=self.lon)

    def of(self, batch: pa.RecordBatch) -> tuple[Floats, Floats]:
        """n rows -> lon[n], lat[n] in WGS-84 degrees; both NaN where the row has no usable coordinates."""
        x, y = numbers(batch.column(self.lon)), numbers(batch.column(self.lat))
        if self.crs.is_degrees:
            with np.errstate(invalid="ignore"):
                beyond = ~((np.abs(x) <= 180) & (np.abs(y) <= 90))
        else:
            beyond = ~(np.isfinite(x) & np.isfinite(y))
        if beyond.any():
            x, y = np.where(beyond, np.nan, x), np.where(beyond, np.nan, y)
        return self.crs.to_wgs84(x, y)


def choose(wanted: Wanted, names: Sequence[str], file: str) -> Coordinates:
    """The columns of a file. Raises BadInput for a name that it has not, or has twice; BadFile when none is known."""
    return Coordinates(
        _column(wanted.lon, LON, names, file), _column(wanted.lat, LAT, names, file), named(wanted.crs or DEFAULT_CRS)
    )


def _column(told: str | None, field: Field, names: Sequence[str], file: str) -> str:
    if told is None:
        known = {folded(text) for text in (field.name, *field.synonyms)}
        found = [name for name in names if folded(name) in known]
        if len(found) != 1:
            what = "no column" if not found else f"several columns ({', '.join(found)})"
            raise BadFile(f"{file} has {what} for {field.name}.", f"Name it: --{field.name} COLUMN, of {_list(names)}.")
        told = found[0]
    if list(names).count(told) != 1:
        times = "no column" if told not in names else "more than one column"
        raise BadInput(f"{file} has {times} {told!r}.", f"It has: {_list(names)}.")
    return told


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)


def numbers(column: pa.Array) -> Floats:
    """A column of numbers or texts -> float64[n], NaN for what is no number. Full-width digits are digits."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = _parsed(column)
    elif not (
        pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)
    ):
        raise BadFile(f"A coordinate cannot be of the type {column.type}.", "Name a column of numbers.")
    # a whole number beyond 2**53 is no coordinate: that it is rounded does no harm
    floats = pc.cast(column, pa.float64(), safe=False)
    values: Floats = floats.to_numpy(zero_copy_only=False)  # null becomes NaN
    return values


def _parsed(texts: pa.Array) -> pa.Array:
    texts = pc.utf8_trim_whitespace(texts)
    try:
        return pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        plain = pc.fill_null(pc.match_substring_regex(texts, PLAIN_NUMBER), fill_value=False)
    values = np.array(pc.cast(pc.if_else(plain, texts, None), pa.float64()).to_numpy(zero_copy_only=False))
    for i in np.flatnonzero(~plain.to_numpy(zero_copy_only=False)).tolist():
        values[i] = _read(texts[i].as_py())
    return pa.array(values)


def _read(text: str | None) -> float:
    try:
        return float(unicodedata.normalize("NFKC", text or ""))
    except ValueError:
        return float("nan")
