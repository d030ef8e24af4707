import pickle
from concurrent.futures import ThreadPoolExecutor

import geopandas
import numpy as np
import pyproj
import pytest
import shapely

from gridmap.errors import BadInput, CrsMismatch
from gridmap.geo.projection import (
    MERCATOR_HALF_M,
    STORAGE_CRS,
    from_web_mercator,
    local_projection,
    named_projection,
    require_crs,
    require_fit,
    to_web_mercator,
)

XIALU = (114.86, 30.10, 115.04, 30.26)
GEOD = pyproj.Geod(ellps="WGS84")


def test_lengths_in_a_district_are_true_to_a_part_in_a_million():
    plane = local_projection(XIALU)
    x, y = plane.forward([114.86, 115.04], [30.10, 30.26])
    _, _, true_m = GEOD.inv(114.86, 30.10, 115.04, 30.26)
    assert np.hypot(x[1] - x[0], y[1] - y[0]) == pytest.approx(true_m, rel=1e-6)


def test_x_grows_east_and_y_north_from_the_centre():
    plane = local_projection(XIALU)
    x, y = plane.forward([114.95, 115.0, 114.95], [30.18, 30.18, 30.2])
    assert (x[0], y[0]) == pytest.approx((0, 0), abs=1e-6)
    assert x[1] == pytest.approx(GEOD.inv(114.95, 30.18, 115.0, 30.18)[2], abs=0.01)
    assert y[2] == pytest.approx(GEOD.inv(114.95, 30.18, 114.95, 30.2)[2], abs=0.01)
    assert x[2] == pytest.approx(0, abs=1e-6)


def test_the_way_back_is_exact():
    plane = local_projection(XIALU)
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(114.86, 115.04, 500), rng.uniform(30.1, 30.26, 500)
    back_lon, back_lat = plane.inverse(*plane.forward(lon, lat))
    assert np.abs(back_lon - lon).max() < 1e-12 and np.abs(back_lat - lat).max() < 1e-12


@pytest.mark.parametrize(
    ("bounds", "kind"),
    [
        (XIALU, "tmerc"),
        ((-2.7, 54.8, -1.4, 55.8), "tmerc"),
        ((10, 20, 10, 20), "tmerc"),
        ((73.5, 18, 135, 53.5), "laea"),
    ],
)
def test_wide_countries_get_true_areas_and_districts_true_angles(bounds, kind):
    assert f"+proj={kind} " in local_projection(bounds).crs


def test_areas_of_a_whole_country_are_true():
    plane = local_projection((73.5, 18, 135, 53.5))
    ring = shapely.segmentize(shapely.box(100, 30, 110, 40), 0.05)
    true_m2 = abs(GEOD.geometry_area_perimeter(ring)[0])
    assert plane.forward_shapes([ring])[0].area == pytest.approx(true_m2, rel=1e-4)


def test_shapes_go_and_come_back_and_none_stays_none():
    plane = local_projection(XIALU)
    shapes = [shapely.box(114.9, 30.1, 114.91, 30.11), None, shapely.Point(114.9, 30.1)]
    there = plane.forward_shapes(shapes)
    back = plane.inverse_shapes(there)
    assert there[1] is None and back[1] is None
    assert there[0].area == pytest.approx(963.7 * 1108.7, rel=1e-3)
    assert shapely.equals_exact(back[0], shapes[0], tolerance=1e-11)


def test_the_crs_is_readable_by_others():
    text = local_projection(XIALU).crs
    assert pyproj.CRS.from_user_input(text).axis_info[0].unit_name == "metre"


def test_it_pickles_and_compares_by_value():
    plane = local_projection(XIALU)
    assert pickle.loads(pickle.dumps(plane)) == plane
    assert plane == local_projection(XIALU)


def test_threads_share_it():
    plane = local_projection(XIALU)
    lon, lat = np.linspace(114.86, 115.04, 1000), np.linspace(30.1, 30.26, 1000)
    expected = plane.forward(lon, lat)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: plane.forward(lon, lat), range(64)))
    assert all(np.array_equal(answer, expected) for answer in answers)


def test_what_cannot_be_projected_is_nan():
    x, y = local_projection(XIALU).forward([114.9, np.nan, np.inf], [30.1, 30.1, 30.1])
    assert np.isfinite(x).tolist() == np.isfinite(y).tolist() == [True, False, False]


@pytest.mark.parametrize(
    "bounds", [(np.nan, 0, 1, 1), (5, 0, 4, 1), (0, 5, 1, 4), (500_000, 3_300_000, 500_100, 3_300_100), (0, -90, 1, 0)]
)
def test_bounds_that_are_none_are_refused(bounds):
    with pytest.raises(BadInput, match="no bounds in degrees"):
        local_projection(bounds)


def test_require_crs_guesses_nothing():
    points = [shapely.Point(114.9, 30.1)]
    require_crs(geopandas.GeoSeries(points, crs="EPSG:4326"), STORAGE_CRS)
    require_crs(geopandas.GeoDataFrame(geometry=points, crs="OGC:CRS84"), STORAGE_CRS)
    with pytest.raises(CrsMismatch, match=r"EPSG:27700; EPSG:4326 is needed.*to_crs"):
        require_crs(geopandas.GeoSeries(points, crs="EPSG:27700"), STORAGE_CRS)
    with pytest.raises(CrsMismatch, match="states no CRS"):
        require_crs(geopandas.GeoSeries(points), STORAGE_CRS)


def test_web_mercator_agrees_with_proj():
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(-180, 180, 1000), rng.uniform(-85, 85, 1000)
    expected = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(lon, lat)
    assert np.abs(np.array(to_web_mercator(lon, lat)) - expected).max() < 1e-6
    back = from_web_mercator(*to_web_mercator(lon, lat))
    assert np.abs(np.array(back) - (lon, lat)).max() < 1e-12


def test_the_poles_are_held_to_the_square_world():
    _, y = to_web_mercator([0.0, 0.0], [90.0, -90.0])
    assert y.tolist() == pytest.approx([MERCATOR_HALF_M, -MERCATOR_HALF_M])


def test_a_named_projection_measures_as_the_made_one_does():
    named, made = named_projection("EPSG:4547"), local_projection(XIALU)
    assert named.crs == "EPSG:4547"
    spans = [np.hypot(*np.diff(plane.forward([114.86, 115.04], [30.10, 30.26]))).item() for plane in (named, made)]
    assert spans[0] == pytest.approx(spans[1], rel=2e-4)
    require_fit(named, XIALU)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("EPSG:1", "no reference system"),
        ("district", "no reference system"),
        ("EPSG:4490", "no projection in metres"),
        ("EPSG:2263", "no projection in metres"),  # feet
        ("+proj=tmerc +lon_0=114 +datum=WGS84 +units=m", "no projection in metres"),
        ("EPSG:2437", "another datum"),  # Beijing 1954
        ("EPSG:2383", "another datum"),  # Xian 1980
    ],
)
def test_what_cannot_be_measured_in_is_refused(name: str, wrong: str):
    with pytest.raises(BadInput, match=wrong) as caught:
        named_projection(name)
    assert "EPSG:4547" in caught.value.hint


@pytest.mark.parametrize("crs", ["EPSG:4554", "EPSG:3857"])  # 135 E; Web Mercator
def test_a_projection_that_stretches_areas_here_is_refused(crs: str):
    with pytest.raises(BadInput, match=r"stretches areas by .*%") as caught:
        require_fit(named_projection(crs), XIALU)
    assert "near 115" in caught.value.hint
