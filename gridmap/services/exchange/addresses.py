"""Incidents with an address and no coordinates: placed by the gazetteer where it is sure, else left to a person."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridmap.domain.incidents import PlacedBy
from gridmap.geo.addresses import Gazetteer, Match
from gridmap.services.address_places import is_coarse, is_sure
from gridmap.services.exchange.request import Piece
from gridmap.services.exchange.table import Objects, object_array

CANDIDATES = 3
UNKNOWN = "it has no coordinates, and its address names no place that is known"
SEVERAL = "it has no coordinates, and its address may mean several places"
COARSE = "it has no coordinates, and its address only tells roughly where it is"


@dataclass(slots=True)
class Coarser:
    """How many rows were placed less finely than their address says, with the first of them."""

    rows: int = 0
    example: str = ""

    def add(self, address: str, left_over: str) -> None:
        self.rows += 1
        self.example = self.example or f"{address} ({left_over})"

    def told(self) -> list[str]:
        """A sentence for the report, none when there is nothing to tell."""
        if not self.rows:
            return []
        return [
            f"{self.rows:,} rows are placed less finely than their address says, as nothing finer is known there: "
            f"{self.example}."
        ]


def without_place(piece: Piece) -> np.ndarray:
    """int[k]: the rows without a shape that an address could place."""
    addresses = piece.rows.fields.get("address")
    if addresses is None or piece.rows.occurrences is None:
        return np.empty(0, dtype=np.intp)
    has_address = np.array([text is not None for text in addresses], bool)
    return np.flatnonzero(shapely.is_missing(piece.rows.shapes) & has_address & ~piece.problems.mask())


def placed_by_address(piece: Piece, waiting: np.ndarray, gazetteer: Gazetteer, coarser: Coarser) -> Piece:
    """The piece with those of the `waiting` rows placed whose address is sure: their point, how far the true place may
    lie from it, and that it comes from the address. The others become bad rows that list what may be meant. Those
    with a part that could not be looked up are told to `coarser`.
    """
    rows = piece.rows
    shapes, uncertainty_m = rows.shapes.copy(), rows.fields["uncertainty_m"].copy()
    placed_by = object_array([str(PlacedBy.COORDINATES)] * rows.n) if rows.placed_by is None else rows.placed_by.copy()
    texts: Objects = rows.fields["address"][waiting]
    for index, match in zip(waiting.tolist(), gazetteer.match_many(texts.tolist()), strict=True):
        cause = _fault(match)
        if cause is not None:
            piece.problems.add([index], cause, {index: _candidates(rows.fields["address"][index], match)})
            continue
        shapes[index] = shapely.Point(match.lon, match.lat)
        uncertainty_m[index] = max(uncertainty_m[index] or 0.0, match.uncertainty_m)
        placed_by[index] = str(PlacedBy.ADDRESS)
        if match.left_over:
            coarser.add(rows.fields["address"][index], match.left_over)
    fields = {**rows.fields, "uncertainty_m": uncertainty_m}
    return replace(piece, rows=replace(rows, shapes=shapes, fields=fields, placed_by=placed_by))


def _fault(match: Match) -> str | None:
    """Why a match does not place a row; None when it does."""
    if is_sure(match):
        return COARSE if is_coarse(match) else None
    return SEVERAL if match.alternatives else UNKNOWN


def _candidates(text: str, match: Match) -> str:
    """The address and what it may mean, each with its point."""
    named = [match] if match.accepted else list(match.alternatives[:CANDIDATES])
    listed = [f"{one.name} (lon {one.lon:.6f}, lat {one.lat:.6f})" for one in named if np.isfinite(one.lon)]
    return f"{text}: {' or '.join(listed)}" if listed else text
