"""Heat on the tiles of a web map: one surface on a lattice of Mercator pixels, cut and scaled into tiles.

A surface lives on the pixels of one zoom, 5 to 10 of them per bandwidth; lower zooms are means of 2 x 2 pixels, higher
ones are interpolated by Keys' cubic (1981), which reproduces a Gaussian of 5 pixels to 0.1 %. Every pixel of every tile
depends only on its place in the world, so neighbouring tiles meet without a seam.

Mercator stretches with latitude: the kernel is round on the ground at the lattice's middle, and each row's values are
per true square kilometre at its latitude. Over a district 15 km tall at 30 degrees a kernel's centre is off by 0.14 %.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, log2

import numpy as np
from numpy.typing import NDArray

from gridmap.errors import BadInput, TooLarge
from gridmap.geo.projection import MERCATOR_HALF_M, MERCATOR_RADIUS_M, from_web_mercator, to_web_mercator
from gridmap.geo.smoothing import Nodes, Points, gaussian_sums

TILE_PX = 256
MAX_ZOOM = 24
CELLS_PER_SIGMA = 5.0
FEWEST_CELLS_PER_SIGMA = 2.0  # what a wide area is allowed when 5 would be too many cells
MARGIN_SIGMAS = 4.0
MAX_CELLS = 6 << 20
ELLIPSOID_E2 = 0.0066943799901413165  # WGS-84
M2_PER_KM2 = 1e6

Floats = NDArray[np.float32]
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class MercatorLattice:
    """Pixels `col0 ... col0 + cols - 1`, `row0 ...` of the world at `zoom` (256 px a tile, row 0 at the north).

    `sigma_x`, `sigma_y` are the bandwidth in Mercator metres at the middle latitude; they differ by the earth's
    flattening.
    """

    zoom: int
    col0: int
    row0: int
    cols: int
    rows: int
    sigma_x: float
    sigma_y: float
    bandwidth_m: float

    @property
    def cell(self) -> float:
        """Side of a cell in Mercator metres."""
        return _pixel(self.zoom)

    @property
    def nodes(self) -> Nodes:
        """The cells' centres in EPSG:3857."""
        x0 = (self.col0 + 0.5) * self.cell - MERCATOR_HALF_M
        y0 = MERCATOR_HALF_M - (self.row0 + 0.5) * self.cell
        return Nodes(x0, y0, self.cell, -self.cell, self.cols, self.rows)


@dataclass(frozen=True, slots=True)
class Level:
    """values[rows, cols] on the pixels of one zoom, from pixel (row0, col0) on; 0 everywhere else."""

    zoom: int
    col0: int
    row0: int
    values: Floats


@dataclass(frozen=True, slots=True)
class Surface:
    """Events per true km2 on a Mercator lattice. `levels[0]` is the lattice itself, `levels[k]` is k zooms below."""

    lattice: MercatorLattice
    levels: tuple[Level, ...]

    @property
    def values(self) -> Floats:
        """float32[rows, cols] on the lattice, row 0 at the north."""
        return self.levels[0].values

    @property
    def nbytes(self) -> int:
        return sum(level.values.nbytes for level in self.levels)


