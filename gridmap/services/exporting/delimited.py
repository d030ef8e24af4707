"""CSV: UTF-8 with the mark by which spreadsheets know it, a line about the export, one line of headings."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gridmap.services.exchange.exported import CSV_MARK, guarded
from gridmap.services.exporting.sheet import Kind, Sheet

# Where a spreadsheet may part the line about the export, inside the texts in it.
_PARTING = re.compile(r"[,;\t]")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


def write_csv(sheet: Sheet, path: Path) -> int:
    """Write the rows -> how many. Texts that a spreadsheet would run are guarded (exchange/exported)."""
    kinds = {**sheet.place_columns(), **sheet.columns}
    rows = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(f"{CSV_MARK}{about_line(sheet.about)}\r\n")
        writer = csv.writer(file)
        writer.writerow([*sheet.columns, *sheet.place_columns()])
        for part in sheet.parts():
            cells = [_cells(part.columns[name], kinds[name]) for name in sheet.columns]
            writer.writerows(zip(*cells, *sheet.place_cells(part), strict=True))
            rows += len(part)
    return rows


def about_line(about: Mapping[str, Any]) -> str:
    """JSON on one line, in which no text given by a person begins a cell, wherever a spreadsheet parts it."""
    text = json.dumps(about, ensure_ascii=False)
    return _TEXT.sub(lambda match: _PARTING.sub(lambda sign: f"\\u{ord(sign[0]):04x}", match[0]), text)


def _cells(values: list[Any], kind: Kind) -> list[Any]:
    """Numbers as Python writes them, which is read back to the last bit; texts guarded."""
    if kind is not Kind.TEXT:
        return values
    return [value if value is None else guarded(value) for value in values]
