"""The settings that are numbers: the size of a grid, the heat's radii, how long things are kept."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from gridmap.errors import BadInput, GridmapError, Stale
from gridmap.services.settings.numbers import NUMBERS, Choice, Whole, shown
from web.pages.settings import page
from web.pages.settings.words import CODE_LEVELS, FIELDS, GROUPS, VALUES


def show() -> Response:
    content = page.current().content
    return _page({section: content[section] for section in GROUPS})


def save() -> ResponseReturnValue:
    present = page.current().content
    given = {section: {**present[section], **_section(section)} for section in GROUPS}
    try:
        return page.store(given, "settings.numbers")
    except (BadInput, Stale) as error:
        return _page(given, error)


def _page(given: dict[str, dict[str, Any]], error: GridmapError | None = None) -> Response:
    now = page.current()
    groups = [
        {"title": title, "about": about, "fields": [_field(f"{section}/{name}", rule, given[section].get(name))
                                                    for name, rule in NUMBERS[section].items()]}
        for section, (title, about) in GROUPS.items()
    ]  # fmt: skip
    return page.show(
        "numbers",
        now,
        error=error,
        base=now.version if error is None else page.base(),
        groups=groups,
        codes=[(CODE_LEVELS.get(level, level), digits) for level, digits in _codes(now.content)],
    )


def _field(path: str, rule: Whole | Choice, value: Any) -> dict[str, Any]:
    return {
        "path": path,
        "label": FIELDS[path],
        "value": shown(value),
        "choices": VALUES[path] if isinstance(rule, Choice) else None,
        "is_list": isinstance(rule, Whole) and rule.is_list,
        "low": getattr(rule, "low", None),
        "high": getattr(rule, "high", None),
    }


def _section(section: str) -> dict[str, Any]:
    """The values of the form; a list of numbers may have commas of either kind between them."""
    found: dict[str, Any] = {}
    for name, rule in NUMBERS[section].items():
        text = page.text(f"{section}/{name}")
        if isinstance(rule, Choice):
            found[name] = text
        elif rule.is_list:
            parts = text.replace("，", ",").replace("、", ",").replace(",", " ").split()
            found[name] = [page.whole(part) for part in parts]
        else:
            found[name] = page.whole(text)
    return found


def _codes(content: dict[str, Any]) -> list[tuple[str, int]]:
    order = list(CODE_LEVELS)
    return sorted(content["codes"].items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order))
