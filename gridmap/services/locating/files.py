"""A file or folder placed: written beside the output's name and renamed when it is whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gridmap.errors import BadFile, BadInput, Conflict
from gridmap.services.locating.coordinates import Wanted
from gridmap.services.locating.counts import Counts
from gridmap.services.locating.delimited import locate_delimited
from gridmap.services.locating.folder import locate_folder
from gridmap.services.locating.parquet import locate_parquet, rows_of
from gridmap.services.locating.places import Places

PARQUET = (".parquet", ".pq")
DELIMITED = (".csv", ".tsv", ".tab", ".txt")
Tell = Callable[[str, int, int], None]  # what is being done, how much of it, of how much


@dataclass(frozen=True, slots=True)
class Located:
    """What became of the rows, and a remark for the person where there is one."""

    counts: Counts
    remark: str | None = None


def locate_file(
    source: Path,
    target: Path,
    places: Places,
    wanted: Wanted | None = None,
    *,
    prefix: str = "",
    dask: str | None = None,
    tell: Tell = lambda _label, _done, _total: None,
) -> Located:
    """Place every row of `source` and write it to `target` with the new columns; no row is left out.

    CSV or TSV (also .gz) to the same, Parquet to Parquet, a folder of Parquet files to a folder. `target` appears when
    it is whole. Raises BadInput and BadFile for files that do not fit, Conflict for a folder that is there.
    """
    wanted = wanted or Wanted()
    if not source.exists():
        raise BadFile(f"{source} does not exist.", "Correct the name.")
    if target.exists() and target.resolve() == source.resolve():
        raise BadInput("IN and OUT are the same.", "Name another OUT.")
    if dask is not None and not source.is_dir():
        raise BadInput(f"{source.name} is one file.", "Workers share out the files of a folder: name a folder.")
    kind = _kind(source)
    if not source.is_dir() and _kind(target) != kind:
        raise BadInput(
            f"{source.name} is {kind}, {target.name} would not be.", "IN and OUT are of one kind: CSV/TSV or Parquet."
        )
    label = f"Placing {source.name}"
    with _whole(target, is_folder=source.is_dir()) as part:
        if source.is_dir():
            return Located(
                locate_folder(
                    source, part, places, wanted, prefix=prefix, dask=dask, told=lambda n, of: tell(label, n, of)
                )
            )
        if kind == "Parquet":
            total = rows_of(source)
            return Located(
                locate_parquet(
                    source, part, places, wanted, prefix=prefix, told=lambda counts: tell(label, counts.rows, total)
                )
            )
        size = source.stat().st_size
        return Located(
            *locate_delimited(source, part, places, wanted, prefix=prefix, told=lambda n: tell(label, n, size))
        )


def _kind(file: Path) -> str:
    if file.is_dir():
        return "a folder"
    suffixes = [suffix.lower() for suffix in file.suffixes]
    if suffixes and suffixes[-1] in PARQUET:
        return "Parquet"
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    if suffixes and suffixes[-1] in DELIMITED:
        return "CSV/TSV"
    raise BadInput(
        f"{file.name} is neither CSV, TSV nor Parquet by its name.", "Use .csv, .tsv (also .gz) or .parquet."
    )


@contextmanager
def _whole(target: Path, *, is_folder: bool) -> Iterator[Path]:
    """A name beside the target to write to; it takes the target's name at the end, or vanishes."""
    if target.is_dir() and (not is_folder or any(target.iterdir())):
        raise Conflict(f"{target} is a folder that is there already.", "Name a new one, or remove it first.")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{os.getpid()}.part.{target.name}")
    try:
        yield part
        part.replace(target)
    finally:
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)