def mercator_lattice(bounds: Bounds, bandwidth_m: float, *, max_cells: int = MAX_CELLS) -> MercatorLattice:
    """(west, south, east, north) in degrees and a bandwidth in ground metres -> the lattice for their surface.

    The lattice reaches 4 bandwidths beyond the bounds, where heat has faded. Its cells are the pixels of the lowest
    zoom with 5 of them per bandwidth; where that gives more than `max_cells`, of a lower zoom with 2 at least.

    Raises BadInput for empty bounds or a bandwidth that is not above 0, TooLarge when even 2 cells per bandwidth are
    too many (the message says from which bandwidth on it works).
    """
    west, south, east, north = (float(b) for b in bounds)
    if not (-180 <= west <= east <= 180 and -85 <= south <= north <= 85):
        raise BadInput(f"({west}, {south}, {east}, {north}) are no bounds of a map.", "Give degrees within 85 N and S.")
    if not 0 < bandwidth_m < MERCATOR_RADIUS_M:
        raise BadInput(f"A bandwidth of {bandwidth_m} m is none.", "Give metres above 0.")
    stretch_x, stretch_y = (float(s) for s in stretch((south + north) / 2))
    sigma_x, sigma_y = bandwidth_m * stretch_x, bandwidth_m * stretch_y
    (left, right), (bottom, top) = to_web_mercator([west, east], [south, north])
    box = (
        left - MARGIN_SIGMAS * sigma_x,
        bottom - MARGIN_SIGMAS * sigma_y,
        right + MARGIN_SIGMAS * sigma_x,
        top + MARGIN_SIGMAS * sigma_y,
    )
    finest = min(MAX_ZOOM, max(0, ceil(log2(CELLS_PER_SIGMA * _pixel(0) / min(sigma_x, sigma_y)))))
    for zoom in range(finest, -1, -1):
        if min(sigma_x, sigma_y) < FEWEST_CELLS_PER_SIGMA * _pixel(zoom):
            break
        col0, row0, cols, rows = _pixels_of(box, zoom)
        if cols * rows <= max_cells:
            return MercatorLattice(zoom, col0, row0, cols, rows, sigma_x, sigma_y, bandwidth_m)
    area = (box[2] - box[0]) * (box[3] - box[1]) / (stretch_x * stretch_y)
    enough_m = 2 * FEWEST_CELLS_PER_SIGMA * (area / max_cells) ** 0.5
    raise TooLarge(
        f"A bandwidth of {bandwidth_m:g} m is too fine for an area this large.",
        f"Use {10 ** ceil(log2(enough_m) / log2(10)):g} m or more, or a smaller area.",
    )


def surface(lattice: MercatorLattice, batches: Iterable[Points], *, factor: float = 1.0) -> Surface:
    """Events at (x, y) in EPSG:3857, with weights or None -> their density in events per true km2, times `factor`.

    Give `factor=30 / days` for events per km2 per 30 days. Raises BadInput for coordinates that are not finite.
    """
    sums = gaussian_sums(batches, lattice.nodes, sigma_x=lattice.sigma_x, sigma_y=lattice.sigma_y)
    _, lat = from_web_mercator(0.0, lattice.nodes.y0 - np.arange(lattice.rows) * lattice.cell)
    stretch_x, stretch_y = stretch(lat)
    sums *= (stretch_x * stretch_y * (M2_PER_KM2 * factor)).astype(np.float32)[:, None]
    level = Level(lattice.zoom, lattice.col0, lattice.row0, sums)
    levels = [level]
    while level.zoom > 0:
        level = _halved(level)
        levels.append(level)
    for made in levels:
        made.values.setflags(write=False)
    return Surface(lattice, tuple(levels))


def tile_values(heat: Surface, z: int, x: int, y: int, *, ratio: int = 1) -> Floats:
    """The surface at the pixel centres of tile z/x/y -> float32[256 * ratio, 256 * ratio]; 0 off the lattice.

    `ratio` 2 is for dense (retina) screens. Raises BadInput when there is no such tile or ratio.
    """
    if ratio not in (1, 2, 4):
        raise BadInput(f"The pixel ratio {ratio} is not drawn.", "Use 1, 2 or 4.")
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise BadInput(f"There is no tile {z}/{x}/{y}.", f"Zoom goes from 0 to {MAX_ZOOM}, x and y to 2^zoom - 1.")
    size = TILE_PX * ratio
    zoom = z + ratio.bit_length() - 1
    base = heat.levels[0]
    if zoom <= base.zoom:
        return _window(heat.levels[base.zoom - zoom], x * size, y * size, size, size)
    finer = 1 << (zoom - base.zoom)
    across, down = _cubic_taps(x * size, size, finer), _cubic_taps(y * size, size, finer)
    window = _window(base, across.first, down.first, across.span, down.span)
    if not window.any():
        return np.zeros((size, size), dtype=np.float32)
    # plain sums, no matrix product: its worker threads would wait for each other on a busy server
    wide = np.zeros((down.span, size), dtype=np.float32)
    for k, tap in enumerate(across.weights):
        wide += window[:, across.low + k] * tap
    values = np.zeros((size, size), dtype=np.float32)
    for k, tap in enumerate(down.weights):
        values += wide[down.low + k] * tap[:, None]
    return np.maximum(values, np.float32(0.0), out=values)


