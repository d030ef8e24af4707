"""Opening a file: what format it really is, its digest, unpacked where it is packed."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gridmap.errors import BadFile, TooLarge

UNPACKED_LIMIT_BYTES = 2 << 30
CHUNK_BYTES = 1 << 20
READABLE = "GeoJSON, GeoPackage, FlatGeobuf, and CSV or TSV (also packed as .gz)"


class Format(StrEnum):
    GEOPACKAGE = "GeoPackage"
    FLATGEOBUF = "FlatGeobuf"
    GEOJSON = "GeoJSON"
    DELIMITED = "CSV/TSV"


SUFFIXES = {
    ".gpkg": Format.GEOPACKAGE,
    ".fgb": Format.FLATGEOBUF,
    ".geojson": Format.GEOJSON,
    ".json": Format.GEOJSON,
    ".csv": Format.DELIMITED,
    ".tsv": Format.DELIMITED,
    ".tab": Format.DELIMITED,
    ".txt": Format.DELIMITED,
}

# Formats people bring that are not read here, and what to save as instead.
# Known by their names, the texts among them also by their first element.
NOT_READ_YET = {
    ".gpx": "a GPX file",
    ".kml": "a KML file",
    ".kmz": "a KMZ file",
    ".osm": "an OpenStreetMap file",
    ".pbf": "an OpenStreetMap file",
    ".shp": "a Shapefile",
    ".shx": "a Shapefile",
    ".dbf": "the table of a Shapefile",
    ".dxf": "a DXF drawing",
    ".gml": "a GML file",
    ".xml": "an XML file",
    ".html": "an HTML page",
}
MARKUP = {"gpx": ".gpx", "kml": ".kml", "osm": ".osm", "html": ".html", "!doctype": ".html", "gml:": ".gml"}
NOT_READ = {
    b"PK\x03\x04": ("an Excel or ZIP file", "Save the sheet as CSV UTF-8, or unpack the archive first."),
    b"\xd0\xcf\x11\xe0": ("an old Excel file", "Save the sheet as CSV UTF-8."),
    b"\x00\x00\x27\x0a": ("a Shapefile", "Convert it: ogr2ogr out.gpkg in.shp"),
    b"%PDF": ("a PDF file", "Give the data itself."),
    b"!table": ("a MapInfo table", "Convert it: ogr2ogr out.gpkg in.tab"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to import. `content` is its unpacked text or, for formats read in place, empty."""

    path: Path
    format: Format
    sha256: str
    content: bytes
    notes: tuple[str, ...] = ()


def open_source(path: Path) -> Source:
    """Recognise and digest a file by its content, not by its name. Raises BadFile, or TooLarge over 2 GiB unpacked."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is no file, but a stream" if path.exists() else "does not exist"
        raise BadFile(f"{path} {what}.", "Give the path of a file; save a stream to one first.")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        head = file.read(4096)
    if not head:
        raise BadFile(f"{path.name} is empty (0 bytes).", "Export it again.")
    is_packed = head.startswith(b"\x1f\x8b")
    content = _unpack(path) if is_packed else b""
    form = _recognise(path.name, content[:4096] if is_packed else head)
    if not content and form in (Format.GEOJSON, Format.DELIMITED):
        if path.stat().st_size > UNPACKED_LIMIT_BYTES:
            raise TooLarge(f"{path.name} has more than 2 GiB.", "Split it into several files.")
        content = path.read_bytes()
    suffix = path.with_suffix("").suffix if is_packed else path.suffix
    named = SUFFIXES.get(suffix.lower())
    notes = () if named in (form, None) else (f"{path.name} is named like {named}, but holds {form}; read as {form}.",)
    return Source(path, form, digest, content, notes)


def _unpack(path: Path) -> bytes:
    """The content of a .gz file. The limit is checked while unpacking, so a bomb ends early."""
    out = io.BytesIO()
    try:
        with gzip.open(path) as file:
            while chunk := file.read(CHUNK_BYTES):
                out.write(chunk)
                if out.tell() > UNPACKED_LIMIT_BYTES:
                    raise TooLarge(f"{path.name} unpacks to more than 2 GiB.", "Split it into several files.")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadFile(f"{path.name} is damaged and cannot be unpacked: {error}.", "Copy or export it again.") from None
    if not out.tell():
        raise BadFile(f"{path.name} unpacks to nothing.", "Export it again.")
    return out.getvalue()


def _recognise(name: str, head: bytes) -> Format:
    for magic, (what, cure) in NOT_READ.items():
        if head.startswith(magic):
            raise BadFile(f"{name} is {what}, which is not read here.", f"{cure} Read are {READABLE}.")
    if head.startswith(b"SQLite format 3\x00"):
        return Format.GEOPACKAGE
    if head.startswith(b"fgb"):
        return Format.FLATGEOBUF
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile(f"{name} is written in UTF-16.", "Save it as UTF-8.")
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    is_json = bare[:1] in (b"{", b"[")
    suffix = ".xml" if bare.startswith(b"<") else Path(name).suffix.lower()
    if suffix in NOT_READ_YET and not is_json:
        raise _not_read_yet(name, suffix, bare)
    if b"\x00" in head:
        raise BadFile(f"{name} is in a format that is not known.", f"Read are {READABLE}.")
    return Format.GEOJSON if is_json else Format.DELIMITED


def _not_read_yet(name: str, suffix: str, head: bytes) -> BadFile:
    """What a text of another format is: by its first known element, else by its name."""
    elements = re.findall(rb"<(!?[A-Za-z]+:?)", head)
    named = next((MARKUP[e] for element in elements if (e := element.decode().lower()) in MARKUP), None)
    what = NOT_READ_YET.get(named or Path(name).suffix.lower(), NOT_READ_YET[suffix])
    cure = f"Convert it, for example with ogr2ogr. Read are {READABLE}."
    return BadFile(f"{name} is {what}; this format is not read yet.", cure)
