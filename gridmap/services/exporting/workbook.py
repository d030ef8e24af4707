"""XLSX: the rows on one sheet, what the file is on a second one.

A text is stored as a text, never as a formula, and marked so that a spreadsheet keeps it one when its cell is edited.
A cell holds 32,767 characters; a longer text goes on in further columns, which an import joins (exchange/exported).
openpyxl writes the book; its sheet of rows is put in by hand, six times as fast and with every digit of a number
(openpyxl writes 16). ECMA-376 part 1, 18.3 (sheets) and 22.9.2.19 (signs that XML cannot hold).
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from gridmap.errors import TooLarge
from gridmap.services.exchange import exported
from gridmap.services.exporting.sheet import Kind, Part, Sheet

ROWS_LIMIT = 1_048_576  # of a sheet, headings included
PIECE = 16_000  # characters; as UTF-16, in which the 32,767 are counted, at most twice as many
LONG = ("wkt", exported.ATTRIBUTES)  # columns whose texts may be longer than a cell; fields have limits below it
ROWS_XML = "xl/worksheets/sheet1.xml"
# What XML cannot hold is written as _xHHHH_, and so is the beginning of what looks like that.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_BEGIN = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>'
    '<sheetView tabSelected="1" workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
_END = "</sheetData></worksheet>"


def write_workbook(sheet: Sheet, path: Path) -> int:
    """Write the rows -> how many. Raises TooLarge for more than a sheet holds."""
    kinds = _with_further(sheet, {**sheet.columns, **sheet.place_columns()})
    frame, styles = _frame(sheet)
    with ZipFile(frame) as made, ZipFile(path, "w", ZIP_DEFLATED) as book:
        for name in made.namelist():
            if name != ROWS_XML:
                book.writestr(name, made.read(name))
        with book.open(ROWS_XML, "w", force_zip64=True) as file:
            return _write_rows(sheet, kinds, styles, file)


def _with_further(sheet: Sheet, kinds: dict[str, Kind]) -> dict[str, Kind]:
    """The columns, with as many further ones for each long text as the longest needs: the rows are gone through once
    before they are written.
    """
    needed = dict.fromkeys((name for name in LONG if name in kinds), 1)
    for part in sheet.parts():
        for name in needed:
            longest = max(map(len, filter(None, _column(sheet, part, name))), default=0)
            needed[name] = max(needed[name], math.ceil(longest / PIECE))
    further = ((name, number) for name, many in needed.items() for number in range(2, many + 1))
    return kinds | {exported.more_of(name, number): Kind.TEXT for name, number in further}


def _column(sheet: Sheet, part: Part, name: str) -> list[Any]:
    return part.columns[name] if name in part.columns else sheet.place_cells(part)[0]


def _frame(sheet: Sheet) -> tuple[IO[bytes], dict[str, int]]:
    """A book with an empty sheet of rows and the sheet about them; and the numbers of its styles."""
    book = Workbook()
    rows, about = book.active, book.create_sheet(exported.SHEET)
    rows.title = sheet.layer
    heading = rows.cell(1, 1)
    heading.font = Font(bold=True)
    for line, (name, value) in enumerate(sheet.about.items(), 1):
        _fill(about.cell(line, 1), name)
        _fill(about.cell(line, 2), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    quoted = about.cell(1, 1)  # a style exists where a cell has it
    quoted.quotePrefix = True
    frame = io.BytesIO()
    book.save(frame)
    return frame, {"heading": heading.style_id, "quoted": quoted.style_id}


def _fill(cell: Cell, text: str) -> None:
    cell.value = _NOT_IN_XML.sub(_coded, text)
    cell.data_type = "s"
    cell.quotePrefix = text != exported.guarded(text)


def _write_rows(sheet: Sheet, kinds: Mapping[str, Kind], styles: Mapping[str, int], file: IO[bytes]) -> int:
    letters = [get_column_letter(number) for number in range(1, len(kinds) + 1)]
    head = "".join(_text(f"{letter}1", name, styles["heading"]) for letter, name in zip(letters, kinds, strict=True))
    file.write(f"{_BEGIN}<row>{head}</row>\n".encode())
    line = 1
    for part in sheet.parts():
        if line + len(part) > ROWS_LIMIT:
            raise TooLarge(
                f"A sheet of XLSX holds {ROWS_LIMIT - 1:,} rows, there are more.",
                "Write .csv or .gpkg, or choose fewer rows.",
            )
        for row in _rows(sheet, part, kinds):
            line += 1
            cells = zip(letters, row, kinds.values(), strict=True)
            written = [_cell(f"{at}{line}", value, kind, styles) for at, value, kind in cells if value is not None]
            file.write(f"<row>{''.join(written)}</row>\n".encode())
    file.write(_END.encode())
    return line - 1


def _rows(sheet: Sheet, part: Part, kinds: Mapping[str, Kind]) -> Iterator[tuple[Any, ...]]:
    columns = {name: part.columns[name] for name in sheet.columns}
    columns |= dict(zip(sheet.place_columns(), sheet.place_cells(part), strict=True))
    for name in [name for name in LONG if name in columns]:
        whole = columns[name]
        columns[name] = [_piece(text, 1) for text in whole]
        number = 2
        while (more := exported.more_of(name, number)) in kinds:
            columns[more] = [_piece(text, number) for text in whole]
            number += 1
    return zip(*[columns[name] for name in kinds], strict=True)


def _piece(text: str | None, number: int) -> str | None:
    return text and (text[(number - 1) * PIECE : number * PIECE] or None)


def _cell(at: str, value: Any, kind: Kind, styles: Mapping[str, int]) -> str:
    if kind is not Kind.TEXT:
        return f'<c r="{at}"><v>{value!r}</v></c>'
    return _text(at, value, styles["quoted"] if value != exported.guarded(value) else 0)


def _text(at: str, text: str, style: int) -> str:
    written = escape(_NOT_IN_XML.sub(_coded, text))
    styled = f' s="{style}"' if style else ""
    return f'<c r="{at}"{styled} t="inlineStr"><is><t xml:space="preserve">{written}</t></is></c>'


def _coded(sign: re.Match[str]) -> str:
    return f"_x{ord(sign[0]):04X}_"
