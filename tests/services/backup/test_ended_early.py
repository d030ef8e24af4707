"""What is left by a backup or a restore that is killed, finds no room, or meets another: the old state, clean."""

from __future__ import annotations

import datetime as dt
import errno
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gridmap import config
from gridmap.config import Settings
from gridmap.errors import Conflict, DiskFull, StoreBroken
from gridmap.services.backup import back_up, folder, restore
from gridmap.services.backup.folder import alone
from gridmap.store import audit, migrations
from gridmap.store.engine import Store, open_store
from tests.store.district import NOW, fill

ROOT = Path(__file__).resolve().parents[3]
LATER = NOW + dt.timedelta(hours=1)
CHILD = """
import datetime as dt, os, signal
from dataclasses import replace
from pathlib import Path
from gridmap.config import load
from gridmap.services.backup import back_up, restore

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)

def killed_at(step, work):
    def die(label, done, total):
        if (label, done) == (step, total):
            os.kill(os.getpid(), signal.SIGKILL)
    child = os.fork()
    if child == 0:
        work(die)
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
"""


def run(settings: Settings, code: str) -> subprocess.Popen[str]:
    """Another process with these settings."""
    environment = {**os.environ, "GRIDMAP_DB": settings.db, "GRIDMAP_VAR": str(settings.var)}
    return subprocess.Popen(
        [sys.executable, "-c", CHILD + code], env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True
    )


def test_killed_at_the_last_moment_both_leave_the_old_state_and_can_be_done_again(
    store: Store, settings: Settings, empty_db: str, tmp_path: Path
) -> None:
    fill(store)
    folder = tmp_path / "backups"
    made = back_up(settings, tmp_path / "b.zip", now=LATER)
    there = replace(settings, db=empty_db, var=tmp_path / "there")
    process = run(
        settings,
        f"killed_at('Reading it again', lambda die: back_up(load(), Path({str(folder)!r}), now=NOW, on_progress=die))\n"
        f"there = replace(load(), db={config._known_database(empty_db)!r}, var=Path({str(there.var)!r}))\n"
        f"killed_at('Comparing', lambda die: restore(Path({str(made.path)!r}), there, now=NOW, on_progress=die))",
    )
    assert (process.communicate(timeout=60)[1], process.returncode) == ("", 0)

    assert [path.suffix for path in folder.iterdir()] == [".unfinished"]
    again = back_up(settings, folder, now=LATER)
    assert list(folder.iterdir()) == [again.path]
    with store.read() as session:
        assert audit.head(session)[0] == 3  # the import's, and of two backups
    if store.dialect == "sqlite":
        assert not (tmp_path / "empty.db").exists()
    else:
        empty = open_store(empty_db)
        with empty.read() as session:
            assert migrations.is_empty(session.connection())
        empty.close()
    assert restore(made.path, there, now=LATER).problems == ()
    assert not list(tmp_path.glob(".*"))


@contextmanager
def largest_file(size_bytes: int) -> Iterator[None]:
    """For a moment this process cannot write a file beyond that size: what a full disk is to it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_leaves_nothing(store: Store, settings: Settings, tmp_path: Path) -> None:
    fill(store, points=400)
    folder = tmp_path / "backups"
    with pytest.raises(DiskFull, match="full; nothing half-written"), largest_file(4096):
        back_up(settings, folder, now=LATER)
    assert list(folder.iterdir()) == []
    with store.read() as session:
        assert audit.head(session)[0] == 1  # no entry about a backup that is not there
    made = back_up(settings, folder, now=LATER)
    new = tmp_path / "new.db"
    with pytest.raises((StoreBroken, DiskFull)), largest_file(100_000):
        restore(made.path, replace(settings, db=f"sqlite:///{new}", var=tmp_path / "there"), now=LATER)
    assert not list(tmp_path.glob("*new.db*"))


def test_two_backups_into_one_folder_do_not_meet(store: Store, settings: Settings, tmp_path: Path) -> None:
    fill(store)
    with alone(tmp_path / "backups", "backup"), pytest.raises(Conflict, match="Another backup"):
        back_up(settings, tmp_path / "backups", now=LATER)


def test_a_share_without_locks_takes_backups_too(
    store: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)

    def lacks(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "not supported")

    monkeypatch.setattr(folder.fcntl, "flock", lacks)
    assert back_up(settings, tmp_path / "share", now=LATER).path.exists()


@pytest.mark.full
def test_kills_at_any_moment(store: Store, settings: Settings, tmp_path: Path) -> None:
    fill(store, points=20_000)
    folder = tmp_path / "backups"
    rng = random.Random(1)
    made = back_up(settings, folder, now=LATER)
    for number in range(20):
        process = run(settings, f"back_up(load(), Path({str(folder)!r}), now=NOW.replace(minute={number}))")
        time.sleep(rng.uniform(0.5, 4.0))
        process.kill()
        process.communicate()
        archives = list(folder.glob("*.zip"))
        assert made.path in archives
        for path in archives:
            place = tmp_path / f"{number}-{path.stem}.db"
            there = replace(settings, db=f"sqlite:///{place}", var=tmp_path / "there")
            assert restore(path, there, now=LATER).problems == ()
            place.unlink()
            if path != made.path:
                path.unlink()
