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

from gridmap.commands.doctor import tell
from gridmap.config import Settings
from gridmap.reach import PublicUrl
from gridmap.services import doctor
from gridmap.services.doctor import database, machine, secrets, serving
from gridmap.services.project import first_configuration, prepare
from gridmap.store import audit, configuration, migrations
from gridmap.store.engine import Store, file_of
from gridmap.store.server import facts
from tests import certificates

NOBODY = 65534
NOW = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)


def by_name(settings: Settings, now: dt.datetime = NOW) -> dict[str, doctor.Finding]:
    return {finding.check: finding for finding in doctor.examine(settings, now)}


def close_to_others(settings: Settings) -> None:
    """A copy of the template may be read by everybody, as a database that gridmap makes may not."""
    path = file_of(settings.db)
    if path is not None:
        for file in path.parent.glob(f"{path.name}*"):
            file.chmod(0o600)


def test_a_fresh_project_lacks_only_its_base_map(store: Store, settings: Settings) -> None:
    prepare(store, name="黄楼街道", now=NOW)
    close_to_others(settings)
    found = by_name(settings, dt.datetime.now(dt.UTC))  # a server has a clock of its own
    assert [name for name, finding in found.items() if not finding.ok] == ["base map"]
    assert "streets" in found["base map"].cure
    assert database.clock(NOW, "Asia/Shanghai", None).found == "2026-11-20 12:00 Asia/Shanghai"
    assert all(finding.ok or finding.cure for finding in found.values())
    settings.basemap_dir.mkdir(parents=True)
    (settings.basemap_dir / "basemap.pmtiles").write_bytes(b"PMTiles")
    assert by_name(settings)["base map"].ok


def test_settings_that_no_page_would_take_are_named(store: Store, settings: Settings) -> None:
    prepare(store, now=NOW)
    assert by_name(settings)["settings"].found == "version 1"
    own = first_configuration()
    with store.write() as session:
        configuration.put(session, own | {"basemap": own["basemap"] | {"min_zoom": ""}}, NOW)
    found = by_name(settings)["settings"]
    assert not found.ok and "zooms go from" in found.found
    assert "0 to 22" in found.cure and "gridmap settings export" in found.cure


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
    assert not database.clock(NOW, "Asia/Xialu", None).ok
    assert database.clock(NOW, "Europe/London", None).found == "2026-11-20 04:00 Europe/London"


def test_a_secret_others_can_read_is_a_problem(settings: Settings) -> None:
    assert secrets.secret(settings).found == "from GRIDMAP_SECRET"
    settings = replace(settings, secret_from_env=None)
    settings.secret()
    path = settings.var / "secret"
    assert secrets.secret(settings).ok
    path.chmod(0o640)
    finding = secrets.secret(settings)
    assert not finding.ok
    assert finding.cure == f"Run: chmod 600 {path}"


def test_a_key_others_can_read_or_that_is_too_short_is_a_problem(settings: Settings) -> None:
    assert secrets.key(settings).found.startswith("none yet")
    settings.keys()
    assert secrets.key(settings).ok
    settings.key_file.chmod(0o604)
    assert secrets.key(settings).cure == f"Run: chmod 600 {settings.key_file}"
    settings.key_file.write_text("short")
    assert "shorter than 32" in secrets.key(settings).found
    assert secrets.key(replace(settings, key_from_env="k" * 40)).found == "from GRIDMAP_KEY"


def test_files_and_folders_open_to_other_users_are_named(settings: Settings, store: Store) -> None:
    close_to_others(settings)
    (settings.var / "uploads").mkdir(parents=True)
    (settings.var / "uploads").chmod(0o755)
    assert secrets.permissions(settings).ok
    (settings.var / "uploads").chmod(0o757)
    found = secrets.permissions(settings)
    assert found.found == f"open to other users: {settings.var}/uploads (mode 0757)"
    assert found.cure == f"Run: chmod o-rwx {settings.var}/uploads"
    path = file_of(settings.db)
    if path is not None:
        path.chmod(0o644)
        assert f"{path} (mode 0644)" in secrets.permissions(settings).found


def test_a_certificate_is_looked_at_as_browsers_do(settings: Settings, tmp_path: Path) -> None:
    assert serving.certificate(settings, NOW).found == "none: this machine alone is served"
    files = certificates.make(tmp_path, "grid.example.cn", valid_from=NOW, days=31)
    served = replace(settings, tls=files, public_url=PublicUrl("grid.example.cn"))
    found = serving.certificate(served, NOW)
    assert (found.ok, found.found) == (True, "grid.example.cn, until 2026-12-21 (31 days)")
    assert not serving.certificate(served, NOW + dt.timedelta(days=2)).ok  # 29 days are left
    other = serving.certificate(replace(served, public_url=PublicUrl("map.example.cn")), NOW)
    assert "map.example.cn is not among the names" in other.found and "map.example.cn" in other.cure
    nameless = certificates.make(tmp_path / "nameless", valid_from=NOW)
    assert "subjectAltName" in serving.certificate(replace(settings, tls=nameless), NOW).cure
    files.key.chmod(0o644)
    assert serving.certificate(served, NOW).cure == f"chmod 640 {files.key}"


