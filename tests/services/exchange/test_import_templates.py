"""Empty sheets: their headings are recognised, what is filled in comes back, codes keep their noughts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest

from gridmap.domain.areas import LEVEL_NAMES, RANKS
from gridmap.errors import BadFile, BadInput
from gridmap.services.exchange.columns import choose
from gridmap.services.exchange.field_meanings import MEANINGS, Language, heading_of
from gridmap.services.exchange.files import open_source
from gridmap.services.exchange.layers import LAYERS
from gridmap.services.exchange.reading import ReadOptions, read_stream
from gridmap.services.exchange.street_classes import street_class
from gridmap.services.exchange.templates import CHOICES, fields_of, write_template
from tests.services.exchange.conftest import Bench

LANGUAGES: tuple[Language, ...] = get_args(Language)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def filled(path: Path, layer: str, language: Language, *rows: dict[str, object]) -> Path:
    """A template with rows written under its headings, as a person would."""
    write_template(LAYERS[layer], path, language)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    column = {cell.value: cell.column for cell in sheet[1]}
    headings = {field.name: heading_of(field, language) for field in fields_of(LAYERS[layer])}
    for number, row in enumerate(rows, 2):
        for name, value in row.items():
            sheet.cell(number, column[headings[name]], value)
    book.save(path)
    return path


@every_language
@pytest.mark.parametrize("layer", LAYERS)
def test_every_heading_is_recognised_and_explained(tmp_path: Path, layer: str, language: Language) -> None:
    fields = fields_of(LAYERS[layer])
    row: dict[str, Any] = {field.name: "1" for field in fields}
    path = filled(tmp_path / "t.xlsx", layer, language, row)
    table = read_stream(open_source(path), ReadOptions(target=layer)).first
    assert choose(LAYERS[layer], table, {}).chosen == {field.name: heading_of(field, language) for field in fields}
    assert table.n == 1
    assert table.notes == []  # the sheet that explains is passed over without a word
    data, about = openpyxl.load_workbook(path).worksheets
    assert [row[0].value for row in about.iter_rows(min_row=2)] == [cell.value for cell in data[1]]
    assert all(cell.comment and cell.comment.text for cell in data[1])
    assert all(row[1].value and row[2].value for row in about.iter_rows())
    assert any("\u4e00" <= letter <= "\u9fff" for letter in str(about["B2"].value)) is (language == "zh")


def test_no_meaning_is_left_over() -> None:
    names = {f"{layer.name}.{field.name}" for layer in LAYERS.values() for field in fields_of(layer)}
    shared = {name.partition(".")[2] for name in names}
    assert {key for key in MEANINGS if key not in names and key not in shared} == set()


def test_what_can_be_chosen_is_what_an_import_takes() -> None:
    chinese, english = CHOICES["areas.level"]
    assert all(name in LEVEL_NAMES for name in chinese.split(","))
    assert set(english.split(",")) == set(RANKS)
    chinese, english = CHOICES["streets.class"]
    assert [street_class(name) for name in chinese.split(",")] == english.split(",")


@every_language
def test_a_filled_sheet_of_areas_is_imported(bench: Bench, language: Language) -> None:
    level = {"zh": "街道", "en": "street"}[language]
    shape = "POLYGON ((114.9 30.1, 115 30.1, 115 30.2, 114.9 30.2, 114.9 30.1))"
    row = {"code": "420204001", "name": "团城山街道", "level": level, "aliases": "团城山；老街", "wkt": shape}
    report = bench.run("areas", filled(bench.folder / "t.xlsx", "areas", language, row))
    assert report.stored == 1
    assert bench.rows("SELECT code, name, level FROM area") == [("420204001", "团城山街道", "street")]


def told(path: Path, layer: str, language: Language) -> dict[str, tuple[str, str]]:
    """Heading -> type and need, as the second sheet explains them."""
    write_template(LAYERS[layer], path, language)
    about = openpyxl.load_workbook(path).worksheets[1]
    return {str(row[0].value): (str(row[2].value), str(row[3].value)) for row in about.iter_rows(min_row=2)}


def test_fields_that_stand_in_for_one_another_say_so(tmp_path: Path) -> None:
    chinese, english = (told(tmp_path / f"{lang}.xlsx", "incidents", lang) for lang in LANGUAGES)
    assert {chinese[name][1] for name in ("发生时间", "发生日期", "月份")} == {"三项必填其一：发生时间、发生日期、月份"}
    assert {chinese[name][1] for name in ("经度", "纬度", "地址")} == {"经纬度和地址必填其一"}
    assert english["month"][1].startswith("one of these is required")
    assert (english["lon"][1], english["kind"][1]) == ("required: lon and lat, or an address", "optional")
    assert told(tmp_path / "units.xlsx", "units", "zh")["经度"][1] == "必填"


def test_limits_are_written_out(tmp_path: Path) -> None:
    found = told(tmp_path / "t.xlsx", "households", "en")
    assert (found["count"][0], found["residents"][0]) == ("whole number, 0-1,000,000", "whole number, 0-10,000,000")


def test_a_code_typed_as_a_number_keeps_its_form(tmp_path: Path) -> None:
    write_template(LAYERS["incidents"], tmp_path / "t.xlsx", "zh")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    formats = {cell.value: sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]}
    assert formats["案件编号"] == "@"
    assert formats["发生时间"] == "yyyy-mm-dd hh:mm"
    assert formats["经度"] == "General"


def test_lists_stand_where_the_answers_are_closed(tmp_path: Path) -> None:
    write_template(LAYERS["streets"], tmp_path / "t.xlsx", "zh")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0]
    (validation,) = sheet.data_validations.dataValidation
    assert validation.formula1 == '"主干路,次干路,巷,步道"'
    assert str(validation.sqref).startswith("C2:")
    assert sheet["C1"].value == "道路等级"


def test_an_empty_template_has_no_rows(tmp_path: Path) -> None:
    path = filled(tmp_path / "t.xlsx", "areas", "zh")
    with pytest.raises(BadFile, match="no rows below its headings"):
        read_stream(open_source(path), ReadOptions(target="areas"))


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = filled(tmp_path / "t.xlsx", "areas", "zh")
    with pytest.raises(BadInput, match="exists already"):
        write_template(LAYERS["areas"], path, "zh")
    with pytest.raises(BadInput, match=r"not called \.xlsx"):
        write_template(LAYERS["areas"], tmp_path / "t.csv", "zh")
    with pytest.raises(BadInput, match="cannot be written"):
        write_template(LAYERS["areas"], tmp_path / "no" / "t.xlsx", "zh")
