"""The file of rejected rows: row number, reason, and the row as it came."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path

import shapely

from gridmap.errors import BadInput
from gridmap.services.exchange.problems import Problems
from gridmap.services.exchange.table import Table, text_of


def check_target(path: Path, source: Path) -> None:
    """Raises BadInput when the rejects would overwrite what is imported, or cannot be written."""
    if path.resolve() == source.resolve():
        raise BadInput("--rejects names the file to import.", "Give another file.")
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise BadInput(f"{path} cannot be written.", "Give a file in a folder that exists and that you may write to.")


def write_rejects(path: Path, table: Table, problems: Problems) -> None:
    """Write all bad rows, or nothing when the writing fails half-way; on disk when this returns.

    The mark at its beginning makes spreadsheets read it as UTF-8. Shapes are written as WKT in the file's own system.
    """
    has_shapes = table.shapes is not None
    headings = ["row", "reason", *table.headings, *(["geometry"] if has_shapes else [])]
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for index in problems.mask().nonzero()[0].tolist():
            writer.writerow([index + 1, problems.reason(index), *_cells(table, index)])
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _cells(table: Table, index: int) -> Sequence[str | None]:
    if index in table.broken_cells:
        return table.broken_cells[index]
    cells = [_as_it_came(table.columns[heading][index]) for heading in table.headings]
    if table.shapes is not None:
        shape = table.shapes[index]
        cells.append(None if shape is None else shapely.to_wkt(shape, rounding_precision=-1))
    return cells


def _as_it_came(value: object) -> str | None:
    return value if isinstance(value, str) else text_of(value)
