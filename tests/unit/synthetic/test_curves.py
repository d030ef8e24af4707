from __future__ import annotations

import numpy as np

from gridmap.synthetic.curves import along, catmull_rom, noise_along, normals, roughen

SQUARE = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)]


def test_spline_passes_through_its_control_points() -> None:
    line = catmull_rom(SQUARE, 10.0)
    for point in SQUARE:
        assert np.hypot(*(line - point).T).min() < 1e-9


def test_closed_spline_ends_where_it_begins() -> None:
    ring = catmull_rom(SQUARE, 10.0, closed=True)
    assert np.allclose(ring[0], ring[-1])
    assert along(ring)[-1] > 300


def test_normals_point_left() -> None:
    line = np.array([(0.0, 0.0), (10.0, 0.0), (20.0, 0.0)])
    assert np.allclose(normals(line), [(0, 1)] * 3)


def test_periodic_noise_meets_itself() -> None:
    s = np.array([0.0, 400.0])
    values = noise_along(s, 50.0, np.random.default_rng(1), period_m=400.0)
    assert np.isclose(values[0], values[1])


def test_roughened_ring_stays_closed_and_moves() -> None:
    ring = catmull_rom(SQUARE, 5.0, closed=True)
    rough = roughen(ring, np.random.default_rng(1), ((60, 4),), closed=True)
    assert np.allclose(rough[0], rough[-1])
    assert 0.5 < np.abs(rough - ring).max() < 20
