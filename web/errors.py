"""Every refusal in one shape, and the one place where errors become HTTP statuses.

Programs (`/api`, `/tiles`, `/basemap`, `/i18n`, `/healthz`, or whoever accepts JSON only) get
`{"error": {"code", "message", "hint"}}`; people get a page in both languages.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

from apiflask import HTTPError
from flask import Flask, Response, current_app, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateError
from werkzeug.exceptions import HTTPException

from gridmap import errors
from web.audience import is_person

log = logging.getLogger("gridmap.web")

RETRY_AFTER_S = 2

STATUS: dict[type[errors.GridmapError], int] = {
    errors.BadInput: 422,
    errors.NotFound: 404,
    errors.SignInNeeded: 401,
    errors.NotAllowed: 403,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.TooOften: 429,
    errors.StoreBusy: 503,
    errors.StoreBroken: 503,
    errors.DiskFull: 503,
    errors.GridmapError: 500,
}



def _(text: str) -> str:
    """Marks a text of the catalogue: it is translated where it is shown, on the page."""
    return text


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is told to the client. `detail` is said to programs, which know what they asked for, not on the page."""

    status: int
    code: str
    heading: str
    message: str
    hint: str
    detail: str = ""
    detail_hint: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    details: Mapping[str, object] = field(default_factory=dict)  # what a program needs to go on


Words = tuple[str, str, str]  # heading, sentence, what to do; all of the catalogue
IN_LOG = _("The cause is written in the server's log; gridmap doctor checks the installation.")
FAILED = _("Something went wrong on the server")
UNANSWERABLE = _("This request cannot be answered")
NO_PAGE = _("This page does not exist")
NO_RIGHT = _("This is not open to you")

# What pages say by the code of an error. Texts of errors name files, addresses and values: they stay in the log.
WORDS: dict[str, Words] = {
    "store_busy": (
        _("The database is busy"),
        _("Other changes are being written to it just now."),
        _("Try again in a few seconds."),
    ),
    "store_broken": (
        _("The database cannot be used"),
        _("Its file is missing, damaged or of another version, its disk is full, or its server does not answer."),
        IN_LOG,
    ),
    "disk_full": (
        _("The server's disk is full"),
        _("Nothing half-written was kept."),
        _("Tell whoever looks after the server; then try again."),
    ),
    "bad_settings": (_("The settings cannot be used"), _("A setting is missing or contradicts another."), IN_LOG),
    "conflict": (UNANSWERABLE, _("It contradicts what is stored."), _("Load the page again.")),
    "stale": (
        UNANSWERABLE,
        _("Somebody else has changed it meanwhile."),
        _("Load the page again."),
    ),
    "sign_in": (
        _("Please sign in"),
        _("Nobody is signed in, or the session has ended."),
        _("Open the sign-in page."),
    ),
    "sign_in_refused": (
        _("Please sign in"),
        _("Name, password or code are not right."),
        _("Check them, and try again in a while."),
    ),
    "not_allowed": (
        NO_RIGHT,
        _("None of your posts has the right to it."),
        _("If your work needs it, ask the security administrator."),
    ),
    "not_encrypted": (
        _("Only by HTTPS"),
        _("What was asked would have gone over the network for everybody to read."),
        _("Open the address in its encrypted form; a proxy in front must say that it was asked so."),
    ),
    "no_post": (
        _("You hold no post yet"),
        _("What an account may do comes from its posts, and yours holds none today."),
        _("The security administrator gives posts; then load the page again."),
    ),
    "only_some_places": (
        NO_RIGHT,
        _("It is about the whole district, and your posts are for a part of it."),
        _("Somebody whose post is for the whole district can open it."),
    ),
    "not_found": (NO_PAGE, _("What was asked for does not exist."), _("Start from the map.")),
    "unknown_plan": (NO_PAGE, _("What was asked for does not exist."), _("Start from the map.")),
    "unknown_place": (NO_PAGE, _("What was asked for does not exist."), _("Start from the map.")),
    "too_large": (UNANSWERABLE, _("More was asked for than one answer can hold."), _("Choose less at once.")),
    "too_often": (
        UNANSWERABLE,
        _("It was asked for too often."),
        _("Try again in an hour."),
    ),
    "bad_input": (
        UNANSWERABLE,
        _("A value in the address cannot be used."),
        _("Check the address and its parameters."),
    ),
    "internal": (FAILED, _("Something went wrong inside gridmap."), IN_LOG),
}
SECRETIVE = {"store_busy", "store_broken", "bad_settings", "conflict", "internal"}  # programs get no more than people

