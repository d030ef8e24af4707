"""The yearly notice of holidays and working weekends as a file: CSV, XLSX or JSON with date, kind and name."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import python_calamine as calamine

from gridmap.domain.calendar import DayKind
from gridmap.errors import BadFile, TooLarge
from gridmap.services.files.limits import WORKBOOK_LIMIT_BYTES
from gridmap.services.settings.problems import Problem, SettingsRefused

PUBLISHED = Path(__file__).resolve().parents[2] / "holidays.toml"  # notices of past years, for the table to fill in
LIMIT_BYTES = 1 << 20
MOST_ROWS = 3_000
HEADINGS = {
    "on": ("date", "日期", "on", "day"),
    "kind": ("kind", "类型", "类别", "安排", "type"),
    "name": ("name", "名称", "节日", "holiday name"),
}
KINDS = {
    DayKind.HOLIDAY: ("holiday", "假日", "节假日", "放假", "休", "休息", "法定节假日", "off"),
    DayKind.WORKDAY: ("workday", "调休", "上班", "班", "补班", "调休上班", "工作日", "work"),
}
WRITTEN = (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"), re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"))
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")

Day = dict[str, str]
Row = tuple[int, Mapping[str, str]]  # its number, counted from 1 below the headings, and its cells


def days_of(name: str, content: bytes) -> list[Day]:
    """The days of a file as a configuration has them: on, kind, name; by date.

    Raises BadFile for a file that cannot be read, TooLarge over 1 MB, SettingsRefused with each bad row.
    """
    if len(content) > LIMIT_BYTES:
        raise TooLarge(f"{name} is larger than 1 MB.", "A calendar has some dozens of rows a year.")
    readers = {".csv": _csv_rows, ".xlsx": _workbook_rows, ".json": _json_rows}
    read = readers.get(Path(name).suffix.lower())
    if read is None:
        raise BadFile(f"{name} is no calendar.", "Choose a .csv, .xlsx or .json file.")
    rows = list(read(name, content))
    if not 0 < len(rows) <= MOST_ROWS:
        raise BadFile(f"{name} has {len(rows):,} rows.", f"Give 1 to {MOST_ROWS:,}, each with date, kind and name.")
    return _checked(rows)


def write_days(days: Iterable[Mapping[str, Any]]) -> str:
    """Days as CSV that `days_of` reads back, with the mark that spreadsheets know UTF-8 by."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(["日期", "类型", "名称"])
    for day in days:
        writer.writerow([day["on"], KINDS[DayKind(day["kind"])][1], day.get("name", "")])
    return out.getvalue()


def published_days() -> list[Day]:
    """The days of the newest notice that came with gridmap, as an example to fill in."""
    table = tomllib.loads(PUBLISHED.read_text(encoding="utf-8"))
    return [{"on": day["on"].isoformat(), "kind": day["kind"], "name": day["name"]} for day in table["day"]]


def _checked(rows: Sequence[Row]) -> list[Day]:
    found: dict[str, Day] = {}
    wrong: list[Problem] = []
    for number, cells in rows:
        path = f"calendar/day/row {number}"
        given_day, given_kind = cells.get("on", "").strip(), cells.get("kind", "").strip()
        on, kind = _day(given_day), _kind(given_kind)
        if on is None:
            what = f"'{given_day}' is no day" if given_day else "the date is missing"
            wrong.append(Problem(path, f"Row {number}: {what}.", "Write it as 2026-10-01."))
        elif kind is None:
            what = f"'{given_kind}' is no kind of day" if given_kind else "the kind of day is missing"
            wrong.append(Problem(path, f"Row {number}: {what}.", "Write 放假 or 上班."))
        elif on in found:
            wrong.append(Problem(path, f"Row {number}: the day {on} stands there twice.", "Keep one of them."))
        else:
            found[on] = {"on": on, "kind": str(kind), "name": cells.get("name", "").strip()}
    if wrong:
        raise SettingsRefused(wrong)
    return [found[on] for on in sorted(found)]


def _day(text: str) -> str | None:
    text = text.removesuffix(" 00:00:00")
    parts = next((match for match in (each.fullmatch(text) for each in (*WRITTEN, COMPACT)) if match), None)
    try:
        return None if parts is None else dt.date(*map(int, parts.groups())).isoformat()
    except ValueError:
        return None


def _kind(text: str) -> DayKind | None:
    wanted = text.casefold()
    return next((kind for kind, names in KINDS.items() if wanted in names), None)


def _csv_rows(name: str, content: bytes) -> Iterator[Row]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise BadFile(f"{name} is no text.", "Save it as CSV in UTF-8.")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from _table_rows(name, list(csv.reader(io.StringIO(text), delimiter=delimiter)))
    except csv.Error:
        raise BadFile(f"{name} cannot be read as CSV.", "Save it again.") from None


def _workbook_rows(name: str, content: bytes) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > WORKBOOK_LIMIT_BYTES:
                raise TooLarge(f"{name} is too large unpacked.", "A calendar has some dozens of rows a year.")
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        cells = book.get_sheet_by_index(0).to_python()
    except (calamine.CalamineError, zipfile.BadZipFile):
        raise BadFile(f"{name} cannot be read as a workbook.", "Save it again as .xlsx.") from None
    yield from _table_rows(name, [[_text(cell) for cell in line] for line in cells])


def _table_rows(name: str, lines: Sequence[Sequence[str]]) -> Iterator[Row]:
    """Rows below the first line that names the columns."""
    places = [{field: k for k, cell in enumerate(line) if (field := _field(cell)) is not None} for line in lines]
    top = next((k for k, at in enumerate(places) if {"on", "kind"} <= at.keys()), None)
    if top is None:
        raise BadFile(f"{name} has no columns date and kind.", "Name them in the first row: 日期, 类型, 名称.")
    for number, line in enumerate(lines[top + 1 :], 1):
        if any(cell.strip() for cell in line):
            yield number, {field: line[k] if k < len(line) else "" for field, k in places[top].items()}


def _field(cell: str) -> str | None:
    return next((field for field, names in HEADINGS.items() if cell.strip().casefold() in names), None)


def _json_rows(name: str, content: bytes) -> Iterator[Row]:
    """Objects with date, kind and name; or date, isOffDay (true, false) and name, as published lists often have it."""
    try:
        given = json.loads(content.decode("utf-8-sig"))
        lines = given["days"] if isinstance(given, Mapping) else given
        for number, line in enumerate(lines, 1):
            cells = {field: str(value) for key, value in line.items() if (field := _field(str(key))) is not None}
            if isinstance(line.get("isOffDay"), bool):
                cells.setdefault("kind", DayKind.HOLIDAY if line["isOffDay"] else DayKind.WORKDAY)
            yield number, cells
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadFile(
            f"{name} is no list of days.", 'Write it as [{"date": "2026-10-01", "kind": "holiday", "name": "国庆节"}].'
        ) from None


def _text(cell: object) -> str:
    if isinstance(cell, dt.datetime | dt.date):
        return cell.strftime("%Y-%m-%d")
    return str(int(cell)) if isinstance(cell, float) and cell == int(cell) else str(cell)
