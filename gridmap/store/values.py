"""Columns of values on their way into a driver: numbers, texts, days, instants, JSON and shapes as it wants them.

Both databases get days and instants in the text form that SQLAlchemy itself stores in SQLite.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from types import NoneType
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from geoalchemy2 import Geometry

from gridmap.store.tables.base import STORAGE_SRID, Sealed, Utc, sealed_only

PLAIN = {str, bytes, int, bool, NoneType}  # types a driver takes as they are, none of which can be a NaN
Values = Sequence[Any] | np.ndarray


def encode(kind: sa.types.TypeEngine[Any], values: Values, dialect: str) -> list[Any]:
    """A column for the driver -> list of plain Python values, None where missing.

    Raises ValueError for an instant without a time zone, a fraction in a column of whole numbers, or a shape of
    another kind than the column's.
    """
    if isinstance(kind, Geometry):
        return _shapes(kind, values, dialect)
    if isinstance(kind, Utc):
        return _instants(values, dialect)
    if isinstance(kind, sa.Date):
        return _days(values)
    if isinstance(kind, Sealed):
        return [sealed_only(value) for value in values]
    if isinstance(kind, sa.JSON):
        return [None if value is None else _json_text(value) for value in values]
    plain = _plain(values)
    kinds = set(map(type, plain))
    if isinstance(kind, sa.Boolean) and not kinds <= {bool, NoneType}:
        return [None if value is None else bool(value) for value in plain]
    if isinstance(kind, sa.Integer) and not kinds <= {int, NoneType}:
        return [None if value is None else _whole(value) for value in plain]
    return plain


def _plain(values: Values) -> list[Any]:
    """Numpy scalars become Python's, NaN and NaT become None."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "biu":
        return list(values.tolist())
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        numbers = values.astype(object)
        numbers[np.isnan(values)] = None
        return list(numbers)
    if set(map(type, values)) <= PLAIN:
        return list(values)
    return [_scalar(value) for value in values]


def _scalar(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value.__class__.__name__ in ("NaTType", "NAType"):  # pandas' words for it
        return None
    return None if value != value else value


def _whole(value: Any) -> int:
    if value != int(value):
        raise ValueError(f"{value} is no whole number.")
    return int(value)


def _shapes(kind: Geometry, values: Values, dialect: str) -> list[Any]:
    shapes = np.asarray(values, dtype=object)
    wanted = str(kind.geometry_type)
    if wanted.startswith("MULTI"):
        shapes = as_multi(shapes)
    names = np.char.upper(np.array([shape.geom_type for shape in shapes if shape is not None], dtype=str))
    if wanted != "GEOMETRY" and len(names) and not (names == wanted).all():
        raise ValueError(f"A {names[names != wanted][0]} cannot be stored as a {wanted}.")
    flat = shapely.force_2d(shapes)
    if dialect == "sqlite":
        return list(shapely.to_wkb(flat))
    return list(shapely.to_wkb(shapely.set_srid(flat, STORAGE_SRID), hex=True, include_srid=True))


def as_multi(shapes: np.ndarray) -> np.ndarray:
    """object[n] -> object[n]: single polygons and lines wrapped as multi ones, all else as it is."""
    kinds = shapely.get_type_id(shapes)
    wrapped = shapes.copy()
    makers: dict[int, Callable[[list[Any]], Any]] = {
        1: shapely.MultiLineString,
        3: shapely.MultiPolygon,
    }
    for type_id, make in makers.items():
        for i in np.flatnonzero(kinds == type_id):
            wrapped[i] = make([shapes[i]])
    return wrapped


def _instants(values: Values, dialect: str) -> list[str | None]:
    zone = "" if dialect == "sqlite" else "+00"
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        texts = np.datetime_as_string(values.astype("datetime64[us]"))
        return [None if text == "NaT" else text.replace("T", " ") + zone for text in texts.tolist()]
    return [None if _scalar(value) is None else _instant_text(value) + zone for value in values]


def _instant_text(value: dt.datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"{value} has no time zone: instants are stored in UTC.")
    return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _days(values: Values) -> list[str | None]:
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        texts = np.datetime_as_string(values.astype("datetime64[D]"))
        return [None if text == "NaT" else text for text in texts.tolist()]
    return [None if _scalar(value) is None else value.isoformat()[:10] for value in values]


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_json_plain)


def _json_plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return str(value)
