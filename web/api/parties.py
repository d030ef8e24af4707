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
from web.api.parameters import NoParameters, Parameters
from web.context import running
from web.views import view

FOUND_AT_MOST = 100
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
    uids = List(String(), metadata={"description": "Of those incidents that are open to who asks, newest first."})
    is_cut = Boolean(metadata={"description": f"There are more than {FOUND_AT_MOST} of them."})


def add_to(v1: APIBlueprint) -> None:
    @v1.post("/incidents/<uid>/reveal")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.input(RevealBody, location="json", unknown=RAISE)
    @v1.output(RevealAnswer)
    @v1.doc(
        tags=["Incidents"],
        summary="One masked field in clear",
        description=f"Needs the header X-CSRFToken. Who was shown which field is in the audit. {SELDOM}",
        responses={404: "Nothing is stored there", 429: "Asked too often"},
    )
    def reveal(uid: str, query_data: dict[str, Any], json_data: dict[str, Any]) -> dict[str, str]:  # noqa: ARG001
        parts, field = running(), json_data["field"]
        after_this_request(not_kept)
        found = opened(uid).incident
        value = showing.reveal(
            parts.store, parts.settings, found.uid, field,
            party_uid=json_data["party"], actor=actor(), now=parts.situation.now(),
        )  # fmt: skip
        return {"field": field, "value": value}

    @v1.post("/incidents/by-phone")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.input(PhoneBody, location="json", unknown=RAISE)
    @v1.output(PhoneAnswer)
    @v1.doc(
        tags=["Incidents"],
        summary="The incidents where somebody has a phone",
        description="Needs the header X-CSRFToken. The whole number, written in any way: full width, with blanks, with "
        f"or without +86. Each question is in the audit, without the number. {SELDOM}",
        responses={422: "No phone number", 429: "Asked too often"},
    )
    def by_phone(query_data: dict[str, Any], json_data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
        parts = running()
        after_this_request(not_kept)
        now = parts.situation.now()
        uids = showing.with_phone(parts.store, parts.settings, json_data["phone"], actor=actor(), now=now)
        wanted = IncidentFilter(Selection(None, None, None), uids=uids)
        page = view().incidents(wanted, after=None, limit=FOUND_AT_MOST)  # what is cut is cut among one's own
        return {"uids": [row.uid for row in page.items], "is_cut": page.next is not None}
