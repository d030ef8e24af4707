"""What the documents say is true: examples run, commands and settings exist, both languages say the same."""

from __future__ import annotations

import os
import re
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from gridmap import cli
from gridmap.config import KNOWN, ROOT, Settings, load
from gridmap.store import incidents
from gridmap.store.engine import open_store

BOTH = ["README.md", "README.zh-CN.md"]
GUIDES = sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))
DOCUMENTS = [*BOTH, "CONTRIBUTING.md", "CHANGELOG.md", *GUIDES]
PAIRS = [(name, name.replace(".md", ".zh-CN.md")) for name in ("README.md", *GUIDES) if "zh-CN" not in name]
FENCE = re.compile(r"^```(\S*)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CALL = re.compile(
    r"(?<![\w/.])(?:/opt/gridmap/current/)?(?:scripts/)?gridmap ([a-z]+)((?: [a-z]+(?:-[a-z]+)*)?)([^`\n]*)"
)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def examples_of(name: str) -> list[tuple[str, str]]:
    """The blocks marked `tested`: language and content."""
    return [(language, body) for language, mark, body in FENCE.findall(text_of(name)) if mark == "tested"]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_examples_run_as_they_stand(name: str, tmp_path: Path) -> None:
    (tmp_path / "scripts").symlink_to(ROOT / "scripts")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GRIDMAP_")}
    for language, body in examples_of(name):
        command = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [str(ROOT / ".venv/bin/python"), "-c"]}[language]
        done = subprocess.run(
            [*command, body],
            cwd=tmp_path,
            env=clean | {"GRIDMAP_VAR": str(tmp_path / "var")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    if name == "README.md":
        check_my_street(tmp_path)


def check_my_street(folder: Path) -> None:
    """The database of README's spreadsheet example holds its four incidents, each with its own kind."""
    settings: Settings = load({"GRIDMAP_DB": f"sqlite:///{folder}/my-street.db"}, toml=folder / "none.toml")
    store = open_store(settings.db, create=False)
    with store.read() as session:
        events = incidents.events(session)
    store.close()
    assert sorted(events.kind) == ["dispute.neighbour", "facility.light", "hazard.fire", "order.noise"]
    refused = (folder / "refused.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in refused] == ["row", "5"]
    assert "A-5" in refused[1]
    page = (folder / "november.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert not re.search(r"""(<link[^>]*href|src)=["']https?://""", page)


def test_there_are_examples() -> None:
    assert examples_of("README.md")


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0])
def test_both_languages_show_the_same_examples_and_the_same_chapters(pair: tuple[str, str]) -> None:
    english, chinese = map(examples_of, pair)
    assert english == chinese
    levels = [[len(marks) for marks in re.findall(r"^(#+) ", text_of(name), re.MULTILINE)] for name in pair]
    assert levels[0] == levels[1]
    cells = [len(re.findall(r"^\|", text_of(name), re.MULTILINE)) for name in pair]
    assert cells[0] == cells[1]
    steps = [re.findall(r"^(\d+)\. ", text_of(name), re.MULTILINE) for name in pair]
    assert steps[0] == steps[1]


@pytest.mark.parametrize("pair", PAIRS[1:], ids=lambda pair: pair[0])
def test_an_administrator_types_the_same_in_both_languages(pair: tuple[str, str]) -> None:
    english, chinese = (FENCE.findall(re.sub(r"  +# .*$", "", text_of(name), flags=re.MULTILINE)) for name in pair)
    assert english and english == chinese
    for name in pair:
        assert {found.lower() for found in re.findall(r"GRIDMAP_([A-Z_]+)", text_of(name))} <= KNOWN


def commands_named(name: str) -> list[tuple[str, str, str]]:
    found = CALL.findall(text_of(name))
    return [(command, below.strip(), rest) for command, below, rest in found if command in cli.COMMANDS or "--" in rest]


def command_object(name: str) -> Any:
    module, attribute, _ = cli.COMMANDS[name]
    return getattr(import_module(f"gridmap.commands.{module}"), attribute)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_and_option_that_is_named_exists(name: str) -> None:
    for command, below, rest in commands_named(name):
        assert command in cli.COMMANDS, f"{name}: gridmap {command}"
        target = command_object(command)
        if isinstance(target, click.Group) and below:
            target = target.get_command(click.Context(target), below)
            assert target is not None, f"{name}: gridmap {command} {below}"
        known = {option for parameter in target.params for option in parameter.opts} | {"--help"}
        for option in re.findall(r"(?<=\s)--[a-z-]+", rest):
            assert option in known, f"{name}: gridmap {command} {option}"


@pytest.mark.parametrize("name", BOTH)
def test_every_command_is_named(name: str) -> None:
    assert {command for command, _, _ in commands_named(name)} >= set(cli.COMMANDS) - {"serve"}


@pytest.mark.parametrize("name", BOTH)
def test_every_setting_is_explained_and_every_explained_one_exists(name: str) -> None:
    explained = set(re.findall(r"GRIDMAP_([A-Z_]+)", text_of(name)))
    assert explained == {setting.upper() for setting in KNOWN}


@pytest.mark.parametrize("name", BOTH)
def test_every_system_package_that_is_installed_is_named(name: str) -> None:
    scripts = text_of("scripts/lib.sh") + text_of("scripts/test")
    listed = re.findall(r"(?:RUN|TEST)_PACKAGES\+?=\(([^)]+)\)", scripts, re.MULTILINE)
    packages = " ".join(listed).split()
    assert len(packages) >= 8
    for package in packages:
        assert f"`{package}`" in text_of(name)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_inside_the_project_lead_somewhere(name: str) -> None:
    here = (ROOT / name).parent
    for target, chapter in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", text_of(name)):
        if not target.startswith("http"):
            there = here / target if target else ROOT / name
            assert there.exists(), f"{name}: {target}"
            assert not chapter or chapter in chapters_of(there), f"{name}: {target}#{chapter}"


def chapters_of(document: Path) -> set[str]:
    """The names under which a link finds the headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_the_lock_pins_everything_and_names_no_address() -> None:
    lines = text_of("requirements.lock").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9._!+-]+", line) for line in lines)
    pinned = {re.sub(r"[-_.]+", "-", line.split("==")[0]).lower() for line in lines}
    wanted = re.findall(r'^(?:dependencies|test|lint|bench) = (\[.*?\n?\])$', text_of("pyproject.toml"), re.M | re.S)
    names = {
        re.sub(r"[-_.]+", "-", name).lower() for part in wanted for name in re.findall(r'"([A-Za-z0-9._-]+)', part)
    }
    assert len(names) > 30
    assert names <= pinned
