"""The doctor finds each thing that can be wrong, says what to do, and changes nothing."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from gridmap.config import Settings
from gridmap.services import doctor
from gridmap.store import audit, migrations, project
from gridmap.store.engine import Store

NOBODY = 65534
NOW = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)


def by_name(settings: Settings, now: dt.datetime = NOW) -> dict[str, doctor.Finding]:
    return {finding.check: finding for finding in doctor.examine(settings, now)}


def test_a_fresh_project_lacks_only_its_base_map(store: Store, settings: Settings) -> None:
    with store.write() as session:
        if project.get(session) is None:
            project.create(session, name="黄楼街道", at=NOW)
    found = by_name(settings)
    assert [name for name, finding in found.items() if not finding.ok] == ["base map"]
    assert "streets" in found["base map"].cure
    assert found["clock"].found == "2026-11-20 12:00 Asia/Shanghai"
    assert all(finding.ok or finding.cure for finding in found.values())
    settings.basemap_dir.mkdir(parents=True)
    (settings.basemap_dir / "basemap.pmtiles").write_bytes(b"PMTiles")
    assert by_name(settings)["base map"].ok


def test_a_missing_database_ends_the_report_and_is_not_made(settings: Settings, tmp_path: Path) -> None:
    missing = replace(settings, db=f"sqlite:///{tmp_path}/none.db")
    findings = list(doctor.examine(missing, NOW))
    assert findings[-1].check == "database"
    assert not findings[-1].ok
    assert "gridmap init" in findings[-1].cure
    assert not (tmp_path / "none.db").exists()


def test_an_old_schema_is_told_with_the_command_that_brings_it_forward(store: Store, settings: Settings) -> None:
    migrations.downgrade(store, "base")
    found = by_name(settings)
    assert not found["schema"].ok
    assert migrations.head() in found["schema"].found
    assert found["schema"].cure
    assert "clock" not in found


def test_a_clock_behind_the_newest_entry_is_a_problem(store: Store, settings: Settings) -> None:
    with store.write() as session:
        audit.append(
            session, actor="local", action="test", entity="x", entity_uid=None, fields={}, secret=b"s" * 32, at=NOW
        )
    assert by_name(settings, NOW - dt.timedelta(minutes=4))["clock"].ok
    late = by_name(settings, NOW - dt.timedelta(hours=2))["clock"]
    assert not late.ok
    assert "2026-11-20 12:00" in late.found
    assert "timedatectl" in late.cure


def test_an_unknown_time_zone_is_a_problem() -> None:
    assert not doctor.clock(NOW, "Asia/Xialu", None).ok
    assert doctor.clock(NOW, "Europe/London", None).found == "2026-11-20 04:00 Europe/London"


def test_a_secret_others_can_read_is_a_problem(settings: Settings) -> None:
    assert doctor.secret_mode(settings).found == "from GRIDMAP_SECRET"
    settings = replace(settings, secret_from_env=None)
    settings.secret()
    path = settings.var / "secret"
    assert doctor.secret_mode(settings).ok
    path.chmod(0o640)
    finding = doctor.secret_mode(settings)
    assert not finding.ok
    assert finding.cure == f"Run: chmod 600 {path}"


def test_a_package_of_another_version_or_missing_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("Flask==0.1\nnumpy==0.2\nunrelated==9\n")
    finding = doctor.packages(lock)
    assert not finding.ok
    assert "(pinned 0.1)" in finding.found
    assert "numpy" in finding.found
    assert "unrelated" not in finding.found
    lock.write_text("unrelated==9\n")
    assert doctor.packages(lock).ok


def test_a_disk_that_is_nearly_full_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.free_disk(tmp_path / "not" / "made").ok
    monkeypatch.setattr(doctor, "LEAST_FREE_GB", 1e9)
    assert not doctor.free_disk(tmp_path).ok


def test_without_a_chinese_font_the_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "DejaVuSans.ttf").touch()
    assert "fonts-noto-cjk" in doctor.chinese_font((tmp_path,)).cure
    (tmp_path / "opentype").mkdir()
    (tmp_path / "opentype" / "NotoSansCJK-Regular.ttc").touch()
    assert doctor.chinese_font((tmp_path,)).ok


def test_a_folder_nobody_can_write_to_is_a_problem() -> None:
    assert not doctor.writable_folder(Path("/proc/self")).ok
    assert not doctor.writable_folder(Path("/proc/self/not/there/yet")).ok


def test_a_file_left_by_another_user_is_a_problem() -> None:
    """As after a first start by the administrator: also where the administrator runs the tests."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "demo.db").write_text("x")
        folder.chmod(0o777)
        assert doctor.writable_folder(folder).ok
        (folder / "demo.db").chmod(0o400)
        am_root = os.geteuid() == 0
        if am_root:
            os.seteuid(NOBODY)
        try:
            finding = doctor.writable_folder(folder)
        finally:
            if am_root:
                os.seteuid(0)
        assert not finding.ok
        assert "demo.db" in finding.found
        assert "chown" in finding.cure


def test_the_command_prints_the_cure_and_ends_with_1(settings: Settings) -> None:
    variables = os.environ | {"GRIDMAP_DB": f"sqlite:///{settings.var}/none.db", "GRIDMAP_VAR": str(settings.var)}
    command = [sys.executable, "-m", "gridmap.cli", "doctor"]
    plain = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert plain.returncode == 1
    assert "PROBLEM  database" in plain.stdout
    assert "gridmap init" in plain.stdout
    machine = subprocess.run([*command, "--json"], env=variables, capture_output=True, text=True, check=False)
    assert machine.returncode == 1
    report = json.loads(machine.stdout)
    assert report["ok"] is False
    assert [finding["check"] for finding in report["findings"]][:2] == ["python", "packages"]
