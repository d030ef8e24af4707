"""The three administrators of `gridmap init`: asked for at a terminal, or named by options."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import click

from gridmap.commands.secrets_asked import asked, is_terminal, lines_of
from gridmap.commands.telling import show_error
from gridmap.config import Settings
from gridmap.domain.access import Admin
from gridmap.domain.passwords import require_good
from gridmap.errors import BadInput
from gridmap.services.accounts import NewAccount, create_admins, have_accounts
from gridmap.store.engine import Store

WHAT = {
    Admin.SYSTEM: "looks after accounts and settings",
    Admin.SECURITY: "gives posts and with them rights",
    Admin.AUDIT: "reads the audit and changes nothing",
}


def make_administrators(
    store: Store, settings: Settings, names: Mapping[Admin, str | None], passwords: str | None
) -> None:
    """Make the three when they are named, or when a person at the terminal wants them.

    `passwords`: a file with three lines, system, security, audit; "-" for standard input. Raises BadInput, Conflict.
    """
    given = {admin: name for admin, name in names.items() if name}
    if not given and passwords is None:
        if not is_terminal() or have_accounts(store) or not _wanted():
            return
        new = {admin: _ask(admin) for admin in Admin}
    else:
        new = _told(given, passwords)
    create_admins(store, settings, new, now=dt.datetime.now(dt.UTC))
    click.echo("Three administrators: " + ", ".join(f"{new[admin].name} ({admin})" for admin in Admin))
    click.echo("Each sets up a second factor at the first sign-in. From now on nobody works here without signing in.")


def _wanted() -> bool:
    click.echo("For one person on this machine nobody needs to sign in. For several people, three different ones")
    click.echo("administer: " + "; ".join(f"{admin} {what}" for admin, what in WHAT.items()) + ".")
    return click.confirm("Make the three administrators now?", default=False)


def _ask(admin: Admin) -> NewAccount:
    name = click.prompt(f"Name of the {admin} administrator to sign in by")
    while True:
        password = asked(f"Password of {name}")
        try:
            require_good(password, [name])
        except BadInput as refused:  # told now, not after all three have typed theirs
            show_error(refused)
        else:
            return NewAccount(name, name, password)


def _told(given: Mapping[Admin, str], passwords: str | None) -> dict[Admin, NewAccount]:
    missing = [f"--{admin}-admin NAME" for admin in Admin if admin not in given]
    if passwords is None and not is_terminal():
        missing.append("--passwords FILE")
    if missing:
        raise BadInput("The three administrators are made together.", f"Give also: {' '.join(missing)}.")
    if passwords is None:
        return {admin: NewAccount(given[admin], given[admin], asked(f"Password of {given[admin]}")) for admin in Admin}
    lines = lines_of(passwords)
    if len(lines) != len(Admin):
        raise BadInput(
            f"The passwords are {len(lines)} lines.", "Three are needed: of the system, security, audit administrator."
        )
    return {admin: NewAccount(given[admin], given[admin], line) for admin, line in zip(Admin, lines, strict=True)}
