"""CSV in pieces, headings under titles and in two lines, gridmap's own remarks."""

from __future__ import annotations

import gzip
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from gridmap.errors import BadFile
from gridmap.services.exchange import delimited, encodings
from gridmap.services.exchange.files import open_source
from gridmap.services.exchange.reading import ReadOptions, TableStream, read_stream

Parts = dict[str, tuple[str, ...]]


def stream_of(folder: Path, text: str | bytes, name: str = "in.csv", **options: object) -> TableStream:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_stream(open_source(path), ReadOptions(**options))  # type: ignore[arg-type]


def packed(folder: Path, text: bytes, kind: str) -> Path:
    if kind == "zip":
        path = folder / "in.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("in.csv", text)
        return path
    path = folder / ("in.csv.gz" if kind == "gz" else "in.csv")
    path.write_bytes(gzip.compress(text) if kind == "gz" else text)
    return path


@pytest.mark.parametrize("kind", ["plain", "gz", "zip"])
def test_rows_come_in_pieces_of_the_same_headings(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "CHUNK_ROWS", 4)
    text = "编码,数\n" + "".join(f"{i},{i * i}\n" for i in range(9)) + "10\n"
    path = packed(tmp_path, text.encode("gbk"), kind)
    tables = list(read_stream(open_source(path), ReadOptions()).tables())
    assert [table.n for table in tables] == [4, 4, 2]
    assert [table.headings for table in tables] == [["编码", "数"]] * 3
    assert [cell for table in tables for cell in table.columns["数"]] == [*(str(i * i) for i in range(9)), ""]
    assert tables[2].broken == {1: "has 1 values, the headings are 2"}  # counted within its piece
    assert any("GB18030" in note for note in tables[0].notes)
    assert tables[1].notes == tables[2].notes == []


def test_a_fault_further_down_is_met_while_reading_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "CHUNK_ROWS", 2)
    stream = stream_of(tmp_path, "a,b\n" + "1,2\n" * 20 + '9,"never closed\n')
    assert stream.first.n == 2
    with pytest.raises(BadFile, match="line 22"):
        list(stream.rest)


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "CHUNK_ROWS", 1_000)
    monkeypatch.setattr(encodings, "BLOCK_BYTES", 1 << 16)
    peaks = []
    for rows in (5_000, 50_000):
        path = tmp_path / f"{rows}.csv"
        path.write_text("a,b,c\n" + "1234567,团城山街道,杭州西路8号\n" * rows, encoding="utf-8")
        tracemalloc.start()
        assert sum(table.n for table in read_stream(open_source(path), ReadOptions()).tables()) == rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


def test_lines_of_our_own_exports_are_no_rows(tmp_path: Path) -> None:
    text = '# gridmap export incidents 2026-11-23T08:00:00Z\n"# gridmap export filter kind=噪音, plan=1"\ncode,x\nA,1\n'
    table = stream_of(tmp_path, text).first
    assert table.headings == ["code", "x"]
    assert table.n == 1
    assert any(note.startswith("gridmap export incidents") for note in table.notes)


def test_where_the_rows_begin_is_told_where_it_is_not_plain(tmp_path: Path) -> None:
    assert not any(note.startswith("Row 1") for note in stream_of(tmp_path, "编码,数\n1,2\n").first.notes)
    assert "Row 1 is line 6 of the file." in stream_of(tmp_path, '\n"编\n码",数\n\n\n1,2\n').first.notes


def test_a_title_above_the_headings_is_told(tmp_path: Path) -> None:
    table = stream_of(tmp_path, "2024年网格信息表,,,\n编码,名称,经度,纬度\n1,甲,114.9,30.1\n").first
    assert table.headings == ["编码", "名称", "经度", "纬度"]
    assert table.n == 1
    assert "2024年网格信息表" in table.notes[-2]
    assert table.notes[-1] == "Row 1 is line 3 of the file."


@pytest.mark.parametrize(
    ("text", "parts", "n"),
    [
        # an upper line with gaps that the lower one fills
        (
            "编号,位置,,案由\n,经度,纬度,\n1,114.9,30.1,噪音\n",
            {"位置/经度": ("位置", "经度"), "位置/纬度": ("位置", "纬度")},
            1,
        ),
        # the same in two languages
        ("编号,经度,纬度\nid,lon,lat\n1,114.9,30.1\n", {"编号/id": ("编号", "id")}, 1),
        # a row of words below a heading that is empty is a row
        ("名称,类型,\n甲,学校,备注\n", {}, 1),
        # a row whose cells are names of fields only by chance
        ("name,kind,note\ntitle,噪音,x\n", {}, 1),
        # a row that fills the gap of the headings and leaves another is one too
        ("名称,类型,备注,\n甲,,备,注\n", {}, 1),
        # numbers are no headings
        ("编号,位置,,案由\n1,114.9,30.1,噪音\n", {}, 1),
    ],
)
def test_two_lines_of_headings(tmp_path: Path, text: str, parts: Parts, n: int) -> None:
    table = stream_of(tmp_path, text, target="incidents").first
    assert table.n == n
    assert parts.items() <= table.parts.items()
    assert bool(table.parts) is bool(parts)
    assert any("stand in 2 lines" in note for note in table.notes) is bool(parts)


def test_a_person_may_say_how_many_lines_there_are(tmp_path: Path) -> None:
    text = "位置,,案由\n经度,纬度,\n度,度,文字\n114.9,30.1,噪音\n"
    assert stream_of(tmp_path, text, heading_rows=3).first.headings == ["位置/经度/度", "位置/纬度/度", "案由/文字"]
    one = stream_of(tmp_path, text, heading_rows=1).first
    assert (one.headings, one.n) == (["位置", "column 2", "案由"], 3)
    with pytest.raises(BadFile, match="has no 9 lines of headings"):
        stream_of(tmp_path, text, heading_rows=9)


def test_options_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="has no sheets"):
        stream_of(tmp_path, "a,b\n1,2\n", sheet="甲")
