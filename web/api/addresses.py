"""Addresses: how to go on with what is being typed, and the place a whole text means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Dict, Float, Integer, List, Nested, String
from apiflask.validators import Length, Range
from marshmallow import RAISE

from gridmap.geo.addresses import Level, Match, Suggestion
from web import views
from web.api.parameters import Parameters

DEFAULT_ITEMS, MOST_ITEMS = 10, 50
LONGEST = 120
DIGITS = 7  # of a degree: a centimetre


class AddressesQuery(Parameters):
    q = String(required=True, validate=Length(0, LONGEST), metadata={"description": "What is typed so far."})
    limit = Integer(load_default=DEFAULT_ITEMS, validate=Range(1, MOST_ITEMS))


class AddressAnswer(Schema):
    text = String()
    level = String(metadata={"enum": [level.value for level in Level]})
    lon = Float(allow_none=True)
    lat = Float(allow_none=True)
    uncertainty_m = Float(allow_none=True)
    score = Float(metadata={"description": "0 to 1."})
    within = String(allow_none=True, metadata={"description": "The community it lies in."})
    grid = String(allow_none=True, metadata={"description": "Code of the grid at its point."})


class AlternativeAnswer(AddressAnswer):
    doubt = String(metadata={"description": "Why it is not the answer; empty for one as good."})


class MatchAnswer(AddressAnswer):
    accepted = Boolean(metadata={"description": "Sure enough to be used without a person."})
    doubt = String(metadata={"description": "Why it is not accepted."})
    left_over = String(
        metadata={"description": "What narrows it further and could not be looked up; uncertainty_m covers all of it."}
    )
    ids = Dict(String(), Integer())
    alternatives = List(Nested(AlternativeAnswer))


class AddressesAnswer(Schema):
    items = List(Nested(AddressAnswer))
    match = Nested(MatchAnswer, allow_none=True, metadata={"description": "The text read as a whole address."})


def add_to(v1: APIBlueprint) -> None:
    @v1.get("/addresses")
    @v1.input(AddressesQuery, location="query", unknown=RAISE)
    @v1.output(AddressesAnswer)
    @v1.doc(
        tags=["Places"],
        summary="Addresses that go on from a text, and the place the text means",
        description="Names, abbreviations, first letters of the reading (GHY finds 桂花苑), building, stairwell, room, "
        "door number. `match` is null when nothing in the text is known.",
    )
    def addresses(query_data: dict[str, Any]) -> dict[str, Any]:
        gazetteer = views.gazetteer()
        items = gazetteer.complete(query_data["q"], query_data["limit"])
        match = gazetteer.match(query_data["q"])
        found: list[Suggestion | Match] = [*items, match, *match.alternatives]
        said = [_said(one, grid) for one, grid in zip(found, _grids(found), strict=True)]
        whole = said[len(items)]
        whole |= {"accepted": match.accepted, "doubt": match.doubt, "ids": dict(match.ids)}
        whole["left_over"] = match.left_over
        whole["alternatives"] = [
            other | {"doubt": alternative.doubt}
            for other, alternative in zip(said[len(items) + 1 :], match.alternatives, strict=True)
        ]
        return {"items": said[: len(items)], "match": None if match.level == Level.NONE else whole}


def _said(one: Suggestion | Match, grid: str | None) -> dict[str, Any]:
    return {
        "text": one.text if isinstance(one, Suggestion) else one.name,
        "level": one.level,
        "lon": _number(one.lon, DIGITS),
        "lat": _number(one.lat, DIGITS),
        "uncertainty_m": _number(one.uncertainty_m, 1),
        "score": round(one.score, 3),
        "within": one.within or None,
        "grid": grid,
    }


def _number(value: float, digits: int) -> float | None:
    """JSON has no NaN."""
    return None if value != value else round(value, digits)


def _grids(found: Sequence[Suggestion | Match]) -> list[str | None]:
    """The code of the grid that each point lies in, None for no point and outside all grids."""
    ground = views.picture().ground
    lon, lat = (np.array([getattr(one, axis) for one in found], dtype=np.float64) for axis in ("lon", "lat"))
    grid_ids = ground.placer.place(lon, lat).grid_ids.tolist()
    wanted = set(grid_ids)
    codes = {row.id: row.code for row in ground.grids if row.id in wanted}
    return [codes.get(grid_id) for grid_id in grid_ids]
