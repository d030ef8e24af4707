"""Sources that are saved, sheets to fill in, and imports that are listed and taken back, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from gridmap.store import audit
from gridmap.store.engine import Store
from tests.services.test_import_command import GOOD, Terminal, terminal

__all__ = ["terminal"]  # the fixture

STRANGE = "甲,乙,丙,丁,戊\n1,盗窃,2024-03-05,114.975426,30.168025\n2,盗窃,2024-03-06,114.976426,30.168025\n"
TOLD = [f"--map={pair}" for pair in ("source_id=甲", "kind=乙", "occurred_on=丙", "lon=丁", "lat=戊")]


def one(store: Store, statement: str) -> object:
    with store.read() as session:
        return session.scalar(sa.text(statement))


def test_a_source_is_saved_and_used_again(terminal: Terminal, store: Store) -> None:
    first = terminal.file(STRANGE, "一月.csv")
    code, out, err = terminal.run("import", "incidents", first, *TOLD, "--crs", "gcj02", "--save-source", "分局")
    assert code == 0, err
    assert "saved as source '分局'" in out
    again = terminal.file(STRANGE.replace("\n1,", "\n3,").replace("\n2,", "\n4,"), "二月.csv")
    code, out, err = terminal.run("import", "incidents", again, "--source", "分局")
    assert code == 0, err
    assert out.splitlines()[0] == "二月.csv as incidents, coordinates gcj02, source 分局"
    assert "(guessed)" not in out
    assert one(store, "SELECT count(DISTINCT ST_X(geom)) FROM incident") == 2
    assert one(store, "SELECT count(*) FROM import_batch WHERE source_id IS NOT NULL") == 2
    with store.read() as session:
        assert audit.verify(session) == []


def test_what_is_told_wins_over_the_source(terminal: Terminal, store: Store) -> None:
    terminal.run("import", "incidents", terminal.file(STRANGE), *TOLD, "--crs", "gcj02", "--save-source", "分局")
    other = terminal.file(STRANGE.replace("\n1,", "\n3,").replace("\n2,", "\n4,").replace("乙", "己"), "b.csv")
    code, _, err = terminal.run("import", "incidents", other, "--source", "分局")
    assert code == 2
    assert "no column '乙'" in err
    code, out, err = terminal.run(
        "import", "incidents", other, "--source", "分局", "--map=kind=己", "--crs", "EPSG:4326", "--save-source", "分局"
    )
    assert code == 0, err
    assert "coordinates EPSG:4326" in out
    assert one(store, "SELECT crs FROM import_source") == "EPSG:4326"
    assert one(store, "SELECT count(*) FROM import_source") == 1


def test_a_source_is_saved_also_where_every_row_is_known_but_not_by_a_dry_run(terminal: Terminal, store: Store) -> None:
    name = terminal.file(GOOD)
    assert terminal.run("import", "incidents", name, "--dry-run", "--save-source", "x")[0] == 0
    assert one(store, "SELECT count(*) FROM import_source") == 0
    assert terminal.run("import", "incidents", name)[0] == 0
    assert terminal.run("import", "incidents", name, "--save-source", "x")[0] == 0
    assert one(store, "SELECT count(*) FROM import_source") == 1
    assert one(store, "SELECT count(*) FROM import_batch") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["incidents", "案件.csv", "--source", "nobody"], "There is no saved source 'nobody'"),
        (["cameras", "案件.csv", "--source", "saved"], "is for incidents, not for cameras"),
        (["incidents", "案件.csv", "--save-source", " "], "is no name for a source"),
        (["incidents"], "No file is named"),
        (["incidents", "案件.csv", "--template", "a.xlsx"], "not both"),
    ],
)
def test_mistakes_are_told(terminal: Terminal, arguments: list[str], message: str) -> None:
    assert terminal.run("import", "incidents", terminal.file(GOOD), "--save-source", "saved")[0] == 0
    code, _, err = terminal.run("import", *arguments)
    assert code == 2
    assert message in err
    assert "What to do:" in err


def test_imports_are_listed_and_taken_back(terminal: Terminal, store: Store) -> None:
    assert terminal.run("imports")[1] == "Nothing was imported yet.\n"
    _, out, _ = terminal.run("import", "incidents", terminal.file(GOOD))
    uid = out.splitlines()[-1].split()[-1]
    assert out.splitlines()[-1] == f"  To take it back: gridmap imports undo {uid}"
    code, listed, _ = terminal.run("imports")
    assert code == 0
    assert listed.startswith(uid)
    assert "案件.csv  stored 2 of 2" in listed
    code, out, err = terminal.run("imports", "undo", uid[:20])
    assert (code, out) == (0, "案件.csv (incidents) is taken back: 2 rows removed.\n"), err
    assert one(store, "SELECT count(*) FROM incident") == 0
    assert "taken back" in terminal.run("imports")[1]
    code, _, err = terminal.run("imports", "undo", uid)
    assert code == 2
    assert "was taken back already" in err
    assert terminal.run("imports", "undo", "0")[0] == 2
    assert "There is no import" in terminal.run("imports", "undo", "ffffffff")[2]


def test_an_empty_sheet_is_written_in_either_language(terminal: Terminal, tmp_path: Path) -> None:
    headings = []
    for lang in ("zh", "en"):
        code, out, err = terminal.run("import", "incidents", "--template", f"{lang}.xlsx", "--lang", lang)
        assert code == 0, err
        assert out.startswith(f"{lang}.xlsx: an empty sheet for incidents.")
        sheet = load_workbook(tmp_path / f"{lang}.xlsx").worksheets[0]
        headings.append({cell.value for cell in sheet[1]})
    assert "经度" in headings[0] | {str(value)[:2] for value in headings[0]}
    assert not headings[0] & headings[1]
