"""What the pages of accounts have in common: they are kept nowhere, and say what was done or what is wrong."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gridmap.errors import GridmapError
from gridmap.services.given_rows import RowsRefused
from web import i18n
from web.importing.words import words
from web.pages import shell

BAD_ROWS = 50


def show(template: str, *, here: str, status: int = 200, **values: Any) -> Response:
    """A page of secrets or of people: no browser and nothing between keeps it."""
    response = shell.show(f"accounts/{template}", here=here, status=status, **values)
    response.headers["Cache-Control"] = "no-store"
    return response


def back(endpoint: str, done: str) -> ResponseReturnValue:
    """To a page that says what was done, by its name in that page's texts."""
    return redirect(url_for(endpoint, done=done), 303)


def field(name: str) -> str:
    """A field of the form that was sent; "" where it has none."""
    return request.form.get(name, "").strip()


def said(error: GridmapError) -> dict[str, str]:
    """An error in the page's language: text and what to do."""
    return {"text": sentence(error.message), "hint": sentence(error.hint) if error.hint else ""}


def bad_rows(refused: RowsRefused | None) -> dict[str, Any] | None:
    """The rows of a list that cannot be used, in the page's language; the first of them."""
    if refused is None:
        return None
    rows = [(error.row, sentence(error.reason)) for error in refused.errors[:BAD_ROWS]]
    return {"rows": rows, "count": len(refused.errors)}


def sentence(text: str) -> str:
    """A sentence of the services of accounts and posts, or of the importer that reads their lists, in the page's
    language; an unknown one as it is.
    """
    said = words(i18n.language(), {}, "accounts.po").say(text)
    return words(i18n.language(), {}).say(text) if said == text else said
