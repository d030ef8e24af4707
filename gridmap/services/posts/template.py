"""The list of posts as a workbook to fill in: a row for each post there is, and for each that a grid lacks."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from gridmap.domain.access import TITLES
from gridmap.errors import BadInput
from gridmap.services.exchange.exported import OWN_SHEETS
from gridmap.services.exchange.field_meanings import Language, Words, in_language
from gridmap.services.posts.assigning import list_posts, today, vacancies
from gridmap.services.posts.titles import CHINESE
from gridmap.store.engine import Store
from gridmap.store.posts import PostRow

# heading, what stands below it
COLUMNS: dict[str, tuple[Words, Words]] = {
    "worker": (("姓名", "worker"), ("任职人员；留空的行不导入", "who holds it; rows without a name are left out")),
    "account": (("账号", "account"), ("重名时填写其登录账号", "the name to sign in by, where two share a name")),
    "title": (("岗位", "title"), ("从列表中选择", "one of the list")),
    "place_code": (
        ("地点编码", "place_code"),
        ("网格、区划或楼栋的编码；填了编码可不填地点", "code of a grid, an area or a building; then no name is needed"),
    ),
    "place": (
        ("地点", "place"),
        ("街道、社区、小区、网格或楼栋的名称", "name of a street, community, compound, grid or building"),
    ),
    "community": (("社区", "community"), ("同名时用来区分", "tells apart what has one name")),
    "stairwell": (("单元", "stairwell"), ("单元长所管的单元", "which stairwell of the building")),
    "deputy": (("代理人", "deputy"), ("可代行其职责的人", "who may do what the holder may")),
    "valid_from": (("开始日期", "from"), ("首日（含）；空为不限", "first day; empty: open")),
    "valid_to": (("结束日期", "to"), ("末日（含）；空为不限", "last day; empty: open")),
}  # fmt: skip
SHEET: Words = ("岗位", "posts")
ABOUT: Words = (f"{OWN_SHEETS}填写说明", f"{OWN_SHEETS}fields")
DATE_FORMAT, TEXT_FORMAT = "yyyy-mm-dd", "@"  # codes keep their noughts
LAST_ROW = 10_000


def write_template(store: Store, path: Path, language: Language, *, now: dt.datetime) -> int:
    """Write the workbook -> how many posts in it nobody holds. Raises as `require_new_workbook`."""
    require_new_workbook(path)
    with store.read() as session:
        day = today(session, now)
    empty = [vacancy for vacancy in vacancies(store, now=now) if vacancy.post_uid is None]
    rows = [_row(post, language) for post in list_posts(store, on=day) if post.holder_uid is not None]
    rows += [
        {
            "title": _title(vacancy.title, language), "place_code": vacancy.place_code, "place": vacancy.place_name,
            "community": vacancy.within,
        }
        for vacancy in empty
    ]  # fmt: skip
    book = Workbook()
    sheet = book.active
    sheet.title = in_language(SHEET, language)
    _write(sheet, rows, language)
    _explain(book.create_sheet(in_language(ABOUT, language)), language)
    unfinished = path.with_name(path.name + ".part")
    book.save(unfinished)
    unfinished.replace(path)
    return len(empty)


def require_new_workbook(path: Path) -> None:
    """Raises BadInput for a file that exists, is not called .xlsx or cannot be written."""
    if path.suffix.lower() != ".xlsx":
        raise BadInput(f"{path.name} is not called .xlsx.", "A template is an Excel workbook: --template FILE.xlsx")
    if path.exists() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        what = "exists already" if path.exists() else "cannot be written"
        raise BadInput(f"{path} {what}.", "Give a new file in a folder that you may write to.")


def _row(post: PostRow, language: Language) -> dict[str, Any]:
    return {
        "worker": post.holder_name,
        "title": _title(post.title, language),
        "place_code": post.grid_code or post.area_code or post.building_uid,
        "place": post.grid_name or post.area_name or f"{post.compound_name or ''}{post.building_name or ''}",
        "stairwell": post.stairwell,
        "deputy": post.deputy_name,
        "valid_from": post.valid_from,
        "valid_to": post.valid_to,
    }


def _title(title: str, language: Language) -> str:
    return CHINESE[title][0] if language == "zh" and title in CHINESE else title


def _write(sheet: Any, rows: list[dict[str, Any]], language: Language) -> None:
    sheet.append([in_language(heading, language) for heading, _ in COLUMNS.values()])
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="EDEDED")
    for row in rows:
        sheet.append([row.get(name) for name in COLUMNS])
    for number, name in enumerate(COLUMNS, 1):
        letter = get_column_letter(number)
        is_day = name.startswith("valid_")
        sheet.column_dimensions[letter].width = 22 if name in ("place_code", "place", "community") else 14
        sheet.column_dimensions[letter].number_format = DATE_FORMAT if is_day else TEXT_FORMAT
        for line in range(2, len(rows) + 2):
            cell = sheet.cell(line, number)
            cell.number_format = DATE_FORMAT if is_day else TEXT_FORMAT
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a name that begins with = is a name
    titles = DataValidation("list", formula1=f'"{",".join(_title(title, language) for title in TITLES)}"')
    sheet.add_data_validation(titles)
    titles.add(f"C2:C{LAST_ROW}")
    sheet.freeze_panes = "A2"


def _explain(sheet: Any, language: Language) -> None:
    for heading, meaning in COLUMNS.values():
        sheet.append([in_language(heading, language), in_language(meaning, language)])
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 16, 80
