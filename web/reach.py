"""By which names and ways requests may come: this machine's own names, the public one, HTTPS, proxies that are trusted.

Until accounts exist, whoever reaches the server sees the whole district. So it is served to this machine alone, and it
answers only to names of its own: a page of another site that points its name at 127.0.0.1 (DNS rebinding) is refused by
its Host header. With accounts other machines may be served, and only by HTTPS: the server's own, or that of a proxy
which says so in X-Forwarded-Proto. Such headers count only when they come from this machine or GRIDMAP_PROXIES.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import MisdirectedRequest

from gridmap.config import Settings
from gridmap.errors import NotEncrypted
from gridmap.reach import Network, is_loopback
from gridmap.services.certificate import examined

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Proxied:
    """WSGI: for a request that a trusted proxy passed on, who sent it and whether it came by HTTPS."""

    application: Application
    proxies: tuple[Network, ...]

    def __call__(self, environ: Environ, start: Any) -> Iterable[bytes]:
        if self._trusts(environ.get("REMOTE_ADDR", "")):
            self._believe(environ)
        return self.application(environ, start)

    def _believe(self, environ: Environ) -> None:
        scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
        if scheme in {"http", "https"}:
            environ["wsgi.url_scheme"] = scheme
        for address in map(str.strip, reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(","))):
            if _address(address) is None:
                return
            environ["REMOTE_ADDR"] = address
            if not self._trusts(address):  # what stands before it, anybody may have written
                return

    def _trusts(self, text: str) -> bool:
        address = _address(text)
        return address is not None and (address.is_loopback or any(address in network for network in self.proxies))


def init_reach(app: Flask, settings: Settings) -> None:
    """Hangs the check of names in and, where there is a public address, the ear for proxies.

    Raises BadSettings for a certificate that cannot be used.
    """
    own = own_names(settings)
    if settings.public_url is not None:
        app.wsgi_app = Proxied(app.wsgi_app, settings.proxies)  # type: ignore[method-assign]

    @app.before_request
    def refuse_foreign_ways() -> None:
        asked = host_name(request.headers.get("Host", ""))
        if is_loopback(asked) and is_loopback(request.remote_addr or ""):
            return
        if asked not in own:
            raise MisdirectedRequest
        if not request.is_secure:
            raise NotEncrypted(
                "This request came without HTTPS.",
                "Open the address with https://. A proxy in front must send X-Forwarded-Proto: https, from this "
                "machine or from an address in GRIDMAP_PROXIES.",
            )


def own_names(settings: Settings) -> frozenset[str]:
    """The names beside this machine's own that are answered: the public one, those of the certificate, the address."""
    named = set() if settings.public_url is None else {settings.public_url.name}
    if settings.tls is not None:
        named.update(host_name(name) for name in examined(settings.tls, dt.datetime.now(dt.UTC)).names)
    if not is_loopback(settings.host):
        named.add(host_name(settings.host))
    return frozenset(named)


def host_name(authority: str) -> str:
    """'Grid.example:8000' -> 'grid.example', '[::1]:8000' and '::1' -> '[::1]'."""
    text = authority.lower()
    if text.startswith("["):
        return text.partition("]")[0] + "]"
    return f"[{text}]" if text.count(":") > 1 else text.partition(":")[0].rstrip(".")


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
