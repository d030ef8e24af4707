"""Two configurations beside each other: every setting by its path, and what it was and is.

Paths have slashes, for codes of kinds have dots: map/approval_number, kind/dispute.land/zh,
grade/micro/deadlines/settle, calendar/day/2026-10-01.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridmap.services.settings import kinds
from gridmap.services.settings.numbers import shown

Flat = dict[str, str]
Orders = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """`before` is None for what is new, `after` for what is gone."""

    path: str
    before: str | None
    after: str | None


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What differs, in the order of the new configuration; a new order of the same things is one difference."""
    old, new = flat(before), flat(after)
    paths = [*new, *(path for path in old if path not in new)]
    found = [Difference(p, old.get(p), new.get(p)) for p in paths if old.get(p) != new.get(p)]
    old_orders, new_orders = _orders(before), _orders(after)
    for path, order in new_orders.items():
        was = [code for code in old_orders.get(path, []) if code in order]
        now = [code for code in order if code in was]
        if was != now:
            found.append(Difference(path, ", ".join(was), ", ".join(now)))
    return found


def flat(content: Mapping[str, Any]) -> Flat:
    """Path -> value as text."""
    found: Flat = {}
    for section, given in content.items():
        if section == "kind":
            found |= _kinds(given)
        elif section == "grade":
            found |= {path: text for table in given for path, text in _grade(table)}
        elif section == "calendar":
            found |= _calendar(given)
        elif isinstance(given, Mapping):
            found |= {f"{section}/{name}": shown(value) for name, value in given.items()}
        else:
            found[section] = shown(given)
    return found


def _kinds(given: Sequence[Mapping[str, Any]]) -> Flat:
    found: Flat = {}
    for node in kinds.nodes(given):
        path = f"kind/{node.code}"
        found |= {f"{path}/zh": node.zh, f"{path}/en": node.en}
        if node.is_closed:
            found[f"{path}/closed"] = "yes"
    return found


def _grade(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    path = f"grade/{table['code']}"
    for name in ("zh", "en", "settled_by"):
        yield f"{path}/{name}", shown(table.get(name))
    if table.get("closed"):
        yield f"{path}/closed", "yes"
    for step, deadline in table.get("deadlines", {}).items():
        unit, amount = next(iter(deadline.items()))
        yield f"{path}/deadlines/{step}", f"{amount} {unit}"


def _calendar(given: Mapping[str, Any]) -> Flat:
    found = {f"calendar/{name}": shown(given.get(name)) for name in ("weekdays", "closes_at")}
    for day in sorted(given.get("day", []), key=lambda each: str(each["on"])):
        found[f"calendar/day/{day['on']}"] = f"{day['kind']} {day.get('name', '')}".strip()
    return found


def _orders(content: Mapping[str, Any]) -> Orders:
    """The codes of kinds below each parent, and of grades, in their order."""
    orders: Orders = {}
    for node in kinds.nodes(content.get("kind", [])):
        orders.setdefault(f"kind/{node.parent}/order", []).append(node.code)
    orders["grade/order"] = [str(table["code"]) for table in content.get("grade", [])]
    return orders
