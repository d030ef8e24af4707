"""What has a grid under the plan in force, and what has none."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Dict, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range
from flask import Response, jsonify
from marshmallow import RAISE

from gridmap.services import linkage
from web.api.answers import NearestAnswer
from web.api.parameters import DEFAULT_LIMIT, MAX_SEQ, NoParameters, Parameters
from web.context import running
from web.delivery import unchanged


class GapsQuery(Parameters):
    layer = String(required=True, validate=OneOf(linkage.LAYERS))
    reason = String(load_default=None, validate=OneOf(linkage.REASONS))
    community = String(load_default=None, validate=Length(1, 40), metadata={"description": "Code of a community."})
    limit = Integer(load_default=DEFAULT_LIMIT, validate=Range(1, linkage.PAGE_AT_MOST))
    after = Integer(load_default=0, validate=Range(0, MAX_SEQ), metadata={"description": "`next` of the page before."})


class ShareAnswer(Schema):
    linked = Integer()
    total = Integer()
    missing = Integer()
    per_mille = Integer(allow_none=True, metadata={"description": "Rounded down: 1000 means all; null of nothing."})


class CommunityAnswer(Schema):
    code = String(allow_none=True, metadata={"description": "Null: in no block, or in a block of no community."})
    name = String(allow_none=True)
    street = String(allow_none=True)
    shares = Dict(String(), Nested(ShareAnswer))


class LinkageAnswer(Schema):
    plan = String(allow_none=True, metadata={"description": "Name of the plan in force; null before the first."})
    shares = Dict(String(), Nested(ShareAnswer))
    reasons = Dict(String(), Dict(String(), Integer()))
    communities = List(Nested(CommunityAnswer))


class GapAnswer(Schema):
    uid = String(attribute="row.uid")
    name = String(attribute="row.name", allow_none=True)
    address = String(attribute="row.address", allow_none=True)
    count = Integer(attribute="row.count", metadata={"description": "Households that the row stands for."})
    reason = String(attribute="row.reason")
    block = String(attribute="row.block", allow_none=True)
    community = String(attribute="row.community", allow_none=True)
    lon = Float()
    lat = Float()
    is_beyond = Boolean(metadata={"description": "Beyond the project's extent."})
    nearest = Nested(NearestAnswer, allow_none=True)


class GapsAnswer(Schema):
    items = List(Nested(GapAnswer))
    next = Integer(allow_none=True, metadata={"description": "Give it as `after` for the next page."})


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/linkage")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.doc(
        tags=["Places"],
        summary="How many buildings, households, units and incidents have a grid",
        description="Under the plan in force, whole and by community; an incident counts by its block.",
        responses={200: {"description": "The shares", "content": {"application/json": {"schema": LinkageAnswer}}}},
    )
    def shares(query_data: dict[str, Any]) -> Response:  # noqa: ARG001
        parts = running()
        picture = parts.situation.picture()
        same = unchanged(picture.version)
        return same or jsonify(LinkageAnswer().dump(linkage.summary(parts.store, picture)))

    @v1.get("/linkage/unlinked")
    @v1.input(GapsQuery, location="query", unknown=RAISE)
    @v1.output(GapsAnswer)
    @v1.doc(tags=["Places"], summary="What has no grid, with the reason and the nearest grid")
    def unlinked(query_data: dict[str, Any]) -> linkage.GapPage:
        parts = running()
        return linkage.gaps(
            parts.store,
            parts.situation.picture(),
            query_data["layer"],
            reason=query_data["reason"],
            community=query_data["community"],
            after=query_data["after"],
            limit=query_data["limit"],
        )
