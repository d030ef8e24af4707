"""The list of accounts as a workbook to fill in: a row for everybody who holds posts and has no account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill

from gridmap.services.exchange.exported import OWN_SHEETS
from gridmap.services.exchange.field_meanings import Language, Words, in_language
from gridmap.store import posts
from gridmap.store.engine import Store

# heading, what stands below it
COLUMNS: dict[str, tuple[Words, Words]] = {
    "account": (
        ("账号", "account"),
        ("登录用的账号：2 至 60 个字母、数字或 . _ -", "the name to sign in by: 2 to 60 letters, digits, . _ -"),
    ),
    "worker": (
        ("姓名", "worker"),
        ("任岗人员的姓名；名单中没有的人将新建", "who holds the posts; somebody who is in no list yet is made"),
    ),
    "shown_name": (("显示名", "shown_name"), ("空为与姓名相同", "empty: the same as the name")),
}
SHEET: Words = ("账号", "accounts")
ABOUT: Words = (f"{OWN_SHEETS}填写说明", f"{OWN_SHEETS}fields")
TEXT_FORMAT = "@"  # numbers of staff keep their noughts


def write_template(store: Store, path: Path, language: Language) -> int:
    """Write the workbook -> how many people in it have no account."""
    with store.read() as session:
        names = [worker.name for worker in posts.workers(session) if worker.account is None]
    book = Workbook()
    sheet = book.active
    sheet.title = in_language(SHEET, language)
    sheet.append([in_language(heading, language) for heading, _ in COLUMNS.values()])
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="EDEDED")
    for name in names:
        sheet.append([None, name, None])
    _format(sheet)
    about = book.create_sheet(in_language(ABOUT, language))
    for heading, meaning in COLUMNS.values():
        about.append([in_language(heading, language), in_language(meaning, language)])
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 16, 80
    book.save(path)
    return len(names)


def _format(sheet: Any) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            cell.number_format = TEXT_FORMAT
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a name that begins with = is a name
    for letter in "ABC":
        sheet.column_dimensions[letter].width = 22
        sheet.column_dimensions[letter].number_format = TEXT_FORMAT
    sheet.freeze_panes = "A2"
