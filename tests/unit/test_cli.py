"""The command as a person meets it: a process of its own, its words on the terminal, its exit code."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from gridmap import __version__, cli
from gridmap.commands import plan
from gridmap.config import ROOT
from gridmap.errors import StoreBusy
from tests.forked import LIBRARIES, Forks

HEAVY = {"numpy", "pandas", "shapely", "sqlalchemy", "flask", "granian", "web"}


def clean() -> dict[str, str]:
    """The environment without any setting of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GRIDMAP_") and name != "PORT"}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The real command in its own process, without any GRIDMAP_* setting but those given."""
    return subprocess.run(
        [sys.executable, "-m", "gridmap.cli", *arguments],
        env=clean() | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_version_is_one_line() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"gridmap {__version__}\n")


def test_version_loads_nothing_heavy() -> None:
    script = "import sys, gridmap.cli; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "click" in done.stdout.split()
    assert not HEAVY & set(done.stdout.split())


def test_serve_loads_no_application_and_no_database() -> None:
    """Its workers are forked from it: what it imports, they inherit."""
    script = "import sys, gridmap.commands.serving; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not (HEAVY - {"granian"}) & set(done.stdout.split())


@pytest.fixture(scope="module")
def overview() -> str:
    return run("--help").stdout


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    """Commands that find other people's libraries loaded, and load all of ours."""
    with Forks(LIBRARIES) as made:
        yield made


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_named_is_there_and_has_help(name: str, overview: str, forks: Forks) -> None:
    module, attribute, line = cli.COMMANDS[name]
    command = getattr(importlib.import_module(f"gridmap.commands.{module}"), attribute)
    assert isinstance(command, click.Command)
    done = forks.run([name, "--help"], clean())
    assert (done.code, done.err) == (0, "")
    assert f"gridmap {name}" in done.out
    assert line in overview


def test_every_command_module_is_named() -> None:
    """A module of gridmap/commands that the command line does not reach would be dead code."""
    defining = {
        path.stem
        for path in (ROOT / "gridmap" / "commands").glob("*.py")
        if "@click.command" in path.read_text(encoding="utf-8") or "@click.group" in path.read_text(encoding="utf-8")
    }
    assert defining == {module for module, _, _ in (*cli.COMMANDS.values(), *plan.COMMANDS.values())}


def test_an_unknown_command_is_refused_without_a_trace() -> None:
    done = run("plann")
    assert done.returncode == 2
    assert "No such command 'plann'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_refusal_says_what_is_wrong_and_what_to_do() -> None:
    done = run("serve", PORT="eighty")
    assert done.returncode == 2
    assert done.stderr == "Error: PORT is 'eighty'.\nWhat to do: Use a number from 1 to 65535.\n"


def test_a_folder_that_cannot_be_used_is_told_without_a_trace(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run("demo", GRIDMAP_VAR=str(tmp_path / "file" / "var"))
    assert done.returncode == 2
    assert "Not a directory" in done.stderr and "GRIDMAP_VAR" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_database_is_refused_by_what_reads_it(tmp_path: Path) -> None:
    done = run("audit", "verify", GRIDMAP_DB=f"sqlite:///{tmp_path}/none.db")
    assert done.returncode == 2
    assert "none.db" in done.stderr
    assert "gridmap init" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (StoreBusy("It is locked.", "Try again."), 2, "Error: It is locked.\nWhat to do: Try again.\n"),
        (StoreBusy("It is locked."), 2, "Error: It is locked.\n"),
        (KeyboardInterrupt(), 130, "Interrupted.\n"),
        (click.exceptions.Exit(1), 1, ""),
    ],
)
def test_how_a_command_ends_is_its_exit_code(
    raised: BaseException, code: int, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise raised

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: click.Command("heat", callback=fail))
    with pytest.raises(SystemExit) as ended:
        cli.main(["heat"])
    assert ended.value.code == code
    assert capsys.readouterr().err.lstrip() == told
