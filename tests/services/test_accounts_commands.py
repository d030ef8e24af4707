"""Administrators, accounts and posts from the command line; no password is ever an argument of it."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import openpyxl
import pytest
import shapely

from gridmap.config import load
from gridmap.domain.access import Admin
from gridmap.services import accounts
from gridmap.store import audit, bulk
from gridmap.store.engine import Store
from gridmap.store.project import get as project_of
from gridmap.store.tables import Area
from tests.services.accounts.people import NOW
from tests.services.test_import_command import Terminal, terminal

__all__ = ["terminal"]  # the fixture

ADMINS = ("--system-admin", "sys", "--security-admin", "sec", "--audit-admin", "aud")
PASSWORDS = "a chair of old wood\na table of stone\na roof of straw\n"


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_an_organisation_is_set_up_at_the_machine(
    terminal: Terminal, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = {"type": "Feature", "properties": {"code": "420204", "name": "下陆区", "level": "district"}}
    area["geometry"] = json.loads(shapely.to_geojson(shapely.box(114.9, 30.1, 115.0, 30.2)))
    areas = terminal.file(json.dumps({"type": "FeatureCollection", "features": [area]}), "areas.geojson")
    typed(monkeypatch, "")
    assert terminal.run("init", "--name", "下陆区", "--areas", areas)[0] == 0
    with store.read() as session:
        project = project_of(session)
    assert project is not None and project.name == "下陆区" and project.projection is not None
    assert not accounts.have_accounts(store)  # nobody at a terminal, nobody named: one person's project

    code, _, err = terminal.run("init", *ADMINS[:4], "--passwords", "-")
    assert (code, "--audit-admin NAME" in err) == (2, True)
    typed(monkeypatch, PASSWORDS)
    code, out, err = terminal.run("init", *ADMINS, "--passwords", "-")
    assert code == 0, err
    assert "sys (system), sec (security), aud (audit)" in out
    assert [row.admin for row in accounts.list_accounts(store, now=NOW)] == [Admin.AUDIT, Admin.SECURITY, Admin.SYSTEM]
    typed(monkeypatch, PASSWORDS)
    assert terminal.run("init", *ADMINS, "--passwords", "-")[0] == 2  # not twice

    code, out, err = terminal.run("user", "add", "li.na", "--shown-name", "李娜", "--generate")
    assert code == 0, err
    made_up = re.search(r"shown this once: (\w{16})$", out, re.MULTILINE)
    assert made_up is not None
    assert accounts.sign_in(store, load(), "li.na", made_up[1], None, now=NOW).must_change_password
    assert terminal.run("user", "disable", "sys")[0] == 0  # at the machine, also an administrator's
    code, out, _ = terminal.run("user", "list")
    assert re.search(r"^sys +system administrator .* disabled$", out, re.MULTILINE)
    assert "li.na" in out and "4 accounts" in out
    assert terminal.run("user", "enable", "SYS")[0] == 0
    assert terminal.run("user", "enable", "nobody")[0] == 2
    with store.read() as session:
        actions = [entry.action for entry in audit.since(session, 0) if entry.entity == "account"]
        assert not audit.verify(session)
    assert actions[3:] == ["account.create", "account.sign_in", "account.disable", "account.enable"]


def test_a_password_comes_from_a_private_file_or_a_terminal_alone(
    terminal: Terminal, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, PASSWORDS)
    assert terminal.run("init", *ADMINS, "--passwords", "-")[0] == 0
    file = terminal.folder / "password"
    file.write_text("an ordinary sunday\n")
    file.chmod(0o644)
    code, _, err = terminal.run("user", "reset-password", "aud", "--password-file", "password")
    assert (code, "chmod 600" in err) == (2, True)
    file.chmod(0o600)
    assert terminal.run("user", "reset-password", "aud", "--password-file", "password")[0] == 0
    assert accounts.account_named(store, "aud", now=NOW).must_change_password
    file.write_text("one line of words\nand another one\n")
    for options in (["--password-file", "password"], ["--password-file", "none"], []):
        code, out, err = terminal.run("user", "reset-password", "aud", *options)
        assert code == 2
        assert "ordinary" not in out + err and "line of words" not in out + err
    monkeypatch.setattr("gridmap.commands.secrets_asked.is_terminal", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: "too short")
    code, _, err = terminal.run("user", "reset-password", "aud")
    assert (code, "shorter than 10" in err) == (2, True)
    assert terminal.run("user", "reset-password", "aud", "--help")[1].count("--password ") == 0
    terminal.file("账号,姓名\nli.na,李娜\n", "people.csv")
    code, out, err = terminal.run("user", "import", "people.csv", "--passwords", "first.csv")
    assert code == 0, err
    assert "1 new accounts" in out and accounts.account_named(store, "li.na", now=NOW).must_change_password
    made = terminal.folder / "first.csv"
    assert made.stat().st_mode & 0o077 == 0
    name, _, password = made.read_text("utf-8-sig").splitlines()[1].split(",")
    assert name == "li.na" and len(password) == 19 and password not in out
    terminal.file("账号,姓名\nli.na,王强\n", "people.csv")
    for target in ("first.csv", "second.csv"):
        code, out, err = terminal.run("user", "import", "people.csv", "--passwords", target)
        assert (code, "somebody else's" in out) == (2, target == "second.csv"), err
    assert made.exists() and not (terminal.folder / "second.csv").exists()


def test_a_terminal_is_asked_for_three_people(
    terminal: Terminal, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridmap.commands.administrators.is_terminal", lambda: True)
    typed(monkeypatch, "n\n")
    assert terminal.run("init")[0] == 0
    assert not accounts.have_accounts(store)
    words = PASSWORDS.splitlines()
    answers = [line for name, word in zip(("sys", "sec", "aud"), words, strict=True) for line in (name, word, word)]
    weak = ["sys", "1q2w3e4r5t", "1q2w3e4r5t", *answers[1:3]]  # asked again at once
    typed(monkeypatch, "\n".join(["y", *weak, *answers[3:]]) + "\n")
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: input())
    code, out, err = terminal.run("init")
    assert code == 0, err
    assert "sys (system), sec (security), aud (audit)" in out
    assert err.count("tried first") == 1
    assert not any(word in out + err for word in words)
    assert len(accounts.list_accounts(store, now=NOW)) == 3


def test_posts_are_brought_in_from_a_sheet_that_was_written_to_be_filled(terminal: Terminal, store: Store) -> None:
    assert terminal.run("init")[0] == 0
    with store.write() as session:
        bulk.insert(session, Area, {"code": ["420204"], "name": ["下陆区"], "level": ["district"]})
    code, out, err = terminal.run("post", "import", "--template", "fill.xlsx")
    assert (code, out) == (0, "fill.xlsx: 0 posts of grids are vacant\n"), err
    path = terminal.folder / "fill.xlsx"
    fill(path, ["李娜", None, "指挥员", "420204"], ["王强", None, "市长", "420204"])
    code, out, err = terminal.run("post", "import", "fill.xlsx")
    assert code == 2
    assert "  row 2: '市长' is no post" in out and "nothing was stored" in err
    fill(path, ["李娜", None, "指挥员", "420204"], ["王强", None, "督查员", "420204"])
    code, out, err = terminal.run("post", "import", "fill.xlsx")
    assert code == 0, err
    assert "2 stored, 0 known already" in out
    code, out, _ = terminal.run("post", "list")
    assert out.splitlines() == [
        "auditor            王强  420204 下陆区", "commander          李娜  420204 下陆区", "2 posts, 0 vacant",
    ]  # fmt: skip
    assert terminal.run("post", "import")[0] == 2
    assert terminal.run("user", "add", "li.na", "--worker", "李娜", "--generate")[0] == 2  # the administrators first


def fill(path: Path, *rows: list[object]) -> None:
    book = openpyxl.load_workbook(path)
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            book["岗位"].cell(number, column, value)
    book.save(path)
