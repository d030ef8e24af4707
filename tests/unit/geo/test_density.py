import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.errors import BadInput, TooLarge
from gridmap.geo.density import density, raster_shape


def exact(x, y, bounds, cell_m, bandwidth_m, weights=None):
    """The definition: every event's kernel at every cell centre."""
    rows, cols = raster_shape(bounds, cell_m)
    at_x = bounds[0] + (np.arange(cols) + 0.5) * cell_m
    at_y = bounds[3] - (np.arange(rows) + 0.5) * cell_m
    east = np.exp(-((at_x - np.asarray(x)[:, None]) ** 2) / (2 * bandwidth_m**2))
    north = np.exp(-((at_y - np.asarray(y)[:, None]) ** 2) / (2 * bandwidth_m**2))
    scaled = north if weights is None else north * np.asarray(weights)[:, None]
    return scaled.T @ east / (2 * np.pi * bandwidth_m**2) * 1e6


def worst(found, expected):
    return np.abs(found - expected).max() / expected.max()


def test_one_event_in_the_middle_has_the_kernels_peak_per_km2():
    # 500 m bandwidth: 1 / (2 pi 0.5 km^2) = 0.6366 per km2
    surface = density([1005.0], [1005.0], bounds=(0, 0, 2010, 2010), cell_m=10, bandwidth_m=500)
    assert surface.shape == (201, 201) and surface.dtype == np.float64
    assert surface[100, 100] == pytest.approx(1e6 / (2 * np.pi * 500**2), rel=1e-4)
    assert np.unravel_index(surface.argmax(), surface.shape) == (100, 100)


def test_row_0_is_north_and_column_0_west():
    # . N      an event in the north-east corner
    # . .
    surface = density([95.0], [195.0], bounds=(0, 0, 100, 200), cell_m=10, bandwidth_m=15)
    assert surface.shape == (20, 10)
    assert np.unravel_index(surface.argmax(), surface.shape) == (0, 9)


def test_all_events_are_there():
    rng = np.random.default_rng(0)
    x, y = rng.uniform(3000, 7000, (2, 500))
    surface = density(x, y, bounds=(0, 0, 10_000, 10_000), cell_m=50, bandwidth_m=300)
    assert surface.sum() * 0.05**2 == pytest.approx(500, rel=1e-4)


@pytest.mark.parametrize("cells_per_bandwidth", [1, 1.5, 2, 3.4, 3.5, 5, 6.9, 7, 13, 30, 100])
@pytest.mark.parametrize("events", [1, 3000])
def test_the_error_is_below_a_hundred_thousandth_of_the_peak(cells_per_bandwidth, events):
    rng = np.random.default_rng(int(cells_per_bandwidth * 10) + events)
    bounds, cell_m = (5e5, 3.3e6, 5e5 + 1313.0, 3.3e6 + 901.0), 10.0
    x, y = rng.uniform(5e5 + 200, 5e5 + 1100, events), rng.uniform(3.3e6 + 200, 3.3e6 + 700, events)
    settings_ = {"bounds": bounds, "cell_m": cell_m, "bandwidth_m": cell_m * cells_per_bandwidth}
    assert worst(density(x, y, **settings_), exact(x, y, **settings_)) < 1e-5


@pytest.mark.parametrize("cells_per_bandwidth", [5, 10, 12, 13.9, 24, 40])
@pytest.mark.parametrize("events", [1, 3000])
def test_what_lies_far_below_the_peak_is_exact_too(cells_per_bandwidth, events):
    # a thousandth of the peak is a colour of its own on a scale that ends below the peak
    rng = np.random.default_rng(int(cells_per_bandwidth * 10) + events)
    settings_ = {"bounds": (0, 0, 4000, 3000), "cell_m": 10.0, "bandwidth_m": 10.0 * cells_per_bandwidth}
    x, y = rng.normal(2000, 700, events), rng.normal(1500, 500, events)
    found, expected = density(x, y, **settings_), exact(x, y, **settings_)
    seen = expected > 1e-3 * expected.max()
    assert (np.abs(found - expected)[seen] / expected[seen]).max() < 5e-4