def test_an_address_that_others_reach_needs_accounts(settings: Settings) -> None:
    assert serving.address(settings, has_accounts=False).found == "127.0.0.1, port 8000"
    public = replace(settings, public_url=PublicUrl("grid.example.cn", 8443))
    assert "gridmap init" in serving.address(public, has_accounts=False).cure
    known = serving.address(public, has_accounts=True)
    assert (known.ok, known.found) == (True, "https://grid.example.cn:8443, served on 127.0.0.1, port 8000")
    assert "GRIDMAP_TLS_CERT" in serving.address(replace(settings, host="10.0.0.1"), has_accounts=True).cure


def test_workers_must_fit_the_database(settings: Settings) -> None:
    file = replace(settings, db="sqlite:////a.db")
    assert serving.workers(file, None).found == "1"
    assert "one process" in serving.workers(replace(file, workers=4), None).found
    server = replace(settings, db="postgresql+psycopg://server/a", workers=4)
    assert serving.workers(server, 97).found == "4, up to 80 connections"
    many = serving.workers(replace(server, workers=6), 97)
    assert not many.ok
    assert "max_connections" in many.cure and "112 connections" in many.found


def test_a_guard_that_was_taken_off_is_told_apart(store: Store, settings: Settings) -> None:
    on = "" if store.dialect == "sqlite" else " ON audit"
    with store.write() as session:
        session.connection().exec_driver_sql(f"DROP TRIGGER audit_no_delete{on}")
    found = by_name(settings)
    assert found["schema"].ok and found["indexes"].ok
    assert not found["audit guard"].ok
    assert "audit_no_delete" in found["audit guard"].found


def test_a_lost_index_is_a_problem(store: Store, settings: Settings) -> None:
    with store.write() as session:
        run = session.connection().exec_driver_sql
        if store.dialect == "sqlite":
            run("DROP TRIGGER gii_building_geom")
        else:
            index = run("SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
                        " JOIN pg_am ON pg_am.oid = relam WHERE amname = 'gist'"
                        " AND indrelid = 'building'::regclass").scalar()
            run(f"DROP INDEX {index}")
    found = by_name(settings)
    assert not found["indexes"].ok
    assert "building.geom" in found["indexes"].found
    assert found["audit guard"].ok


def test_a_server_tells_its_clock_and_its_limits(store: Store, settings: Settings) -> None:
    with store.read() as session:
        told = facts(session)
    assert told.size_bytes > 100_000
    now = dt.datetime.now(dt.UTC)
    if store.dialect == "sqlite":
        assert (told.now, told.connections) == (None, None)
        assert database.disk(settings.db, told).found.endswith("GB free")
        return
    assert told.now is not None and told.connections is not None and told.connections > 90
    assert database.server_clock(now, told.now).ok
    assert not database.server_clock(now, told.now + dt.timedelta(minutes=1)).ok
    assert "ahead of" in database.server_clock(now, told.now + dt.timedelta(minutes=1)).found


def test_a_package_of_another_version_or_missing_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("Flask==0.1\nnumpy==0.2\nunrelated==9\n")
    finding = machine.packages(lock)
    assert not finding.ok
    assert "(pinned 0.1)" in finding.found
    assert "numpy" in finding.found
    assert "unrelated" not in finding.found
    lock.write_text("unrelated==9\n")
    assert machine.packages(lock).ok


def test_a_disk_that_is_nearly_full_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.free_disk(tmp_path / "not" / "made").ok
    monkeypatch.setattr(machine, "LEAST_FREE_GB", 1e9)
    assert not machine.free_disk(tmp_path).ok


def test_without_a_chinese_font_the_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "DejaVuSans.ttf").touch()
    assert "fonts-noto-cjk" in machine.chinese_font((tmp_path,)).cure
    (tmp_path / "opentype").mkdir()
    (tmp_path / "opentype" / "NotoSansCJK-Regular.ttc").touch()
    assert machine.chinese_font((tmp_path,)).ok


def test_a_folder_nobody_can_write_to_is_a_problem() -> None:
    assert not machine.writable_folder(Path("/proc/self")).ok
    assert not machine.writable_folder(Path("/proc/self/not/there/yet")).ok


def test_a_file_left_by_another_user_is_a_problem() -> None:
    """As after a first start by the administrator: also where the administrator runs the tests."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "demo.db").write_text("x")
        folder.chmod(0o777)
        assert machine.writable_folder(folder).ok
        (folder / "demo.db").chmod(0o400)
        am_root = os.geteuid() == 0
        if am_root:
            os.seteuid(NOBODY)
        try:
            finding = machine.writable_folder(folder)
        finally:
            if am_root:
                os.seteuid(0)
        assert not finding.ok
        assert "demo.db" in finding.found
        assert "chown" in finding.cure


def test_a_warning_is_told_with_its_cure(capsys: pytest.CaptureFixture[str]) -> None:
    tell(doctor.Finding("database role", True, "gridmap owns the audit", "Serve as another.", is_warning=True))
    assert [line.split(maxsplit=1)[0] for line in capsys.readouterr().out.splitlines()] == ["WARNING", "Serve"]


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
