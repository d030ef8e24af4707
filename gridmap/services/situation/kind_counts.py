"""The tree of kinds with how many incidents each has, also of kinds that no configuration names."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gridmap.domain.kinds import Kind, KindTree, is_below
from gridmap.errors import BadInput
from gridmap.services.situation.answers import KindNode
from gridmap.services.situation.events import Events


def kinds_below(known: Iterable[str], chosen: Iterable[str]) -> list[str]:
    """Those of the known codes that are chosen, or lie below a chosen one."""
    parents = tuple(chosen)
    return [code for code in known if any(is_below(code, parent) for parent in parents)]


def check_kinds(tree: KindTree, events: Events, codes: Iterable[str]) -> None:
    """Raises BadInput for a code that neither the configuration nor any incident has."""
    known = {*tree.codes(), *events.kinds}
    unknown = [code for code in codes if code not in known and not kinds_below(events.kinds, [code])]
    if unknown:
        raise BadInput(f"There is no kind {', '.join(unknown)}.", f"At the top are: {_tops(tree, events)}.")


def _tops(tree: KindTree, events: Events) -> str:
    return ", ".join(node.code for node in kind_nodes(tree, events)) or "none yet"


def kind_nodes(tree: KindTree, events: Events) -> tuple[KindNode, ...]:
    """The configured kinds in their order, then those only the incidents have, below their nearest known parent.
    Closed ones without an incident are left out.
    """
    counted = np.bincount(events.kind, minlength=len(events.kinds))
    counts = {code: int(n) for code, n in zip(events.kinds, counted, strict=True)}
    named = {kind.code: kind for kind in tree.kinds}
    used = [kind for kind in tree.kinds if not kind.is_closed or kinds_below(counts, [kind.code])]
    kinds = [*used, *(Kind(code, code, code) for code in sorted(counts) if code not in named)]
    codes = [kind.code for kind in kinds]
    children: dict[str | None, list[Kind]] = {}
    for kind in kinds:
        children.setdefault(_parent(kind.code, codes), []).append(kind)

    def node(kind: Kind) -> KindNode:
        below = tuple(node(child) for child in children.get(kind.code, []))
        count = counts.get(kind.code, 0) + sum(child.count for child in below)
        return KindNode(kind.code, kind.zh, kind.en, count, below)

    return tuple(node(kind) for kind in children.get(None, []))


def _parent(code: str, codes: list[str]) -> str | None:
    """The longest other code that this one lies below."""
    above = [other for other in codes if other != code and is_below(code, other)]
    return max(above, key=len, default=None)
