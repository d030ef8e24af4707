"""`gridmap user`: accounts from the machine itself, also those that no administrator may change for another."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import click

from gridmap.commands.mapping import told_columns
from gridmap.commands.secrets_asked import new_private_file, one_password
from gridmap.config import Settings, load
from gridmap.domain.access import LOCAL, Admin
from gridmap.errors import BadInput
from gridmap.services import accounts, posts
from gridmap.services.accounts import AccountInfo, AccountsRefused, NewAccount
from gridmap.services.exchange.importer import require_own_database
from gridmap.services.project import open_project
from gridmap.store.engine import Store

SHOWN = 20  # bad rows

# Where a password comes from, for commands that set one.
_from_file = click.option("--password-file", metavar="FILE", help="Read the password from FILE (- for standard input).")
_made_up = click.option("--generate", is_flag=True, help="Make a password up and print it.")


@click.group()
def user() -> None:
    """Accounts of the people who sign in. The three administrators come first (`gridmap init`)."""


@user.command()
@click.argument("name")
@click.option("--shown-name", metavar="TEXT", help="How others see it; NAME if left out.")
@click.option("--worker", metavar="NAME", help="Whose account it is, of those who hold posts; else a new person's.")
@click.option("--admin", type=click.Choice([str(admin) for admin in Admin]), help="An administrator's account.")
@_from_file
@_made_up
def add(
    name: str, shown_name: str | None, worker: str | None, admin: str | None, password_file: str | None, generate: bool
) -> None:
    """Make the account NAME. Its password is to be changed at the first sign-in."""
    with _project() as (store, settings):
        worker_uid = None if worker is None else _worker_uid(store, worker)
        password = one_password(password_file, generate=generate, prompt=f"First password of {name}")
        kind = None if admin is None else Admin(admin)
        new = NewAccount(name, shown_name or worker or name, password, kind, worker_uid)
        made = accounts.create(store, settings, new, actor=LOCAL.name, now=_now())
    kind_of = f"{made.admin} administrator" if made.admin else f"of {made.worker_name}, who does what their posts allow"
    click.echo(f"Account {made.name}, {kind_of}")


@user.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="[FILE.{xlsx,csv}]", required=False)
@click.option(
    "--passwords", type=click.Path(path_type=Path), metavar="FILE.csv",
    help="Write the first passwords into a new file that only you can read, instead of printing them.",
)  # fmt: skip
@click.option(
    "--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="Which column is which field. Repeatable."
)
@click.option("--dry-run", is_flag=True, help="Do everything but store.")
@click.option("--into-demo", is_flag=True, help="Allow it into the demo district's database.")
@click.option(
    "--template", type=click.Path(path_type=Path), metavar="FILE.xlsx",
    help="Write everybody who holds posts and has no account as a sheet to fill in, instead.",
)  # fmt: skip
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="The language of its headings."
)
def import_users(
    file: Path | None,
    passwords: Path | None,
    mapping: tuple[str, ...],
    dry_run: bool,
    into_demo: bool,
    template: Path | None,
    lang: Literal["zh", "en"],
) -> None:
    """Make accounts from a list: account, person, and the name to show if it differs.

    All rows or none. Each new account gets a password that is told this once and changed at the first sign-in; an
    account that is there already stays as it is.
    """
    if (file is None) == (template is None):
        raise BadInput("A list is brought in or a template is written.", "Give FILE or --template FILE.xlsx.")
    with _project() as (store, settings):
        if template is not None:
            posts.require_new_workbook(template)
            click.echo(f"{template}: {accounts.write_template(store, template, lang):,} people have no account")
        if file is not None:
            require_own_database(settings, into_demo=into_demo)
            told = told_columns(mapping, "account=工号")
            _import(store, settings, file, passwords, told, dry_run=dry_run)


def _import(
    store: Store, settings: Settings, file: Path, passwords: Path | None, told: Mapping[str, str], *, dry_run: bool
) -> None:
    target = None if passwords is None or dry_run else new_private_file(passwords)
    try:
        done = accounts.import_accounts(
            store, settings, file, actor=LOCAL.name, now=_now(), told=told, dry_run=dry_run
        )
    except BaseException as error:
        if target is not None:
            target.close()
            passwords.unlink()  # type: ignore[union-attr]
        if isinstance(error, AccountsRefused):
            for wrong in error.errors[:SHOWN]:
                click.echo(f"  row {wrong.row}: {wrong.reason}")
            if len(error.errors) > SHOWN:
                click.echo(f"  ... and {len(error.errors) - SHOWN:,} more")
        raise
    new = len(done.passwords)
    click.echo(f"{done.file}: {done.read:,} rows, {new:,} new accounts, {done.known:,} known already")
    if target is not None:
        with target:
            lines = csv.writer(target)
            lines.writerow(["account", "name", "first password"])
            lines.writerows((one.name, one.shown_name, one.password) for one in done.passwords)
        click.echo(f"The first passwords are in {passwords}: hand them out, then remove it.")
    elif not dry_run:
        for one in done.passwords:
            click.echo(f"  {one.name:<24} {one.shown_name:<24} {one.password}")


@user.command("list")
def list_users() -> None:
    """Show all accounts."""
    with _project() as (store, _settings):
        rows = accounts.list_accounts(store, now=_now())
    for row in rows:
        signed_in = "never" if row.signed_in_at is None else f"{row.signed_in_at:%Y-%m-%d}"
        kind = f"{row.admin} administrator" if row.admin else row.worker_name or ""
        click.echo(f"{row.name:<24} {kind:<24} last here {signed_in:<12} {', '.join(_states(row))}")
    click.echo(f"{len(rows)} accounts")


@user.command()
@click.argument("name")
def disable(name: str) -> None:
    """Let nobody sign in as NAME any more; sessions and tokens end at once."""
    with _project() as (store, settings):
        row = accounts.account_named(store, name, now=_now())
        accounts.disable(store, settings, row.uid, actor=LOCAL.name, now=_now())
    click.echo(f"{row.name} is disabled")


@user.command()
@click.argument("name")
def enable(name: str) -> None:
    """Let NAME sign in again: after being disabled, locked by failures, or unused for long."""
    with _project() as (store, settings):
        row = accounts.account_named(store, name, now=_now())
        accounts.enable(store, settings, row.uid, actor=LOCAL.name, now=_now())
    click.echo(f"{row.name} may sign in")


@user.command("reset-password")
@click.argument("name")
@_from_file
@_made_up
@click.option("--without-second-factor", is_flag=True, help="The telephone is lost: take the second factor off, too.")
def reset_password(name: str, password_file: str | None, generate: bool, without_second_factor: bool) -> None:
    """Give NAME a password that is to be changed at the next sign-in; sessions end at once."""
    with _project() as (store, settings):
        row = accounts.account_named(store, name, now=_now())
        password = one_password(password_file, generate=generate, prompt=f"New password of {row.name}")
        accounts.reset_password(
            store, settings, row.uid, password, actor=LOCAL.name, now=_now(),
            without_second_factor=without_second_factor,
        )  # fmt: skip
    click.echo(f"{row.name} has a new password")


def _states(row: AccountInfo) -> Iterator[str]:
    if row.is_disabled:
        yield "disabled"
    if row.is_dormant:
        yield "locked: unused for long"
    if row.locked_until is not None:
        yield f"locked until {row.locked_until:%H:%M} UTC"
    if row.has_totp:
        yield "second factor"
    if row.must_change_password:
        yield "must change the password"


def _worker_uid(store: Store, name: str) -> str:
    found = [each for each in posts.list_people(store) if each.name == name]
    free = [each for each in found if each.account is None]
    if len(free) != 1:
        what = "Nobody" if not found else "Several people" if free else "Nobody without an account"
        raise BadInput(f"{what} is called '{name}' among those who hold posts.", "`gridmap post list` shows them.")
    return free[0].uid


@contextmanager
def _project() -> Iterator[tuple[Store, Settings]]:
    settings = load()
    store = open_project(settings, create=False)
    try:
        yield store, settings
    finally:
        store.close()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
