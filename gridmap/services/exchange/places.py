"""Where each row is: its shape checked, brought to longitude and latitude and to the form the tables keep."""

from __future__ import annotations

import re

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.errors import BadFile, CrsMismatch
from gridmap.services.exchange.columns import Columns
from gridmap.services.exchange.layers import LAT, LON, WKT, Layer, Shape
from gridmap.services.exchange.problems import Problems
from gridmap.services.exchange.reference import SourceCrs
from gridmap.services.exchange.table import Objects, Table, object_array, text_of
from gridmap.services.exchange.values import parse_numbers

Mask = NDArray[np.bool_]

GEOS_TYPES = {
    Shape.POINT: (shapely.GeometryType.POINT,),
    Shape.LINE: (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING),
    Shape.POLYGON: (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON),
}
NOT_DEGREES = "the coordinates are no degrees (metres? then give --crs EPSG:n)"
SWAPPED = "longitude and latitude seem to be swapped"
NOT_METRES = "the coordinates look like degrees, the reference system told is in metres"
NO_PLACE = "lon or lat is empty"
_AT = re.compile(r"(.*)\[(\S+) (\S+)\]")


def read_places(
    layer: Layer, table: Table, columns: Columns, crs: SourceCrs, problems: Problems, *, is_first: bool = True
) -> Objects:
    """n shapes in EPSG:4326, None where a row has none or a bad one; lines and polygons as their multi form.

    Incidents with an address may be without a shape. `is_first`: the rows are the first of a file and stand for it.
    Raises BadFile when none of these has a shape the layer takes, CrsMismatch when none has possible coordinates.
    """
    raw = _raw_shapes(layer, table, columns, problems)
    here = ~(shapely.is_missing(raw) | shapely.is_empty(raw))
    fits = np.isin(shapely.get_type_id(raw), [int(t) for shape in layer.shapes for t in GEOS_TYPES[shape]])
    if is_first and here.any() and not (here & fits).any():
        raise BadFile(
            f"The file holds {_kinds(raw[here])}; {layer.name} are {_wanted(layer)}.",
            "Choose the layer that fits the file, or the file that fits the layer.",
        )
    problems.add(here & ~fits, f"its shape is not what {layer.name} are ({_wanted(layer)})", _type_names(raw))
    shapes = _without(~(here & fits), raw)
    if shapely.has_z(shapes).any():
        shapes = shapely.force_2d(shapes)
    shapes = _to_storage(shapes, crs, problems, is_first=is_first)
    _check_valid(shapes, problems)
    return _as_multi(shapes, keep_single=len(layer.shapes) == len(Shape))


def _raw_shapes(layer: Layer, table: Table, columns: Columns, problems: Problems) -> Objects:
    """n shapes as the file has them: its own, or read from text, or points made of two columns."""
    nothing = object_array([None] * table.n)
    readable = np.ones(table.n, bool)
    readable[list(table.broken)] = False
    if table.shapes is not None:
        shapes, cause = table.shapes, "has no shape"
    elif (text := columns.values(table, WKT.name)) is not None:
        written = object_array([text_of(value) for value in text])
        shapes, cause = shapely.from_wkt(written, on_invalid="ignore"), "has no shape"
        unread = shapely.is_missing(shapes) & np.array([value is not None for value in written], bool)
        problems.add(unread, "its shape is no WKT text", written)
        readable &= ~unread
    else:
        lon, lat = columns.values(table, LON.name), columns.values(table, LAT.name)
        shapes, cause = nothing, NO_PLACE
        if lon is not None and lat is not None:
            x, y = parse_numbers(LON, lon, problems), parse_numbers(LAT, lat, problems)
            known = ~(np.isnan(x) | np.isnan(y))
            shapes[known] = shapely.points(x[known], y[known])
            half = (np.isnan(x) != np.isnan(y)) & ~problems.mask()
            problems.add(half, NO_PLACE)
            readable &= ~problems.mask() | known
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if layer.shape_required:
        problems.add(empty & readable & ~_has_address(layer, table, columns), cause)
    return shapes


def _has_address(layer: Layer, table: Table, columns: Columns) -> Mask:
    """bool[n]: incidents that may be placed by their address (addresses.py)."""
    texts = columns.values(table, "address") if layer.name == "incidents" else None
    return np.zeros(table.n, bool) if texts is None else np.array([text_of(text) is not None for text in texts], bool)


