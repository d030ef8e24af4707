"""Do polygons cover their ground once? And merging those that do.

GEOS finds the borders that do not match (`coverage_invalid_edges`), but says nothing about gaps wider than the width it
is given, and nothing about areas. So the union is looked at too: its holes are gaps of any width, and its area against
the sum of all areas proves that no overlap was missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gridmap.errors import BadInput

FindingKind = Literal["empty", "invalid", "overlap", "gap", "hole", "unmatched"]
ORDER: tuple[FindingKind, ...] = ("empty", "invalid", "overlap", "gap", "unmatched", "hole")

ROUNDING_WIDTH_M = 1e-6  # narrower slivers come from rounding coordinates of some 1e6 m
AREA_TOLERANCE = 1e-9  # of the whole area: what the two ways of adding it up may differ by

Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect of a coverage, with a place to look at.

    `kind`: "empty" (no shape), "invalid" (a ring crosses itself; see `detail`), "overlap" (of two polygons), "gap" (an
    enclosed sliver no wider than asked), "unmatched" (borders that run along each other but do not share their
    vertices), "hole" (enclosed open ground that is wider: a lake, or a polygon that is missing).
    `ordinals` are the polygons concerned; `x, y` lies inside the defect (None where there is no shape); `width_m` is
    its mean width (2 * area / perimeter).
    """

    kind: FindingKind
    ordinals: tuple[int, ...]
    x: float | None
    y: float | None
    area_m2: float = 0.0
    width_m: float = 0.0
    detail: str = ""


def check_coverage(polygons: Iterable[Any], gap_width_m: float) -> list[Finding]:
    """n polygons or multipolygons in metres -> what keeps them from covering their ground once; [] when nothing does.

    Gaps up to `gap_width_m` between borders are defects; wider enclosed ones are reported as "hole". Sorted by kind,
    the largest first. Invalid polygons are repaired for the rest of the check. Raises BadInput for a negative width.
    """
    if not gap_width_m >= 0:
        raise BadInput(f"A gap width of {gap_width_m} m is none.", "Give metres of 0 or more.")
    shapes = _as_shapes(polygons)
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    findings = [Finding("empty", (i,), None, None) for i in np.flatnonzero(absent).tolist()]
    broken = ~absent & ~shapely.is_valid(shapes)
    findings += [_invalid(shapes[i], i) for i in np.flatnonzero(broken).tolist()]
    present = np.flatnonzero(~absent)
    sound = shapes[present]
    sound[broken[present]] = _repaired(sound[broken[present]])
    if len(sound):
        findings += _misfits(sound, present, gap_width_m)
    return sorted(findings, key=lambda f: (ORDER.index(f.kind), -f.area_m2, f.ordinals))


def dissolve(polygons: Iterable[Any], labels: ArrayLike) -> Shapes:
    """n polygons and a label each -> object[k]: one merged shape for each distinct label, in the labels' order.

    Polygons of one label that meet in whole edges are merged by `coverage_union`, which keeps every vertex as it is;
    others (overlaps, borders that do not match) by the slower general union. A label of empty shapes only has None.
    Any coordinates. Raises BadInput when the lengths differ.
    """
    shapes, keys = _as_shapes(polygons), np.asarray(labels)
    if keys.shape != shapes.shape:
        raise BadInput(f"There are {len(shapes)} polygons but {len(keys)} labels.", "Give one label for each.")
    distinct, group = np.unique(keys, return_inverse=True)
    order = np.argsort(group, kind="stable")
    order = order[~(shapely.is_missing(shapes[order]) | shapely.is_empty(shapes[order]))]
    ends = np.searchsorted(group[order], np.arange(len(distinct) + 1))
    merged = np.full(len(distinct), None, dtype=object)
    for label in range(len(distinct)):
        members = shapes[order[ends[label] : ends[label + 1]]]
        if len(members):
            merged[label] = _merge(members)
    return merged


def _merge(members: Shapes) -> Any:
    if not shapely.coverage_is_valid(members):
        return shapely.union_all(members)
    return shapely.coverage_union_all(members)


def _as_shapes(polygons: Iterable[Any]) -> Shapes:
    given = polygons if hasattr(polygons, "__array__") else list(polygons)
    shapes: Shapes = np.array(given, dtype=object, ndmin=1)  # a copy: repairs must not reach the caller
    return shapes


def _invalid(shape: Any, ordinal: int) -> Finding:
    reason = shapely.is_valid_reason(shape)
    place = re.search(r"\[(\S+) (\S+)\]", reason)
    x, y = (float(place[1]), float(place[2])) if place else shapely.get_coordinates(shape)[0].tolist()
    return Finding("invalid", (ordinal,), x, y, detail=reason.split("[")[0])


