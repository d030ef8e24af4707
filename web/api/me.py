"""Who asks, as the server sees it."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import List, String
from flask import after_this_request
from marshmallow import RAISE

from gridmap.domain.access import Action
from web import access
from web.api.jobs import not_kept
from web.api.parameters import NoParameters


class MeAnswer(Schema):
    name = String(metadata={"description": "What the audit calls whoever asks; `local` where nobody signs in."})
    rights = List(String(), metadata={"description": "What is open to them somewhere."})


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/me")
    @v1.input(NoParameters, location="query", unknown=RAISE)
    @v1.output(MeAnswer)
    @v1.doc(tags=["Accounts"], summary="Who asks, and what they may do")
    def me(query_data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
        after_this_request(not_kept)
        return {"name": access.actor().name, "rights": [action for action in Action if access.may(action)]}
