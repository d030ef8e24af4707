"""Reading CSV and TSV: every cell is text as it stands, every row is accounted for."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice

from gridmap.errors import BadFile
from gridmap.services.exchange.files import Source
from gridmap.services.exchange.table import Table, object_array

DELIMITERS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
CELL_LIMIT = 50_000_000  # characters; a polygon written as text is long


def read_delimited(source: Source) -> Table:
    """A table of text. Blank lines are no rows; a row with too many or too few values is kept as broken.

    Raises BadFile: not UTF-8, no headings, no rows, a quotation mark that never closes.
    """
    text = _decoded(source)
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = _delimiter(first_line, source.path.name)
    csv.field_size_limit(CELL_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [row for row in reader if row and not (len(row) == 1 and not row[0].strip())]
    except csv.Error as error:
        raise BadFile(
            f"{source.path.name}, line {reader.line_num}: {error}.",
            "Look at the quotation marks there: every opening one needs a closing one.",
        ) from None
    if len(rows) < 2:
        raise BadFile(f"{source.path.name} has no rows below its headings.", "Export it again, with its rows.")
    headings, notes = _headings(rows[0], source.path.name)
    body = rows[1:]
    broken, broken_cells = _fit(body, len(headings))
    columns = dict(zip(headings, (object_array(list(cells)) for cells in zip(*body, strict=True)), strict=True))
    if delimiter not in ",\t":
        notes.append(f"Columns are parted by a {DELIMITERS[delimiter]}.")
    return Table(len(body), columns, broken=broken, broken_cells=broken_cells, notes=notes)


def _decoded(source: Source) -> str:
    try:
        return source.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.content[: error.start].count(b"\n") + 1
        raise BadFile(
            f"{source.path.name} is not UTF-8 text (line {line}).",
            "Save it as UTF-8: in a spreadsheet choose 'CSV UTF-8', or iconv -f GB18030 -t UTF-8 IN > OUT.",
        ) from None


def _delimiter(first_line: str, name: str) -> str:
    """The sign that parts most headings."""
    count, best = max((first_line.count(sign), sign) for sign in DELIMITERS)
    if not count:
        if len(first_line) > 200:
            raise BadFile(f"{name} does not look like a table: its first line has no comma and no tab.", "Give a CSV.")
        return ","
    return best


def _headings(cells: list[str], name: str) -> tuple[list[str], list[str]]:
    """Headings without outer space; empty ones are numbered, repeated ones told apart."""
    headings, notes, seen = [], [], Counter[str]()
    for position, cell in enumerate(cells, 1):
        heading = cell.strip() or f"column {position}"
        seen[heading] += 1
        if seen[heading] > 1:
            notes.append(f"Heading '{heading}' stands more than once; the later one is called '{heading} {position}'.")
            heading = f"{heading} {position}"
        headings.append(heading)
    if all(_is_number(cell) for cell in islice((c for c in cells if c.strip()), 3)):
        raise BadFile(f"{name} has no line of headings: its first line holds numbers.", "Put headings on top.")
    return headings, notes


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _fit(body: list[list[str]], width: int) -> tuple[dict[int, str], dict[int, list[str]]]:
    """Make every row as wide as the headings; those that are not are noted as broken, with their cells."""
    broken: dict[int, str] = {}
    cells: dict[int, list[str]] = {}
    for index, row in enumerate(body):
        if len(row) != width:
            broken[index] = f"has {len(row)} values, the headings are {width}"
            cells[index] = list(row)
            body[index] = (row + [""] * width)[:width]
    return broken, cells
