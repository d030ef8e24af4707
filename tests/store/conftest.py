"""Fixtures of the store's own tests: other processes that use the same database."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Child = subprocess.Popen[str]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def child(fresh_db: str) -> Iterator[Callable[[str], Child]]:
    """Starts Python code in a process of its own; `store` there is the test's database, `print` is heard here."""
    started: list[Child] = []

    def start(code: str) -> Child:
        head = (
            "import sys\n"
            "from gridmap.store.engine import open_store\n"
            "from tests.store.district import *\n"
            f"store = open_store({fresh_db!r})\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", head + code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()
