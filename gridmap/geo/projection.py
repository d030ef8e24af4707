"""Degrees for storage, metres for measuring: one local projection a project, and Web Mercator for tiles only.

Nothing is measured in degrees or in Web Mercator (whose metres are 15 % short at 30 degrees, half at 60).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray

from gridmap.errors import BadInput, CrsMismatch

STORAGE_CRS = "EPSG:4326"
WEB_MERCATOR_CRS = "EPSG:3857"

MERCATOR_RADIUS_M = 6378137.0
MERCATOR_HALF_M = np.pi * MERCATOR_RADIUS_M  # the world is a square of twice this side
MERCATOR_MAX_LAT = 85.05112877980659

LARGEST_STRETCH = 2e-3  # of areas, in a projection that somebody names
DATUMS = (4326, 4490)  # WGS 84, CGCS2000: the same to a decimetre; older ones are metres off and need a grid of shifts

CONFORMAL_HALF_WIDTH_M = 150_000.0  # beyond this, transverse Mercator stretches areas by more than 6e-4
M_PER_DEG = 111_320.0

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]

_transformers = threading.local()  # a pyproj Transformer belongs to the thread that made it


@dataclass(frozen=True, slots=True)
class LocalProjection:
    """A metric plane around one place; x grows eastwards, y northwards, (0, 0) is its centre.

    `crs` is a PROJ string, fit for storing in the project's row and for GeoTIFF. Values pickle and are thread-safe.
    """

    crs: str

    def forward(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """n points in WGS-84 degrees -> x[n], y[n] in metres; what cannot be projected becomes NaN."""
        return _run(self.crs, lon, lat, pyproj.enums.TransformDirection.FORWARD)

    def inverse(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """n points in metres -> lon[n], lat[n] in WGS-84 degrees."""
        return _run(self.crs, x, y, pyproj.enums.TransformDirection.INVERSE)

    def forward_shapes(self, shapes: ArrayLike) -> NDArray[np.object_]:
        """n shapely geometries in WGS-84 degrees (None allowed) -> the same in metres, vertex by vertex."""
        return _transform_shapes(shapes, self.forward)

    def inverse_shapes(self, shapes: ArrayLike) -> NDArray[np.object_]:
        """n shapely geometries in metres (None allowed) -> the same in WGS-84 degrees, vertex by vertex."""
        return _transform_shapes(shapes, self.inverse)


def local_projection(bounds: Bounds) -> LocalProjection:
    """(west, south, east, north) in WGS-84 degrees -> the projection centred there.

    Transverse Mercator (angles true, lengths within 3e-4) for anything up to 300 km wide, else Lambert's azimuthal
    equal-area projection (areas true). The centre is rounded to 0.001 degrees so that the text stays readable.

    Raises BadInput when the bounds are empty, not finite or no longitudes and latitudes.
    """
    west, south, east, north = (float(b) for b in bounds)
    if not (-180 <= west <= east <= 180 and -90 < south <= north < 90):  # False for NaN too
        raise BadInput(
            f"({west}, {south}, {east}, {north}) are no bounds in degrees.",
            "Give west, south, east, north in longitude and latitude; check the layer's CRS.",
        )
    lon, lat = round((west + east) / 2, 3), round((south + north) / 2, 3)
    widest_lat = 0.0 if south < 0 < north else min(abs(south), abs(north))
    half_width_m = (east - west) / 2 * M_PER_DEG * np.cos(np.radians(widest_lat))
    kind = "tmerc" if half_width_m <= CONFORMAL_HALF_WIDTH_M else "laea"
    return LocalProjection(
        f"+proj={kind} +lat_0={lat:g} +lon_0={lon:g} +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs +type=crs"
    )


def named_projection(name: str) -> LocalProjection:
    """The projection an organisation works in, as 'EPSG:4547' (CGCS2000, zones of 3 degrees, central meridian 114 E).

    Raises BadInput unless it is a projected system in metres over WGS 84 or CGCS2000.
    """
    cure = "Give a projected one in metres over CGCS2000 or WGS 84, as EPSG:4547, or leave it out."
    try:
        crs = pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError:
        raise BadInput(f"There is no reference system '{name}'.", cure) from None
    authority = crs.to_authority()
    if authority is None or not crs.is_projected or {axis.unit_name for axis in crs.axis_info} != {"metre"}:
        raise BadInput(f"'{name}' is no projection in metres.", cure)
    if crs.geodetic_crs is None or crs.geodetic_crs.to_epsg() not in DATUMS:
        raise BadInput(f"'{name}' is over another datum.", cure)
    return LocalProjection(":".join(authority))


def require_fit(projection: LocalProjection, bounds: Bounds) -> None:
    """Raises BadInput where a projection stretches areas within (west, south, east, north) by more than 0.2 %."""
    west, south, east, north = bounds
    lon, lat = np.meshgrid([west, (west + east) / 2, east], [south, (south + north) / 2, north])
    stretch = np.abs(np.asarray(pyproj.Proj(projection.crs).get_factors(lon, lat).areal_scale) - 1).max()
    if not stretch <= LARGEST_STRETCH:
        raise BadInput(
            f"{projection.crs} stretches areas by {stretch:.1%} at longitude {(west + east) / 2:.2f}.",
            f"Make the project anew with a zone whose central meridian is near {(west + east) / 2:.0f}, or without "
            "--projection.",
        )


def require_crs(frame: Any, crs: str) -> None:
    """Check a GeoDataFrame's or GeoSeries's CRS at the door; nothing is guessed or converted.

    Raises CrsMismatch when the frame has another CRS than `crs`, or none.
    """
    found = getattr(frame, "crs", None)
    if found is None:
        raise CrsMismatch(f"The layer states no CRS; {crs} is needed.", "Say which one it has, then convert it.")
    if not pyproj.CRS.from_user_input(found).equals(pyproj.CRS.from_user_input(crs), ignore_axis_order=True):
        raise CrsMismatch(f"The layer is in {found.to_string()}; {crs} is needed.", f"Convert it: .to_crs({crs!r}).")


def to_web_mercator(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """n points in WGS-84 degrees -> x[n], y[n] in EPSG:3857; latitudes are held to +-85.0511 (the square world)."""
    lat = np.clip(np.asarray(lat, dtype=np.float64), -MERCATOR_MAX_LAT, MERCATOR_MAX_LAT)
    x = np.radians(np.asarray(lon, dtype=np.float64)) * MERCATOR_RADIUS_M
    y = np.arctanh(np.sin(np.radians(lat))) * MERCATOR_RADIUS_M
    return x, y


def from_web_mercator(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """n points in EPSG:3857 -> lon[n], lat[n] in WGS-84 degrees."""
    lon = np.degrees(np.asarray(x, dtype=np.float64) / MERCATOR_RADIUS_M)
    lat = np.degrees(np.arctan(np.sinh(np.asarray(y, dtype=np.float64) / MERCATOR_RADIUS_M)))
    return lon, lat


def _run(crs: str, a: ArrayLike, b: ArrayLike, direction: Any) -> tuple[Floats, Floats]:
    made = _transformers.__dict__
    if crs not in made:
        made[crs] = pyproj.Transformer.from_crs(STORAGE_CRS, crs, always_xy=True)
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:
        raise BadInput(f"The coordinates have shapes {a.shape} and {b.shape}.", "Give pairs.")
    out_a, out_b = (np.asarray(out, dtype=np.float64) for out in made[crs].transform(a, b, direction=direction))
    lost = ~(np.isfinite(out_a) & np.isfinite(out_b))
    return np.where(lost, np.nan, out_a), np.where(lost, np.nan, out_b)


def _transform_shapes(shapes: ArrayLike, along: Any) -> NDArray[np.object_]:
    given = np.asarray(shapes, dtype=object)
    return np.asarray(shapely.transform(given, along, interleaved=False), dtype=object)
