"""One incident as it is sent in, changed and answered, as schemas."""

from __future__ import annotations

from typing import Any

from apiflask.fields import Date, DateTime, Dict, Float, List, Nested, String
from apiflask.validators import Length, OneOf, Range
from marshmallow import ValidationError, validates_schema

from gridmap.domain.incidents import MAX_UNCERTAINTY_M, TEXT_LIMITS
from gridmap.domain.masking import normal_phone
from gridmap.domain.parties import FIELD_LIMITS
from gridmap.geo.datums import DATUMS
from web.api.answers import IncidentAnswer, NearestAnswer, Schema
from web.api.parameters import Parameters

DATUM = "Of lon and lat; stored is WGS-84."


class ReporterBody(Parameters):
    """Who reports it. Stored encrypted; answers show it masked."""

    name = String(allow_none=True, validate=Length(max=FIELD_LIMITS["name"]))
    phone = String(allow_none=True, validate=Length(max=FIELD_LIMITS["phone"]))
    number = String(
        allow_none=True, validate=Length(max=FIELD_LIMITS["number"]), metadata={"description": "Identity number."}
    )

    @validates_schema
    def _check_phone(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("phone") and normal_phone(data["phone"]) is None:
            raise ValidationError("This is no phone number.", "phone")


class _Facts(Parameters):
    """What may be said of an incident at any time."""

    kind = String(validate=Length(1, 60), metadata={"description": "Code or name of a configured kind."})
    occurred_at = DateTime(metadata={"description": "An instant; without a zone in the project's."})
    occurred_on = Date(metadata={"description": "The local day, where the time is not known."})
    precision = String(
        load_default="day",
        validate=OneOf(["day", "month"]),
        metadata={"description": "Of occurred_on: month where only the month is known."},
    )
    lon = Float(validate=Range(-180, 180))
    lat = Float(validate=Range(-90, 90))
    datum = String(load_default="wgs84", validate=OneOf(sorted(DATUMS)), metadata={"description": DATUM})
    address = String(allow_none=True, validate=Length(max=TEXT_LIMITS["address"]))
    summary = String(allow_none=True, validate=Length(max=TEXT_LIMITS["summary"]))
    uncertainty_m = Float(
        allow_none=True,
        validate=Range(0, MAX_UNCERTAINTY_M),
        metadata={"description": "How far off the point may be, metres."},
    )

    @validates_schema
    def _check_together(self, data: dict[str, Any], **_: Any) -> None:
        for one, other in (("lon", "lat"), ("lat", "lon")):
            if one in data and other not in data:
                raise ValidationError("Longitude and latitude go together.", other)
        if "occurred_at" in data and "occurred_on" in data:
            raise ValidationError("Give the instant or the day, not both.", "occurred_on")


class ReportBody(_Facts):
    """A new incident: at a point, or at an address that is found."""

    uid = String(validate=Length(max=36), metadata={"description": "The sender's own UUID: it is stored once."})
    kind = String(required=True, validate=Length(1, 60))
    placed_by = String(
        load_default="coordinates",
        validate=OneOf(["coordinates", "address", "map"]),
        metadata={"description": "Where lon and lat come from."},
    )
    reporter = Nested(ReporterBody, allow_none=True)

    @validates_schema
    def _check_needed(self, data: dict[str, Any], **_: Any) -> None:
        if "occurred_at" not in data and "occurred_on" not in data:
            raise ValidationError("Say when it happened.", "occurred_at")
        if "lon" not in data and not data.get("address"):
            raise ValidationError("Say where it happened: lon and lat, or an address.", "lon")


class AmendmentBody(_Facts):
    """What changes; all else stays. `grid` answers which of the candidates it is."""

    grid = String(
        allow_none=True,
        validate=Length(1, 40),
        metadata={"description": "Code of one of the candidates; null: in none of them."},
    )
    note = String(allow_none=True, validate=Length(max=TEXT_LIMITS["note"]), metadata={"description": "Why."})
    version = String(
        validate=Length(max=80), metadata={"description": "The version that was seen; another one is refused (409)."}
    )


class CandidateAnswer(Schema):
    code = String()
    name = String()
    community = String(allow_none=True)
    distance_m = Float(metadata={"description": "From the point; 0 inside and on its border."})
    share = Float(metadata={"description": "Of the area of the circle of uncertainty."})


class StoryLineAnswer(Schema):
    at = DateTime()
    actor = String()
    action = String(metadata={"description": "received, moved, confirmed, changed, imported"})
    content = Dict(metadata={"description": "`from` and `to`: a place, or facts; `note`."})


class PartyAnswer(Schema):
    """One person of an incident, masked: 张*, 138****1234. Null where nothing is stored."""

    uid = String()
    role = String(metadata={"description": "reporter, party"})
    name = String(allow_none=True)
    phone = String(allow_none=True)
    number = String(allow_none=True)


class IncidentDetailAnswer(IncidentAnswer):
    summary = String(allow_none=True)
    reported_at = DateTime(allow_none=True)
    grid_name = String(allow_none=True)
    community = String(allow_none=True)
    plan = String(allow_none=True)
    file = String(allow_none=True, metadata={"description": "The file it was imported from."})
    imported_at = DateTime(allow_none=True)
    version = String()
    nearest = Nested(NearestAnswer, allow_none=True)
    candidates = List(Nested(CandidateAnswer), metadata={"description": "Grids in reach; empty where only one is."})
    story = List(Nested(StoryLineAnswer))
    parties = List(Nested(PartyAnswer), metadata={"description": "Masked; /reveal answers one field in clear."})
