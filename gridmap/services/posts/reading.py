"""Reading a list of posts: which column says what, and the rows as texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gridmap.errors import BadFile
from gridmap.services.exchange.files import open_source
from gridmap.services.exchange.problems import Problems
from gridmap.services.exchange.reading import ReadOptions, read_stream
from gridmap.services.exchange.table import Objects, Table, text_of
from gridmap.services.exchange.times import parse_days
from gridmap.services.given_rows import RowError, columns_of

# field -> headings it is known by, the one of the template first
FIELDS: dict[str, tuple[str, ...]] = {
    "worker": ("worker", "姓名", "人员", "人员姓名", "网格员姓名", "任职人员", "name"),
    "account": ("account", "账号", "帐号", "用户名"),
    "title": ("title", "岗位", "岗位名称", "职务", "角色", "role", "post"),
    "place": (
        "place", "地点", "责任区", "责任区域", "网格", "网格名称", "所属网格", "小区或楼栋", "楼栋", "grid", "building",
    ),
    "place_code": (
        "place_code", "地点编码", "网格编码", "网格代码", "区划编码", "楼栋编码", "grid_code", "area_code", "code",
    ),
    "community": ("community", "社区", "社区名称", "所属社区", "村"),
    "stairwell": ("stairwell", "单元", "楼道", "单元号", "unit"),
    "deputy": ("deputy", "代理人", "副岗", "AB岗", "备岗"),
    "valid_from": ("from", "开始日期", "任职日期", "起始日期", "上岗日期", "valid_from", "since"),
    "valid_to": ("to", "结束日期", "截止日期", "离岗日期", "valid_to", "until"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list; `row` counts from 1 below the headings. A field is None where it is empty."""

    row: int
    worker: str | None
    account: str | None
    title: str | None
    place: str | None
    place_code: str | None
    community: str | None
    stairwell: str | None
    deputy: str | None
    valid_from: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as read. `columns`: field -> heading. `errors`: rows with a day that is none."""

    file: str
    sha256: str
    lines: list[Line]
    columns: dict[str, str]
    errors: list[RowError]
    notes: list[str]


def read_list(path: Path, told: Mapping[str, str], sheet: str | None = None, encoding: str | None = None) -> Listing:
    """The rows of an XLSX or CSV, blank ones left out. `told`: field -> heading, "" for none.

    Raises BadFile where no column says the title or the place, BadInput for a field or heading there is not, and as an
    import does for a file that cannot be read.
    """
    source = open_source(path)
    tables = list(read_stream(source, ReadOptions(sheet=sheet, encoding=encoding)).tables())
    columns = columns_of(tables[0], FIELDS, told, "posts")
    lacking = [
        what
        for what, fields in (("the title of the post", {"title"}), ("its place", {"place", "place_code"}))
        if not columns.keys() & fields
    ]
    if lacking:
        raise BadFile(
            f"No column of {path.name} is recognised as {' or '.join(lacking)}. "
            f"Its columns are: {', '.join(tables[0].headings)}.",
            "Say which one it is: --map title=COLUMN --map place=COLUMN; or take `gridmap post list --template FILE`.",
        )
    lines: list[Line] = []
    errors: list[RowError] = []
    before = 0
    for table in tables:
        lines += _lines(table, columns, before, errors)
        before += table.n
    return Listing(path.name, source.sha256, lines, columns, errors, [*source.notes, *tables[0].notes])


def _lines(table: Table, columns: Mapping[str, str], before: int, errors: list[RowError]) -> list[Line]:
    def texts(field: str) -> list[str | None]:
        return [text_of(v) for v in table.columns[columns[field]]] if field in columns else [None] * table.n

    def days(field: str) -> Objects | list[None]:
        if field not in columns:
            return [None] * table.n
        return parse_days(columns[field], table.columns[columns[field]], problems, serials_from=table.serials_from)

    problems = Problems(table.n)
    begins, ends = days("valid_from"), days("valid_to")
    bad = problems.mask().nonzero()[0].tolist()
    errors += [RowError(before + index + 1, problems.reason(index)) for index in bad]
    fields = [texts(field) for field in list(FIELDS)[:8]]
    rows = zip(*fields, begins, ends, strict=True)
    return [Line(before + number, *row) for number, row in enumerate(rows, 1) if any(row)]
