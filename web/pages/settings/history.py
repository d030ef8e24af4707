"""The versions of the settings: who changed what when, and the way back."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from gridmap.errors import BadInput, GridmapError, NotFound, Stale
from gridmap.services import settings as service
from web import dates
from web.access import actor
from web.context import running
from web.pages import audit_words
from web.pages.settings import page, words

PAGE_ROWS = 20


def show() -> Response:
    """`?before=` continues the list."""
    return _page()


def return_to(version: int) -> ResponseReturnValue:
    """The content of a version as a new one."""
    parts = running()
    try:
        done = service.return_to(
            parts.store, parts.settings, version, base=page.base(), actor=actor(), now=parts.gate.now()
        )
    except (BadInput, Stale, NotFound) as error:
        return _page(error)
    return page.back("settings.history", is_stored=bool(done.differences))


def _page(error: GridmapError | None = None) -> Response:
    parts, now = running(), page.current()
    text = request.args.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    found = service.history(parts.store, before=before, limit=PAGE_ROWS)
    zone = parts.situation.picture().project.time_zone
    rows = [
        {
            "version": past.version,
            "when": dates.instant(past.valid_from, zone),
            "who": None if past.actor is None else audit_words.actor(past.actor, {past.actor: past.shown_name or ""}),
            "differences": words.told(past.differences, now.content),
        }
        for past in found
    ]
    older = found[-1].version if found and found[-1].version > 1 else None
    return page.show("history", now, error=error, rows=rows, older=older, is_first=before is None)
