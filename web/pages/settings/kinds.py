"""The tree of kinds. The form holds the whole tree: moving and adding give it back changed, storing makes a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from gridmap.errors import BadInput, GridmapError, Stale
from gridmap.services.settings.kinds import DEEPEST, Node, nodes, tables
from gridmap.services.situation.answers import KindNode
from web.context import running
from web.pages.settings import page

NEW = "new-"  # begins the key of a row that is not stored yet


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the form. `key` is the code of a stored kind; `part` what is written of the code of a new one."""

    key: str
    parent: str  # the key of the row above it, "" at the top
    part: str
    zh: str
    en: str
    is_closed: bool

    @property
    def is_new(self) -> bool:
        return self.key.startswith(NEW)


def show() -> Response:
    now = page.current()
    return _page([_row(node) for node in nodes(now.content["kind"])])


def save() -> ResponseReturnValue:
    """Stores the tree of the form; or gives it back with a row moved, added or taken out."""
    rows = _given()
    what, _colon, key = request.form.get("do", "store").partition(":")
    if what in CHANGES:
        return _page(CHANGES[what](rows, key), is_draft=True)
    try:
        return page.store({"kind": tables(_nodes(rows))}, "settings.kinds")
    except (BadInput, Stale) as error:
        return _page(rows, error=error, is_draft=True)


def _page(rows: Sequence[Row], *, error: GridmapError | None = None, is_draft: bool = False) -> Response:
    now, codes = page.current(), _codes(rows)
    depths = _depths(rows)
    last = {row.parent: row.key for row in rows}
    first = {row.parent: row.key for row in reversed(rows)}
    lines = [
        {
            "row": row,
            "code": codes[row.key],
            "above": codes.get(row.parent, ""),
            "depth": depths[row.key],
            "may_rise": first[row.parent] != row.key,
            "may_sink": last[row.parent] != row.key,
            "may_have_more": depths[row.key] + 1 < DEEPEST,
            "path": f"kind/{codes[row.key]}",
        }
        for row in rows
    ]
    counts = _counts(running().situation.picture().summary().kinds)
    base = page.base() if is_draft else now.version
    return page.show("kinds", now, error=error, base=base, lines=lines, counts=counts, is_draft=is_draft)


def _given() -> list[Row]:
    """The rows of the form. Raises BadInput for a form that is not whole."""
    names = ("key", "parent", "part", "zh", "en")
    columns = [[" ".join(text.split()) for text in request.form.getlist(name)] for name in names]
    if len({len(column) for column in columns}) != 1:
        raise BadInput("The form is not whole.", "Load the page again.")
    closed = set(request.form.getlist("closed"))
    return [Row(key, *rest, is_closed=key in closed) for key, *rest in zip(*columns, strict=True)]


def _row(node: Node) -> Row:
    return Row(node.code, node.parent, node.code[len(node.parent) + 1 :] if node.parent else node.code, node.zh,
               node.en, node.is_closed)  # fmt: skip


def _codes(rows: Sequence[Row]) -> dict[str, str]:
    """Key -> code: a new kind's is its parent's and what was written."""
    codes: dict[str, str] = {}
    for row in rows:
        above = codes.get(row.parent, "")
        codes[row.key] = (f"{above}.{row.part}" if above and row.part else row.part) if row.is_new else row.key
    return codes


def _nodes(rows: Sequence[Row]) -> list[Node]:
    codes = _codes(rows)
    return [Node(codes[row.key], codes.get(row.parent, ""), row.zh, row.en, row.is_closed) for row in rows]


def _depths(rows: Sequence[Row]) -> dict[str, int]:
    depths: dict[str, int] = {}
    for row in rows:
        depths[row.key] = depths[row.parent] + 1 if row.parent in depths else 0
    return depths


def _with_below(rows: Sequence[Row], key: str) -> list[Row]:
    """A row and all below it, in their order."""
    found = {key}
    for row in rows:
        if row.parent in found:
            found.add(row.key)
    return [row for row in rows if row.key in found]


def _siblings(rows: Sequence[Row], key: str) -> list[str]:
    parent = next((row.parent for row in rows if row.key == key), None)
    return [row.key for row in rows if row.parent == parent]


def _raised(rows: list[Row], key: str) -> list[Row]:
    """The row with all below it before the one above it of the same parent."""
    siblings = _siblings(rows, key)
    if key not in siblings or siblings[0] == key:
        return rows
    before = siblings[siblings.index(key) - 1]
    moved = _with_below(rows, key)
    kept = [row for row in rows if row not in moved]
    at = next(k for k, row in enumerate(kept) if row.key == before)
    return [*kept[:at], *moved, *kept[at:]]


def _sunk(rows: list[Row], key: str) -> list[Row]:
    siblings = _siblings(rows, key)
    at = siblings.index(key) if key in siblings else len(siblings)
    return _raised(rows, siblings[at + 1]) if at + 1 < len(siblings) else rows


def _added(rows: list[Row], parent: str) -> list[Row]:
    """With an empty row at the end of what lies below a row; of the top for ""."""
    taken = [int(row.key.removeprefix(NEW)) for row in rows if row.is_new and row.key.removeprefix(NEW).isdigit()]
    new = Row(f"{NEW}{max(taken, default=0) + 1}", parent, "", "", "", is_closed=False)
    if not parent:
        return [*rows, new]
    below = _with_below(rows, parent)
    at = rows.index(below[-1]) + 1 if below else len(rows)
    return [*rows[:at], replace(new, parent=parent if below else ""), *rows[at:]]


def _without(rows: list[Row], key: str) -> list[Row]:
    gone = _with_below(rows, key)
    return [row for row in rows if row not in gone]


CHANGES: Mapping[str, Any] = {"up": _raised, "down": _sunk, "add": _added, "drop": _without}


def _counts(found: Sequence[KindNode]) -> dict[str, int]:
    """Incidents of each kind, those below it among them."""
    counts: dict[str, int] = {}
    for node in found:
        counts[node.code] = node.count
        counts |= _counts(node.children)
    return counts
