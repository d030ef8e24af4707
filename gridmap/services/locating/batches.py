"""One batch of rows, and how batches flow: read ahead, placed, written behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from gridmap.errors import BadInput
from gridmap.services.locating.coordinates import Coordinates, Wanted, choose
from gridmap.services.locating.counts import Counts
from gridmap.services.locating.places import GRID, Places

Batches = Iterator[pa.RecordBatch]
BATCH_ROWS = 1 << 20
BATCH_BYTES = 64 << 20  # a few batches are under way at once


@dataclass(frozen=True, slots=True)
class Placing:
    """All that is needed to place the rows of a file with these columns."""

    places: Places
    coordinates: Coordinates
    names: tuple[str, ...]  # of the new columns
    threads: int | None

    def schema(self, before: pa.Schema) -> pa.Schema:
        """The columns of a file that is written: the old ones and the new ones behind."""
        for name in self.names:
            before = before.append(pa.field(name, pa.dictionary(pa.int32(), pa.string())))
        return before

    def place(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, Counts]:
        """A batch with its new columns, and what became of its rows."""
        lon, lat = self.coordinates.of(batch)
        columns = self.places.columns(self.places.locator.locate(lon, lat, threads=self.threads))
        without = columns[GRID].is_null()
        located = len(batch) - without.true_count
        unusable = int(np.count_nonzero(np.isnan(lon)))
        swapped = self._swapped(batch.filter(without))
        counts = Counts(len(batch), located, len(batch) - located - unusable, unusable, swapped)
        arrays = [*batch.columns, *columns.values()]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema(batch.schema)), counts


    def _swapped(self, batch: pa.RecordBatch) -> int:
        """How many of these rows would lie in a grid if their longitude and latitude were exchanged."""
        lon, lat = self.coordinates.exchanged().of(batch)
        return int(len(batch) - self.places.columns(self.places.locator.locate(lon, lat))[GRID].null_count)


def placing(
    places: Places, wanted: Wanted, names: list[str], file: str, *, prefix: str = "", threads: int | None = None
) -> Placing:
    """How a file with these column names is placed. Raises BadInput when it has a column of a new one's name."""
    new = tuple(prefix + name for name in places.codes)
    taken = [name for name in new if name in names]
    if taken:
        raise BadInput(
            f"{file} already has a column {taken[0]!r}.", "Nothing is overwritten: name the new ones by --prefix TEXT."
        )
    return Placing(places, choose(wanted, names, file), new, threads)


def flow(
    batches: Batches,
    placing: Placing,
    write: Callable[[pa.RecordBatch], None],
    told: Callable[[Counts], None],
) -> Counts:
    """All batches through `placing` into `write`, in order. The next is read and the last written meanwhile.

    `told` hears the counts so far after every batch.
    """
    total = Counts()
    writing: Future[None] | None = None
    with ThreadPoolExecutor(2) as pool:
        coming = pool.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            done, counts = placing.place(batch)
            total += counts
            if writing is not None:
                writing.result()
            writing = pool.submit(write, done)
            told(total)
        if writing is not None:
            writing.result()
    return total
