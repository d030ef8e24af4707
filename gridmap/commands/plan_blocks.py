"""`gridmap plan blocks`: blocks from what there is, into a GeoPackage that can be edited and imported."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from gridmap.commands.importing import report_lines
from gridmap.commands.progress import progress_bar
from gridmap.config import load
from gridmap.errors import BadInput
from gridmap.services.blocking import (
    MIN_AREA_M2,
    MIN_WIDTH_M,
    Files,
    Options,
    PlannedBlocks,
    ground_of_files,
    plan_and_write,
)
from gridmap.services.exchange import Report
from gridmap.services.project import open_project

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.gpkg")
@click.option("--streets", type=FILE, metavar="FILE", help="Work from this file of streets instead of a database.")
@click.option("--areas", type=FILE, metavar="FILE", help="With --streets: the communities.")
@click.option("--ground", type=FILE, metavar="FILE", help="With --streets: water, railways, walls.")
@click.option("--buildings", type=FILE, metavar="FILE", help="With --streets: buildings, which stay whole.")
@click.option("--households", type=FILE, metavar="FILE", help="With --streets: households, to be counted.")
@click.option("--crs", metavar="CRS", help="Reference system of these files; else what each says.")
@click.option(
    "--min-area-m2",
    type=click.FloatRange(0, 1e6),
    default=MIN_AREA_M2,
    show_default=True,
    help="A smaller piece of ground joins a neighbour.",
)
@click.option(
    "--min-width-m",
    type=click.FloatRange(0, 1e3),
    default=MIN_WIDTH_M,
    show_default=True,
    help="A narrower one too.",
)
@click.option("--paths", is_flag=True, help="Footpaths part blocks too.")
@click.option("--import", "and_import", is_flag=True, help="Store the blocks in the project at once.")
def blocks(
    out: Path,
    streets: Path | None,
    areas: Path | None,
    ground: Path | None,
    buildings: Path | None,
    households: Path | None,
    crs: str | None,
    min_area_m2: float,
    min_width_m: float,
    paths: bool,
    and_import: bool,
) -> None:
    """Make blocks from streets, water, railways and walls inside each community, and write them to OUT.gpkg.

    No building is cut. Slivers (medians, roundabout islands, strips) are merged and listed. Without areas of level
    community the whole ground within the outermost streets counts as one. Edit the layer `blocks` in QGIS or another
    program, then: gridmap import blocks OUT.gpkg
    """
    files = Files(areas, streets, ground, buildings, households)
    options = Options(min_area_m2, min_width_m, paths)
    settings = load()
    now = dt.datetime.now(dt.UTC)
    if not files.given():
        store = open_project(settings, create=False)
        try:
            with progress_bar() as tell:
                planned, report = plan_and_write(
                    store, settings, out, options, now=now, progress=tell, and_import=and_import
                )
        finally:
            store.close()
        _show(planned, out, [], report)
        return
    if streets is None:
        raise BadInput("Files are given, but no streets among them.", "Add --streets FILE, or name no file at all.")
    if and_import:
        raise BadInput(
            "--import stores in the project, but these blocks come from files.",
            "Import the files first and leave --streets away, or import OUT.gpkg afterwards.",
        )
    with progress_bar() as tell, ground_of_files(files, settings, crs=crs, now=now, progress=tell) as scratch:
        planned, report = plan_and_write(scratch.store, settings, out, options, now=now, progress=tell)
    _show(planned, out, scratch.remarks(), report)


def _show(planned: PlannedBlocks, out: Path, remarks: list[str], report: Report | None) -> None:
    for line in [*remarks, *planned.summary.lines()]:
        click.echo(line)
    click.echo(f"  written to {out} (layers blocks, findings, barriers)")
    for line in report_lines(report, None) if report else []:
        click.echo(line)
