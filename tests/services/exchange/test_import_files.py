"""A file is what its content says; what cannot be read is refused with what to do."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from gridmap.errors import BadFile, TooLarge
from gridmap.services.exchange import files
from gridmap.services.exchange.files import Format, open_source

CSV = b"code,lon,lat\nA,114.97,30.17\n"


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.csv", CSV, Format.DELIMITED),
        ("a.tab", CSV.replace(b",", b"\t"), Format.DELIMITED),
        ("a.geojson", b'\xef\xbb\xbf {"type": "FeatureCollection"}', Format.GEOJSON),
        ("a.csv.gz", gzip.compress(CSV), Format.DELIMITED),
        ("a.gpkg", b"SQLite format 3\x00" + bytes(100), Format.GEOPACKAGE),
        ("a.fgb", b"fgb\x03fgb\x00" + bytes(100), Format.FLATGEOBUF),
    ],
)
def test_formats_are_known_by_content(tmp_path: Path, name: str, content: bytes, form: Format) -> None:
    source = open_source(written(tmp_path, name, content))
    assert source.format is form
    assert source.notes == ()
    assert len(source.sha256) == 64


def test_a_wrong_extension_is_said(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, "a.csv", b'{"type": "FeatureCollection", "features": []}'))
    assert source.format is Format.GEOJSON
    assert "named like CSV/TSV, but holds GeoJSON" in source.notes[0]


def test_the_digest_is_the_files_own_whether_packed_or_not(tmp_path: Path) -> None:
    plain, packed = written(tmp_path, "a.csv", CSV), written(tmp_path, "a.csv.gz", gzip.compress(CSV, mtime=0))
    assert open_source(plain).sha256 != open_source(packed).sha256
    assert open_source(packed).content == CSV


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv.gz", gzip.compress(b""), "unpacks to nothing"),
        ("a.csv.gz", gzip.compress(CSV * 50)[:-9], "damaged"),
        ("a.csv.gz", gzip.compress(CSV)[:-8] + bytes(8), "damaged"),
        ("a.xlsx", b"PK\x03\x04" + bytes(50), "an Excel or ZIP file"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(50), "old Excel"),
        ("a.shp", b"\x00\x00\x27\x0a" + bytes(50), "a Shapefile"),
        ("a.tab", b"!table\n!version 300\n", "a MapInfo table"),
        ("a.csv", "号,经度".encode("utf-16"), "UTF-16"),
        ("a.bin", bytes(range(256)), "not known"),
        ("a.gpx", b'<?xml version="1.0"?>\n<gpx version="1.1"><trk/></gpx>', "a GPX file; this format is not read yet"),
        ("a.csv", b'<?xml version="1.0"?>\n<gpx version="1.1"><trk/></gpx>', "a GPX file; this format is not read yet"),
        ("a.kml", b"<kml><Document/></kml>", "a KML file; this format"),
        ("a.txt", b"<osm version='0.6'>", "an OpenStreetMap file; this format"),
        ("a.osm.pbf", b"\x00\x00\x00\x0e\n\tOSMHeader", "an OpenStreetMap file; this format"),
        ("a.dxf", b"  0\nSECTION\n", "a DXF drawing; this format"),
        ("a.csv", b"<!DOCTYPE html><html>", "an HTML page; this format"),
        ("a.gml", b"<gml:FeatureCollection>", "a GML file; this format"),
        ("a.csv", b"<data><row/></data>", "an XML file; this format"),
        ("a.zip", b"PK\x03\x04" + bytes(50), "an Excel or ZIP file"),
    ],
)
def test_what_is_not_read_is_refused_with_a_cure(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    with pytest.raises(BadFile, match=says) as caught:
        open_source(written(tmp_path, name, content))
    assert caught.value.hint


def test_folders_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="is a folder"):
        open_source(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadFile, match="is no file, but a stream") as caught:
        open_source(tmp_path / "pipe")
    assert "save a stream to one first" in caught.value.hint
    with pytest.raises(BadFile, match="does not exist"):
        open_source(tmp_path / "nothing.csv")


def test_a_bomb_ends_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "UNPACKED_LIMIT_BYTES", 4 << 20)
    with pytest.raises(TooLarge, match="unpacks to more"):
        open_source(written(tmp_path, "a.csv.gz", gzip.compress(bytes(64 << 20))))
