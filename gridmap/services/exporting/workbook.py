"""XLSX: the rows on one sheet, what the file is on a second one.

A text is stored as a text, never as a formula, and marked so that a spreadsheet keeps it one when its cell is edited.
A cell holds 32,767 characters; a longer text goes on in further columns, which an import joins (exchange/exported).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from gridmap.errors import TooLarge
from gridmap.services.exchange import exported
from gridmap.services.exporting.sheet import Kind, Part, Sheet

ROWS_LIMIT = 1_048_576  # of a sheet, headings included (ECMA-376 leaves it open, Excel does not)
PIECE = 16_000  # characters; as UTF-16, in which the 32,767 are counted, at most twice as many
# Signs that XML cannot hold are written as _xHHHH_, and so is what looks like such a sign (ECMA-376, ST_Xstring).
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
LONG = ("wkt", exported.ATTRIBUTES)  # columns whose texts may be longer than a cell; fields have limits below it


def write_workbook(sheet: Sheet, path: Path) -> int:
    """Write the rows -> how many. Raises TooLarge for more than a sheet holds."""
    kinds = _with_further(sheet, {**sheet.columns, **sheet.place_columns()})
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.layer)
    page.freeze_panes = "A2"
    page.append([_heading(page, name) for name in kinds])
    rows = 0
    for part in sheet.parts():
        rows += len(part)
        if rows >= ROWS_LIMIT:
            raise TooLarge(
                f"A sheet of XLSX holds {ROWS_LIMIT - 1:,} rows, there are more.",
                "Write .csv or .gpkg, or choose fewer rows.",
            )
        for row in _rows(sheet, part, kinds):
            page.append([_cell(page, value, kind) for value, kind in zip(row, kinds.values(), strict=True)])
    _describe(book, sheet.about)
    book.save(path)
    return rows


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


def _heading(page: Any, text: str) -> Any:
    cell = _cell(page, text, Kind.TEXT)
    cell.font = Font(bold=True)
    return cell


def _cell(page: Any, value: Any, kind: Kind) -> Any:
    """A cell with its type fixed: a text stays a text whatever it looks like, a number keeps every digit."""
    if value is None:
        return None
    cell = WriteOnlyCell(page)
    if kind is Kind.TEXT:
        cell.value = _NOT_IN_XML.sub(lambda sign: f"_x{ord(sign[0]):04X}_", value)
        cell.data_type = "s"
        if value != exported.guarded(value):
            cell.quotePrefix = True
    else:
        cell.value = repr(value)
        cell.data_type = "n"
    return cell


def _describe(book: Any, about: Mapping[str, Any]) -> None:
    page = book.create_sheet(exported.SHEET)
    for name, value in about.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        page.append([_cell(page, name, Kind.TEXT), _cell(page, text, Kind.TEXT)])
