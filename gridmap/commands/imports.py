"""`gridmap imports`: what was brought in, and taking one import back."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import click

from gridmap.commands.progress import progress_bar
from gridmap.config import Settings, load
from gridmap.services.exchange import past
from gridmap.services.exchange.undo import undo_batch
from gridmap.services.project import open_project
from gridmap.store.engine import Store

SHOWN = 20


@click.group("imports", invoke_without_command=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=SHOWN, show_default=True, help="How many to list.")
@click.pass_context
def imports(ctx: click.Context, limit: int) -> None:
    """List the last imports, newest first; `gridmap imports undo ID` takes one back as a whole."""
    if ctx.invoked_subcommand is not None:
        return
    store = _opened(load())
    try:
        found = past.imports(store, limit)
    finally:
        store.close()
    if not found.batches:
        click.echo("Nothing was imported yet.")
    for batch in found.batches:
        at = batch.imported_at.astimezone(ZoneInfo(found.time_zone))
        undone = "   taken back" if batch.undone_at else ""
        counts = f"stored {batch.counts.get('stored', 0):,} of {batch.counts.get('read', 0):,}"
        click.echo(f"{batch.uid}  {at:%Y-%m-%d %H:%M}  {batch.layer:<10}  {batch.file_name}  {counts}{undone}")


@imports.command("undo")
@click.argument("batch", metavar="ID")
def undo(batch: str) -> None:
    """Take an import back: rows it brought go, rows it replaced return. ID may be its first characters.

    It is refused, with the reason, when later imports, plans, posts or incidents depend on it.
    """
    settings = load()
    store = _opened(settings)
    try:
        uid = past.uid_of(store, batch)
        with progress_bar() as tell:
            tell("Taking it back", 0, 1)
            done = undo_batch(store, settings, uid, actor="local", now=dt.datetime.now(dt.UTC))
    finally:
        store.close()
    restored = f", {done.restored:,} are what they were before" if done.restored else ""
    click.echo(f"{done.file} ({done.layer}) is taken back: {done.removed:,} rows removed{restored}.")
    for warning in done.warnings:
        click.echo(f"  Warning: {warning}")


def _opened(settings: Settings) -> Store:
    return open_project(settings)
