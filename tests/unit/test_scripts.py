"""The scripts a newcomer types: what they refuse, they refuse at once and with a cure."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from gridmap import __version__
from gridmap.config import ROOT

LIBRARY = ROOT / "scripts" / "lib.sh"


def run(*command: str | Path, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def with_library(script: str) -> subprocess.CompletedProcess[str]:
    """A bash script that has the functions of scripts/lib.sh."""
    return run("bash", "-c", f". '{LIBRARY}'; set -euo pipefail; {script}")


def test_run_refuses_a_taken_port_and_names_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("scripts/run", PORT=str(port))
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert f"PORT={port + 1} scripts/run" in done.stderr
    assert "Installing" not in done.stderr


@pytest.mark.parametrize("port", ["eighty", "-1", "123456"])
def test_run_refuses_what_is_no_port(port: str) -> None:
    done = run("scripts/run", PORT=port)
    assert done.returncode == 2
    assert f"PORT is '{port}'" in done.stderr


def test_test_refuses_an_option_it_does_not_know() -> None:
    done = run("scripts/test", "--fast")
    assert done.returncode == 2
    assert "--full" in done.stderr


@pytest.mark.parametrize(
    ("lines", "supported"),
    [
        ('ID=debian\nVERSION_ID="12"', True),
        ('ID=debian\nVERSION_ID="11"', False),
        ("ID=debian", True),  # testing has no number
        ('ID=ubuntu\nVERSION_ID="22.04"', True),
        ('ID=ubuntu\nVERSION_ID="24.04"', True),
        ('ID=ubuntu\nVERSION_ID="20.04"', False),
        ('ID=fedora\nVERSION_ID="42"', False),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.5"', False),
    ],
)
def test_only_systems_that_work_are_accepted(lines: str, supported: bool, tmp_path: Path) -> None:
    (tmp_path / "os-release").write_text(lines + "\n")
    done = with_library(f"OS_RELEASE='{tmp_path}/os-release'; require_supported_system; echo accepted")
    assert (done.stdout == "accepted\n") is supported
    if not supported:
        assert done.returncode == 2
        assert "WSL2" in done.stderr


def test_another_processor_is_refused() -> None:
    done = with_library("uname() { echo aarch64; }; require_supported_system")
    assert done.returncode == 2
    assert "aarch64" in done.stderr


def test_without_root_the_one_line_for_an_administrator_is_printed() -> None:
    done = with_library("id() { echo 1000; }; install_packages bash gridmap-no-such-a gridmap-no-such-b; echo went on")
    assert done.returncode == 2
    assert "went on" not in done.stdout
    lines = [line for line in done.stderr.splitlines() if "apt-get install" in line]
    assert len(lines) == 1
    assert lines[0].strip().startswith("sudo ")
    assert lines[0].rstrip("'").endswith("gridmap-no-such-a gridmap-no-such-b")


def test_a_folder_of_somebody_else_is_left_alone() -> None:
    asks = f". '{LIBRARY}'; ROOT=/usr VENV=/usr/.venv; rm() {{ echo removed; }}; set_up '' bash"
    as_nobody = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    done = run(*as_nobody, "bash", "-c", asks, cwd=Path("/"))
    assert done.returncode == 2
    assert "you may not write to /usr" in done.stderr
    assert "as its owner (root)" in done.stderr
    assert "removed" not in done.stdout


def test_nothing_is_installed_when_nothing_is_missing() -> None:
    done = with_library("apt-get() { echo called; }; install_packages bash coreutils; echo went on")
    assert done.stdout == "went on\n"


def test_the_environment_is_made_anew_only_when_pins_extras_or_place_change() -> None:
    """The stamp is compared, nothing is installed."""
    with_stamp = "VENV=$(mktemp -d); mkdir $VENV/bin; touch $VENV/bin/gridmap; chmod +x $VENV/bin/gridmap; "
    with_stamp += "python_fits() { :; }; ln -s $(command -v python3) $VENV/bin/python; LOCK=$VENV/lock; touch $LOCK; "
    with_stamp += "stamp_text '[test]' >$VENV/.made-for; "
    ask = "venv_is_current '' && echo core; venv_is_current '[test]' && echo test; true"
    assert with_library(with_stamp + ask).stdout == "core\ntest\n"
    assert with_library(with_stamp + "stamp_text '' >$VENV/.made-for; " + ask).stdout == "core\n"
    assert with_library(with_stamp + "echo numpy==1 >$LOCK; " + ask).stdout == ""
    assert with_library(with_stamp + "rm $VENV/bin/gridmap; " + ask).stdout == ""


def test_the_command_works_from_any_folder() -> None:
    done = run(ROOT / "scripts" / "gridmap", "--version", cwd=Path("/"))
    assert done.stdout == f"gridmap {__version__}\n"


def test_ci_fails_where_the_sample_data_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "gridmap" / ".ci"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", folder)
    done = run(folder / "run", cwd=tmp_path)
    assert done.returncode == 2
    assert "../shared/data" in done.stderr


def test_ci_names_the_sample_data_by_an_absolute_path(tmp_path: Path) -> None:
    project = tmp_path / "gridmap"
    (project / ".ci").mkdir(parents=True)
    (project / "scripts").mkdir()
    (tmp_path / "shared" / "data").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", project / ".ci")
    script = project / "scripts" / "test"
    script.write_text('#!/bin/sh\necho "$GRIDMAP_SAMPLE_DATA"\nexit 3\n')
    script.chmod(0o755)
    done = run(project / ".ci" / "run", cwd=Path("/"))
    assert done.stdout.strip() == str((tmp_path / "shared" / "data").resolve())
    assert done.returncode == 3
