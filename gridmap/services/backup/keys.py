"""Whether a secret is the one of a backup's time, without the secret: a backup never holds one."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from gridmap.config import Settings

PURPOSE = b"gridmap backup: is it the same key?"
DIGITS = 16  # hexadecimal: too few to search for the key by, enough to tell two apart


def key_checks(settings: Settings) -> dict[str, str]:
    """Setting -> a keyed digest of a fixed text. A secret that does not exist yet has none, and is not made."""
    found = {
        "GRIDMAP_SECRET": _text(settings.secret_from_env, settings.var / "secret"),
        "GRIDMAP_KEY": _text(settings.key_from_env, settings.var / "key"),
    }
    return {
        name: hmac.new(text, PURPOSE, hashlib.sha256).hexdigest()[:DIGITS]
        for name, text in found.items()
        if text is not None
    }


def _text(from_env: str | None, path: Path) -> bytes | None:
    if from_env:
        return from_env.encode()
    return path.read_text(encoding="ascii").strip().encode() if path.exists() else None
