"""A file that is read in pieces comes in as if it were read at once: the same rows, counts, numbers and reasons."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pytest

from gridmap.services.exchange import RowsRefused, pieces
from gridmap.services.exchange.met_ids import MetIds
from gridmap.services.exchange.table import Table, object_array

HEAD = "source_id,kind,date,lon,lat\n"


@pytest.fixture(autouse=True)
def short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE_ROWS", 4)
    monkeypatch.setattr("gridmap.services.exchange.importer.PIECE_ROWS", 4)


def row(source: object, kind: str = "盗窃", day: str = "2024-03-05", lon: object = 114.97, lat: object = 30.19) -> str:
    return f"{source},{kind},{day},{lon},{lat}\n"


def ten(bench: Any, **changes: str) -> Any:
    """Ten incidents; `r5="..."` puts another line in the place of row 5."""
    lines = [changes.get(f"r{number}", row(f"s{number}")) for number in range(1, 11)]
    return bench.csv(HEAD + "".join(lines))


def test_rows_numbers_and_case_numbers_go_on_over_pieces(bench: Any) -> None:
    report = bench.run("incidents", ten(bench))
    assert report.counts() | {"outside": 10} == {
        "read": 10, "stored": 10, "known": 0, "rejected": 0, "located": 0, "outside": 10
    }  # fmt: skip
    rows = bench.rows("SELECT row_number, source_id, case_number FROM incident ORDER BY row_number")
    assert rows == [(i, f"s{i}", f"2024-{i:06d}") for i in range(1, 11)]
    assert bench.one("SELECT count(*) FROM import_batch") == bench.one("SELECT count(*) FROM audit") == 1
    again = bench.run("incidents", ten(bench))
    assert (again.read, again.known, again.stored) == (10, 10, 0)


def test_rows_without_ids_are_known_by_their_numbers(bench: Any) -> None:
    path = bench.csv("date,lon,lat\n" + "2024-03-05,114.97,30.19\n" * 10)
    assert bench.run("incidents", path).stored == 10
    assert bench.run("incidents", path).known == 10
    assert bench.one("SELECT count(*) FROM incident") == 10


def test_an_id_that_comes_again_in_a_later_piece(bench: Any) -> None:
    """Row 6 says the same as row 1, row 9 something else: known, and a contradiction."""
    path = ten(bench, r6=row("s1"), r9=row("s2", lon=114.98))
    with pytest.raises(RowsRefused) as refused:
        bench.run("incidents", path)
    (cause,) = refused.value.report.causes
    assert (cause.text, cause.examples) == (
        "source_id stands twice in the file with different content", ((9, "s2, first in row 2"),)
    )  # fmt: skip
    assert bench.one("SELECT count(*) FROM incident") == bench.one("SELECT count(*) FROM audit") == 0
    report = bench.run("incidents", path, rejects=bench.folder / "bad.csv")
    assert (report.read, report.stored, report.known, report.rejected) == (10, 8, 1, 1)


@pytest.mark.parametrize("update", [False, True])
def test_an_id_of_a_known_row_that_comes_again_with_other_content(bench: Any, update: bool) -> None:
    """Also under --update the second row of one file does not replace the first."""
    bench.run("incidents", ten(bench))
    path = ten(bench, r9=row("s1", lon=114.98))
    report = bench.run("incidents", path, rejects=bench.folder / "bad.csv", update=update)
    assert (report.known, report.stored, report.rejected) == (9, 0, 1)
    reason = "twice in the file" if update else "stored already with other content"
    assert reason in report.causes[0].text
    assert bench.one("SELECT count(*) FROM incident WHERE ST_X(geom) > 114.975") == 0


def test_an_update_replaces_in_every_piece(bench: Any) -> None:
    bench.run("incidents", ten(bench))
    path = ten(bench, r1=row("s1", lon=114.98), r10=row("s10", lon=114.98), r6=row("new"))
    report = bench.run("incidents", path, update=True)
    assert (report.known, report.stored, report.updated) == (7, 3, 2)
    assert bench.rows("SELECT source_id, case_number FROM incident WHERE ST_X(geom) > 114.975 ORDER BY 2") == [
        ("s1", "2024-000001"), ("s10", "2024-000010")
    ]  # fmt: skip


def test_bad_rows_of_all_pieces_are_in_the_rejects_with_their_numbers(bench: Any) -> None:
    path = ten(bench, r2=row("s2", lon="x"), r5="s5,盗窃\n", r10=row("s10", day="2024-02-30"))
    with pytest.raises(RowsRefused) as refused:
        bench.run("incidents", path)
    assert refused.value.report.bad == 3
    assert refused.value.report.rejected == 10
    assert bench.one("SELECT count(*) FROM incident") == 0
    target = bench.folder / "bad.csv"
    report = bench.run("incidents", path, rejects=target)
    assert (report.read, report.stored, report.rejected) == (10, 7, 3)
    with target.open(encoding="utf-8-sig", newline="") as file:
        rejected = list(csv.DictReader(file))
    assert [entry["row"] for entry in rejected] == ["2", "5", "10"]
    assert "no number" in rejected[0]["reason"]
    assert "2 values, the headings are 5" in rejected[1]["reason"]
    assert not target.with_name("bad.csv.part").exists()


def test_a_file_that_breaks_off_in_a_later_piece_stores_nothing(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []

    def break_off(*_: object) -> None:
        taken.append(1)
        if len(taken) == 3:
            raise OSError("the disk is gone")

    monkeypatch.setattr("gridmap.services.exchange.storing.Import._count", break_off)
    with pytest.raises(OSError, match="disk"):
        bench.run("incidents", ten(bench), rejects=bench.folder / "bad.csv")
    assert bench.one("SELECT count(*) FROM incident") == bench.one("SELECT count(*) FROM import_batch") == 0
    assert list(bench.folder.glob("bad*")) == []


def test_the_first_extent_holds_all_pieces(bench: Any) -> None:
    """The first import says where a project is: all of it, not its first rows; far ones are astray in any piece."""
    path = ten(bench, r3=row("s3", lon=10), r9=row("s9", lon=115.60), r10=row("s10", lat=41))
    report = bench.run("incidents", path, rejects=bench.folder / "bad.csv")
    assert report.rejected == 2
    assert [row for row, _ in report.causes[0].examples] == [3, 10]
    west, east = bench.rows("SELECT min_lon, max_lon FROM project")[0]
    assert west == pytest.approx(114.97 - 0.052, abs=0.001)
    assert east == pytest.approx(115.60 + 0.052, abs=0.001)
    assert bench.run("incidents", bench.csv(HEAD + row("later", lon=115.3))).stored == 1


def test_a_new_kind_in_each_piece_is_added_and_counted_over_all(bench: Any) -> None:
    path = ten(bench, r2=row("s2", "放风筝"), r7=row("s7", "放风筝"), r9=row("s9", "下棋"))
    report = bench.run("incidents", path)
    assert [note for note in report.notes if "New kind" in note] == [
        "New kind '放风筝' (2 rows) is added to the configuration.",
        "New kind '下棋' (1 rows) is added to the configuration.",
    ]
    kinds = bench.rows("SELECT kind, count(*) FROM incident GROUP BY kind ORDER BY 2")
    assert [count for _, count in kinds] == [1, 2, 7]


def test_remarks_on_columns_stand_once(bench: Any) -> None:
    path = bench.csv("source_id,time,lon,lat\n" + "".join(f"s{i},2099-03-05 08:00,114.97,30.19\n" for i in range(10)))
    report = bench.run("incidents", path)
    assert len(report.notes) == len(set(report.notes))
    assert report.warnings == ["10 incidents lie in the future (after 2024-07-01). Is the date right?"]


def test_a_table_in_parts_keeps_what_belongs_to_its_rows() -> None:
    values = object_array(list("abcdefghij"))
    table = Table(10, {"a": values}, broken={1: "torn", 5: "short"}, broken_cells={5: ["x"]}, cut=frozenset({"a"}))
    parts = [pieces.part_of(table, start, min(start + 4, 10)) for start in (0, 4, 8)]
    assert [part.n for part in parts] == [4, 4, 2]
    assert [part.broken for part in parts] == [{1: "torn"}, {1: "short"}, {}]
    whole = pieces.joined(parts)
    assert (whole.n, whole.broken, whole.broken_cells, whole.cut) == (10, table.broken, {5: ["x"]}, {"a"})
    assert whole.columns["a"].tolist() == values.tolist()


def test_met_ids_are_met_again() -> None:
    met = MetIds()
    for start in range(0, 3_000, 100):
        met.add(object_array([f"id{i}" for i in range(start, start + 100)] + [None]))
    assert all(f"id{i}" in met for i in range(3_000))
    assert not any(f"no{i}" in met for i in range(3_000))
    assert len(met._parts) < 8
    assert np.all(np.diff(met._parts[0].astype(object)) > 0)
