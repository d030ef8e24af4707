"""Whether imported polygons cover their ground once: overlaps refuse a row, gaps are told with their places.

Which row of two is wrong nobody can say; the one with the higher code is refused, since on doubtful ground the lower
code has the point. An overlap narrower than half a metre is one line drawn twice: it is told, not refused.

Grids are drawn by hand and stand for a plan: they are cleaned instead, and a person is asked where that moves much.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo import topology
from gridmap.geo.cleaning import clean_coverage, with_old_vertices
from gridmap.geo.projection import LocalProjection
from gridmap.services.exchange.job import Job
from gridmap.services.exchange.report import Finding
from gridmap.services.exchange.table import Objects
from gridmap.store import areas, plans

CLEANED = "grids"
GAP_WIDTH_M = 0.01
LINE_WIDTH_M = 0.5
TILING_LEVELS = {"district", "street", "town", "community", "village"}  # compounds leave open ground between them


def check_coverage_of(job: Job, fresh: NDArray[np.intp], levels: Objects | None = None) -> None:
    """Check the fresh rows' polygons with those stored; `levels` parts areas, which cover their ground once a level."""
    if not job.layer.is_coverage or not job.projection or job.layer.name == CLEANED:
        return
    here = fresh[~job.problems.mask()[fresh]]
    here = here[~shapely.is_missing(job.rows.shapes[here])]
    if levels is None:
        _check(job, here, *_stored_blocks(job), job.rows.shapes, tiles=True)
        return
    for level in sorted(set(levels[here])):
        stored = areas.shapes(job.session, level, job.now.date())
        changed = {job.ids[index] for index in here.tolist() if index in job.ids}
        kept = np.array([key not in changed for key in stored.ids.tolist()], dtype=bool)
        codes = [code for code, keep in zip(stored.codes, kept, strict=True) if keep]
        tiles = level in TILING_LEVELS
        _check(job, here[levels[here] == level], codes, stored.shapes[kept], job.rows.shapes, tiles=tiles)


def cleaned_plan(job: Job, rows: NDArray[np.intp]) -> tuple[Objects, float]:
    """All n shapes of a file of grids, those of `rows` cleaned, and the ground that this moved, in m2.

    What was moved and what open ground the grids enclose become findings. A grid of which nothing is left is a bad row.
    """
    shapes = job.rows.shapes.copy()
    codes = job.rows.fields["code"]
    rows = rows[np.argsort(codes[rows].astype(str), kind="stable")]  # doubtful ground goes to the lowest code
    metric = LocalProjection(job.projection)
    before_m = metric.forward_shapes(shapes[rows])
    cleaned = clean_coverage(before_m)
    lost = shapely.is_missing(cleaned.polygons)
    names = [str(code) for code in codes[rows]]
    for shift in cleaned.shifts:
        lon, lat = metric.inverse([shift.x], [shift.y])
        concerned = tuple(names[ordinal] for ordinal in shift.ordinals)
        job.report.findings.append(Finding(shift.kind, concerned, float(lon[0]), float(lat[0]), shift.area_m2))
    job.problems.add(rows[lost].tolist(), "its polygon lies wholly in those of lower codes")
    shapes[rows] = with_old_vertices(cleaned.polygons, before_m, shapes[rows], metric.inverse)
    _check(job, rows[~lost], [], np.empty(0, dtype=object), shapes, tiles=True)
    return shapes, cleaned.moved_m2


def _stored_blocks(job: Job) -> tuple[list[str], Objects]:
    """What new blocks must not overlap."""
    ids, codes, shapes = plans.open_blocks(job.session, job.now)
    changed = set(job.ids.values())
    kept = np.array([key not in changed for key in ids.tolist()], dtype=bool)
    return [code for code, keep in zip(codes, kept, strict=True) if keep], shapes[kept]


def _check(
    job: Job, rows: NDArray[np.intp], codes: list[str], stored: Objects, shapes: Objects, *, tiles: bool
) -> None:
    """Findings among the `stored` polygons (with their codes) and those of the rows, out of all n `shapes`."""
    if not len(rows):
        return
    own_codes = job.rows.fields["code"][rows]
    order = np.argsort(own_codes.astype(str), kind="stable")
    rows = rows[order]
    # stored ones come first: of a stored and a new polygon the new one is refused
    all_codes = [*codes, *own_codes[order]]
    polygons = np.concatenate([stored, shapes[rows]])
    metric = LocalProjection(job.projection)
    for defect in topology.check_coverage(metric.forward_shapes(polygons), GAP_WIDTH_M):
        concerns_new = any(ordinal >= len(codes) for ordinal in defect.ordinals)
        if defect.x is None or defect.y is None or not concerns_new or (defect.kind != "overlap" and not tiles):
            continue
        lon, lat = metric.inverse([defect.x], [defect.y])
        refuses = defect.kind == "overlap" and defect.width_m > LINE_WIDTH_M
        names = tuple(str(all_codes[ordinal]) for ordinal in defect.ordinals)
        finding = Finding(defect.kind, names, float(lon[0]), float(lat[0]), defect.area_m2, refuses)
        job.report.findings.append(finding)
        if refuses:
            row = int(rows[defect.ordinals[1] - len(codes)])
            job.problems.add([row], "its polygon overlaps another", {row: finding.text()})
