"""Which reference system a file's coordinates are in, and the way from there to longitude and latitude (WGS-84)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.exceptions import CRSError

from gridmap.errors import BadInput, CrsMismatch
from gridmap.geo import datums
from gridmap.services.exchange.table import Table

Floats = NDArray[np.float64]

# Equal to EPSG:4326 at the accuracy of maps (domain.md, Datums); a transformation would only add noise.
SAME_AS_STORAGE = {"EPSG:4326", "EPSG:4490", "OGC:CRS84", "cgcs2000", "wgs84"}
UNPLACED = "none"  # noted for a file without any coordinates


@dataclass(frozen=True, slots=True)
class SourceCrs:
    """`label` is kept with the import: EPSG:n, a datum's name, or the name a file gives. `is_degrees`: not metres."""

    label: str
    is_degrees: bool
    definition: str = ""

    def to_wgs84(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """n coordinates, x eastwards, y northwards -> lon[n], lat[n]; what cannot be converted becomes NaN."""
        if self.label in SAME_AS_STORAGE:
            return x, y
        if self.label in datums.SHIFTED:
            return datums.to_wgs84(x, y, self.label)
        way = pyproj.Transformer.from_crs(self.definition or self.label, "EPSG:4326", always_xy=True)
        lon, lat = (np.asarray(values, dtype=float) for values in way.transform(x, y))
        lost = ~(np.isfinite(lon) & np.isfinite(lat))
        return np.where(lost, np.nan, lon), np.where(lost, np.nan, lat)


def source_crs(table: Table, told: str | None) -> tuple[SourceCrs, str | None]:
    """The reference system of a table, and a remark where it was assumed.

    A table with lon/lat columns is EPSG:4326 unless told otherwise. Raises CrsMismatch for a geographic file without
    one and for a contradiction between file and `told`, BadInput for a name that is none.
    """
    told_crs = None if told is None else named(told)
    if table.shapes is None:
        if told_crs is not None:
            return told_crs, None
        return named("EPSG:4326"), "No --crs given: coordinates are taken as EPSG:4326 (WGS-84 degrees)."
    if table.crs is None:
        if told_crs is None:
            raise CrsMismatch(
                "The file does not say which reference system its coordinates are in.",
                "Say it: --crs EPSG:n (EPSG:4326 for degrees from GPS), or gcj02, bd09, cgcs2000.",
            )
        return told_crs, None
    stated = _of_file(table.crs)
    if told_crs is None or told_crs.label == stated.label:
        return stated, None
    # Chinese services label shifted coordinates as WGS-84, there is no code for them: here the teller knows better.
    if told_crs.label in datums.SHIFTED and stated.label in SAME_AS_STORAGE:
        return told_crs, f"The file says {stated.label}; read as {told_crs.label}, as told."
    if table.crs_is_implied:
        return told_crs, f"GeoJSON is EPSG:4326 by its standard; read as {told_crs.label}, as told."
    raise CrsMismatch(
        f"The file says it is in {stated.label}, --crs says {told_crs.label}.",
        "Leave --crs away, or correct the file's own statement.",
    )


def named(text: str) -> SourceCrs:
    """A reference system by its name on the command line: EPSG:n, gcj02, bd09, cgcs2000."""
    name = text.strip().lower()
    if name in datums.DATUMS:
        return SourceCrs(name, is_degrees=True)
    match = re.fullmatch(r"(?:epsg:)?(\d{4,6})", name)
    if match is None:
        raise BadInput(f"'{text}' is no reference system.", "Use EPSG:n (as EPSG:4326), gcj02, bd09 or cgcs2000.")
    return _of_file(f"EPSG:{match[1]}")


def _of_file(definition: str) -> SourceCrs:
    try:
        crs = pyproj.CRS.from_user_input(definition)
    except CRSError:
        raise BadInput(f"'{definition[:80]}' is no known reference system.", "Look up its number: EPSG:n.") from None
    if not (crs.is_geographic or crs.is_projected):
        raise BadInput(f"{crs.name} has no longitudes and latitudes and no map plane.", "Convert the file first.")
    code = crs.to_epsg(min_confidence=70)
    return SourceCrs(f"EPSG:{code}" if code else crs.name, bool(crs.is_geographic), "" if code else definition)
