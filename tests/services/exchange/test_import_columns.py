"""Columns are recognised by heading, in both languages; what was guessed is known to be a guess."""

from __future__ import annotations

import pytest

from gridmap.errors import BadFile, BadInput
from gridmap.services.exchange.columns import Columns, choose
from gridmap.services.exchange.layers import LAYERS
from gridmap.services.exchange.table import Table, object_array


def table(n: int = 2, **columns: list[object]) -> Table:
    return Table(n, {heading: object_array(values) for heading, values in columns.items()})


def empty(*headings: str) -> Table:
    return Table(1, {heading: object_array([None]) for heading in headings})


def chosen(layer: str, *headings: str, **told: str) -> Columns:
    return choose(LAYERS[layer], empty(*headings), told)


def test_chinese_headings_of_a_case_list() -> None:
    columns = chosen("incidents", "案由", "案发时间", "案发地址", "经度", "纬度", "办案单位")
    assert columns.chosen == {
        "kind": "案由",
        "occurred_at": "案发时间",
        "address": "案发地址",
        "lon": "经度",
        "lat": "纬度",
    }
    assert set(columns.guessed) == set(columns.chosen)
    assert columns.unused(empty("案由", "办案单位")) == ["办案单位"]


@pytest.mark.parametrize("heading", ["Longitude", "LNG", "经度（°）", "lon_wgs84", "X"])
def test_case_signs_and_brackets_do_not_matter(heading: str) -> None:
    columns = chosen("incidents", "date", heading, "lat")
    assert columns.chosen["lon"] == heading


def test_a_fields_own_name_is_no_guess_and_never_anothers() -> None:
    # 'type' is a synonym of kind, but kind is there itself; 'code' would also do for source_id
    columns = chosen("incidents", "kind", "type", "source_id", "code", "month", "lon", "lat")
    assert columns.chosen["kind"] == "kind"
    assert columns.chosen["source_id"] == "source_id"
    assert columns.guessed == ()


def test_what_is_told_wins_over_what_would_be_guessed() -> None:
    columns = chosen("incidents", "type", "category", "date", "lon", "lat", kind="type", source_id="")
    assert columns.chosen["kind"] == "type"
    assert "source_id" not in columns.chosen


def test_one_text_for_every_row() -> None:
    two = table(date=["2024-01-01"] * 2, lon=["1"] * 2, lat=["2"] * 2)
    columns = choose(LAYERS["incidents"], two, {"kind": "=order.noise"})
    values = columns.values(two, "kind")
    assert values is not None
    assert values.tolist() == ["order.noise", "order.noise"]


def ids(heading: str, *values: object) -> Table:
    n = len(values)
    columns = {heading: list(values), "date": ["2024-01-01"] * n, "lon": ["1"] * n, "lat": ["2"] * n}
    return table(n, **columns)


@pytest.mark.parametrize("heading", ["编号", "案件编号", "ID", "case_id"])
@pytest.mark.parametrize("values", [("1", "1", "1", "2"), ("1", None, "2"), (None, None)])
def test_a_column_named_as_the_id_may_have_some_gaps_and_repeats(heading: str, values: tuple[object, ...]) -> None:
    columns = choose(LAYERS["incidents"], ids(heading, *values), {})
    assert columns.chosen["source_id"] == heading
    assert (columns.notes, columns.warnings) == ((), ())


@pytest.mark.parametrize("values", [("1", "1", "1"), ("1", None, None), ("1", "1", None)])
def test_where_most_rows_have_no_id_of_their_own_it_is_none_and_a_warning_says_so(values: tuple[object, ...]) -> None:
    rows = ids("编号", *values)
    columns = choose(LAYERS["incidents"], rows, {})
    assert "source_id" not in columns.chosen
    assert "2 of 3 rows have no value of their own" in columns.warnings[0]
    assert "--map source_id=编号" in columns.warnings[0]
    assert choose(LAYERS["incidents"], rows, {"source_id": "编号"}).chosen["source_id"] == "编号"  # told is told


@pytest.mark.parametrize("heading", ["code", "OBJECTID"])
def test_an_id_of_something_else_must_be_every_rows_own(heading: str) -> None:
    columns = choose(LAYERS["incidents"], ids(heading, "1", "2", "2"), {})
    assert "source_id" not in columns.chosen
    assert "gaps or repeats" in columns.notes[0]
    assert choose(LAYERS["incidents"], ids(heading, "1", "2", "3"), {}).chosen["source_id"] == heading


@pytest.mark.parametrize("heading", ["误差", "误差(米)", "误差（米）", "定位精度"])
def test_what_the_error_of_a_place_is_called(heading: str) -> None:
    assert chosen("incidents", "date", "lon", "lat", heading).chosen["uncertainty_m"] == heading


@pytest.mark.parametrize(
    ("layer", "headings", "missing"),
    [
        ("grids", ("name", "lon", "lat"), "code"),
        ("incidents", ("kind", "lon", "lat"), "occurred_at"),
        ("incidents", ("date", "kind"), "lon, lat"),
        ("incidents", ("date", "lon"), "lat"),
        ("streets", ("name", "wkt"), "class"),
    ],
)
def test_missing_columns_name_what_there_is_and_the_cure(layer: str, headings: tuple[str, ...], missing: str) -> None:
    with pytest.raises(BadFile) as caught:
        chosen(layer, *headings)
    assert missing in caught.value.message
    assert ", ".join(headings) in caught.value.message
    assert "--map" in caught.value.hint


def test_fields_and_columns_that_do_not_exist() -> None:
    with pytest.raises(BadInput, match="no field 'colour'"):
        chosen("incidents", "date", "lon", "lat", colour="date")
    with pytest.raises(BadInput, match="no column 'datum'"):
        chosen("incidents", "date", "lon", "lat", occurred_on="datum")


def test_a_table_of_areas_needs_no_places() -> None:
    assert chosen("areas", "code", "name", "level", "parent_code").chosen.keys() == {
        "code",
        "name",
        "level",
        "parent_code",
    }


@pytest.mark.parametrize("layer", LAYERS)
def test_no_two_fields_of_a_layer_want_one_heading(layer: str) -> None:
    """A heading that is the first synonym of two fields would be given by the order of the fields alone."""
    names = [field.name for field in LAYERS[layer].fields]
    assert len(names) == len(set(names))
    first = [field.synonyms[0] for field in LAYERS[layer].fields if field.synonyms]
    assert len(first) == len(set(first))


def test_headings_that_were_cut_are_the_beginning_of_a_name() -> None:
    table = Table(
        1,
        {h: object_array(["x"]) for h in ("小区编", "building_n", "uncertaint", "street_nam", "door")},
        shapes=object_array([None]),
        cut=frozenset({"小区编", "building_n", "street_nam"}),
    )
    columns = choose(LAYERS["buildings"], table, {})
    assert columns.chosen == {"compound_code": "小区编", "street_name": "street_nam"}
    assert set(columns.guessed) == {"compound_code", "street_name"}
    (note,) = columns.notes
    assert note == "Column 'building_n' was cut and may be number or name: say which, --map number=building_n"


def test_joined_headings_are_known_by_their_lowest_line() -> None:
    values = object_array(["1"])
    table = Table(1, dict.fromkeys(("位置/经度", "位置/纬度", "发生时间"), values), parts={
        "位置/经度": ("位置", "经度"), "位置/纬度": ("位置", "纬度")
    })  # fmt: skip
    assert choose(LAYERS["incidents"], table, {}).chosen == {
        "lon": "位置/经度", "lat": "位置/纬度", "occurred_at": "发生时间"
    }  # fmt: skip
