"""`gridmap user`: accounts from the machine itself, also those that no administrator may change for another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import click

from gridmap.commands.secrets_asked import one_password
from gridmap.config import Settings, load
from gridmap.domain.access import LOCAL, Admin
from gridmap.errors import BadInput
from gridmap.services import accounts, posts
from gridmap.services.accounts import AccountInfo, NewAccount
from gridmap.services.project import open_project
from gridmap.store.engine import Store

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