@given(st.lists(st.tuples(st.floats(-100, 700), st.floats(-100, 500), st.floats(0.01, 9)), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_any_few_events_on_any_spot_agree_with_the_exact_sum(events):
    x, y, weights = np.array(events).T
    settings_ = {"bounds": (0, 0, 600, 400), "cell_m": 10.0, "bandwidth_m": 40.0, "weights": weights}
    found, expected = density(x, y, **settings_), exact(x, y, **settings_)
    peak = weights.sum() * 1e6 / (2 * np.pi * 40.0**2)  # were they all on one spot
    assert np.abs(found - expected).max() < 1e-5 * peak


def test_many_events_on_one_spot_are_as_exact_as_one():
    # the sample data holds spots with hundreds of reports: errors that cancel on average would show here
    x, y = np.full(200_000, 333.3), np.full(200_000, 217.9)
    settings_ = {"bounds": (0, 0, 600, 400), "cell_m": 10.0, "bandwidth_m": 50.0}
    assert worst(density(x, y, **settings_), 200_000 * exact(x[:1], y[:1], **settings_)) < 1e-5


def test_events_beyond_the_bounds_reach_in_and_never_wrap_round():
    settings_ = {"bounds": (0, 0, 1000, 1000), "cell_m": 10.0, "bandwidth_m": 50.0}
    x, y = np.array([-60.0, 1e9]), np.array([500.0, 500.0])
    surface = density(x, y, **settings_)
    assert worst(surface, exact(x, y, **settings_)) < 1e-4
    assert surface[:, 50:].max() < 1e-5 * surface[:, 0].max()  # the east sees nothing of the western neighbour


def test_weights_count_events():
    settings_ = {"bounds": (0, 0, 600, 400), "cell_m": 10.0, "bandwidth_m": 50.0}
    thrice = density([300, 300, 300, 100], [200, 200, 200, 100], **settings_)
    weighted = density([300, 100], [200, 100], weights=[3, 1], **settings_)
    assert np.abs(thrice - weighted).max() < 1e-5 * thrice.max()
    assert density([300], [200], weights=[0], **settings_).max() == 0


def test_no_event_is_no_density():
    assert not density([], [], bounds=(0, 0, 100, 100), cell_m=10, bandwidth_m=20).any()


def test_nothing_is_negative():
    surface = density([300.0], [200.0], bounds=(0, 0, 6000, 4000), cell_m=10, bandwidth_m=30)
    assert surface.min() >= 0


def test_more_than_one_chunk_of_events_adds_up():
    rng = np.random.default_rng(5)
    x, y = rng.uniform(0, 600, 1_300_000), rng.uniform(0, 400, 1_300_000)
    settings_ = {"bounds": (0, 0, 600, 400), "cell_m": 10.0, "bandwidth_m": 50.0}
    parts = sum(density(x[i::2], y[i::2], **settings_) for i in (0, 1))
    assert worst(density(x, y, **settings_), parts) < 1e-5


def test_large_lattices_are_spread_by_bands_and_agree():
    rng = np.random.default_rng(6)
    x, y = rng.uniform(0, 9000, 50), rng.uniform(0, 9000, 50)
    settings_ = {"bounds": (0, 0, 9000, 9000), "cell_m": 10.0, "bandwidth_m": 40.0}
    assert worst(density(x, y, **settings_), exact(x, y, **settings_)) < 1e-4


def test_a_mask_keeps_an_even_density_even_up_to_the_border():
    # events everywhere in the left half, none can be reported in the right half
    x, y = (a.ravel() for a in np.meshgrid(np.arange(2.5, 1000, 5), np.arange(2.5, 2000, 5)))
    mask = np.zeros((200, 200), dtype=bool)
    mask[:, :100] = True
    settings_ = {"bounds": (0, 0, 2000, 2000), "cell_m": 10.0, "bandwidth_m": 100.0}
    corrected, plain = density(x, y, mask=mask, **settings_), density(x, y, **settings_)
    assert np.isnan(corrected[:, 100:]).all()
    assert np.abs(corrected[:, :100] / 40_000 - 1).max() < 2e-3  # one event on 25 m2, also in the corners
    assert plain[100, 99] / 40_000 == pytest.approx(0.5, abs=0.03)


def test_the_last_row_and_column_may_stick_out():
    assert raster_shape((0, 0, 101, 99), 10) == (10, 11)
    assert raster_shape((0, 0, 0.3, 0.1 * 3), 0.1) == (3, 3)
    assert raster_shape((0, 0, 1, 1), 10) == (1, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bounds": (0, 0, 0, 100)}, "bounds"),
        ({"bounds": (0, 0, np.nan, 100)}, "bounds"),
        ({"bounds": (0, 100, 100, 0)}, "bounds"),
        ({"cell_m": 0}, "cell of 0 m"),
        ({"cell_m": np.nan}, "cell of nan m"),
        ({"bandwidth_m": 9.0}, r"0\.90 cells wide.*larger bandwidth"),
        ({"bandwidth_m": np.nan}, "cells wide"),
        ({"bandwidth_m": -50.0}, "cells wide"),
        ({"x": [1.0, np.nan]}, "1 points have a coordinate that is not finite"),
        ({"y": [np.inf, -np.inf]}, "2 points"),
        ({"x": [1.0]}, "1 x but 2 y"),
        ({"weights": [1.0]}, "1 weights for 2 events"),
        ({"weights": [1.0, -1.0]}, "negative"),
        ({"weights": [1.0, np.nan]}, "not finite"),
        ({"mask": [[True]]}, r"raster_shape\(\)"),
    ],
)
def test_nonsense_is_refused_with_a_cure(change, message):
    good = {"x": [1.0, 2.0], "y": [1.0, 2.0], "bounds": (0, 0, 100, 100), "cell_m": 10.0, "bandwidth_m": 20.0}
    with pytest.raises(BadInput, match=message):
        density(**(good | change))


def test_too_many_cells_are_refused_before_the_memory_is_gone():
    with pytest.raises(TooLarge, match="larger cells"):
        density([1.0], [1.0], bounds=(0, 0, 1e6, 1e6), cell_m=10, bandwidth_m=50)
    with pytest.raises(TooLarge, match="larger cells"):
        density([1.0], [1.0], bounds=(0, 0, 1e4, 1e4), cell_m=10, bandwidth_m=1e6)
