"""What every answer carries, and which requests are refused before anything is done.

Until accounts exist, whoever reaches the server sees the whole district. So it answers only to the names of this
machine: a page of another site that points its own name at 127.0.0.1 (DNS rebinding) is refused by its Host header.
Whatever changes something must carry the token that our own pages hold (`<meta name="csrf-token">`, sent as the header
X-CSRFToken): another site can make a browser send a request, but cannot read the token.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import MisdirectedRequest, RequestEntityTooLarge, RequestURITooLarge

from gridmap.config import Settings
from gridmap.errors import BadInput, BadSettings

MAX_BODY_BYTES = 1 << 20
MAX_QUERY_BYTES = 8 << 10
ACTOR = "local"  # whose name changes made in the browser bear, until accounts exist

View = TypeVar("View", bound=Callable[..., Any])

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_security(app: Flask, settings: Settings) -> None:
    """Refuses to build an application for an address other machines reach; hangs the checks and headers in."""
    if not is_loopback(settings.host):
        raise BadSettings(
            f"GRIDMAP_HOST is '{settings.host}', which other machines can reach, and there are no accounts yet.",
            "Leave it at 127.0.0.1.",
        )
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.before_request(_refuse_foreign_host)
    app.before_request(_refuse_oversize)
    app.before_request(_refuse_nul)
    _protect_from_forgery(app, settings)
    app.after_request(_add_headers)


def takes_up_to(limit_bytes: int) -> Callable[[View], View]:
    """Marks a view whose requests may have bodies up to that size instead of MAX_BODY_BYTES."""

    def mark(view: View) -> View:
        view.max_body_bytes = limit_bytes  # type: ignore[attr-defined]
        return view

    return mark


def _protect_from_forgery(app: Flask, settings: Settings) -> None:
    """A token for every method that changes something, kept in a signed cookie that no script reads.

    The cookie is named after the database: two servers of one machine share its cookies, whatever their ports are.
    """
    app.config.update(
        SECRET_KEY=settings.secret(),
        SESSION_COOKIE_NAME=f"gridmap_{hashlib.sha256(settings.db.encode()).hexdigest()[:8]}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the browser's session: a duty desk's page stays open all night
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, and our own policy sends none
    )
    CSRFProtect(app)


def is_loopback(host: str) -> bool:
    """True for localhost and the loopback addresses, with or without the brackets of IPv6."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def nonce() -> str:
    """The nonce of this request's inline scripts and styles."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def _host_name(authority: str) -> str:
    """'localhost:8000' -> 'localhost', '[::1]:8000' -> '[::1]'."""
    if authority.startswith("["):
        return authority.partition("]")[0] + "]"
    return authority.partition(":")[0]


def _refuse_foreign_host() -> None:
    if not is_loopback(_host_name(request.headers.get("Host", ""))):
        raise MisdirectedRequest


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
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=nonce())
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
