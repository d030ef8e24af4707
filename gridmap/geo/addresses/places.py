"""What a gazetteer is made of: plain columns, rows parallel; links between them are ordinals, -1 for none.

Shapes are shapely objects in EPSG:4326 (None allowed), ids are the project's own. A missing text is "".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]


def _no_ints() -> Ints:
    return np.empty(0, dtype=np.int64)


def _no_floats() -> Floats:
    return np.empty(0, dtype=np.float64)


def _no_shapes() -> Shapes:
    return np.empty(0, dtype=object)


@dataclass(frozen=True, slots=True)
class Areas:
    """The tree; `levels` are district, street, town, community, village, compound; `parents` ordinals in this table."""

    ids: Ints = field(default_factory=_no_ints)
    codes: Sequence[str] = ()
    names: Sequence[str] = ()
    levels: Sequence[str] = ()
    parents: Ints = field(default_factory=_no_ints)
    aliases: Sequence[Sequence[str]] = ()
    shapes: Shapes = field(default_factory=_no_shapes)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Buildings:
    """`compounds` and `communities` are ordinals of areas; `floors` and `units` (stairwells) 0 where unknown."""

    ids: Ints = field(default_factory=_no_ints)
    compounds: Ints = field(default_factory=_no_ints)
    communities: Ints = field(default_factory=_no_ints)
    numbers: Sequence[str] = ()
    names: Sequence[str] = ()
    aliases: Sequence[Sequence[str]] = ()
    roads: Sequence[str] = ()
    doors: Sequence[str] = ()
    floors: Ints = field(default_factory=_no_ints)
    units: Ints = field(default_factory=_no_ints)
    shapes: Shapes = field(default_factory=_no_shapes)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Rooms:
    """Households: `buildings` are ordinals of buildings; `units` is the stairwell."""

    ids: Ints = field(default_factory=_no_ints)
    buildings: Ints = field(default_factory=_no_ints)
    units: Sequence[str] = ()
    rooms: Sequence[str] = ()
    lon: Floats = field(default_factory=_no_floats)
    lat: Floats = field(default_factory=_no_floats)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Roads:
    """Stretches of street; those of one name are one road. Lines."""

    names: Sequence[str] = ()
    shapes: Shapes = field(default_factory=_no_shapes)

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True)
class Sites:
    """Named places: key sites, and shops or firms; `table` says which ("site" or "unit")."""

    ids: Ints = field(default_factory=_no_ints)
    names: Sequence[str] = ()
    kinds: Sequence[str] = ()
    communities: Ints = field(default_factory=_no_ints)
    shapes: Shapes = field(default_factory=_no_shapes)
    table: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Places:
    """Everything an address may name. `above`: names of the areas above the topmost ones (province, city)."""

    areas: Areas = field(default_factory=Areas)
    buildings: Buildings = field(default_factory=Buildings)
    rooms: Rooms = field(default_factory=Rooms)
    roads: Roads = field(default_factory=Roads)
    sites: Sites = field(default_factory=Sites)
    above: tuple[str, ...] = ()
