"""What a person asks for, checked against the layer and turned into conditions on stored values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gridmap.domain.kinds import KindTree
from gridmap.errors import BadInput, NotFound
from gridmap.services.exchange.layers import LAYERS, Field, Layer, Type
from gridmap.store import exporting, plans
from gridmap.store.engine import Session
from gridmap.store.exporting import IN_BLOCKS, Box, Value, Wanted
from gridmap.store.plans import GridPlan

DATED = "incidents"
READERS: dict[Type, Callable[[str], Value]] = {Type.WHOLE: int, Type.NUMBER: float, Type.DATE: dt.date.fromisoformat}
NOT_COMPARED = (Type.TIME, Type.MONTH, Type.NAMES)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows of a layer, in a person's words.

    `where`: field -> texts, one of which it must be ("" is empty). `bbox`: west, south, east, north in degrees; what
    touches it is in. `from_on`, `to_on`: inclusive. `kinds`: codes or names, with all below them. `grid`: the code of
    a grid of the plan. `plan`: uid or name of a plan, None for the one in force. `ids`: none but these rows, which
    were chosen in `words` that the file repeats.
    """

    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    bbox: Box | None = None
    from_on: dt.date | None = None
    to_on: dt.date | None = None
    kinds: tuple[str, ...] = ()
    grid: str | None = None
    plan: str | None = None
    ids: Sequence[int] | None = None
    words: Mapping[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """The conditions that were given, for the file itself."""
        given = {
            "where": {name: list(texts) for name, texts in self.where.items()},
            "bbox": None if self.bbox is None else list(self.bbox),
            "from": None if self.from_on is None else self.from_on.isoformat(),
            "to": None if self.to_on is None else self.to_on.isoformat(),
            "kinds": list(self.kinds),
            "grid": self.grid,
            **self.words,
        }
        return {name: value for name, value in given.items() if value}


def wanted_of(session: Session, layer: Layer, choice: Choice, plan: GridPlan | None, tree: KindTree) -> Wanted:
    """The conditions on stored values. Raises BadInput for one that the layer does not have or that fits no value of
    its field, NotFound for a grid that the plan does not have.
    """
    if (choice.from_on or choice.to_on) and layer.name != DATED:
        raise BadInput(f"--from and --to choose incidents; {layer.name} have no date.", "Leave them away.")
    if choice.from_on and choice.to_on and choice.from_on > choice.to_on:
        raise BadInput(f"{choice.from_on} lies after {choice.to_on}.", "Give the first day first.")
    where = {name: [_value(layer, name, text, tree) for text in texts] for name, texts in choice.where.items()}
    return Wanted(
        bbox=choice.bbox,
        from_on=choice.from_on,
        to_on=choice.to_on,
        kinds=_kinds(layer, choice.kinds, tree),
        grid_id=None if choice.grid is None else _grid_id(session, layer, choice.grid, plan),
        where=where,
        ids=choice.ids,
    )


def comparable(layer: Layer) -> list[str]:
    """The fields that `where` may name."""
    stored = exporting.columns_of(layer.name)
    dated = ("occurred_on",) if layer.name == DATED else ()
    return [f.name for f in layer.fields if f.type not in NOT_COMPARED and f.name in stored and f.name not in dated]


def _value(layer: Layer, name: str, text: str, tree: KindTree) -> Value:
    if name not in comparable(layer):
        raise BadInput(
            f"{layer.name} cannot be chosen by '{name}'.", f"--where takes: {', '.join(comparable(layer))}."
        )
    if text == "":
        return None
    if layer.name == DATED and name == "kind":
        return tree.find(text) or text
    chosen: Field = layer.field(name)
    reader = READERS.get(chosen.type)
    if reader is None:
        return text
    try:
        return reader(text)
    except ValueError:
        raise BadInput(f"--where {name}={text}: {name} is a {chosen.type}.", "Give a value of that kind.") from None


def _kinds(layer: Layer, kinds: tuple[str, ...], tree: KindTree) -> tuple[str, ...]:
    if kinds and "kind" not in layer.field_names():
        raise BadInput(f"{layer.name} have no kind.", "Leave --kind away.")
    if layer.name != DATED:
        return kinds
    unknown = [kind for kind in kinds if tree.find(kind) is None and not tree.with_descendants([kind])]
    if unknown:
        tops = ", ".join(code for code in tree.codes() if "." not in code)
        raise BadInput(f"There is no kind '{unknown[0]}'.", f"Use one of the configured kinds; at the top are {tops}.")
    return tuple(tree.find(kind) or kind for kind in kinds)


def _grid_id(session: Session, layer: Layer, code: str, plan: GridPlan | None) -> int:
    if layer not in (LAYERS[name] for name in (*IN_BLOCKS, "grids")):
        raise BadInput(f"{layer.name} belong to no grid.", "Leave --grid away, or choose by --bbox.")
    if plan is None:
        raise NotFound("There is no grid plan yet.", "Import grids first: gridmap import grids FILE.")
    found = plans.grids_by_code(session).get(code)
    if found is None or found not in set(plans.assignment(session, plan.id).values()):
        raise NotFound(f"The plan '{plan.name}' has no grid '{code}'.", "Give the code of one of its grids.")
    return found
