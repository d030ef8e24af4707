"""Households dealt to flats, grid by grid, so that every grid has the number it was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridmap.errors import BadInput
from gridmap.synthetic.curves import Floats
from gridmap.synthetic.lots import Building
from gridmap.synthetic.partition import Ints

ROUNDS = 30  # a building is looked at this often at most
RESIDENTS = np.array([0.16, 0.28, 0.28, 0.16, 0.08, 0.04])  # share of households with 1..6 people


@dataclass(frozen=True, slots=True)
class Households:
    """One row per household: building index, stairwell (0: none), room text, people, place in metres."""

    building: Ints
    stairwell: Ints
    room: tuple[str, ...]
    residents: Ints
    x: Floats
    y: Floats


def enlarge(
    buildings: Sequence[Building], grid_of: Ints, residential: np.ndarray, least: int, most_on_block: int
) -> list[Building]:
    """Add storeys and rooms where the buildings of a residential grid hold fewer than `least` flats.

    No block is built up beyond `most_on_block` flats, so that every grid can still be drawn anew.
    """
    out = list(buildings)
    members: dict[int, list[int]] = {}
    on_block: dict[int, int] = {}
    for k, grid in enumerate(grid_of.tolist()):
        members.setdefault(grid, []).append(k)
        on_block[out[k].block] = on_block.get(out[k].block, 0) + out[k].flats
    for grid in np.flatnonzero(residential).tolist():
        mine = [k for k in members.get(grid, []) if out[k].flats > 0]
        total = sum(out[k].flats for k in mine)
        for k in [k for _ in range(ROUNDS) for k in mine]:
            if total >= least:
                break
            taller = _taller(out[k])
            more = taller.flats - out[k].flats
            if on_block[taller.block] + more <= most_on_block:
                out[k] = taller
                total += more
                on_block[taller.block] += more
    return out


def _taller(building: Building) -> Building:
    """One room more in a village house (up to six), one storey more elsewhere (up to 33)."""
    if building.kind == "village":
        return replace(building, flats_per_floor=min(6, building.flats_per_floor + 1))
    return replace(building, floors=min(33, building.floors + 1))


def deal(buildings: Sequence[Building], grid_of: Ints, wanted: Ints, rng: np.random.Generator) -> Households:
    """`wanted[g]` households into the flats of grid g, some houses fuller than others.

    Raises BadInput where a grid has fewer flats than it shall have households.
    """
    flats = np.array([b.flats for b in buildings], dtype=np.int64)
    building = np.repeat(np.arange(len(buildings)), flats)
    within = np.arange(len(building)) - np.repeat(np.cumsum(flats) - flats, flats)
    full = np.repeat(rng.uniform(0.4, 1.0, len(buildings)), flats)
    key = rng.random(len(building)) / full
    grid = grid_of[building]
    order = np.lexsort((key, grid))
    start = np.searchsorted(grid[order], np.arange(len(wanted)))
    rank = np.arange(len(order)) - start[grid[order]]
    chosen = np.sort(order[rank < wanted[grid[order]]])
    if len(chosen) != int(wanted.sum()):
        raise BadInput("A grid has fewer flats than households.", "Enlarge its buildings first (enlarge).")
    building, within = building[chosen], within[chosen]
    stairwell, room, x, y = _flats(buildings, building, within, rng)
    residents = rng.choice(np.arange(1, 7), size=len(chosen), p=RESIDENTS)
    return Households(building, stairwell, room, residents.astype(np.int64), x, y)


def _flats(
    buildings: Sequence[Building], building: Ints, within: Ints, rng: np.random.Generator
) -> tuple[Ints, tuple[str, ...], Floats, Floats]:
    village = np.array([b.kind == "village" for b in buildings])[building]
    wells = np.maximum(np.array([b.stairwells for b in buildings]), 1)[building]
    floors = np.array([b.floors for b in buildings])[building]
    per = np.maximum(np.array([b.flats_per_floor for b in buildings]), 1)[building]
    well, rest = np.divmod(within, floors * per)
    floor, flat = np.divmod(rest, per)
    room = np.char.add((floor + 1).astype(str), np.char.zfill((flat + 1).astype(str), 2))
    core = np.array([b.core for b in buildings])[building]
    u = np.where(
        village,
        rng.uniform(-0.5, 0.5, len(building)),
        (well + (flat + rng.uniform(0.25, 0.75, len(building))) / per) / wells - 0.5,
    )
    v = rng.uniform(-0.4, 0.4, len(building))
    u = np.clip(u, -0.48, 0.48) * core[:, 2]
    v = v * core[:, 3]
    x = core[:, 0] + u * np.cos(core[:, 4]) - v * np.sin(core[:, 4])
    y = core[:, 1] + u * np.sin(core[:, 4]) + v * np.cos(core[:, 4])
    stairwell = np.where(village, 0, well + 1).astype(np.int64)
    rooms = tuple("" if is_village else str(r) for is_village, r in zip(village, room, strict=True))
    return stairwell, rooms, x, y
