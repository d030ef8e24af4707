"""Static files under an address that carries a digest of them all.

`/static/<version>/css/app.css`: a new release has new addresses, so browsers keep files for a year, and relative
imports between the page's modules stay within one version.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from pathlib import Path

from flask import Response, g
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

ROOT = Path(__file__).resolve().parent / "static"
YEAR_S = 31_536_000
IMPORT = re.compile(r'^(?:import|export)\b[^;]*?"(\.[^"]+)";', re.MULTILINE)
# what the standard library's table leaves to the machine's own settings
MIME_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


class Assets:
    """The files below one folder, and the version they make together."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.version = _digest(root)
        self._modules: dict[str, tuple[str, ...]] = {}

    @property
    def prefix(self) -> str:
        return f"/static/{self.version}/"

    def url(self, path: str) -> str:
        """'css/app.css' -> its versioned address."""
        return self.prefix + path

    def modules(self, entry: str) -> tuple[str, ...]:
        """Addresses of all modules that 'js/pages/map.js' imports, directly or by others, so that a page fetches them
        at once; those it imports on demand are not among them.
        """
        if entry not in self._modules:
            self._modules[entry] = tuple(self.url(path) for path in self._imported(entry))
        return self._modules[entry]

    def _imported(self, entry: str) -> list[str]:
        waiting, found = [(self.root / entry).resolve()], set[Path]()
        while waiting:
            script = waiting.pop()
            for name in IMPORT.findall(script.read_text(encoding="utf-8")):
                module = (script.parent / name).resolve()
                if module not in found:
                    found.add(module)
                    waiting.append(module)
        return sorted(module.relative_to(self.root.resolve()).as_posix() for module in found)

    def send(self, version: str, path: str) -> Response:
        """The file; another version's address gets today's file, not to be kept. Raises NotFound."""
        joined = safe_join(str(self.root), path)
        if joined is None or not Path(joined).is_file():
            raise NotFound
        body = Path(joined).read_bytes()
        suffix = Path(joined).suffix
        mime_type = MIME_TYPES.get(suffix) or mimetypes.guess_type(joined)[0] or "application/octet-stream"
        response = Response(body, mimetype=mime_type)
        is_current = version == self.version
        response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable" if is_current else "no-cache"
        g.etag = hashlib.blake2b(body, digest_size=10).hexdigest()
        return response


def _digest(root: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in root.rglob("*") if path.is_file()):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]
