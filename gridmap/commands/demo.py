"""`gridmap demo`: the demo district, built where it is missing."""

from __future__ import annotations

import click
import sqlalchemy as sa

from gridmap.commands.progress import progress_bar
from gridmap.config import load
from gridmap.services.demo import build, demo_data


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
    place = sa.make_url(settings.db).render_as_string(hide_password=True)
    click.echo(f"The demo district (version {data.version}, up to {data.last_on}) is in {place}", err=True)
