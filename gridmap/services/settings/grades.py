"""What may be wrong with grades and their deadlines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from gridmap.domain.deadlines import LONGEST, Step, Unit
from gridmap.domain.grades import Settler
from gridmap.domain.kinds import code_for
from gridmap.services.settings.problems import Problem

LONGEST_CODE, LONGEST_NAME = 30, 30
MOST = 12
KEYS = {"code", "zh", "en", "settled_by", "deadlines", "closed"}


def grade_problems(content: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[Problem]:
    """Problems of the grades. One that a stored version has is closed instead of deleted: cases may have it."""
    given = content.get("grade")
    if not isinstance(given, list) or not all(isinstance(each, Mapping) and not set(each) - KEYS for each in given):
        yield Problem("grade", "The grades are no list of tables.", "Give each with code, zh, en and settled_by.")
        return
    if not any(not each.get("closed") for each in given) or len(given) > MOST:
        yield Problem("grade", f"{len(given)} grades are given.", f"Keep 1 to {MOST}, one of them open.")
    for code, n in Counter(str(each.get("code") or "") for each in given).items():
        if n > 1:
            yield Problem(f"grade/{code}/code", f"The code '{code}' stands for {n} grades.", "Give each its own.")
    for each in given:
        yield from _one(each)
    kept = {each.get("code") for each in given}
    for each in before.get("grade", []):
        if each["code"] not in kept:
            yield Problem(
                f"grade/{each['code']}", f"The grade '{each['zh']}' cannot be deleted.",
                "Close it: then no new incident is given it.",
            )  # fmt: skip


def _one(table: Mapping[str, Any]) -> Iterator[Problem]:
    code = str(table.get("code") or "")
    path, called = f"grade/{code}", str(table.get("zh") or table.get("en") or code)
    if not code:
        yield Problem(f"{path}/code", f"The grade '{called}' has no code.", "Give it one, such as minor.")
    elif code_for(code) != code or len(code) > LONGEST_CODE:
        yield Problem(
            f"{path}/code", f"The grade '{called}' has the code '{code}'.",
            f"Give a code without dots, blanks, capitals or signs, of at most {LONGEST_CODE} characters.",
        )  # fmt: skip
    for language, which in (("zh", "Chinese"), ("en", "English")):
        name = str(table.get(language) or "").strip()
        if not name:
            yield Problem(f"{path}/{language}", f"The grade '{called}' has no {which} name.", "Give both names.")
        elif len(name) > LONGEST_NAME:
            yield Problem(
                f"{path}/{language}", f"The {which} name of the grade '{called}' is too long.",
                f"Keep to {LONGEST_NAME} characters.",
            )  # fmt: skip
    if table.get("settled_by") not in set(Settler):
        yield Problem(
            f"{path}/settled_by", f"Nobody settles the grade '{called}'.", f"Choose one of: {', '.join(Settler)}."
        )
    deadlines = table.get("deadlines", {})
    for step, deadline in deadlines.items() if isinstance(deadlines, Mapping) else [("", None)]:
        if step not in set(Step) or not _is_deadline(deadline):
            yield Problem(
                f"{path}/deadlines/{step}", f"A deadline of the grade '{called}' cannot be used.",
                f"Give a whole number from 1 to {LONGEST}, in hours or working days.",
            )  # fmt: skip


def _is_deadline(table: Any) -> bool:
    if not isinstance(table, Mapping) or len(table) != 1 or next(iter(table)) not in set(Unit):
        return False
    amount = next(iter(table.values()))
    return isinstance(amount, int) and not isinstance(amount, bool) and 1 <= amount <= LONGEST
