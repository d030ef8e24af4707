"""The planned blocks as a GeoPackage to look at and edit, and into the project when asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from gridmap.config import Settings
from gridmap.errors import BadInput, Conflict
from gridmap.geo.projection import STORAGE_CRS, LocalProjection
from gridmap.services.blocking.making import Options, PlannedBlocks, plan_blocks
from gridmap.services.blocking.material import read_material
from gridmap.services.exchange import Report, import_file, require_own_database
from gridmap.store.engine import Store

Progress = Callable[[str, int, int], None]
BLOCKS = "blocks"
SUFFIX = ".gpkg"


def plan_and_write(
    store: Store,
    settings: Settings,
    out: Path,
    options: Options,
    *,
    now: dt.datetime,
    progress: Progress,
    and_import: bool = False,
) -> tuple[PlannedBlocks, Report | None]:
    """Make blocks from a project's ground and write them to `out`; with `and_import` store them there, audited.

    Raises BadInput for another suffix than .gpkg, Conflict when the project has blocks and they shall be stored.
    """
    check_target(out)
    if and_import:
        require_own_database(settings, into_demo=False)
    progress("reading", 0, 3)
    material = read_material(store, now)
    if and_import and material.has_blocks:
        raise Conflict(
            "This project has blocks already; incidents and grids hang on them.",
            "Write the file alone (without --import) and compare, or start a project of its own.",
        )
    progress("making blocks", 1, 3)
    planned = plan_blocks(material, options)
    progress("writing", 2, 3)
    write_geopackage(out, planned, material.projection)
    progress("written", 3, 3)
    if not and_import:
        return planned, None
    report = import_file(store, settings, BLOCKS, out, gpkg_layer=BLOCKS, progress=progress, now=now)
    return planned, report


def check_target(out: Path) -> None:
    """Raises BadInput when a GeoPackage cannot go there."""
    if out.suffix.lower() != SUFFIX:
        raise BadInput(f"{out.name} is not the name of a GeoPackage.", "End it in .gpkg.")
    if not out.resolve().parent.is_dir():
        raise BadInput(f"There is no folder {out.resolve().parent}.", "Make it first, or name another.")


def write_geopackage(out: Path, planned: PlannedBlocks, projection: LocalProjection) -> None:
    """Layers blocks, findings and barriers, in EPSG:4326; the file takes its place when it is whole."""
    draft = out.with_name(f".{out.stem}.unfinished{SUFFIX}")
    draft.unlink(missing_ok=True)
    try:
        blocks = {
            "code": _texts(planned.codes),
            "community_code": _texts(planned.community_codes),
            "households": planned.households,
            "buildings": planned.buildings,
            "area_m2": np.round(planned.area_m2, 1),
        }
        _write(draft, BLOCKS, planned.shapes, "Polygon", blocks)
        _write(draft, "findings", *_findings(planned, projection))
        lines = np.array([_multi(line) for line in planned.barriers], dtype=object)
        _write(draft, "barriers", lines, "MultiLineString", {"kind": _texts(planned.barrier_kinds)})
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def _findings(planned: PlannedBlocks, projection: LocalProjection) -> tuple[Any, str, dict[str, Any]]:
    found = planned.findings
    over = list(planned.over_band)
    lon, lat = projection.inverse([f.x for f in found], [f.y for f in found])
    crowded = shapely.point_on_surface(planned.shapes[over])
    shapes = np.concatenate([shapely.points(lon, lat), crowded])
    codes = [planned.codes[f.block] if f.block >= 0 else "" for f in found] + [planned.codes[k] for k in over]
    columns = {
        "kind": _texts([f.kind for f in found] + ["over_band"] * len(over)),
        "block_code": _texts(codes),
        "area_m2": np.round([*(f.area_m2 for f in found), *planned.area_m2[over]], 2),
        "width_m": np.round([*(f.width_m for f in found), *([np.nan] * len(over))], 2),
        "households": np.array([0] * len(found) + planned.households[over].tolist(), dtype=np.int64),
    }
    return shapes, "Point", columns


def _multi(line: Any) -> Any:
    parts = [part for part in shapely.get_parts(line) if part.geom_type in ("LineString", "LinearRing")]
    return shapely.MultiLineString([shapely.LineString(part) for part in parts])


def _texts(values: Sequence[str]) -> np.ndarray:
    return np.array(values, dtype=object)


def _write(path: Path, layer: str, shapes: Any, geometry_type: str, columns: dict[str, Any]) -> None:
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.asarray(shapes, dtype=object)),
        list(columns.values()),
        list(columns),
        layer=layer,
        geometry_type=geometry_type,
        crs=STORAGE_CRS,
        driver="GPKG",
        append=path.exists(),
    )
