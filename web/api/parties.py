"""The people of incidents: one masked field in clear, and the incidents of a phone. No address ever holds either."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from apiflask.fields import Boolean, List, String
from apiflask.validators import Length, OneOf
from flask import after_this_request
from marshmallow import RAISE

from gridmap.domain.parties import FIELD_LIMITS, FIELDS
from gridmap.services.privacy import showing
from gridmap.services.situation import IncidentFilter, Selection
from web.access import actor
from web.api.answers import Schema
from web.api.incidents import opened
from web.api.jobs import not_kept
from web.api.parameters import Parameters
from web.context import running
from web.views import view

SELDOM = f"At most {showing.REVEALS_AT_MOST} values an hour are shown to one account; then 429 says how long to wait."


class RevealBody(Parameters):
    field = String(required=True, validate=OneOf(FIELDS))
    party = String(load_default=None, validate=Length(max=36), metadata={"description": "uid; absent: the reporter."})


class RevealAnswer(Schema):
    field = String()
    value = String()


class PhoneBody(Parameters):
    phone = String(required=True, validate=Length(1, FIELD_LIMITS["phone"]))


class PhoneAnswer(Schema):
    uids = List(String(), metadata={"description": "Of the incidents, newest first."})
    is_cut = Boolean(metadata={"description": f"There are more than {showing.FOUND_AT_MOST}."})


def add_to(v1: APIBlueprint) -> None:
    @v1.post("/incidents/<uid>/reveal")
    @v1.input(RevealBody, location="json", unknown=RAISE)
    @v1.output(RevealAnswer)
    @v1.doc(
        tags=["Incidents"],
        summary="One masked field in clear",
        description=f"Needs the header X-CSRFToken. Who was shown which field is in the audit. {SELDOM}",
        responses={404: "Nothing is stored there", 429: "Asked too often"},
    )
    def reveal(uid: str, json_data: dict[str, Any]) -> dict[str, str]:
        parts, field = running(), json_data["field"]
        after_this_request(not_kept)
        found = opened(uid).incident
        value = showing.reveal(
            parts.store, parts.settings, found.uid, field,
            party_uid=json_data["party"], actor=actor(), now=parts.situation.now(),
        )  # fmt: skip
        return {"field": field, "value": value}

    @v1.post("/incidents/by-phone")
    @v1.input(PhoneBody, location="json", unknown=RAISE)
    @v1.output(PhoneAnswer)
    @v1.doc(
        tags=["Incidents"],
        summary="The incidents where somebody has a phone",
        description="Needs the header X-CSRFToken. The whole number, written in any way: full width, with blanks, with "
        f"or without +86. Each question is in the audit, without the number. {SELDOM}",
        responses={422: "No phone number", 429: "Asked too often"},
    )
    def by_phone(json_data: dict[str, Any]) -> dict[str, Any]:
        parts = running()
        after_this_request(not_kept)
        now = parts.situation.now()
        found = showing.with_phone(parts.store, parts.settings, json_data["phone"], actor=actor(), now=now)
        if not found.uids:
            return {"uids": [], "is_cut": False}
        wanted = IncidentFilter(Selection(None, None, None), uids=found.uids)
        page = view().incidents(wanted, after=None, limit=showing.FOUND_AT_MOST)
        return {"uids": [row.uid for row in page.items], "is_cut": found.is_cut}
