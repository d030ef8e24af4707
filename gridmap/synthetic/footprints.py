"""Outlines of single buildings about their own centre, long side along x, in metres."""

from __future__ import annotations

import numpy as np

from gridmap.synthetic.curves import Floats


def rectangle(length_m: float, depth_m: float) -> Floats:
    """A plain box -> float64[4, 2], counter-clockwise."""
    a, b = length_m / 2, depth_m / 2
    return np.array([(-a, -b), (a, -b), (a, b), (-a, b)])


def slab(length_m: float, depth_m: float, stairwells: int) -> Floats:
    """A residential row with a recess on the north side at each stairwell -> float64[n, 2]."""
    a, b = length_m / 2, depth_m / 2
    points = [(-a, -b), (a, -b), (a, b)]
    pitch = length_m / stairwells
    for k in range(stairwells)[::-1]:
        mid = -a + (k + 0.5) * pitch
        points += [(mid + 1.5, b), (mid + 1.5, b - 1.6), (mid - 1.5, b - 1.6), (mid - 1.5, b)]
    points.append((-a, b))
    return np.array(points)


def tower(length_m: float, depth_m: float) -> Floats:
    """A point block with notched corners -> float64[12, 2]."""
    a, b, i, j = length_m / 2, depth_m / 2, length_m * 0.2, depth_m * 0.22
    return np.array(
        [
            (-a + i, -b),
            (a - i, -b),
            (a - i, -b + j),
            (a, -b + j),
            (a, b - j),
            (a - i, b - j),
            (a - i, b),
            (-a + i, b),
            (-a + i, b - j),
            (-a, b - j),
            (-a, -b + j),
            (-a + i, -b + j),
        ]
    )


def ell(length_m: float, depth_m: float, rng: np.random.Generator) -> Floats:
    """A box with one corner missing, any of the four -> float64[6, 2]."""
    a, b = length_m / 2, depth_m / 2
    p, q = length_m * rng.uniform(0.3, 0.55), depth_m * rng.uniform(0.3, 0.5)
    points = np.array([(-a, -b), (a, -b), (a, b - q), (a - p, b - q), (a - p, b), (-a, b)])
    flip: Floats = points * (rng.choice([-1, 1]), rng.choice([-1, 1]))
    return flip


def horseshoe(length_m: float, depth_m: float, wing_m: float) -> Floats:
    """Three wings about a court open to the south -> float64[8, 2]."""
    a, b = length_m / 2, depth_m / 2
    return np.array(
        [
            (-a, -b),
            (-a + wing_m, -b),
            (-a + wing_m, b - wing_m),
            (a - wing_m, b - wing_m),
            (a - wing_m, -b),
            (a, -b),
            (a, b),
            (-a, b),
        ]
    )


def oval(length_m: float, width_m: float) -> Floats:
    """A running track: two straights and two half circles -> float64[n, 2]."""
    r, straight = width_m / 2, (length_m - width_m) / 2
    t = np.linspace(-np.pi / 2, np.pi / 2, 13)
    right = np.column_stack([straight + r * np.cos(t), r * np.sin(t)])
    return np.vstack([right, -right])


def place(outline: Floats, x: float, y: float, angle: float) -> Floats:
    """Turned by `angle` radians counter-clockwise and moved to x, y -> float64[n, 2]."""
    c, s = np.cos(angle), np.sin(angle)
    out: Floats = outline @ np.array([[c, s], [-s, c]]) + (x, y)
    return out
