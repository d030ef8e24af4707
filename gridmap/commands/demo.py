"""`gridmap demo`: the demo district, built where it is missing."""

from __future__ import annotations

import click

from gridmap.commands.progress import progress_bar
from gridmap.config import load
from gridmap.services.demo import build, demo_data
from gridmap.store.engine import shown_address


@click.command()
def demo() -> None:
    """Build the demo district, or bring it up to date.

    It lies in var/demo.db. With GRIDMAP_DB it is built into the database named there, which must be empty; one that
    holds anything is never touched.
    """
    settings = load()
    data = demo_data()
    with progress_bar() as tell:
        build(settings, on_progress=tell, data=data)
    place = shown_address(settings.db)
    click.echo(f"The demo district (version {data.version}, up to {data.last_on}) is in {place}", err=True)
