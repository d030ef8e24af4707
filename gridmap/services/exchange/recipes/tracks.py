"""Tracks: paths really walked, from lines or from points in the order of their times.

A gap in time is a gap in the path: nothing is drawn across it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.services.exchange.content import combined_digest
from gridmap.services.exchange.recipes.base import Columns, Indices, Recipe, Status
from gridmap.services.exchange.table import object_array
from gridmap.store import batches, bulk, importing
from gridmap.store.tables import Fix, Track

GAP_S = 120.0  # phones report every few seconds; after two minutes without a fix the path between is unknown


@dataclass(frozen=True, slots=True)
class Walk:
    """One track of the file: its rows in the order of their times, and all of them reduced to one digest."""

    code: str
    rows: tuple[int, ...]
    digest: bytes


def stretches(coords: NDArray[np.float64], at: NDArray[np.datetime64]) -> list[shapely.LineString]:
    """n fixes (n x 2) in the order of their times -> the lines that join them, cut at every gap; a rest is no line."""
    gaps = np.flatnonzero(np.diff(at) > np.timedelta64(int(GAP_S * 1e6), "us")) + 1
    return [shapely.LineString(part) for part in np.split(coords, gaps) if len(np.unique(part, axis=0)) > 1]


class TrackRecipe(Recipe):
    model = Track

    def check(self) -> None:
        """Group the good rows by code. A point without a time has no order, so its row is bad."""
        self.is_point = shapely.get_type_id(self.rows.shapes) == shapely.GeometryType.POINT
        self.at = self.rows.times["time"].at
        untold = np.isnat(self.at) & ~self.job.problems.about("time")
        self.job.problems.add(self.is_point & untold, "a point of a track needs a time")
        good = ~self.job.problems.mask()
        by_code: dict[str, list[int]] = {}
        for index in np.flatnonzero(good).tolist():
            by_code.setdefault(self.rows.fields["code"][index], []).append(index)
        self.walks = [self._walk(code, rows) for code, rows in by_code.items()]

    def _walk(self, code: str, rows: list[int]) -> Walk:
        order = tuple(np.array(rows)[np.argsort(self.at[rows], kind="stable")].tolist())
        return Walk(code, order, combined_digest(self.rows.digests[list(order)]))

    def compare(self) -> NDArray[np.int8]:
        """A track is known, changed or new as a whole, and its rows with it."""
        status = np.full(self.rows.n, Status.NEW, dtype=np.int8)
        stored = batches.known_sources(self.job.session, Track, [walk.code for walk in self.walks])
        for walk in self.walks:
            if walk.code in stored:
                row = stored[walk.code]
                status[list(walk.rows)] = Status.KNOWN if row.digest == walk.digest else Status.CHANGED
                self.job.ids.update(dict.fromkeys(walk.rows, row.id))
        self.refuse_changes(status)
        return status

    def insert(self, take: Indices) -> None:
        walks = self._among(take)
        if walks:
            ids = bulk.insert(self.job.session, Track, {**self.provenance(take), **self.columns(take)})
            self._store_fixes(walks, ids.tolist())

    def change(self, take: Indices) -> None:
        walks = self._among(take)
        if walks:
            ids = [self.job.ids[walk.rows[0]] for walk in walks]
            bulk.update(self.job.session, Track, ids, {**self.provenance(take), **self.columns(take)})
            importing.drop_fixes(self.job.session, ids)
            self._store_fixes(walks, ids)

    def _among(self, take: Indices) -> list[Walk]:
        rows = set(take.tolist())
        return [walk for walk in self.walks if walk.rows[0] in rows]

    def provenance(self, take: Indices) -> Columns:
        """Of the walks that begin among the rows taken; a walk has the number of its first row."""
        walks = self._among(take)
        first = np.array([walk.rows[0] for walk in walks], dtype=np.intp)
        return {**super().provenance(first), "content_digest": [walk.digest for walk in walks]}

    def columns(self, take: Indices) -> Columns:
        walks = self._among(take)
        first = np.array([walk.rows[0] for walk in walks], dtype=np.intp)
        last = np.array([walk.rows[-1] for walk in walks], dtype=np.intp)
        return {
            "name": self.field("name", first),
            "started_at": self.at[first],
            "ended_at": self.at[last],
            "geom": object_array([self._path(walk) for walk in walks]),
        }

    def _path(self, walk: Walk) -> shapely.Geometry | None:
        """The lines of a track as they came, and its points joined wherever no gap is between them."""
        rows = np.array(walk.rows)
        parts = [line for shape in self.rows.shapes[rows[~self.is_point[rows]]] for line in shapely.get_parts(shape)]
        fixes = rows[self.is_point[rows]]
        parts += stretches(shapely.get_coordinates(self.rows.shapes[fixes]), self.at[fixes])
        return shapely.multilinestrings(parts) if parts else None

    def _store_fixes(self, walks: list[Walk], track_ids: list[int]) -> None:
        rows: list[int] = []
        owners: list[int] = []
        places: list[int] = []
        for walk, track_id in zip(walks, track_ids, strict=True):
            fixes = [row for row in walk.rows if self.is_point[row]]
            rows += fixes
            owners += [track_id] * len(fixes)
            places += range(len(fixes))
            self.job.ids.update(dict.fromkeys(walk.rows, track_id))
        take = np.array(rows, dtype=np.intp)
        points = self.rows.shapes[take]
        columns: Columns = {
            "track_id": owners,
            "seq": places,
            "at": self.at[take],
            "lon": shapely.get_x(points),
            "lat": shapely.get_y(points),
            "accuracy_m": self.field("accuracy_m", take),
        }
        bulk.insert(self.job.session, Fix, columns)
