"""Settings as a file: what is written is read again, what is wrong is named, and nobody's change is overwritten."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gridmap.cli import gridmap
from gridmap.config import Settings
from gridmap.errors import BadInput, Stale
from gridmap.services import settings as service
from gridmap.services.project import first_configuration, open_project
from gridmap.services.settings.calendar_file import published_days
from gridmap.services.settings.toml_file import from_toml, to_toml


@pytest.fixture
def here(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder, and a project that the commands work on."""
    open_project(settings).close()
    monkeypatch.setenv("GRIDMAP_DB", settings.db)
    monkeypatch.setenv("GRIDMAP_VAR", str(settings.var))
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(gridmap, ["settings", *map(str, arguments)])


def test_toml_that_is_written_is_read_again() -> None:
    content = first_configuration()
    content["calendar"]["day"] = published_days()
    content["map"]["approval_number"] = 'quoted "\\ 鄂\u0001'
    assert from_toml("a.toml", to_toml({"version": 3, **content}, heading="x\n\ny")) == {"version": 3, **content}


def test_what_is_exported_and_changed_comes_in_as_a_version(here: Path, settings: Settings) -> None:
    file = here / "own.toml"
    assert run("export", file).output.strip().endswith("version 1")
    assert tomllib.loads(file.read_text(encoding="utf-8"))["kind"] == first_configuration()["kind"]
    assert "Nothing differs." in run("import", file).output
    file.write_text(file.read_text(encoding="utf-8").replace('approval_number = ""', 'approval_number = "7"', 1))
    assert "1 settings would change." in run("import", file, "--dry-run").output
    told = run("import", file).output
    assert "map/approval_number: '' > '7'" in told and "Version 2 is in force." in told
    again = run("import", file)
    assert isinstance(again.exception, Stale) and "version 2 is in force, not 1" in str(again.exception)
    store = open_project(settings)
    assert (service.read(store).version, service.history(store)[0].actor) == (2, "local")
    store.close()
    assert "version 1" in run("export", here / "old.toml", "--version", 1).output
    assert isinstance(run("export", file).exception, BadInput)


def test_what_is_wrong_in_a_file_is_named(here: Path) -> None:
    file = here / "own.toml"
    file.write_text('[accounts]\ndormant_days = 3\n\n[colours]\nred = "x"\n', encoding="utf-8")
    told = run("import", file)
    assert isinstance(told.exception, BadInput)
    assert "accounts/dormant_days: " in told.output and "colours: There is no section 'colours'." in told.output
    file.write_text("[accounts\n", encoding="utf-8")
    assert "is not valid TOML" in str(run("import", file).exception)
