import pickle
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import pairwise

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from bench.irregular_grids import adversarial_points, brute_force, irregular_grids
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from gridmap.errors import BadInput
from gridmap.geo.locate import GridLocator

# y
# 3 +---+---+
# 2 | A | B |     A = 0..2, B = 2..4, C below both
# 1 +---+---+
# 0 |   C   |
#   0   2   4  x
A, B, C = 0, 1, 2
TOWN = [box(0, 1, 2, 3), box(2, 1, 4, 3), box(0, 0, 4, 1)]


@pytest.mark.parametrize(
    ("x", "y", "grid"),
    [
        (1.0, 2.0, A),
        (3.0, 2.0, B),
        (2.0, 2.0, A),  # on the border of A and B: the lower ordinal has it
        (2.0, 1.0, A),  # where all three meet
        (3.0, 1.0, B),
        (2.0, 0.5, C),
        (4.0, 3.0, B),  # outer corner: the polygon is closed
        (0.0, 0.0, C),
        (np.nextafter(4.0, 5.0), 2.0, -1),
        (np.nextafter(2.0, 3.0), 2.0, B),
        (2.0, np.nextafter(1.0, 0.0), C),
        (-0.5, 2.0, -1),
        (1e300, 2.0, -1),
    ],
)
def test_a_point_belongs_to_the_lowest_closed_polygon(x, y, grid):
    town = GridLocator(TOWN)
    assert town.locate([x], [y]).tolist() == [grid]
    assert town.locate_one(x, y) == grid


def test_order_decides_a_shared_border_not_the_order_of_points():
    reverse = GridLocator(TOWN[::-1])
    assert reverse.locate([2.0, 2.0], [2.0, 1.0]).tolist() == [1, 0]


def test_holes_are_open_and_their_rim_belongs_to_the_polygon():
    # +-----------+
    # |   +---+   |   ring 0, island 1 in its hole with a moat between
    # |   | 1 |   |
    # +-----------+
    ring = Polygon(box(0, 0, 10, 10).exterior.coords, [box(3, 3, 7, 7).exterior.coords])
    at = GridLocator([ring, box(4, 4, 6, 6)])
    assert at.locate([5, 3.5, 3, 1, 4], [5, 5, 5, 5, 5]).tolist() == [1, -1, 0, 0, 1]


def test_a_filled_hole_leaves_no_gap():
    ring = Polygon(box(0, 0, 10, 10).exterior.coords, [box(3, 3, 7, 7).exterior.coords])
    at = GridLocator([box(3, 3, 7, 7), ring])
    assert at.locate([5, 3, 2.9], [5, 5, 5]).tolist() == [0, 0, 1]


def test_both_parts_of_a_multipolygon_answer():
    at = GridLocator([MultiPolygon([box(0, 0, 1, 1), box(5, 0, 6, 1)]), box(1, 0, 5, 1)])
    assert at.locate([0.5, 5.5, 3.0, 1.0, 5.0], [0.5] * 5).tolist() == [0, 0, 1, 0, 0]


def test_the_lowest_of_overlapping_polygons_answers_also_where_a_higher_one_has_a_border():
    at = GridLocator([box(4, 4, 5, 5), box(0, 0, 10, 10), box(2, 2, 8, 8)])
    assert at.locate([4.5, 2.0, 9.0, 4.0], [4.5, 3.0, 9.0, 4.2]).tolist() == [0, 1, 1, 0]


def test_none_and_empty_shapes_keep_their_ordinal_and_never_answer():
    at = GridLocator([None, Polygon(), box(0, 0, 1, 1), MultiPolygon()])
    assert len(at) == 4
    assert at.locate([0.5, 2], [0.5, 2]).tolist() == [2, -1]


@pytest.mark.parametrize("polygons", [[], [None], [Polygon()]])
def test_without_any_shape_everything_is_nowhere(polygons):
    at = GridLocator(polygons)
    assert at.locate([0.0, np.nan], [0.0, 0.0]).tolist() == [-1, -1]
    assert at.locate_one(0.0, 0.0) == -1


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_coordinates_that_are_no_numbers_are_nowhere(bad):
    at = GridLocator(TOWN)
    assert at.locate([bad, 1.0, bad, 1.0], [2.0, bad, bad, 2.0]).tolist() == [-1, -1, -1, A]
    assert at.locate_one(bad, 2.0) == at.locate_one(1.0, bad) == -1


def test_arrays_columns_scalars_and_nothing_at_all_are_taken():
    at = GridLocator(geopandas.GeoSeries(TOWN))
    frame = pd.DataFrame({"x": [1, 3], "y": [2, 2]}, index=[7, 3])
    assert at.locate(frame["x"], frame["y"]).tolist() == [A, B]
    assert at.locate(1, 2).shape == () and int(at.locate(1, 2)) == A
    assert at.locate([[1.0], [3.0]], [[2.0], [2.0]]).tolist() == [[A], [B]]
    assert at.locate([], []).shape == (0,)
    assert at.locate([1.0], [2.0]).dtype == np.int32


