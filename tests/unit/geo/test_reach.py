"""Doubt near borders: circles on drawn maps, and every point of many asked exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from gridmap.geo.reach import NOBODY, Reach

A, B, C = 0, 1, 2
SIDE_M = 100.0


def drawn(*lines: str) -> tuple[np.ndarray, np.ndarray]:
    """A square of 100 m a letter, north up, its owner the letter; a point belongs to nobody."""
    squares, owners = [], []
    for row, line in enumerate(reversed(lines)):
        for column, letter in enumerate(line.split()):
            squares.append(shapely.box(column * SIDE_M, row * SIDE_M, (column + 1) * SIDE_M, (row + 1) * SIDE_M))
            owners.append(NOBODY if letter == "." else "ABC".index(letter))
    return np.array(squares, dtype=object), np.array(owners, dtype=np.int64)


@pytest.fixture
def three() -> Reach:
    # A A B
    # A C .
    return Reach(*drawn("A A B", "A C ."))


@pytest.mark.parametrize(
    ("x", "y", "radius_m", "own", "expected"),
    [
        (50, 150, 49, A, False),
        (150, 150, 49.9, A, False),  # C begins 50 m to the south, B 50 m to the east
        (150, 150, 50, A, True),  # touching is reaching
        (150, 150, 0, A, False),
        (150, 150, math.nan, A, False),
        (100, 150, 45, A, False),  # on a border inside A: no doubt
        (200, 150, 0.1, A, True),  # on the border of A and B
        (250, 50, 49, NOBODY, False),  # in no grid, none in reach
        (250, 50, 51, NOBODY, True),
        (50, 50, 5000, A, True),
        (-40, 150, 41, NOBODY, True),
    ],
)
def test_a_circle_reaches_another(
    three: Reach, x: float, y: float, radius_m: float, own: int, expected: bool
) -> None:
    assert three.reaches_another([x], [y], [radius_m], np.array([own])).tolist() == [expected]


def test_candidates_with_distance_and_share(three: Reach) -> None:
    # 10 m west of the border of A and B, 50 m north of C: a circle of 30 m
    found = three.within(190, 150, 30)
    segment = math.acos(10 / 30) * 30**2 - 10 * math.sqrt(30**2 - 10**2)  # a circle cut 10 m from its centre
    assert [(one.owner, one.distance_m) for one in found] == [(A, 0.0), (B, 10.0)]
    assert found[1].share == pytest.approx(segment / (math.pi * 30**2), abs=2e-4)
    assert found[0].share + found[1].share == pytest.approx(1, abs=1e-6)
    assert found[1].polygon == 5  # the square that is nearest: the last one drawn


def test_shares_leave_out_what_is_nobody_s(three: Reach) -> None:
    found = {one.owner: one.share for one in three.within(200, 100, 60)}
    assert found == {owner: pytest.approx(0.25, abs=1e-4) for owner in (A, B, C)}


def test_one_owner_alone_and_nobody_at_all(three: Reach) -> None:
    assert [one.owner for one in three.within(50, 150, 49)] == [A]
    assert three.within(5000, 5000, 10) == []


def test_the_nearest_owner(three: Reach) -> None:
    assert three.nearest(250, 60) == (B, 40.0)
    assert three.nearest(150, 150) == (A, 0.0)


def test_nothing_to_reach() -> None:
    empty = Reach(np.empty(0, dtype=object), np.empty(0, dtype=np.int64))
    assert empty.reaches_another([1.0], [1.0], [9.0], np.array([NOBODY])).tolist() == [False]
    assert empty.within(1, 1, 9) == []
    assert empty.nearest(1, 1) is None


def test_many_points_as_their_candidates_say() -> None:
    # crooked fields with holes between them: every answer is checked against the distance to each polygon
    rng = np.random.default_rng(5)
    fields = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(rng.uniform(0, 2000, (60, 2)))))
    owners = rng.integers(-1, 9, len(fields))
    reach = Reach(fields, owners)
    n = 3000
    x, y = rng.uniform(0, 2000, n), rng.uniform(0, 2000, n)
    radii_m = rng.choice([1.0, 20, 60, 150, 700], n)
    points = shapely.points(x, y)
    distances_m = shapely.distance(points[:, None], fields[None, :])
    own = owners[np.argmin(distances_m, axis=1)]
    in_reach = (distances_m <= radii_m[:, None]) & (owners[None, :] != own[:, None]) & (owners[None, :] != NOBODY)
    assert np.array_equal(reach.reaches_another(x, y, radii_m, own), in_reach.any(axis=1))
    assert 0.2 < in_reach.any(axis=1).mean() < 0.8
