"""Reading the list: which column says where, and which says the grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gridmap.errors import BadFile, BadInput
from gridmap.services.exchange.files import open_source
from gridmap.services.exchange.reading import ReadOptions, read_stream
from gridmap.services.exchange.table import Table, folded, text_of

# field -> headings it is known by, best first; a compound and a building beside each other are one place
FIELDS: dict[str, tuple[str, ...]] = {
    "place": ("place", "小区或楼栋", "小区/楼栋", "小区楼栋", "楼栋或小区", "位置", "地址", "address", "name", "名称"),
    "compound": ("compound", "compound_name", "小区", "小区名称", "院落"),
    "building": ("building", "building_name", "楼栋", "楼栋名称", "楼号", "栋号"),
    "place_code": ("place_code", "compound_code", "building_code", "小区编码", "楼栋编码", "小区代码", "code", "编码"),
    "community": ("community", "community_name", "社区", "社区名称", "村"),
    "grid": ("grid", "grid_name", "网格", "网格名称", "所属网格"),
    "grid_code": ("grid_code", "网格编码", "网格代码", "网格编号", "网格号"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list; `row` counts from 1 below the headings. A field is None where it is empty."""

    row: int
    place: str | None
    place_code: str | None
    community: str | None
    grid: str | None
    grid_code: str | None

    def text(self) -> str:
        return self.place or self.place_code or ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as read. `columns`: field -> heading."""

    file: str
    sha256: str
    lines: list[Line]
    columns: dict[str, str]
    notes: list[str]


def read_list(path: Path, told: Mapping[str, str], sheet: str | None = None, encoding: str | None = None) -> Listing:
    """The rows of an XLSX or CSV. `told`: field -> heading, "" for none.

    Raises BadFile where no column says the place or the grid, BadInput for a field or heading there is not, and as an
    import does for a file that cannot be read.
    """
    source = open_source(path)
    tables = list(read_stream(source, ReadOptions(sheet=sheet, encoding=encoding)).tables())
    columns = _columns(tables[0], told)
    have = columns.keys()
    lacking = [
        what
        for what, fields in (
            ("a place (compound or building)", {"place", "compound", "building", "place_code"}),
            ("a grid", {"grid", "grid_code"}),
        )
        if not have & fields
    ]
    if lacking:
        raise BadFile(
            f"No column of {path.name} is recognised as {' or '.join(lacking)}. "
            f"Its columns are: {', '.join(tables[0].headings)}.",
            "Say which one it is: --map place=COLUMN --map grid=COLUMN.",
        )
    lines: list[Line] = []
    for table in tables:
        lines += _lines(table, columns, len(lines))
    return Listing(path.name, source.sha256, lines, columns, [*source.notes, *tables[0].notes])


def _columns(table: Table, told: Mapping[str, str]) -> dict[str, str]:
    for field, heading in told.items():
        if field not in FIELDS:
            raise BadInput(f"A list has no field '{field}'.", f"Its fields are: {', '.join(FIELDS)}.")
        if heading and heading not in table.columns:
            raise BadInput(f"The list has no column '{heading}'.", f"Its columns are: {', '.join(table.headings)}.")
    chosen = {field: heading for field, heading in told.items() if heading}
    free = {folded(heading): heading for heading in table.headings if heading not in chosen.values()}
    for field, names in FIELDS.items():
        found = next((free[folded(name)] for name in names if folded(name) in free), None)
        if field not in told and found is not None:
            chosen[field] = found
            del free[folded(found)]
    return chosen


def _lines(table: Table, columns: Mapping[str, str], before: int) -> list[Line]:
    def cells(field: str) -> list[str | None]:
        return [text_of(v) for v in table.columns[columns[field]]] if field in columns else [None] * table.n

    parts = [cells(field) for field in ("place", "compound", "building")]
    places = ["".join(dict.fromkeys(part for part in row if part)) or None for row in zip(*parts, strict=True)]
    others = (cells(field) for field in ("place_code", "community", "grid", "grid_code"))
    return [
        Line(before + number, *values)
        for number, values in enumerate(zip(places, *others, strict=True), 1)
        if any(values)
    ]
