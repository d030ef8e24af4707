"""What a person draws by hand before anything is generated: outline, water, hills, railway, centres.

All coordinates are metres east and north of the sketch's origin. The generator adds noise, streets,
blocks, buildings and people; a sketch of another place (or a tiny one for tests) needs no other code.
"""

from __future__ import annotations

from dataclasses import dataclass

from gridmap.synthetic.naming import XIALU_NAMES, Names

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Hill:
    """An elongated hill: half axes in metres, angle of the long axis counter-clockwise from east."""

    name: str
    x: float
    y: float
    long_m: float
    short_m: float
    angle_deg: float
    height_m: float


@dataclass(frozen=True, slots=True)
class River:
    """Centre line from the source to the mouth; the width grows from `source_width_m` to `mouth_width_m`."""

    name: str
    points: Points
    source_width_m: float
    mouth_width_m: float


@dataclass(frozen=True, slots=True)
class Lake:
    """A closed ring of control points, smoothed and roughened."""

    name: str
    points: Points


@dataclass(frozen=True, slots=True)
class Railway:
    """A line; `yard` tells where along it (0..1) the station's parallel tracks lie, None without a station."""

    name: str
    points: Points
    yard: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Centre:
    """A built-up centre: its streets follow `bearing_deg`; it reaches `radius_m` into the country."""

    x: float
    y: float
    radius_m: float
    bearing_deg: float


@dataclass(frozen=True, slots=True)
class Seed:
    """Where a community grows from and what is built there (new, old, works, estate, hill)."""

    code: str
    x: float
    y: float
    character: str


@dataclass(frozen=True, slots=True)
class VillageSpot:
    """An urban village: the town grew around its crooked lanes."""

    name: str
    x: float
    y: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Road:
    """A road drawn by hand, because everybody knows it; `halves` such as 东西 names its two halves apart."""

    name: str
    points: Points
    halves: str = ""


@dataclass(frozen=True, slots=True)
class DedicatedSpot:
    """A dedicated grid: its kind, its name and the place it is taken from."""

    kind: str
    name: str
    x: float
    y: float
    area_ha: float


@dataclass(frozen=True, slots=True)
class Sketch:
    """One place, drawn by hand; `origin_lon`, `origin_lat` in WGS-84 degrees."""

    origin_lon: float
    origin_lat: float
    outline: Points
    hills: tuple[Hill, ...]
    rivers: tuple[River, ...]
    lakes: tuple[Lake, ...]
    railways: tuple[Railway, ...]
    roads: tuple[Road, ...]
    centres: tuple[Centre, ...]
    communities: tuple[Seed, ...]
    villages: tuple[VillageSpot, ...]
    dedicated: tuple[DedicatedSpot, ...]
    trunk_spacing_m: float = 950.0
    street_spacing_m: float = 280.0
    block_scale: float = 1.0
    residential_grids: int = 207
    households: int = 120_000
    buildings: int = 12_000
    cameras: int = 300
    incidents: int = 100_000
    names: Names = XIALU_NAMES
