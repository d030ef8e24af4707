"""Heat on the tiles of a web map: one surface on a lattice of Mercator pixels, cut and scaled into tiles.

A surface lives on the pixels of one zoom, 5 to 10 of them per bandwidth. A pixel of a tile shows the density at its
centre, between the lattice's nodes by Keys' cubic (1981); where a pixel is wider than a bandwidth, nothing would be
seen of what lies between the centres, and it shows the mean over its ground. Every pixel of every tile depends only on
its place in the world, so neighbouring tiles meet without a seam.

Mercator stretches with latitude. The kernels are made for the lattice's middle and corrected for every row (see
`roundness`), so that metres stay metres: 0.1 % is left in a district 15 km tall, at 30 and at 60 degrees.

With a mask the density is divided by the share of the kernel that lies on it (Diggle 1985), so that heat does not fade
where the district ends, and nothing is shown beyond.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor, log2

import numpy as np
from numpy.typing import NDArray

from gridmap.errors import BadInput, TooLarge
from gridmap.geo.masks import Mask
from gridmap.geo.projection import MERCATOR_HALF_M, MERCATOR_RADIUS_M, from_web_mercator, to_web_mercator
from gridmap.geo.resampling import cubic_taps, resampled, taps_at
from gridmap.geo.roundness import made_round
from gridmap.geo.smoothing import Nodes, Points, gaussian_sums

TILE_PX = 256
MAX_ZOOM = 24
CELLS_PER_SIGMA = 5.0
FEWEST_CELLS_PER_SIGMA = 2.0  # what a wide area is allowed when 5 would be too many cells
MARGIN_SIGMAS = 4.0
MAX_CELLS = 6 << 20
ELLIPSOID_E2 = 0.0066943799901413165  # WGS-84
M2_PER_KM2 = 1e6
HALF = np.float32(0.5)  # of a pixel on the mask: it is shown
LEAST_SHARE = np.float32(0.01)  # of a kernel on the mask: a smaller one is not made up for any further

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


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """What a mask does to all surfaces of one lattice; make it with `edge_of`, once for many surfaces.

    `cover` is how much of each cell is ground, `gain` one over the share of a kernel centred there that lies on it.
    """

    mask: Mask
    lattice: MercatorLattice
    cover: Floats
    gain: Floats

    @property
    def nbytes(self) -> int:
        return self.cover.nbytes + self.gain.nbytes


@dataclass(frozen=True, eq=False)
class Surface:
    """Events per true km2 on a Mercator lattice: `field[rows, cols]`, row 0 at the north.

    With an `edge` the field goes on smoothly beyond the mask, for those who interpolate; `values` is 0 there.
    """

    lattice: MercatorLattice
    field: Floats
    edge: Edge | None

    @property
    def values(self) -> Floats:
        """float32[rows, cols]: the field on the mask, 0 beyond."""
        if self.edge is None:
            return self.field
        return np.where(self.edge.cover >= HALF, self.field, np.float32(0.0))

    @property
    def nbytes(self) -> int:
        """Bytes held, the means of low zooms included: they are made when first asked for."""
        return self.field.nbytes * 4 // 3

    @cached_property
    def means(self) -> tuple[Level, ...]:
        """The mean over the ground of each pixel; entry k is k zooms below the lattice."""
        lattice, edge = self.lattice, self.edge
        ground = np.ones_like(self.field) if edge is None else edge.cover
        level = Level(lattice.zoom, lattice.col0, lattice.row0, _cell_means(self.field) * ground)
        share = Level(lattice.zoom, lattice.col0, lattice.row0, ground)
        found = [level]
        while level.zoom > 0:
            level, share = _halved(level), _halved(share)
            of_ground = np.divide(level.values, np.maximum(share.values, LEAST_SHARE), dtype=np.float32)
            found.append(level if edge is None else Level(level.zoom, level.col0, level.row0, of_ground))
        return tuple(found)


def mercator_lattice(
    bounds: Bounds, bandwidth_m: float, *, max_cells: int = MAX_CELLS, margin_sigmas: float = MARGIN_SIGMAS
) -> MercatorLattice:
    """(west, south, east, north) in degrees and a bandwidth in ground metres -> the lattice for their surface.

    The lattice reaches `margin_sigmas` bandwidths beyond the bounds: by 4, heat has faded. Its cells are the pixels of
    the lowest zoom with 5 of them per bandwidth; where that gives more than `max_cells`, of a lower zoom with 2 at
    least.

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
        left - margin_sigmas * sigma_x,
        bottom - margin_sigmas * sigma_y,
        right + margin_sigmas * sigma_x,
        top + margin_sigmas * sigma_y,
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


def edge_of(mask: Mask, lattice: MercatorLattice) -> Edge:
    """The mask on a lattice, ready for any number of surfaces."""
    cover = mask.cover(lattice.nodes)
    nodes = lattice.nodes
    stretch_x, stretch_y = _stretch_of_rows(lattice)
    area_m2 = lattice.cell**2 / (stretch_x * stretch_y)
    row, col = np.nonzero(cover)
    x, y = nodes.x0 + col * nodes.step_x, nodes.y0 + row * nodes.step_y
    share = _round_sums(lattice, [(x, y, cover[row, col] * area_m2[row])])
    gain = (1.0 / np.maximum(share, LEAST_SHARE)).astype(np.float32)
    for made in (cover, gain):
        made.setflags(write=False)
    return Edge(mask, lattice, cover, gain)


