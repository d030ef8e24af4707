"""Reading Excel workbooks (.xlsx): what a cell shows, what is merged, what a formula failed at.

calamine reads the values 17 times as fast as openpyxl, but shows a cell whose formula failed as empty; such cells, and
formulas no program has worked out yet, are looked up in the sheet itself (workbook_parts.py).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import python_calamine as calamine

from gridmap.errors import BadFile
from gridmap.services.exchange import unpacking
from gridmap.services.exchange.archive import on_disk
from gridmap.services.exchange.exported import OWN_SHEETS
from gridmap.services.exchange.files import Source
from gridmap.services.exchange.headings import LOOKED_AT, find_headings
from gridmap.services.exchange.stream import ReadOptions
from gridmap.services.exchange.table import SERIALS_FROM, Objects, Table, object_array
from gridmap.services.exchange.workbook_parts import Parts, Place, look_up

UNPACKED_LIMIT_BYTES = 1 << 30  # a full sheet of 1,048,576 rows and ten columns has some 400 MiB
LOST_DIGITS_FROM = 10**15  # a cell keeps 15 digits of a number; the others became noughts when it was typed
_UNNAMED = re.compile(r"column \d+")
SERIALS_FROM_1904 = dt.date(1904, 1, 1)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as read: its rows as wide as its widest, and what is special about some of its cells.

    `first_column`: where the rows begin. `merged`: ranges that are one cell, as their first and last place.
    """

    rows: list[list[object]]
    first_column: int
    merged: list[tuple[Place, Place]]
    parts: Parts


def read_workbook(source: Source, options: ReadOptions) -> Table:
    """One sheet of a workbook: the one named, else the only one with data among those not hidden.

    Raises BadFile: damaged, a password, no such sheet, several with data, no rows; TooLarge over 1 GiB unpacked.
    """
    with on_disk(source) as path:
        unpacking.check_whole(path, UNPACKED_LIMIT_BYTES)
        try:
            with calamine.CalamineWorkbook.from_path(str(path)) as book:
                name, notes = _sheet_name(book, source.name, options.sheet)
                found = book.get_sheet_by_name(name)
                rows: list[list[object]] = [list(row) for row in found.iter_rows()]
                start = found.start or (0, 0)
                sheet = Sheet(rows, start[1], list(found.merged_cell_ranges or ()), look_up(path, name))
        except calamine.CalamineError as error:
            raise BadFile(f"{source.name} cannot be read as a workbook: {error}.", "Save it again as .xlsx.") from None
    return _table(sheet, source.name, options, notes)


def _sheet_name(book: calamine.CalamineWorkbook, file_name: str, told: str | None) -> tuple[str, list[str]]:
    """The sheet to read, and remarks on those passed over. Raises BadFile."""
    sheets = [meta for meta in book.sheets_metadata if meta.typ is calamine.SheetTypeEnum.WorkSheet]
    listed = ", ".join(meta.name for meta in sheets)
    if told is not None:
        if told not in {meta.name for meta in sheets}:
            raise BadFile(f"{file_name} has no sheet '{told}'.", f"Its sheets are: {listed}.")
        return told, []
    shown = [meta.name for meta in sheets if meta.visible is calamine.SheetVisibleEnum.Visible]
    hidden = [meta.name for meta in sheets if meta.name not in shown]
    of_data = [name for name in shown if not name.startswith(OWN_SHEETS)]
    filled = [name for name in of_data if book.get_sheet_by_name(name).end is not None]
    notes = [f"Hidden sheets are not read: {', '.join(hidden)} (--sheet names one)."] if hidden else []
    if len(filled) == 1:
        if len(of_data) > 1:
            notes.append(f"Read is the sheet '{filled[0]}'.")
        return filled[0], notes
    if not filled:
        hint = f"Name one of the hidden ones with --sheet: {', '.join(hidden)}." if hidden else "Export it again."
        raise BadFile(f"{file_name} has no sheet with data.", hint)
    raise BadFile(f"{file_name} has {len(filled)} sheets with data: {', '.join(filled)}.", "Name one with --sheet.")


