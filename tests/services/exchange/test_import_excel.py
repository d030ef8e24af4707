"""Workbooks as people keep them: titles, merged cells, failed formulas, several sheets, days in many forms."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.worksheet.worksheet import Worksheet

from gridmap.errors import BadFile, TooLarge
from gridmap.services.exchange import excel, unpacking
from gridmap.services.exchange.files import Format, open_source
from gridmap.services.exchange.reading import ReadOptions, read_stream
from gridmap.services.exchange.table import Table

MORNING = dt.datetime.fromisoformat("2024-03-05T08:30")  # cells have no zone
HEADINGS = ["编号", "名称", "数", "发生日期"]


def workbook(folder: Path, fill: Callable[[Worksheet], None], name: str = "in.xlsx") -> Path:
    book = openpyxl.Workbook()
    fill(book.active)
    path = folder / name
    book.save(path)
    return path


def whole(path: Path, **options: object) -> Table:
    return read_stream(open_source(path), ReadOptions(**options)).first  # type: ignore[arg-type]


def table_of(folder: Path, *rows: list[object]) -> Table:
    return whole(workbook(folder, lambda sheet: [sheet.append(row) for row in (HEADINGS, *rows)]))  # type: ignore[func-returns-value, arg-type]


def test_text_stays_text_and_numbers_numbers(tmp_path: Path) -> None:
    table = table_of(tmp_path, ["007", " 甲 ", 3.0, None], [7, True, 0.5, ""])
    assert table.columns["编号"].tolist() == ["007", 7]
    assert table.columns["名称"].tolist() == [" 甲 ", True]
    assert table.columns["数"].tolist() == [3, 0.5]
    assert table.columns["发生日期"].tolist() == [None, None]
    assert not table.broken


def test_days_and_times_of_cells(tmp_path: Path) -> None:
    table = table_of(tmp_path, ["1", "", MORNING, dt.date(2024, 3, 5)], ["2", "", dt.date(2024, 3, 6), 45356])
    assert table.columns["数"].tolist() == ["2024-03-05 08:30:00", "2024-03-06 00:00:00"]  # times, so all are times
    assert table.columns["发生日期"].tolist() == ["2024-03-05", 45356]  # a number says of itself no day


def test_a_workbook_that_counts_days_from_1904_says_so(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = MAC_EPOCH
    for row in (HEADINGS, ["1", "", 43894, dt.date(2024, 3, 5)]):
        book.active.append(row)
    book.save(tmp_path / "mac.xlsx")
    table = whole(tmp_path / "mac.xlsx")
    assert table.serials_from == dt.date(1904, 1, 1)
    assert table.columns["发生日期"][0] == "2024-03-05"


def test_errors_and_formulas_without_a_result_are_bad_rows(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (
            HEADINGS,
            ["1", "#REF!", 1, None],
            ["2", "甲", "=A2*2", None],
            ["3", "乙", 1, None],
            [None, None, "#N/A"],
        ):
            sheet.append(row)
        sheet["B2"].data_type = sheet["C5"].data_type = "e"

    table = whole(workbook(tmp_path, fill))
    assert table.broken[0] == "名称 is a spreadsheet's error: #REF!"
    assert "数 is a formula without a result" in table.broken[1]
    assert table.broken[3] == "数 is a spreadsheet's error: #N/A"  # the row holds nothing else, and is one all the same
    assert 2 not in table.broken
    assert table.n == 4


def test_all_that_failed_in_a_row_is_told_and_kept(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (HEADINGS, ["1", "#DIV/0!", "#REF!", "x"], ["2", "甲", '=IF(A3<"3",1,2)', "y"]):
            sheet.append(row)
        sheet["B2"].data_type = sheet["C2"].data_type = "e"
        sheet["H2"].font = openpyxl.styles.Font(bold=True)

    table = whole(workbook(tmp_path, fill))
    assert table.broken[0] == "名称 is a spreadsheet's error: #DIV/0!; 数 is a spreadsheet's error: #REF!"
    assert table.broken_cells == {
        0: ["1", "#DIV/0!", "#REF!", "x"],
        1: ["2", "甲", '\'=IF(A3<"3",1,2)', "y"],  # a spreadsheet that opens the rejects shows it
    }


def test_all_merged_cells_of_a_row_are_told(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (HEADINGS, ["1", "甲", 1, "2024-03-05"], ["2", None, None, None]):
            sheet.append(row)
        sheet.merge_cells("D2:D3")
        sheet.merge_cells("B2:B3")

    table = whole(workbook(tmp_path, fill))
    assert [part.split(" ")[0] for part in table.broken[1].split("; ")] == ["名称", "发生日期"]
    assert table.broken[1].count("is in a merged cell") == 2
    assert any(note.startswith("1 rows lie in merged cells") for note in table.notes)


@pytest.mark.parametrize(
    ("blank_below", "told"),
    [
        ((), "Row 1 is line 4 of the sheet."),
        ((5,), "Row 1 is line 4 of the sheet; blank lines (the first is 5) are no rows."),
    ],
)
def test_rows_are_found_again_in_the_sheet(tmp_path: Path, blank_below: tuple[int, ...], told: str) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A2"] = "2024年事件表"
        for column, heading in enumerate(HEADINGS, 1):
            sheet.cell(3, column, heading)
            for row in {4, 5, 6} - set(blank_below):
                sheet.cell(row, column, f"v{row}")

    assert told in whole(workbook(tmp_path, fill)).notes


def test_a_formula_that_was_worked_out_is_its_result(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, lambda sheet: [sheet.append(row) for row in (["a", "b", "c"], [1, 2, "=A2+B2"], [1, 2, '=""'])]
    )
    parts = {}
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    sheet = sheet.replace(b"<f>A2+B2</f><v />", b"<f>A2+B2</f><v>3</v>").replace(
        b"<f>A2+B2</f><v></v>", b"<f>A2+B2</f><v>3</v>"
    )
    sheet = sheet.replace(b'<c r="C3">', b'<c r="C3" t="str">')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else content)
    table = whole(path)
    assert table.columns["c"].tolist() == [3, None]
    assert table.broken == {}


def test_merged_cells_are_not_filled_in_silently(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (HEADINGS, ["1", "团城山", 1], ["2", None, 2], ["3", "磁湖", 3], ["4", "甲", None]):
            sheet.append(row)
        sheet.merge_cells("B2:B3")
        sheet.merge_cells("B5:C5")

    table = whole(workbook(tmp_path, fill))
    assert table.columns["名称"].tolist() == ["团城山", None, "磁湖", "甲"]
    assert "名称 is in a merged cell" in table.broken[1]
    assert "名称 is merged with the cell beside it" in table.broken[3]
    assert table.broken.keys() == {1, 3}
    assert any(note.startswith("2 rows lie in merged cells") for note in table.notes)


def test_a_title_and_two_lines_of_headings(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["B3"] = "2024年事件表"
        sheet.merge_cells("B3:E3")
        for row, cells in enumerate(
            (["编号", "位置", None, "案由"], [None, "经度", "纬度", None], ["1", 114.9, 30.1, "噪音"]), 5
        ):
            for column, cell in enumerate(cells, 2):
                sheet.cell(row, column, cell)
        sheet.merge_cells("C5:D5")
        sheet.merge_cells("B5:B6")
        sheet["H7"].font = openpyxl.styles.Font(bold=True)

    table = whole(workbook(tmp_path, fill), target="incidents")
    assert table.headings == ["编号", "位置/经度", "位置/纬度", "案由"]
    assert table.parts["位置/纬度"] == ("位置", "纬度")
    assert [cells[0] for cells in table.columns.values()] == ["1", 114.9, 30.1, "噪音"]
    assert not table.broken
    assert any("2024年事件表" in note for note in table.notes)


def test_merged_headings_need_no_name_that_is_known(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["网格", "人口", None], [None, "男", "女"], ["甲", "三", "四"]):
            sheet.append(row)
        sheet.merge_cells("B1:C1")

    table = whole(workbook(tmp_path, fill))
    assert table.headings == ["网格", "人口/男", "人口/女"]
    assert table.n == 1


def test_codes_that_a_spreadsheet_has_spoilt_are_bad(tmp_path: Path) -> None:
    table = table_of(tmp_path, [420204004001000123, "甲", 1, None], ["420204004001000123", "乙", 1, None])
    assert "编号 is a number of more than 15 digits" in table.broken[0]
    assert table.broken.keys() == {0}


def several(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    for name, state in (("一月", "visible"), ("草稿", "hidden")):
        sheet = book.create_sheet(name)
        sheet.append(["编号", "名称"])
        sheet.append([name, "甲"])
        sheet.sheet_state = state
    book.save(folder / "several.xlsx")
    return folder / "several.xlsx"


def test_sheets(tmp_path: Path) -> None:
    path = several(tmp_path)
    table = whole(path)
    assert table.columns["编号"][0] == "一月"
    assert "Hidden sheets are not read: 草稿 (--sheet names one)." in table.notes
    assert "Read is the sheet '一月'." in table.notes
    assert whole(path, sheet="草稿").columns["编号"][0] == "草稿"
    with pytest.raises(BadFile, match="no sheet '二月'") as caught:
        whole(path, sheet="二月")
    assert "说明, 一月, 草稿" in caught.value.hint
    with pytest.raises(BadFile, match="has no rows"):
        whole(path, sheet="说明")
    book = openpyxl.load_workbook(path)
    book["说明"].append(["填写说明", "x"])
    book.save(path)
    with pytest.raises(BadFile, match="has 2 sheets with data: 说明, 一月") as caught:
        whole(path)
    assert "--sheet" in caught.value.hint
    with pytest.raises(BadFile, match="has no layers") as caught:
        whole(path, layer="一月")
    assert "--sheet" in caught.value.hint


def test_empty_damaged_and_locked(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no sheet with data"):
        whole(workbook(tmp_path, lambda _: None))
    with pytest.raises(BadFile, match="no rows below its headings"):
        whole(workbook(tmp_path, lambda sheet: sheet.append(HEADINGS)))
    sound = several(tmp_path).read_bytes()
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(sound[:3000])
    with pytest.raises(BadFile, match="damaged or cut short"):
        open_source(cut)
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))  # what Excel makes of a workbook with a password
    with pytest.raises(BadFile, match="a workbook with a password"):
        open_source(locked)


@pytest.mark.parametrize(
    ("member", "says"), [("xl/workbook.bin", "xlsb"), ("content.xml", "OpenDocument"), ("word/document.xml", "Word")]
)
def test_other_documents_in_archives(tmp_path: Path, member: str, says: str) -> None:
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr(member, b"x")
    with pytest.raises(BadFile, match=says):
        open_source(tmp_path / "in.zip")


def test_a_workbook_that_is_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = several(tmp_path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/pad.xml", bytes(unpacking.RATIO_FROM_BYTES + (1 << 20)))
    with pytest.raises(TooLarge, match="more than 200 times"):
        whole(path)
    monkeypatch.setattr(excel, "WORKBOOK_LIMIT_BYTES", 1000)
    with pytest.raises(TooLarge, match="unpacks to more than 0 MiB"):
        whole(several(tmp_path))


def test_a_workbook_inside_an_archive(tmp_path: Path) -> None:
    inner = several(tmp_path)
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(inner, "表/一.xlsx")
    assert open_source(inner).format is Format.WORKBOOK
    assert whole(tmp_path / "outer.zip").columns["编号"][0] == "一月"
