"""Whether imported polygons cover their ground once: overlaps refuse a row, gaps are told with their places.

Which row of two is wrong nobody can say; the one with the higher code is refused, since on doubtful ground the lower
code has the point. An overlap narrower than half a metre is one line drawn twice: it is told, not refused.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo import topology
from gridmap.geo.projection import LocalProjection
from gridmap.services.exchange.job import Job
from gridmap.services.exchange.report import Finding
from gridmap.services.exchange.table import Objects
from gridmap.store import areas, plans

GAP_WIDTH_M = 0.01
LINE_WIDTH_M = 0.5
TILING_LEVELS = {"district", "street", "town", "community", "village"}  # compounds leave open ground between them


def check_coverage_of(job: Job, fresh: NDArray[np.intp], levels: Objects | None = None) -> None:
    """Check the fresh rows' polygons with those stored; `levels` parts areas, which cover their ground once a level."""
    if not job.layer.is_coverage or not job.projection:
        return
    here = fresh[~job.problems.mask()[fresh]]
    here = here[~shapely.is_missing(job.rows.shapes[here])]
    if levels is None:
        _check(job, here, *_stored_blocks(job), tiles=True)
        return
    for level in sorted(set(levels[here])):
        stored = areas.shapes(job.session, level, job.now.date())
        changed = {job.ids[index] for index in here.tolist() if index in job.ids}
        kept = np.array([key not in changed for key in stored.ids.tolist()], dtype=bool)
        codes = [code for code, keep in zip(stored.codes, kept, strict=True) if keep]
        _check(job, here[levels[here] == level], codes, stored.shapes[kept], tiles=level in TILING_LEVELS)


def _stored_blocks(job: Job) -> tuple[list[str], Objects]:
    """What new blocks must not overlap. A file of grids stands for itself: it is a plan of its own."""
    if job.layer.name != "blocks":
        return [], np.empty(0, dtype=object)
    ids, codes, shapes = plans.open_blocks(job.session, job.now)
    changed = set(job.ids.values())
    kept = np.array([key not in changed for key in ids.tolist()], dtype=bool)
    return [code for code, keep in zip(codes, kept, strict=True) if keep], shapes[kept]


def _check(job: Job, rows: NDArray[np.intp], codes: list[str], shapes: Objects, *, tiles: bool) -> None:
    if not len(rows):
        return
    own_codes = job.rows.fields["code"][rows]
    order = np.argsort(own_codes.astype(str), kind="stable")
    rows = rows[order]
    # stored ones come first: of a stored and a new polygon the new one is refused
    all_codes = [*codes, *own_codes[order]]
    polygons = np.concatenate([shapes, job.rows.shapes[rows]])
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
