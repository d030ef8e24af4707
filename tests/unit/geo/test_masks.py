import numpy as np
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from gridmap.geo.masks import Mask
from gridmap.geo.projection import from_web_mercator
from gridmap.geo.smoothing import Nodes

ORIGIN = 12_800_000.0, 3_500_000.0  # a place in EPSG:3857


def mask_of(*shapes):
    """Shapes in metres from ORIGIN."""
    placed = shapely.transform(np.array(shapes, dtype=object), lambda at: at + ORIGIN)
    return Mask.of(shapely.transform(placed, lambda at: np.column_stack(from_web_mercator(at[:, 0], at[:, 1]))))


def nodes(rows, cols, step=1.0):
    """Cells of `step` metres, the north-west corner of the first at ORIGIN's north by `rows` cells."""
    return Nodes(ORIGIN[0] + step / 2, ORIGIN[1] + (rows - 0.5) * step, step, -step, cols, rows)


def test_cells_know_which_share_of_them_is_ground():
    # a triangle with its right angle at the south-west
    cover = mask_of(Polygon([(0, 0), (4, 0), (0, 4)])).cover(nodes(4, 4))
    expected = np.tril(np.ones((4, 4)))
    np.fill_diagonal(expected, 0.5)
    assert np.abs(cover - expected).max() < 1e-6


def test_ground_inside_one_cell_has_its_own_area():
    cover = mask_of(box(1.25, 2.5, 1.75, 2.75)).cover(nodes(4, 4))
    assert cover[1, 1] == pytest.approx(0.125, abs=1e-6)
    assert cover.sum() == pytest.approx(0.125, abs=1e-6)


def test_holes_and_second_parts_count():
    ring = Polygon(box(0, 0, 6, 6).exterior, [box(2, 2, 4, 4).exterior])
    cover = mask_of(MultiPolygon([ring, box(8, 0, 9, 0.5)])).cover(nodes(6, 10))
    assert cover[2:4, 2:4].max() < 1e-6
    assert cover[5, 8] == pytest.approx(0.5, abs=1e-6)
    assert cover.sum() == pytest.approx(32.5, abs=1e-5)


def test_neighbours_are_one_ground_without_a_seam():
    cover = mask_of(box(0, 0, 2.3, 4), box(2.3, 0, 4, 4)).cover(nodes(4, 4))
    assert cover.min() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_any_polygon_is_as_shapely_has_it(seed):
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 40))
    reach = rng.uniform(1, 9, 40)
    star = Polygon(np.column_stack([5 + reach * np.cos(angle), 4 + reach * np.sin(angle)]))
    if not star.is_valid:
        star = star.buffer(0)
    # the cells reach beyond it on some sides and are cut by it on others
    cover = mask_of(star).cover(nodes(9, 11))
    expected = [[shapely.area(star & box(c, 8 - r, c + 1, 9 - r)) for c in range(11)] for r in range(9)]
    assert np.abs(cover - np.array(expected)).max() < 2e-6


def test_the_border_is_inside():
    mask = mask_of(box(0, 0, 4, 4))
    x, y = np.array([2.0, 0.0, 4.01, 2.0]) + ORIGIN[0], np.array([2.0, 2.0, 2.0, -0.01]) + ORIGIN[1]
    x[1] = mask.edges[:, 0].min()
    assert mask.inside(x, y).tolist() == [True, True, False, False]


def test_the_version_names_the_ground_not_its_parts():
    assert mask_of(box(0, 0, 2, 4), box(2, 0, 4, 4)).version == mask_of(box(0, 0, 2, 4), box(2, 0, 4, 4)).version
    assert mask_of(box(0, 0, 2, 4)).version != mask_of(box(0, 0, 2, 5)).version


def test_what_has_no_area_is_no_mask():
    assert Mask.of(np.array([], dtype=object)) is None
    assert Mask.of(np.array([shapely.Point(1, 1), None], dtype=object)) is None
