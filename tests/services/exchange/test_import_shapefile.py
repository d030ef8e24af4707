"""Shapefiles from Chinese desktops: GBK or UTF-8, said or not, with names cut at 10 bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from gridmap.errors import BadFile, BadInput
from gridmap.services.exchange.files import open_source
from gridmap.services.exchange.reading import ReadOptions, read_stream
from gridmap.services.exchange.table import Table

pytestmark = [  # GDAL tells the writer that it cuts names
    pytest.mark.filterwarnings("ignore:Normalized:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:Could not decode:RuntimeWarning"),
]
POINTS = shapely.to_wkb(np.array([shapely.Point(114.97, 30.17), shapely.Point(114.98, 30.17)], dtype=object))


def shapefile(folder: Path, encoding: str, *headings: str, names: tuple[str, str] = ("团城山", "磁湖")) -> Path:
    headings = headings or ("名称", "count")
    arrays = [np.array(names, dtype=object), *[np.array([1, 2])] * (len(headings) - 1)]
    path = folder / "in.shp"
    pyogrio.raw.write(path, POINTS, arrays, list(headings), geometry_type="Point", crs="EPSG:4326", encoding=encoding)
    return path


def whole(path: Path, **options: object) -> Table:
    return read_stream(open_source(path), ReadOptions(**options)).first  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("cpg", ["kept", "lost", "wrong"])
def test_the_encoding_is_found_out(tmp_path: Path, encoding: str, cpg: str) -> None:
    path = shapefile(tmp_path, encoding)
    if cpg != "kept":
        path.with_suffix(".cpg").unlink()
    if cpg == "wrong":
        path.with_suffix(".cpg").write_text("UTF-8" if encoding == "GBK" else "ISO 88591")
    table = whole(path)
    assert table.columns["名称"].tolist() == ["团城山", "磁湖"]
    assert table.columns["count"].tolist() == [1, 2]
    assert table.numeric == {"count"}
    assert table.crs == "EPSG:4326"
    assert shapely.to_wkb(table.shapes).tolist() == POINTS.tolist()
    said = {"kept": f"{encoding}, as the file says", "lost": "Text is", "wrong": "which does not fit"}[cpg]
    assert any(said in note for note in table.notes)


@pytest.mark.parametrize(
    ("encoding", "whole_name", "cut"),
    [
        ("GBK", "发生日期和时间", "发生日期和"),
        ("UTF-8", "发生日期和时间", "发生日"),
        ("GBK", "a发生日期和", "a发生日期"),
    ],
)
def test_names_cut_at_ten_bytes_are_marked(tmp_path: Path, encoding: str, whole_name: str, cut: str) -> None:
    path = shapefile(tmp_path, encoding, "道路编码", whole_name, "description_long", "kind")
    table = whole(path)
    assert table.headings == ["道路编码"[: 3 if encoding == "UTF-8" else 4], cut, "descriptio", "kind"]
    assert table.cut - {"道路编"} == {cut, "descriptio"}  # 道路编码 has room in GBK
    assert "these may have been longer: " in table.notes[-1]
    assert table.notes[-1].endswith(f"{cut}, descriptio.")


def test_two_encodings_in_one_table_are_refused_with_the_row(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "GBK", names=("团城山街道", "XXXXXXXXX"))
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"X" * 9, "杭州路".encode()))
    with pytest.raises(BadFile, match="mixes encodings: UTF-8 in row 2, another in the headings"):
        whole(path)
    with pytest.raises(BadFile, match="not utf-8-sig throughout"):
        whole(path, encoding="utf-8")
    with pytest.raises(BadInput, match="no encoding 'x'"):
        whole(path, encoding="x")


def test_a_person_may_tell_the_encoding(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "BIG5", "name", "count", names=("臺北", "高雄"))
    path.with_suffix(".cpg").unlink()
    assert whole(path, encoding="big5").columns["name"].tolist() == ["臺北", "高雄"]


def test_missing_parts_are_named(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "GBK")
    path.with_suffix(".prj").unlink()
    assert whole(path).crs is None  # then it has to be told
    path.with_suffix(".dbf").unlink()
    with pytest.raises(BadFile, match=r"\.dbf of the same name is missing"):
        open_source(path)


def zipped(path: Path, target: Path, rename: Callable[[str], str] = str) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for part in path.parent.glob(f"{path.stem}.*"):
            archive.write(part, rename(part.name))
    return target


def test_a_zipped_one(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "GBK")
    table = whole(zipped(path, tmp_path / "out.zip", lambda name: f"数据/{name.upper()}"))
    assert table.columns["名称"].tolist() == ["团城山", "磁湖"]
    path.with_suffix(".shx").unlink()
    with pytest.raises(BadFile, match=r"\.shx of the same name is missing"):
        whole(zipped(path, tmp_path / "half.zip"))


def test_a_damaged_one(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "GBK")
    table, index = path.with_suffix(".dbf"), path.with_suffix(".shx")
    for part in (path, table):
        sound = part.read_bytes()
        part.write_bytes(sound[:-10])
        with pytest.raises(BadFile, match=f"its {part.suffix} is cut short"):
            whole(path)
        part.write_bytes(sound)
    index.write_bytes(index.read_bytes()[:-8])
    with pytest.raises(BadFile, match="has 1 shapes, but 2 rows"):
        whole(path)


def test_long_codes_are_not_rounded(tmp_path: Path) -> None:
    codes = np.array([420204004001000123.0, 2.0])
    path = tmp_path / "long.shp"
    pyogrio.raw.write(path, POINTS, [codes], ["code"], geometry_type="Point", crs="EPSG:4326", encoding="GBK")
    with pytest.raises(BadFile, match="too long to be read safely"):
        whole(path)


def test_a_real_network_in_gbk(sample_data: Path, tmp_path: Path) -> None:
    """Shenzhen's streets as a Shapefile in GBK are the same streets."""
    original = whole(sample_data / "network" / "shenzhen_streets.gpkg")
    arrays = [original.columns[name] for name in ("name", "highway")]
    path = tmp_path / "streets.shp"
    wkb, headings = shapely.to_wkb(original.shapes), ["道路名称", "道路等级"]
    pyogrio.raw.write(path, wkb, arrays, headings, geometry_type="LineString", crs="EPSG:4326", encoding="GBK")
    path.with_suffix(".cpg").unlink()
    table = whole(path)
    assert table.n == original.n == 4009
    assert table.columns["道路名称"].tolist() == original.columns["name"].tolist()
    assert shapely.equals_identical(table.shapes, original.shapes).all()
    assert "Text is GB18030 (GBK)." in table.notes
