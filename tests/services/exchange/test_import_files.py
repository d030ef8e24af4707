"""A file is what its content says; what cannot be read is refused with what to do."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from gridmap.errors import BadFile, TooLarge
from gridmap.services.exchange import unpacking
from gridmap.services.exchange.files import Format, open_source
from gridmap.services.exchange.reading import ReadOptions, read_stream

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
    assert open_source(packed).content() == CSV


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.csv", b'<?xml version="1.0"?>\n<gpx version="1.1"><trk/></gpx>', Format.GPX),
        ("a.txt", b"<osm version='0.6'>", Format.OSM),
        ("a.xml", b"<kml:kml><kml:Document/></kml:kml>", Format.KML),
        ("a.csv", b"\x00\x00\x00\x0e\n\tOSMHeader", Format.OSM_PBF),
        ("a.txt", "号,经度".encode("utf-16"), Format.DELIMITED),
    ],
)
def test_what_a_file_holds_wins_over_its_name(tmp_path: Path, name: str, content: bytes, form: Format) -> None:
    assert open_source(written(tmp_path, name, content)).format is form


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv.gz", gzip.compress(b""), "unpacks to nothing"),
        ("a.xlsx", b"PK\x03\x04" + bytes(50), "damaged or cut short"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(50), "an old Excel file .* or a workbook with a password"),
        ("a.tab", b"!table\n!version 300\n", "a MapInfo table"),
        ("a.rar", b"Rar!\x1a\x07", "a RAR archive"),
        ("a.bin", bytes(range(256)), "not known"),
        ("a.dxf", b"  0\nSECTION\n", "a DXF drawing, which is not read"),
        ("a.csv", b"<!DOCTYPE html><html>", "an HTML page, which is not read"),
        ("a.gml", b"<gml:FeatureCollection>", "a GML file, which is not read"),
        ("a.csv", b"<data><row/></data>", "an XML file, which is not read"),
        ("a.dbf", b"\x03\x7c\x01\x01", "only a part of a Shapefile"),
        ("a.gz", gzip.compress(b"PK\x03\x04" + bytes(50)), "an archive inside a .gz"),
    ],
)
def test_what_is_not_read_is_refused_with_a_cure(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    with pytest.raises(BadFile, match=says) as caught:
        open_source(written(tmp_path, name, content))
    assert caught.value.hint


@pytest.mark.parametrize("end", [-9, -8])
def test_a_gz_that_ends_early_or_says_another_sum(tmp_path: Path, end: int) -> None:
    packed = gzip.compress(CSV * 50)
    path = written(tmp_path, "a.csv.gz", packed[:-9] if end == -9 else packed[:-8] + bytes(8))
    with pytest.raises(BadFile, match="damaged"):
        read_stream(open_source(path), ReadOptions())


def test_folders_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="is a folder"):
        open_source(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadFile, match="is no file, but a stream") as caught:
        open_source(tmp_path / "pipe")
    assert "save a stream to one first" in caught.value.hint
    with pytest.raises(BadFile, match="does not exist"):
        open_source(tmp_path / "nothing.csv")


def test_a_bomb_ends_early(tmp_path: Path) -> None:
    bomb = written(tmp_path, "a.csv.gz", gzip.compress(b"1,1\n" * (unpacking.RATIO_FROM_BYTES // 3)))
    with pytest.raises(TooLarge, match="more than 200 times its size"):
        open_source(bomb).content()


def test_a_bomb_before_much_else_ends_as_early(tmp_path: Path) -> None:
    """What counts is what was read so far, not what comes after it."""
    bomb = gzip.compress(b"1,1\n" * (unpacking.RATIO_FROM_BYTES // 3))
    ballast = gzip.compress(os.urandom(4 << 20))
    source = open_source(written(tmp_path, "a.csv.gz", bomb + ballast))
    with source.stream() as stream, pytest.raises(TooLarge, match="more than 200 times its size"):
        stream.read(unpacking.RATIO_FROM_BYTES + (4 << 20))


def test_too_large_for_a_format_that_is_read_whole(tmp_path: Path) -> None:
    for name, content in (("a.csv", CSV), ("a.csv.gz", gzip.compress(CSV))):
        source = open_source(written(tmp_path, name, content))
        with pytest.raises(TooLarge, match="more than 0 MiB"):
            source.content(limit_bytes=10)


def test_a_shapefile_is_the_same_when_all_its_parts_are(tmp_path: Path) -> None:
    path = written(tmp_path, "a.shp", b"\x00\x00\x27\x0a" + bytes(96))
    with pytest.raises(BadFile, match=r"\.shx and \.dbf of the same name are missing"):
        open_source(path)
    written(tmp_path, "a.SHX", b"1")
    written(tmp_path, "a.dbf", b"1")
    before = open_source(path)
    assert before.format is Format.SHAPEFILE
    written(tmp_path, "a.dbf", b"2")
    assert open_source(path).sha256 != before.sha256
