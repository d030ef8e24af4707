"""From a path to a table, whatever the format."""

from __future__ import annotations

from gridmap.errors import BadFile
from gridmap.services.exchange.delimited import read_delimited
from gridmap.services.exchange.files import Format, Source
from gridmap.services.exchange.stream import ReadOptions, TableStream
from gridmap.services.exchange.table import Table
from gridmap.services.exchange.vector import read_vector

__all__ = ["ReadOptions", "TableStream", "read", "read_stream"]


def read_stream(source: Source, options: ReadOptions) -> TableStream:
    """The rows of a file. Raises BadFile, saying what is wrong and what to do, and TooLarge."""
    return TableStream(read(source, options.layer))


def read(source: Source, layer: str | None) -> Table:
    """The rows of a file. `layer` names one of a GeoPackage's; raises BadFile where there can be none."""
    if layer is not None and source.format is not Format.GEOPACKAGE:
        raise BadFile(f"{source.path.name} is {source.format} and has no layers.", "Leave --layer away.")
    return read_delimited(source) if source.format is Format.DELIMITED else read_vector(source, layer)
