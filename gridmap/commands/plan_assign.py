"""`gridmap plan assign`: today's plan from a list, and `gridmap plan list`: the plans there are."""

from __future__ import annotations

from pathlib import Path

import click

from gridmap.commands.mapping import told_columns
from gridmap.commands.telling import show_new_database
from gridmap.config import load
from gridmap.services.plan_list import Assigned, ListRefused, Order, Sight, assign_list
from gridmap.services.plan_listing import plan_lines
from gridmap.services.project import open_project

SHOWN = 20  # of each thing to look at; the file of rejects has all


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="LIST.{xlsx,csv}")
@click.option("--name", required=True, help="What the plan is called.")
@click.option(
    "--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="Which column is which field. Repeatable."
)
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook that has several.")
@click.option("--encoding", metavar="NAME", help="The encoding of a CSV (UTF-8, GB18030); else it is found out.")
@click.option(
    "--rejects", type=click.Path(path_type=Path), metavar="FILE.csv", help="Use the clear rows, write the others there."
)
@click.option("--accept", is_flag=True, help="A block that several grids claim goes to the one with most households.")
@click.option("--dry-run", is_flag=True, help="Do everything but store.")
@click.option("--into-demo", is_flag=True, help="Allow it into the demo district's database.")
def assign(
    file: Path,
    name: str,
    mapping: tuple[str, ...],
    sheet: str | None,
    encoding: str | None,
    rejects: Path | None,
    accept: bool,
    dry_run: bool,
    into_demo: bool,
) -> None:
    """Make a plan of LIST, with a row for each compound or building and the grid it belongs to.

    Names are compared with those of the project (import areas and buildings first); a name that only resembles one is
    listed with what it might be. The first plan is published, a later one is a draft.
    """
    told = told_columns(mapping, "grid=所属网格")
    order = Order(file, name, told, sheet, encoding, rejects, accept, dry_run, into_demo)
    settings = load()
    store = open_project(settings, on_new=show_new_database)
    try:
        assigned = assign_list(store, settings, order)
    except ListRefused as refused:
        _show(refused.assigned, rejects)
        raise
    finally:
        store.close()
    _show(assigned, rejects)


@click.command("list")
def list_plans() -> None:
    """Show all plans, the oldest first."""
    store = open_project(load(), create=False)
    try:
        for line in plan_lines(store):
            click.echo(line)
    finally:
        store.close()


def _show(assigned: Assigned, rejects: Path | None) -> None:
    listing = assigned.listing
    click.echo(f"{listing.file}: {len(listing.lines):,} rows")
    for field, heading in listing.columns.items():
        click.echo(f"  {field:<12} <- {heading}")
    for note in assigned.notes:
        click.echo(f"  Note: {note}")
    if assigned.doubts:
        click.echo(f"  Rows in doubt, {len(assigned.doubts):,}:")
        for doubt in assigned.doubts[:SHOWN]:
            click.echo(f"    row {doubt.line.row}, {doubt.line.text()} > {doubt.line.grid or ''}: {doubt.reason}")
            for candidate in doubt.candidates:
                click.echo(f"      perhaps {candidate.text()}")
        _and_more(len(assigned.doubts))
    _show_sights("Blocks that several grids claim", assigned.cuts)
    _show_sights("Blocks with households that nobody claims", assigned.unclaimed)
    if assigned.spanning:
        click.echo(f"  {len(assigned.spanning):,} compounds stand on several blocks, which all go to their grid.")
    click.echo(
        f"  {assigned.blocks:,} of {assigned.blocks_in_all:,} blocks with {assigned.households:,} of "
        f"{assigned.households_in_all:,} households, in {assigned.grids:,} grids"
    )
    if assigned.plan_uid is not None:
        click.echo(f"  Stored as plan {assigned.plan_uid}, {assigned.state}.")
    if rejects is not None and assigned.doubts:
        click.echo(f"  What is to be looked at is in {rejects}")


def _show_sights(what: str, sights: list[Sight]) -> None:
    if sights:
        click.echo(f"  {what}, {len(sights):,}:")
        for sight in sights[:SHOWN]:
            click.echo(f"    {sight.code} {sight.text}, at lon {sight.lon:.6f}, lat {sight.lat:.6f}")
        _and_more(len(sights))


def _and_more(total: int) -> None:
    if total > SHOWN:
        click.echo(f"    ... and {total - SHOWN:,} more (--rejects FILE.csv has all)")
