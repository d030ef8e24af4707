"""CSV and TSV in, the same out, a block of text at a time: every cell stays the text it is."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.csv as pacsv

from gridmap.errors import BadFile
from gridmap.services.exchange.encodings import detect
from gridmap.services.exchange.exported import CSV_MARK
from gridmap.services.locating.batches import flow, placing
from gridmap.services.locating.coordinates import Wanted
from gridmap.services.locating.counts import Counts
from gridmap.services.locating.places import Places

BLOCK_BYTES = 8 << 20
HEADING_LIMIT = 1 << 20  # characters
DELIMITERS = (",", "\t", ";", "|")
UTF8 = "utf-8-sig"
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How a file is written; `notes` are its leading lines that gridmap's export wrote about itself."""

    codec: str
    has_mark: bool
    delimiter: str
    eol: str
    notes: tuple[str, ...]

    def line(self, cells: list[str]) -> bytes:
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter, lineterminator=self.eol).writerow(cells)
        return text.getvalue().encode()


def locate_delimited(
    source: Path,
    target: Path,
    places: Places,
    wanted: Wanted,
    *,
    prefix: str = "",
    told: Callable[[int], None] = lambda _: None,
) -> tuple[Counts, str | None]:
    """Write `target`: all rows and cells of `source`, and the new columns behind them -> counts and a remark.

    The output is UTF-8; it has a byte order mark where the source had one, or was in another encoding. `told` hears
    how many bytes of the file have been read. Raises BadFile with the row where a row has too many or too few cells.
    """
    try:
        dialect, remark = _look(source)
        with source.open("rb") as raw, _unpacked(raw) as stream, _packed(target) as out:
            reader = _reader(stream, dialect)
            how = placing(places, wanted, reader.schema.names, source.name, prefix=prefix)
            out.write(codecs.BOM_UTF8 if dialect.has_mark else b"")
            out.write("".join(dialect.notes).encode() + dialect.line([*reader.schema.names, *how.names]))
            counts = flow(reader, how, lambda batch: _write(out, batch, dialect), lambda _: told(raw.tell()))
    except FileNotFoundError:
        raise BadFile(f"{source} does not exist.", "Correct the name.") from None
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise BadFile(f"{source.name}: {error}.", "Correct that place of the file; nothing was written.") from None
    except (EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise BadFile(f"{source.name} is damaged: {error}.", "Copy or write the file again.") from None
    return counts, remark


def _look(source: Path) -> tuple[_Dialect, str | None]:
    with source.open("rb") as raw:
        is_packed = raw.read(2) == GZIP
    with gzip.open(source) if is_packed else source.open("rb") as stream:
        encoding = detect(cast("BinaryIO", stream), source.name)
        stream.seek(0)
        marked = stream.read(3) == codecs.BOM_UTF8
        stream.seek(0)
        text = io.TextIOWrapper(cast("BinaryIO", stream), encoding=encoding.codec, newline="")
        notes = []
        while (line := text.readline(HEADING_LIMIT)).startswith(CSV_MARK):
            notes.append(line)
    if not line.strip():
        raise BadFile(f"{source.name} has no headings.", "The first line must name the columns.")
    delimiter = max(DELIMITERS, key=line.count)
    is_utf8 = encoding.codec == UTF8
    dialect = _Dialect(
        encoding.codec, marked or not is_utf8, delimiter, "\r\n" if line.endswith("\r\n") else "\n", tuple(notes)
    )
    return dialect, None if is_utf8 else f"{encoding.note} The output is UTF-8."


@contextmanager
def _unpacked(raw: Any) -> Iterator[Any]:
    """The text inside a file that may be packed by gzip."""
    head = raw.read(2)
    raw.seek(0)
    if head == GZIP:
        with pa.CompressedInputStream(raw, "gzip") as stream:
            yield stream
    else:
        yield raw


@contextmanager
def _packed(target: Path) -> Iterator[Any]:
    """A stream to the target, packed where its name ends so."""
    with pa.output_stream(target, compression="gzip" if ".gz" in target.suffixes else None) as out:
        yield out


def _reader(stream: Any, dialect: _Dialect) -> Any:
    encoding = "utf8" if dialect.codec == UTF8 else dialect.codec
    return pacsv.open_csv(
        stream,
        read_options=pacsv.ReadOptions(
            block_size=BLOCK_BYTES,
            encoding=encoding,
            skip_rows=len(dialect.notes),
            use_threads=False,  # else an error does not say in which row
        ),
        parse_options=pacsv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            default_column_type=pa.string(), null_values=[""], strings_can_be_null=True, check_utf8=False
        ),
    )


def _write(out: Any, batch: pa.RecordBatch, dialect: _Dialect) -> None:
    texts = pa.Table.from_batches([batch]).cast(pa.schema([(name, pa.string()) for name in batch.schema.names]))
    try:
        out.write(_text(texts, dialect, "none"))
    except pa.ArrowInvalid:  # a delimiter, quote or line break in a cell: then all cells of the block stand in quotes
        out.write(_text(texts, dialect, "needed"))


def _text(table: pa.Table, dialect: _Dialect, quoting: str) -> pa.Buffer:
    text = pa.BufferOutputStream()
    options = pacsv.WriteOptions(
        include_header=False, delimiter=dialect.delimiter, eol=dialect.eol, quoting_style=quoting
    )
    pacsv.write_csv(table, text, options)
    return text.getvalue()
