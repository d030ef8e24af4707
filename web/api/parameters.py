"""What may be asked: the query parameters of the JSON routes, the tiles and the page, with their limits.

An unknown parameter is refused: a misspelt filter must not give the figures of another question.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Float, Integer, String
from apiflask.validators import Length, OneOf, Range, Regexp
from marshmallow import RAISE, ValidationError, validates_schema
from marshmallow.fields import Field

from gridmap.domain.incidents import EARLIEST_YEAR, LATEST_YEAR
from gridmap.domain.week_hours import WeekHours
from gridmap.errors import BadInput
from gridmap.services.change import BASES, GROUPINGS, LEVELS, MEASURES
from gridmap.services.situation import Selection

MAX_LIMIT, DEFAULT_LIMIT = 1000, 100
MAX_KINDS = 200
MIN_BANDWIDTH_M, MAX_BANDWIDTH_M = 50, 3000
MAX_ZOOM = 22
MAX_TOP = 1e9
MAX_DAYS = 366 * (LATEST_YEAR - EARLIEST_YEAR + 1)
MAX_SEQ = 2**62


# Of parameters that are lists in one text: what the description says of them.
NUMBER = r"-?[0-9]+(\.[0-9]+)?"
CODES = {"type": "string", "pattern": r"^[^,\s]+(,[^,\s]+)*$"}
BOX = {
    "type": "string",
    "pattern": f"^{','.join([NUMBER] * 4)}$",
    "description": "west,south,east,north in degrees.",
}
PLACE = {"type": "string", "pattern": f"^{NUMBER},{NUMBER}$", "description": "lon,lat of the very place they are at."}
HOUR = r"[1-7]\.[0-9]+(-[0-9]+)?"


class Commas(Field):
    """'a,b' -> ('a', 'b'): no empty parts, no part twice."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[str, ...]:  # noqa: ARG002
        parts = tuple(dict.fromkeys(part.strip() for part in str(value).split(",")))
        if not all(parts) or len(parts) > MAX_KINDS or any(len(part) > 60 for part in parts):
            raise ValidationError(f"Give 1 to {MAX_KINDS} codes with commas between them.")
        return parts


class Box(Field):
    """'west,south,east,north' in degrees -> four floats."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[float, ...]:  # noqa: ARG002
        try:
            west, south, east, north = (float(part) for part in str(value).split(","))
        except ValueError:
            raise ValidationError("Give four numbers: west,south,east,north.") from None
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValidationError("West lies before east and south before north, in degrees.")
        return west, south, east, north


class Parameters(Schema):
    class Meta:
        unknown = RAISE


class NoParameters(Parameters):
    pass


class KindQuery(Parameters):
    kinds = Commas(load_default=None, metadata=CODES | {"description": "Codes, a parent chooses all below."})


class WindowQuery(KindQuery):
    """`from` and `to` are both in; what is absent is the default period's."""

    from_on = Date(data_key="from", load_default=None, metadata={"description": "First day, YYYY-MM-DD."})
    to_on = Date(data_key="to", load_default=None, metadata={"description": "Last day, itself in."})

    @validates_schema
    def _check_order(self, data: dict[str, Any], **_: Any) -> None:
        first, last = data.get("from_on"), data.get("to_on")
        if first and last and first > last:
            raise ValidationError("The period ends before it begins.", "to")
        for name, day in (("from", first), ("to", last)):
            if day and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
                raise ValidationError(f"Use years {EARLIEST_YEAR} to {LATEST_YEAR}.", name)


