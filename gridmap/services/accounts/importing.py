"""Accounts from a list, all rows or none; each with a password of our making that is told once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gridmap.config import Settings
from gridmap.domain.access import Admin
from gridmap.errors import BadFile, BadInput, Conflict
from gridmap.services.accounts import record, rules
from gridmap.services.accounts.first_passwords import first_password
from gridmap.services.accounts.hashing import HASHING, Hashing
from gridmap.services.exchange.files import open_source
from gridmap.services.exchange.reading import ReadOptions, read_stream
from gridmap.services.exchange.table import text_of
from gridmap.services.given_rows import RowError, RowsRefused, columns_of
from gridmap.store import accounts, posts
from gridmap.store.engine import Session, Store

AT_MOST = 500  # new ones a list: each password costs a tenth of a second to hash
# field -> headings it is known by, those of the template first
FIELDS: dict[str, tuple[str, ...]] = {
    "account": ("account", "账号", "帐号", "用户名", "登录名", "login", "user"),
    "worker": ("worker", "姓名", "人员", "人员姓名", "name"),
    "shown_name": ("shown_name", "显示名", "显示名称"),
}


class AccountsRefused(RowsRefused):
    """A list of accounts with rows that cannot be used: nothing was stored."""

    code = "accounts_refused"


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """What the owner of a new account is told, once."""

    name: str
    shown_name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportedAccounts:
    """What became of a list: `read` = new ones + `known`. `passwords`: of the new ones, in the order of the list."""

    file: str
    read: int
    known: int
    new_people: int
    columns: dict[str, str]
    passwords: tuple[FirstPassword, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    row: int
    account: str | None
    worker: str | None
    shown_name: str | None


@dataclass(frozen=True, slots=True)
class _New:
    """An account to make; `worker_id` None: of a person who is new, too."""

    name: str
    shown_name: str
    person: str
    worker_id: int | None


def import_accounts(
    store: Store,
    settings: Settings,
    path: Path,
    *,
    actor: str,
    now: dt.datetime,
    told: Mapping[str, str] | None = None,
    dry_run: bool = False,
    hashing: Hashing = HASHING,
) -> ImportedAccounts:
    """Make the accounts of an XLSX or CSV. A row whose account exists with this very person is known and stays as it
    is; a person who is in no list of posts is made.

    Raises AccountsRefused, with every bad row and its reason, when any row cannot be used; BadFile where no column says
    the account or the person, BadInput for too many, Conflict before the three administrators exist and when somebody
    else made accounts meanwhile. Then nothing was stored.
    """
    lines, columns = _read(path, told or {})
    with store.read() as session:
        new, known = _sorted(session, path.name, lines)
    if len(new) > AT_MOST:
        raise BadInput(f"The list has more than {AT_MOST} new accounts.", "Give it in parts.")
    passwords = tuple(FirstPassword(one.name, one.shown_name, first_password()) for one in new)
    done = ImportedAccounts(
        path.name, len(lines), known, sum(one.worker_id is None for one in new), columns, passwords
    )
    if dry_run:
        return done
    hashes = [hashing.hash(one.password) for one in passwords]

    def work(session: Session) -> None:
        accounts.lock(session)
        if accounts.admins(session) != set(Admin):
            raise Conflict(
                "The three administrators come first.", "Make them on the first page, or with `gridmap init`."
            )
        if _sorted(session, path.name, lines)[0] != new:
            raise Conflict("Somebody else made accounts meanwhile.", "Give the list again.")
        for one, password_hash in zip(new, hashes, strict=True):
            _add(session, settings, one, password_hash, actor, now)

    store.transact(work)
    return done


def _read(path: Path, told: Mapping[str, str]) -> tuple[list[_Line], dict[str, str]]:
    tables = list(read_stream(open_source(path), ReadOptions()).tables())
    columns = columns_of(tables[0], FIELDS, told, "accounts")
    if "account" not in columns or not columns.keys() & {"worker", "shown_name"}:
        lacking = "the name to sign in by" if "account" not in columns else "the person"
        raise BadFile(
            f"No column of {path.name} is recognised as {lacking}. Its columns are: {', '.join(tables[0].headings)}.",
            "Name the columns account and worker: --map account=COLUMN --map worker=COLUMN; or take the template.",
        )
    lines: list[_Line] = []
    before = 0
    for table in tables:
        texts = [
            [text_of(value) for value in table.columns[columns[name]]] if name in columns else [None] * table.n
            for name in FIELDS
        ]
        rows = zip(*texts, strict=True)
        lines += [_Line(before + number, *row) for number, row in enumerate(rows, 1) if any(row)]
        before += table.n
    return lines, columns


def _sorted(session: Session, file: str, lines: list[_Line]) -> tuple[list[_New], int]:
    """The accounts to make, and how many are there already. Raises AccountsRefused."""
    there = {row.name: row for row in accounts.all_rows(session)}
    people: dict[str, list[posts.WorkerRow]] = defaultdict(list)
    for worker in posts.workers(session):
        people[worker.name].append(worker)
    new: list[_New] = []
    known, errors = 0, list[RowError]()
    row_of_name, row_of_person = dict[str, int](), dict[int | str, int]()
    for line in lines:
        try:
            name, person = rules.checked_name(line.account or ""), _person(line)
            shown = rules.checked_shown_name(line.shown_name or person)
        except BadInput as refused:
            errors.append(RowError(line.row, _bare(refused.message)))
            continue
        if name in row_of_name:
            errors.append(RowError(line.row, f"the same account stands there twice, in row {row_of_name[name]}"))
            continue
        row_of_name[name] = line.row
        if name in there:
            if there[name].worker_name == person:
                known += 1
            else:
                errors.append(RowError(line.row, f"the account '{name}' is somebody else's"))
            continue
        free = [worker for worker in people[person] if worker.account is None]
        if people[person] and len(free) != 1:
            errors.append(RowError(line.row, _why_not(person, people[person], free)))
            continue
        key = free[0].id if free else person
        if key in row_of_person:
            errors.append(RowError(line.row, f"'{person}' has another account in row {row_of_person[key]}"))
            continue
        row_of_person[key] = line.row
        new.append(_New(name, shown, person, free[0].id if free else None))
    if errors:
        raise AccountsRefused(file, len(lines), errors)
    return new, known


def _person(line: _Line) -> str:
    return rules.checked_shown_name(line.worker or line.shown_name or "")


def _why_not(person: str, named: list[posts.WorkerRow], free: list[posts.WorkerRow]) -> str:
    if not free:
        return f"'{person}' has the account '{named[0].account}' already"
    return f"{len(free)} people are called '{person}': make their accounts one by one"


def _bare(message: str) -> str:
    return message.removesuffix(".")


def _add(session: Session, settings: Settings, one: _New, password_hash: str, actor: str, now: dt.datetime) -> None:
    worker_id = posts.add_workers(session, [one.person])[0] if one.worker_id is None else one.worker_id
    row = accounts.add(
        session, name=one.name, shown_name=one.shown_name, admin=None, worker_id=worker_id,
        password_hash=password_hash, must_change_password=True, created_at=now,
    )  # fmt: skip
    record.write(
        session, settings, "account.create", row.uid, actor=actor, now=now,
        name=row.name, shown_name=row.shown_name, admin=None, worker_uid=row.worker_uid,
    )  # fmt: skip
