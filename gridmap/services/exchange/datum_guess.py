"""A guess at the datum: where points sit as far from their addresses as GCJ-02 or BD-09 would move them, it is said.

The shift of GCJ-02 is about 570 m in the middle of China, that of BD-09 about 1.2 km; read as what they are, the points
lie where their addresses say. Nothing is changed: the person decides (--crs).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo import datums
from gridmap.geo.addresses import Gazetteer, Match
from gridmap.geo.projection import M_PER_DEG
from gridmap.services.exchange.layers import INCIDENTS
from gridmap.services.exchange.reference import SAME_AS_STORAGE, SourceCrs
from gridmap.services.exchange.request import Piece
from gridmap.services.exchange.table import folded, text_of

Floats = NDArray[np.float64]

SAMPLE = 300  # rows looked up
SURE_M = 150.0  # addresses known better than that say something about half a kilometre
LEAST = 5  # rows; fewer may all be wrong for reasons of their own
FAR_M = 250.0  # nearer than that no shift explains it
BETTER = 0.4  # what remains must be less than this part of the distance
HYPOTHESES = ("wgs84", "gcj02", "bd09")
ADDRESS_HEADINGS = {folded(name) for name in ("address", *INCIDENTS.field("address").synonyms)} - {"location"}


@dataclass(frozen=True, slots=True)
class DatumGuess:
    """`n` rows lie `before_m` (median) from where their addresses say, and `after_m` when read as `datum`."""

    datum: str
    n: int
    before_m: float
    after_m: float

    def text(self) -> str:
        given = "EPSG:4326" if self.datum == "wgs84" else self.datum
        return (
            f"{self.n:,} rows looked up lie {self.before_m:,.0f} m (median) from where their addresses say; "
            f"read as {given} they would lie {self.after_m:,.0f} m from there. If they are {given}: --crs {given}"
        )


def addressed_rows(piece: Piece) -> tuple[NDArray[np.intp], list[str]]:
    """At most SAMPLE rows, spread over the piece, that have a point and an address, and these addresses."""
    is_point = shapely.get_type_id(piece.rows.shapes) == shapely.GeometryType.POINT
    texts = _addresses(piece)
    if texts is None or not is_point.any():
        return np.empty(0, dtype=np.intp), []
    has_text = np.array([text is not None for text in texts], bool)
    found = np.flatnonzero(is_point & has_text & ~piece.problems.mask())
    chosen = found[np.unique(np.linspace(0, len(found) - 1, SAMPLE).astype(np.intp))] if len(found) else found
    return chosen, [str(texts[index]) for index in chosen.tolist()]


def guess(
    piece: Piece, rows: NDArray[np.intp], texts: list[str], crs: SourceCrs, known: Gazetteer
) -> DatumGuess | None:
    """The datum that rows seem to be in when it is not the one they were read in; None when all is well or unknown."""
    if crs.label not in SAME_AS_STORAGE | datums.SHIFTED:
        return None
    lon, lat = shapely.get_x(piece.rows.shapes[rows]), shapely.get_y(piece.rows.shapes[rows])
    matches = known.match_many(texts)
    sure = np.array([_is_sure(match) for match in matches], bool)
    if sure.sum() < LEAST:
        return None
    read_as = crs.label if crs.label in datums.SHIFTED else "wgs84"
    lon, lat = lon[sure], lat[sure]
    if read_as != "wgs84":
        lon, lat = datums.from_wgs84(lon, lat, read_as)
    true = np.array([(match.lon, match.lat) for match, is_sure in zip(matches, sure, strict=True) if is_sure])
    median_m = {datum: _median_m(lon, lat, datum, true) for datum in HYPOTHESES}
    best = min(median_m, key=median_m.__getitem__)
    before_m, after_m = median_m[read_as], median_m[best]
    if best == read_as or before_m < FAR_M or after_m > BETTER * before_m:
        return None
    return DatumGuess(best, int(sure.sum()), before_m, after_m)


def _is_sure(match: Match) -> bool:
    return match.accepted and bool(np.isfinite(match.lon)) and match.uncertainty_m <= SURE_M


def _median_m(lon: Floats, lat: Floats, datum: str, true: Floats) -> float:
    """The median distance of n points, read in a datum, from n places (n x 2); on a plane, good to a few metres."""
    if datum != "wgs84":
        lon, lat = datums.to_wgs84(lon, lat, datum)
    x_m = (lon - true[:, 0]) * M_PER_DEG * np.cos(np.radians(true[:, 1]))
    y_m = (lat - true[:, 1]) * M_PER_DEG
    return float(np.median(np.hypot(x_m, y_m)))


def _addresses(piece: Piece) -> list[str | None] | None:
    """n addresses: the field of incidents, for other layers a column that is called so; None without any."""
    given = piece.rows.fields.get("address")
    if given is not None:
        return list(given)
    heading = next((h for h in piece.table.headings if folded(h) in ADDRESS_HEADINGS), None)
    return None if heading is None else [text_of(value) for value in piece.table.columns[heading]]
