"""Identifiers for clients: UUID version 7, which sort by the time they were made.

Source: RFC 9562, section 5.7 with a 26-bit counter (section 6.2, method 1), so that ids made in one process always
rise, also thousands within a millisecond, and an index on them grows at its end.
"""

from __future__ import annotations

import os
import secrets
import threading
import time

import numpy as np

COUNTER_BITS = 26
_COUNTER_END = 1 << COUNTER_BITS

_lock = threading.Lock()
_last_ms = 0
_last_counter = 0


def new_uid() -> str:
    """One UUIDv7 in its 36-character form."""
    return new_uids(1)[0]


def new_uids(n: int) -> list[str]:
    """n rising UUIDv7; raises ValueError beyond 33 million at once."""
    if n > _COUNTER_END // 2:
        raise ValueError(f"{n} ids at once are too many: ask for at most {_COUNTER_END // 2}.")
    first_ms, first_counter = _reserve(n)
    counter = first_counter + np.arange(n, dtype=np.uint64)
    raw = np.empty((n, 16), np.uint8)
    raw[:, :6] = np.frombuffer(first_ms.to_bytes(6, "big"), np.uint8)
    high = (0x7000 | (counter >> np.uint64(14))).astype(">u2")
    low = (0x8000 | (counter & np.uint64(0x3FFF))).astype(">u2")
    raw[:, 6:8] = high.view(np.uint8).reshape(n, 2)
    raw[:, 8:10] = low.view(np.uint8).reshape(n, 2)
    raw[:, 10:] = np.frombuffer(os.urandom(6 * n), np.uint8).reshape(n, 6)
    text = raw.tobytes().hex()
    return [_with_dashes(text[i : i + 32]) for i in range(0, 32 * n, 32)]


def _with_dashes(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _reserve(n: int) -> tuple[int, int]:
    """The millisecond and the first of n counter values that nobody else in this process gets."""
    global _last_ms, _last_counter  # the one place where rising order is kept
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last_ms:
            _last_ms, first = now_ms, secrets.randbits(COUNTER_BITS - 1)
        else:  # the same millisecond, or a clock that was set back
            first = _last_counter + 1
        if first + n > _COUNTER_END:
            _last_ms, first = _last_ms + 1, secrets.randbits(COUNTER_BITS - 1)
        _last_counter = first + n - 1
        return _last_ms, first
