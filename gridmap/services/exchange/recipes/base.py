"""How rows of one layer become rows of one table: what all layers share, and what each may do its own way."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gridmap.services.exchange.job import Job, Rows
from gridmap.services.exchange.met_ids import MetIds
from gridmap.services.exchange.problems import Problems
from gridmap.services.exchange.table import Objects, object_array
from gridmap.store import batches, bulk

# When ground that is imported came to be is not known: it was there before any incident. Only a cut has its instant.
SINCE_EVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

NOTHING = object_array([])
Indices = NDArray[np.intp]
Columns = Mapping[str, Sequence[Any] | NDArray[Any]]


class Status(IntEnum):
    """What a row is to the database."""

    NEW = 0
    KNOWN = 1
    CHANGED = 2  # its source id is stored with other content


class Recipe(ABC):
    """The way of one layer, for the rows of one piece of a file.

    The order of calls is check, compare, then insert and change, then finish; after the last piece, conclude.
    """

    model: ClassVar[type[Any]]

    def __init__(self, job: Job) -> None:
        self.job = job
        self.rows = job.rows

    def source_ids(self) -> Objects:
        """n source ids or None."""
        return self.rows.fields[self.job.layer.id_field]

    def row_digests(self) -> Objects:
        """n digests of what the table keeps of a row."""
        return self.rows.digests

    def check(self) -> None:  # noqa: B027 - a step most layers have no work in
        """Note rows that contradict each other or refer to what does not exist."""

    def levels(self) -> Objects | None:
        """n levels, for a layer whose polygons cover the ground once a level; None for all others."""
        return None

    def compare(self) -> NDArray[np.int8]:
        """Each row's Status: by its source id, else by the file's digest and the row's number.

        A source id that stands twice in the file: the second row is known if it says the same, else it is bad. The
        first may be in an earlier piece: then this very import has stored it, or has met it as known.
        """
        status = np.full(self.rows.n, Status.NEW, dtype=np.int8)
        known_numbers = self.known_numbers()
        source_ids = self.source_ids()
        stored = batches.known_sources(self.job.session, self.model, sorted({s for s in source_ids if s is not None}))
        first: dict[str, int] = {}
        contradicts: dict[int, str] = {}
        bad = self.job.problems.mask()
        digests = self.row_digests()
        for index, (source_id, digest) in enumerate(zip(source_ids, digests, strict=True)):
            if source_id is None:
                if self.rows.first_row + index in known_numbers:
                    status[index] = Status.KNOWN
            elif source_id in first:
                before = first[source_id]
                status[index] = Status.KNOWN
                if digests[before] != digest:
                    contradicts[index] = f"{source_id}, first in row {self.rows.first_row + before}"
            else:
                if not bad[index]:
                    first[source_id] = index
                if source_id in stored:
                    row = stored[source_id]
                    self.job.ids[index] = row.id
                    status[index] = Status.KNOWN if row.digest == digest else Status.CHANGED
                    if status[index] == Status.CHANGED and self._is_of_this_file(row, source_id):
                        status[index] = Status.KNOWN
                        where = f", first in row {row.row_number}" if row.batch_id == self.job.batch_id else ""
                        contradicts[index] = f"{source_id}{where}"
        id_field = self.job.layer.id_field
        self.job.problems.add(contradicts, f"{id_field} stands twice in the file with different content", contradicts)
        self.refuse_changes(status)
        self._remember_known(status, source_ids)
        return status

    def _is_of_this_file(self, row: batches.KnownRow, source_id: str) -> bool:
        """Whether an earlier piece of the file had this source id."""
        return (row.batch_id is not None and row.batch_id == self.job.batch_id) or source_id in self._met

    def _remember_known(self, status: NDArray[np.int8], source_ids: Objects) -> None:
        """Only where rows may be replaced does it matter that a known row was met before."""
        if self.job.is_update:
            self._met.add(source_ids[status == Status.KNOWN])

    @property
    def _met(self) -> MetIds:
        return self.job.once("met", MetIds)

    def known_numbers(self) -> set[int]:
        """Row numbers of this very file that are stored already, among those of this piece."""
        if not self.job.known_batches:
            return set()
        first, last = self.rows.first_row, self.rows.first_row + self.rows.n - 1
        return batches.known_rows(self.job.session, self.model, self.job.known_batches, first, last)

    def refuse_changes(self, status: NDArray[np.int8]) -> None:
        """Rows whose source id is stored with other content are bad, unless the import may update."""
        if not self.job.is_update:
            cause = f"{self.job.layer.id_field} is stored already with other content (--update replaces it)"
            self.job.problems.add(status == Status.CHANGED, cause, self.source_ids())

    @abstractmethod
    def columns(self, take: Indices) -> Columns:
        """The table's own columns for the rows taken, in their order."""

    def insert(self, take: Indices) -> None:
        """Store new rows."""
        if len(take):
            ids = bulk.insert(self.job.session, self.model, {**self.provenance(take), **self.columns(take)})
            self.job.ids.update(zip(take.tolist(), ids.tolist(), strict=True))

    def change(self, take: Indices) -> None:
        """Replace the content of rows that are stored."""
        if len(take):
            ids = [self.job.ids[index] for index in take.tolist()]
            bulk.update(self.job.session, self.model, ids, {**self.provenance(take), **self.columns(take)})

    def finish(self, stored: Indices) -> None:  # noqa: B027 - a step most layers have no work in
        """What follows from the rows now stored: names, placings, counts."""

    def conclude(self) -> None:  # noqa: B027 - a step most layers have no work in
        """What follows from all rows of the file, after the last piece that stored any."""

    def let_go(self) -> None:
        """Give the rows back to memory, before the next piece is read; only `conclude` may come after."""
        self.rows = self.job.rows = Rows(0, {}, NOTHING, NOTHING, NOTHING)
        self.job.problems = Problems(0)
        self.job.ids = {}

    def provenance(self, take: Indices) -> Columns:
        """Where the rows taken came from."""
        return {
            "source_id": self.source_ids()[take],
            "row_number": self.rows.first_row + take,
            "content_digest": self.row_digests()[take],
            "attributes": self.rows.attributes[take],
            "batch_id": [self.job.batch_id] * len(take),
        }

    def field(self, name: str, take: Indices) -> Objects:
        return self.rows.fields[name][take]

    def resolve(self, field: str, known: Mapping[str, int], what: str) -> Objects:
        """Codes of a field -> n ids or None; a code that is not stored makes its row bad."""
        codes = self.rows.fields[field]
        unknown = np.array([code is not None and code not in known for code in codes], bool)
        self.job.problems.add(unknown, f"{field} names no {what} that is stored", codes)
        return object_array([None if code is None else known.get(code) for code in codes])
