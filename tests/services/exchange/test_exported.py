"""What gridmap writes into a file beyond the fields, and reads back."""

from __future__ import annotations

import itertools

from gridmap.services.exchange.exported import ATTRIBUTES, NO_OBJECT, guarded, restored, unguarded
from gridmap.services.exchange.table import Table, object_array

RUN_BY_SPREADSHEETS = "=+-@\t\r＝＋－＠"


def test_no_guarded_text_begins_like_a_formula_and_every_text_comes_back() -> None:
    texts = ["".join(signs) for n in range(5) for signs in itertools.product("'=-a", repeat=n)]
    assert len(texts) == 341
    for text in [*texts, *(sign + "x" for sign in RUN_BY_SPREADSHEETS)]:
        written = guarded(text)
        assert not written.startswith(tuple(RUN_BY_SPREADSHEETS)), text
        assert unguarded(written) == text
    assert guarded("'plain'") == "'plain'"  # harmless texts stand as they are


def test_derived_columns_go_and_long_texts_are_joined() -> None:
    table = _table(
        code=["=A", "'=B"], gridmap_more_10_wkt=["C", ""], wkt=["A", "only"], gridmap_more_2_wkt=["B", None],
        gridmap_grid=["G1", "G2"], **{ATTRIBUTES: ['{"a": 1}', None]},
    )  # fmt: skip
    read = restored(table, is_csv=True)
    assert {name: cells.tolist() for name, cells in read.columns.items()} == {
        "code": ["=A", "=B"],
        "wkt": ["ABC", "only"],  # part 10 comes after part 2
        ATTRIBUTES: ['{"a": 1}', None],
    }
    assert read.notes == ["Found out by gridmap itself, so not taken from the file: gridmap_grid."]


def test_attributes_that_are_no_object_break_their_row_only() -> None:
    read = restored(_table(code=["a", "b", "c"], **{ATTRIBUTES: ["[1]", '{"a": 1}', "{"]}), is_csv=False)
    assert read.broken == {0: NO_OBJECT, 2: NO_OBJECT}


def test_a_file_of_others_is_left_as_it_is() -> None:
    table = _table(code=["'=A"], gridmap_grid=["G1"])
    assert restored(table, is_csv=True) is table


def _table(**columns: list[str | None]) -> Table:
    n = len(next(iter(columns.values())))
    return Table(n, {name: object_array(list(cells)) for name, cells in columns.items()})
