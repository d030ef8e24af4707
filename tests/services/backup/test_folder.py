"""Names and rotation of archives; the commands as a person calls them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner

from gridmap.commands.backup import backup as backup_command
from gridmap.commands.backup import restore as restore_command
from gridmap.config import Settings
from gridmap.errors import BadInput, Conflict
from gridmap.services.backup import Kept, back_up
from gridmap.services.backup.folder import file_name, rotate
from gridmap.store.engine import Store
from tests.store.district import NOW, fill

UID = "0192f0a4-0000-7000-8000-3f9c0a1b2c4d"
OTHER = "0192f0a4-0000-7000-8000-000000000001"
SUNDAY = dt.datetime(2026, 11, 22, 2, 15, tzinfo=dt.UTC)


def archives(folder: Path, *, days: int, uid: str = UID) -> None:
    """One a night, the last on a Sunday."""
    for back in range(days):
        (folder / file_name(uid, SUNDAY - dt.timedelta(days=back))).touch()


def days_of(folder: Path) -> list[str]:
    return sorted(path.name[21:29] for path in folder.iterdir() if UID[-12:] in path.name)


def test_a_name_tells_project_and_moment() -> None:
    local = SUNDAY.astimezone(dt.timezone(dt.timedelta(hours=8)))
    assert file_name(UID, local) == "gridmap-3f9c0a1b2c4d-20261122T021500Z.zip"


def test_the_newest_stay_and_one_a_week(tmp_path: Path) -> None:
    archives(tmp_path, days=30)
    assert len(rotate(tmp_path, UID, Kept(newest=3, weeks=3))) == 25
    assert days_of(tmp_path) == ["20261108", "20261115", "20261120", "20261121", "20261122"]
    assert rotate(tmp_path, UID, Kept(newest=3, weeks=3)) == []
    rotate(tmp_path, UID, Kept(newest=1))
    assert days_of(tmp_path) == ["20261122"]


def test_rotation_touches_nothing_else(tmp_path: Path) -> None:
    archives(tmp_path, days=3)
    archives(tmp_path, days=3, uid=OTHER)
    for name in ("notes.zip", "gridmap-3f9c0a1b2c4d-copy.zip", ".gridmap-3f9c0a1b2c4d-20200101T000000Z.zip"):
        (tmp_path / name).touch()
    rotate(tmp_path, UID, Kept(newest=1))
    assert len(list(tmp_path.iterdir())) == 1 + 3 + 3


def test_none_is_not_kept() -> None:
    with pytest.raises(BadInput, match="newest backup is kept"):
        Kept(newest=0)


def test_a_file_is_never_replaced_nor_rotated(store: Store, settings: Settings, tmp_path: Path) -> None:
    fill(store)
    (tmp_path / "b.zip").write_bytes(b"mine")
    with pytest.raises(Conflict, match="exists already"):
        back_up(settings, tmp_path / "b.zip", now=NOW)
    with pytest.raises(BadInput, match="nothing to rotate"):
        back_up(settings, tmp_path / "c.zip", now=NOW, kept=Kept(1))
    assert (tmp_path / "b.zip").read_bytes() == b"mine"
    assert not (tmp_path / "c.zip").exists()


def test_the_commands(
    store: Store, settings: Settings, empty_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    monkeypatch.setenv("GRIDMAP_DB", settings.db)
    monkeypatch.setenv("GRIDMAP_VAR", str(tmp_path / "var"))
    folder = tmp_path / "backups"
    archives(tmp_path, days=1)
    run = CliRunner().invoke

    done = run(backup_command, [str(folder), "--keep", "2", "--weekly", "1"], catch_exceptions=False)
    (path,) = folder.iterdir()
    assert f"{path}: project District" in done.output
    assert "read again and found whole" in done.output
    assert "Audit: 1 entries, head " in done.output
    assert "gridmap-backup.timer" in run(backup_command, ["--help"]).output

    done = run(restore_command, [str(path)], catch_exceptions=False)
    assert "is whole: project District" in done.output
    monkeypatch.setenv("GRIDMAP_VAR", str(tmp_path / "there"))
    done = run(restore_command, [str(path), "--into", empty_db], catch_exceptions=False)
    assert "every table is what it was" in done.output
    with pytest.raises(Conflict, match="not empty"):
        run(restore_command, [str(path), "--into", empty_db], catch_exceptions=False)
