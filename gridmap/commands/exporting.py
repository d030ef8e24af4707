"""`gridmap export`: a layer into a file that people can open and an import reads back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path

import click

from gridmap.commands.progress import progress_bar
from gridmap.config import load
from gridmap.errors import BadInput
from gridmap.services import auditing
from gridmap.services.exchange import LAYERS
from gridmap.services.exporting import Choice, export_layer
from gridmap.services.project import open_project
from gridmap.store.exporting import Box

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("export", epilog=f"LAYER is one of: {', '.join(LAYERS)}.")
@click.argument("layer", type=click.Choice(list(LAYERS)), metavar="LAYER")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.{gpkg,geojson,csv,xlsx}")
@click.option(
    "--where",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Only rows with this value; FIELD= for empty. One field again: either value. Repeatable.",
)
@click.option("--bbox", metavar="W,S,E,N", help="Only what touches this box, in degrees.")
@click.option("--from", "from_at", type=DAY, metavar="YYYY-MM-DD", help="Incidents: first day.")
@click.option("--to", "to_at", type=DAY, metavar="YYYY-MM-DD", help="Incidents: last day, itself in.")
@click.option("--kind", "kinds", multiple=True, metavar="CODE", help="Only this kind and all below it. Repeatable.")
@click.option("--grid", metavar="CODE", help="Only what lies in this grid of the plan.")
@click.option("--plan", metavar="UID|NAME", help="The plan whose grids are meant; else the one in force.")
@click.option("--overwrite", is_flag=True, help="Replace FILE when it exists.")
def export(
    layer: str,
    file: Path,
    where: tuple[str, ...],
    bbox: str | None,
    from_at: dt.datetime | None,
    to_at: dt.datetime | None,
    kinds: tuple[str, ...],
    grid: str | None,
    plan: str | None,
    overwrite: bool,
) -> None:
    """Write a LAYER to FILE; the ending says the format.

    `gridmap import LAYER FILE` reads it back without loss. Columns that begin with gridmap_ tell what gridmap found out
    itself; an import finds it out anew. The file says when it was written, by which plan and which filter.
    """
    choice = Choice(
        where=_where(where),
        bbox=None if bbox is None else _box(bbox),
        from_on=None if from_at is None else from_at.date(),
        to_on=None if to_at is None else to_at.date(),
        kinds=kinds,
        grid=grid,
        plan=plan,
    )
    settings = load()
    store = open_project(settings, create=False)
    try:
        with progress_bar() as tell:
            done = export_layer(store, layer, file, choice=choice, overwrite=overwrite, on_progress=tell)
        now = dt.datetime.now(dt.UTC)
        auditing.file_exported(store, settings, layer, done.path, choice.told() | {"rows": done.rows}, now=now)
    finally:
        store.close()
    by_plan = "" if done.plan is None else f", grids by plan '{done.plan}'"
    click.echo(f"{done.path}: {done.rows:,} rows of {done.layer}{by_plan}.", err=True)


def _where(pairs: tuple[str, ...]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = defaultdict(list)
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise BadInput(f"--where {pair} is not FIELD=VALUE.", "For example: --where kind=school")
        told[name.strip()].append(value.strip())
    return dict(told)


def _box(text: str) -> Box:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput(
            f"--bbox {text} is no box.", "Give west,south,east,north in degrees: 114.9,30.1,115.0,30.2"
        ) from None
    return west, south, east, north