class Hours(Field):
    """'1.8-11,5.18-23' -> WeekHours."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> WeekHours:  # noqa: ARG002
        try:
            return WeekHours.parse(str(value))
        except BadInput as error:
            raise ValidationError(f"{error.message} {error.hint}") from None


def _code(described: str) -> String:
    return String(load_default=None, validate=Length(1, 40), metadata={"description": described})


class SelectionQuery(WindowQuery):
    """Every word of the selection; at most one of area, grid and block."""

    hours = Hours(
        load_default=None,
        metadata={
            "type": "string",
            "pattern": f"^{HOUR}(,{HOUR})*$",
            "description": "Hours of the week such as 1.8-11,5.18-23: ISO weekday, local hours, both in. Then only "
            "incidents known to the minute count.",
        },
    )
    area = _code("Only of this area (its code): district, street, community or compound.")
    grid = _code("Only of this grid (its code).")
    block = _code("Only of this block (its code).")
    plan = _code("The uid of the plan whose grids are meant; the one in force when absent.")

    @validates_schema
    def _check_place(self, data: dict[str, Any], **_: Any) -> None:
        given = [name for name in ("area", "grid", "block") if data.get(name) is not None]
        if len(given) > 1:
            raise ValidationError("Give one of area, grid and block.", given[0])


class HeatQuery(WindowQuery):
    bw = Float(
        load_default=None,
        validate=Range(MIN_BANDWIDTH_M, MAX_BANDWIDTH_M),
        metadata={"description": "Bandwidth of the kernel in metres; the configuration's when absent."},
    )


class TileQuery(HeatQuery):
    hours = SelectionQuery._declared_fields["hours"]
    theme = String(load_default="light", validate=OneOf(["light", "dark"]))
    ratio = Integer(load_default=1, validate=OneOf([1, 2]), metadata={"description": "2 for dense screens."})
    top = Float(
        load_default=None,
        validate=Range(0, MAX_TOP, min_inclusive=False),
        metadata={
            "exclusiveMinimum": 0,
            "description": "Where the scale ends, to set kinds side by side; their own when absent.",
        },
    )
    v = String(load_default=None, validate=Length(max=64), metadata={"description": "The heat's version, for caches."})


class BasemapQuery(Parameters):
    v = String(load_default=None, validate=Length(max=64), metadata={"description": "The file's version, for caches."})


class HeatValueQuery(HeatQuery):
    lon = Float(required=True, validate=Range(-180, 180))
    lat = Float(required=True, validate=Range(-85, 85))
    hours = SelectionQuery._declared_fields["hours"]


class LegendQuery(KindQuery):
    days = Integer(
        load_default=None,
        validate=Range(1, MAX_DAYS),
        metadata={"description": "Length of the period: of a few days the scale may end higher. Absent: a long one."},
    )
    bw = HeatQuery._declared_fields["bw"]
    theme = TileQuery._declared_fields["theme"]


class PlanQuery(Parameters):
    plan = _code("The uid of a plan; the one in force when absent.")


class GridsQuery(PlanQuery):
    at = Date(
        load_default=None,
        validate=Range(dt.date(EARLIEST_YEAR, 1, 1), dt.date(LATEST_YEAR, 12, 31)),
        metadata={"description": "The plan in force at the end of this day."},
    )
    v = TileQuery._declared_fields["v"]

    @validates_schema
    def _check_plan(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("at") and data.get("plan"):
            raise ValidationError("Give a day or a plan, not both.", "plan")


class AreaLayerQuery(Parameters):
    level = String(required=True, validate=OneOf(["district", "street", "town", "community", "village", "compound"]))


class BoxQuery(Parameters):
    bbox = Box(load_default=None, metadata=BOX)


class BlocksQuery(PlanQuery, BoxQuery):
    grid = _code("Only of this grid (its code).")
    block = _code("Only this block (its code).")


class LocateQuery(Parameters):
    lon = Float(required=True, validate=Range(-180, 180))
    lat = Float(required=True, validate=Range(-90, 90))
    datum = String(load_default="wgs84", validate=OneOf(["wgs84", "cgcs2000", "gcj02", "bd09"]))


class Spot(Field):
    """'lon,lat' in degrees -> two floats."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[float, float]:  # noqa: ARG002
        try:
            lon, lat = (float(part) for part in str(value).split(","))
        except ValueError:
            raise ValidationError("Give two numbers: lon,lat.") from None
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise ValidationError("Longitude goes from -180 to 180, latitude from -90 to 90.")
        return lon, lat


class PointsQuery(SelectionQuery, BoxQuery):
    zoom = Integer(load_default=14, validate=Range(0, MAX_ZOOM), metadata={"description": "Of the map, for clusters."})


class IncidentsQuery(SelectionQuery):
    """Without `from` and `to` here: all time."""

    at = Spot(load_default=None, metadata=PLACE)
    uids = Commas(load_default=None, metadata=CODES | {"description": "Only of these uids, 200 at most."})
    bbox = Box(load_default=None, metadata=BOX)
    outside = Boolean(load_default=False, metadata={"description": "Only incidents in no grid."})
    doubtful = Boolean(load_default=False, metadata={"description": "Only those that may belong to another grid."})
    limit = Integer(load_default=DEFAULT_LIMIT, validate=Range(1, MAX_LIMIT))
    after = String(load_default=None, validate=[Length(max=80), Regexp(r"^[A-Za-z0-9_.:-]+$")])


class ChangesQuery(Parameters):
    since = Integer(required=True, validate=Range(0, MAX_SEQ), metadata={"description": "The `seq` seen last."})
    limit = Integer(load_default=DEFAULT_LIMIT, validate=Range(1, MAX_LIMIT))


class ChangeQuery(SelectionQuery):
    basis = String(
        load_default="month",
        validate=OneOf(BASES),
        metadata={"description": "year: these days and the same dates a year earlier; month: the last whole month and "
                  "the one before; weeks4: the last 28 days and the 28 before."},
    )  # fmt: skip
    level = String(load_default="street", validate=OneOf(LEVELS))
    by = String(load_default="top", validate=OneOf(GROUPINGS), metadata={"description": "How kinds are put together."})


class ChoroplethQuery(SelectionQuery):
    by = String(load_default="count", validate=OneOf(MEASURES))


class ExpectationQuery(SelectionQuery):
    """The period is not looked at: it is always the last days."""


def selection(query: dict[str, Any]) -> Selection:
    """The incidents that a WindowQuery, or one with more words of the selection, chooses."""
    rest = {name: query.get(name) for name in ("hours", "area", "grid", "block", "plan")}
    return Selection(query["from_on"], query["to_on"], query["kinds"], **rest)


class HeatDownloadQuery(SelectionQuery):
    bw = HeatQuery._declared_fields["bw"]
    by = String(load_default=None, validate=OneOf(MEASURES), metadata={"description": "Colour the grids of a page."})
