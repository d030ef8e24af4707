"""The file of the keys: a new one in front, the old ones away. Who changes it holds it against others."""

from __future__ import annotations

import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gridmap.config import Settings
from gridmap.errors import Conflict


def new_key() -> str:
    """A key of 256 random bits, as text."""
    return secrets.token_hex(32)


@contextmanager
def held(settings: Settings) -> Iterator[None]:
    """Nobody else changes the keys meanwhile. Raises Conflict when somebody does."""
    settings.var.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(settings.var / "key.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Conflict("Somebody else changes the keys at this moment.", "Wait for its end, then try again.") from None
    finally:
        os.close(descriptor)


def write(settings: Settings, keys: Sequence[bytes]) -> None:
    """Replace the file, whole and on disk when this returns; only its owner reads it."""
    descriptor, unfinished = tempfile.mkstemp(prefix="key", dir=settings.var)  # mode 0600
    with os.fdopen(descriptor, "wb") as file:
        file.write(b"".join(key + b"\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    Path(unfinished).replace(settings.key_file)
    folder = os.open(settings.var, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
