"""WGS-84 beside the datums of Chinese map services: GCJ-02 (高德, 腾讯), BD-09 (百度), CGCS2000 (天地图).

GCJ-02 shifts WGS-84 by a published pseudo-random series of some hundred metres, BD-09 turns and shifts GCJ-02 once
more. Neither has a closed inverse: both are undone by fixed-point iteration far below a micrometre. CGCS2000 and WGS-84
differ by centimetres and are taken as equal (EPSG:4490, EPSG:4326).

The series also "works" where GCJ-02 was never in use (Seoul, Hanoi), so every conversion has an extent, and points
beyond it come back as NaN. Source of the constants: the series as published by wuyongzheng/china-coordinates-shift and
used by eviltransform and geocoordinates-rs; the latter is the tests' oracle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.errors import BadInput

Datum = Literal["wgs84", "gcj02", "bd09", "cgcs2000"]
DATUMS: tuple[str, ...] = get_args(Datum)
SHIFTED = frozenset({"gcj02", "bd09"})

Floats = NDArray[np.float64]
LonLat = tuple[Floats, Floats]
Extent = tuple[float, float, float, float]

CHINA: Extent = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north: where GCJ-02 is defined

KRASOVSKY_A_M = 6378245.0
KRASOVSKY_E2 = 0.00669342162296594323
BAIDU_TURN = np.pi * 3000.0 / 180.0
INVERSE_STEP_DEG = 1e-12  # 0.1 micrometres; each step of the iteration shrinks the error at least thirtyfold
INVERSE_MAX_STEPS = 20


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: str, *, extent: Extent | None = None) -> LonLat:
    """n longitudes and latitudes in degrees of `datum` -> the same places in WGS-84 degrees.

    `extent` is (west, south, east, north) in WGS-84 degrees. A place beyond it comes back as (NaN, NaN), which is how
    the caller learns of it: finite in, NaN out. Without an extent, gcj02 and bd09 are held to China's bounding box and
    the others to none. NaN passes through. The round trip with `from_wgs84` is closer than 1e-6 m.

    Raises BadInput for an unknown datum, or when lon and lat differ in shape.
    """
    lon, lat = _pair(lon, lat)
    limit = _extent_for(datum, extent)
    with np.errstate(invalid="ignore"):  # infinities become NaN
        if datum == "bd09":
            lon, lat = _invert(_gcj02_to_bd09, lon, lat)
        if datum in SHIFTED:
            lon, lat = _invert(_wgs84_to_gcj02, lon, lat)
    return _within(lon, lat, lon, lat, limit)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: str, *, extent: Extent | None = None) -> LonLat:
    """n longitudes and latitudes in WGS-84 degrees -> the same places in degrees of `datum`; see `to_wgs84`."""
    lon, lat = _pair(lon, lat)
    limit = _extent_for(datum, extent)
    out_lon, out_lat = lon, lat
    with np.errstate(invalid="ignore"):
        if datum in SHIFTED:
            out_lon, out_lat = _wgs84_to_gcj02(lon, lat)
        if datum == "bd09":
            out_lon, out_lat = _gcj02_to_bd09(out_lon, out_lat)
    return _within(out_lon, out_lat, lon, lat, limit)


def outside(lon: ArrayLike, lat: ArrayLike, extent: Extent) -> NDArray[np.bool_]:
    """n points in degrees -> bool[n]: not inside the closed box (west, south, east, north). NaN is outside."""
    west, south, east, north = extent
    lon, lat = _pair(lon, lat)
    return ~((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def _pair(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if lon.shape != lat.shape:
        raise BadInput(f"lon has shape {lon.shape} but lat has {lat.shape}.", "Give one latitude for every longitude.")
    return lon, lat


def _extent_for(datum: str, extent: Extent | None) -> Extent | None:
    if datum not in DATUMS:
        raise BadInput(f"The datum {datum!r} is not known.", f"Use one of: {', '.join(DATUMS)}.")
    if extent is None and datum in SHIFTED:
        return CHINA
    return extent


def _within(lon: Floats, lat: Floats, at_lon: Floats, at_lat: Floats, extent: Extent | None) -> LonLat:
    if extent is None:
        return lon.copy(), lat.copy()
    beyond = outside(at_lon, at_lat, extent)
    return np.where(beyond, np.nan, lon), np.where(beyond, np.nan, lat)


def _invert(forward: Callable[[Floats, Floats], LonLat], lon: Floats, lat: Floats) -> LonLat:
    """Where does `forward` come from? Step back by the shift found at the last guess until nothing moves."""
    guess_lon, guess_lat = lon, lat
    for _ in range(INVERSE_MAX_STEPS):
        there_lon, there_lat = forward(guess_lon, guess_lat)
        step_lon, step_lat = there_lon - lon, there_lat - lat
        guess_lon, guess_lat = guess_lon - step_lon, guess_lat - step_lat
        step = np.fmax(np.abs(step_lon), np.abs(step_lat))
        if not (step > INVERSE_STEP_DEG).any():
            break
    return guess_lon, guess_lat


def _wgs84_to_gcj02(lon: Floats, lat: Floats) -> LonLat:
    x, y = lon - 105.0, lat - 35.0
    root, product = np.sqrt(np.abs(x)), x * y
    ripple = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * product + 0.2 * root
    north_m += (2.0 / 3.0) * (ripple + _waves(y, (20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0)))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * product + 0.1 * root
    east_m += (2.0 / 3.0) * (ripple + _waves(x, (20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0)))
    phi = np.radians(lat)
    bent = 1.0 - KRASOVSKY_E2 * np.sin(phi) ** 2
    meridian_m = KRASOVSKY_A_M * (1.0 - KRASOVSKY_E2) / (bent * np.sqrt(bent))
    parallel_m = KRASOVSKY_A_M / np.sqrt(bent) * np.cos(phi)
    return lon + np.degrees(east_m / parallel_m), lat + np.degrees(north_m / meridian_m)


def _waves(along: Floats, *terms: tuple[float, float]) -> Floats:
    """The series' sine terms: (amplitude, divisor of pi) each."""
    total = np.zeros_like(along)
    for amplitude, divisor in terms:
        total += amplitude * np.sin(along * (np.pi / divisor))
    return total


def _gcj02_to_bd09(lon: Floats, lat: Floats) -> LonLat:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BAIDU_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BAIDU_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
