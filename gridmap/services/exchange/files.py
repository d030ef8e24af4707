"""Opening a file: what format it really is, and its digest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from gridmap.errors import BadFile, TooLarge
from gridmap.services.exchange import unpacking
from gridmap.services.exchange.unpacking import Member
from gridmap.services.files.limits import STREAM_LIMIT_BYTES, WHOLE_LIMIT_BYTES

HEAD_BYTES = 4096
READABLE = (
    "GeoJSON, GeoPackage, FlatGeobuf, Shapefile, KML, KMZ, GPX, OpenStreetMap (.osm, .osm.pbf), Excel (.xlsx), "
    "and CSV or TSV; also packed as .gz or .zip"
)


class Format(StrEnum):
    GEOPACKAGE = "GeoPackage"
    FLATGEOBUF = "FlatGeobuf"
    GEOJSON = "GeoJSON"
    SHAPEFILE = "Shapefile"
    KML = "KML"
    GPX = "GPX"
    OSM = "OpenStreetMap XML"
    OSM_PBF = "OpenStreetMap PBF"
    WORKBOOK = "Excel"
    DELIMITED = "CSV/TSV"
    ARCHIVE = "ZIP"


SUFFIXES = {
    ".gpkg": Format.GEOPACKAGE,
    ".fgb": Format.FLATGEOBUF,
    ".geojson": Format.GEOJSON,
    ".json": Format.GEOJSON,
    ".shp": Format.SHAPEFILE,
    ".kml": Format.KML,
    ".kmz": Format.ARCHIVE,
    ".gpx": Format.GPX,
    ".osm": Format.OSM,
    ".pbf": Format.OSM_PBF,
    ".xlsx": Format.WORKBOOK,
    ".xlsm": Format.WORKBOOK,
    ".csv": Format.DELIMITED,
    ".tsv": Format.DELIMITED,
    ".tab": Format.DELIMITED,
    ".txt": Format.DELIMITED,
    ".zip": Format.ARCHIVE,
}
WORKBOOKS = tuple(suffix for suffix, form in SUFFIXES.items() if form is Format.WORKBOOK)
SIDE_FILES = (".shx", ".dbf", ".prj", ".cpg")  # of a Shapefile; the first two it must have

MAGIC = {
    b"SQLite format 3\x00": Format.GEOPACKAGE,
    b"fgb": Format.FLATGEOBUF,
    b"\x00\x00\x27\x0a": Format.SHAPEFILE,
    b"PK\x03\x04": Format.ARCHIVE,
    b"PK\x05\x06": Format.ARCHIVE,  # an empty one
}
MARKUP = {"kml": Format.KML, "gpx": Format.GPX, "osm": Format.OSM, "osmchange": Format.OSM}

# What people bring that is not read here, and what to do. Known by their beginning, their first element, their name.
NOT_READ = {
    b"\xd0\xcf\x11\xe0": ("an old Excel file (.xls) or a workbook with a password", "Save it as .xlsx, unprotected."),
    b"%PDF": ("a PDF file", "Give the data itself."),
    b"!table": ("a MapInfo table", "Convert it: ogr2ogr out.gpkg in.tab"),
    b"Rar!": ("a RAR archive", "Unpack it first."),
    b"7z\xbc\xaf": ("a 7z archive", "Unpack it first."),
}
NOT_READ_MARKUP = {"html": "an HTML page", "gml": "a GML file", "workbook": "an XML table"}
NOT_READ_NAMES = {".dxf": "a DXF drawing", ".dwg": "a DWG drawing", ".gml": "a GML file", ".html": "an HTML page"}
NOT_WORKBOOKS = {
    "xl/workbook.bin": ("a binary workbook (.xlsb)", "Save it as .xlsx."),
    "content.xml": ("an OpenDocument file", "Save it as .xlsx or CSV."),
    "word/document.xml": ("a Word document", "Copy its table into a sheet, and save that as .xlsx."),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to import, or a file inside an archive. `path` is the file on the disk, as it was given."""

    path: Path
    format: Format
    sha256: str
    notes: tuple[str, ...] = ()
    is_gzip: bool = False
    member: Member | None = None

    @property
    def name(self) -> str:
        """What the file is called in messages."""
        return self.path.name if self.member is None else f"{self.path.name}/{self.member.name}"

    @contextmanager
    def stream(self, limit_bytes: int = STREAM_LIMIT_BYTES) -> Iterator[BinaryIO]:
        """The unpacked content, piece by piece. Reading raises BadFile when it is damaged, TooLarge over the limit."""
        if self.member is not None:
            with unpacking.opened(self.path, self.member, limit_bytes) as member:
                yield member
        elif self.is_gzip:
            with unpacking.gunzip(self.path, limit_bytes) as unpacked:
                yield unpacked
        else:
            if self.path.stat().st_size > limit_bytes:
                raise TooLarge(f"{self.name} has more than {unpacking.size(limit_bytes)}.", "Split it into several.")
            with self.path.open("rb") as plain:
                yield plain

    def content(self, limit_bytes: int = WHOLE_LIMIT_BYTES) -> bytes:
        """The unpacked content as a whole. Raises BadFile and TooLarge."""
        with self.stream(limit_bytes) as stream:
            return stream.read()


