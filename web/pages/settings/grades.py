"""The grades of incidents, who settles each, and how long each step may take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from gridmap.domain.deadlines import Step, Unit
from gridmap.errors import BadInput, GridmapError, Stale
from gridmap.services.settings.grades import MOST
from web.pages.settings import page
from web.pages.settings.words import SETTLERS, STEPS, UNITS

Table = dict[str, Any]


def show() -> Response:
    return _page(page.current().content["grade"])


def save() -> ResponseReturnValue:
    """Stores the grades of the form; or gives them back with one moved or added."""
    given = _given()
    what, _colon, place = request.form.get("do", "store").partition(":")
    if what in ("up", "down", "add"):
        return _page(_changed(given, what, place), is_draft=True)
    try:
        return page.store({"grade": given}, "settings.grades")
    except (BadInput, Stale) as error:
        return _page(given, error=error, is_draft=True)


def _page(grades: list[Table], *, error: GridmapError | None = None, is_draft: bool = False) -> Response:
    now = page.current()
    return page.show(
        "grades",
        now,
        error=error,
        base=page.base() if is_draft else now.version,
        grades=grades,
        known={table["code"] for table in now.content["grade"]},
        steps=STEPS,
        units=UNITS,
        settlers=SETTLERS,
        may_add=len(grades) < MOST,
        is_draft=is_draft,
        is_unstored=is_draft and error is None,
    )


def _given() -> list[Table]:
    """The grades of the form, numbered from 0. Raises BadInput for a form that is not whole."""
    count = page.whole(request.form.get("count", ""))
    if not isinstance(count, int) or not 0 <= count <= MOST + 1:
        raise BadInput("The form is not whole.", "Load the page again.")
    return [_grade(k) for k in range(count)]


def _grade(k: int) -> Table:
    found: Table = {name: page.text(f"{k}.{name}") for name in ("code", "zh", "en", "settled_by")}
    if f"{k}.closed" in request.form:
        found["closed"] = True
    found["deadlines"] = {str(step): deadline for step in Step if (deadline := _deadline(f"{k}.{step}"))}
    return found


def _deadline(name: str) -> Mapping[str, int | str] | None:
    """None where no number is written."""
    amount, unit = page.text(f"{name}.amount"), page.text(f"{name}.unit")
    return {unit if unit in set(Unit) else str(Unit.HOURS): page.whole(amount)} if amount else None


def _changed(grades: list[Table], what: str, place: str) -> list[Table]:
    if what == "add":
        return [*grades, {"code": "", "zh": "", "en": "", "settled_by": "community", "deadlines": {}}]
    at = page.whole(place)
    other = at + (1 if what == "down" else -1) if isinstance(at, int) else -1
    if isinstance(at, int) and 0 <= at < len(grades) and 0 <= other < len(grades):
        grades[at], grades[other] = grades[other], grades[at]
    return grades
