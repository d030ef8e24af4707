"""Shapes between the database and shapely, and the one way to ask by place: by the index, on both databases."""

from __future__ import annotations

import math
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from geoalchemy2 import WKBElement
from geoalchemy2.functions import ST_AsBinary
from geoalchemy2.shape import to_shape
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from gridmap.errors import BadInput
from gridmap.store.tables.base import STORAGE_SRID

SLACK = 1e-9  # degrees; SpatiaLite's trigger writes a box with 12 decimals, which may cut off a shape's very edge


class _IntersectsBox(FunctionElement[Any]):
    """(id, geom, west, south, east, north, shape as WKB) -> whether a row's shape touches that shape, whose edges the
    numbers are; see `intersects_bbox`.

    Its type is not Boolean: SQLAlchemy would write `(...) = 1` for SQLite, and the index could not be used.
    """

    type = sa.types.NullType()
    name = "intersects_box"
    inherit_cache = True


def intersects_bbox(model: Any, west: float, south: float, east: float, north: float) -> sa.ColumnElement[bool]:
    """The condition that a row's shape touches the closed box, in degrees; it finds rows by the spatial index.

    SpatiaLite uses its index only when a query names it, and its boxes are rounded outwards to float32: the shape is
    checked again exactly. A box may be a line or a point. A row without a shape is never found. Raises BadInput for
    edges that are no numbers or in the wrong order.
    """
    edges = (float(west), float(south), float(east), float(north))
    if not (all(map(math.isfinite, edges)) and edges[0] <= edges[2] and edges[1] <= edges[3]):
        raise BadInput(f"{edges} is no box.", "Give west, south, east, north in degrees; west <= east, south <= north.")
    return _IntersectsBox(model.id, model.geom, *map(sa.literal, edges), sa.literal(_box_wkb(*edges)))


def intersects_shape(model: Any, shape: Any) -> sa.ColumnElement[bool]:
    """The same for a shape in EPSG:4326, its border with it."""
    return _IntersectsBox(
        model.id, model.geom, *map(sa.literal, map(float, shape.bounds)), sa.literal(shapely.to_wkb(shape))
    )


def _box_wkb(west: float, south: float, east: float, north: float) -> bytes:
    """A polygon, or the line or point it shrinks to: a flat polygon touches nothing."""
    corners = list(dict.fromkeys([(west, south), (east, south), (east, north), (west, north)]))
    if len(corners) == 1:
        return shapely.to_wkb(shapely.Point(corners[0]))
    if len(corners) == 2:
        return shapely.to_wkb(shapely.LineString(corners))
    return shapely.to_wkb(shapely.Polygon(corners))


@compiles(_IntersectsBox, "sqlite")
def _on_spatialite(element: _IntersectsBox, compiler: SQLCompiler, **kw: Any) -> str:
    key, geom = list(element.clauses)[:2]
    id_sql, geom_sql, west, south, east, north, box = _texts(element, compiler, kw)
    table = key.table
    index = f"idx_{getattr(table, 'element', table).name}_{geom.name}"
    return (
        f'({id_sql} IN (SELECT pkid FROM "{index}"'  # noqa: S608 - a name of our own
        f" WHERE xmin <= {east} + {SLACK} AND xmax >= {west} - {SLACK}"
        f" AND ymin <= {north} + {SLACK} AND ymax >= {south} - {SLACK})"
        f" AND ST_Intersects({geom_sql}, GeomFromWKB({box}, {STORAGE_SRID})) = 1)"
    )


@compiles(_IntersectsBox, "postgresql")
def _on_postgis(element: _IntersectsBox, compiler: SQLCompiler, **kw: Any) -> str:
    geom_sql, box = itemgetter(1, 6)(_texts(element, compiler, kw))
    return f"ST_Intersects({geom_sql}, ST_GeomFromWKB({box}, {STORAGE_SRID}))"  # it asks the index itself


def _texts(element: _IntersectsBox, compiler: SQLCompiler, kw: dict[str, Any]) -> list[str]:
    return [compiler.process(clause, **kw) for clause in element.clauses]


def to_geom(shape: shapely.Geometry | None) -> WKBElement | None:
    """A shape in EPSG:4326 as a value for a geometry column of one row (many rows: `bulk.insert`)."""
    if shape is None:
        return None
    return WKBElement(shapely.to_wkb(shapely.force_2d(shape)), srid=STORAGE_SRID)


def from_geom(value: Any) -> Any:
    """A geometry column's value of one row as a shape; None stays None."""
    return None if value is None else to_shape(value)


def as_wkb(column: Any) -> sa.ColumnElement[bytes]:
    """The column to select for `geom_array`: plain WKB on both databases."""
    return ST_AsBinary(column, type_=sa.LargeBinary())


def geom_array(values: Iterable[bytes | memoryview | None]) -> np.ndarray:
    """Selected `as_wkb` values -> object[n] of shapes, None where empty."""
    raw = [None if value is None else bytes(value) for value in values]
    return np.asarray(shapely.from_wkb(np.array(raw, dtype=object)), dtype=object)
