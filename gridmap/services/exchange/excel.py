"""Reading Excel workbooks (.xlsx): what a cell shows, what is merged, what a formula failed at.

calamine reads the values 17 times as fast as openpyxl, but shows a cell whose formula failed as empty; such cells, and
formulas no program has worked out yet, are looked up in the sheet itself (workbook_parts.py).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import python_calamine as calamine

from gridmap.errors import BadFile
from gridmap.services.exchange import unpacking
from gridmap.services.exchange.archive import on_disk
from gridmap.services.exchange.exported import OWN_SHEETS, guarded
from gridmap.services.exchange.files import Source
from gridmap.services.exchange.headings import LOOKED_AT, find_headings
from gridmap.services.exchange.stream import ReadOptions
from gridmap.services.exchange.table import SERIALS_FROM, Objects, Table, object_array, text_of
from gridmap.services.exchange.workbook_parts import Parts, Place, look_up
from gridmap.services.files.limits import WORKBOOK_LIMIT_BYTES

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
        unpacking.check_whole(path, WORKBOOK_LIMIT_BYTES)
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
    causes, lost = _broken(sheet, index_of, headings.names, places[0])
    for index, cause in _lost_digits(columns):
        causes.setdefault(index, []).append(cause)
    broken = {index: "; ".join(dict.fromkeys(found)) for index, found in causes.items()}
    notes = [*notes, *headings.notes, *_lines_told(places)]
    if lost:
        notes.append(
            f"{lost:,} rows lie in merged cells: only the first row of these has the value (unmerge and fill them)."
        )
    serials_from = SERIALS_FROM_1904 if sheet.parts.is_from_1904 else SERIALS_FROM
    return Table(
        len(body),
        columns,
        broken=broken,
        broken_cells=_as_they_stood(sheet, index_of, headings.names, columns),
        notes=notes,
        parts=headings.parts,
        serials_from=serials_from,
    )


def _lines_told(places: Sequence[int]) -> list[str]:
    """Which line of the sheet row 1 is, where a person would not find it at once."""
    gap = next((place for place, following in pairwise(places) if following != place + 1), None)
    if gap is not None:
        return [f"Row 1 is line {places[0] + 1:,} of the sheet; blank lines (the first is {gap + 2:,}) are no rows."]
    return [] if places[0] == 1 else [f"Row 1 is line {places[0] + 1:,} of the sheet."]


def _as_they_stood(
    sheet: Sheet, index_of: Mapping[int, int], names: Sequence[str], columns: Mapping[str, Objects]
) -> dict[int, list[str]]:
    """Rows with formulas that failed: their cells, with the error or the formula where it stands."""
    cells: dict[int, list[str]] = {}
    place_of = {heading: position for position, heading in enumerate(columns)}
    for (row, column), fault in sheet.parts.faults.items():
        position = column - sheet.first_column
        if row in index_of and 0 <= position < len(names) and names[position] in place_of:
            index = index_of[row]
            stood = cells.setdefault(index, [text_of(values[index]) or "" for values in columns.values()])
            stood[place_of[names[position]]] = guarded(fault.content)
    return cells


def _broken(
    sheet: Sheet, index_of: Mapping[int, int], names: Sequence[str], first_row: int
) -> tuple[dict[int, list[str]], int]:
    """All causes of rows with formulas that failed, or in merged cells whose value stands elsewhere; and how many rows
    are in merged cells.
    """
    broken: dict[int, list[str]] = {}
    for (row, column), fault in sorted(sheet.parts.faults.items(), key=lambda item: item[0]):
        position = column - sheet.first_column
        if row in index_of and 0 <= position < len(names):
            broken.setdefault(index_of[row], []).append(f"{names[position]} {fault.cause}")
    merged = set()
    for (top, left), (bottom, right) in sorted(sheet.merged):
        heading = names[left - sheet.first_column] if 0 <= left - sheet.first_column < len(names) else ""
        cause = f"{heading} is in a merged cell, its value stands only in the first row of it"
        for row in range(max(top + 1, first_row), bottom + 1):
            if row in index_of:
                broken.setdefault(index_of[row], []).append(cause)
                merged.add(row)
        if right > left and top in index_of:
            broken.setdefault(index_of[top], []).append(f"{heading} is merged with the cell beside it")
            merged.add(top)
    return broken, len(merged)


def _lost_digits(columns: Mapping[str, Objects]) -> Iterator[tuple[int, str]]:
    """Rows with a number of more than 15 digits: a code that the spreadsheet has spoilt."""
    for heading, cells in columns.items():
        for index, cell in enumerate(cells.tolist()):
            if isinstance(cell, int) and abs(cell) >= LOST_DIGITS_FROM:
                yield index, f"{heading} is a number of more than 15 digits, of which a sheet loses the end"


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
