"""`gridmap db`: bring a database up to date, look whether it is whole."""

from __future__ import annotations

import click

from gridmap.config import load
from gridmap.errors import StoreBroken
from gridmap.store import migrations, roles
from gridmap.store.engine import file_of, open_store


@click.group()
def db() -> None:
    """Upgrade or check the database."""


@db.command()
def upgrade() -> None:
    """Bring the schema to this version, as a whole or not at all. Make a copy of the database first."""
    store = open_store(load().db, create=False)
    before = migrations.current(store)
    if before is None:
        raise StoreBroken(f"{store.address} is empty.", "Run `gridmap init` to make it a database of gridmap's.")
    migrations.upgrade(store)
    after = migrations.current(store)
    click.echo(f"{store.address}: " + (f"from {before} to {after}" if before != after else f"is at {after} already"))


@db.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Look whether the database is whole.

    That is its schema, indexes, triggers and keys. Ends with 1 when there is a problem.
    """
    store = open_store(load().db, create=False)
    problems = migrations.check(store)
    for problem in problems:
        click.echo(f"PROBLEM  {problem}")
    click.echo(f"{store.address}: {len(problems)} problems")
    ctx.exit(1 if problems else 0)


@db.command()
def revision() -> None:
    """Print two lines for programs: "database" and "program", each with its schema's revision (none: no database)."""
    settings = load()
    path = file_of(settings.db)
    there = None
    if path is None or path.exists():
        store = open_store(settings.db, create=False)
        there = migrations.current(store)
        store.close()
    click.echo(f"database {there or 'none'}\nprogram {migrations.head()}")


@db.command()
@click.argument("role")
def grants(role: str) -> None:
    """Print what a PostgreSQL role needs that serves people: run it as the tables' owner, again after each upgrade.

    The role does all that gridmap does every day, and with the audit nothing but to continue it.
    """
    click.echo(roles.grants(role))
