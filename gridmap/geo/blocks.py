"""Blocks from what there is: streets, water, railways and walls cut each community into indivisible pieces of ground.

The lines are noded and polygonised; dead ends fall away by themselves, since they enclose nothing. Then two rules:

*A building stays whole.* Where a line runs through a building, it is led round it: the outline of the building takes
part in the noding, and all ground inside goes to the block that holds most of the building. Buildings that overlap
count as one. Only the border of a community may part a building, because it is kept as it is (finding "parted").

*A sliver is no block.* A piece that is too small, too narrow (the median of a dual carriageway, the strip between a
street and a border drawn beside it) or round and bare (the island of a roundabout) joins the neighbour in its community
that it shares the longest border with, the smallest first. One without such a neighbour stays, and is listed.

Everything is noded on a grid of one millimetre (`shapely.node` can crash, snap rounding cannot), then the vertices of
the communities get their own coordinates back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gridmap.errors import BadInput
from gridmap.geo.adjacency import mean_width
from gridmap.geo.order import reading_order
from gridmap.geo.slivers import merge_slivers, sliver_kind

GRID_M = 0.001
MIN_AREA_M2 = 800.0
MIN_WIDTH_M = 10.0
CUT_M2 = 0.02  # less than this of a building beyond a line is a matter of drawing, not of crossing

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]
FindingKind = Literal["strip", "small", "island", "kept", "bent", "parted", "outside"]


@dataclass(frozen=True, slots=True)
class BlockFinding:
    """Something a person may want to look at; `x, y` lies inside it, in metres.

    "strip", "small", "island": a sliver that was merged; "kept": one without a neighbour to join; "bent": a line led
    round a building; "parted": a building that a community's border parts; "outside": an enclosed piece of ground in no
    community that communities surround. `block` is the ordinal of the block it is part of now, -1 for none.
    """

    kind: FindingKind
    x: float
    y: float
    area_m2: float
    width_m: float
    community: int
    block: int


@dataclass(frozen=True, slots=True)
class Blocks:
    """n blocks, a valid coverage of each community: polygons in metres object[n], community ordinals int64[n].

    In the order of communities, within each from north to south and from west to east. `barriers` are the lines as they
    were used: noded, gaps closed, dead ends still there.
    """

    polygons: Shapes
    community: Ints
    findings: tuple[BlockFinding, ...]
    barriers: Shapes


@dataclass(frozen=True, slots=True)
class _Faces:
    """Pieces of ground between lines, and the community each lies in."""

    polygons: Shapes
    community: Ints


def make_blocks(
    barriers: Iterable[Any],
    communities: Iterable[Any],
    buildings: Iterable[Any] = (),
    *,
    min_area_m2: float = MIN_AREA_M2,
    min_width_m: float = MIN_WIDTH_M,
    reach_m: ArrayLike = 0.0,
) -> Blocks:
    """Lines, communities (polygons that do not overlap) and buildings (polygons), all in metres -> blocks.

    A loose end of a barrier is joined to the next line within its `reach_m` (one value, or one a barrier: the gate in a
    wall), unless a building stands between. Pieces under `min_area_m2` or narrower than `min_width_m` are slivers.
    The blocks of a community have exactly its border, with vertices added where lines meet it. The same input gives the
    same blocks. Raises BadInput when there is no community, or for a limit that is negative.
    """
    lines, homes, solids = _shapes(barriers), _shapes(communities), _shapes(buildings)
    if not len(homes):
        raise BadInput("There is no community to make blocks in.", "Import areas of level community, with shapes.")
    if min_area_m2 < 0 or min_width_m < 0:
        raise BadInput("A limit for slivers is negative.", "Give square metres and metres of 0 or more.")
    reach = np.broadcast_to(np.asarray(reach_m, dtype=np.float64), lines.shape)
    solids = solids[shapely.is_valid(solids) & ~shapely.is_empty(solids)]
    borders = shapely.boundary(homes)
    noded = _node([*_near(lines, homes), *borders])
    bridges = _bridges(lines, reach, noded, solids)
    if len(bridges):
        noded = _node([noded, *bridges])
    coarse = _faces(noded, homes)
    crossed = _crossed(coarse, solids)
    faces, findings = _round_buildings(noded, homes, coarse, crossed)
    bare = _bare(faces.polygons, solids) if len(solids) else np.ones(len(faces.polygons), dtype=bool)
    kinds = sliver_kind(faces.polygons, bare, min_area_m2=min_area_m2, min_width_m=min_width_m)
    merged = merge_slivers(faces.polygons, faces.community, kinds != "", min_area_m2, min_width_m)
    blocks = _restored(merged.polygons, homes)
    community = faces.community[merged.first_of]
    order = _order(blocks, community)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    findings += _sliver_findings(faces, kinds, merged.joined)
    findings = [_at_block(f, merged.group, place) for f in findings]
    findings += _outside(homes)
    return Blocks(blocks[order], community[order], tuple(findings), shapely.get_parts(noded))


def parted_buildings(blocks: Iterable[Any], buildings: Iterable[Any], tolerance_m2: float = 0.1) -> Ints:
    """n polygons that do not overlap and m buildings -> ordinals of the buildings that lie in more than one of them.

    A piece under `tolerance_m2` is a matter of rounding (a millimetre along a long wall).
    """
    _, building, share_m2 = _shares(_shapes(blocks), _shapes(buildings))
    building = building[share_m2 > tolerance_m2]
    number, times = np.unique(building, return_counts=True)
    return np.asarray(number[times > 1], dtype=np.int64)


def _shapes(given: Iterable[Any]) -> Shapes:
    listed = list(given)
    out = np.empty(len(listed), dtype=object)
    out[:] = listed
    return out[~shapely.is_missing(out)]


def _node(lines: Iterable[Any]) -> Any:
    return shapely.union_all(_shapes(lines), grid_size=GRID_M)


def _near(lines: Shapes, homes: Shapes) -> Shapes:
    """The lines that touch a community at all: an extract of a province must not be noded for one district."""
    if not len(lines):
        return lines
    near: Shapes = lines[np.unique(shapely.STRtree(lines).query(homes, predicate="intersects")[1])]
    return near


def _faces(noded: Any, homes: Shapes) -> _Faces:
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    face, home = shapely.STRtree(homes).query(shapely.point_on_surface(found), predicate="intersects")
    community = np.full(len(found), len(homes), dtype=np.int64)
    np.minimum.at(community, face, home)
    inside = community < len(homes)
    return _Faces(np.asarray(found[inside], dtype=object), community[inside])


def _bridges(lines: Shapes, reach_m: NDArray[np.float64], noded: Any, solids: Shapes) -> Shapes:
    """Straight lines from loose ends to the next loose end, else to the next line, within reach."""
    open_ended = np.flatnonzero(reach_m > 0)
    if not len(open_ended):
        return np.empty(0, dtype=object)
    edges = shapely.get_parts(noded)
    joints = np.concatenate([shapely.get_coordinates(shapely.get_point(edges, k)) for k in (0, -1)])
    spots, times = np.unique(_key(joints), axis=0, return_counts=True)
    single = {tuple(s) for s in spots[times == 1].tolist()}
    parts, owner = shapely.get_parts(lines[open_ended], return_index=True)
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(parts, k)) for k in (0, -1)])
    owner = np.concatenate([owner, owner])
    loose = np.array([tuple(k) in single for k in _key(ends).tolist()], dtype=bool)
    ends, reach = ends[loose], reach_m[open_ended][owner[loose]]
    if not len(ends):
        return np.empty(0, dtype=object)
    points = shapely.points(ends)
    line_tree, end_tree, building_tree = (shapely.STRtree(g) for g in (edges, points, solids))
    out = []
    for k, (point, limit_m) in enumerate(zip(points, reach.tolist(), strict=True)):
        others = [int(i) for i in end_tree.query(point, predicate="dwithin", distance=limit_m) if i != k]
        beside = line_tree.query(point, predicate="dwithin", distance=limit_m)
        foreign = [int(i) for i in beside if shapely.distance(edges[i], point) > GRID_M]
        targets = sorted((points[i] for i in others), key=point.distance)
        targets += sorted((shapely.get_point(shapely.shortest_line(point, edges[i]), -1) for i in foreign),
                          key=point.distance)  # fmt: skip
        for target in targets:
            bridge = shapely.LineString([point, target])
            if bridge.length > 0 and not len(building_tree.query(bridge, predicate="intersects")):
                out.append(bridge)
                break
    return _shapes(out)


def _key(xy: NDArray[np.float64]) -> Ints:
    return np.rint(xy / GRID_M).astype(np.int64)


def _shares(polygons: Shapes, solids: Shapes) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """Pairs of a polygon and a building that lies in it but not wholly: ordinals and the common area in m2."""
    tree = shapely.STRtree(polygons)
    solid, polygon = tree.query(solids, predicate="intersects")
    whole = np.bincount(solid, minlength=len(solids)) == 1
    solid, polygon = solid[~whole[solid]], polygon[~whole[solid]]
    area = shapely.area(shapely.intersection(polygons[polygon], solids[solid]))
    return polygon.astype(np.int64), solid.astype(np.int64), area


def _crossed(coarse: _Faces, solids: Shapes) -> Shapes:
    """The ground of each building that lies in several faces, holes filled, with what overlaps it -> object[k]."""
    _, solid, share_m2 = _shares(coarse.polygons, solids)
    number, times = np.unique(solid[share_m2 > CUT_M2], return_counts=True)
    found = solids[number[times > 1]]
    if not len(found):
        return found
    tree = shapely.STRtree(solids)
    while True:  # what overlaps what overlaps it
        _, near = tree.query(found, predicate="intersects")
        near = np.unique(near)
        touching = shapely.union_all(found)
        overlaps = shapely.area(shapely.intersection(solids[near], touching)) > CUT_M2
        together = shapely.union_all([touching, *solids[near[overlaps]]], grid_size=GRID_M)
        if together.area <= touching.area + CUT_M2:
            break
        found = _polygons(together)
    filled = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(_polygons(touching))), grid_size=GRID_M)
    return _polygons(filled)


def _polygons(shape: Any) -> Shapes:
    parts = shapely.get_parts(shape)
    return np.asarray(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON], dtype=object)


def _round_buildings(noded: Any, homes: Shapes, coarse: _Faces, crossed: Shapes) -> tuple[_Faces, list[BlockFinding]]:
    """The faces with every crossed building in one of them; a face that is cut off by one becomes several."""
    if not len(crossed):
        return coarse, []
    fine = _faces(_node([noded, *shapely.boundary(crossed)]), homes)
    inner = shapely.point_on_surface(fine.polygons)
    home_face = _holder(coarse.polygons, inner)
    solid_of = _holder(crossed, inner)
    piece_m2 = shapely.area(fine.polygons)
    findings = []
    label = home_face.copy()
    for solid in range(len(crossed)):
        pieces = np.flatnonzero(solid_of == solid)
        for home in np.unique(fine.community[pieces]).tolist():
            mine = pieces[fine.community[pieces] == home]
            faces, where = np.unique(home_face[mine], return_inverse=True)
            held_m2 = np.bincount(where, piece_m2[mine])
            label[mine] = faces[np.argmax(held_m2)]
            if len(faces) > 1:
                findings.append(_finding("bent", crossed[solid], home, int(mine[0])))
        if len(np.unique(fine.community[pieces])) > 1:
            findings.append(_finding("parted", crossed[solid], int(fine.community[pieces[0]]), int(pieces[0])))
    return _dissolved(fine, label, findings)


def _dissolved(fine: _Faces, label: Ints, findings: list[BlockFinding]) -> tuple[_Faces, list[BlockFinding]]:
    """Fine faces of one label as one face, or as several where they do not hang together."""
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.append(True, label[order][1:] != label[order][:-1]))
    polygons: list[Any] = []
    community: list[int] = []
    for members in np.split(order, starts[1:]):
        parts = shapely.get_parts(shapely.coverage_union_all(fine.polygons[members]))
        polygons += list(parts)
        community += [int(fine.community[members[0]])] * len(parts)
    faces = _Faces(_shapes(polygons), np.array(community, dtype=np.int64))
    inner = shapely.point_on_surface(fine.polygons[[f.block for f in findings]])
    at = _holder(faces.polygons, inner).tolist()
    moved = [_with_block(f, k) for f, k in zip(findings, at, strict=True)]
    return faces, moved


def _holder(polygons: Shapes, points: Shapes) -> Ints:
    """The lowest ordinal of the polygons that hold each point; -1 for none."""
    point, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    out = np.full(len(points), len(polygons), dtype=np.int64)
    np.minimum.at(out, point, polygon)
    out[out == len(polygons)] = -1
    return out


def _bare(polygons: Shapes, solids: Shapes) -> NDArray[np.bool_]:
    """Whether no building stands in each polygon."""
    held = np.unique(_holder(polygons, shapely.point_on_surface(solids)))
    out = np.ones(len(polygons), dtype=bool)
    out[held[held >= 0]] = False
    return out


def _restored(polygons: Shapes, homes: Shapes) -> Shapes:
    """The polygons with every vertex on a community's border put back onto it, if that leaves them a coverage.

    Noding moved the communities' own vertices by up to a millimetre, and put those of crossings beside the border.
    """
    given, inverse = np.unique(shapely.get_coordinates(polygons), axis=0, return_inverse=True)
    exact = given.copy()
    rings = shapely.get_rings(shapely.get_parts(homes))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    within = ring[1:] == ring[:-1]
    sides = np.asarray(shapely.linestrings(np.stack([xy[:-1][within], xy[1:][within]], axis=1)), dtype=object)
    point, side = shapely.STRtree(sides).query_nearest(shapely.points(given), max_distance=GRID_M, all_matches=False)
    along_m = shapely.line_locate_point(sides[side], shapely.points(given[point]))
    exact[point] = shapely.get_coordinates(shapely.line_interpolate_point(sides[side], along_m))
    own = {tuple(key): k for k, key in enumerate(_key(xy).tolist())}
    found = np.array([own.get(tuple(key), -1) for key in _key(given).tolist()], dtype=np.int64)
    exact[found >= 0] = xy[found[found >= 0]]
    moved = np.asarray(shapely.set_coordinates(polygons.copy(), exact[inverse.ravel()]), dtype=object)
    is_sound = bool(shapely.is_valid(moved).all()) and bool(shapely.coverage_is_valid(moved))
    return moved if is_sound else polygons


def _order(polygons: Shapes, community: Ints) -> Ints:
    centre = shapely.get_coordinates(shapely.centroid(polygons))
    out = []
    for home in np.unique(community):
        members = np.flatnonzero(community == home)
        out.append(members[reading_order(centre[members, 0], centre[members, 1])])
    return np.concatenate(out) if out else np.zeros(0, dtype=np.int64)


def _sliver_findings(faces: _Faces, kinds: Shapes, joined: NDArray[np.bool_]) -> list[BlockFinding]:
    """Every sliver: merged ones by their kind, "kept" where there was no neighbour."""
    return [
        _finding(kinds[k] if joined[k] else "kept", faces.polygons[k], int(faces.community[k]), k)
        for k in np.flatnonzero(kinds != "").tolist()
    ]


def _outside(homes: Shapes) -> list[BlockFinding]:
    """Holes between communities: enclosed ground of none of them."""
    union = shapely.union_all(homes, grid_size=GRID_M)
    voids = [shapely.Polygon(ring) for part in _polygons(union) for ring in part.interiors]
    return [_finding("outside", void, -1, -1) for void in voids]


def _finding(kind: FindingKind, shape: Any, community: int, block: int) -> BlockFinding:
    spot = shapely.point_on_surface(shape)
    width_m = float(mean_width(_shapes([shape]))[0])
    return BlockFinding(kind, float(spot.x), float(spot.y), float(shape.area), width_m, community, block)


def _with_block(finding: BlockFinding, block: int) -> BlockFinding:
    f = finding
    return BlockFinding(f.kind, f.x, f.y, f.area_m2, f.width_m, f.community, block)


def _at_block(finding: BlockFinding, group: Ints, place: Ints) -> BlockFinding:
    return _with_block(finding, int(place[group[finding.block]]))
