"""The file of rejected rows: row number, reason, and the row as it came.

Whoever corrects it opens it in a spreadsheet: a text that would be taken for a formula is guarded, and freed again when
the corrected file is imported (exported.py).
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Self, TextIO

import shapely

from gridmap.errors import BadInput
from gridmap.services.exchange.exported import REJECTED, guarded_unless_number
from gridmap.services.exchange.problems import Problems
from gridmap.services.exchange.table import Table, text_of


def check_target(path: Path, source: Path) -> None:
    """Raises BadInput when the rejects would overwrite what is imported, or cannot be written."""
    if path.resolve() == source.resolve():
        raise BadInput("--rejects names the file to import.", "Give another file.")
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise BadInput(f"{path} cannot be written.", "Give a file in a folder that exists and that you may write to.")


class Rejects:
    """The bad rows of one import on their way into a file, piece by piece; it takes its place when it is whole.

    The mark at its beginning makes spreadsheets read it as UTF-8. Shapes are written as WKT in the file's own system.
    Use it as a context: without `finish` nothing is left behind.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unfinished = path.with_name(path.name + ".part")
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._unfinished.unlink(missing_ok=True)

    def add(self, table: Table, problems: Problems, first_row: int) -> None:
        """Write the bad rows of a table whose first row has this number."""
        if self._file is None:
            self._file = self._unfinished.open("w", encoding="utf-8-sig", newline="")
            shape = [] if table.shapes is None else ["geometry"]
            csv.writer(self._file).writerow([*REJECTED, *map(_guarded, (*table.headings, *shape))])
        writer = csv.writer(self._file)
        for index in problems.mask().nonzero()[0].tolist():
            writer.writerow([first_row + index, _guarded(problems.reason(index)), *map(_guarded, _cells(table, index))])

    def finish(self) -> None:
        """Have all on disk and under its name when this returns."""
        if self._file is None:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None
        self._unfinished.replace(self._path)


def _cells(table: Table, index: int) -> Sequence[str | None]:
    if index in table.broken_cells:
        return table.broken_cells[index]
    cells = [_as_it_came(table.columns[heading][index]) for heading in table.headings]
    if table.shapes is not None:
        shape = table.shapes[index]
        cells.append(None if shape is None else shapely.to_wkt(shape, rounding_precision=-1))
    return cells


def _guarded(text: str | None) -> str | None:
    return None if text is None else guarded_unless_number(text)


def _as_it_came(value: object) -> str | None:
    return value if isinstance(value, str) else text_of(value)
