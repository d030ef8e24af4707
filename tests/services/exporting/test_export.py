"""What is chosen, what the file says about itself, and when nothing is written."""

from __future__ import annotations

import csv
import datetime as dt
import json
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pyogrio
import pytest
import python_calamine

from gridmap.errors import BadInput, Conflict, NotFound, TooLarge
from gridmap.services.exporting import Choice, export_layer, workbook
from gridmap.services.exporting.delimited import about_line
from gridmap.store import incidents

AT = dt.datetime(2024, 7, 2, 9, 30, tzinfo=dt.UTC)
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
PLAIN_NUMBERS = {"lon", "lat", "uncertainty_m"}


@pytest.fixture
def rows(district: Any, tmp_path: Path) -> Any:
    """Export from the district with a choice -> the rows as dicts of texts."""
    return lambda layer, **choice: rows_of(district, tmp_path, layer, **choice)


def rows_of(place: Any, folder: Path, layer: str, **choice: Any) -> list[dict[str, str]]:
    path = folder / "chosen.csv"
    export_layer(place.store, layer, path, choice=Choice(**choice), overwrite=True)
    return read_csv(path)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert next(file).startswith("# gridmap export {")
        return list(csv.DictReader(file))


def test_every_format_says_what_it_is(district: Any, tmp_path: Path) -> None:
    choice = Choice(kinds=("盗窃",), from_on=dt.date(2024, 5, 1), bbox=(114.9, 30.1, 115.1, 30.3))
    told: list[dict[str, Any]] = []
    for form in ("gpkg", "geojson", "csv", "xlsx"):
        path = tmp_path / f"out.{form}"
        export_layer(district.store, "incidents", path, choice=choice, now=AT)
        told.append(ABOUT[form](path))
    assert told[1:] == told[:-1]  # all say the same
    about = told[0]
    assert about["exported_at"] == "2024-07-02T09:30:00+00:00"
    assert about["layer"] == "incidents" and about["crs"] == "EPSG:4326" and about["time_zone"] == "Asia/Shanghai"
    assert about["plan"]["name"] == "world-grids.geojson" and about["plan"]["state"] == "published"
    assert about["filter"] == {"kinds": ["盗窃"], "from": "2024-05-01", "bbox": [114.9, 30.1, 115.1, 30.3]}


def test_none_but_the_rows_named_go_out_and_the_file_repeats_why(district: Any, tmp_path: Path) -> None:
    whole = rows_of(district, tmp_path, "incidents")
    with district.store.read() as session:
        ids = sorted(incidents.events(session).id.tolist())
    assert len(whole) == len(ids) > 3
    path = tmp_path / "few.csv"
    choice = Choice(ids=ids[-3:], words={"hours": "5.18-23"})
    done = export_layer(district.store, "incidents", path, choice=choice, now=AT)
    assert done.rows == 3
    assert [row["gridmap_uid"] for row in read_csv(path)] == [row["gridmap_uid"] for row in whole[-3:]]
    assert json.loads(about_of(path))["filter"] == {"hours": "5.18-23"}
    none = export_layer(district.store, "incidents", path, choice=Choice(ids=[]), overwrite=True)
    assert none.rows == 0 and read_csv(path) == []


def about_of(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig").partition("\n")[0].removeprefix("# gridmap export ")


def _about_geopackage(path: Path) -> Any:
    return json.loads(pyogrio.read_info(path, layer="incidents")["layer_metadata"]["gridmap"])


def _about_geojson(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))["gridmap"]


