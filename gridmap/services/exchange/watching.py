"""What is seen of a file's rows while it is imported: a few as they came, points of the good, faults of the bad."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.errors import BadInput
from gridmap.services.exchange.columns import Columns, propose
from gridmap.services.exchange.personal import masked_sample
from gridmap.services.exchange.recipes.base import Status
from gridmap.services.exchange.request import Piece, Request
from gridmap.services.exchange.table import Objects, Table, object_array, text_of

SAMPLE_ROWS, GOOD_AT_MOST, BAD_AT_MOST = 20, 5_000, 1_000
CELL_LENGTH = 200  # characters shown


class BadRow(NamedTuple):
    """A bad row: its number, what is wrong with it, and where it would lie, if that could be read."""

    row: int
    reason: str
    lon: float | None
    lat: float | None


@dataclass(slots=True)
class Watcher:
    """Keeps the first few of everything, whatever the size of the file.

    `columns` are those told and recognised, also where others that are needed are missing.
    """

    has_seen: bool = False
    has_shapes: bool = False
    columns: Columns = field(default_factory=lambda: Columns({}, {}, ()))
    headings: list[str] = field(default_factory=list)
    sample: list[list[str]] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    _lon: list[float] = field(default_factory=list)
    _lat: list[float] = field(default_factory=list)

    @property
    def good(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """lon float64[n], lat float64[n] of the good rows."""
        return np.array(self._lon, float), np.array(self._lat, float)

    def look(self, table: Table, request: Request) -> None:
        """Take the headings and the first rows as they came, and which columns are which fields."""
        self.has_seen, self.has_shapes = True, table.shapes is not None
        self.headings = table.headings
        try:
            self.columns = propose(request.layer, table, request.mapping)
        except BadInput:  # a column that the file does not have: what is recognised without being told
            self.columns = propose(request.layer, table, {})
        sample = [_texts(table, index) for index in range(min(table.n, SAMPLE_ROWS))]
        self.sample = masked_sample(request.layer, self.columns, table, sample)

    def see(self, piece: Piece, status: NDArray[np.int8]) -> None:
        """Take in a piece as it was compared with what is stored."""
        is_bad = piece.problems.mask()
        lon, lat = _points(piece.rows.shapes)
        good = np.flatnonzero(~is_bad & (status != Status.KNOWN) & ~np.isnan(lon))[: GOOD_AT_MOST - len(self._lon)]
        self._lon += lon[good].tolist()
        self._lat += lat[good].tolist()
        for index in np.flatnonzero(is_bad)[: BAD_AT_MOST - len(self.bad)].tolist():
            at = (None, None) if np.isnan(lon[index]) else (float(lon[index]), float(lat[index]))
            self.bad.append(BadRow(piece.rows.first_row + index, piece.problems.reason(index), *at))


def _points(shapes: Objects) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """n shapes (None allowed) -> the middle of each one's box, lon and lat; NaN for none."""
    west, south, east, north = shapely.bounds(object_array(list(shapes))).T
    return (west + east) / 2, (south + north) / 2


def _texts(table: Table, index: int) -> list[str]:
    if index in table.broken_cells:
        return [cell[:CELL_LENGTH] for cell in table.broken_cells[index]]
    return [(text_of(table.columns[heading][index]) or "")[:CELL_LENGTH] for heading in table.headings]
