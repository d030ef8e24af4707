"""The heat as a GeoTIFF in the project's projection, for other geographic programs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
import rasterio.transform
import shapely
from numpy.typing import NDArray

from gridmap import __version__
from gridmap.errors import BadInput
from gridmap.geo.density import density, raster_nodes
from gridmap.geo.masks import Mask
from gridmap.geo.projection import LocalProjection, from_web_mercator
from gridmap.services.reporting.report import HeatReport
from gridmap.services.reporting.scene import view_of
from gridmap.services.situation.heat import UNIT_DAYS

CELLS_PER_BANDWIDTH = 5
MIN_CELL_M, MAX_SIDE_CELLS = 5.0, 8_000
REACH_BANDWIDTHS = 4
NODATA = -1.0
UNIT = "events per km2 and 30 days"

Floats = NDArray[np.float64]


def write_geotiff(report: HeatReport, path: Path) -> None:
    """One float32 band, row 0 at the north, as the map has it: divided by the share of the kernel that lies in the
    district, NODATA beyond. While there is no district yet every cell has a value.

    Raises BadInput before anything was imported: there is no projection yet.
    """
    projection = report.picture.ground.projection
    if projection is None:
        raise BadInput("The project has no projection yet, so there is no raster to write.", "Import a layer first.")
    district = report.picture.heat.mask
    x, y, weights = _places(report, projection, district)
    bounds = _bounds(report, projection, district)
    cell_m = max(MIN_CELL_M, report.bandwidth_m / CELLS_PER_BANDWIDTH, _longest(bounds) / MAX_SIDE_CELLS)
    mask = None if district is None else district.cover_in(projection, raster_nodes(bounds, cell_m))
    values = density(x, y, bounds=bounds, cell_m=cell_m, bandwidth_m=report.bandwidth_m, weights=weights, mask=mask)
    values *= UNIT_DAYS / report.period.days
    values[np.isnan(values)] = NODATA
    profile = {
        "driver": "GTiff",
        "dtype": "float32",
        "count": 1,
        "height": values.shape[0],
        "width": values.shape[1],
        "crs": rasterio.crs.CRS.from_user_input(projection.crs),
        "transform": rasterio.transform.from_origin(bounds[0], bounds[3], cell_m, cell_m),
        "nodata": NODATA,
        "compress": "deflate",
        "predictor": 3,
    }
    with rasterio.open(path, "w", **profile) as file:
        file.write(values.astype(np.float32), 1)
        file.units = (UNIT,)
        file.set_band_description(1, "incident density")
        file.update_tags(**_tags(report))


def _tags(report: HeatReport) -> dict[str, str]:
    project = report.picture.project
    tags = {
        "units": UNIT,
        "period": f"{report.period.from_on}/{report.period.to_on}",
        "kinds": ",".join(report.chosen.kinds or ("all",)),
        "bandwidth_m": f"{report.bandwidth_m:g}",
        "incidents": str(report.counts.total),
        "edge_correction": "" if report.picture.heat.mask is None else "divided by the kernel's share in the district",
        "synthetic": "yes" if project.is_synthetic else "no",
        "project": project.name,
        "attribution": project.attribution or "",
        "TIFFTAG_SOFTWARE": f"gridmap {__version__}",
    }
    return {name: text for name, text in tags.items() if text}


def _places(report: HeatReport, projection: LocalProjection, district: Mask | None) -> tuple[Floats, Floats, Floats]:
    """The chosen incidents of the district in metres of the project's projection, and what each weighs."""
    batches = list(report.picture.window(report.chosen).batches(report.period.month_weight))
    x = np.concatenate([batch[0] for batch in batches] or [np.empty(0)])
    y = np.concatenate([batch[1] for batch in batches] or [np.empty(0)])
    given = [np.ones(len(batch[0])) if batch[2] is None else batch[2] for batch in batches]
    weights = np.concatenate(given or [np.empty(0)])
    if district is not None:
        inside = district.inside(x, y)
        x, y, weights = x[inside], y[inside], weights[inside]
    return *projection.forward(*from_web_mercator(x, y)), weights


def _bounds(
    report: HeatReport, projection: LocalProjection, district: Mask | None
) -> tuple[float, float, float, float]:
    """The district; while there is none what the map shows, with room for the kernels of incidents at its rim."""
    degrees = view_of(report) if district is None else district.bounds
    outline = shapely.segmentize(shapely.box(*degrees), 0.01)
    west, south, east, north = shapely.bounds(projection.forward_shapes(np.array([outline], dtype=object))[0])
    reach_m = REACH_BANDWIDTHS * report.bandwidth_m if district is None else 0.0
    return float(west - reach_m), float(south - reach_m), float(east + reach_m), float(north + reach_m)


def _longest(bounds: tuple[float, float, float, float]) -> float:
    return max(bounds[2] - bounds[0], bounds[3] - bounds[1])
