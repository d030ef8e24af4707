"""Hand-drawn polygons made to cover their ground once: doubled lines become one, slivers go to a neighbour.

`shapely.coverage_clean` (GEOS CoverageCleaner) does it; here is told what it moved, and where.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo.topology import check_coverage

SNAP_M = 0.01  # vertices nearer than this are one
GAP_WIDTH_M = 0.5  # a gap narrower than this is one line drawn twice
FAULT_WIDTH_M = 0.01  # polygons without overlaps, unmatched borders and gaps up to this are left as they are
FAULTS = ("overlap", "gap", "unmatched")
LISTED_M2 = 0.01  # smaller shifts count in the sum, but are no place to look at

Shapes = NDArray[np.object_]
ShiftKind = Literal["overlap", "gap", "border"]


@dataclass(frozen=True, slots=True)
class Shift:
    """Ground that cleaning gave to another polygon than the drawing did: one connected piece.

    `kind`: "overlap" (several had it, one keeps it), "gap" (none had it), "border" (it changes hands). `ordinals` are
    the polygons it touches; `x, y` lies inside.
    """

    kind: ShiftKind
    ordinals: tuple[int, ...]
    x: float
    y: float
    area_m2: float


@dataclass(frozen=True, slots=True)
class Cleaned:
    """n polygons that cover their ground once. One that is the same object as was given was not changed; one of which
    nothing is left is None. `moved_m2` is the area of all shifts, the small ones too; `shifts` has the largest first.
    """

    polygons: Shapes
    shifts: list[Shift]
    moved_m2: float


def clean_coverage(polygons: Shapes) -> Cleaned:
    """n valid polygons or multipolygons in metres -> the same without overlaps and slivers.

    Ground that several claim goes to the lowest ordinal. A coverage without faults (FAULTS, up to FAULT_WIDTH_M) is
    given back as it is; wider gaps stay gaps.
    """
    if not any(finding.kind in FAULTS for finding in check_coverage(polygons, FAULT_WIDTH_M)):
        return Cleaned(polygons, [], 0.0)
    cleaned = shapely.coverage_clean(  # type: ignore[attr-defined]  # newer than the stubs
        polygons, gap_width=GAP_WIDTH_M, snapping_distance=SNAP_M, merge_strategy="min_index"
    )
    cleaned[shapely.is_empty(cleaned)] = None
    is_same = shapely.equals_exact(shapely.normalize(_as_multi(cleaned)), shapely.normalize(_as_multi(polygons)))
    cleaned[is_same] = polygons[is_same]
    ground = _shifted(polygons[~is_same], cleaned[~is_same])
    shifts = _shifts(ground[shapely.area(ground) > LISTED_M2], polygons)
    return Cleaned(cleaned, shifts, float(shapely.area(ground).sum()))


def _as_multi(shapes: Shapes) -> Shapes:
    multi = [None if shape is None else shapely.MultiPolygon(shapely.get_parts(shape).tolist()) for shape in shapes]
    return np.array(multi, dtype=object)


def _shifted(before: Shapes, after: Shapes) -> Shapes:
    """The pieces of ground that one of n polygons has gained or lost."""
    nothing = shapely.Polygon()
    after = np.array([nothing if shape is None else shape for shape in after], dtype=object)
    pieces = shapely.get_parts(shapely.union_all(shapely.symmetric_difference(before, after)))
    return np.asarray(pieces[shapely.get_dimensions(pieces) == 2], dtype=object)


def _shifts(ground: Shapes, polygons: Shapes) -> list[Shift]:
    tree = shapely.STRtree(polygons)
    shifts = []
    for piece in ground:
        place = shapely.point_on_surface(piece)
        beside = tuple(np.sort(tree.query(piece, predicate="intersects")).tolist())
        had_it = len(tree.query(place, predicate="intersects"))
        kind: ShiftKind = "gap" if not had_it else "overlap" if had_it > 1 else "border"
        shifts.append(Shift(kind, beside, float(place.x), float(place.y), float(piece.area)))
    return sorted(shifts, key=lambda shift: (-shift.area_m2, shift.ordinals))


def with_old_vertices(cleaned: Shapes, before_m: Shapes, before: Shapes, inverse: Any) -> Shapes:
    """Cleaned polygons in metres -> the same in degrees; every vertex that was there keeps its degrees to the last bit.

    `before` are the n polygons in degrees and `before_m` the same in metres, vertex by vertex; `inverse` takes x[k],
    y[k] to lon[k], lat[k].
    """
    places = zip(map(tuple, shapely.get_coordinates(before_m).tolist()), shapely.get_coordinates(before), strict=True)
    known = dict(places)

    def to_degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = inverse(xy[:, 0], xy[:, 1])
        out = np.column_stack([lon, lat])
        for row, pair in enumerate(map(tuple, xy.tolist())):
            if pair in known:
                out[row] = known[pair]
        return out

    changed = np.array([new is not old for new, old in zip(cleaned, before_m, strict=True)], dtype=bool)
    result = before.copy()
    result[changed] = shapely.transform(cleaned[changed], to_degrees)
    return result
