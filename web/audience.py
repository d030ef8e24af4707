"""Whom an answer is for: a person at a browser, or a program."""

from __future__ import annotations

from flask import request

PROGRAM_PATHS = ("/api/", "/tiles/", "/basemap/", "/i18n/", "/healthz")


def is_person() -> bool:
    """True where a page is the right answer; programs, and the page's own scripts, get JSON."""
    return not request.path.startswith(PROGRAM_PATHS) and bool(request.accept_mimetypes.accept_html)
