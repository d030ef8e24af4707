"""`gridmap purge`: remove what is past its date."""

from __future__ import annotations

import datetime as dt

import click

from gridmap.config import load
from gridmap.services.privacy.purging import purge as purge_project
from gridmap.services.project import open_project

WORDS = {
    "parties": "people of incidents",
    "openings": "notes of who opened a record in which hour",
    "jobs": "results of long calculations",
    "tokens": "keys of programs",
    "uploads": "files of the import page",
}


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would go.")
def purge(*, dry_run: bool) -> None:
    """Remove what is past its date: names and phones of incidents, results of jobs, keys of programs, files handed in.

    How long each is kept is in the configuration (retention). Run it every night. Backups keep what they have until
    they are rotated away.
    """
    settings = load()
    store = open_project(settings, create=False)
    try:
        done = purge_project(store, settings, actor="local", now=dt.datetime.now(dt.UTC), dry_run=dry_run)
    finally:
        store.close()
    for name, count in done.gone.items():
        click.echo(f"{count:>10,}  {WORDS[name]}")
    click.echo(f"{done.total:,} {'would go' if dry_run else 'removed'}.")
