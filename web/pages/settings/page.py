"""What the pages of settings have in common: which version they show, what was stored or why nothing was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gridmap.errors import BadInput, GridmapError, Stale
from gridmap.services import settings as service
from gridmap.services.settings import SettingsInForce, SettingsRefused
from web import i18n
from web.access import actor
from web.context import running
from web.importing.words import words
from web.pages import shell
from web.pages.settings.words import SECTIONS, SETTLERS, VALUES, field_names


def _(text: str) -> str:
    """Marks a text of the catalogue: it is translated where it is shown."""
    return text


DONE = {
    "stored": _("Stored as version {n}; it holds everywhere from now on."),
    "same": _("Nothing was changed: all is as before."),
}


def current() -> SettingsInForce:
    return service.read(running().store)


def show(
    section: str,
    now: SettingsInForce,
    *,
    error: GridmapError | None = None,
    base: int | None = None,
    **values: Any,
) -> Response:
    """A section's page, over the settings `now`; `base` is the version that what it shows was made of."""
    done = DONE.get(request.args.get("done", ""))
    wrong = problems(error)
    response = shell.show(
        f"settings/{section}.html",
        here="settings",
        status=200 if error is None else 409 if isinstance(error, Stale) else 422,
        section=section,
        sections=SECTIONS,
        now=now,
        base=now.version if base is None else base,
        done=None if done is None else gettext(done).format(n=now.version),
        error=None if error is None or wrong else {"text": sentence(error.message), "hint": sentence(error.hint)},
        problems=wrong,
        wrong={problem["field"]: problem["text"] for problem in wrong},
        **values,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def store(sections: Mapping[str, Any], endpoint: str, **address: Any) -> ResponseReturnValue:
    """Put these sections in force and lead to a page that says so. Raises SettingsRefused, Stale."""
    parts = running()
    done = service.change(
        parts.store, parts.settings, sections, base=base(), actor=actor(), now=parts.gate.now()
    )
    return back(endpoint, is_stored=bool(done.differences), **address)


def back(endpoint: str, *, is_stored: bool, **address: Any) -> ResponseReturnValue:
    return redirect(url_for(endpoint, done="stored" if is_stored else "same", **address), 303)


def base() -> int:
    """The version that the form was made of. Raises BadInput."""
    text = request.form.get("base", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadInput("The form does not say which version it was made of.", "Load the page again.")
    return int(text)


def text(name: str) -> str:
    """A field of the form, on one line; "" where it has none."""
    return " ".join(request.form.get(name, "").split())


def whole(given: str) -> int | str:
    """The number that was written; what is none stays as it is, for the check to name it."""
    given = given.strip()
    return int(given) if given.isascii() and given.removeprefix("-").isdigit() and len(given) < 10 else given


def problems(error: GridmapError | None) -> list[dict[str, str]]:
    """Each with the field that is wrong, in the page's language."""
    if not isinstance(error, SettingsRefused):
        return []
    return [
        {"field": each.field, "text": sentence(each.message), "hint": sentence(each.hint)} for each in error.problems
    ]


def sentence(text: str) -> str:
    """A sentence of the service in the page's language; an unknown one as it is."""
    chosen = {name: gettext(word) for values in (*VALUES.values(), SETTLERS) for name, word in values.items()}
    return words(i18n.language(), {**chosen, **field_names()}, "settings.po").say(text) if text else ""
