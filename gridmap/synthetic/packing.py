"""Where buildings fit on a plot: parallel rows across it, or houses along its edge."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.synthetic.curves import Floats

Spot = tuple[float, float, float]  # x, y in metres and the length of the building


def long_angle(polygon: BaseGeometry) -> float:
    """Direction of the long side of the smallest enclosing rectangle, radians in (-pi/2, pi/2]."""
    c = shapely.get_coordinates(shapely.oriented_envelope(polygon))
    u, v = c[1] - c[0], c[2] - c[1]
    d = u if np.hypot(*u) >= np.hypot(*v) else v
    angle = float(np.arctan2(d[1], d[0]))
    return (angle + np.pi / 2) % np.pi - np.pi / 2


def facing_south(angle: float, rng: np.random.Generator) -> float:
    """The street direction turned to within 15 degrees of east-west, radians."""
    nearest = (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4
    limit = np.deg2rad(15.0)
    if abs(nearest) <= limit:
        return nearest
    return float(np.sign(nearest) * np.deg2rad(rng.uniform(9.0, 15.0)))


def _crossings(rings: list[Floats], y: float) -> Floats:
    xs = []
    for ring in rings:
        a, b = ring[:-1], ring[1:]
        cut = (a[:, 1] > y) != (b[:, 1] > y)
        p, q = a[cut], b[cut]
        xs.append(p[:, 0] + (y - p[:, 1]) / (q[:, 1] - p[:, 1]) * (q[:, 0] - p[:, 0]))
    out: Floats = np.sort(np.concatenate(xs))
    return out


def _free(rings: list[Floats], low: float, high: float) -> list[tuple[float, float]]:
    """Stretches of x where the lower, middle and upper line of a strip all lie inside."""
    spans = None
    for y in (low, (low + high) / 2, high):
        x = _crossings(rings, y)
        here = [(float(a), float(b)) for a, b in zip(x[::2], x[1::2], strict=False)]
        if spans is None:
            spans = here
        else:
            spans = [(max(a, c), min(b, d)) for a, b in spans for c, d in here if min(b, d) > max(a, c)]
    return spans or []


def rows(
    area: BaseGeometry,
    angle: float,
    depth_m: float,
    pitch_m: float,
    length_m: tuple[float, float],
    gap_m: tuple[float, float],
    rng: np.random.Generator,
) -> list[Spot]:
    """Buildings in parallel rows whose boxes lie within the area -> centres and lengths; `angle` in radians."""
    if area.is_empty:
        return []
    c, s = np.cos(angle), np.sin(angle)
    back = np.array([[c, s], [-s, c]])
    spots: list[Spot] = []
    for part in shapely.get_parts(area):
        if part.area < length_m[0] * depth_m:
            continue
        rings = [shapely.get_coordinates(r) @ back.T for r in (part.exterior, *part.interiors)]
        low, high = rings[0][:, 1].min() + 0.5, rings[0][:, 1].max() - 0.5
        count = int((high - low - depth_m) // pitch_m) + 1
        if high - low < depth_m:
            continue
        y = low + (high - low - depth_m - (count - 1) * pitch_m) * rng.uniform(0.2, 0.8)
        for _ in range(count):
            for a, b in _free(rings, y, y + depth_m):
                spots += _fill(a, b, y + depth_m / 2, length_m, gap_m, rng)
            y += pitch_m
    if not spots:
        return []
    xy = np.array([(p[0], p[1]) for p in spots]) @ back
    kept = _contained(area, xy, [p[2] for p in spots], depth_m, angle)
    return [(float(x), float(y), p[2]) for (x, y), p, ok in zip(xy, spots, kept, strict=True) if ok]


def _fill(
    a: float, b: float, y: float, length_m: tuple[float, float], gap_m: tuple[float, float], rng: np.random.Generator
) -> list[Spot]:
    a, b = a + 0.3, b - 0.3  # clear of the edge, or rounding puts the box outside
    room = b - a
    gap = float(rng.uniform(*gap_m))
    if room < length_m[0]:
        return []
    least = int(np.ceil((room + gap) / (length_m[1] + gap)))
    n = max(least, round((room + gap) / (float(rng.uniform(*length_m)) + gap)), 1)
    each = (room + gap) / n - gap
    if each < length_m[0]:
        n = max(1, n - 1)
        each = min(length_m[1], (room + gap) / n - gap)
    slack = room - n * each - (n - 1) * gap
    x = a + slack * float(rng.choice([0.1, 0.5, 0.9]))
    return [(x + each / 2 + k * (each + gap), y, each) for k in range(n)]


def _contained(area: BaseGeometry, xy: Floats, lengths: list[float], depth_m: float, angle: float) -> list[bool]:
    along = np.array([np.cos(angle), np.sin(angle)]) * (np.array(lengths) / 2)[:, None]
    across = np.array([-np.sin(angle), np.cos(angle)]) * depth_m / 2
    corners = np.stack([xy - along - across, xy + along - across, xy + along + across, xy - along + across], axis=1)
    shapely.prepare(area)
    return [bool(ok) for ok in np.atleast_1d(shapely.contains(area, shapely.polygons(corners)))]


def along_edges(
    area: BaseGeometry,
    size: Callable[[], tuple[float, float]],
    gap_m: tuple[float, float],
    rings: int,
    rng: np.random.Generator,
) -> list[tuple[shapely.Polygon, float, float, float, float, float]]:
    """Houses in crooked files along the edge of an area, then along an inner ring, and so on.

    Returns (outline, x, y, length, depth, angle) of each; none overlap, all lie within the area.
    """
    out: list[tuple[shapely.Polygon, float, float, float, float, float]] = []
    taken: list[shapely.Polygon] = []
    shapely.prepare(area)
    for ring_number in range(rings):
        inner = area.buffer(-(5.2 + 13.5 * ring_number), join_style="mitre")
        for part in shapely.get_parts(inner):
            if part.is_empty:
                continue
            ring = part.exterior
            at = float(rng.uniform(0, 6))
            while at < ring.length - 4:
                length, depth = size()
                p, q = ring.interpolate(at), ring.interpolate(min(at + length, ring.length))
                angle = float(np.arctan2(q.y - p.y, q.x - p.x) + rng.normal(0, 0.05))
                x, y = (p.x + q.x) / 2, (p.y + q.y) / 2
                c, s = np.cos(angle), np.sin(angle)
                u, v = np.array([c, s]) * length / 2, np.array([-s, c]) * depth / 2
                m = np.array([x, y])
                box = shapely.Polygon([m - u - v, m + u - v, m + u + v, m - u + v])
                if shapely.contains(area, box) and not any(box.distance(t) < 1.0 for t in taken):
                    taken.append(box)
                    out.append((box, x, y, length, depth, angle))
                    at += length + float(rng.uniform(*gap_m))
                else:
                    at += 3.5
    return out