# status: (code, heading, sentence, what to do), for what Flask and Werkzeug refuse
HTTP_WORDS: dict[int, tuple[str, str, str, str]] = {
    400: (
        "bad_request",
        UNANSWERABLE,
        _("The request could not be understood."),
        _("Check the address and its parameters."),
    ),
    404: (
        "not_found",
        NO_PAGE,
        _("There is nothing at this address."),
        _("Check the address; /api/openapi.json lists them."),
    ),
    405: ("method_not_allowed", UNANSWERABLE, _("This address does not take that method."), _("See the Allow header.")),
    413: ("too_large", UNANSWERABLE, _("The request is larger than 1 MB."), _("Send less at once.")),
    414: ("too_long", UNANSWERABLE, _("The address is longer than 8 KB."), _("Choose fewer filters.")),
    416: (
        "bad_range",
        UNANSWERABLE,
        _("The file does not have these bytes."),
        _("Ask for a range inside the file."),
    ),
    421: (
        "foreign_host",
        _("This address is not served here"),
        _("This server does not answer to this name."),
        _("Open it by its public address, or as http://127.0.0.1 with its port on the machine it runs on."),
    ),
    500: ("internal", *WORDS["internal"]),
    503: ("unavailable", FAILED, _("gridmap cannot answer just now."), _("Try again in a moment.")),
}
FORGED = (
    "csrf",
    UNANSWERABLE,
    _("It did not come from a page of this server, or the page is out of date."),
    _("Load the page again."),
)
FORGED_HINT = 'Send the token of <meta name="csrf-token"> in the header X-CSRFToken, with the cookie of that page.'


def init_errors(app: Flask) -> None:
    app.register_error_handler(errors.GridmapError, _of_gridmap)
    app.register_error_handler(CSRFError, _of_forgery)
    app.register_error_handler(HTTPError, _of_validation)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_bug)


def _of_gridmap(error: errors.GridmapError) -> Response:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if status >= 500:
        log.error("%s %s: %s", request.method, request.path, error, exc_info=status == 500)
    headers = [("Retry-After", str(RETRY_AFTER_S))] if isinstance(error, errors.StoreBusy) else []
    headers += [("WWW-Authenticate", "Bearer")] if status == 401 else []
    words = WORDS.get(error.code) or WORDS["bad_input" if status < 500 else "internal"]
    detail = ("", "") if error.code in SECRETIVE or status >= 500 else (error.message, error.hint)
    return _respond(Refusal(status, error.code, *words, *detail, headers=tuple(headers), details=error.details))


def _of_validation(error: HTTPError) -> Response:
    """Parameters that do not fit their schema. `detail` is {location: {field: [texts]}}."""
    fields = next(iter(error.detail.values()), {}) if isinstance(error.detail, dict) else {}
    texts = [f"{name}: {' '.join(map(str, _flat(texts)))}" for name, texts in sorted(fields.items())]
    if not texts:
        words = HTTP_WORDS.get(error.status_code, HTTP_WORDS[400])
        return _respond(Refusal(error.status_code, *words, error.message or ""))
    detail = "Some parameters cannot be used. " + " ".join(texts)
    hint = "Correct them; /api/openapi.json describes each."
    by_field = {name: [str(text) for text in _flat(texts)] for name, texts in fields.items()}
    return _respond(Refusal(422, "bad_input", *WORDS["bad_input"], detail, hint, details={"fields": by_field}))


def _flat(texts: object) -> list[object]:
    if isinstance(texts, dict):
        return [text for part in texts.values() for text in _flat(part)]
    return list(texts) if isinstance(texts, list | tuple) else [texts]


def _of_forgery(error: CSRFError) -> Response:
    return _respond(Refusal(400, *FORGED, error.description or "", FORGED_HINT))


def _of_http(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return current_app.make_response(error.get_response())  # redirects and the like
    known = HTTP_WORDS.get(error.code, (f"http_{error.code}", *HTTP_WORDS[400][1:]))
    kept = tuple((k, v) for k, v in error.get_headers() if k in {"Allow", "Retry-After", "Content-Range"})
    return _respond(Refusal(error.code, *known, headers=kept))


def _of_bug(error: Exception) -> Response:
    log.exception("%s %s failed", request.method, request.path, exc_info=error)
    return _respond(Refusal(500, *HTTP_WORDS[500]))


def _respond(refusal: Refusal) -> Response:
    if is_person():
        response = Response(_page(refusal), refusal.status, mimetype="text/html")
    else:
        body = {"error": _for_program(refusal)}
        response = Response(json.dumps(body, ensure_ascii=False), refusal.status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers.extend(refusal.headers)
    return response


def _for_program(refusal: Refusal) -> dict[str, object]:
    """English, and as exact as the error itself where that names nothing of the machine."""
    message, hint = refusal.detail or refusal.message, refusal.detail_hint or refusal.hint
    return {"code": refusal.code, "message": message, "hint": hint, **refusal.details}


def _page(refusal: Refusal) -> str:
    """The designed page; if even that fails, a bare one with the same words."""
    try:
        words = {name: gettext(getattr(refusal, name)) for name in ("heading", "message", "hint")}
        return render_template("error.html", status=refusal.status, code=refusal.code, **words)
    except (TemplateError, errors.GridmapError):
        log.exception("The error page could not be drawn")
        return (
            f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{refusal.status}</title>'
            f"<h1>{refusal.status}</h1><p>出错了。</p><p>{escape(refusal.message)}</p><p>{escape(refusal.hint)}</p>"
        )
