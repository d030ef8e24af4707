"""From stored rows to the cells of a file: times with their zone, names in one cell, attributes as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from gridmap.domain.incidents import Precision
from gridmap.domain.kinds import KindTree, code_for
from gridmap.services.exchange.exported import ATTRIBUTES
from gridmap.services.exchange.layers import LAYERS, Layer, Type
from gridmap.services.exporting.sheet import Kind, Part
from gridmap.store import exporting
from gridmap.store.engine import Session
from gridmap.store.exporting import DERIVED, Wanted

PRECISION = f"{DERIVED}precision"  # told by which of the three date fields is filled
KINDS = {Type.WHOLE: Kind.WHOLE, Type.NUMBER: Kind.NUMBER}
DERIVED_KINDS = {
    f"{DERIVED}blocks": Kind.WHOLE,
    f"{DERIVED}households": Kind.WHOLE,
    f"{DERIVED}area_km2": Kind.NUMBER,
}


def columns_of(layer: Layer) -> dict[str, Kind]:
    """The columns of a layer's file: its fields as they are named for an import, attributes, what gridmap found out."""
    fields = {field.name: KINDS.get(field.type, Kind.TEXT) for field in layer.fields if not field.is_sealed}
    derived = [name for name in exporting.columns_of(layer.name) if name.startswith(DERIVED) and name != PRECISION]
    return {**fields, ATTRIBUTES: Kind.TEXT, **{name: DERIVED_KINDS.get(name, Kind.TEXT) for name in derived}}


def parts(
    session: Session, layer: Layer, wanted: Wanted, plan_id: int | None, zone: str, kinds: KindTree
) -> Iterator[Part]:
    """The rows of any layer but tracks, as cells."""
    aliases = exporting.aliases(session, layer.name)
    names = _kind_names(kinds)
    clock = ZoneInfo(zone)
    for chunk in exporting.chunks(session, layer.name, wanted, plan_id):
        columns = dict(chunk.columns)
        attributes = chunk.attributes
        if layer is LAYERS["incidents"]:
            _date_fields(columns)
            columns["kind"] = [names.get(code, code) for code in columns["kind"]]
        if layer is LAYERS["streets"]:
            attributes = [_without_class(given) for given in attributes]
        if "aliases" in layer.field_names():
            columns["aliases"] = [";".join(aliases.get(key, ())) or None for key in chunk.ids]
        columns[ATTRIBUTES] = [json_text(given) for given in attributes]
        yield Part({name: cells(columns[name], clock) for name in columns_of(layer)}, chunk.shapes)


def cells(values: list[Any], clock: ZoneInfo) -> list[Any]:
    """Stored values as cells: instants and days as ISO texts, an instant in the project's zone; all else as it is."""
    return [_cell(value, clock) if isinstance(value, (dt.date, bool)) else value for value in values]


def json_text(given: dict[str, Any] | None) -> str | None:
    """What no field took, as one text that is the same for the same content."""
    return json.dumps(given, ensure_ascii=False, sort_keys=True) if given else None


def _cell(value: dt.date | bool, clock: ZoneInfo) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.astimezone(clock).isoformat() if isinstance(value, dt.datetime) else value.isoformat()


def _date_fields(columns: dict[str, list[Any]]) -> None:
    """Exactly one of instant, day and month says when an incident was: the finest that is known."""
    precisions, days = columns.pop(PRECISION), columns["occurred_on"]
    dated = list(zip(days, precisions, strict=True))
    columns["occurred_on"] = [day if precision == Precision.DAY else None for day, precision in dated]
    columns["month"] = [f"{day:%Y-%m}" if precision == Precision.MONTH else None for day, precision in dated]


def _without_class(given: dict[str, Any] | None) -> dict[str, Any] | None:
    """A street's class as it was given has a column of its own."""
    return given and {name: value for name, value in given.items() if name != "class"}


def _kind_names(kinds: KindTree) -> dict[str, str]:
    """Code -> the name it was made from; so another database gets the name and makes the same code of it."""
    return {kind.code: kind.zh for kind in kinds.kinds if code_for(kind.zh) == kind.code and kind.zh != kind.code}


