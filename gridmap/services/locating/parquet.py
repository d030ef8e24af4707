"""Parquet in, Parquet out, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from gridmap.errors import BadFile
from gridmap.services.locating.batches import BATCH_BYTES, BATCH_ROWS, flow, placing
from gridmap.services.locating.coordinates import Wanted
from gridmap.services.locating.counts import Counts
from gridmap.services.locating.places import Places

READ_BUFFER_BYTES = 4 << 20  # a column is read in pieces, not a row group at once
MIN_BATCH_ROWS = 1024

Result = TypeVar("Result")


def rows_of(file: Path) -> int:
    """How many rows a Parquet file has, by its footer. Raises BadFile."""
    return _opened(file, lambda opened: int(opened.metadata.num_rows))


def locate_parquet(
    source: Path,
    target: Path,
    places: Places,
    wanted: Wanted,
    *,
    prefix: str = "",
    threads: int | None = None,
    told: Callable[[Counts], None] = lambda _: None,
) -> Counts:
    """Write `target`: all rows and columns of `source`, and the new columns behind them."""

    def run(opened: pq.ParquetFile) -> Counts:
        before = opened.schema_arrow
        how = placing(places, wanted, before.names, source.name, prefix=prefix, threads=threads)
        after = how.schema(before)
        batches = opened.iter_batches(batch_size=_batch_rows(opened.metadata))
        # numbers seldom repeat: a dictionary of them costs time and is given up anyway
        in_dictionary = [field.name for field in after if not _is_number(field.type)]
        with pq.ParquetWriter(target, after, compression=_compression(opened), use_dictionary=in_dictionary) as writer:
            return flow(batches, how, writer.write_batch, told)

    return _opened(source, run)


def _opened(file: Path, use: Callable[[pq.ParquetFile], Result]) -> Result:
    try:
        with pq.ParquetFile(file, buffer_size=READ_BUFFER_BYTES, pre_buffer=False) as opened:
            return use(opened)
    except FileNotFoundError:
        raise BadFile(f"{file} does not exist.", "Correct the name.") from None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise BadFile(f"{file.name} cannot be read as Parquet: {error}.", "Write the file again.") from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise BadFile(f"{file.name} is damaged: {error}.", "Write the file again.") from None


def _batch_rows(metadata: pq.FileMetaData) -> int:
    size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    fitting = BATCH_BYTES * max(metadata.num_rows, 1) // max(size, 1)
    return int(max(MIN_BATCH_ROWS, min(BATCH_ROWS, fitting)))


def _compression(opened: pq.ParquetFile) -> str:
    """As in the source: `snappy` where it has no rows to tell."""
    if not opened.metadata.num_row_groups or not opened.metadata.num_columns:
        return "snappy"
    codec = str(opened.metadata.row_group(0).column(0).compression).lower()
    return {"uncompressed": "none"}.get(codec, codec)


def _is_number(of: pa.DataType) -> bool:
    return pa.types.is_primitive(of) and not pa.types.is_boolean(of)
