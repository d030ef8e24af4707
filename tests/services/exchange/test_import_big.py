"""Memory: a table of any length comes in within one gigabyte."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import big_import


def test_a_table_in_many_pieces_takes_little_memory(tmp_path: Path) -> None:
    done = big_import.measure(tmp_path, gigabytes=0.03, text=100)
    assert done.stored == done.rows > 60_000
    assert done.peak_mb < 800


@pytest.mark.full
def test_two_gigabytes_come_in_within_one(tmp_path: Path) -> None:
    done = big_import.measure(tmp_path, gigabytes=2.0, text=400)
    assert done.stored == done.rows > 1_000_000
    assert done.peak_mb < 1_000