def _table(sheet: Sheet, name: str, options: ReadOptions, notes: list[str]) -> Table:
    failed = {row for row, _ in sheet.parts.faults}
    numbers = [n for n, row in enumerate(sheet.rows) if n in failed or any(cell != "" for cell in row)]
    rows = [sheet.rows[number] for number in numbers]
    top = [[_text(cell) for cell in row] for row in rows[:LOOKED_AT]]
    spanned = {first for (first, _), _ in sheet.merged}
    merged = {line for line, number in enumerate(numbers[:LOOKED_AT]) if number in spanned}
    headings = find_headings(top, name, options.target, options.heading_rows, merged)
    if not rows[headings.skip :]:
        raise BadFile(f"{name} has no rows below its headings.", "Fill them in, or name another sheet: --sheet.")
    body, places = rows[headings.skip :], numbers[headings.skip :]
    columns = {}
    for heading, cells in zip(headings.names, zip(*body, strict=True), strict=True):
        columns[heading] = object_array(_plain(cells))
    unnamed = [h for h, cells in columns.items() if _UNNAMED.fullmatch(h) and all(cell is None for cell in cells)]
    for heading in unnamed:  # a cell that was once coloured is no column
        del columns[heading]
    index_of = {number: index for index, number in enumerate(places)}
    broken, lost = _broken(sheet, index_of, headings.names, places[0])
    broken |= {i: why for i, why in _lost_digits(columns).items() if i not in broken}
    notes = [*notes, *headings.notes]
    if lost:
        notes.append(
            f"{lost:,} rows lie in merged cells: only the first row of these has the value (unmerge and fill them)."
        )
    serials_from = SERIALS_FROM_1904 if sheet.parts.is_from_1904 else SERIALS_FROM
    return Table(len(body), columns, broken=broken, notes=notes, parts=headings.parts, serials_from=serials_from)


def _broken(sheet: Sheet, index_of: dict[int, int], names: Sequence[str], first_row: int) -> tuple[dict[int, str], int]:
    """Rows with a formula that failed, or in a merged cell whose value stands above; and how many of the latter."""
    broken: dict[int, str] = {}
    for (row, column), why in sorted(sheet.parts.faults.items()):
        position = column - sheet.first_column
        if row in index_of and 0 <= position < len(names):
            broken.setdefault(index_of[row], f"{names[position]} {why}")
    merged = 0
    for (top, left), (bottom, right) in sheet.merged:
        heading = names[left - sheet.first_column] if 0 <= left - sheet.first_column < len(names) else ""
        for row in range(max(top + 1, first_row), bottom + 1):
            if row in index_of and index_of[row] not in broken:
                broken[index_of[row]] = f"{heading} is in a merged cell, its value stands only in the first row of it"
                merged += 1
        if right > left and top in index_of and index_of[top] not in broken:
            broken[index_of[top]] = f"{heading} is merged with the cell beside it"
            merged += 1
    return broken, merged


def _lost_digits(columns: Mapping[str, Objects]) -> dict[int, str]:
    """Rows with a number of more than 15 digits: a code that the spreadsheet has spoilt."""
    broken: dict[int, str] = {}
    for heading, cells in columns.items():
        for index, cell in enumerate(cells.tolist()):
            if isinstance(cell, int) and abs(cell) >= LOST_DIGITS_FROM:
                broken[index] = f"{heading} is a number of more than 15 digits, of which a sheet loses the end"
    return broken


def _plain(cells: Sequence[object]) -> list[object]:
    """A column's cells as text, numbers and booleans; days as ISO dates, with times where the column has any."""
    timed = any(isinstance(cell, dt.datetime) for cell in cells)
    return [_value(cell, timed) for cell in cells]


def _value(cell: object, timed: bool) -> object:
    match cell:
        case "":
            return None
        case float() if cell.is_integer():
            return int(cell)
        case dt.datetime():
            return cell.isoformat(" ", "seconds" if not cell.microsecond else "microseconds")
        case dt.date():
            return f"{cell.isoformat()} 00:00:00" if timed else cell.isoformat()
        case dt.time() | dt.timedelta():
            return str(cell)
        case _:
            return cell


def _text(cell: object) -> str:
    value = _value(cell, timed=False)
    return "" if value is None else str(value)