def _to_storage(shapes: Objects, crs: SourceCrs, problems: Problems, *, is_first: bool) -> Objects:
    """Shapes in the file's system -> the same in longitude and latitude; impossible ones are bad and become None."""
    here = ~shapely.is_missing(shapes)
    if not here.any():
        return shapes
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.isfinite(coords).all(axis=1)
    x, y = np.where(finite, coords[:, 0], 0.0), np.where(finite, coords[:, 1], 0.0)
    zero = (x == 0) & (y == 0) & finite & (shapely.get_type_id(shapes)[owner] == shapely.GeometryType.POINT)
    too_far = (np.abs(x) > 180) | (np.abs(y) > 90) if crs.is_degrees else np.zeros(len(x), bool)
    turned = too_far & (np.abs(x) <= 90) & (np.abs(y) <= 180)
    # no map plane begins within 200 m of the ground it shows: such numbers are degrees
    no_metres = ~zero & finite & (np.abs(x) <= 180) & (np.abs(y) <= 90) & (not crs.is_degrees)
    with np.errstate(invalid="ignore"):
        lon, lat = (
            crs.to_wgs84(np.where(too_far, 0.0, x), np.where(too_far, 0.0, y)) if too_far.any() else crs.to_wgs84(x, y)
        )
    lost = np.isnan(lon) | np.isnan(lat) | (np.abs(lon) > 180) | (np.abs(lat) > 90)
    bad = np.zeros(len(shapes), bool)
    for vertices, cause in (
        (~finite, "a coordinate is not finite"),
        (zero, "0, 0 is no position but an empty one"),
        (turned, SWAPPED),
        (too_far & ~turned, NOT_DEGREES),
        (no_metres, NOT_METRES),
        (lost & ~too_far & ~zero & finite, f"the coordinates lie outside the area of {crs.label}"),
    ):
        rows = np.zeros(len(shapes), bool)
        rows[owner[vertices]] = True
        if rows.any():
            problems.add(rows & ~bad, cause, _first_vertices(shapes, rows & ~bad))
            bad |= rows
    if is_first and bad[here].all() and (too_far | lost | no_metres).any():
        outside = NOT_METRES if no_metres.any() else f"the coordinates lie outside the area of {crs.label}"
        what = SWAPPED if turned.any() else NOT_DEGREES if too_far.any() else outside
        raise CrsMismatch(
            f"No row can be placed: {what} (the first is {coords[0, 0]:g}, {coords[0, 1]:g}).",
            "Check --crs and, for tables, --map lon=COLUMN --map lat=COLUMN.",
        )
    if lon is x and not bad.any():
        return shapes
    return _moved(_without(bad, shapes), np.column_stack([lon, lat])[~bad[owner]])


def _without(rows: Mask, shapes: Objects) -> Objects:
    out = shapes.copy()
    out[rows] = None
    return out


def _moved(shapes: Objects, coords: NDArray[np.float64]) -> Objects:
    out: Objects = np.asarray(shapely.transform(shapes, lambda _: coords), dtype=object)
    return out


def _check_valid(shapes: Objects, problems: Problems) -> None:
    """Polygons that cross themselves and lines without length are bad, with the place; nothing is repaired."""
    wrong = ~(shapely.is_valid(shapes) | shapely.is_missing(shapes))
    if not wrong.any():
        return
    told: dict[int, object] = {}
    for index in np.flatnonzero(wrong).tolist():
        reason = shapely.is_valid_reason(shapes[index])
        match = _AT.fullmatch(reason)
        told[index] = f"{match[1]} at lon {float(match[2]):.6f}, lat {float(match[3]):.6f}" if match else reason
    problems.add(wrong, "its shape is not valid", told)
    shapes[wrong] = None


def _as_multi(shapes: Objects, *, keep_single: bool) -> Objects:
    """Polygons and lines as multi-polygons and multi-lines, unless the table takes any shape."""
    if keep_single:
        return shapes
    types = shapely.get_type_id(shapes)
    for single, multi in (
        (shapely.GeometryType.POLYGON, shapely.multipolygons),
        (shapely.GeometryType.LINESTRING, shapely.multilinestrings),
    ):
        rows = np.flatnonzero(types == single)
        if len(rows):
            shapes[rows] = multi(shapes[rows], indices=np.arange(len(rows)))
    return shapes


def _first_vertices(shapes: Objects, rows: Mask) -> dict[int, str]:
    wanted = np.flatnonzero(rows)
    coords, owner = shapely.get_coordinates(shapes[wanted], return_index=True)
    found, first = np.unique(owner, return_index=True)
    return {int(wanted[k]): f"{coords[at, 0]:.10g}, {coords[at, 1]:.10g}" for k, at in zip(found, first, strict=True)}


def _type_names(shapes: Objects) -> list[str]:
    return ["" if shape is None else shape.geom_type for shape in shapes]


def _kinds(shapes: Objects) -> str:
    return ", ".join(sorted({f"{shape.geom_type.lower()}s" for shape in shapes}))


def _wanted(layer: Layer) -> str:
    return " or ".join(f"{shape}s" for shape in Shape if shape in layer.shapes)
