"""Kernel density of events on a metric raster: how many events per square kilometre, and where."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridmap.errors import BadInput, TooLarge
from gridmap.geo.smoothing import Nodes, gaussian_sums

M2_PER_KM2 = 1e6
MAX_CELLS = 1 << 26
HALF = 0.5  # of a cell: then it counts as inside

Bounds = tuple[float, float, float, float]


def density(
    x: ArrayLike,
    y: ArrayLike,
    *,
    bounds: Bounds,
    cell_m: float,
    bandwidth_m: float,
    weights: ArrayLike | None = None,
    mask: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """n events in metres -> float64[rows, cols] in events per km2, row 0 at the north.

    `bounds` are (west, south, east, north) in the same metres. Cells are squares of `cell_m` counted from the
    north-west corner (the last row and column may stick out, see `raster_shape`); a value holds at the cell's centre.
    The kernel is Gaussian with standard deviation `bandwidth_m`. Events beyond the bounds count where their kernels
    reach in. `weights[n]` (finite, not negative) count an event more or less than once. Before any correction the
    error against the exact sum is at most 1e-5 of its peak, within or beyond the bounds, and 0.1 % of the density
    itself wherever that is above a thousandth of the peak (see `smoothing`).

    `mask[rows, cols]` is the part of the raster where events can be reported at all, as flags or as the share of each
    cell: there (half a cell at least), the density is divided by the share of the kernel that lies inside (Diggle
    1985), so that it does not fade at the district's border; elsewhere it is NaN. Pass only events from inside.

    Raises BadInput for empty bounds, a bandwidth below one cell, coordinates or weights that are not finite, negative
    weights and shapes that do not match; TooLarge for more than 2**26 cells.
    """
    nodes = raster_nodes(bounds, cell_m)
    xs, ys = np.asarray(x, dtype=np.float64).ravel(), np.asarray(y, dtype=np.float64).ravel()
    if len(xs) != len(ys):
        raise BadInput(f"There are {len(xs)} x but {len(ys)} y.", "Give one y for every x.")
    cover = None if mask is None else _checked_mask(mask, nodes.rows, nodes.cols)
    sums = gaussian_sums(
        [(xs, ys, _checked_weights(weights, len(xs)))], nodes, sigma_x=bandwidth_m, sigma_y=bandwidth_m
    )
    per_km2 = np.multiply(sums, M2_PER_KM2, dtype=np.float64)
    if cover is None:
        return per_km2
    return np.where(cover >= HALF, per_km2 / _kernel_share(cover, nodes, bandwidth_m), np.nan)


def raster_nodes(bounds: Bounds, cell_m: float) -> Nodes:
    """The centres of the cells that cover the bounds; raises BadInput or TooLarge as `density` does."""
    rows, cols = raster_shape(bounds, cell_m)
    return Nodes(bounds[0] + cell_m / 2, bounds[3] - cell_m / 2, cell_m, -cell_m, cols, rows)


def raster_shape(bounds: Bounds, cell_m: float) -> tuple[int, int]:
    """(rows, cols) of the cells that cover the bounds; raises BadInput or TooLarge as `density` does."""
    west, south, east, north = bounds
    if not (np.isfinite(bounds).all() and west < east and south < north):
        raise BadInput(f"The bounds {tuple(bounds)} are empty.", "Give west < east and south < north, in metres.")
    if not (np.isfinite(cell_m) and cell_m > 0):
        raise BadInput(f"A cell of {cell_m} m is none.", "Give a cell size above 0.")
    whole = 1e-9  # 3000.0000001 cells by rounding are 3000 cells
    cols, rows = (max(1, ceil(span / cell_m - whole)) for span in (east - west, north - south))
    if rows * cols > MAX_CELLS:
        raise TooLarge(f"{rows} x {cols} cells are more than {MAX_CELLS}.", "Use larger cells or smaller bounds.")
    return rows, cols


def _checked_weights(weights: ArrayLike | None, count: int) -> NDArray[np.float64] | None:
    if weights is None:
        return None
    values = np.asarray(weights, dtype=np.float64).ravel()
    if len(values) != count:
        raise BadInput(f"There are {len(values)} weights for {count} events.", "Give one weight for every event.")
    if not (np.isfinite(values) & (values >= 0)).all():
        raise BadInput("A weight is negative or not finite.", "Give weights of 0 or more.")
    return values


def _checked_mask(mask: ArrayLike, rows: int, cols: int) -> NDArray[np.float32]:
    cover = np.asarray(mask, dtype=np.float32)
    if cover.shape != (rows, cols):
        raise BadInput(f"The mask is {cover.shape} but the raster {(rows, cols)}.", "Make it with raster_shape().")
    if not ((cover >= 0) & (cover <= 1)).all():
        raise BadInput("A part of the mask is below 0, above 1 or no number.", "Give flags, or shares of each cell.")
    return cover


def _kernel_share(cover: NDArray[np.float32], nodes: Nodes, bandwidth_m: float) -> NDArray[np.float32]:
    """Which part of a kernel centred at each cell lies inside the mask (1 far from its rim)."""
    row, col = np.nonzero(cover)
    x, y = nodes.x0 + col * nodes.step_x, nodes.y0 + row * nodes.step_y
    inside = cover[row, col].astype(np.float64)
    share = gaussian_sums([(x, y, inside)], nodes, sigma_x=bandwidth_m, sigma_y=bandwidth_m)
    share *= abs(nodes.step_x * nodes.step_y)
    share[cover < HALF] = 1.0
    return share