def _about_csv(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8-sig").splitlines()[0].removeprefix("# gridmap export "))


def _about_workbook(path: Path) -> Any:
    pairs = python_calamine.load_workbook(path).get_sheet_by_index(1).to_python()
    return {name: json.loads(text) if str(text).startswith("{") else text for name, text in pairs}


ABOUT = {"gpkg": _about_geopackage, "geojson": _about_geojson, "csv": _about_csv, "xlsx": _about_workbook}


def test_an_incident_is_chosen_by_time_kind_grid_and_place(rows: Any) -> None:
    every = rows("incidents")
    assert len(every) == 40
    months = {row["source_id"] for row in rows("incidents", from_on=dt.date(2024, 5, 2), to_on=dt.date(2024, 5, 31))}
    assert months == set()  # a month counts only when the whole of it is asked for
    may = rows("incidents", from_on=dt.date(2024, 5, 1), to_on=dt.date(2024, 5, 31))
    assert len(may) == sum(not row["occurred_at"].startswith("2024-01-01") for row in every) < 40
    theft = rows("incidents", kinds=("order",))
    assert {row["kind"] for row in theft} == {"order.theft"} and len(theft) == 17
    in_a = rows("incidents", grid="=A")
    assert 0 < len(in_a) == sum(row["gridmap_grid"] == "'=A" for row in every)
    west, south = float(every[0]["lon"]), float(every[0]["lat"])
    assert [row["source_id"] for row in rows("incidents", bbox=(west, south, west, south))] == ["'=1+1"]


def test_where_compares_fields_and_empty_ones(rows: Any) -> None:
    assert [row["code"] for row in rows("households", where={"count": ["3", "8"]})] == ["'@SUM(A1)", "007"]
    assert [row["count"] for row in rows("households", where={"building_code": [""], "count": ["4"]})] == ["4"]
    assert [row["name"] for row in rows("areas", where={"valid_to": ["2019-12-31"]})] == ["old"]
    assert {row["class"] for row in rows("streets", where={"class": ["胡同"]})} == {"胡同"}


def test_times_have_their_zone_and_say_how_exact_they_are(rows: Any) -> None:
    dates = [(r["occurred_at"], r["occurred_on"], r["month"]) for r in rows("incidents")[:4]]
    assert dates == [
        ("2024-05-01T23:59:59.123456+08:00", "", ""),
        ("", "2024-05-01", ""),
        ("", "", "2024-05"),
        ("2024-01-01T00:00:00+08:00", "", ""),
    ]


def test_grids_are_those_of_the_plan_asked_for(own_district: Any, tmp_path: Path) -> None:
    draft = tmp_path / "draft.geojson"
    shapes = json.loads((own_district.folder / "world-grids.geojson").read_text(encoding="utf-8"))
    shapes["features"][0]["geometry"], shapes["features"][2]["geometry"] = (
        shapes["features"][2]["geometry"],
        shapes["features"][0]["geometry"],
    )
    draft.write_text(json.dumps(shapes), encoding="utf-8")
    own_district.take("grids", draft)
    rows = partial(rows_of, own_district, tmp_path)
    today = {row["code"]: row["gridmap_grid"] for row in rows("blocks")}
    then = {row["code"]: row["gridmap_grid"] for row in rows("blocks", plan="draft.geojson")}
    assert [today["000"], then["000"]] == ["'=A", "007"]
    assert [today["001"], then["001"]] == ["007", "'=A"]
    assert {row["code"]: row["gridmap_blocks"] for row in rows("grids", plan="draft.geojson")} == {
        "'=A": "2", "'+B": "3", "007": "3",
    }  # fmt: skip
    placed = {row["gridmap_grid_when_placed"] for row in rows("incidents", plan="draft.geojson", grid="007")}
    assert "'=A" in placed  # as it was when it was placed, beside the grid by the plan asked for


def test_no_cell_of_a_csv_begins_like_a_formula(rows: Any) -> None:
    for layer in ("sites", "buildings", "incidents", "tracks"):
        for row in rows(layer, plan=None):
            bad = {name: text for name, text in row.items() if text.startswith(RUN_BY_SPREADSHEETS)}
            assert not bad, layer
    line = about_line({"filter": {"where": {"name": ["x,=cmd()", "y;@z", "t\t-1"]}}})
    assert not any(part.lstrip()[:1] in tuple("=+-@") for sign in ",;\t" for part in line.split(sign))


def test_no_cell_of_a_workbook_is_a_formula(district: Any, tmp_path: Path) -> None:
    path = tmp_path / "sites.xlsx"
    export_layer(district.store, "sites", path)
    with ZipFile(path) as book:
        rows, styles = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "styles"))
    assert "<f>" not in rows and 't="e"' not in rows
    quoted = rows.split(">=1+1<")[0].rsplit("<c ", 1)[1]
    assert 't="inlineStr"' in quoted and 's="' in quoted and 'quotePrefix="1"' in styles


def test_a_file_that_exists_stays_unless_it_may_go(district: Any, tmp_path: Path) -> None:
    path = tmp_path / "kept.csv"
    path.write_text("mine")
    with pytest.raises(Conflict, match="exists already"):
        export_layer(district.store, "sites", path)
    assert path.read_text() == "mine"
    assert export_layer(district.store, "sites", path, overwrite=True).rows == 38
    assert len(read_csv(path)) == 38


def test_what_fails_half_way_leaves_the_old_file_and_no_part(
    district: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.xlsx"
    path.write_text("old")
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(workbook, "ROWS_LIMIT", 30)
    with pytest.raises(TooLarge, match="holds 29 rows"):
        export_layer(district.store, "sites", path, overwrite=True)
    assert path.read_text() == "old" and sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("layer", "name", "choice", "error", "words"),
    [
        ("sites", "out.shp", {}, BadInput, "does not say in which format"),
        ("sites", "no/such/out.csv", {}, BadInput, "cannot be written"),
        ("sites", "out.csv", {"where": {"colour": ["red"]}}, BadInput, "cannot be chosen by 'colour'"),
        ("buildings", "out.csv", {"where": {"floors": ["many"]}}, BadInput, "floors is a whole"),
        ("sites", "out.csv", {"from_on": dt.date(2024, 1, 1)}, BadInput, "sites have no date"),
        ("streets", "out.csv", {"grid": "=A"}, BadInput, "streets belong to no grid"),
        ("streets", "out.csv", {"kinds": ("x",)}, BadInput, "streets have no kind"),
        ("sites", "out.csv", {"grid": "none"}, NotFound, "has no grid 'none'"),
        ("sites", "out.csv", {"plan": "none"}, NotFound, "There is no plan 'none'"),
        ("incidents", "out.csv", {"kinds": ("nonsense",)}, BadInput, "There is no kind 'nonsense'"),
        ("incidents", "out.csv", {"bbox": (2.0, 0.0, 1.0, 1.0)}, BadInput, "is no box"),
    ],
)
def test_a_choice_that_cannot_be_made_is_refused(
    layer: str, name: str, choice: Any, error: Any, words: str, district: Any, tmp_path: Path
) -> None:
    with pytest.raises(error, match=words):
        export_layer(district.store, layer, tmp_path / name, choice=Choice(**choice))
    assert not (tmp_path / name).exists()
