"""`gridmap settings`: the organisation's settings as a file, out and in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from gridmap.config import load
from gridmap.domain.access import LOCAL
from gridmap.errors import BadFile, BadInput
from gridmap.services import settings as service
from gridmap.services.project import open_project
from gridmap.services.settings import Difference, SettingsRefused

HEADING = """The settings of {name}. Change what you like and bring it in again: gridmap settings import FILE.toml
A section that is left out stays as it is. If somebody changes the settings meanwhile, the import says so."""
LIMIT_BYTES = 4 << 20


@click.group()
def settings() -> None:
    """Settings of the organisation: kinds, grades, deadlines, calendar, map."""


@settings.command("export")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.toml")
@click.option("--version", "version", type=click.IntRange(1), help="A version of the past; else the one in force.")
def export(file: Path, version: int | None) -> None:
    """Write the settings to a new file."""
    store = open_project(load(), create=False)
    try:
        now = service.read(store)
        found = now if version is None else service.at_version(store, version)
    finally:
        store.close()
    content = {"version": now.version, **found.content}  # what it is brought in against
    text = service.to_toml(content, heading=HEADING.format(name=f"version {found.version}"))
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise BadInput(f"{file} exists already.", "Name a new file.") from None
    click.echo(f"{file}: version {found.version}")


@settings.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE.toml")
@click.option("--dry-run", is_flag=True, help="Only tell what would differ.")
def import_(file: Path, *, dry_run: bool) -> None:
    """Bring the settings of a file in force, all of them or none."""
    sections = service.from_toml(file.name, _text_of(file))
    made_of = sections.pop("version", None)
    own = load()
    store = open_project(own, create=False)
    try:
        base = made_of if isinstance(made_of, int) else service.read(store).version
        now = dt.datetime.now(dt.UTC)
        done = service.change(store, own, sections, base=base, actor=LOCAL, now=now, dry_run=dry_run)
    except SettingsRefused as refused:
        for problem in refused.problems:
            click.echo(f"{problem.field}: {problem.message} {problem.hint}", err=True)
        raise BadInput(f"The settings of {file.name} were not stored.", "Correct what is named above.") from None
    finally:
        store.close()
    for difference in done.differences:
        click.echo(_line(difference))
    if not done.differences:
        click.echo("Nothing differs.")
    elif dry_run:
        click.echo(f"{len(done.differences):,} settings would change.")
    else:
        click.echo(f"Version {done.version} is in force.")


def _text_of(file: Path) -> str:
    """Raises BadFile for what is no text, or too long for settings."""
    content = file.read_bytes()
    if len(content) > LIMIT_BYTES:
        raise BadFile(f"{file.name} is larger than 4 MB.", "Settings are a few hundred lines.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile(f"{file.name} is no UTF-8 text.", "Save it as UTF-8.") from None


def _line(difference: Difference) -> str:
    before = "-" if difference.before is None else f"'{difference.before}'"
    after = "-" if difference.after is None else f"'{difference.after}'"
    return f"{difference.path}: {before} > {after}"
