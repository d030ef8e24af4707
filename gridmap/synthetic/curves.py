"""Smooth and natural-looking lines from a few hand-drawn control points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def catmull_rom(points: Sequence[tuple[float, float]], step_m: float, *, closed: bool = False) -> Floats:
    """Points through the control points, about `step_m` apart -> float64[n, 2]; a closed ring repeats its first."""
    p = np.asarray(points, dtype=np.float64)
    before, after = ([p[-1]], [p[0], p[1]]) if closed else ([2 * p[0] - p[1]], [2 * p[-1] - p[-2]])
    p = np.vstack([*before, p, *after])
    out = []
    for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True):
        n = max(2, int(np.hypot(*(c - b)) / step_m))
        t = np.linspace(0.0, 1.0, n, endpoint=False)[:, None]
        out.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    out.append(p[-2][None, :])
    return np.vstack(out)


def along(line: Floats) -> Floats:
    """Distance in metres from the start to each vertex -> float64[n]."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])


def normals(line: Floats) -> Floats:
    """Unit normals to the left of the line at each vertex -> float64[n, 2]."""
    t = np.gradient(line, axis=0)
    t /= np.maximum(np.hypot(t[:, 0], t[:, 1]), 1e-9)[:, None]
    return np.column_stack([-t[:, 1], t[:, 0]])


def noise_along(s: Floats, wavelength_m: float, rng: np.random.Generator, *, period_m: float | None = None) -> Floats:
    """Smooth noise of unit scale at positions `s` (metres); periodic where `period_m` is given -> float64[n]."""
    if period_m is not None:
        n = max(4, round(period_m / wavelength_m))
        knots = rng.normal(size=n)
        u = s / period_m * n
    else:
        n = int(np.ceil(s[-1] / wavelength_m)) + 3
        knots = rng.normal(size=n)
        u = s / wavelength_m
    i = np.floor(u).astype(int)
    f = u - i
    k = [knots[(i + j) % n] for j in (-1, 0, 1, 2)]
    out: Floats = (
        k[0] * (1 - f) ** 3 + k[1] * (3 * f**3 - 6 * f**2 + 4) + k[2] * (-3 * f**3 + 3 * f**2 + 3 * f + 1) + k[3] * f**3
    ) / 6.0
    return out * 1.6


def roughen(
    line: Floats, rng: np.random.Generator, scales: Sequence[tuple[float, float]], *, closed: bool = False
) -> Floats:
    """Shift vertices along their normals by noise; `scales` holds (wavelength_m, amplitude_m) -> float64[n, 2]."""
    s = along(line)
    shift = np.zeros(len(line))
    for wavelength_m, amplitude_m in scales:
        shift += amplitude_m * noise_along(s, wavelength_m, rng, period_m=s[-1] if closed else None)
    out = line + normals(line) * shift[:, None]
    if closed:
        out[-1] = out[0]
    return out
