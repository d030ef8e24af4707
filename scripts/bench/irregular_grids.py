"""Synthetic grids and the points that break point-in-polygon code; used by the bench and by the tests.

The grids are jittered quadrilaterals with crooked shared borders: a coverage, then spoilt on purpose with holes (some
filled by another grid, some not), islands, missing grids and a few overlaps, in shuffled order.
"""

from __future__ import annotations

import numpy as np
import shapely
import shapely.affinity

SIDE_M = 400.0


def irregular_grids(
    count: int, *, seed: int = 0, steps: int = 15, side: float = SIDE_M, origin: tuple[float, float] = (5e5, 3.3e6)
) -> np.ndarray:
    """About `count` polygons and multipolygons of about 4 * steps vertices, in shuffled order; a few are invalid."""
    rng = np.random.default_rng(seed)
    cells = _coverage(int(np.ceil(count**0.5)), rng, steps) * side + np.asarray(origin)
    shapes = list(shapely.polygons(cells.reshape(-1, *cells.shape[-2:]))[:count])
    _spoil(shapes, rng, side)
    order = rng.permutation(len(shapes))
    return np.array(shapes, dtype=object)[order]


def _coverage(k: int, rng: np.random.Generator, steps: int) -> np.ndarray:
    """Rings [k, k, 4 * steps, 2] of k * k unit cells whose neighbours share every vertex of their border."""
    corners = np.stack(np.meshgrid(np.arange(k + 1.0), np.arange(k + 1.0)), axis=-1)
    corners += rng.uniform(-0.3, 0.3, corners.shape)
    along = np.linspace(0, 1, steps + 1)[:, None]

    def crooked(start: np.ndarray, end: np.ndarray) -> np.ndarray:
        line = start[..., None, :] * (1 - along) + end[..., None, :] * along
        line[..., 1:-1, :] += rng.normal(0, 0.012, line[..., 1:-1, :].shape)
        return line

    across, upward = crooked(corners[:, :-1], corners[:, 1:]), crooked(corners[:-1], corners[1:])
    south, north = across[:-1], across[1:, :, ::-1]
    east, west = upward[:, 1:], upward[:, :-1, ::-1]
    return np.concatenate([side[..., :-1, :] for side in (south, east, north, west)], axis=-2)


def _spoil(shapes: list, rng: np.random.Generator, side: float) -> None:
    """Of every 25 grids: two get a hole (one of them filled), two become one of two parts, one vanishes."""
    for i in range(0, len(shapes) - 25, 25):
        a, b, c, d, e = rng.choice(np.arange(i, i + 25), 5, replace=False)
        for which, filled in ((a, True), (b, False)):
            shell = np.asarray(shapes[which].exterior.coords)
            ring = shell.mean(axis=0) + (shell - shell.mean(axis=0)) * 0.3
            shapes[which] = shapely.Polygon(shell, [ring])
            if filled:
                shapes.append(shapely.Polygon(ring))
        if not shapes[c].touches(shapes[d]):
            shapes[c], shapes[d] = shapely.MultiPolygon([shapes[c], shapes[d]]), None
        shapes[e] = shapely.MultiPolygon([shapes[e]]) if i % 50 else shapely.Polygon()
    for which in np.flatnonzero([s is not None and s.geom_type == "Polygon" and not s.is_empty for s in shapes])[::40]:
        shapes.append(shapely.affinity.translate(shapes[which], 0.4 * side, 0.0))


def adversarial_points(polygons: np.ndarray, count: int, *, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """x[count], y[count]: vertices, edge midpoints, places along edges, each also moved by an ulp, and plain points."""
    rng = np.random.default_rng(seed)
    rings = shapely.get_rings(shapely.get_parts(polygons))
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    edges = rng.choice(np.flatnonzero(ring[1:] == ring[:-1]), count)
    start, end = coords[edges], coords[edges + 1]
    share = rng.uniform(0, 1, (count, 1))
    on_border = np.select(
        [np.arange(count)[:, None] % 4 == kind for kind in range(3)],
        [start, (start + end) / 2, start + share * (end - start)],
        np.stack([start[:, 0], end[:, 1]], axis=1),
    )
    nudged = np.nextafter(on_border, on_border + rng.integers(-1, 2, on_border.shape))
    west, south, east, north = shapely.total_bounds(polygons)
    plain = rng.uniform([west, south], [east, north], (count, 2))
    points = np.where(rng.uniform(size=(count, 1)) < 0.9, nudged, plain)
    return points[:, 0], points[:, 1]


def brute_force(polygons: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The rule itself, unprepared and without a cell index: the lowest ordinal whose closed polygon has the point."""
    points = shapely.points(x, y)
    point, ordinal = shapely.STRtree(polygons).query(points)  # bounding boxes only
    has = shapely.intersects(polygons[ordinal], points[point])
    found = np.full(len(points), len(polygons))
    np.minimum.at(found, point[has], ordinal[has])
    return np.where(found == len(polygons), -1, found).astype(np.int32)
