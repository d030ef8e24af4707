"""Accounts from a list: all rows or none, a password of its own for each, told once and changed at the first sign-in.

The world is that of tests/services/small_world.py: 网格员 001 holds a post and has no account.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gridmap.config import Settings
from gridmap.errors import BadFile, BadInput, Conflict
from gridmap.services import accounts, posts
from gridmap.services.accounts import AccountsRefused, ImportedAccounts, importing
from tests.services import small_world
from tests.services.accounts.people import CHEAP, NOW, People, people

HEAD = ["账号", "姓名", "显示名"]


@pytest.fixture
def told(settings: Settings) -> People:
    return people(small_world.build(settings), settings)


def sheet(folder: Path, *rows: list[Any], head: list[str] = HEAD) -> Path:
    path = folder / "accounts.xlsx"
    book = openpyxl.Workbook()
    for row in (head, *rows):
        book.active.append(row)
    book.save(path)
    return path


def take(told: People, path: Path, **options: Any) -> ImportedAccounts:
    return accounts.import_accounts(
        told.store, told.settings, path, actor="system.chief", now=NOW, hashing=CHEAP, **options
    )


def test_a_list_makes_accounts_whose_passwords_are_changed_first(told: People, tmp_path: Path) -> None:
    path = sheet(tmp_path, ["GW.001", "网格员 001", None], [20481, "王强", "小王"], ["li.na", "李娜", None])
    assert len(take(told, path, dry_run=True).passwords) == 2
    assert len(accounts.list_accounts(told.store, now=NOW)) == 4
    done = take(told, path)
    assert (done.read, done.known, done.new_people) == (3, 1, 1)
    assert done.columns == {"account": "账号", "worker": "姓名", "shown_name": "显示名"}
    assert [(one.name, one.shown_name) for one in done.passwords] == [("gw.001", "网格员 001"), ("20481", "小王")]
    assert [action for action, *_ in told.entries()[-2:]] == ["account.create"] * 2
    first, second = (one.password for one in done.passwords)
    assert first != second and first not in repr(done)
    assert told.sign_in("20481", second).must_change_password
    held = {person.account: person.name for person in posts.list_people(told.store)}
    assert (held["gw.001"], held["20481"]) == ("网格员 001", "王强")
    again = take(told, path)
    assert (again.known, again.passwords) == (3, ())
    assert told.sign_in("20481", second).name == "20481"  # nothing was given anew


def test_a_list_with_a_wrong_row_makes_none_and_names_each(told: People, tmp_path: Path) -> None:
    posts.add_person(told.store, told.settings, "王强", actor="security.chief", now=NOW)
    posts.add_person(told.store, told.settings, "王强", actor="security.chief", now=NOW)
    rows = [
        ["a b", "张一", None], ["li.na", "张二", None], ["zhang3", "张三", None], ["ZHANG3", "张四", None],
        ["zhang5", "张三", None], ["li2", "李娜", None], ["wang", "王强", None], ["zhang6", None, None],
        ["system", "张七", None], [None, "张八", None],
    ]  # fmt: skip
    with pytest.raises(AccountsRefused) as refused:
        take(told, sheet(tmp_path, *rows))
    assert {error.row: error.reason for error in refused.value.errors} == {
        1: "'a b' cannot be the name of an account",
        2: "the account 'li.na' is somebody else's",
        4: "the same account stands there twice, in row 3",
        5: "'张三' has another account in row 3",
        6: "'李娜' has the account 'li.na' already",
        7: "2 people are called '王强': make their accounts one by one",
        8: "The name to show is empty or too long",
        9: "The name 'system' is used by gridmap itself",
        10: "'' cannot be the name of an account",
    }
    assert len(accounts.list_accounts(told.store, now=NOW)) == 4
    with pytest.raises(BadFile, match="the person"):
        take(told, sheet(tmp_path, ["x1", "y"], head=["账号", "备注"]))


def test_what_is_too_much_or_too_early_makes_none(
    told: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sheet(tmp_path, ["zhang1", "张一", None])
    monkeypatch.setattr(importing, "AT_MOST", 0)
    with pytest.raises(BadInput, match="more than 0"):
        take(told, path)
    monkeypatch.undo()

    def hashed(_password: str) -> str:
        posts.add_person(told.store, told.settings, "张一", actor="security.chief", now=NOW)
        return "$argon2id$"

    monkeypatch.setattr(CHEAP, "hash", hashed)
    with pytest.raises(Conflict, match="meanwhile"):
        take(told, path)
    assert len(accounts.list_accounts(told.store, now=NOW)) == 4


def test_the_template_has_everybody_without_an_account(told: People, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    assert accounts.write_template(told.store, path, "zh") == 1
    book = openpyxl.load_workbook(path)
    assert [row[:2] for row in book.worksheets[0].iter_rows(values_only=True)] == [
        ("账号", "姓名"), (None, "网格员 001"),
    ]  # fmt: skip
    book.worksheets[0].cell(2, 1).value = "0012"
    book.save(path)
    assert [one.name for one in take(told, path).passwords] == ["0012"]
