"""How every command tells an error: what is wrong, then what to do."""

from __future__ import annotations

import click

from gridmap.errors import GridmapError


def show_error(error: GridmapError) -> None:
    """Print the error's message and its hint, a line each, to standard error."""
    click.echo(f"Error: {error.message}", err=True)
    if error.hint:
        click.echo(f"What to do: {error.hint}", err=True)
