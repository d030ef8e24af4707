"""Compounds: parcels and hamlets people live in, with names, aliases and numbered buildings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.geo.adjacency import borders
from gridmap.geo.order import reading_order
from gridmap.synthetic.areas import connected_parts
from gridmap.synthetic.lots import Building
from gridmap.synthetic.naming import (
    NEW_TAILS,
    NEW_VILLAGE_TAILS,
    OLD_TAILS,
    XIALU_NAMES,
    Names,
    combinations,
    compound_aliases,
)
from gridmap.synthetic.partition import Geometries, Ints
from gridmap.synthetic.sketch import VillageSpot


@dataclass(frozen=True, slots=True)
class Compound:
    """A named place to live: its blocks, its kind (new, old, village) and what else people call it."""

    name: str
    aliases: tuple[str, ...]
    kind: str
    community: int
    blocks: Ints
    outline: BaseGeometry


def form_compounds(
    blocks: Geometries,
    use: Sequence[str],
    parcel: Ints,
    community: Ints,
    buildings: Sequence[Building],
    villages: Sequence[VillageSpot],
    characters: Sequence[str],
    rng: np.random.Generator,
    names: Names = XIALU_NAMES,
) -> list[Compound]:
    """One compound per residential parcel that has dwellings, one per hamlet; names are unique in the district.

    `characters` tells of each community what it is like; in the hills the rows of flats are rebuilt villages.
    """
    living = np.bincount([b.block for b in buildings if b.flats > 0], minlength=len(blocks)) > 0
    edge = borders(blocks)
    word = np.array(use)
    pools = {
        "new": combinations(names.new_roots, NEW_TAILS, rng, names.first_new),
        "old": combinations(names.old_roots, OLD_TAILS, rng, names.first_old),
        "village": combinations(names.village_roots, names.village_tails, rng),
        "hill": combinations(names.village_roots, NEW_VILLAGE_TAILS, rng),
    }
    spots = list(villages)
    used: set[str] = {v.name for v in villages}
    out = []
    for kind, members in _groups(word, parcel, community, living, edge.first, edge.second):
        outline = shapely.coverage_union_all(blocks[members])
        name = _village_name(outline, spots) if kind == "village" else ""
        if not name:
            rebuilt = kind == "old" and characters[int(community[members[0]])] == "hill"
            name = _fresh(pools["hill" if rebuilt else kind], used)
        used.add(name)
        out.append(
            Compound(name, tuple(compound_aliases(name, kind)), kind, int(community[members[0]]), members, outline)
        )
    return out


def _groups(
    word: np.ndarray, parcel: Ints, community: Ints, living: np.ndarray, first: Ints, second: Ints
) -> Iterator[tuple[str, Ints]]:
    for use, kind in (("residential_new", "new"), ("residential_old", "old")):
        lots = np.column_stack([parcel, community])
        for number, home in np.unique(lots[(word == use) & living], axis=0):
            yield kind, np.flatnonzero((parcel == number) & (community == home) & (word == use))
    for home in np.unique(community[(word == "village") & living]):
        members = np.flatnonzero((word == "village") & (community == home))
        for group in connected_parts(members, first, second):
            if living[group].any():
                yield "village", group


def _village_name(outline: BaseGeometry, spots: list[VillageSpot]) -> str:
    for spot in spots:
        if outline.distance(shapely.Point(spot.x, spot.y)) < 30:
            spots.remove(spot)
            return spot.name
    return ""


def _fresh(pool: Iterator[str], used: set[str]) -> str:
    return next(name for name in pool if name not in used)


def number_buildings(compounds: Sequence[Compound], buildings: Sequence[Building]) -> tuple[Ints, Ints]:
    """Compound index and running number of each building (-1 and 0 outside) -> two int64[n].

    Numbers run through a compound from north to south, west to east; only dwellings are counted.
    """
    home = {int(b): k for k, c in enumerate(compounds) for b in c.blocks}
    compound = np.array([home.get(b.block, -1) for b in buildings], dtype=np.int64)
    number = np.zeros(len(buildings), dtype=np.int64)
    centre = np.array([b.core[:2] for b in buildings])
    lived_in = np.array([b.flats > 0 for b in buildings])
    for k in range(len(compounds)):
        members = np.flatnonzero((compound == k) & lived_in)
        order = reading_order(centre[members, 0], centre[members, 1])
        number[members[order]] = np.arange(1, len(members) + 1)
    return compound, number
