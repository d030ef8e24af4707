"""How a file is asked for and how it arrives: as one table, or as many of the same columns, one after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from gridmap.services.exchange.table import Table

CHUNK_ROWS = 50_000  # of a table of ten columns some 50 MB, whatever the size of the file


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a person says about a file beside its name.

    `target`: the layer it is imported as; formats that hold many things (OpenStreetMap, GPX) pick those that fit.
    `layer`: the layer of a GeoPackage or KML, or the file inside a ZIP. `sheet`: of a workbook. `heading_rows`: how
    many lines of headings there are, None to find out. `encoding`: of texts, None to find out.
    """

    target: str = ""
    layer: str | None = None
    heading_rows: int | None = None
    sheet: str | None = None
    encoding: str | None = None


@dataclass(slots=True)
class TableStream:
    """The rows of a file. Only CSV and TSV have a `rest`: tables of the same headings, CHUNK_ROWS each, the last fewer.

    Row indices of every table begin at 0, and so do those in its `broken`. Notes on the file as a whole are in the
    first. Reading on may raise BadFile (a damaged row, an archive that ends early): nothing may be stored before the
    rest has been read.
    """

    first: Table
    rest: Iterator[Table] = field(default_factory=lambda: iter(()))

    def tables(self) -> Iterator[Table]:
        """All tables in order; can be walked through once."""
        return chain((self.first,), self.rest)
