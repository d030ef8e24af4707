"""Whether a secret is the one of a backup's time, without the secret: a backup never holds one."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from gridmap.config import Settings, parted_keys

SECRET, KEY = "GRIDMAP_SECRET", "GRIDMAP_KEY"
PURPOSE = b"gridmap backup: is it the same key?"
DIGITS = 16  # hexadecimal: too few to search for the key by, enough to tell two apart


def key_checks(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Setting -> of each of its keys a keyed digest of a fixed text. One that does not exist yet is not made."""
    found = {
        SECRET: [text] if (text := settings.secret_from_env or _text(settings.var / "secret")) else [],
        KEY: parted_keys(settings.key_from_env or _text(settings.key_file)),
    }
    return {name: tuple(map(_check, keys)) for name, keys in found.items() if keys}


def other_keys(then: Mapping[str, tuple[str, ...]], settings: Settings) -> tuple[str, ...]:
    """The settings of which a key of that time is missing here."""
    here = key_checks(settings)
    return tuple(name for name, checks in then.items() if not set(checks) <= set(here.get(name, ())))


def _check(key: str) -> str:
    return hmac.new(key.encode(), PURPOSE, hashlib.sha256).hexdigest()[:DIGITS]


def _text(path: Path) -> str:
    return path.read_text(encoding="ascii").strip() if path.exists() else ""
