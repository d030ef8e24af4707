"""Reading CSV and TSV, piece by piece: every cell is text as it stands, every row is accounted for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain, islice
from typing import TextIO

from gridmap.errors import BadFile
from gridmap.services.exchange.encodings import detect
from gridmap.services.exchange.exported import CSV_MARK
from gridmap.services.exchange.files import Source
from gridmap.services.exchange.headings import LOOKED_AT, Headings, find_headings
from gridmap.services.exchange.stream import CHUNK_ROWS, ReadOptions, TableStream
from gridmap.services.exchange.table import Table, object_array

DELIMITERS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
CELL_LIMIT = 50_000_000  # characters; a polygon written as text is long
FIRST_LINE = 2  # of the rows, under one line of headings

Cells = list[str]


def read_delimited(source: Source, options: ReadOptions) -> TableStream:
    """Tables of text. Blank lines are no rows; a row with too many or too few values is kept as broken.

    Raises BadFile, for a fault further down while the rest is read: mixed encodings, no headings, no rows, a quotation
    mark that never closes.
    """
    with source.stream() as stream:
        encoding = detect(stream, source.name, options.encoding)
    tables = _tables(source, encoding.codec, options, [encoding.note] if encoding.note else [])
    first = next(tables)
    return TableStream(first, tables)


def _tables(source: Source, codec: str, options: ReadOptions, notes: list[str]) -> Iterator[Table]:
    with source.stream() as stream, io.TextIOWrapper(stream, encoding=codec, newline="") as text:
        head, delimiter = _head(text, source.name)
        if delimiter not in ",\t":
            notes.append(f"Columns are parted by a {DELIMITERS[delimiter]}.")
        begins: list[int] = []
        rows = _rows(chain(head, text), delimiter, source.name, begins)
        top = list(islice(rows, LOOKED_AT))
        headings = find_headings(top, source.name, options.target, options.heading_rows)
        notes = [*notes, *headings.notes]
        rows = chain(top[headings.skip :], rows)
        body = list(islice(rows, CHUNK_ROWS))
        if not body:
            raise BadFile(f"{source.name} has no rows below its headings.", "Export it again, with its rows.")
        if (first := begins[headings.skip]) != FIRST_LINE:
            notes.append(f"Row 1 is line {first:,} of the file.")
        while body:
            yield _table(body, headings, notes)
            notes, body = [], list(islice(rows, CHUNK_ROWS))


def _head(text: TextIO, name: str) -> tuple[list[str], str]:
    """The first lines as far as they had to be read to know the sign that parts most headings, and that sign."""
    lines: list[str] = []
    while len(lines) < LOOKED_AT and (line := text.readline(CELL_LIMIT)):
        if len(line) == CELL_LIMIT:
            raise BadFile(f"{name} has a line of more than {CELL_LIMIT:,} characters.", "Give a table with rows.")
        lines.append(line)
        if line.lstrip('"').startswith(CSV_MARK.rstrip()):
            continue
        count, best = max((line.count(sign), sign) for sign in DELIMITERS)
        if count:
            return lines, best
        if len(line) > 200:
            raise BadFile(f"{name} does not look like a table: its first line has no comma and no tab.", "Give a CSV.")
    return lines, ","


def _rows(lines: Iterator[str], delimiter: str, name: str, begins: list[int]) -> Iterator[Cells]:
    """Every row that is not blank; of the first ones `begins` is told their line in the file."""
    csv.field_size_limit(CELL_LIMIT)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            if row and not (len(row) == 1 and not row[0].strip()):
                if len(begins) <= LOOKED_AT:
                    begins.append(line)
                yield row
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadFile(
            f"{name}, line {reader.line_num}: {error}.",
            "Look at the quotation marks there: every opening one needs a closing one.",
        ) from None
    except UnicodeDecodeError:
        raise BadFile(
            f"{name} is in another encoding after line {reader.line_num}.", "Save the whole file as UTF-8."
        ) from None


def _table(body: list[Cells], headings: Headings, notes: list[str]) -> Table:
    broken, broken_cells = _fit(body, len(headings.names))
    columns = [object_array(list(cells)) for cells in zip(*body, strict=True)]
    return Table(
        len(body),
        dict(zip(headings.names, columns, strict=True)),
        broken=broken,
        broken_cells=broken_cells,
        notes=notes,
        parts=headings.parts,
    )


def _fit(body: list[Cells], width: int) -> tuple[dict[int, str], dict[int, Cells]]:
    """Make every row as wide as the headings; those that are not are noted as broken, with their cells."""
    broken: dict[int, str] = {}
    cells: dict[int, Cells] = {}
    for index, row in enumerate(body):
        if len(row) != width:
            broken[index] = f"has {len(row)} values, the headings are {width}"
            cells[index] = list(row)
            body[index] = (row + [""] * width)[:width]
    return broken, cells
