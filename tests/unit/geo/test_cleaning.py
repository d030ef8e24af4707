"""Cleaning: what is moved, where, and what stays to the last bit. Metres."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import box

from gridmap.geo.cleaning import clean_coverage, with_old_vertices


def shapes(*polygons: shapely.Geometry) -> np.ndarray:
    return np.array(polygons, dtype=object)


def test_a_coverage_is_given_back_as_it_is() -> None:
    drawn = shapes(box(0, 0, 10, 10), box(10, 0, 20, 10))
    cleaned = clean_coverage(drawn)
    assert cleaned.polygons is drawn and cleaned.shifts == [] and cleaned.moved_m2 == 0


def test_doubtful_ground_goes_to_the_lowest_ordinal_and_is_told() -> None:
    # A A X B B     X is claimed by both
    cleaned = clean_coverage(shapes(box(0, 0, 30, 10), box(20, 0, 50, 10)))
    assert [shape.area for shape in cleaned.polygons] == [300, 200]
    (shift,) = cleaned.shifts
    assert (shift.kind, shift.ordinals, shift.area_m2) == ("overlap", (0, 1), pytest.approx(100))
    assert 20 < shift.x < 30 and 0 < shift.y < 10
    assert cleaned.moved_m2 == pytest.approx(100)


def test_an_enclosed_sliver_is_filled_and_wider_ground_stays_open() -> None:
    def around(width_m: float) -> np.ndarray:
        left, right = box(0, 0, 50, 100), box(50 + width_m, 0, 100, 100)
        return shapes(left, right, box(0, -10, 100, 0), box(0, 100, 100, 110.0), box(99, 50, 120, 60))

    filled = clean_coverage(around(0.4))
    assert {shift.kind: shift.area_m2 for shift in filled.shifts} == {
        "gap": pytest.approx(40), "overlap": pytest.approx(10),
    }  # fmt: skip
    assert shapely.union_all(filled.polygons).area == pytest.approx(100 * 120 + 20 * 10)
    assert shapely.coverage_is_valid(filled.polygons)
    wide = clean_coverage(around(0.6))
    assert {shift.kind for shift in wide.shifts} == {"overlap"}


def test_a_line_drawn_twice_becomes_one() -> None:
    wavy = shapely.Polygon([(0, 0), (50, 0), (50.003, 50), (49.998, 100), (0, 100)])
    cleaned = clean_coverage(shapes(wavy, box(50, 0, 100, 100)))
    assert shapely.coverage_is_valid(cleaned.polygons, gap_width=0.01)
    assert 0 < cleaned.moved_m2 < 1
    assert all(shift.area_m2 > 0.01 for shift in cleaned.shifts)


def test_nothing_is_left_of_a_polygon_inside_another() -> None:
    cleaned = clean_coverage(shapes(box(0, 0, 10, 10), box(2, 2, 8, 8)))
    assert cleaned.polygons[1] is None
    assert cleaned.polygons[0].area == 100


def test_what_cleaning_does_not_touch_is_the_same_object() -> None:
    far = box(500, 0, 510, 10)
    cleaned = clean_coverage(shapes(box(0, 0, 30, 10), box(20, 0, 50, 10), far))
    assert cleaned.polygons[2] is far


def test_vertices_that_were_there_keep_their_degrees_to_the_last_bit() -> None:
    before = shapes(box(0.1, 0.1, 0.3, 0.2), box(0.2, 0.1, 0.5, 0.2), box(0.7, 0.1, 0.8, 0.2))

    def forward(xy: np.ndarray) -> np.ndarray:
        return xy * 1000.0

    def inverse(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return x / 1000.0 + 1e-12, y / 1000.0 + 1e-12  # as inexact as a projection

    before_m = shapely.transform(before, forward)
    cleaned = clean_coverage(before_m)
    after = with_old_vertices(cleaned.polygons, before_m, before, inverse)
    old = set(map(tuple, shapely.get_coordinates(before).tolist()))
    assert set(map(tuple, shapely.get_coordinates(after).tolist())) <= old
    assert after[2] is before[2]
    assert shapely.area(after).tolist() == pytest.approx([0.02, 0.02, 0.01])
