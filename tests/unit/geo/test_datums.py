import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.errors import BadInput
from gridmap.geo.datums import DATUMS, from_wgs84, outside, to_wgs84

XIALU = (114.9612, 30.1763)
M_PER_DEG = 111_320.0


def apart_m(a, b):
    """Largest distance between two sets of (lon, lat) in metres."""
    east = (np.asarray(a[0]) - b[0]) * np.cos(np.radians(b[1]))
    return float(np.max(np.hypot(east, np.asarray(a[1]) - b[1]))) * M_PER_DEG


def all_over_china(count=2_000, seed=3):
    rng = np.random.default_rng(seed)
    return rng.uniform(73.6, 134.8, count), rng.uniform(3.9, 53.5, count)


@pytest.mark.parametrize(
    ("datum", "lon", "lat", "shift_m"),
    [
        ("gcj02", 114.96632000838733, 30.17365748226366, 573),  # both from geocoordinates-rs 0.14.2
        ("bd09", 114.97274070497284, 30.17998532407166, 1184),
        ("cgcs2000", 114.9612, 30.1763, 0),
        ("wgs84", 114.9612, 30.1763, 0),
    ],
)
def test_a_place_in_xialu_on_each_datum(datum, lon, lat, shift_m):
    there = from_wgs84(*XIALU, datum)
    assert apart_m(there, (lon, lat)) < 1e-6
    assert apart_m(there, XIALU) == pytest.approx(shift_m, abs=1)
    assert apart_m(to_wgs84(lon, lat, datum), XIALU) < 1e-6


@pytest.mark.parametrize("datum", DATUMS)
def test_the_way_back_over_all_china_is_closer_than_a_millimetre(datum):
    lon, lat = all_over_china()
    assert apart_m(to_wgs84(*from_wgs84(lon, lat, datum), datum), (lon, lat)) < 1e-6


@given(st.floats(-1e-6, 1e-6), st.floats(4, 53), st.sampled_from(["gcj02", "bd09"]))
@settings(max_examples=100, deadline=None)
def test_the_way_back_holds_at_the_kink_of_the_series(beside, lat, datum):
    lon = 105.0 + beside  # the series holds sqrt(|lon - 105|), whose slope has no bound here
    assert apart_m(to_wgs84(*from_wgs84(lon, lat, datum), datum), (lon, lat)) < 1e-4


def test_an_independent_library_agrees():
    oracle = pytest.importorskip("geocoordinates_ffi", reason="the oracle geocoordinates-rs is not installed")
    lon, lat = all_over_china(500)
    places = [oracle.Wgs84(lon=a, lat=b) for a, b in zip(lon.tolist(), lat.tolist(), strict=True)]
    for datum, forward in (("gcj02", oracle.wgs84_to_gcj02), ("bd09", oracle.wgs84_to_bd09)):
        expected = np.array([(p.lon, p.lat) for p in map(forward, places)]).T
        assert apart_m(from_wgs84(lon, lat, datum), expected) < 1e-6
    shifted = from_wgs84(lon, lat, "gcj02")
    back = [oracle.gcj02_to_wgs84_refined(oracle.Gcj02(lon=a, lat=b)) for a, b in np.array(shifted).T.tolist()]
    assert apart_m(to_wgs84(*shifted, "gcj02"), np.array([(p.lon, p.lat) for p in back]).T) < 1e-6
    shifted = from_wgs84(lon, lat, "bd09")
    back = [oracle.bd09_to_wgs84_refined(oracle.Bd09(lon=a, lat=b)) for a, b in np.array(shifted).T.tolist()]
    assert apart_m(to_wgs84(*shifted, "bd09"), np.array([(p.lon, p.lat) for p in back]).T) < 1e-5


@pytest.mark.parametrize(
    ("place", "inside"),
    [((126.98, 37.57), True), ((105.85, 21.03), True), ((-0.13, 51.5), False), ((140.0, 35.7), False)],
    ids=["Seoul", "Hanoi", "London", "Tokyo"],
)
def test_without_an_extent_only_the_bounding_box_of_china_holds(place, inside):
    # the box cannot tell Seoul and Hanoi from China: that is what the project's extent is for
    lon, _ = to_wgs84(*place, "gcj02")
    assert np.isfinite(lon) == inside


def test_an_extent_refuses_what_lies_beyond_it_row_by_row():
    extent = (114.9, 30.1, 115.0, 30.3)
    lon, lat = np.array([114.95, 126.98, 105.85, np.nan]), np.array([30.2, 37.57, 21.03, 30.2])
    for datum in DATUMS:
        there_lon, there_lat = to_wgs84(lon, lat, datum, extent=extent)
        assert np.isfinite(there_lon).tolist() == [True, False, False, False]
        assert np.isfinite(there_lat).tolist() == [True, False, False, False]
        assert np.isfinite(from_wgs84(lon, lat, datum, extent=extent)[0]).tolist() == [True, False, False, False]


def test_the_extent_is_that_of_the_true_place_not_of_the_shifted_one():
    lon, lat = from_wgs84(*XIALU, "bd09")
    around = (XIALU[0] - 0.001, XIALU[1] - 0.001, XIALU[0] + 0.001, XIALU[1] + 0.001)
    assert outside(lon, lat, around)
    assert np.isfinite(to_wgs84(lon, lat, "bd09", extent=around)[0])


def test_outside_is_closed_and_counts_nan_as_outside():
    box = (0.0, 0.0, 2.0, 1.0)
    assert outside([0, 2, 2.1, 1, np.nan], [0, 1, 1, -0.1, 0], box).tolist() == [False, False, True, True, True]


@pytest.mark.parametrize("datum", DATUMS)
def test_nan_passes_through_and_shapes_stay(datum):
    lon, lat = from_wgs84([[XIALU[0], np.nan]], [[XIALU[1], 30.0]], datum)
    assert lon.shape == lat.shape == (1, 2)
    assert np.isnan(lon).tolist() == [[False, True]]
    assert to_wgs84([], [], datum)[0].shape == (0,)
    assert np.shape(to_wgs84(*XIALU, datum)[0]) == ()


def test_the_callers_arrays_stay_their_own():
    lon, lat = np.array([114.9]), np.array([30.1])
    out, _ = to_wgs84(lon, lat, "wgs84")
    out[0] = 0.0
    assert lon.tolist() == [114.9]


def test_nonsense_is_refused_with_a_cure():
    with pytest.raises(BadInput, match="wgs84, gcj02, bd09, cgcs2000"):
        to_wgs84(114.9, 30.1, "gcj2")
    with pytest.raises(BadInput, match="one latitude for every longitude"):
        from_wgs84([1.0, 2.0], [1.0], "wgs84")
