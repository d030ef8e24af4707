"""Writing one layer into one file: chosen, told what it is, whole or not at all."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gridmap import __version__
from gridmap.domain.kinds import KindTree
from gridmap.errors import BadInput, Conflict, NotFound
from gridmap.services.exchange.layers import LAYERS, Layer, Shape
from gridmap.services.exporting.choosing import Choice, wanted_of
from gridmap.services.exporting.delimited import write_csv
from gridmap.services.exporting.geojson import write_geojson
from gridmap.services.exporting.geopackage import write_geopackage
from gridmap.services.exporting.rows import columns_of, parts
from gridmap.services.exporting.sheet import Part, Parts, Sheet
from gridmap.services.exporting.tracks import track_parts
from gridmap.services.exporting.workbook import write_workbook
from gridmap.services.plan_choice import chosen_plan
from gridmap.store import configuration, exporting, project
from gridmap.store.engine import Session, Store
from gridmap.store.plans import GridPlan

Writer = Callable[[Sheet, Path], int]
WRITERS: dict[str, Writer] = {
    ".gpkg": write_geopackage,
    ".geojson": write_geojson,
    ".csv": write_csv,
    ".xlsx": write_workbook,
}
# GeoPackage's name of each layer's shapes; a layer that takes several kinds has a column for any.
SHAPE_TYPES = {
    frozenset({Shape.POINT}): "Point",
    frozenset({Shape.LINE}): "MultiLineString",
    frozenset({Shape.POLYGON}): "MultiPolygon",
}
ANY_SHAPE = "Unknown"
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. `plan` is the name of the plan that gave the grids, None before the first."""

    layer: str
    path: Path
    rows: int
    plan: str | None


def export_layer(
    store: Store,
    layer: str,
    path: Path,
    *,
    choice: Choice | None = None,
    overwrite: bool = False,
    now: dt.datetime | None = None,
    on_progress: Tell | None = None,
) -> Exported:
    """Write the rows chosen of a layer to a file; its ending says the format: .gpkg, .geojson, .csv or .xlsx.

    What an import of the same layer reads from it is what is stored (README, Out again). The file holds when it was
    written, from which project, by which plan and filter. It appears under its name when it is whole. Memory does not
    grow with the rows. Raises Conflict for a file that exists, unless `overwrite`; BadInput and NotFound for a choice
    that cannot be made, TooLarge for more rows than a sheet of XLSX holds.
    """
    if layer not in LAYERS:
        raise BadInput(f"There is no layer '{layer}'.", f"Layers are: {', '.join(LAYERS)}.")
    writer_of(path)
    _check_target(path, overwrite=overwrite)
    choice, now = choice or Choice(), now or dt.datetime.now(dt.UTC)
    with store.read() as session:
        sheet, plan = _sheet(session, LAYERS[layer], choice, now, on_progress)
        rows = write_sheet(sheet, path)
    return Exported(layer, path, rows, None if plan is None else plan.name)


def writer_of(path: Path) -> Writer:
    """What writes a file with this ending. Raises BadInput for one that says nothing."""
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise BadInput(f"'{path.name}' does not say in which format to write.", f"End it in {', '.join(WRITERS)}.")
    return writer


def _check_target(path: Path, *, overwrite: bool) -> None:
    if path.exists() and not path.is_file():
        raise BadInput(f"{path} is no file.", "Give the path of a file.")
    if path.exists() and not overwrite:
        raise Conflict(f"{path} exists already.", "Give another name, or add --overwrite.")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise BadInput(f"{path} cannot be written.", "Give a file in a folder that exists and that you may write to.")


def write_sheet(sheet: Sheet, path: Path) -> int:
    """Write beside the file, then give it its name: nobody sees half a file, and an old one stays until then.

    Returns the number of rows. Raises BadInput for an ending that names no format.
    """
    writer = writer_of(path)
    unfinished = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix.lower()}")
    try:
        rows = writer(sheet, unfinished)
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _sheet(
    session: Session, layer: Layer, choice: Choice, now: dt.datetime, tell: Tell | None
) -> tuple[Sheet, GridPlan | None]:
    found = project.get(session)
    if found is None:
        raise NotFound("This database holds no project yet.", "Run `gridmap init`.")
    tree = KindTree.of(configuration.current(session)[1])
    plan = chosen_plan(session, choice.plan, now)
    plan_id = None if plan is None else plan.id
    wanted = wanted_of(session, layer, choice, plan, tree)
    if layer is LAYERS["tracks"]:
        make: Parts = partial(track_parts, session, wanted, found.time_zone)
    else:
        make = partial(parts, session, layer, wanted, plan_id, found.time_zone, tree)
    if tell is not None:
        total = 0 if layer is LAYERS["tracks"] else exporting.count(session, layer.name, wanted, plan_id)
        make = partial(_told, make, tell, total)
    about = _about(layer, choice, plan, found, now)
    shape_type = SHAPE_TYPES.get(layer.shapes, ANY_SHAPE)
    return Sheet(layer.name, columns_of(layer), shape_type, about, make), plan


def _about(
    layer: Layer, choice: Choice, plan: GridPlan | None, found: project.Project, now: dt.datetime
) -> dict[str, Any]:
    """What the file says about itself."""
    told: dict[str, Any] = {
        "layer": layer.name,
        "exported_at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "gridmap": __version__,
        "project": found.name,
        "attribution": found.attribution,
        "crs": "EPSG:4326",
        "time_zone": found.time_zone,
        "plan": None if plan is None else {"uid": plan.uid, "name": plan.name, "state": plan.state},
        "filter": choice.told(),
    }
    return {name: value for name, value in told.items() if value is not None}


def _told(make: Parts, tell: Tell, total: int) -> Iterator[Part]:
    done = 0
    for part in make():
        yield part
        done += len(part)
        tell("Writing", min(done, total) if total else 0, total)
