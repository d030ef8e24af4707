"""KML and KMZ: every placemark with its data under its own Chinese names."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import shapely

from gridmap.errors import BadFile
from gridmap.services.exchange.files import open_source
from gridmap.services.exchange.reading import ReadOptions, read_stream
from gridmap.services.exchange.table import Table

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
MARKS = """
<Folder><name>团城山</name><Folder><name>学校</name>
  <Placemark id="p1"><name>甲</name><description><![CDATA[<b>说明</b>]]></description>
    <ExtendedData><Data name="编码"><value>007</value></Data>
      <SchemaData><SimpleData name="类型">学校</SimpleData></SchemaData></ExtendedData>
    <Point><coordinates> 114.97,30.17,0 </coordinates></Point></Placemark></Folder></Folder>
<Folder><name>网格</name>
  <Placemark><name>乙</name><TimeStamp><when>2024-03-05</when></TimeStamp><Polygon>
    <outerBoundaryIs><LinearRing><coordinates>0,0 4,0 4,4 0,0</coordinates></LinearRing></outerBoundaryIs>
    <innerBoundaryIs><LinearRing><coordinates>2,1 3,1 3,2 2,1</coordinates></LinearRing></innerBoundaryIs>
  </Polygon></Placemark></Folder>
<Placemark><name>丙</name><MultiGeometry><LineString><coordinates>1,2 3,4</coordinates></LineString>
  <LineString><coordinates>5,6 7,8</coordinates></LineString></MultiGeometry></Placemark>
<Placemark><name>丁</name><Point><coordinates>114.97; 30.17</coordinates></Point></Placemark>
<Placemark><name>戊</name></Placemark>
<Placemark><gx:Track><when>2024-03-05T08:00:00Z</when>
  <gx:coord>1 2 0</gx:coord><gx:coord>3 4 0</gx:coord></gx:Track></Placemark>
"""
KML = f"{HEAD}{MARKS}</Document></kml>"


def whole(folder: Path, text: str | bytes, name: str = "in.kml", layer: str | None = None) -> Table:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_stream(open_source(path), ReadOptions(layer=layer)).first


def test_placemarks_keep_their_data_and_shapes(tmp_path: Path) -> None:
    table = whole(tmp_path, KML)
    assert table.n == 6
    assert {heading: cells[0] for heading, cells in table.columns.items() if cells[0] is not None} == {
        "id": "p1", "name": "甲", "description": "<b>说明</b>", "folder": "团城山/学校", "编码": "007", "类型": "学校"
    }  # fmt: skip
    assert table.columns["timestamp"][1] == "2024-03-05"
    assert shapely.to_wkt(table.shapes).tolist() == [
        "POINT (114.97 30.17)",
        "POLYGON ((0 0, 4 0, 4 4, 0 0), (2 1, 3 1, 3 2, 2 1))",
        "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))",
        None,
        None,
        "LINESTRING (1 2, 3 4)",  # its prefix was never declared
    ]
    assert table.broken == {3: "the shape cannot be read"}
    assert table.crs == "EPSG:4326"


def test_one_folder_with_the_folders_in_it(tmp_path: Path) -> None:
    assert whole(tmp_path, KML, layer="团城山").columns["name"].tolist() == ["甲"]
    assert whole(tmp_path, KML, layer="学校").columns["name"].tolist() == ["甲"]
    with pytest.raises(BadFile, match="no folder '医院'") as caught:
        whole(tmp_path, KML, layer="医院")
    assert "团城山, 学校, 网格" in caught.value.hint


def test_a_kmz_is_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "in.kmz", "w") as archive:
        archive.writestr("doc.kml", KML)
        archive.writestr("files/icon.png", b"png")
    source = open_source(tmp_path / "in.kmz")
    assert source.notes == ()
    assert read_stream(source, ReadOptions()).first.n == 6


def test_a_kml_that_says_it_is_gbk(tmp_path: Path) -> None:
    text = KML.replace("UTF-8", "GB2312").encode("gbk")
    assert whole(tmp_path, text).columns["类型"][0] == "学校"
    with pytest.raises(BadFile, match="says GB2312 of itself, but is in another encoding"):
        whole(tmp_path, KML.replace("UTF-8", "GB2312").replace("甲", "甲 ").encode())


def test_the_text_of_an_element_ends_where_its_first_child_begins(tmp_path: Path) -> None:
    """So what stands between a million points is not gathered."""
    mark = "<Placemark><name>甲<b>x</b>尾</name><Point><coordinates>1,2</coordinates></Point></Placemark>"
    assert whole(tmp_path, f"{HEAD}{mark}</Document></kml>").columns["name"][0] == "甲"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (KML[:-20], "is no whole XML"),
        (f"{HEAD}<NetworkLink/></Document></kml>", "has no placemarks"),
        (
            '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa">]><kml><Placemark><name>&a;</name></Placemark></kml>',
            "entities of its own",
        ),
    ],
)
def test_what_is_no_sound_kml(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadFile, match=says) as caught:
        whole(tmp_path, text)
    assert caught.value.hint
