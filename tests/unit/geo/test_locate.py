import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import pairwise
from unittest.mock import patch

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
from gridmap.geo import cells
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
    with pytest.raises(BadInput, match="beyond any map"):
        GridLocator([Polygon([(0, 0), (1e200, 0), (1, 1)])])


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


@pytest.mark.parametrize("own_threads", [1, 2])
def test_eight_threads_share_one_locator(own_threads):
    grids = irregular_grids(60, seed=5)
    x, y = adversarial_points(grids, 150_000)  # three chunks
    expected = brute_force(grids, x, y)
    at = GridLocator(grids)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: at.locate(x, y, threads=own_threads), range(24)))
        ones = list(pool.map(at.locate_one, x[:2000].tolist(), y[:2000].tolist()))
    assert all((answer == expected).all() for answer in answers)
    assert ones == expected[:2000].tolist()


def test_a_forked_child_answers_too():
    grids = irregular_grids(60, seed=5)
    x, y = adversarial_points(grids, 150_000)
    at = GridLocator(grids)
    expected = at.locate(x, y, threads=2)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        same = bool((at.locate(x, y, threads=2) == expected).all())
        os.write(writing, b"same" if same else b"other")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 10) == b"same"


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


def test_hundreds_of_polygons_in_one_cell_are_told_apart():
    rng = np.random.default_rng(3)
    # 400 boxes in shuffled order whose south-west corners lie 1e-6 apart, beside one box that stretches the raster
    corners = rng.permutation(400) * 1e-6
    grids = [box(c, c, 0.5, 0.5) for c in corners] + [box(900, 900, 1000, 1000)]
    x, y = adversarial_points(np.array(grids), 20_000)
    assert np.count_nonzero(GridLocator(grids).locate(x, y) != brute_force(np.array(grids), x, y)) == 0


def test_a_polygon_of_many_vertices_is_exact():
    rng = np.random.default_rng(4)
    turn = np.linspace(0, 2 * np.pi, 10_001)[:-1]
    radius = 1000 + rng.normal(0, 5, turn.shape)
    shore = Polygon(np.stack([5e5 + radius * np.cos(turn), 3.3e6 + radius * np.sin(turn)], axis=1))  # crosses itself
    bay = box(5e5 + 900, 3.3e6 - 100, 5e5 + 1100, 3.3e6 + 100)
    grids = np.array([shore.buffer(0), bay])
    x, y = adversarial_points(grids, 12_000)
    assert np.count_nonzero(GridLocator(grids).locate(x, y) != brute_force(grids, x, y)) == 0


def test_invalid_polygons_are_asked_on_adversarial_points_as_geos_reads_them():
    rng = np.random.default_rng(6)
    centres = rng.uniform(0, 2000, (40, 1, 2))
    crossing = shapely.polygons(centres + rng.normal(0, 150, (40, 9, 2)))  # nine corners in any order
    hole_outside = Polygon(box(0, 0, 500, 500).exterior.coords, [box(600, 100, 700, 200).exterior.coords])
    doubled = MultiPolygon([box(1000, 1000, 1500, 1500), box(1200, 1200, 1800, 1800)])
    grids = np.array([*crossing, hole_outside, doubled])
    assert np.count_nonzero(shapely.is_valid(grids)) < 10
    x, y = adversarial_points(grids, 30_000)
    covered = np.stack([_asked_prepared(grid, x, y) for grid in grids])
    expected = np.where(covered.any(axis=0), covered.argmax(axis=0), -1)
    assert np.count_nonzero(GridLocator(grids).locate(x, y) != expected) == 0


def _asked_prepared(polygon, x, y):
    shapely.prepare(polygon)
    shapely.intersects_xy(polygon, x[0], y[0])  # GEOS makes its indexed locator at the second question
    return shapely.intersects_xy(polygon, x, y)


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=9),
    st.lists(st.tuples(st.floats(0.5, 14), st.floats(0.5, 14)), max_size=20),
    st.sampled_from([1.0, 0.1, 1 / 3, 1e-5, 7777.7]),
    st.sampled_from([1, 30, 1000]),  # few cells: nearly every point is tested exactly
)
@settings(max_examples=200, deadline=None)
def test_any_polygon_agrees_with_rational_arithmetic(corners, free, unit, raster):
    shape = Polygon([(i * unit, j * unit) for i, j in corners])
    edges = np.asarray(shape.exterior.coords)
    if len(set(corners)) < 3:
        return
    ring = [(Fraction(a), Fraction(b)) for a, b in edges.tolist()]
    on = np.concatenate([edges, (edges[1:] + edges[:-1]) / 2, np.array(free, dtype=float).reshape(-1, 2) * unit])
    probes = np.concatenate([on, np.nextafter(on, np.inf), np.nextafter(on, -np.inf)])
    probes[np.abs(probes) < 1e-140] = 0.0  # closer to zero than that, products underflow
    expected = [0 if closed_polygon_covers(ring, *p) else -1 for p in probes.tolist()]
    with patch.object(cells, "MIN_CELLS", raster):
        at = GridLocator([shape])
    assert at.locate(*probes.T).tolist() == expected


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=6), min_size=2, max_size=5),
    st.lists(st.tuples(st.floats(-1, 10), st.floats(-1, 10)), min_size=1, max_size=20),
    st.sampled_from([1, 20, 400]),
)
@settings(max_examples=100, deadline=None)
def test_the_lowest_of_any_polygons_agrees_with_rational_arithmetic(rings, free, raster):
    shapes = [Polygon([(i / 3, j / 7) for i, j in ring]) for ring in rings]
    exact = [[(Fraction(a), Fraction(b)) for a, b in shape.exterior.coords] for shape in shapes]
    edges = np.concatenate([shape.exterior.coords for shape in shapes])
    on = np.concatenate([edges, (edges[1:] + edges[:-1]) / 2, np.array(free) / (3, 7)])
    probes = np.concatenate([on, np.nextafter(on, np.inf), np.nextafter(on, -np.inf)])
    probes[np.abs(probes) < 1e-140] = 0.0
    expected = [
        next((k for k, ring in enumerate(exact) if closed_polygon_covers(ring, *p)), -1) for p in probes.tolist()
    ]
    with patch.object(cells, "MIN_CELLS", raster):
        at = GridLocator(shapes)
    assert at.locate(*probes.T).tolist() == expected
    assert [at.locate_one(*p) for p in probes.tolist()] == expected
