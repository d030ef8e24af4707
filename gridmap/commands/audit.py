"""`gridmap audit`: walk the chain, note its head, prove what a field was."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from gridmap.commands.progress import progress_bar
from gridmap.config import load
from gridmap.errors import Conflict, NotFound
from gridmap.services import audit_heads
from gridmap.services.audit_heads import NotedHead
from gridmap.store import audit as chain
from gridmap.store.engine import open_store

UNSIGNED = "It does not bear this project's signature: somebody changed it, or GRIDMAP_SECRET is another one."


@click.group()
def audit() -> None:
    """Check the chain of the audit."""


@audit.command()
@click.option(
    "--head",
    "head_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A head that was noted before: also shows a chain that was cut off or made anew up to it.",
)
@click.pass_context
def verify(ctx: click.Context, head_file: Path | None) -> None:
    """Walk the chain from its first entry. Ends with 1 when an entry was edited, removed, inserted or moved.

    Whoever owns the database can cut off the end, or make the whole chain anew: `--head` shows that, up to the entry
    that was noted. Note the head elsewhere with `gridmap audit head FILE`.
    """
    settings = load()
    store = open_store(settings.db, create=False)
    try:
        noted = None if head_file is None else audit_heads.read_head(head_file.read_bytes(), secret=settings.secret())
        with progress_bar() as tell:
            found = audit_heads.verify(store, noted, lambda done, total: tell("Entries", done, total))
    finally:
        store.close()
    problems = [f"entry {problem.seq}: {problem.message}" for problem in found.problems]
    if noted is not None and not noted.is_signed:
        problems.append(f"{head_file}: {UNSIGNED}")
    for problem in problems:
        click.echo(f"PROBLEM  {problem}")
    if noted is not None:
        click.echo(_told(noted))
    click.echo(f"{found.head[0]} entries, {len(problems)} problems, head {found.head[1].hex()}")
    ctx.exit(1 if problems else 0)


@audit.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def head(file: Path) -> None:
    """Note the newest entry in FILE, signed with the project's secret. Keep it where nobody of this machine writes."""
    settings = load()
    store = open_store(settings.db, create=False)
    try:
        text = audit_heads.note_head(store, secret=settings.secret(), now=dt.datetime.now(dt.UTC))
    finally:
        store.close()
    try:
        with file.open("xb") as out:
            out.write(text)
    except FileExistsError:
        raise Conflict(f"{file} exists.", "Name another file: a head that was noted is not overwritten.") from None
    noted = audit_heads.read_head(text, secret=settings.secret())
    click.echo(f"{file}: entry {noted.head[0]}, {noted.head[1].hex()}", err=True)


@audit.command()
@click.argument("seq", type=click.IntRange(1))
@click.argument("field")
@click.argument("value")
@click.pass_context
def prove(ctx: click.Context, seq: int, field: str, value: str) -> None:
    """Whether FIELD had this VALUE in entry SEQ. Ends with 1 when it had another.

    An entry holds no values, only digests that the project's secret makes.
    """
    settings = load()
    store = open_store(settings.db, create=False)
    try:
        with store.read() as session:
            entry = next(iter(chain.since(session, seq - 1, 1)), None)
    finally:
        store.close()
    if entry is None or entry.seq != seq:
        raise NotFound(f"There is no entry {seq}.", "`gridmap audit verify` says how many there are.")
    if field not in entry.digests:
        known = ", ".join(sorted(entry.digests)) or "none"
        raise NotFound(f"There is no field '{field}' in entry {seq}.", f"It has: {known}.")
    is_so = any(
        chain.field_digest(settings.secret(), entry.entity, entry.entity_uid, field, one) == entry.digests[field]
        for one in chain.readings(value)
    )
    click.echo(f"entry {seq}: {field} was {'' if is_so else 'not '}this.")
    ctx.exit(0 if is_so else 1)


def _told(noted: NotedHead) -> str:
    return f"compared with entry {noted.head[0]}, noted at {noted.noted_at.isoformat(timespec='seconds')}"