def _repaired(shapes: Shapes) -> Shapes:
    """make_valid, without the lines and points that it leaves of spikes."""
    parts, owner = shapely.get_parts(shapely.make_valid(shapes), return_index=True)
    areal = shapely.get_dimensions(parts) == 2
    kept = [shapely.union_all(parts[areal & (owner == i)]) for i in range(len(shapes))]
    return np.array(kept, dtype=object)


def _misfits(shapes: Shapes, ordinals: NDArray[np.intp], gap_width_m: float) -> list[Finding]:
    """Overlaps, gaps, holes and unmatched borders of valid, non-empty polygons."""
    edges = shapely.coverage_invalid_edges(shapes, gap_width=gap_width_m)
    suspects = np.flatnonzero(~shapely.is_empty(edges))
    tree = shapely.STRtree(shapes)
    union = shapely.union_all(shapes) if len(suspects) else shapely.coverage_union_all(shapes)
    overlaps = _overlaps(shapes, suspects, tree)
    doubled_m2 = float(shapely.area(shapes).sum() - union.area)
    if doubled_m2 > sum(f.area_m2 for f in overlaps) + AREA_TOLERANCE * union.area:
        union = shapely.union_all(shapes)
        overlaps = _overlaps(shapes, np.arange(len(shapes)), tree)
    voids = _voids(union, tree, gap_width_m)
    findings = overlaps + voids + _unmatched(edges, suspects, overlaps + voids, tree, gap_width_m)
    return [_renumbered(finding, ordinals) for finding in findings]


def _overlaps(shapes: Shapes, suspects: NDArray[np.intp], tree: Any) -> list[Finding]:
    left, right = tree.query(shapes[suspects], predicate="intersects")
    pairs = np.sort(np.stack([suspects[left], right], axis=1), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    common = shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    wide = np.flatnonzero(_mean_width_m(common) > ROUNDING_WIDTH_M)
    return [_finding("overlap", tuple(pairs[i].tolist()), common[i]) for i in wide]


def _voids(union: Any, tree: Any, gap_width_m: float) -> list[Finding]:
    """Whatever the polygons enclose and none of them covers, also where they only touch in a point to enclose it."""
    lines = shapely.union_all(shapely.get_rings(shapely.get_parts(union)))  # cut where rings touch
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    shapely.prepare(union)
    voids = faces[~shapely.intersects(union, shapely.point_on_surface(faces))]
    findings = []
    for void in voids[_mean_width_m(voids) > ROUNDING_WIDTH_M]:
        around = tuple(np.sort(tree.query(void, predicate="intersects")).tolist())
        radius_m = shapely.maximum_inscribed_circle(void, tolerance=max(gap_width_m / 100, 1e-4)).length
        findings.append(_finding("gap" if 2 * radius_m <= gap_width_m else "hole", around, void))
    return findings


def _unmatched(
    edges: Shapes, suspects: NDArray[np.intp], explained: list[Finding], tree: Any, gap_width_m: float
) -> list[Finding]:
    """Invalid edges of polygons that no overlap or gap accounts for, one finding for each set that runs along them."""
    reach_m = max(gap_width_m, ROUNDING_WIDTH_M)
    accounted = {ordinal for finding in explained for ordinal in finding.ordinals if finding.kind != "hole"}
    found: dict[tuple[int, ...], Finding] = {}
    for polygon in suspects.tolist():
        if polygon in accounted:
            continue
        longest = max(shapely.get_parts(edges[polygon]), key=shapely.length)
        middle = shapely.line_interpolate_point(longest, 0.5, normalized=True)
        beside = tree.query(middle, predicate="dwithin", distance=reach_m).tolist()
        pair = tuple(sorted({polygon, *beside}))
        found.setdefault(pair, Finding("unmatched", pair, float(middle.x), float(middle.y)))
    return list(found.values())


def _finding(kind: FindingKind, ordinals: tuple[int, ...], place: Any) -> Finding:
    inside = shapely.point_on_surface(_largest_part(place))
    width_m = float(_mean_width_m(np.array([place], dtype=object))[0])
    return Finding(kind, ordinals, float(inside.x), float(inside.y), float(place.area), width_m)


def _largest_part(shape: Any) -> Any:
    return max(shapely.get_parts(shape), key=shapely.area)


def _mean_width_m(shapes: Shapes) -> NDArray[np.float64]:
    """Of long slivers: twice the area by the perimeter; 0 for lines, points and nothing."""
    area, length = shapely.area(shapes), shapely.length(shapes)
    return np.divide(2 * area, length, out=np.zeros(len(shapes)), where=area > 0)


def _renumbered(finding: Finding, ordinals: NDArray[np.intp]) -> Finding:
    own = tuple(int(ordinals[i]) for i in finding.ordinals)
    return Finding(finding.kind, own, finding.x, finding.y, finding.area_m2, finding.width_m, finding.detail)
