"""Files that gridmap itself wrote: what their columns say beyond the fields of a layer, and how a text is kept safe.

Columns that begin with PREFIX are gridmap's own. ATTRIBUTES holds what no field took, as one JSON object a row.
"gridmap_more_2_wkt" goes on where the cell of "wkt" was full (XLSX). All others tell what gridmap found out itself, as
the grid a row lies in: they are read by people and found out anew by an import.

In CSV a text that a spreadsheet would take for a formula (OWASP, CSV injection) has an apostrophe before it, as has one
that begins with apostrophes and goes on like a formula; reading takes exactly one away. XLSX has a type for text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from gridmap.services.exchange.table import Objects, Table, object_array

PREFIX = "gridmap_"
ATTRIBUTES = f"{PREFIX}attributes"
CSV_MARK = "# gridmap export "
OWN_SHEETS = "gridmap "  # sheets called so tell about a workbook, and have no rows
SHEET = f"{OWN_SHEETS}export"
REJECTED = ("row", "reason")  # the first headings of a file of rejected rows
NO_OBJECT = f"{ATTRIBUTES} is no JSON object"

_MORE = re.compile(rf"{PREFIX}more_(\d+)_(.+)")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_FORMULA = re.compile("'*[=+\\-@\t\r＝＋－＠]")  # the last four are their full-width twins


def more_of(heading: str, part: int) -> str:
    """The heading of the column with the second, third, ... part of the texts of `heading`."""
    return f"{PREFIX}more_{part}_{heading}"


def guarded(text: str) -> str:
    """A text as it stands in CSV: no spreadsheet takes it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def guarded_unless_number(text: str) -> str:
    """As `guarded`, for a cell that may hold a number as text: -12.5 and +86 stay what they are."""
    return text if _NUMBER.fullmatch(text) else guarded(text)


def unguarded(text: str) -> str:
    """The text that was guarded."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def restored(table: Table, *, is_csv: bool) -> Table:
    """A table that gridmap exported as the table it was before; any other table as it is.

    Texts lose their guard, long ones are joined, derived columns go, with a note. A row whose attributes are no JSON
    object is broken.
    """
    if is_csv and tuple(table.headings[:2]) == REJECTED:
        return replace(table, columns={heading: _freed(cells) for heading, cells in table.columns.items()})
    if ATTRIBUTES not in table.columns:
        return table
    columns = {heading: _freed(cells) if is_csv else cells for heading, cells in table.columns.items()}
    columns, derived = _joined(columns)
    broken = {**dict.fromkeys(_unreadable(columns[ATTRIBUTES]), NO_OBJECT), **table.broken}
    notes = [*table.notes]
    if derived:
        notes.append(f"Found out by gridmap itself, so not taken from the file: {', '.join(derived)}.")
    return replace(table, columns=columns, broken=broken, notes=notes)


def attributes_in(cell: object) -> dict[str, object]:
    """What a cell of ATTRIBUTES holds. Raises ValueError when that is no JSON object."""
    if cell is None or cell == "":
        return {}
    content = json.loads(str(cell))
    if not isinstance(content, dict):
        raise ValueError(NO_OBJECT)
    return content


def _freed(cells: Objects) -> Objects:
    return object_array([unguarded(cell) if isinstance(cell, str) else cell for cell in cells.tolist()])


def _joined(columns: Mapping[str, Objects]) -> tuple[dict[str, Objects], list[str]]:
    """The columns with their further parts; and the headings of those that were left out."""
    kept = {h: cells for h, cells in columns.items() if not h.startswith(PREFIX) or h == ATTRIBUTES}
    further = sorted(
        (int(match[1]), match[2], heading)
        for heading in columns
        if (match := _MORE.fullmatch(heading)) and match[2] in kept
    )
    for _, base, heading in further:
        pairs = zip(kept[base].tolist(), columns[heading].tolist(), strict=True)
        kept[base] = object_array([_appended(cell, more) for cell, more in pairs])
    joined = {heading for _, _, heading in further}
    return kept, [heading for heading in columns if heading not in kept and heading not in joined]


def _appended(cell: object, more: object) -> object:
    return cell if more is None or more == "" else f"{'' if cell is None else cell}{more}"


def _unreadable(cells: Objects) -> list[int]:
    """Indices of the cells that hold no JSON object; each different text is read once."""
    distinct = {cell for cell in cells.tolist() if cell is not None}
    bad = {cell for cell in distinct if not _is_readable(cell)}
    return [index for index, cell in enumerate(cells.tolist()) if cell in bad]


def _is_readable(cell: object) -> bool:
    try:
        attributes_in(cell)
    except ValueError:
        return False
    return True
