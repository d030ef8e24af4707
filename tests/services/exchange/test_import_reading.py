"""Tables from files: every cell as it stands, every row accounted for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from gridmap.errors import BadFile
from gridmap.services.exchange.files import open_source
from gridmap.services.exchange.reading import ReadOptions, read_stream
from gridmap.services.exchange.table import Table


def whole(path: Path, layer: str | None = None) -> Table:
    return read_stream(open_source(path), ReadOptions(layer=layer)).first


def table_of(folder: Path, text: str | bytes, name: str = "in.csv", layer: str | None = None) -> Table:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return whole(path, layer)


def test_cells_stay_text_and_blank_lines_are_no_rows(tmp_path: Path) -> None:
    table = table_of(tmp_path, "\ufeffcode,count\r\n\r\n007,1e3\r\n\r\n 8 ,\r\n\r\n")
    assert table.n == 2
    assert table.columns["code"].tolist() == ["007", " 8 "]
    assert table.columns["count"].tolist() == ["1e3", ""]


def test_rows_of_another_width_are_broken_not_shifted(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,b,c\n1,2,3\n1,2\n1,2,3,4\n")
    assert table.broken == {1: "has 2 values, the headings are 3", 2: "has 4 values, the headings are 3"}
    assert table.broken_cells[2] == ["1", "2", "3", "4"]
    assert table.n == 3


def test_quotes_hold_commas_and_line_breaks(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'code,address\nA,"团城山,杭州西路\n8号"\nB,"say ""no"""\n')
    assert table.columns["address"].tolist() == ["团城山,杭州西路\n8号", 'say "no"']


@pytest.mark.parametrize(("sign", "said"), [(";", True), ("\t", False), ("|", True)])
def test_other_signs_between_columns(tmp_path: Path, sign: str, said: bool) -> None:
    table = table_of(tmp_path, f"a{sign}b\n1,5{sign}2\n")
    assert table.columns["a"].tolist() == ["1,5"]
    assert bool(table.notes) is said


def test_repeated_and_empty_headings_are_told_apart(tmp_path: Path) -> None:
    table = table_of(tmp_path, "name,,name\na,b,c\n")
    assert table.headings == ["name", "column 2", "name 3"]
    assert "more than once" in table.notes[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("code,lon\n", "no rows"),
        ("", "is empty"),
        ("114.1,30.2\n114.2,30.3\n", "no line of headings"),
        ('code,name\nA,"never closed\n', "quotation"),
    ],
)
def test_tables_that_cannot_be_read(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(BadFile) as caught:
        table_of(tmp_path, text)
    assert says in str(caught.value)


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def geojson(*features: dict[str, object]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


POINT = {"type": "Point", "coordinates": [114.97, 30.17]}


def test_geojson_keeps_types_and_gaps(tmp_path: Path) -> None:
    text = geojson(feature(POINT, code="007", n=3, f=0.5), feature(None, code="8", n=None, f=None))
    table = table_of(tmp_path, text, "in.geojson")
    assert table.columns["code"].tolist() == ["007", "8"]
    assert table.columns["n"].tolist() == [3, None]
    assert table.columns["f"].tolist() == [0.5, None]
    assert table.crs == "EPSG:4326"
    assert table.crs_is_implied
    assert shapely.is_missing(table.shapes).tolist() == [False, True]


def test_long_numbers_that_would_be_rounded_are_refused(tmp_path: Path) -> None:
    text = geojson(feature(POINT, id=420204004001000123), feature(POINT, id=None))
    with pytest.raises(BadFile, match="too long to be read safely"):
        table_of(tmp_path, text, "in.geojson")


def test_a_ring_that_is_not_closed_is_a_broken_row(tmp_path: Path) -> None:
    ring = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0]]]}
    table = table_of(tmp_path, geojson(feature(POINT), feature(ring)), "in.geojson")
    assert table.broken == {1: "the shape cannot be read"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"type": "FeatureCollection", "features": [', "not valid JSON"),
        ('{"type": "Topology"}', "not a GeoJSON"),
        ("[1, 2]", "not a GeoJSON"),
        ('{"type": "FeatureCollection", "features": []}', "no rows"),
    ],
)
def test_json_that_is_no_geojson(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadFile, match=says):
        table_of(tmp_path, text, "in.geojson")


def write_layer(path: Path, layer: str, crs: str | None = "EPSG:4326") -> None:
    wkb = shapely.to_wkb(np.array([shapely.Point(114.97, 30.17)], dtype=object))
    pyogrio.raw.write(
        path,
        wkb,
        [np.array(["A"], dtype=object)],
        ["code"],
        geometry_type="Point",
        crs=crs,
        layer=layer,
        append=path.exists(),
    )


def test_layers_of_a_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "two.gpkg"
    write_layer(path, "streets")
    assert whole(path).n == 1  # the only one need not be named
    write_layer(path, "grids")
    with pytest.raises(BadFile, match="has 2 layers: streets, grids") as caught:
        whole(path)
    assert "--layer" in caught.value.hint
    with pytest.raises(BadFile, match="no layer 'blocks'") as caught:
        whole(path, "blocks")
    assert "streets, grids" in caught.value.hint
    assert whole(path, "grids").columns["code"].tolist() == ["A"]


def test_a_layer_name_fits_geopackages_only(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="has no layers"):
        table_of(tmp_path, "a,b\n1,2\n", layer="grids")


def test_a_geopackage_without_a_reference_system_says_none(tmp_path: Path) -> None:
    path = tmp_path / "bare.gpkg"
    with pytest.warns(UserWarning, match="not provided"):
        write_layer(path, "points", crs=None)
    assert whole(path).crs is None


def test_a_damaged_geopackage(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read as GeoPackage"):
        table_of(tmp_path, b"SQLite format 3\x00" + bytes(5000), "broken.gpkg")
