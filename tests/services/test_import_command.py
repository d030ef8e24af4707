"""`gridmap import` and `gridmap demo` as a person or a program calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from gridmap.cli import main
from gridmap.config import Settings
from gridmap.services.exchange import LAYERS
from gridmap.store.engine import Store

GOOD = """编号,案由,案发时间,经度,纬度,办案单位
1,噪声扰民,2024-03-05 18:30,114.97,30.17,东盛路
2,盗窃,2024-03-06,114.98,30.17,东盛路
"""
BAD = GOOD + "3,盗窃,2024-02-30,114.98,30.17,东盛路\n"


class Terminal:
    """Runs gridmap's command line on the test's database."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        with pytest.raises(SystemExit) as caught:
            main(list(arguments))
        out, err = self.capsys.readouterr()
        return int(caught.value.code or 0), out, err

    def file(self, text: str, name: str = "案件.csv") -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name


@pytest.fixture
def terminal(
    store: Store,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Terminal:
    monkeypatch.setenv("GRIDMAP_DB", settings.db)
    monkeypatch.setenv("GRIDMAP_VAR", str(settings.var))
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


def test_a_first_import_makes_the_project_and_tells_what_it_did(terminal: Terminal, store: Store) -> None:
    code, out, err = terminal.run("import", "incidents", terminal.file(GOOD), "--json")
    assert code == 0, err
    lines = out.splitlines()
    assert lines[0] == "案件.csv as incidents, coordinates EPSG:4326"
    assert "  kind             <- 案由   (guessed)" in lines
    assert "  lon              <- 经度   (guessed)" in lines
    assert any("Times of occurred_at without a zone are taken as Asia/Shanghai" in line for line in lines)
    assert json.loads(lines[-1]) == {"read": 2, "stored": 2, "known": 0, "rejected": 0, "located": 0, "outside": 2}
    assert "\x1b" not in out + err  # no colours and no bars where nobody looks
    with store.read() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM incident")) == 2


def test_a_refused_file_names_its_rows_and_ends_with_2(terminal: Terminal, store: Store) -> None:
    code, out, err = terminal.run("import", "incidents", terminal.file(BAD), "--json")
    assert code == 2
    assert "1 x occurred_at is no day of the calendar, or no time of the day (row 3: 2024-02-30)" in out
    assert "read 3   1 of 3 rows is bad; nothing of the file was stored" in out
    assert "rejected 3 " not in out
    assert "Error: 1 of 3 rows" in err
    assert "What to do: Correct them, or add --rejects" in err
    counts = json.loads(out.splitlines()[-1])
    assert counts["read"] == counts["stored"] + counts["known"] + counts["rejected"] == 3
    assert (counts["stored"], counts["bad"]) == (0, 1)
    with store.read() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM incident")) == 0


def test_rejects_mapping_and_dry_run(terminal: Terminal) -> None:
    name = terminal.file(BAD)
    options = ("--rejects", "bad.csv", "--map", "kind==help.lost", "--map", "source_id=", "--json")
    _, dry, _ = terminal.run("import", "incidents", name, *options, "--dry-run")
    assert json.loads(dry.splitlines()[-1])["dry_run"] is True
    assert "The 1 rejected rows are in bad.csv" in dry
    (terminal.folder / "bad.csv").unlink()
    code, out, err = terminal.run("import", "incidents", name, *options)
    assert code == 0, err
    assert json.loads(out.splitlines()[-1])["stored"] == 2
    assert "The 1 rejected rows are in bad.csv" in out
    assert (terminal.folder / "bad.csv").read_text(encoding="utf-8-sig").startswith("row,reason,编号")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("incidents", "nothing.csv"), "nothing.csv does not exist"),
        (("incidents", "案件.csv", "--map", "kind"), "--map kind is not FIELD=COLUMN"),
        (("incidents", "案件.csv", "--map", "kind=类别"), "The file has no column '类别'"),
        (("incidents", "案件.csv", "--crs", "WGS"), "'WGS' is no reference system"),
        (("people", "案件.csv"), "'people' is not one of"),
    ],
)
def test_mistakes_are_told_in_one_line_without_a_traceback(
    terminal: Terminal, arguments: tuple[str, ...], says: str
) -> None:
    terminal.file(GOOD)
    code, _, err = terminal.run("import", *arguments)
    assert code == 2
    assert says in err
    assert "Traceback" not in err


def test_the_demo_is_refused_without_a_database_of_ones_own(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRIDMAP_DB")
    monkeypatch.setenv("GRIDMAP_VAR", str(tmp_path / "other"))
    code, _, err = terminal.run("import", "incidents", terminal.file(GOOD))
    assert code == 2
    assert "demo" in err
    assert "GRIDMAP_DB=" in err
    assert not (tmp_path / "other" / "demo.db").exists()


def test_a_mistyped_database_does_not_pass_unnoticed(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDMAP_DB", f"sqlite:///{tmp_path}/nothere.db")
    code, _, err = terminal.run("import", "incidents", terminal.file(GOOD))
    assert code == 0
    assert f"A new, empty database was made: sqlite:///{tmp_path}/nothere.db" in err
    assert "A new, empty" not in terminal.run("import", "incidents", terminal.file(GOOD))[2]


def test_a_project_without_a_name_is_told_so(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDMAP_DB", f"sqlite:///{tmp_path}/own.db")
    code, out, _ = terminal.run("init")
    assert (code, "holds the project unnamed (Asia/Shanghai)" in out) == (0, True)


def test_an_unknown_kind_is_told_with_those_there_are(terminal: Terminal) -> None:
    assert terminal.run("import", "incidents", terminal.file(GOOD))[0] == 0
    code, _, err = terminal.run("heat", "--kind", "nope", "out.png")
    assert code == 2
    assert "There is no kind nope." in err
    assert "At the top are: dispute, hazard, order" in err
    assert "/api/" not in err


def test_help_names_every_layer_and_option(terminal: Terminal) -> None:
    _, text, _ = terminal.run("import", "--help")
    for word in (*LAYERS, "--layer", "--crs", "--map", "--rejects", "--update", "--dry-run", "--json", "--into-demo"):
        assert word in text


def test_gridmap_demo_refuses_a_database_with_data(terminal: Terminal) -> None:
    assert terminal.run("import", "incidents", terminal.file(GOOD))[0] == 0
    code, _, err = terminal.run("demo")
    assert code == 2
    assert "data of its own" in err
