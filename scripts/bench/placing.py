"""Points to grids: exactness on adversarial points, speed beside geopandas.sjoin and shapely's STRtree."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas
import numpy as np
import shapely

from bench.irregular_grids import adversarial_points, brute_force, irregular_grids
from bench.tables import in_turns_s, table, timed_s
from gridmap.geo.locate import GridLocator

GRIDS = (207, 10_000)
ADVERSARIAL_POINTS = 500_000
POINTS = 1_000_000
SINGLE_LOOKUPS = 20_000


def run(_: list[str]) -> Iterator[str]:
    exactness, speed = [], []
    for count in GRIDS:
        grids = irregular_grids(count)
        build_s, at = timed_s(lambda grids=grids: GridLocator(grids), repeats=3)
        x, y = adversarial_points(grids, ADVERSARIAL_POINTS)
        wrong = np.count_nonzero(at.locate(x, y) != brute_force(grids, x, y))
        vertices = shapely.get_num_coordinates(grids).mean()
        exactness.append([f"{count:,}", f"{vertices:.0f}", f"{ADVERSARIAL_POINTS:,}", f"{wrong:,}"])
        speed += _speed(count, grids, at, build_s)
    head = ["grids", "vertices each", "adversarial points", "mismatches with brute force"]
    yield from table("Placing: exactness (holes, islands, overlaps, empty shapes included)", head, exactness)
    head = ["grids", "method", "Mpt/s", "gridmap is faster by"]
    yield from table(f"Placing: speed, {POINTS:,} random points", head, speed)


def _speed(count: int, grids: np.ndarray, at: GridLocator, build_s: float) -> list[list[str]]:
    rng = np.random.default_rng(0)
    west, south, east, north = shapely.total_bounds(grids)
    x, y = rng.uniform(west, east, POINTS), rng.uniform(south, north, POINTS)
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(x, y))
    frame = geopandas.GeoDataFrame(geometry=grids)
    tree, geometries = shapely.STRtree(grids), points.geometry.to_numpy()
    taken = in_turns_s(
        {
            "gridmap GridLocator": lambda: at.locate(x, y),
            "geopandas.sjoin (intersects)": lambda: geopandas.sjoin(points, frame, predicate="intersects"),
            "shapely STRtree (intersects)": lambda: tree.query(geometries, predicate="intersects"),
        },
        repeats=3,
    )
    ours = taken["gridmap GridLocator"]
    rows = [
        [f"{count:,}", name, f"{POINTS / seconds / 1e6:.2f}", "" if seconds == ours else f"{seconds / ours:.1f} x"]
        for name, seconds in taken.items()
    ]
    singles = list(zip(x[:SINGLE_LOOKUPS].tolist(), y[:SINGLE_LOOKUPS].tolist(), strict=True))
    one_s, _ = timed_s(lambda: [at.locate_one(*point) for point in singles], repeats=3)
    rows[0][1] += f" (built in {build_s:.2f} s; one look-up {one_s / SINGLE_LOOKUPS * 1e6:.1f} us)"
    return rows
