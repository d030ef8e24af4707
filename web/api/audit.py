"""The audit for programs: entries, newest first, and whether the chain is whole."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Date, DateTime, Integer, List, Nested, String
from flask import after_this_request
from marshmallow import RAISE
from marshmallow.validate import Length, Range

from gridmap.services import audit_heads, audit_reading
from gridmap.services.audit_reading import Asked
from gridmap.store.audit import Entry
from web.api.jobs import not_kept
from web.api.parameters import DEFAULT_LIMIT, MAX_LIMIT, MAX_SEQ, NoParameters, Parameters
from web.context import running

TAG = "Audit"


class AuditQuery(Parameters):
    actor = String(load_default=None, validate=Length(max=60))
    action = String(
        load_default=None,
        validate=Length(max=60),
        metadata={"description": "One action, or a sort of them: changed, seen, signed_in."},
    )
    entity = String(load_default=None, validate=Length(max=40))
    record = String(
        load_default=None, validate=Length(max=120), metadata={"description": "A uid, a case number, an account."}
    )
    from_on = Date(data_key="from", load_default=None, metadata={"description": "First local day."})
    to_on = Date(data_key="to", load_default=None, metadata={"description": "Last local day, itself in."})
    before = Integer(load_default=None, validate=Range(1, MAX_SEQ), metadata={"description": "Only entries before it."})
    limit = Integer(load_default=DEFAULT_LIMIT, validate=Range(1, MAX_LIMIT))


class AuditEntryAnswer(Schema):
    seq = Integer()
    at = DateTime()
    actor = String()
    action = String()
    entity = String()
    uid = String(attribute="entity_uid", allow_none=True)
    fields = List(String(), metadata={"description": "What the entry holds digests of."})
    hash = String()


class AuditAnswer(Schema):
    entries = List(Nested(AuditEntryAnswer))
    before = Integer(allow_none=True, metadata={"description": "Of the next page; null on the last."})


class AuditProblemAnswer(Schema):
    seq = Integer()
    message = String()


class AuditCheckAnswer(Schema):
    whole = Boolean()
    seq = Integer(metadata={"description": "The newest entry."})
    hash = String()
    problems = List(Nested(AuditProblemAnswer))


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/audit")
    @v1.input(AuditQuery, location="query", unknown=RAISE)
    @v1.output(AuditAnswer)
    @v1.doc(tags=[TAG], summary="Entries of the audit, newest first; all filters hold together")
    def audit_entries(query_data: dict[str, Any]) -> dict[str, Any]:
        after_this_request(not_kept)
        before, limit = query_data.pop("before"), query_data.pop("limit")
        found = audit_reading.entries(running().store, Asked(**query_data), before=before, limit=limit)
        return {"entries": [_told(entry) for entry in found.entries], "before": found.before}

    @v1.get("/audit/check")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.output(AuditCheckAnswer)
    @v1.doc(tags=[TAG], summary="Walk the whole chain, from its first entry")
    def audit_check(query_data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
        after_this_request(not_kept)
        verdict = audit_heads.verify(running().store)
        seq, newest_hash = verdict.head
        return {"whole": not verdict.problems, "seq": seq, "hash": newest_hash.hex(), "problems": verdict.problems}


def _told(entry: Entry) -> dict[str, Any]:
    names = ("seq", "at", "actor", "action", "entity", "entity_uid")
    plain = {name: getattr(entry, name) for name in names}
    return plain | {"fields": sorted(entry.digests), "hash": entry.hash.hex()}
