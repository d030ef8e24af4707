"""`gridmap locate`: the grid of every row of a file, however long it is."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path

import click

from gridmap.commands.progress import progress_bar
from gridmap.config import load
from gridmap.errors import BadInput
from gridmap.geo import locate as kernels
from gridmap.services.locating import Counts, Places, Wanted, locate_file, places_of_plan, places_of_polygons
from gridmap.services.project import open_project

PATH = click.Path(path_type=Path)


@click.command()
@click.argument("source", type=PATH, metavar="IN")
@click.argument("target", type=PATH, metavar="OUT")
@click.option("--plan", "plan", metavar="UID|NAME", help="By this plan; else by the one in force.")
@click.option("--polygons", type=PATH, metavar="FILE", help="By the polygons of a file, without any database.")
@click.option("--code", "code_field", metavar="FIELD", help="The field of --polygons with their codes.")
@click.option("--polygons-crs", metavar="CRS", help="Reference system of --polygons, where the file does not say it.")
@click.option("--lon", metavar="COLUMN", help="The column of longitudes (or x); else recognised by its name.")
@click.option("--lat", metavar="COLUMN", help="The column of latitudes (or y); else recognised by its name.")
@click.option("--crs", metavar="CRS", help="EPSG:n, gcj02, bd09 or cgcs2000; else EPSG:4326.")
@click.option("--prefix", default="", metavar="TEXT", help="Put before the names of the new columns.")
@click.option("--dask", metavar="ADDRESS", help="Share out a folder's files: local[:n] or tcp://host:port.")
@click.option("--json", "as_json", is_flag=True, help="End with one line of JSON with the counts.")
def locate(
    source: Path,
    target: Path,
    plan: str | None,
    polygons: Path | None,
    code_field: str | None,
    polygons_crs: str | None,
    lon: str | None,
    lat: str | None,
    crs: str | None,
    prefix: str,
    dask: str | None,
    as_json: bool,
) -> None:
    """Write IN to OUT with two more columns: block and grid, the codes of where each row lies.

    IN and OUT are CSV or TSV (also .gz), Parquet, or folders of Parquet files; of any size, memory stays the same. Rows
    in no grid and rows without usable coordinates have an empty grid; all rows are written. With --polygons there is
    no block, only the code as grid.
    """
    begun_s = time.perf_counter()
    places = _places(plan, polygons, code_field, polygons_crs)
    kernels.warm_up()
    ready_s = time.perf_counter()
    with progress_bar() as tell:
        done = locate_file(source, target, places, Wanted(lon, lat, crs), prefix=prefix, dask=dask, tell=tell)
    ended_s = time.perf_counter()
    if done.remark:
        click.echo(f"Note: {done.remark}", err=True)
    for line in _report(target, places, done.counts):
        click.echo(line, err=True)
    if as_json:
        seconds = {"start_s": round(ready_s - begun_s, 2), "run_s": round(ended_s - ready_s, 2)}
        click.echo(json.dumps({**done.counts.as_dict(), **seconds}))


def _places(plan: str | None, polygons: Path | None, code_field: str | None, polygons_crs: str | None) -> Places:
    if polygons is not None:
        if plan is not None or code_field is None:
            raise BadInput("--polygons goes with --code FIELD and without --plan.", "Name the field with their codes.")
        return places_of_polygons(polygons, code_field, crs=polygons_crs)
    if code_field is not None or polygons_crs is not None:
        raise BadInput("--code and --polygons-crs are about --polygons.", "Name the file: --polygons FILE.")
    store = open_project(load(), create=False)
    try:
        return places_of_plan(store, plan, dt.datetime.now(dt.UTC))
    finally:
        store.close()


def _report(target: Path, places: Places, counts: Counts) -> list[str]:
    lines = [
        f"{target}, placed by {places.says}",
        f"  rows {counts.rows:,}   in a grid {counts.located:,}   in no grid {counts.outside:,}"
        f"   without usable coordinates {counts.unusable:,}",
    ]
    if counts.swapped:
        lines.append(
            f"  Warning: {counts.swapped:,} rows would lie in a grid with longitude and latitude exchanged; "
            "they are left as they are."
        )
    if counts.outside and not counts.located:
        lines.append("  Warning: no row lies in a grid. Check --crs, and which column is the longitude.")
    return lines
