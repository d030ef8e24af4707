"""`gridmap audit verify`: walk the whole chain of the audit."""

from __future__ import annotations

import click

from gridmap.commands.progress import progress_bar
from gridmap.config import load
from gridmap.store import audit as chain
from gridmap.store.engine import open_store


@click.group()
def audit() -> None:
    """Check the chain of the audit."""


@audit.command()
@click.pass_context
def verify(ctx: click.Context) -> None:
    """Walk the chain from its first entry. Ends with 1 when an entry was edited, removed or moved.

    The last line names the newest entry and its hash: note it elsewhere, to be able to tell later that the chain was
    not written anew as a whole.
    """
    store = open_store(load().db, create=False)
    with progress_bar() as tell, store.read() as session:
        problems = chain.verify(session, lambda done, total: tell("Entries", done, total))
        seq, newest_hash = chain.head(session)
    for problem in problems:
        click.echo(f"PROBLEM  entry {problem.seq}: {problem.message}")
    click.echo(f"{seq} entries, {len(problems)} problems, head {newest_hash.hex()}")
    ctx.exit(1 if problems else 0)
