"""What every command tells alike: an error with what to do, and that a database is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gridmap.errors import GridmapError

if TYPE_CHECKING:
    from gridmap.store.engine import Store


def show_error(error: GridmapError) -> None:
    """Print the error's message and its hint, a line each, to standard error."""
    click.echo(f"Error: {error.message}", err=True)
    if error.hint:
        click.echo(f"What to do: {error.hint}", err=True)


def show_new_database(store: Store) -> None:
    """Say that the database did not exist, for whoever meant another one."""
    click.echo(f"A new, empty database was made: {store.address}", err=True)
    click.echo("If you meant one that exists, correct GRIDMAP_DB.", err=True)
