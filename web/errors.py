"""Every refusal in one shape, and the one place where errors become HTTP statuses.

Programs (`/api`, `/tiles`, `/basemap`, `/i18n`, `/healthz`, or whoever accepts JSON only) get
`{"error": {"code", "message", "hint"}}`; people get a page in both languages.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from html import escape

from apiflask import HTTPError
from flask import Flask, Response, current_app, render_template, request
from flask_babel import gettext
from jinja2 import TemplateError
from werkzeug.exceptions import HTTPException

from gridmap import errors

log = logging.getLogger("gridmap.web")

RETRY_AFTER_S = 2
PROGRAM_PATHS = ("/api/", "/tiles/", "/basemap/", "/i18n/", "/healthz")

STATUS: dict[type[errors.GridmapError], int] = {
    errors.BadInput: 422,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.StoreBusy: 503,
    errors.StoreBroken: 503,
    errors.GridmapError: 500,
}

# status: (code, message, hint)
HTTP_WORDS: dict[int, tuple[str, str, str]] = {
    400: ("bad_request", "The request could not be understood.", "Check the address and its parameters."),
    404: ("not_found", "There is nothing at this address.", "Check the address; /api/openapi.json lists them."),
    405: ("method_not_allowed", "This address does not take that method.", "See the Allow header."),
    413: ("too_large", "The request is larger than 1 MB.", "Send less at once."),
    414: ("too_long", "The address is longer than 8 KB.", "Choose fewer filters."),
    416: ("bad_range", "The file does not have these bytes.", "Ask for a range inside the file."),
    421: (
        "foreign_host",
        "This server answers to localhost and 127.0.0.1 only.",
        "Open it as http://127.0.0.1 with its port, on the machine it runs on.",
    ),
    500: ("internal", "Something went wrong inside gridmap.", "The log has the details; run `gridmap doctor`."),
    503: ("unavailable", "gridmap cannot answer just now.", "Try again in a moment."),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is told to the client."""

    status: int
    code: str
    message: str
    hint: str
    headers: tuple[tuple[str, str], ...] = ()


def init_errors(app: Flask) -> None:
    app.register_error_handler(errors.GridmapError, _of_gridmap)
    app.register_error_handler(HTTPError, _of_validation)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_bug)


def _of_gridmap(error: errors.GridmapError) -> Response:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if status >= 500:
        log.error("%s %s: %s", request.method, request.path, error, exc_info=status == 500)
    retry = (("Retry-After", str(RETRY_AFTER_S)),) if isinstance(error, errors.StoreBusy) else ()
    return _respond(Refusal(status, error.code, error.message, error.hint, retry))


def _of_validation(error: HTTPError) -> Response:
    """Parameters that do not fit their schema. `detail` is {location: {field: [texts]}}."""
    fields = next(iter(error.detail.values()), {}) if isinstance(error.detail, dict) else {}
    texts = [f"{name}: {' '.join(map(str, _flat(texts)))}" for name, texts in sorted(fields.items())]
    if not texts:
        code, message, hint = HTTP_WORDS.get(error.status_code, HTTP_WORDS[400])
        return _respond(Refusal(error.status_code, code, error.message or message, hint))
    message = "Some parameters cannot be used. " + " ".join(texts)
    return _respond(Refusal(422, "bad_input", message, "Correct them; /api/openapi.json describes each."))


def _flat(texts: object) -> list[object]:
    if isinstance(texts, dict):
        return [text for part in texts.values() for text in _flat(part)]
    return list(texts) if isinstance(texts, list | tuple) else [texts]


def _of_http(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return current_app.make_response(error.get_response())  # redirects and the like
    known = HTTP_WORDS.get(error.code, (f"http_{error.code}", error.name + ".", "Check the request."))
    kept = tuple((k, v) for k, v in error.get_headers() if k in {"Allow", "Retry-After", "Content-Range"})
    return _respond(Refusal(error.code, *known, kept))


def _of_bug(error: Exception) -> Response:
    log.exception("%s %s failed", request.method, request.path, exc_info=error)
    return _respond(Refusal(500, *HTTP_WORDS[500]))


def _respond(refusal: Refusal) -> Response:
    if request.path.startswith(PROGRAM_PATHS) or not request.accept_mimetypes.accept_html:
        body = {"error": {"code": refusal.code, "message": refusal.message, "hint": refusal.hint}}
        response = Response(json.dumps(body, ensure_ascii=False), refusal.status, mimetype="application/json")
    else:
        response = Response(_page(refusal), refusal.status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    response.headers.extend(refusal.headers)
    return response


def _page(refusal: Refusal) -> str:
    """The designed page; if even that fails, a bare one with the same words."""
    try:
        words = {"message": gettext(refusal.message), "hint": gettext(refusal.hint)}
        return render_template("error.html", status=refusal.status, code=refusal.code, **words)
    except (TemplateError, errors.GridmapError):
        log.exception("The error page could not be drawn")
        return (
            f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{refusal.status}</title>'
            f"<h1>{refusal.status}</h1><p>出错了。</p><p>{escape(refusal.message)}</p><p>{escape(refusal.hint)}</p>"
        )
