"""What every answer carries, and which requests are refused before anything is done.

Whatever changes something must carry the token that our own pages hold (`<meta name="csrf-token">`, sent as the header
X-CSRFToken, or a form's field): another site can make a browser send a request, but cannot read the token. Only who
sends a token of an account needs none: no browser sends that by itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import RequestEntityTooLarge, RequestURITooLarge

from gridmap.errors import BadInput
from gridmap.reach import is_loopback
from web.reach import host_name

MAX_BODY_BYTES = 1 << 20
MAX_QUERY_BYTES = 8 << 10

_forgery = CSRFProtect()

View = TypeVar("View", bound=Callable[..., Any])

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:{pictures}; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

# A year. Not for localhost: it would hold for whatever else this machine serves there.
HSTS = "max-age=31536000"


def init_security(app: Flask) -> None:
    """Hangs the checks and headers in. Forgery is looked for where it is known who asks (web/access.py)."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.before_request(_refuse_oversize)
    app.before_request(_refuse_nul)
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the browser's session: a duty desk's page stays open all night
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, and our own policy sends none
    )
    _forgery.init_app(app)
    app.after_request(_add_headers)


def refuse_forgery() -> None:
    """Raises CSRFError for a change that did not come from a page of this server."""
    _forgery.protect()


def takes_up_to(limit_bytes: int) -> Callable[[View], View]:
    """Marks a view whose requests may have bodies up to that size instead of MAX_BODY_BYTES."""

    def mark(view: View) -> View:
        view.max_body_bytes = limit_bytes  # type: ignore[attr-defined]
        return view

    return mark


def nonce() -> str:
    """The nonce of this request's inline scripts and styles."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def let_pictures_from(origin: str | None) -> None:
    """The page that answers this request may show pictures of another server: `origin` is scheme, host and port."""
    g.picture_origin = origin


def _refuse_oversize() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    limit_bytes = getattr(view, "max_body_bytes", MAX_BODY_BYTES)
    request.max_content_length = limit_bytes
    if (request.content_length or 0) > limit_bytes:
        raise RequestEntityTooLarge
    if len(request.query_string) > MAX_QUERY_BYTES:
        raise RequestURITooLarge


def _refuse_nul() -> None:
    """A text with the character 0 is nothing a person writes, and PostgreSQL cannot keep it."""
    told = [request.path, *request.args.values()]
    body = request.get_data() if request.is_json else b""
    if any("\0" in text for text in told) or b"\\u0000" in body or b"\0" in body:
        raise BadInput("A text holds the character 0 (NUL).", "Leave it out.")


def _add_headers(response: Response) -> Response:
    if request.is_secure and not is_loopback(host_name(request.headers.get("Host", ""))):
        response.headers["Strict-Transport-Security"] = HSTS
    origin = g.get("picture_origin")
    pictures = f" {origin}" if origin else ""
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=nonce(), pictures=pictures)
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
