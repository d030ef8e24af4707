"""The same two sites in every format are the same two sites in the database."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely

from gridmap.errors import BadFile
from gridmap.services.exchange import RowsRefused
from tests.services.exchange.conftest import Bench
from tests.services.exchange.osm_fixture import XML, as_pbf

ROWS = (("S1", "团城山小学", "school", 114.97, 30.17), ("S2", "磁湖医院", "hospital", 114.98, 30.18))
POINTS = [shapely.Point(row[3], row[4]) for row in ROWS]
TABLE = "部位编码,部位名称,部位类型,经度,纬度\n" + "".join(",".join(map(str, row)) + "\n" for row in ROWS)


def gdal(path: Path, encoding: str | None = None) -> Path:
    columns = [np.array([row[i] for row in ROWS], dtype=object) for i in range(3)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL cuts names for Shapefiles
        pyogrio.raw.write(
            path,
            shapely.to_wkb(np.array(POINTS, dtype=object)),
            columns,
            ["部位编码", "部位名称", "部位类型"],
            geometry_type="Point",
            crs="EPSG:4326",
            encoding=encoding,
        )
    return path


def csv(folder: Path, codec: str) -> Path:
    path = folder / "in.csv"
    path.write_bytes(TABLE.encode(codec))
    return path


def zipped_shapefile(folder: Path) -> Path:
    gdal(folder / "部位.shp", "GBK")
    with zipfile.ZipFile(folder / "in.zip", "w") as archive:
        for part in folder.glob("部位.*"):
            archive.write(part, part.name)
    return folder / "in.zip"


def kml(folder: Path) -> Path:
    marks = "".join(
        f'<Placemark><name>{name}</name><ExtendedData><Data name="部位编码"><value>{code}</value></Data>'
        f'<Data name="部位类型"><value>{kind}</value></Data></ExtendedData>'
        f"<Point><coordinates>{x},{y}</coordinates></Point></Placemark>"
        for code, name, kind, x, y in ROWS
    )
    path = folder / "in.kml"
    path.write_text(f"<kml><Document>{marks}</Document></kml>", encoding="utf-8")
    return path


def gpx(folder: Path) -> Path:
    marks = "".join(
        f'<wpt lon="{x}" lat="{y}"><name>{name}</name><cmt>{code}</cmt><type>{kind}</type></wpt>'
        for code, name, kind, x, y in ROWS
    )
    path = folder / "in.gpx"
    path.write_text(f"<gpx>{marks}</gpx>", encoding="utf-8")
    return path


def xlsx(folder: Path) -> Path:
    book = openpyxl.Workbook()
    for line in TABLE.splitlines():
        cells = line.split(",")
        book.active.append([*cells[:3], *(float(c) if c[0].isdigit() else c for c in cells[3:])])
    book.save(folder / "in.xlsx")
    return folder / "in.xlsx"


FORMATS: dict[str, Callable[[Path], Path]] = {
    "GeoJSON": lambda folder: gdal(folder / "in.geojson"),
    "GeoPackage": lambda folder: gdal(folder / "in.gpkg"),
    "FlatGeobuf": lambda folder: gdal(folder / "in.fgb"),
    "Shapefile in GBK": lambda folder: gdal(folder / "in.shp", "GBK"),
    "Shapefile in UTF-8": lambda folder: gdal(folder / "in.shp", "UTF-8"),
    "zipped Shapefile": zipped_shapefile,
    "KML": kml,
    "GPX": gpx,
    "Excel": xlsx,
    "CSV in UTF-8": lambda folder: csv(folder, "utf-8-sig"),
    "CSV in GBK": lambda folder: csv(folder, "gbk"),
    "CSV in UTF-16": lambda folder: csv(folder, "utf-16"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format(bench: Bench, name: str) -> None:
    path = FORMATS[name](bench.folder)
    mapping = {"code": "comment"} if name == "GPX" else {}
    report = bench.run("sites", path, mapping=mapping)
    assert report.counts()["stored"] == 2
    found = bench.rows("SELECT source_id, name, kind, ST_X(geom), ST_Y(geom) FROM site ORDER BY source_id")
    assert found == list(ROWS)
    assert bench.run("sites", path, mapping=mapping).known == 2


def test_a_town_from_openstreetmap(bench: Bench) -> None:
    path = bench.folder / "in.osm.pbf"
    path.write_bytes(as_pbf(XML))
    for layer, stored in (("areas", 1), ("streets", 1), ("buildings", 1), ("ground", 4), ("sites", 1)):
        report = bench.run(layer, path)
        assert (layer, report.stored) == (layer, stored)
        assert "OpenStreetMap contributors" in report.notes[0]
    assert bench.one("SELECT level FROM area") == "street"
    assert bench.rows("SELECT source_id, street_class FROM street") == [("way/10", "trunk")]
    assert bench.rows("SELECT floors, door_number FROM building") == [(6, "8号")]


REFUSED = {  # the first reason of each
    "Mojstrovka.gpx": "time is not in the years 1950 to 2099",  # a watch that was never set: 1901
    "cerknicko-jezero-without-elevations.gpx": "a point of a track needs a time",  # some have one
    "cerknicko-without-times.gpx": "a point of a track needs a time",
    "track_with_dilution_errors.gpx": "a path needs two points",
}


def test_all_real_gpx_files_are_stored_or_say_why_not(bench: Bench, sample_data: Path) -> None:
    """Every file as tracks, each in a project of its own: stored whole, or refused with each row's reason."""
    stored, nothing = [], []
    refused: dict[str, str] = {}
    for path in sorted((sample_data / "tracks" / "gpx").glob("*.gpx")):
        try:
            report = bench.run("tracks", path, dry_run=True)
        except RowsRefused as error:
            refused[path.name] = error.report.causes[0].text
        except BadFile as error:
            assert "has nothing for tracks" in error.message, path.name
            nothing.append(path.name)
        else:
            assert report.read == report.stored
            stored.append(path.name)
    assert refused == REFUSED
    assert (len(stored), len(nothing)) == (14, 10)
