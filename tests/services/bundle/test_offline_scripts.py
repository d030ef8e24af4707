"""install, upgrade and rollback of a bundle: the steps, the refusals, and what is left when one ends early."""

from __future__ import annotations

import stat
import subprocess
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from gridmap.services.bundle.about import this_machine
from tests.services.bundle.small_bundle import Place, make_bundle, make_place

DATA = ["0001", "a case", "another case"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return make_place(tmp_path)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return make_bundle(tmp_path / "first", "1.0", "0001")


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return make_bundle(tmp_path / "second", "2.0", "0002")


@pytest.fixture
def installed(place: Place, first: Path) -> Place:
    """Release 1.0 with a database somebody worked in."""
    done = place.run(first / "install")
    assert done.returncode == 0, done.stderr
    (place.prefix / "var" / "db").write_text("\n".join(DATA) + "\n")
    return place


def release(place: Place, version: str) -> str:
    return next(path.name for path in (place.prefix / "releases").iterdir() if path.name.startswith(version))


def rollback(place: Place, *words: str) -> subprocess.CompletedProcess[str]:
    """As a person runs it: from the release, which knows where it is."""
    return place.run(place.prefix / "scripts" / "offline" / "rollback", *words)


def test_install_makes_a_release_data_and_settings_apart(place: Place, first: Path) -> None:
    assert place.run(first / "install", "--db", 'postgresql://u:"p"@host/d').returncode == 0
    assert place.current == release(place, "1.0")
    settings = tomllib.loads((place.prefix / "current" / "gridmap.toml").read_text())
    assert settings == {"var": str(place.prefix / "var"), "db": 'postgresql://u:"p"@host/d'}
    modes = {name: stat.S_IMODE((place.prefix / name).stat().st_mode) for name in ("var", "backups", "gridmap.toml")}
    assert modes == {"var": 0o700, "backups": 0o700, "gridmap.toml": 0o640}
    stamp = (place.prefix / "current" / ".venv" / ".made-for").read_text()
    assert str(place.prefix / "releases" / place.current) in stamp  # scripts/run asks for it
    assert not list(place.folder.glob("gridmap-offline.*"))

    again = place.run(first / "install")
    assert again.returncode == 0 and "in its place already" in again.stdout and "stay as they are" in again.stdout


def test_a_harmed_bundle_is_refused_by_name(place: Place, first: Path) -> None:
    whole = (first / "program" / "fake" / "schema").read_bytes()
    (first / "program" / "fake" / "schema").write_bytes(b"0009")
    done = place.run(first / "install")
    assert done.returncode == 2 and "harmed on its way: program/fake/schema\n" in done.stderr
    (first / "program" / "fake" / "schema").unlink()
    assert "program/fake/schema" in place.run(first / "upgrade").stderr
    (first / "program" / "fake" / "schema").write_bytes(whole)
    (first / "wheels" / "numpy-9-py3-none-any.whl").touch()
    assert "what was not packed: wheels/numpy-9-py3-none-any.whl\n" in place.run(first / "install").stderr
    assert not place.prefix.exists()


def test_a_machine_or_place_that_does_not_fit_is_refused(place: Place, tmp_path: Path, first: Path) -> None:
    here = this_machine()
    other = make_bundle(tmp_path / "other", "1.0", "0001", machine=replace(here, os_version="11"))
    assert f"this bundle is for {here.os_id} 11 amd64" in place.run(other / "install").stderr
    large = make_bundle(tmp_path / "large", "1.0", "0001", need_mb=1 << 30)
    assert "MB are needed" in place.run(large / "install").stderr
    assert "/proc/gridmap cannot be written" in place.run(first / "install", "--prefix", "/proc/gridmap").stderr
    assert "no account 'nobody-here'" in place.run(first / "install", "--user", "nobody-here").stderr
    assert "gridmap is not installed in" in place.run(first / "upgrade").stderr
    (place.folder / "bin" / "python3.11").write_text("#!/bin/sh\nexit 1\n")
    assert "python3.11 was not found" in place.run(first / "install").stderr


def test_an_upgrade_and_back_again(installed: Place, first: Path, second: Path) -> None:
    old = installed.current
    assert f"release {old} is installed" in installed.run(second / "install").stderr
    done = installed.run(second / "upgrade")
    assert done.returncode == 0, done.stderr
    new = installed.current
    assert (new, installed.database) == (release(installed, "2.0"), ["0002", *DATA[1:], "migrated to 0002"])
    (backup,) = (installed.prefix / "backups").iterdir()
    assert backup.read_text().splitlines() == DATA
    order = [" ".join(call.split()[:3]) for call in installed.calls() if "revision" not in call]
    assert [o.partition("/")[0] for o in order] == [
        f"{old} doctor --json", f"{old} backup ", f"{new} db upgrade", f"{new} doctor --json",
    ]  # fmt: skip
    assert "nothing to do" in installed.run(second / "upgrade").stdout

    told = rollback(installed)
    assert told.returncode == 1 and "3 changes of data would be lost." in told.stdout and "--yes" in told.stdout
    assert installed.current == new
    done = rollback(installed, "--yes")
    assert done.returncode == 0, done.stderr
    assert (installed.current, installed.database) == (old, DATA)
    kept = next(path for path in (installed.prefix / "backups").iterdir() if path.name.startswith(f"of-{new}-"))
    assert kept.read_text().splitlines()[0] == "0002"
    assert "no release before" in rollback(installed).stderr
    assert installed.run(second / "upgrade").returncode == 0  # and forward once more
    assert installed.database[0] == "0002"


def test_going_back_with_the_same_schema_loses_nothing(installed: Place, tmp_path: Path) -> None:
    same = make_bundle(tmp_path / "same", "1.1", "0001")
    assert installed.run(same / "upgrade").returncode == 0
    with (installed.prefix / "var" / "db").open("a") as file:
        file.write("a new case\n")
    done = rollback(installed, "--yes")
    assert done.returncode == 0 and "nothing is lost" in done.stdout
    assert installed.current == release(installed, "1.0") and installed.database[-1] == "a new case"


@pytest.mark.parametrize("fault", ["upgrade", "doctor-of-0002"])
def test_what_fails_leaves_the_release_before_with_its_database(installed: Place, second: Path, fault: str) -> None:
    installed.says("fail", fault)
    done = installed.run(second / "upgrade")
    assert done.returncode == 1 and "the upgrade failed" in done.stderr
    assert (installed.current, installed.database) == (release(installed, "1.0"), DATA)
    assert not (installed.prefix / "upgrading").exists()
    installed.says("fail", "doctor-always")  # what was wrong before does not end an upgrade
    done = installed.run(second / "upgrade")
    assert done.returncode == 0 and "as before: disk: 1 GB free" in done.stdout


@pytest.mark.parametrize(
    "moment",
    [
        "0002 before db-upgrade",
        "0002 after db-upgrade",
        "0002 after doctor",
        *(pytest.param(moment, marks=pytest.mark.full) for moment in ("0001 after backup", "0002 before doctor")),
    ],
)
def test_killed_and_taken_back_or_run_again(installed: Place, second: Path, moment: str) -> None:
    old = installed.current
    installed.says("kill", moment)
    assert installed.run(second / "upgrade").returncode == -9
    assert installed.current == old
    rollback(installed)
    assert (installed.database, (installed.prefix / "upgrading").exists()) == (DATA, False)
    installed.says("kill", moment)
    assert installed.run(second / "upgrade").returncode == -9
    done = installed.run(second / "upgrade")
    assert done.returncode == 0, done.stderr
    assert installed.database == ["0002", *DATA[1:], "migrated to 0002"]
    assert not (installed.prefix / "upgrading").exists()
    assert rollback(installed, "--yes").returncode == 0
    assert (installed.current, installed.database) == (old, DATA)


def test_another_bundle_takes_back_what_a_killed_upgrade_left(installed: Place, second: Path, tmp_path: Path) -> None:
    installed.says("kill", "0002 after db-upgrade")
    assert installed.run(second / "upgrade").returncode == -9
    third = make_bundle(tmp_path / "third", "3.0", "0003")
    done = installed.run(third / "upgrade")
    assert done.returncode == 0 and "was ended early" in done.stdout
    assert installed.database == ["0003", *DATA[1:], "migrated to 0003"]


def test_an_installation_ended_early_is_made_anew(place: Place, first: Path) -> None:
    assert place.run(first / "install").returncode == 0
    whole = place.prefix / "releases" / place.current
    (whole / ".whole").unlink()
    (whole / "left-over").touch()
    (place.prefix / "current").unlink()
    assert place.run(first / "install").returncode == 0
    assert (whole / ".whole").exists() and not (whole / "left-over").exists()


def test_nobody_writes_meanwhile(installed: Place, second: Path) -> None:
    name = f"{installed.prefix}/releases/{installed.current}/.venv/bin/python"
    with subprocess.Popen([name, "60"], executable="/bin/sleep") as serving:
        done = installed.run(second / "upgrade")
        serving.kill()
    assert done.returncode == 2 and f"gridmap is running (process {serving.pid})" in done.stderr
    assert installed.database == DATA


def test_a_service_is_stopped_and_started_and_goes_back_when_it_does_not_stay(installed: Place, second: Path) -> None:
    installed.calls()
    (installed.folder / "ails").write_text(release_name(second))
    done = installed.run(second / "upgrade", "--service", "gridmap")
    assert done.returncode == 1 and "does not stay up with the new release" in done.stderr
    assert (installed.current, installed.database) == (release(installed, "1.0"), DATA)
    units = [call for call in installed.calls() if call.startswith("systemctl")]
    assert units == [
        "systemctl stop gridmap", "systemctl start gridmap", "systemctl --quiet is-active gridmap",
        "systemctl stop gridmap", "systemctl start gridmap", "systemctl --quiet is-active gridmap",
    ]  # fmt: skip
    (installed.folder / "ails").unlink()
    installed.says("fail", "upgrade")
    assert installed.run(second / "upgrade", "--service", "gridmap").returncode == 1
    assert installed.calls()[-2:] == ["systemctl start gridmap", "systemctl --quiet is-active gridmap"]


def release_name(bundle: Path) -> str:
    lines = (bundle / "about.sh").read_text().splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith("RELEASE="))
