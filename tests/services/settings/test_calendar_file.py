"""The yearly notice as a file: CSV of either encoding, a workbook, JSON; each bad row is named."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from openpyxl import Workbook

from gridmap.domain.calendar import WorkingCalendar
from gridmap.errors import BadFile, TooLarge
from gridmap.services.settings import SettingsRefused, days_of, write_days
from gridmap.services.settings.calendar_file import published_days

ROWS = [("2026-10-01", "放假", "国庆节"), ("2026-10-10", "上班", "国庆节")]
DAYS = [
    {"on": "2026-10-01", "kind": "holiday", "name": "国庆节"}, {"on": "2026-10-10", "kind": "workday", "name": "国庆节"}
]  # fmt: skip


def text(rows: list[tuple[str, str, str]], heading: str = "日期,类型,名称") -> str:
    return "\n".join([heading, *(",".join(row) for row in rows)])


def workbook() -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.active.append(["2026 年放假安排"])
    book.active.append(["名称", "日期", "类别"])
    for on, kind, name in ROWS:
        book.active.append([name, dt.date.fromisoformat(on), kind])
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", text(ROWS).encode()),
        ("a.csv", text(ROWS).encode("utf-8-sig")),
        ("a.csv", text(ROWS).encode("gb18030")),
        ("a.csv", text(ROWS).replace(",", ";").encode()),
        ("a.csv", text([("2026年10月1日", "休", "国庆节"), ("20261010", "调休", "国庆节")]).encode()),
        ("a.csv", text([("2026/10/10", "workday", "国庆节"), ("2026/10/1", "Holiday", "国庆节")]).encode()),
        ("A.XLSX", workbook()),
        ("a.json", json.dumps([{"date": on, "kind": kind, "name": name} for on, kind, name in ROWS]).encode()),
        ("2026.json", json.dumps({"$id": "https://example.org/2026.json", "year": 2026, "papers": [], "days": [
            {"name": name, "date": on, "isOffDay": kind == "放假"} for on, kind, name in ROWS
        ]}).encode()),
        ("a.json", json.dumps({"days": [{"日期": row[0], "类型": row[1], "名称": row[2]} for row in ROWS]}).encode()),
    ],
)
def test_every_kind_of_file_gives_the_same_days(name: str, content: bytes) -> None:
    assert days_of(name, content) == DAYS


def test_what_is_written_is_read_again() -> None:
    assert days_of("calendar.csv", write_days(DAYS).encode()) == DAYS


def test_bad_rows_are_named_each() -> None:
    rows = [("2026-02-30", "放假", ""), ("2026-10-01", "吃饭", ""), *ROWS, ROWS[0]]
    rows += [("", "放假", ""), ("2026-01-01", " ", "")]
    with pytest.raises(SettingsRefused) as refused:
        days_of("a.csv", text(rows).encode())
    assert [each.message for each in refused.value.problems] == [
        "Row 1: '2026-02-30' is no day.",
        "Row 2: '吃饭' is no kind of day.",
        "Row 5: the day 2026-10-01 stands there twice.",
        "Row 6: the date is missing.",
        "Row 7: the kind of day is missing.",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"x"), ("a.csv", b"\xff\xfe\x00\x81"), ("a.csv", b"a,b\n1,2"), ("a.csv", "日期,类型".encode()),
        ("a.xlsx", b"PK not a workbook"), ("a.json", b"{"), ("a.json", b"[1]"), ("a.json", b"[" * 20_000),
    ],
)  # fmt: skip
def test_what_is_no_calendar_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(BadFile):
        days_of(name, content)


def test_a_file_is_refused_in_our_words_only() -> None:
    with pytest.raises(BadFile) as refused:
        days_of("d.xlsx", b"no workbook")
    assert refused.value.message == "d.xlsx cannot be read as a workbook."


def test_a_large_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLarge):
        days_of("a.csv", b"x" * ((1 << 20) + 1))


def test_the_example_is_the_notice_of_2026() -> None:
    """33 days of holidays and 6 working weekends; 248 working days are left of the year."""
    calendar = WorkingCalendar.of({"calendar": {"day": published_days()}})
    kinds = [day.kind for day in calendar.days.values()]
    assert (kinds.count("holiday"), kinds.count("workday")) == (33, 6)
    assert calendar.working_days_between(dt.date(2025, 12, 31), dt.date(2026, 12, 31)) == 248
