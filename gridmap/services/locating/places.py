"""What rows are placed in: the blocks and grids of a plan, or the polygons of any file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from gridmap.errors import BadFile, BadInput, NotFound
from gridmap.geo.locate import POLYGONAL, GridLocator
from gridmap.services.exchange.files import open_source
from gridmap.services.exchange.reading import read_stream
from gridmap.services.exchange.reference import source_crs
from gridmap.services.exchange.stream import ReadOptions
from gridmap.services.exchange.table import text_of
from gridmap.services.plan_choice import chosen_plan
from gridmap.store import plans
from gridmap.store.engine import Store

Codes = tuple[str | None, ...]
BLOCK, GRID = "block", "grid"


@dataclass(frozen=True, slots=True)
class Places:
    """An index over n polygons in WGS-84 degrees, and for each new column the code of each polygon (None: no code).

    The column `grid` is always among them. Immutable; pickles whole, so that each worker has its own.
    """

    locator: GridLocator
    codes: Mapping[str, Codes]
    says: str

    def columns(self, ordinals: NDArray[np.int32]) -> dict[str, pa.DictionaryArray]:
        """n ordinals, -1 for nowhere -> the new columns: texts, each stored once, null where there is no code."""
        return {name: _coded(codes, ordinals) for name, codes in self.codes.items()}


def _coded(codes: Codes, ordinals: NDArray[np.int32]) -> pa.DictionaryArray:
    texts = sorted({code for code in codes if code is not None})
    number = {code: i for i, code in enumerate(texts)}
    # the last, made-up polygon stands for nowhere: ordinal -1 reaches it
    of_polygon = np.array([*(-1 if code is None else number[code] for code in codes), -1], dtype=np.int32)
    indices = of_polygon[ordinals]
    return pa.DictionaryArray.from_arrays(pa.array(indices, mask=indices < 0), pa.array(texts, type=pa.string()))


def places_of_plan(store: Store, named: str | None, now: dt.datetime) -> Places:
    """The blocks and grids of the plan of that uid or name (None: the one in force).

    Raises NotFound where there is no such plan, BadInput for a name that several have.
    """
    with store.read() as session:
        plan = chosen_plan(session, named, now)
        if plan is None:
            raise NotFound(
                "There is no plan in force.",
                "Import grids first, name a plan by --plan, or place by a file: --polygons FILE --code FIELD.",
            )
        at = now if plan.valid_to is None or plan.valid_to > now else plan.valid_from or plan.valid_to
        ids, codes, polygons = plans.open_blocks(session, at)
        assignment = plans.assignment(session, plan.id)
        code_of = {grid: code for code, grid in plans.grids_by_code(session).items()}
    grids = tuple(code_of.get(assignment.get(int(block), -1)) for block in ids)
    return Places(GridLocator(polygons), {BLOCK: tuple(codes), GRID: grids}, f"plan {plan.name} ({plan.uid})")


def places_of_polygons(file: Path, field: str, *, crs: str | None = None, layer: str | None = None) -> Places:
    """The polygons of a geographic file; those of the lowest code come first, as everywhere (README, Borders).

    Raises BadFile where the file has no shapes, a shape that is no polygon or a polygon without a code, BadInput where
    it has no such field.
    """
    table = read_stream(open_source(file), ReadOptions(target="grids", layer=layer)).first
    if table.shapes is None:
        raise BadFile(f"{file.name} has no shapes.", "Give polygons: GeoPackage, GeoJSON, Shapefile, FlatGeobuf.")
    if field not in table.columns:
        raise BadInput(f"{file.name} has no field {field!r}.", f"Name one of: {', '.join(table.headings)}.")
    if table.broken:
        row, reason = next(iter(sorted(table.broken.items())))
        raise BadFile(f"{file.name}, row {row + 1}: {reason}.", "Repair the file first.")
    other = ~np.isin(shapely.get_type_id(table.shapes), POLYGONAL)
    if other.any():
        raise BadFile(
            f"{file.name}, row {int(np.flatnonzero(other)[0]) + 1}: the shape is no polygon.", "Leave such rows out."
        )
    codes = [text_of(value) for value in table.columns[field]]
    if None in codes:
        raise BadFile(f"{file.name}, row {codes.index(None) + 1}: no {field}.", "Give every polygon a code.")
    known = [code for code in codes if code is not None]
    order = sorted(range(len(known)), key=known.__getitem__)
    reference, _ = source_crs(table, crs)
    shapes = shapely.transform(
        table.shapes[order], lambda xy: np.stack(reference.to_wgs84(xy[:, 0], xy[:, 1]), axis=1), include_z=False
    )
    return Places(GridLocator(shapes), {GRID: tuple(known[i] for i in order)}, f"{file.name} by {field}")
