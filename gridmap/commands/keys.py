"""`gridmap keys`: replace the key of what is stored encrypted."""

from __future__ import annotations

import datetime as dt

import click

from gridmap.config import load
from gridmap.services.privacy import key_file, rotating
from gridmap.store.engine import open_store

ACTOR = "local"


@click.group()
def keys() -> None:
    """Replace the key of names, phones and second factors."""


@keys.command()
def rotate() -> None:
    """Encrypt everything by a new key. A run that was interrupted is gone on with by the next; people may work on.

    The key file gets the new key in front of the old ones. Where the keys come from GRIDMAP_KEY, put a new one in front
    there, restart what serves, and run this: without one, it prints how.
    """
    settings = load()
    store = open_store(settings.db, create=False)
    try:
        if settings.key_from_env is not None and rotating.is_new_key_wanted(store, settings):
            click.echo("Everything bears the first key of GRIDMAP_KEY. To replace it, put a new one in front:")
            click.echo(f"  GRIDMAP_KEY={key_file.new_key()},<the keys there are>")
            click.echo("then restart gridmap serve, and run `gridmap keys rotate` again.")
            return
        now = dt.datetime.now(dt.UTC)
        done = rotating.rotate(
            store, settings, actor=ACTOR, now=now, tell=lambda seen: click.echo(f"{seen:,} values seen", err=True)
        )
    finally:
        store.close()
    if done.has_new_key:
        click.echo(f"{settings.key_file}: a new key stands in front of {len(settings.keys()) - 1:,}.")
    click.echo(f"{done.values:,} of {done.seen:,} values are encrypted anew.")
    click.echo("Backups made before need the older keys. When none of them is wanted any more: gridmap keys drop-old")


@keys.command("drop-old")
@click.option("--yes", is_flag=True, help="Do it.")
@click.pass_context
def drop_old(ctx: click.Context, yes: bool) -> None:
    """Take the older keys away, once nothing bears them; without --yes it only tells what that means."""
    settings = load()
    if not yes:
        click.echo(
            "Nothing was done. Without the older keys the names, phones and second factors in every backup made before "
            "the last `gridmap keys rotate` can never be read again."
        )
        click.echo("If none of them is wanted, or a copy of the keys lies elsewhere: gridmap keys drop-old --yes")
        ctx.exit(1)
    store = open_store(settings.db, create=False)
    try:
        dropped = rotating.drop_old(store, settings, actor=ACTOR, now=dt.datetime.now(dt.UTC))
    finally:
        store.close()
    click.echo(f"{dropped:,} older keys are dropped.")
