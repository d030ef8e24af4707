"""`gridmap demo`: the demo district, built where it is missing, or one on streets of one's own."""

from __future__ import annotations

from pathlib import Path

import click

from gridmap.commands.mapping import told_columns
from gridmap.commands.progress import progress_bar
from gridmap.config import load
from gridmap.errors import BadInput
from gridmap.services.demo import build, build_on_streets
from gridmap.services.demo_data import demo_data
from gridmap.services.demo_streets import StreetsWish
from gridmap.store.engine import shown_address


@click.command()
@click.option("--streets", type=click.Path(path_type=Path), metavar="FILE", help="A demo on this street network.")
@click.option("--attribution", metavar="TEXT", help="Who made these streets; known for OpenStreetMap.")
@click.option("--name", metavar="TEXT", help="What the district is called; else as the file.")
@click.option("--around", metavar="LON,LAT", help="The middle of the six kilometres to take from a larger network.")
@click.option("--crs", metavar="CRS", help="Reference system of the file; else what it says.")
@click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="As for an import. Repeatable.")
@click.option("--keep", is_flag=True, help="Leave a demo on streets of one's own where there is one.")
def demo(
    streets: Path | None,
    attribution: str | None,
    name: str | None,
    around: str | None,
    crs: str | None,
    mapping: tuple[str, ...],
    keep: bool,
) -> None:
    """Build the demo district, or bring it up to date.

    It lies in var/demo.db, and `scripts/run` serves it. With --streets it is a town on the streets of your FILE (an
    OpenStreetMap extract, or any layer that `gridmap import streets` reads): real streets, everything else invented;
    without --streets the usual district comes back. The one that gives way is kept beside it.

    With GRIDMAP_DB it is built into the database named there, which must be empty; one that holds anything is never
    touched.
    """
    settings = load()
    with progress_bar() as tell:
        if streets is not None:
            wish = StreetsWish(streets, attribution, name, _place(around), crs, told_columns(mapping, "class=道路等级"))
            data = build_on_streets(settings, wish, on_progress=tell)
        elif attribution or name or around or crs or mapping:
            raise BadInput("These options belong to --streets.", "Name the file of streets, or leave them away.")
        else:
            data = demo_data()
            build(settings, on_progress=tell, data=None if keep else data)
    place = shown_address(settings.db)
    if streets is None:
        click.echo(f"The demo district (version {data.version}, up to {data.last_on}) is in {place}", err=True)
    else:
        click.echo(f"The demo on {streets.name} (up to {data.last_on}) is in {place}; scripts/run shows it.", err=True)
        if settings.is_demo:
            click.echo("The usual demo district comes back with: gridmap demo", err=True)


def _place(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        lon, lat = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError:
        raise BadInput(f"--around {text} is no place.", "Write longitude and latitude: --around 114.96,30.17") from None
    return lon, lat
