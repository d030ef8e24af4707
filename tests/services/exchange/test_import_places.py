"""Where rows are: reference systems, datums, impossible coordinates, shapes that are none."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from gridmap.errors import BadFile, BadInput, CrsMismatch
from gridmap.geo import datums
from gridmap.services.exchange import RowsRefused

HEAD = "source_id,date,lon,lat\n"


def reasons(caught: pytest.ExceptionInfo[RowsRefused]) -> dict[int, str]:
    return {row: cause.text for cause in caught.value.report.causes for row, _ in cause.examples}


def stored_points(bench: Any) -> list[tuple[float, float]]:
    return bench.rows("SELECT ST_X(geom), ST_Y(geom) FROM incident ORDER BY id")


def test_a_table_without_crs_is_wgs84_and_that_is_said(bench: Any) -> None:
    report = bench.run("incidents", bench.csv(HEAD + "1,2024-03-05,114.97,30.17\n"))
    assert report.crs == "EPSG:4326"
    assert any("No --crs given" in note for note in report.notes)
    assert stored_points(bench) == [(114.97, 30.17)]
    assert bench.one("SELECT source_crs FROM import_batch") == "EPSG:4326"


def test_metres_of_a_national_grid(bench: Any) -> None:
    # CGCS2000 / 3-degree Gauss-Kruger CM 114E, as surveyors deliver
    x, y = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True).transform(114.97, 30.17)
    path = bench.csv(f"source_id,date,x,y\n1,2024-03-05,{x:.4f},{y:.4f}\n")
    assert bench.run("incidents", path, crs="EPSG:4547").crs == "EPSG:4547"
    assert stored_points(bench)[0] == pytest.approx((114.97, 30.17), abs=2e-9)


@pytest.mark.parametrize("datum", ["gcj02", "bd09", "cgcs2000"])
def test_chinese_datums(bench: Any, datum: str) -> None:
    lon, lat = datums.from_wgs84([114.97], [30.17], datum)
    path = bench.csv(HEAD + f"1,2024-03-05,{lon[0]:.9f},{lat[0]:.9f}\n")
    assert bench.run("incidents", path, crs=datum).crs == datum
    assert stored_points(bench)[0] == pytest.approx((114.97, 30.17), abs=2e-9)


def test_a_shifted_datum_outside_china_is_refused(bench: Any) -> None:
    with pytest.raises(CrsMismatch, match="outside the area of gcj02"):
        bench.run("incidents", bench.csv(HEAD + "1,2024-03-05,-1.6,54.9\n"), crs="gcj02")


def test_geojson_from_a_chinese_service_may_be_said_to_be_shifted(bench: Any) -> None:
    lon, lat = datums.from_wgs84([114.97], [30.17], "gcj02")
    path = bench.geojson([({"date": "2024-03-05"}, shapely.Point(lon[0], lat[0]))])
    report = bench.run("incidents", path, crs="gcj02")
    assert any("read as gcj02" in note for note in report.notes)
    assert stored_points(bench)[0] == pytest.approx((114.97, 30.17), abs=2e-9)


@pytest.mark.parametrize("name", ["EPSG:999999", "EPSG:abc", "WGS", "epsg", "EPSG:4978"])
def test_names_that_are_no_reference_system(bench: Any, name: str) -> None:
    with pytest.raises(BadInput):
        bench.run("incidents", bench.csv(HEAD + "1,2024-03-05,114.97,30.17\n"), crs=name)


def write_points(path: Any, crs: str | None, x: float = 114.97, y: float = 30.17) -> Any:
    wkb = shapely.to_wkb(np.array([shapely.Point(x, y)], dtype=object))
    days = np.array(["2024-03-05"], dtype=object)
    pyogrio.raw.write(path, wkb, [days], ["date"], geometry_type="Point", crs=crs, layer="points")
    return path


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_geographic_file_without_crs_is_refused_with_the_cure(bench: Any) -> None:
    path = write_points(bench.folder / "bare.gpkg", None)
    with pytest.raises(CrsMismatch, match="does not say") as caught:
        bench.run("incidents", path)
    assert "--crs" in caught.value.hint
    assert bench.run("incidents", path, crs="EPSG:4326").stored == 1


def test_file_and_option_must_not_contradict(bench: Any) -> None:
    path = write_points(bench.folder / "utm.gpkg", "EPSG:32650", 304_000, 3_339_000)
    with pytest.raises(CrsMismatch, match="EPSG:32650, --crs says EPSG:4326"):
        bench.run("incidents", path, crs="EPSG:4326")
    assert bench.run("incidents", path, crs="EPSG:32650").stored == 1


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [
        ("nan", "30.17", "lon is no number"),
        ("inf", "30.17", "lon is no number"),
        ("", "30.17", "lon or lat is empty"),
        ("0", "0", "0, 0 is no position but an empty one"),
        ("30.17", "114.97", "longitude and latitude seem to be swapped"),
        ("604000", "3339000", "the coordinates are no degrees (metres? then give --crs EPSG:n)"),
        ("114,97", "30.17", "has 5 values, the headings are 4"),
    ],
)
def test_impossible_coordinates_name_their_row(bench: Any, lon: str, lat: str, reason: str) -> None:
    path = bench.csv(HEAD + f"1,2024-03-05,114.97,30.17\n2,2024-03-05,{lon},{lat}\n")
    with pytest.raises(RowsRefused) as caught:
        bench.run("incidents", path)
    assert reasons(caught) == {2: reason}
    assert bench.one("SELECT count(*) FROM incident") == 0


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("1,2024-03-05,30.17,114.97\n2,2024-03-05,30.18,114.98\n", "swapped"),
        ("1,2024-03-05,604000,3339000\n2,2024-03-05,604100,3339100\n", "no degrees"),
    ],
)
def test_a_file_of_nothing_else_is_refused_as_a_whole(bench: Any, rows: str, says: str) -> None:
    with pytest.raises(CrsMismatch, match=says):
        bench.run("incidents", bench.csv(HEAD + rows))


def test_swapped_columns_are_seen_by_the_extent_where_both_are_possible(bench: Any) -> None:
    bench.run("incidents", bench.csv(HEAD + "1,2024-03-05,-1.6,54.9\n"))
    with pytest.raises(RowsRefused) as caught:
        bench.run("incidents", bench.csv(HEAD + "2,2024-03-05,54.91,-1.61\n", "two.csv"))
    assert reasons(caught) == {1: "it lies beyond the project's extent; longitude and latitude seem to be swapped"}


def test_shapes_of_the_wrong_kind(bench: Any, square: Any) -> None:
    point = shapely.Point(114.97, 30.17)
    with pytest.raises(BadFile, match="The file holds points; blocks are polygons"):
        bench.run("blocks", bench.geojson([({"code": "A"}, point)]))
    with pytest.raises(RowsRefused) as caught:
        bench.run("blocks", bench.geojson([({"code": "A"}, square(0, 0)), ({"code": "B"}, point)]))
    assert reasons(caught) == {2: "its shape is not what blocks are (polygons)"}


def test_a_building_given_as_a_point_is_refused_with_the_reason(bench: Any, square: Any) -> None:
    rows = [({"code": "1"}, square(0, 0)), ({"code": "2"}, shapely.Point(114.97, 30.17))]
    with pytest.raises(RowsRefused) as caught:
        bench.run("buildings", bench.geojson(rows))
    assert reasons(caught) == {2: "its shape is not what buildings are (polygons)"}


def test_a_polygon_that_crosses_itself_is_refused_at_its_place_and_never_repaired(bench: Any, square: Any) -> None:
    bow = shapely.Polygon([(114.96, 30.18), (114.98, 30.20), (114.98, 30.18), (114.96, 30.20)])
    with pytest.raises(RowsRefused) as caught:
        bench.run("blocks", bench.geojson([({"code": "A"}, square(5, 5)), ({"code": "B"}, bow)]))
    ((cause,),) = [caught.value.report.causes]
    assert cause.text == "its shape is not valid"
    assert cause.examples == ((2, "Self-intersection at lon 114.970000, lat 30.190000"),)


@pytest.mark.parametrize("shape", [None, shapely.Point()])
def test_rows_without_a_shape(bench: Any, square: Any, shape: shapely.Geometry | None) -> None:
    with pytest.raises(RowsRefused) as caught:
        bench.run("blocks", bench.geojson([({"code": "A"}, square(0, 0)), ({"code": "B"}, shape)]))
    assert reasons(caught) == {2: "has no shape"}


def test_heights_are_dropped_and_multi_shapes_kept(bench: Any, square: Any) -> None:
    solid = shapely.force_3d(square(0, 0), 25.0)
    two = shapely.MultiPolygon([square(2, 0), square(4, 0)])
    bench.run("blocks", bench.geojson([({"code": "A"}, solid), ({"code": "B"}, two)]))
    parts = bench.rows("SELECT code, ST_NumGeometries(geom), ST_Area(geom) FROM block ORDER BY code")
    assert [(code, n) for code, n, _ in parts] == [("A", 1), ("B", 2)]
    assert parts[1][2] == pytest.approx(2 * square(0, 0).area)


def test_shapes_written_as_text(bench: Any, square: Any) -> None:
    path = bench.csv(f"code;wkt\nA;{square(0, 0).wkt}\nB;POLYGON ((1 2\n")
    with pytest.raises(RowsRefused) as caught:
        bench.run("blocks", path)
    assert reasons(caught) == {2: "its shape is no WKT text"}


def test_nan_inside_a_polygon(bench: Any, square: Any) -> None:
    ring = [[114.96, 30.18], [114.98, 30.18], [None, 30.20], [114.96, 30.18]]
    good = json.loads(shapely.to_geojson(square(5, 5)))
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": geometry}
        for code, geometry in (("A", good), ("B", {"type": "Polygon", "coordinates": [ring]}))
    ]
    path = bench.folder / "nan.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(RowsRefused) as caught:
        bench.run("blocks", path)
    assert set(reasons(caught)) == {2}
