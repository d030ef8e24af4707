"""Which way streets run at every place: a field of crosses bent by river, railway, shore and hill.

A cross has four equal arms, so a direction a is stored as the complex number exp(4ia); crosses are mixed by
adding weighted numbers (Chen et al. 2008, Interactive Procedural Street Modeling, gives the idea for tensors).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from gridmap.synthetic.curves import Floats
from gridmap.synthetic.seeds import stream
from gridmap.synthetic.sketch import Sketch
from gridmap.synthetic.terrain import Raster, Terrain, fractal


@dataclass(frozen=True, slots=True)
class Field:
    """Street direction and how built-up the ground is, on the cells of `frame`."""

    frame: Raster
    cross: npt.NDArray[np.complex128]
    urban: Floats


def _guide(lines: Sequence[BaseGeometry], frame: Raster, reach_m: float) -> npt.NDArray[np.complex128]:
    """Crosses along lines, fading with distance: weight exp(-(d/reach)^2)."""
    x, y = frame.mesh()
    if not lines:
        return np.zeros(x.shape, dtype=np.complex128)
    points, angles = [], []
    for line in lines:
        c = shapely.get_coordinates(shapely.segmentize(line, 30.0))
        d = np.diff(c, axis=0)
        points.append((c[1:] + c[:-1]) / 2)
        angles.append(np.arctan2(d[:, 1], d[:, 0]))
    away, nearest = cKDTree(np.vstack(points)).query(np.column_stack([x.ravel(), y.ravel()]))
    out = np.exp(-((away / reach_m) ** 2)) * np.exp(4j * np.concatenate(angles)[nearest])
    return np.asarray(out.reshape(x.shape), dtype=np.complex128)


def lay_field(sketch: Sketch, terrain: Terrain, seed: int) -> Field:
    """Direction field and built-up share (0..1) of a sketch on its terrain."""
    rng, frame = stream(seed, "field"), terrain.height
    x, y = frame.mesh()
    cross: npt.NDArray[np.complex128] = np.full(x.shape, 0.02 + 0j)
    urban = np.zeros(x.shape)
    for centre in sketch.centres:
        away = np.hypot(x - centre.x, y - centre.y) / centre.radius_m
        cross += np.exp(-((away * 1.2) ** 2)) * np.exp(4j * np.deg2rad(centre.bearing_deg))
        urban = np.maximum(urban, 1.0 - 0.55 * away**2)
    rivers = [g for _, g in terrain.river_lines]
    shores = [g.exterior for _, g in terrain.lakes]
    cross += 2.2 * _guide(rivers, frame, 210.0) + 2.0 * _guide([g for _, g in terrain.railways], frame, 260.0)
    cross += 2.2 * _guide(shores, frame, 260.0)
    gy, gx = np.gradient(ndimage.gaussian_filter(frame.values, 5), frame.cell_m)
    steep = np.clip(np.hypot(gx, gy) / 0.10, 0, 3)
    cross += steep * np.exp(4j * np.arctan2(gx, -gy))
    cross *= np.exp(4j * np.deg2rad(5.0) * fractal(x.shape, frame.cell_m, 900.0, rng, 2))
    urban += 0.10 * fractal(x.shape, frame.cell_m, 700.0, rng, 3)
    urban = np.where(frame.values > 60.0, 0.0, urban)
    return Field(frame, ndimage.gaussian_filter(cross.real, 2) + 1j * ndimage.gaussian_filter(cross.imag, 2), urban)


def burn(frame: Raster, shapes: Sequence[BaseGeometry]) -> npt.NDArray[np.bool_]:
    """Cells whose centre lies in one of the shapes -> bool[rows, cols]."""
    x, y = frame.mesh()
    inside = np.zeros(x.shape, dtype=bool)
    for shape in shapes:
        left, low, right, top = shape.bounds
        box = (x >= left) & (x <= right) & (y >= low) & (y <= top)
        if box.any():
            shapely.prepare(shape)
            inside[box] |= shapely.intersects_xy(shape, x[box], y[box])
    return inside
