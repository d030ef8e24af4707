"""How answers travel: ETags, 304, cache lifetimes, gzip.

Every ETag here is weak, because the same answer is sent both plain and compressed.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict

from flask import Flask, Response, g, request

from gridmap import __version__

MIN_GZIP_BYTES = 600
GZIP_CACHE_BYTES = 16 << 20
FOR_GOOD_S = 86_400  # an address that names its version
COMPRESSIBLE = {
    "application/geo+json",
    "application/javascript",
    "application/json",
    "application/manifest+json",
    "image/svg+xml",
    "text/css",
    "text/html",
    "text/javascript",
    "text/plain",
}


def init_delivery(app: Flask) -> None:
    compressed = _Compressed(GZIP_CACHE_BYTES)

    @app.after_request
    def deliver(response: Response) -> Response:
        if response.status_code == 200:
            _mark(response)
            response = response.make_conditional(request) if "etag" in g else response
        if response.mimetype in COMPRESSIBLE:
            response.vary.add("Accept-Encoding")
        if _may_compress(response):
            response.set_data(compressed.of(response))
            response.headers["Content-Encoding"] = "gzip"
        return response


def unchanged(version: str, *, cacheable: bool = False, named: str | None = None) -> Response | None:
    """Notes what this address is at this version; an empty 304 when the client holds exactly that.

    With `cacheable`, a request that names the version in `v` may be kept without asking again; `named` is what it has
    to name instead where the version holds more than that.
    """
    text = f"{__version__}\n{version}\n{request.full_path}"
    g.etag = hashlib.sha256(text.encode()).hexdigest()[:20]
    g.for_good = cacheable and request.args.get("v") == (named or version)
    if not request.if_none_match.contains_weak(g.etag):
        return None
    response = Response(status=304)
    _mark(response)
    return response


def _mark(response: Response) -> None:
    if "etag" in g:
        response.set_etag(g.etag, weak=True)
    if "Cache-Control" not in response.headers:
        for_good = g.get("for_good", False)
        response.headers["Cache-Control"] = f"private, max-age={FOR_GOOD_S}" if for_good else "private, no-cache"


def _may_compress(response: Response) -> bool:
    return (
        response.status_code == 200
        and response.mimetype in COMPRESSIBLE
        and not response.direct_passthrough
        and not response.is_streamed
        and "Content-Encoding" not in response.headers
        and (response.content_length or 0) >= MIN_GZIP_BYTES
        and request.accept_encodings["gzip"] > 0
    )


class _Compressed:
    """Compressed bodies by digest of the body, least recently used first out. Safe for threads."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._bodies: OrderedDict[bytes, bytes] = OrderedDict()
        self._held_bytes = 0
        self._lock = threading.Lock()

    def of(self, response: Response) -> bytes:
        body = response.get_data()
        if "etag" not in g:
            return gzip.compress(body, 6, mtime=0)
        key = hashlib.blake2b(body, digest_size=16).digest()
        with self._lock:
            if key in self._bodies:
                self._bodies.move_to_end(key)
                return self._bodies[key]
        packed = gzip.compress(body, 8, mtime=0)
        with self._lock:
            if key not in self._bodies:
                self._bodies[key] = packed
                self._held_bytes += len(packed)
            while self._held_bytes > self._limit_bytes and len(self._bodies) > 1:
                self._held_bytes -= len(self._bodies.popitem(last=False)[1])
        return packed
