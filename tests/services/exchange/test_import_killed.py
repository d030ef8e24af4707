"""An import killed at any moment leaves all of its file or nothing, and the next one goes on from there."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scripts import crash_test
from tests.forked import Forks

SCRIPT = Path(__file__).with_name("killed_import.py")
ROWS = 12_000


def big_file(bench: Any) -> Path:
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(114.90, 115.00, ROWS), rng.uniform(30.10, 30.20, ROWS)
    rows = "".join(f"{i},2024-03-05,{x:.6f},{y:.6f}\n" for i, (x, y) in enumerate(zip(lon, lat, strict=True)))
    return bench.csv("source_id,date,lon,lat\n" + rows)


def run(bench: Any, path: Path, when: float | str) -> int:
    command = [sys.executable, str(SCRIPT), bench.settings.db, str(bench.settings.var), str(path), str(when)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


@pytest.fixture(scope="module")
def command() -> Iterator[crash_test.Command]:
    """`gridmap` commands that start at once."""
    with Forks(["gridmap.commands.importing"]) as forks:

        def run(*given: Any) -> tuple[int, str]:
            ended = forks.run(*given)
            return ended.code, ended.err

        yield run


def test_a_kill_before_the_commit_leaves_nothing(bench: Any) -> None:
    path = big_file(bench)
    assert run(bench, path, "stored") == -signal.SIGKILL
    assert [bench.one(f"SELECT count(*) FROM {table}") for table in ("incident", "import_batch", "audit")] == [0, 0, 0]
    assert bench.one("SELECT count(*) FROM project WHERE min_lon IS NOT NULL") == 0
    assert bench.chain_is_whole()
    assert bench.run("incidents", path).stored == ROWS


def test_twenty_kills_leave_all_or_nothing(fresh_db: str, tmp_path: Path, command: crash_test.Command) -> None:
    """At moments all over an import: a forked command needs no time to start."""
    done = crash_test.crash(fresh_db, tmp_path, imports=20, rows=2_000, seed=7, command=command, earliest=0.2)
    assert done.killed + done.whole == 20
    assert done.killed >= 3


@pytest.mark.full
def test_two_hundred_kills_leave_all_or_nothing(fresh_db: str, tmp_path: Path) -> None:
    done = crash_test.crash(fresh_db, tmp_path, imports=200, seed=8)
    assert done.killed >= 30
    assert done.whole >= 10


def test_half_an_import_is_seen(
    fresh_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: crash_test.Command
) -> None:
    """The look itself: a file that is there in part does not pass."""
    monkeypatch.setattr(crash_test, "_state", lambda _: (0, 0, 0) if not (tmp_path / "0.csv").exists() else (7, 1, 1))
    with pytest.raises(crash_test.HalfAnImport, match="should have"):
        crash_test.crash(fresh_db, tmp_path, imports=1, rows=10, command=command)
