"""`gridmap post`: who holds which post where, shown and brought in from a list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import click

from gridmap.commands.mapping import told_columns
from gridmap.config import Settings, load
from gridmap.domain.access import LOCAL
from gridmap.errors import BadInput
from gridmap.services import posts
from gridmap.services.exchange.importer import require_own_database
from gridmap.services.posts import ImportedPosts, PostsRefused
from gridmap.services.project import open_project
from gridmap.store.engine import Store
from gridmap.store.posts import PostRow

SHOWN = 20  # bad rows; the file has all


@click.group()
def post() -> None:
    """Posts: who holds which role where, with deputy and days."""


@post.command("list")
@click.option("--all", "show_all", is_flag=True, help="Also posts that ended or have not begun.")
@click.option("--vacant", is_flag=True, help="Only what nobody holds.")
def list_posts(show_all: bool, vacant: bool) -> None:
    """Show the posts of today, or what is vacant."""
    now = dt.datetime.now(dt.UTC)
    store = open_project(load(), create=False)
    try:
        empty = posts.vacancies(store, now=now)
        with store.read() as session:
            day = None if show_all else posts.today(session, now)
        rows = posts.list_posts(store, on=day)
    finally:
        store.close()
    if vacant:
        for vacancy in empty:
            place = f"{vacancy.place_code} {vacancy.place_name} {vacancy.within or ''}"
            click.echo(f"{vacancy.title:<18} {place}".rstrip())
    else:
        for row in rows:
            click.echo(_line(row))
    click.echo(f"{len(rows):,} posts, {len(empty):,} vacant")


@post.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="[FILE.{xlsx,csv}]", required=False)
@click.option(
    "--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="Which column is which field. Repeatable."
)
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook that has several.")
@click.option("--encoding", metavar="NAME", help="The encoding of a CSV (UTF-8, GB18030); else it is found out.")
@click.option("--replace", is_flag=True, help="A grid's worker gives way to the one of the list.")
@click.option("--dry-run", is_flag=True, help="Do everything but store.")
@click.option("--into-demo", is_flag=True, help="Allow it into the demo district's database.")
@click.option(
    "--template", type=click.Path(path_type=Path), metavar="FILE.xlsx",
    help="Write today's posts and the vacant ones of grids as a sheet to fill in, instead.",
)  # fmt: skip
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="The language of its headings."
)
def import_posts(
    file: Path | None,
    mapping: tuple[str, ...],
    sheet: str | None,
    encoding: str | None,
    replace: bool,
    dry_run: bool,
    into_demo: bool,
    template: Path | None,
    lang: Literal["zh", "en"],
) -> None:
    """Bring posts in from a list: person, title, place (code or name), stairwell, deputy, first and last day.

    All rows or none; a row without a person is left out, and one that is stored already changes nothing. Give an
    account where two people share a name.
    """
    if (file is None) == (template is None):
        raise BadInput("A list is brought in or a template is written.", "Give FILE or --template FILE.xlsx.")
    settings, now = load(), dt.datetime.now(dt.UTC)
    store = open_project(settings, create=False)
    try:
        if template is not None:
            empty = posts.write_template(store, template, lang, now=now)
            click.echo(f"{template}: {empty:,} posts of grids are vacant")
        if file is not None:
            require_own_database(settings, into_demo=into_demo)
            told = told_columns(mapping, "title=岗位")
            options = {"told": told, "sheet": sheet, "encoding": encoding, "replacing": replace, "dry_run": dry_run}
            _import(store, settings, file, options, now)
    finally:
        store.close()


def _import(store: Store, settings: Settings, file: Path, options: Mapping[str, object], now: dt.datetime) -> None:
    try:
        done = posts.import_table(store, settings, file, actor=LOCAL.name, now=now, **options)  # type: ignore[arg-type]
    except PostsRefused as refused:
        for error in refused.errors[:SHOWN]:
            click.echo(f"  row {error.row}: {error.reason}")
        if len(refused.errors) > SHOWN:
            click.echo(f"  ... and {len(refused.errors) - SHOWN:,} more")
        raise
    _show(done)


def _show(done: ImportedPosts) -> None:
    click.echo(f"{done.file}: {done.read:,} rows")
    for name, heading in done.columns.items():
        click.echo(f"  {name:<12} <- {heading}")
    for note in done.notes:
        click.echo(f"  Note: {note}")
    click.echo(
        f"  {done.stored:,} stored, {done.known:,} known already, {done.empty:,} without a person; "
        f"{done.ended:,} ended, {done.new_people:,} new people"
    )


def _line(row: PostRow) -> str:
    place = row.area_name or row.grid_name or f"{row.compound_name or ''}{row.building_name or ''}"
    where = f"{row.area_code or row.grid_code or ''} {place} {row.stairwell or ''}".strip()
    deputy = f" (deputy {row.deputy_name})" if row.deputy_name else ""
    days = f"  {row.valid_from or ''} to {row.valid_to or ''}".rstrip() if row.valid_from or row.valid_to else ""
    return f"{row.title:<18} {row.holder_name or 'vacant'}{deputy}  {where}{days}"
