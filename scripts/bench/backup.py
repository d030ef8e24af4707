"""Backup and restore of the demo district, 100,000 incidents: seconds and sizes, on both databases and across them.

A writer beside a backup stores one incident and its audit entry a transaction, from a process of its own; what it waits
is set beside what it waits alone. The PostgreSQL server is one made for this, which trades safety for speed.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from bench.tables import table
from gridmap import config
from gridmap.config import Settings
from gridmap.services import demo
from gridmap.services.backup import Backup, back_up, check, restore

ROOT = Path(__file__).resolve().parents[2]
CLUSTER = [sys.executable, str(ROOT / "tests" / "postgres_cluster.py")]
ALONE_S = 5.0
WRITER = """
import json, select, sys, time
from tests.store.district import add_incident, append_entry
from gridmap.store.engine import open_store

store = open_store(sys.argv[1])
waits = []
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    begun = time.perf_counter()
    with store.write() as session:
        add_incident(session)
        append_entry(session)
    waits.append(time.perf_counter() - begun)
    time.sleep(0.01)
print(json.dumps(waits))
"""


def run(_: list[str]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name, _server() as server:
        folder = Path(name)
        first = _settings(folder, f"sqlite:///{folder / 'demo.db'}")
        demo.build(first, on_progress=_silent)
        rows, waits = [], []
        spatialite = _settings(folder, f"sqlite:///{folder / 'restored.db'}")
        postgis = _settings(folder, _new_database(server, "restored"))
        again = _settings(folder, _new_database(server, "again"))
        made = _measured(rows, "SpatiaLite", first, folder)
        _restored(rows, "SpatiaLite to SpatiaLite", made, spatialite)
        _restored(rows, "SpatiaLite to PostGIS", made, postgis)
        _restored(rows, "PostGIS to PostGIS", _measured(rows, "PostGIS", postgis, folder), again)
        for kind, settings in (("SpatiaLite", spatialite), ("PostGIS", again)):
            waits += _beside_a_writer(rows, kind, settings, folder)
    yield from table(
        f"{made.manifest.rows:,} rows, {_rows(made, 'incident'):,} of them incidents",
        ["step", "s", "of them this process's CPU", "archive MB", "rows"],
        rows,
    )
    yield from table("A writer's transactions, ms", ["writer", "done", "median", "95th of 100", "longest"], waits)


def _measured(rows: list[list[str]], kind: str, settings: Settings, folder: Path, note: str = "") -> Backup:
    taken, made = _timed(lambda: back_up(settings, folder / f"{time.time_ns()}.zip", now=dt.datetime.now(dt.UTC)))
    rows.append([f"backup, {kind}{note}", *taken, f"{made.size_bytes / 1e6:.1f}", f"{made.manifest.rows:,}"])
    return made


def _restored(rows: list[list[str]], way: str, made: Backup, settings: Settings) -> None:
    taken, _ = _timed(lambda: check(made.path))
    rows.append([f"check alone, {way.split()[0]}", *taken, "", f"{made.manifest.rows:,}"])
    taken, done = _timed(lambda: restore(made.path, settings, now=dt.datetime.now(dt.UTC)))
    if done.problems:
        raise SystemExit(f"{way}: {done.problems}")
    rows.append([f"restore, {way}", *taken, "", f"{made.manifest.rows:,}"])


def _beside_a_writer(rows: list[list[str]], kind: str, settings: Settings, folder: Path) -> Iterator[list[str]]:
    with _writer(settings) as stop:
        time.sleep(ALONE_S)
        yield _waits(f"{kind}, alone", stop())
    with _writer(settings) as stop:
        made = _measured(rows, kind, settings, folder, ", a writer beside")
        yield _waits(f"{kind}, beside a backup", stop())
    back = _settings(folder, f"sqlite:///{folder / f'{made.path.stem}.db'}")
    if restore(made.path, back, now=dt.datetime.now(dt.UTC)).problems:
        raise SystemExit(f"{kind}: the audit's chain is broken in a backup made beside a writer.")


@contextmanager
def _writer(settings: Settings) -> Iterator[Callable[[], list[float]]]:
    """A process that writes until it is asked how long each transaction took, in seconds."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, settings.db], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )

    def stop() -> list[float]:
        said, _ = process.communicate("\n", timeout=60)
        return list(json.loads(said.splitlines()[-1]))

    try:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise SystemExit("The writer did not start.")
        yield stop
    finally:
        process.kill()


def _waits(who: str, waits_s: list[float]) -> list[str]:
    ms = sorted(1000 * wait for wait in waits_s)
    return [who, f"{len(ms):,}", *(f"{ms[min(len(ms) - 1, int(len(ms) * part))]:.0f}" for part in (0.5, 0.95, 1.0))]


@contextmanager
def _server() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="gridmap-backup.", dir="/tmp")
    started = subprocess.run([*CLUSTER, "start", folder], capture_output=True, text=True, check=True)
    try:
        yield started.stdout.strip()
    finally:
        subprocess.run([*CLUSTER, "stop", folder], check=False)
        subprocess.run(["rm", "-rf", folder], check=False)


def _new_database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.replace("/postgres?", f"/{name}?")


def _settings(folder: Path, address: str) -> Settings:
    return replace(config.load({"GRIDMAP_DB": address}), var=folder / "var")


def _rows(made: Backup, name: str) -> int:
    return next(entry.rows for entry in made.manifest.tables if entry.shape.name == name)


def _timed(work: Callable[[], Any]) -> tuple[list[str], Any]:
    """Seconds by the wall and of this process's CPU; measured once: nothing of it is quicker the second time."""
    begun, used = time.perf_counter(), time.process_time()
    done = work()
    return [f"{time.perf_counter() - begun:.1f}", f"{time.process_time() - used:.1f}"], done


def _silent(label: str, done: int, total: int) -> None:
    """Progress nobody looks at."""
