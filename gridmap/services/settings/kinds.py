"""The tree of kinds as it is edited: what may not happen to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridmap.domain.kinds import UNSPECIFIED, code_for, folded
from gridmap.services.settings.problems import Problem

DEEPEST = 4  # levels
LONGEST_CODE, LONGEST_NAME = 60, 60  # characters
MOST = 500
KEYS = {"code", "zh", "en", "closed", "children"}

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Node:
    """A kind in its place: `parent` is the code above it, "" at the top."""

    code: str
    parent: str
    zh: str
    en: str
    is_closed: bool

    @property
    def depth(self) -> int:
        return self.code.count(".") if self.parent else 0


def nodes(tables: Sequence[Table], parent: str = "") -> Iterator[Node]:
    """The tables of a configuration, parents before children; what is missing in one is ""."""
    for table in tables:
        code, zh, en = (str(table.get(name) or "") for name in ("code", "zh", "en"))
        yield Node(code, parent, zh, en, bool(table.get("closed", False)))
        yield from nodes(table.get("children") or [], code)


def tables(flat: Sequence[Node], parent: str = "") -> list[dict[str, Any]]:
    """The way back: nodes in their order -> tables with their children. A node whose parent is missing is lost."""
    return [
        {
            "code": node.code, "zh": node.zh, "en": node.en, **({"closed": True} if node.is_closed else {}),
            "children": tables(flat, node.code) if node.code else [],
        }
        for node in flat
        if node.parent == parent
    ]  # fmt: skip


def kind_problems(content: Mapping[str, Any], before: Mapping[str, Any], used: Collection[str]) -> Iterator[Problem]:
    """Problems of the tree; `used` are those of the kinds that are not in it any more that incidents have."""
    given = content.get("kind")
    if not isinstance(given, list) or not all(map(_is_table, given)):
        yield Problem("kind", "The kinds are no list of tables.", "Give each with code, zh, en and children.")
        return
    found = list(nodes(given))
    if len(found) > MOST:
        yield Problem("kind", f"There are {len(found):,} kinds.", f"Keep to {MOST}: nobody chooses among more.")
    for node in found:
        yield from _node_problems(node)
    for code, n in Counter(node.code for node in found).items():
        if n > 1 and code:
            yield Problem(f"kind/{code}/code", f"The code '{code}' stands for {n} kinds.", "Give each its own.")
    yield from _equal_names(found)
    if UNSPECIFIED not in {node.code for node in found if not node.is_closed}:
        yield Problem(
            f"kind/{UNSPECIFIED}", f"The kind '{UNSPECIFIED}' is missing or closed.",
            "Keep it: what an import without kinds brings is stored as it.",
        )  # fmt: skip
    names = {node.code: node.zh for node in nodes(before.get("kind", []))}
    for code in sorted(used):
        yield Problem(
            f"kind/{code}", f"Incidents have the kind '{names.get(code) or code}'; it cannot be deleted.",
            "Close it: then no new incident is given it.",
        )  # fmt: skip


def codes_of(content: Mapping[str, Any]) -> set[str]:
    given = content.get("kind")
    return {node.code for node in nodes(given)} if isinstance(given, list) and all(map(_is_table, given)) else set()


def with_kinds(content: Mapping[str, Any], kept: Collection[str], source: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with these kinds of another one, at the end of their parent's (or the top) where that is."""
    flat = list(nodes(content["kind"]))
    for node in nodes(source["kind"]):
        if node.code in kept:
            there = {each.code for each in flat}
            parent = node.parent if node.parent in there else ""
            flat.append(Node(node.code, parent, node.zh, node.en, node.is_closed))
    return {**content, "kind": tables(flat)}


def _node_problems(node: Node) -> Iterator[Problem]:
    path, called = f"kind/{node.code}", node.zh or node.en or node.code
    last = node.code[len(node.parent) + 1 :] if node.parent else node.code
    if not last:
        yield Problem(f"{path}/code", f"The kind '{called}' has no code.", "Give it one, such as noise.")
    elif code_for(last) != last or len(node.code) > LONGEST_CODE:
        yield Problem(
            f"{path}/code", f"The kind '{called}' has the code '{node.code}'.",
            f"Give a code without dots, blanks, capitals or signs, of at most {LONGEST_CODE} characters.",
        )  # fmt: skip
    elif node.parent and not node.code.startswith(f"{node.parent}."):
        yield Problem(
            f"{path}/code", f"The kind '{called}' lies below '{node.parent}', its code '{node.code}' does not.",
            f"Begin the code with '{node.parent}.'",
        )  # fmt: skip
    if node.depth >= DEEPEST:
        yield Problem(path, f"The kind '{called}' lies below {DEEPEST} others.", "Put it higher.")
    for language, name in (("zh", node.zh), ("en", node.en)):
        which = {"zh": "Chinese", "en": "English"}[language]
        if not name.strip():
            yield Problem(f"{path}/{language}", f"The kind '{called}' has no {which} name.", "Give both names.")
        elif len(name) > LONGEST_NAME:
            yield Problem(
                f"{path}/{language}", f"The {which} name of the kind '{called}' is too long.",
                f"Keep to {LONGEST_NAME} characters.",
            )  # fmt: skip


def _equal_names(found: Sequence[Node]) -> Iterator[Problem]:
    """Lists that are imported name kinds by their names: one name is one kind."""
    for language in ("zh", "en"):
        counted = Counter(folded(getattr(node, language)) for node in found)
        for node in found:
            name = getattr(node, language)
            if name.strip() and counted[folded(name)] > 1:
                yield Problem(
                    f"kind/{node.code}/{language}", f"Several kinds are called '{name}'.",
                    "Give each a name of its own: lists name kinds by it.",
                )  # fmt: skip


def _is_table(table: Any) -> bool:
    if not isinstance(table, Mapping) or set(table) - KEYS:
        return False
    children = table.get("children", [])
    return isinstance(children, list) and all(map(_is_table, children))
