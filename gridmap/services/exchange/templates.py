"""Empty sheets to fill in: the headings of a layer, what each means, and lists where there are only so many answers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from gridmap.domain.areas import RANKS
from gridmap.errors import BadInput
from gridmap.services.exchange.exported import OWN_SHEETS
from gridmap.services.exchange.field_meanings import Language, Words, heading_of, in_language, meaning_of, type_of
from gridmap.services.exchange.layers import LAT, LON, WKT, Field, Layer, Shape, Type
from gridmap.services.exchange.street_classes import CLASSES

LAST_ROW = 10_000  # lists and formats reach down to it
SHAPES_AS_TEXT = ("ground",)  # takes any shape, and hardly ever points
TITLES: dict[str, Words] = {
    "sheet": ("数据", "data"),
    "about": (f"{OWN_SHEETS}填写说明", f"{OWN_SHEETS}fields"),
    "heading": ("列名", "column"),
    "meaning": ("含义", "meaning"),
    "type": ("类型、单位、范围", "type, unit, range"),
    "required": ("是否必填", "required"),
    "choices": ("可选值", "choices"),
    "yes": ("必填", "required"),
    "no": ("选填", "optional"),
    "time": ("三项必填其一：发生时间、发生日期、月份", "one of these is required: occurred_at, occurred_on, month"),
    "place": ("经纬度和地址必填其一", "required: lon and lat, or an address"),
}
ONE_OF = {  # fields of incidents that stand in for one another
    **dict.fromkeys(("occurred_at", "occurred_on", "month"), "time"),
    **dict.fromkeys(("lon", "lat", "address"), "place"),
}
STREET_CLASSES: Words = ("主干路,次干路,巷,步道", ",".join(CLASSES))
CHOICES: dict[str, Words] = {
    "areas.level": ("区,县,街道,镇,乡,社区,村,小区", ",".join(RANKS)),
    "ground.kind": ("water,green,railway,wall", "water,green,railway,wall"),
    "streets.class": STREET_CLASSES,
}
REQUIRED_FILL, OPTIONAL_FILL = "FFF2CC", "EDEDED"
FORMATS = {Type.DATE: "yyyy-mm-dd", Type.TIME: "yyyy-mm-dd hh:mm", Type.NUMBER: "General", Type.WHOLE: "0"}
AS_TEXT = "@"  # codes keep their noughts


def write_template(layer: Layer, path: Path, language: Language) -> None:
    """Write an empty workbook whose headings an import of the layer recognises; a second sheet explains them.

    Raises BadInput when the file exists, is not called .xlsx or cannot be written.
    """
    if path.suffix.lower() != ".xlsx":
        raise BadInput(f"{path.name} is not called .xlsx.", "A template is an Excel workbook: --template FILE.xlsx")
    if path.exists() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        what = "exists already" if path.exists() else "cannot be written"
        raise BadInput(f"{path} {what}.", "Give a new file in a folder that you may write to.")
    book = Workbook()
    sheet = book.active
    sheet.title = in_language(TITLES["sheet"], language)
    fields = fields_of(layer)
    for number, field in enumerate(fields, 1):
        _write_column(sheet, number, layer, field, language)
    sheet.freeze_panes = "A2"
    _explain(book.create_sheet(in_language(TITLES["about"], language)), layer, fields, language)
    unfinished = path.with_name(path.name + ".part")
    book.save(unfinished)
    unfinished.replace(path)


def fields_of(layer: Layer) -> list[Field]:
    """The fields a table of the layer has: its own, and where each row is."""
    if Shape.POINT in layer.shapes and layer.name not in SHAPES_AS_TEXT:
        return [*layer.fields, LON, LAT]
    return [*layer.fields, WKT]


def need_of(layer: Layer, field: Field) -> str:
    """Whether a row can do without it, or without its place: "yes", "no", or what may stand in for it (ONE_OF)."""
    if layer.name == "incidents" and field.name in ONE_OF:
        return ONE_OF[field.name]
    return "yes" if field.required or (field in (LON, LAT, WKT) and layer.shape_required) else "no"


def _write_column(sheet: Any, number: int, layer: Layer, field: Field, language: Language) -> None:
    heading = sheet.cell(1, number, heading_of(field, language))
    need = need_of(layer, field)
    heading.font = Font(bold=True)
    heading.fill = PatternFill("solid", fgColor=OPTIONAL_FILL if need == "no" else REQUIRED_FILL)
    heading.alignment = Alignment(horizontal="center")
    said = in_language(TITLES[need], language)
    heading.comment = Comment(f"{said}\n{meaning_of(layer, field, language)}\n{type_of(field, language)}", "gridmap")
    letter = get_column_letter(number)
    column = sheet.column_dimensions[letter]
    column.number_format = FORMATS.get(field.type, AS_TEXT)
    column.width = max(12, 2.2 * len(heading.value) + 4)
    if choices := CHOICES.get(f"{layer.name}.{field.name}"):
        validation = DataValidation("list", formula1=f'"{in_language(choices, language)}"', allow_blank=True)
        validation.error = in_language(("请从列表中选择", "Choose one of the list"), language)
        sheet.add_data_validation(validation)
        validation.add(f"{letter}2:{letter}{LAST_ROW}")


def _explain(sheet: Any, layer: Layer, fields: list[Field], language: Language) -> None:
    """One line a field, for those who do not look at comments."""
    names = ("heading", "meaning", "type", "required", "choices")
    sheet.append([in_language(TITLES[name], language) for name in names])
    for field in fields:
        choices = CHOICES.get(f"{layer.name}.{field.name}")
        sheet.append(
            [
                heading_of(field, language),
                meaning_of(layer, field, language),
                type_of(field, language),
                in_language(TITLES[need_of(layer, field)], language),
                in_language(choices, language).replace(",", "、" if language == "zh" else ", ") if choices else None,
            ]
        )
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDE", (16, 60, 40, 24, 40), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
