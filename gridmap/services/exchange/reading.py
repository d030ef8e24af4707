"""From a path to tables, whatever the format."""

from __future__ import annotations

from dataclasses import replace

from gridmap.errors import BadFile
from gridmap.services.exchange import archive
from gridmap.services.exchange.delimited import read_delimited
from gridmap.services.exchange.excel import read_workbook
from gridmap.services.exchange.exported import restored
from gridmap.services.exchange.files import Format, Source
from gridmap.services.exchange.gpx import read_gpx
from gridmap.services.exchange.kml import read_kml
from gridmap.services.exchange.osm import read_osm
from gridmap.services.exchange.shapefile import read_shapefile
from gridmap.services.exchange.stream import ReadOptions, TableStream
from gridmap.services.exchange.table import Table
from gridmap.services.exchange.vector import read_vector

__all__ = ["ReadOptions", "TableStream", "read_stream"]


def read_stream(source: Source, options: ReadOptions) -> TableStream:
    """The rows of a file; remarks on the file itself come before those on its table. Files of gridmap's own are read
    as what they were written from.

    Raises BadFile, saying what is wrong and what to do, and TooLarge; for the rest of a CSV also while it is read.
    """
    layer = options.layer
    remarks: tuple[str, ...] = ()
    if source.format is Format.ARCHIVE:
        remarks, (source, layer) = source.notes, archive.chosen(source, layer)
        remarks = source.notes[len(remarks) :]  # those of the archive itself the caller has
    _require_meaning(source, layer, options)
    if source.format is Format.DELIMITED:
        stream = read_delimited(source, options)
    else:
        stream = TableStream(_whole(source, layer, options))
    stream.first.notes[:0] = remarks
    return _restored(stream, is_csv=source.format is Format.DELIMITED)


def _restored(stream: TableStream, *, is_csv: bool) -> TableStream:
    rest = (replace(restored(table, is_csv=is_csv), notes=table.notes) for table in stream.rest)
    return TableStream(restored(stream.first, is_csv=is_csv), rest)


def _whole(source: Source, layer: str | None, options: ReadOptions) -> Table:
    match source.format:
        case Format.WORKBOOK:
            return read_workbook(source, options)
        case Format.SHAPEFILE:
            return read_shapefile(source, options)
        case Format.GPX:
            return read_gpx(source, options.target)
        case Format.KML:
            return read_kml(source, layer)
        case Format.OSM | Format.OSM_PBF:
            return read_osm(source, options.target)
        case _:
            return read_vector(source, layer, options.target)


def _require_meaning(source: Source, layer: str | None, options: ReadOptions) -> None:
    """Raises BadFile for what a person says about a file that has no such thing."""
    if layer is not None and source.format not in (Format.GEOPACKAGE, Format.KML):
        cure = "Name the sheet with --sheet." if source.format is Format.WORKBOOK else "Leave --layer away."
        raise BadFile(f"{source.name} is {source.format} and has no layers.", cure)
    if options.sheet is not None and source.format is not Format.WORKBOOK:
        raise BadFile(f"{source.name} is {source.format} and has no sheets.", "Leave --sheet away.")
    if options.encoding is not None and source.format not in (Format.DELIMITED, Format.SHAPEFILE):
        raise BadFile(f"{source.name} is {source.format}, which says its encoding itself.", "Leave --encoding away.")
