"""Datums over all China: how close the way back comes, and how far geocoordinates-rs agrees."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bench.tables import table, timed_s
from gridmap.geo.datums import from_wgs84, to_wgs84

POINTS = 1_000_000
ROUND_TRIP_M = 1e-3
AGREEMENT_M = {"gcj02": 1e-6, "bd09": 1e-5}
M_PER_DEG = 111_320.0

LonLat = tuple[np.ndarray, np.ndarray]


def run(_: list[str]) -> Iterator[str]:
    rng = np.random.default_rng(0)
    places = rng.uniform(73.6, 134.8, POINTS), rng.uniform(3.9, 53.5, POINTS)
    rows = []
    for datum, limit_m in AGREEMENT_M.items():
        forward_s, there = timed_s(lambda datum=datum: from_wgs84(*places, datum), repeats=1)
        back_s, back = timed_s(lambda datum=datum, there=there: to_wgs84(*there, datum), repeats=1)
        rows.append(
            [
                datum,
                f"{apart_m(there, places).mean():.0f} m",
                f"{apart_m(back, places).max():.1e} m (at most {ROUND_TRIP_M:g})",
                *_agreement(datum, places, there, back, limit_m),
                f"{POINTS / forward_s / 1e6:.1f}",
                f"{POINTS / back_s / 1e6:.1f}",
            ]
        )
    head = ["datum", "mean shift", "way there and back", "there: geocoordinates-rs", "back: geocoordinates-rs"]
    title = f"Datums: {POINTS:,} points over China, largest differences"
    yield from table(title, [*head, "Mpt/s there", "Mpt/s back"], rows)


def _agreement(datum: str, places: LonLat, there: LonLat, back: LonLat, limit_m: float) -> tuple[str, str]:
    try:
        import geocoordinates_ffi as oracle
    except ImportError:
        return ("cannot run: not installed",) * 2
    kind = {"gcj02": oracle.Gcj02, "bd09": oracle.Bd09}[datum]
    forward = getattr(oracle, f"wgs84_to_{datum}")
    inverse = getattr(oracle, f"{datum}_to_wgs84_refined")
    said_there = _each(forward, oracle.Wgs84, places)
    said_back = _each(inverse, kind, there)
    limit = f"(at most {limit_m:g})"
    return f"{apart_m(there, said_there).max():.1e} m {limit}", f"{apart_m(back, said_back).max():.1e} m {limit}"


def _each(convert, kind, places: LonLat) -> LonLat:  # type: ignore[no-untyped-def]
    said = [convert(kind(lon=lon, lat=lat)) for lon, lat in zip(places[0].tolist(), places[1].tolist(), strict=True)]
    return np.array([place.lon for place in said]), np.array([place.lat for place in said])


def apart_m(a: LonLat, b: LonLat) -> np.ndarray:
    """Distances in metres of n pairs of places given in degrees."""
    return np.hypot((a[0] - b[0]) * np.cos(np.radians(b[1])), a[1] - b[1]) * M_PER_DEG
