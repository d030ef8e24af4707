"""An import killed at any moment leaves all of its file or nothing, and the next one goes on from there."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SCRIPT = Path(__file__).with_name("killed_import.py")
ROWS = 12_000


def big_file(bench: Any, number: int) -> Path:
    rng = np.random.default_rng(number)
    lon, lat = rng.uniform(114.90, 115.00, ROWS), rng.uniform(30.10, 30.20, ROWS)
    rows = "".join(f"{number}-{i},2024-03-05,{x:.6f},{y:.6f}\n" for i, (x, y) in enumerate(zip(lon, lat, strict=True)))
    return bench.csv("source_id,date,lon,lat\n" + rows, f"{number}.csv")


def run(bench: Any, path: Path, when: float | str) -> int:
    command = [sys.executable, str(SCRIPT), bench.settings.db, str(bench.settings.var), str(path), str(when)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def state(bench: Any) -> tuple[int, int, int]:
    return tuple(bench.one(f"SELECT count(*) FROM {table}") for table in ("incident", "import_batch", "audit"))


def kill_often(bench: Any, times: int, seed: int) -> int:
    """Kill imports at random moments; after each, its file is there as a whole or not at all. Returns the kills."""
    rng = random.Random(seed)
    killed = whole = 0
    for _ in range(times):
        code = run(bench, big_file(bench, whole), rng.choice([0.0, rng.uniform(0, 1.2)]))
        before = (whole * ROWS, whole, whole)
        after = ((whole + 1) * ROWS, whole + 1, whole + 1)
        found = state(bench)
        assert found in (before, after)
        assert bench.chain_is_whole()
        assert bench.one("SELECT count(*) FROM project WHERE min_lon IS NOT NULL") == (found[0] > 0)
        whole += found == after
        killed += code != 0 and found == before
    return killed


def test_a_kill_before_the_commit_leaves_nothing(bench: Any) -> None:
    path = big_file(bench, 1)
    assert run(bench, path, "stored") == -signal.SIGKILL
    assert state(bench) == (0, 0, 0)
    assert bench.one("SELECT count(*) FROM project WHERE min_lon IS NOT NULL") == 0
    assert bench.chain_is_whole()
    assert bench.run("incidents", path).stored == ROWS


def test_five_kills_leave_all_or_nothing(bench: Any) -> None:
    assert kill_often(bench, 5, seed=7) >= 1
    last = big_file(bench, 99)
    assert run(bench, last, "never") == 0
    assert bench.run("incidents", last).known == ROWS


@pytest.mark.full
def test_forty_kills_leave_all_or_nothing(bench: Any) -> None:
    assert kill_often(bench, 40, seed=8) >= 5
