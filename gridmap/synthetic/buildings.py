"""Buildings on blocks: footprints, kinds, floors and stairwells, whatever way the blocks were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.synthetic.lots import SETBACK_M, Building, Lot, Site, fill, outbuildings
from gridmap.synthetic.packing import long_angle
from gridmap.synthetic.partition import Geometries
from gridmap.synthetic.roads import HALF_WIDTH_M, RoadLine

MOST_FLATS = 340  # dwellings on one block
SHOPPING_SHARE = 0.45  # residential plots on a street that have shops along it
NEVER_EMPTY = ("school", "campus", "hospital", "station", "market")
WITH_OUTBUILDINGS = ("residential_new", "residential_old", "commercial", "industrial")


def buildable(blocks: Geometries, streets: Sequence[RoadLine], obstacles: Sequence[BaseGeometry]) -> Geometries:
    """Each block without the ground of its streets, of water and of rails (already widened) -> object[n]."""
    taken = [r.line.buffer(HALF_WIDTH_M[r.klass] + SETBACK_M[r.klass], cap_style="flat") for r in streets]
    pieces = np.asarray([*taken, *obstacles], dtype=object)
    tree = shapely.STRtree(pieces)
    block, piece = tree.query(blocks, predicate="intersects")
    out = shapely.buffer(blocks, -1.5, join_style="mitre")
    order = np.argsort(block, kind="stable")
    block, piece = block[order], piece[order]
    starts = np.searchsorted(block, np.arange(len(blocks) + 1))
    for k in range(len(blocks)):
        here = pieces[piece[starts[k] : starts[k + 1]]]
        if len(here):
            out[k] = shapely.difference(out[k], shapely.union_all(here))
    return np.asarray(out, dtype=object)


def street_fronts(blocks: Geometries, streets: Sequence[RoadLine]) -> list[RoadLine | None]:
    """The stretch of trunk road or street each block has its longest side on (at least 40 m), else None."""
    wide = [s for s in streets if s.klass in ("trunk", "street")]
    tree = shapely.STRtree([s.line for s in wide])
    out: list[RoadLine | None] = [None] * len(blocks)
    longest = np.full(len(blocks), 40.0)
    for k, n in zip(*tree.query(blocks, predicate="dwithin", distance=0.6).tolist(), strict=True):
        for side in shapely.get_parts(shapely.line_merge(wide[n].line.intersection(blocks[k].buffer(0.6)))):
            if side.length > longest[k]:
                longest[k] = side.length
                out[k] = RoadLine(wide[n].klass, wide[n].name, side)
    return out


def build(
    areas: Geometries,
    blocks: Geometries,
    use: Sequence[str],
    fronts: Sequence[RoadLine | None],
    rng: np.random.Generator,
    count: int,
    empty_share: float = 0.05,
) -> tuple[list[Building], list[Site]]:
    """`count` buildings (fewer where there is no room) and other sites; a share of the plots stays empty.

    `areas` are the buildable parts of `blocks`, both in metres; a block of unknown use stays bare. No block gets
    more than MOST_FLATS dwellings, so that any band of grids can be met.
    """
    main: list[Building] = []
    small: list[Building] = []
    sites: list[Site] = []
    for k, (area, word) in enumerate(zip(areas, use, strict=True)):
        if area.is_empty or (word not in NEVER_EMPTY and rng.random() < empty_share):
            continue
        lot = Lot(k, area, long_angle(blocks[k]), rng)
        front = fronts[k]
        if front is not None and word.startswith("residential") and rng.random() < SHOPPING_SHARE:
            lot.shops(front)
        fill(lot, word)
        main += _lowered(lot.buildings)
        sites += lot.sites
        if word in WITH_OUTBUILDINGS:
            small += outbuildings(lot)
    spare = max(0, count - len(main))
    keep = np.sort(rng.permutation(len(small))[:spare])
    everything = main + [small[k] for k in keep]
    if len(everything) > count:
        houses = [k for k, b in enumerate(everything) if b.kind == "village"]
        gone = set(rng.choice(houses, size=len(everything) - count, replace=False).tolist())
        everything = [b for k, b in enumerate(everything) if k not in gone]
    return sorted(everything, key=lambda b: b.block), sites


def _lowered(buildings: list[Building]) -> list[Building]:
    """The same buildings with fewer floors where a block would hold too many dwellings."""
    total = sum(b.flats for b in buildings)
    if total <= MOST_FLATS:
        return buildings
    return [
        replace(b, floors=max(3, int(b.floors * MOST_FLATS / total))) if b.kind == "residential" else b
        for b in buildings
    ]


def outlines(buildings: Sequence[Building]) -> npt.NDArray[np.object_]:
    """Footprints as one array -> object[n]."""
    return np.array([b.outline for b in buildings], dtype=object)
