"""From a project's ground to numbered blocks: which lines are barriers, what is counted in each block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.domain.codes import block_codes
from gridmap.errors import NotFound
from gridmap.geo.blocks import MIN_AREA_M2, MIN_WIDTH_M, BlockFinding, Blocks, make_blocks, parted_buildings
from gridmap.geo.locate import GridLocator
from gridmap.services.blocking.material import Material, whole_extent
from gridmap.services.blocking.summary import Summary

STREET_CLASSES = ("trunk", "street", "lane")
POND_M2 = 10_000.0  # water under a hectare lies in a block, it does not part two
STREET_REACH_M = 3.0  # a street that ends this short of the next one was meant to meet it
GATE_REACH_M = 12.0  # a wall is open where its gate is

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may choose. `paths`: footpaths part blocks too."""

    min_area_m2: float = MIN_AREA_M2
    min_width_m: float = MIN_WIDTH_M
    paths: bool = False


@dataclass(frozen=True, slots=True)
class PlannedBlocks:
    """n blocks in EPSG:4326 with code, community code ("" for none), households and buildings in each.

    `findings` are in metres of the project's projection; `over_band` are ordinals of blocks with more households than
    a grid may hold.
    """

    shapes: Shapes
    codes: list[str]
    community_codes: list[str]
    households: Ints
    buildings: Ints
    area_m2: NDArray[np.float64]
    findings: tuple[BlockFinding, ...]
    over_band: tuple[int, ...]
    barriers: Shapes
    barrier_kinds: list[str]
    summary: Summary


@dataclass(frozen=True, slots=True)
class _Barriers:
    """Lines in metres, the kind of each, and how far a loose end of it may reach."""

    lines: Shapes
    kinds: list[str]
    reach_m: NDArray[np.float64]


def plan_blocks(material: Material, options: Options) -> PlannedBlocks:
    """Blocks for a project's ground. Raises NotFound when its lines enclose nothing."""
    metric = material.projection
    barriers = _barriers(material, options)
    if material.is_whole_extent:
        communities = np.array([whole_extent(barriers.lines)], dtype=object)
    else:
        communities = metric.forward_shapes(material.communities)
    buildings = metric.forward_shapes(material.buildings)
    made = make_blocks(
        barriers.lines,
        communities,
        buildings,
        min_area_m2=options.min_area_m2,
        min_width_m=options.min_width_m,
        reach_m=barriers.reach_m,
    )
    if not len(made.polygons):
        raise NotFound("No block could be made.", "Check that streets and communities lie in the same place.")
    households, held = _counts(material, made, buildings)
    numbers = np.bincount(made.community, minlength=len(communities)).tolist()
    codes = [code for home, n in zip(material.community_codes, numbers, strict=True) for code in block_codes(home, n)]
    over = tuple(np.flatnonzero(households > material.band_high).tolist())
    return PlannedBlocks(
        shapes=_stored(material, made.polygons, communities),
        codes=codes,
        community_codes=[material.community_codes[k] for k in made.community.tolist()],
        households=households,
        buildings=held,
        area_m2=shapely.area(made.polygons),
        findings=made.findings,
        over_band=over,
        barriers=metric.inverse_shapes(barriers.lines),
        barrier_kinds=barriers.kinds,
        summary=_summary(material, made, communities, buildings, over),
    )


def _barriers(material: Material, options: Options) -> _Barriers:
    classes = (*STREET_CLASSES, "path") if options.paths else STREET_CLASSES
    kinds = [f"street ({name})" for name in material.streets.kinds]
    chosen = [k for k, name in enumerate(material.streets.kinds) if name in classes]
    lines = [material.projection.forward_shapes(material.streets.shapes[chosen])]
    kinds = [kinds[k] for k in chosen]
    reach = [STREET_REACH_M] * len(chosen)
    for kind, shape in zip(
        material.ground.kinds, material.projection.forward_shapes(material.ground.shapes), strict=True
    ):
        if shapely.get_dimensions(shape) == 0 or (kind == "water" and 0 < shape.area < POND_M2):
            continue
        line = shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape
        lines.append(np.array([line], dtype=object))
        kinds.append(kind)
        reach.append(GATE_REACH_M if kind == "wall" else 0.0)
    every = np.concatenate(lines)
    if not len(every):
        raise NotFound("There are no lines to make blocks from.", "Import streets or ground, or add --paths.")
    return _Barriers(every, kinds, np.array(reach, dtype=np.float64))


def _counts(material: Material, made: Blocks, buildings: Shapes) -> tuple[Ints, Ints]:
    """Households and buildings in each block -> two int64[n]."""
    locator = GridLocator(made.polygons)
    n = len(made.polygons)
    homes = material.homes
    block = locator.locate(*material.projection.forward(homes.lon, homes.lat))
    inside = block >= 0
    households = np.bincount(block[inside], weights=homes.count[inside], minlength=n).astype(np.int64)
    spots = shapely.point_on_surface(buildings)
    held = locator.locate(shapely.get_x(spots), shapely.get_y(spots))
    return households, np.bincount(held[held >= 0], minlength=n).astype(np.int64)


def _stored(material: Material, polygons: Shapes, communities: Shapes) -> Shapes:
    """Blocks in degrees; a vertex of a community gets the very coordinates back that the community is stored with."""
    if material.is_whole_extent:
        return material.projection.inverse_shapes(polygons)
    metres = map(tuple, shapely.get_coordinates(communities).tolist())
    own = dict(zip(metres, shapely.get_coordinates(material.communities).tolist(), strict=True))
    xy = shapely.get_coordinates(polygons)
    degrees = np.column_stack(material.projection.inverse(xy[:, 0], xy[:, 1]))
    for k, key in enumerate(map(tuple, xy.tolist())):
        if key in own:
            degrees[k] = own[key]
    return np.asarray(shapely.set_coordinates(polygons.copy(), degrees), dtype=object)


def _summary(
    material: Material, made: Blocks, communities: Shapes, buildings: Shapes, over: tuple[int, ...]
) -> Summary:
    by_kind: dict[str, int] = {}
    for finding in made.findings:
        by_kind[finding.kind] = by_kind.get(finding.kind, 0) + 1
    parted = 0
    for home in range(len(communities)):
        parted += len(parted_buildings(made.polygons[made.community == home], buildings))
    area_m2 = float(shapely.area(communities).sum())
    return Summary(
        blocks=len(made.polygons),
        communities=len(communities),
        is_whole_extent=material.is_whole_extent,
        area_m2=area_m2,
        area_missing_m2=area_m2 - float(shapely.area(made.polygons).sum()),
        is_coverage=bool(shapely.coverage_is_valid(made.polygons)),
        median_area_m2=float(np.median(shapely.area(made.polygons))),
        buildings=len(buildings),
        buildings_parted=parted,
        findings=by_kind,
        over_band=len(over),
        band_high=material.band_high,
    )