def open_source(path: Path) -> Source:
    """Recognise and digest a file by its content, not by its name. Raises BadFile or TooLarge."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is no file, but a stream" if path.exists() else "does not exist"
        raise BadFile(f"{path} {what}.", "Give the path of a file; save a stream to one first.")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        head = file.read(HEAD_BYTES)
    if not head:
        raise BadFile(f"{path.name} is empty (0 bytes).", "Export it again.")
    is_gzip = head.startswith(b"\x1f\x8b")
    if is_gzip:
        head = _unpacked_head(path)
    form = recognise(path.name, head)
    if form is Format.ARCHIVE:
        form = _packed(path, is_gzip=is_gzip)
    if form is Format.SHAPEFILE:
        digest = _digest_of_parts(path)
    suffix = path.with_suffix("").suffix if is_gzip else path.suffix
    return Source(path, form, digest, _remark(path.name, suffix, form), is_gzip)


def recognise(name: str, head: bytes) -> Format:
    """The format of a file by its first bytes and, where these tell nothing, by its name. Raises BadFile."""
    for magic, (what, cure) in NOT_READ.items():
        if head.startswith(magic):
            raise BadFile(f"{name} is {what}, which is not read here.", cure)
    for magic, form in MAGIC.items():
        if head.startswith(magic):
            return form
    if b"OSMHeader" in head[:64]:
        return Format.OSM_PBF
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if bare.startswith(b"<"):
        return _markup(name, bare)
    suffix = Path(name.removesuffix(".gz")).suffix.lower()
    if bare[:1] in (b"{", b"["):
        return Format.GEOJSON
    if suffix in (".shx", ".dbf", ".prj", ".cpg", ".sbn"):
        raise BadFile(f"{name} is only a part of a Shapefile.", "Give its .shp; all parts lie beside it.")
    if suffix in NOT_READ_NAMES:
        raise _not_read(name, NOT_READ_NAMES[suffix])
    if b"\x00" in head:
        raise BadFile(f"{name} is in a format that is not known.", f"Read are {READABLE}.")
    if suffix in WORKBOOKS and not any(sign in bare.partition(b"\n")[0] for sign in (b",", b";", b"\t")):
        raise BadFile(f"{name} cannot be read as a workbook.", "Save it again as .xlsx.")
    return Format.DELIMITED


def parts_of(path: Path) -> dict[str, Path]:
    """The files of a Shapefile by their suffixes, small letters. Raises BadFile when it is not whole."""
    found = {
        other.suffix.lower(): other
        for other in path.parent.iterdir()
        if other.stem == path.stem and other.suffix.lower() in (".shp", *SIDE_FILES)
    }
    require_parts(path.name, set(found))
    return found


def require_parts(name: str, suffixes: set[str]) -> None:
    """Raises BadFile when the index or the table of a Shapefile is not there."""
    missing = [suffix for suffix in SIDE_FILES[:2] if suffix not in suffixes]
    if missing:
        raise BadFile(
            f"{name} is one part of a Shapefile; {' and '.join(missing)} of the same name {_are(missing)} missing.",
            "Copy all its files (.shp .shx .dbf .prj .cpg), or give them as one .zip.",
        )


def _are(things: list[str]) -> str:
    return "is" if len(things) == 1 else "are"


def _digest_of_parts(path: Path) -> str:
    """A Shapefile is the same when its shapes, its table and its reference system are."""
    digest = hashlib.sha256()
    parts = parts_of(path)
    for suffix in sorted(parts):
        with parts[suffix].open("rb") as file:
            digest.update(suffix.encode() + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _unpacked_head(path: Path) -> bytes:
    with unpacking.gunzip(path, STREAM_LIMIT_BYTES) as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        raise BadFile(f"{path.name} unpacks to nothing.", "Export it again.")
    return head


def _packed(path: Path, *, is_gzip: bool) -> Format:
    """A workbook is an archive too. Raises BadFile for archives that are other documents."""
    if is_gzip:
        raise BadFile(f"{path.name} is an archive inside a .gz.", "Unpack the .gz first: gunzip FILE.")
    names = {member.name for member in unpacking.members(path)}
    for name, (what, cure) in NOT_WORKBOOKS.items():
        if name in names:
            raise BadFile(f"{path.name} is {what}, which is not read here.", cure)
    return Format.WORKBOOK if "xl/workbook.xml" in names else Format.ARCHIVE


def _markup(name: str, head: bytes) -> Format:
    """What a text of elements is: by its first known element."""
    elements = [element.decode().lower() for element in re.findall(rb"<(?:[A-Za-z]+:)?(!?[A-Za-z]+)", head)]
    elements += [prefix.decode().lower() for prefix in re.findall(rb"<([A-Za-z]+):", head)]
    for element in elements:
        if element in MARKUP:
            return MARKUP[element]
        if element in NOT_READ_MARKUP:
            raise _not_read(name, NOT_READ_MARKUP[element])
    raise _not_read(name, "an HTML page" if "!doctype" in elements else "an XML file")


def _not_read(name: str, what: str) -> BadFile:
    return BadFile(
        f"{name} is {what}, which is not read here.", f"Convert it, for example with ogr2ogr. Read are {READABLE}."
    )


def _remark(name: str, suffix: str, form: Format) -> tuple[str, ...]:
    named = SUFFIXES.get(suffix.lower())
    return () if named in (form, None) else (f"{name} is named like {named}, but holds {form}; read as {form}.",)
