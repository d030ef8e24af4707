"""Making accounts and looking after them: first the three administrators, then everybody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from gridmap.config import Settings
from gridmap.domain.access import LOCAL, Admin
from gridmap.domain.passwords import require_good
from gridmap.errors import BadInput, Conflict, NotAllowed, NotFound
from gridmap.services.accounts import record, rules
from gridmap.services.accounts.answers import AccountInfo, NewAccount
from gridmap.services.accounts.hashing import HASHING, Hashing
from gridmap.store import accounts, audit, posts
from gridmap.store.engine import Session, Store


def have_accounts(store: Store) -> bool:
    """Whether people sign in here. Once they do, they always will: an account is disabled, never deleted."""
    with store.read() as session:
        return accounts.any_exist(session)


def newest_change_without(store: Store) -> audit.Head | None:
    """The newest change of a project that has no accounts; None once it has any. One session reads both."""
    with store.read() as session:
        return None if accounts.any_exist(session) else audit.newest_change(session)


def create_admins(
    store: Store,
    settings: Settings,
    admins: Mapping[Admin, NewAccount],
    *,
    now: dt.datetime,
    hashing: Hashing = HASHING,
) -> dict[Admin, str]:
    """Make the three administrators, all or none -> their uids. Only the demo's may be without a password.

    Raises BadInput unless there are three different people with good passwords, Conflict when there are accounts.
    """
    if set(admins) != set(Admin):
        raise BadInput(
            "Three administrators are needed: system, security and audit.", "Give each a person of its own."
        )
    new = {admin: _checked(admins[admin]) for admin in Admin}
    if len({one["name"] for one in new.values()}) < len(new):
        raise BadInput("One person would be two administrators.", "Give each of the three a name of its own.")
    passwords = {admin: admins[admin].password for admin in Admin}
    if None in passwords.values() and not settings.is_demo:
        raise BadInput("An administrator needs a password.", "Let each of the three choose one.")
    known = [password for password in passwords.values() if password is not None]
    if len(set(known)) < len(known):
        raise BadInput("Two administrators have the same password.", "Let each choose one that only they know.")
    hashes = {admin: None if text is None else hashing.hash(text) for admin, text in passwords.items()}

    def work(session: Session) -> dict[Admin, str]:
        accounts.lock(session)
        if accounts.any_exist(session):
            raise Conflict("This project has accounts already.", "Sign in, or use `gridmap user` at the machine.")
        uids = {}
        for admin, values in new.items():
            row = accounts.add(
                session, **values, admin=str(admin), password_hash=hashes[admin], created_at=now,
                must_change_password=False,
            )  # fmt: skip
            uids[admin] = row.uid
            _tell_created(session, settings, row, LOCAL.name, now)
        return uids

    return store.transact(work)


def create(
    store: Store,
    settings: Settings,
    new: NewAccount,
    *,
    actor: str,
    now: dt.datetime,
    hashing: Hashing = HASHING,
) -> AccountInfo:
    """Make one account; its password is to be changed at the first sign-in.

    Raises BadInput for a name or password that is not taken, NotFound for an unknown person, NotAllowed for an
    administrator's account that is not made at the machine, Conflict for a name or person that has an account, and
    while the three administrators do not exist.
    """
    values = _checked(new)
    if new.admin is not None and actor != LOCAL.name:
        raise NotAllowed(
            "An administrator's account is not made by another administrator.",
            "Whoever runs the machine does it: gridmap user add NAME --admin KIND.",
        )
    if new.admin is not None and new.worker_uid is not None:
        raise BadInput("An administrator holds no post.", "Make two accounts, for two people.")
    password_hash = None if new.password is None else hashing.hash(new.password)

    def work(session: Session) -> AccountInfo:
        accounts.lock(session)
        if accounts.admins(session) != set(Admin):
            raise Conflict(
                "The three administrators come first.", "Make them on the first page, or with `gridmap init`."
            )
        if accounts.by_name(session, values["name"]) is not None:
            raise Conflict(f"There is an account '{values['name']}' already.", "Choose another name.")
        row = accounts.add(
            session,
            **values,
            admin=None if new.admin is None else str(new.admin),
            worker_id=None if new.admin is not None else _worker_id(session, new, values["shown_name"]),
            password_hash=password_hash,
            must_change_password=password_hash is not None,
            created_at=now,
        )
        _tell_created(session, settings, row, actor, now)
        return rules.info(session, row, now)

    return store.transact(work)


def disable(store: Store, settings: Settings, uid: str, *, actor: str, now: dt.datetime) -> AccountInfo:
    """Nobody signs in by it any more, and its sessions and tokens end at once. Raises NotFound, NotAllowed."""

    def work(session: Session) -> AccountInfo:
        row = rules.required(session, uid, lock=True)
        rules.require_not_an_admins(row, actor)
        if row.disabled_at is None:
            accounts.change(session, row.id, {"disabled_at": now, "epoch": row.epoch + 1})
            record.write(session, settings, "account.disable", uid, actor=actor, now=now, name=row.name)
        return rules.info(session, rules.required(session, uid), now)

    return store.transact(work)


def enable(store: Store, settings: Settings, uid: str, *, actor: str, now: dt.datetime) -> AccountInfo:
    """It may sign in again: after being disabled, locked, or dormant. Raises NotFound, NotAllowed."""

    def work(session: Session) -> AccountInfo:
        row = rules.required(session, uid, lock=True)
        rules.require_not_an_admins(row, actor)
        accounts.change(session, row.id, {"disabled_at": None, "locked_until": None, "failures": 0, "failed_at": None})
        record.write(session, settings, record.ENABLED, uid, actor=actor, now=now, name=row.name)
        return rules.info(session, rules.required(session, uid), now)

    return store.transact(work)


def reset_password(
    store: Store,
    settings: Settings,
    uid: str,
    password: str,
    *,
    actor: str,
    now: dt.datetime,
    without_second_factor: bool = False,
    hashing: Hashing = HASHING,
) -> AccountInfo:
    """Give the account a password that its owner must change; its sessions end.

    `without_second_factor`: for a lost telephone, the second factor and its recovery codes go, too. Raises BadInput,
    NotFound, NotAllowed.
    """
    with store.read() as session:
        row = rules.required(session, uid)
    rules.require_not_an_admins(row, actor)
    require_good(password, [row.name, row.shown_name])
    values: dict[str, Any] = {
        "password_hash": hashing.hash(password), "must_change_password": True, "failures": 0, "failed_at": None,
        "locked_until": None,
    }  # fmt: skip
    if without_second_factor:
        values |= {"totp_secret": None, "totp_step": None}

    def work(session: Session) -> AccountInfo:
        present = rules.required(session, uid, lock=True)
        accounts.change(session, present.id, {**values, "epoch": present.epoch + 1})
        if without_second_factor:
            accounts.replace_recovery_codes(session, present.id, [])
        record.write(
            session, settings, "account.reset_password", uid, actor=actor, now=now,
            name=present.name, without_second_factor=without_second_factor,
        )  # fmt: skip
        return rules.info(session, rules.required(session, uid), now)

    return store.transact(work)


def list_accounts(store: Store, *, now: dt.datetime) -> list[AccountInfo]:
    """Every account, administrators first, then by name."""
    with store.read() as session:
        return [rules.info(session, row, now) for row in accounts.all_rows(session)]


def account_named(store: Store, name: str, *, now: dt.datetime) -> AccountInfo:
    """The account of a name. Raises NotFound."""
    with store.read() as session:
        row = accounts.by_name(session, rules.folded_name(name))
        if row is None:
            raise NotFound(f"There is no account '{name}'.", "`gridmap user list` shows all.")
        return rules.info(session, row, now)


def _checked(new: NewAccount) -> dict[str, str]:
    values = {"name": rules.checked_name(new.name), "shown_name": rules.checked_shown_name(new.shown_name)}
    if new.password is not None:
        require_good(new.password, list(values.values()))
    return values


def _worker_id(session: Session, new: NewAccount, shown_name: str) -> int:
    if new.worker_uid is None:
        return posts.add_workers(session, [shown_name])[0]
    worker = posts.worker(session, new.worker_uid)
    if worker is None:
        raise NotFound("There is no such person.", "Look at the list of posts.")
    if worker.account is not None:
        raise Conflict(f"{worker.name} has the account '{worker.account}' already.", "One person has one account.")
    return worker.id


def _tell_created(
    session: Session, settings: Settings, row: accounts.AccountRow, actor: str, now: dt.datetime
) -> None:
    record.write(
        session, settings, "account.create", row.uid, actor=actor, now=now,
        name=row.name, shown_name=row.shown_name, admin=row.admin, worker_uid=row.worker_uid,
    )  # fmt: skip