def surface(
    lattice: MercatorLattice, batches: Iterable[Points], *, factor: float = 1.0, edge: Edge | None = None
) -> Surface:
    """Events at (x, y) in EPSG:3857, with weights or None -> their density in events per true km2, times `factor`.

    Give `factor=30 / days` for events per km2 per 30 days. With an `edge` of the same lattice pass only events on its
    mask. Raises BadInput for coordinates that are not finite.
    """
    field = _round_sums(lattice, batches)
    field *= np.float32(M2_PER_KM2 * factor)
    if edge is not None:
        field *= edge.gain
    field.setflags(write=False)
    return Surface(lattice, field, edge)


def tile_values(heat: Surface, z: int, x: int, y: int, *, ratio: int = 1) -> Floats:
    """The surface on the pixels of tile z/x/y -> float32[256 * ratio, 256 * ratio]; 0 off the lattice and the mask.

    `ratio` 2 is for dense (retina) screens. Raises BadInput when there is no such tile or ratio.
    """
    if ratio not in (1, 2, 4):
        raise BadInput(f"The pixel ratio {ratio} is not drawn.", "Use 1, 2 or 4.")
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise BadInput(f"There is no tile {z}/{x}/{y}.", f"Zoom goes from 0 to {MAX_ZOOM}, x and y to 2^zoom - 1.")
    size = TILE_PX * ratio
    zoom = z + ratio.bit_length() - 1
    lattice = heat.lattice
    if zoom < lattice.zoom and min(lattice.sigma_x, lattice.sigma_y) < _pixel(zoom):
        values = _window(heat.means[lattice.zoom - zoom], x * size, y * size, size, size)
    elif zoom == lattice.zoom:
        field = Level(zoom, lattice.col0, lattice.row0, heat.field)
        values = _window(field, x * size, y * size, size, size)
    else:
        step = 2.0 ** (lattice.zoom - zoom)
        across, across_weights = cubic_taps(x * size, size, step)
        down, down_weights = cubic_taps(y * size, size, step)
        values = resampled(heat.field, down - lattice.row0, down_weights, across - lattice.col0, across_weights)
    if heat.edge is not None:
        pixel = _pixel(zoom)
        x0, y0 = (x * size + 0.5) * pixel - MERCATOR_HALF_M, MERCATOR_HALF_M - (y * size + 0.5) * pixel
        values[heat.edge.mask.cover(Nodes(x0, y0, pixel, -pixel, size, size)) < HALF] = 0.0
    return values


def value_at(heat: Surface, x: float, y: float) -> float | None:
    """The surface at a place in EPSG:3857, as the tiles have it; None off the mask."""
    lattice = heat.lattice
    if heat.edge is not None and not heat.edge.mask.inside(np.array([x]), np.array([y]))[0]:
        return None
    nodes = lattice.nodes
    down = taps_at(np.array([(y - nodes.y0) / nodes.step_y]))
    across = taps_at(np.array([(x - nodes.x0) / nodes.step_x]))
    return float(resampled(heat.field, *down, *across)[0, 0])


def stretch(lat: NDArray[np.float64] | float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Web Mercator metres per ground metre at latitudes in degrees on WGS-84: eastwards, northwards."""
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    bent = 1.0 - ELLIPSOID_E2 * np.sin(phi) ** 2
    return np.sqrt(bent) / np.cos(phi), bent**1.5 / ((1.0 - ELLIPSOID_E2) * np.cos(phi))


def _round_sums(lattice: MercatorLattice, batches: Iterable[Points]) -> Floats:
    """Sums of kernels that are round on the ground, per true square metre."""
    sums = gaussian_sums(batches, lattice.nodes, sigma_x=lattice.sigma_x, sigma_y=lattice.sigma_y)
    middle = (lattice.sigma_x / lattice.bandwidth_m, lattice.sigma_y / lattice.bandwidth_m)
    at_rows = _stretch_of_rows(lattice)
    more_x, more_y = (0.5 * (1.0 - (middle[axis] / at_rows[axis]) ** 2) for axis in (0, 1))
    sx2, sy2 = ((sigma / lattice.cell) ** 2 for sigma in (lattice.sigma_x, lattice.sigma_y))
    made: Floats = made_round(sums, more_x, more_y, np.float32(sx2), np.float32(sy2))
    made *= np.float32(middle[0] * middle[1])
    return made


def _pixel(zoom: int) -> float:
    return float(2 * MERCATOR_HALF_M / (TILE_PX * 2**zoom))


def _stretch_of_rows(lattice: MercatorLattice) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    _, lat = from_web_mercator(0.0, lattice.nodes.y0 - np.arange(lattice.rows) * lattice.cell)
    return stretch(lat)


def _pixels_of(box: Bounds, zoom: int) -> tuple[int, int, int, int]:
    pixel = _pixel(zoom)
    col0, col1 = (floor((x + MERCATOR_HALF_M) / pixel) for x in (box[0], box[2]))
    row0, row1 = (floor((MERCATOR_HALF_M - y) / pixel) for y in (box[3], box[1]))
    return col0, row0, col1 - col0 + 1, row1 - row0 + 1


def _cell_means(field: Floats) -> Floats:
    """Values at the cells' centres -> their means over the cells, by the curvature (Simpson's rule on each axis)."""
    means = field.copy()
    curved = np.float32(1 / 24)
    means[1:-1] += curved * (field[:-2] - 2 * field[1:-1] + field[2:])
    means[:, 1:-1] += curved * (field[:, :-2] - 2 * field[:, 1:-1] + field[:, 2:])
    return means


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
