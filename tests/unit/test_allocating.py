"""What is freed between things that live on goes back to the system."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from gridmap.commands import allocating

PIECE_BYTES, PIECES = 100_000, 1_000  # below the size that glibc maps by itself
PATIENCE_S = 30.0


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def test_what_lies_free_between_two_that_live_on_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocating, "GIVEN_BACK_EVERY_S", 0.05)
    pieces = [b"x" * PIECE_BYTES for _ in range(PIECES)]
    lasting = pieces[::10]
    del pieces
    before = resident_bytes()
    allocating.give_back()
    deadline = time.monotonic() + PATIENCE_S
    while resident_bytes() > before - PIECES * PIECE_BYTES // 2:
        assert time.monotonic() < deadline, "nothing was given back"
        time.sleep(0.05)
    assert len(lasting) == PIECES // 10