def test_what_is_no_polygon_is_refused_with_its_number():
    with pytest.raises(BadInput, match="number 1, a Point"):
        GridLocator([box(0, 0, 1, 1), shapely.Point(0, 0)])
    with pytest.raises(BadInput, match="one y for every x"):
        GridLocator(TOWN).locate([1.0, 2.0], [1.0])
    with pytest.raises(BadInput, match="Polygon 0 has a coordinate"):
        GridLocator([Polygon([(0, 0), (np.inf, 0), (1, 1)])])


def test_an_invalid_polygon_is_asked_as_geos_reads_it():
    bow_tie = Polygon([(0, 0), (4, 4), (4, 0), (0, 4)])
    at = GridLocator([bow_tie, box(-1, -1, 5, 5)])
    x, y = np.meshgrid(np.linspace(-1, 5, 61), np.linspace(-1, 5, 61))
    assert (at.locate(x, y) == np.where(shapely.intersects_xy(bow_tie, x, y), 0, 1)).all()


def test_later_changes_of_the_callers_shapes_do_not_reach_the_index():
    shapes = np.array(TOWN)
    at = GridLocator(shapes)
    shapely.destroy_prepared(shapes)
    shapes[0] = box(100, 100, 101, 101)
    assert at.locate_one(1.0, 2.0) == A


def test_a_pickled_locator_answers_the_same():
    grids = irregular_grids(60, seed=4)
    x, y = adversarial_points(grids, 2_000)
    at = GridLocator(grids)
    again = pickle.loads(pickle.dumps(at))
    assert len(again) == len(grids)
    assert (again.locate(x, y) == at.locate(x, y)).all()


def test_threads_share_one_locator():
    grids = irregular_grids(60, seed=5)
    x, y = adversarial_points(grids, 20_000)
    expected = brute_force(grids, x, y)
    at = GridLocator(grids)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: at.locate(x, y), range(16)))
    assert all((answer == expected).all() for answer in answers)


@pytest.mark.parametrize(
    ("count", "points"),
    [
        (207, 40_000),
        pytest.param(207, 500_000, marks=pytest.mark.full),
        pytest.param(10_000, 500_000, marks=pytest.mark.full),
    ],
)
def test_adversarial_points_answer_as_brute_force_does(count, points):
    grids = irregular_grids(count)
    x, y = adversarial_points(grids, points)
    at = GridLocator(grids)
    found = at.locate(x, y)
    assert np.count_nonzero(found != brute_force(grids, x, y)) == 0
    assert [at.locate_one(*p) for p in zip(x[:3000].tolist(), y[:3000].tolist(), strict=True)] == found[:3000].tolist()


def test_degrees_are_as_exact_as_metres():
    grids = irregular_grids(100, seed=2, side=0.004, origin=(114.9, 30.1))
    x, y = adversarial_points(grids, 40_000)
    assert np.count_nonzero(GridLocator(grids).locate(x, y) != brute_force(grids, x, y)) == 0


def test_shapes_near_the_resolution_of_floats_are_still_exact():
    tiny = 4 * np.spacing(3.3e6)
    grids = [box(5e5, 3.3e6, 5e5 + tiny, 3.3e6 + tiny), box(5e5, 3.3e6 + tiny, 5e5 + tiny, 3.3e6 + 2 * tiny)]
    x = np.full(12, 5e5 + tiny)
    y = 3.3e6 + np.arange(-1, 11) * np.spacing(3.3e6)
    assert GridLocator(grids).locate(x, y).tolist() == [-1, 0, 0, 0, 0, 0, 1, 1, 1, 1, -1, -1]


def closed_polygon_covers(ring, x, y):
    """The rule in rational numbers, which do not round: on an edge, or an odd number of edges to the right."""
    px, py = Fraction(x), Fraction(y)
    inside = False
    for (ax, ay), (bx, by) in pairwise(ring):
        turn = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
        if turn == 0 and min(ax, bx) <= px <= max(ax, bx) and min(ay, by) <= py <= max(ay, by):
            return True
        if (ay <= py) != (by <= py) and (turn > 0) == (by > ay):
            inside = not inside
    return inside


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=9),
    st.lists(st.tuples(st.floats(0.5, 14), st.floats(0.5, 14)), max_size=20),
    st.sampled_from([1.0, 0.1, 1 / 3, 1e-5, 7777.7]),
)
@settings(max_examples=200, deadline=None)
def test_any_valid_polygon_agrees_with_rational_arithmetic(corners, free, unit):
    # one unit off zero: GEOS's predicates, exact elsewhere, underflow on denormal numbers
    shape = Polygon([((i + 1) * unit, (j + 1) * unit) for i, j in corners])
    if not shape.is_valid or shape.is_empty:
        return
    ring = [(Fraction(a), Fraction(b)) for a, b in shape.exterior.coords]
    edges = np.asarray(shape.exterior.coords)
    on = np.concatenate([edges, (edges[1:] + edges[:-1]) / 2, np.array(free, dtype=float).reshape(-1, 2) * unit])
    probes = np.concatenate([on, np.nextafter(on, np.inf), np.nextafter(on, -np.inf)])
    expected = [0 if closed_polygon_covers(ring, *p) else -1 for p in probes.tolist()]
    assert GridLocator([shape]).locate(*probes.T).tolist() == expected
