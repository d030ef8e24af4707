"""What calamine does not tell of a workbook: cells whose formula failed or has no result, and from when it counts days.

Looked up in the parts of the file itself (ECMA-376, 18.2 and 18.3.1.4), a block at a time.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from xml.sax.saxutils import unescape

BLOCK_BYTES = 8 << 20
ERROR_SIGN = b't="e"'

_CELL = re.compile(rb"<(?:\w+:)?c ([^>]*)(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_ROW_END = re.compile(rb"</(?:\w+:)?row>")
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_FORMULA_TEXT = re.compile(rb"<(?:\w+:)?f(?: [^>]*)?>([^<]+)<")
_RESULT = re.compile(rb"<(?:\w+:)?v(?: [^>]*)?>([^<]+)<")

Place = tuple[int, int]  # row and column, from 0


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, and what stands in it."""

    cause: str
    content: str


@dataclass(frozen=True, slots=True)
class Parts:
    """`faults`: what is wrong with formulas. `is_from_1904`: days are counted from 1904-01-01."""

    faults: dict[Place, Fault]
    is_from_1904: bool


def look_up(path: Path, sheet_name: str) -> Parts:
    """The faults of one sheet, and from when its workbook counts."""
    with zipfile.ZipFile(path) as archive:
        # expat stops entities that blow up
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        properties = next((element for element in book.iter() if _is(element, "workbookPr")), None)
        is_from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        part = _part_of(book, relations, sheet_name)
        if part not in archive.namelist():
            return Parts({}, is_from_1904)
        with archive.open(part) as stream:
            return Parts(dict(_faults(stream)), is_from_1904)


def _part_of(book: ElementTree.Element, relations: ElementTree.Element, sheet_name: str) -> str:
    """The path inside the workbook of the part that a sheet is kept in."""
    sheet = next((e for e in book.iter() if _is(e, "sheet") and e.get("name") == sheet_name), None)
    keys = [] if sheet is None else [value for name, value in sheet.attrib.items() if name.endswith("}id")]
    target = next((e.get("Target", "") for e in relations if e.get("Id") in keys), "")
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _faults(stream: IO[bytes]) -> Iterator[tuple[Place, Fault]]:
    """Every cell with an error, or with a formula that no program has worked out yet."""
    rest = b""
    while block := stream.read(BLOCK_BYTES):
        rest += block
        end = max((match.end() for match in _ROW_END.finditer(rest)), default=0)
        rows, rest = rest[:end], rest[end:]
        if ERROR_SIGN not in rows and not _FORMULA.search(rows):
            continue
        for match in _CELL.finditer(rows):
            attributes, inner = match.groups()
            fault = _fault(attributes, inner)
            if fault and (reference := _REFERENCE.search(attributes)):
                yield (int(reference[2]) - 1, _column(reference[1])), fault


def _fault(attributes: bytes, inner: bytes) -> Fault | None:
    result = _RESULT.search(inner)
    if ERROR_SIGN in attributes:
        error = unescape(result[1].decode()) if result else "#?"
        return Fault(f"is a spreadsheet's error: {error}", error)
    is_text = b't="str"' in attributes  # a formula may well result in an empty text
    if result is None and not is_text and _FORMULA.search(inner):
        formula = _FORMULA_TEXT.search(inner)
        cause = "is a formula without a result (open the file in a spreadsheet and save it)"
        return Fault(cause, f"={unescape(formula[1].decode()) if formula else '...'}")
    return None


def _is(element: ElementTree.Element, name: str) -> bool:
    return element.tag.rpartition("}")[2] == name


def _column(letters: bytes) -> int:
    """A column's number from 0 by its letters: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
