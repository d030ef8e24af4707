"""What every answer carries, and which requests are refused before anything is done.

Until accounts exist, whoever reaches the server sees the whole district. So it answers only to the names of this
machine: a page of another site that points its own name at 127.0.0.1 (DNS rebinding) is refused by its Host header.
"""

from __future__ import annotations

import ipaddress
import secrets

from flask import Flask, Response, g, request
from werkzeug.exceptions import MisdirectedRequest, RequestEntityTooLarge, RequestURITooLarge

from gridmap.config import Settings
from gridmap.errors import BadSettings

MAX_BODY_BYTES = 1 << 20
MAX_QUERY_BYTES = 8 << 10

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
    app.after_request(_add_headers)


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
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge
    if len(request.query_string) > MAX_QUERY_BYTES:
        raise RequestURITooLarge


def _add_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=nonce())
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