def stretch(lat: NDArray[np.float64] | float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Web Mercator metres per ground metre at latitudes in degrees on WGS-84: eastwards, northwards."""
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    bent = 1.0 - ELLIPSOID_E2 * np.sin(phi) ** 2
    return np.sqrt(bent) / np.cos(phi), bent**1.5 / ((1.0 - ELLIPSOID_E2) * np.cos(phi))


def _pixel(zoom: int) -> float:
    return float(2 * MERCATOR_HALF_M / (TILE_PX * 2**zoom))


def _pixels_of(box: Bounds, zoom: int) -> tuple[int, int, int, int]:
    pixel = _pixel(zoom)
    col0, col1 = (floor((x + MERCATOR_HALF_M) / pixel) for x in (box[0], box[2]))
    row0, row1 = (floor((MERCATOR_HALF_M - y) / pixel) for y in (box[3], box[1]))
    return col0, row0, col1 - col0 + 1, row1 - row0 + 1


def _halved(level: Level) -> Level:
    """One zoom lower: the mean of the 2 x 2 pixels under each; pixels off the level count as 0."""
    rows, cols = level.values.shape
    before = (level.row0 % 2, level.col0 % 2)
    after = ((level.row0 + rows) % 2, (level.col0 + cols) % 2)
    even = np.pad(level.values, ((before[0], after[0]), (before[1], after[1])))
    pairs = even[0::2] + even[1::2]
    values = (pairs[:, 0::2] + pairs[:, 1::2]) * np.float32(0.25)
    return Level(level.zoom - 1, level.col0 // 2, level.row0 // 2, values)


def _window(level: Level, col0: int, row0: int, cols: int, rows: int) -> Floats:
    """values[rows, cols] from pixel (row0, col0) on, 0 beyond the level."""
    have_rows, have_cols = level.values.shape
    top, left = max(row0 - level.row0, 0), max(col0 - level.col0, 0)
    bottom, right = min(row0 + rows - level.row0, have_rows), min(col0 + cols - level.col0, have_cols)
    window = np.zeros((rows, cols), dtype=np.float32)
    if top < bottom and left < right:
        down, across = top + level.row0 - row0, left + level.col0 - col0
        window[down : down + bottom - top, across : across + right - left] = level.values[top:bottom, left:right]
    return window


@dataclass(frozen=True, slots=True)
class _Taps:
    """For each of n fine pixels four coarse ones, `first + low[n] ... + 3`, and their weights[4][n]."""

    first: int
    span: int
    low: NDArray[np.int64]
    weights: tuple[Floats, ...]


def _cubic_taps(begin: int, size: int, finer: int) -> _Taps:
    """Fine pixels begin ... begin + size - 1, each 1 / `finer` of a coarse one. Keys' kernel, a = -1/2."""
    at = (begin + np.arange(size) + 0.5) / finer - 0.5
    low = np.floor(at).astype(np.int64)
    t = at - low
    weights = (
        ((-0.5 * t + 1.0) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1.0,
        ((-1.5 * t + 2.0) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    )
    first = int(low[0]) - 1
    return _Taps(first, int(low[-1]) + 3 - first, low - low[0], tuple(w.astype(np.float32) for w in weights))
