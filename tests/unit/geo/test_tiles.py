import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from gridmap.errors import BadInput, TooLarge
from gridmap.geo.masks import Mask
from gridmap.geo.projection import local_projection, to_web_mercator
from gridmap.geo.tiles import TILE_PX, edge_of, mercator_lattice, stretch, surface, tile_values, value_at

XIALU = (114.86, 30.10, 115.04, 30.26)
MIDDLE = (114.95, 30.18)


def heat_of(lon, lat, *, bounds=XIALU, bandwidth_m=200.0, **more):
    x, y = to_web_mercator(np.atleast_1d(lon), np.atleast_1d(lat))
    return surface(mercator_lattice(bounds, bandwidth_m), [(x, y, None)], **more)


def some_events(count=400, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(MIDDLE[0], 0.02, count), rng.normal(MIDDLE[1], 0.02, count)


def tile_of(lon, lat, zoom):
    x, y = to_web_mercator(lon, lat)
    size = 2 * np.pi * 6378137.0 / 2**zoom
    return int((x + np.pi * 6378137.0) // size), int((np.pi * 6378137.0 - y) // size)


def pixel_lonlat(z, x, y, col, row):
    to_degrees = pyproj.Transformer.from_crs(3857, 4326, always_xy=True)
    pixel = 2 * np.pi * 6378137.0 / 2**z / TILE_PX
    return to_degrees.transform(
        (x * TILE_PX + col + 0.5) * pixel - np.pi * 6378137.0, np.pi * 6378137.0 - (y * TILE_PX + row + 0.5) * pixel
    )


@pytest.mark.parametrize("lat", [0.0, 30.18, 54.9, 60.0])
def test_the_peak_of_one_event_is_true_to_the_ground(lat):
    # 200 m: 1 / (2 pi 0.04 km2) = 3.98 per km2, wherever it lies
    heat = heat_of(115.0, lat, bounds=(114.95, lat - 0.02, 115.05, lat + 0.02))
    at_event = tile_values(heat, 18, *tile_of(115.0, lat, 18))
    assert at_event.max() == pytest.approx(1e6 / (2 * np.pi * 200**2), rel=2e-3)


@pytest.mark.parametrize("zoom", [12, 13, 15, 17])
def test_a_tile_shows_the_density_of_the_places_under_its_pixels(zoom):
    lon, lat = some_events()
    tile = tile_of(*MIDDLE, zoom)
    values = tile_values(heat_of(lon, lat), zoom, *tile)
    plane = local_projection(XIALU)
    event_x, event_y = plane.forward(lon, lat)
    for row, col in ((0, 0), (17, 200), (128, 128), (255, 3)):
        at_x, at_y = plane.forward(*pixel_lonlat(zoom, *tile, col, row))
        kernel = np.exp(-((event_x - at_x) ** 2 + (event_y - at_y) ** 2) / (2 * 200.0**2))
        assert values[row, col] == pytest.approx(kernel.sum() / (2 * np.pi * 0.2**2), rel=5e-3, abs=0.02)


def test_all_events_are_on_the_surface_per_true_square_kilometre():
    heat = heat_of(*some_events())
    lattice = heat.lattice
    to_degrees = pyproj.Transformer.from_crs(3857, 4326, always_xy=True)
    _, lat = to_degrees.transform(np.zeros(lattice.rows), lattice.nodes.y0 - np.arange(lattice.rows) * lattice.cell)
    east, north = stretch(lat)
    cell_km2 = lattice.cell**2 / (east * north) / 1e6
    assert (heat.values * cell_km2[:, None]).sum() == pytest.approx(400, rel=1e-4)


@pytest.mark.parametrize("lat", [0.0, 30.18, -52.0, 80.0])
def test_the_stretch_of_mercator_is_that_of_the_ellipsoid(lat):
    x, y = to_web_mercator([115.0, 115.001, 115.0], [lat - 5e-4, lat - 5e-4, lat + 5e-4])
    ground = pyproj.Geod(ellps="WGS84")
    east, north = stretch(lat)
    assert north == pytest.approx((y[2] - y[0]) / ground.inv(115, lat - 5e-4, 115, lat + 5e-4)[2], rel=1e-7)
    assert stretch(lat - 5e-4)[0] == pytest.approx((x[1] - x[0]) / ground.inv(115, lat - 5e-4, 115.001, lat - 5e-4)[2])
    assert 1.0 <= north / east < 1.007


@pytest.mark.parametrize("zoom", [9, 11, 12, 14, 18])
def test_neighbouring_tiles_are_one_picture(zoom):
    # the four tiles of one zoom, put together, are the parent's tile at double density
    heat = heat_of(*some_events())
    x, y = tile_of(*MIDDLE, zoom - 1)
    together = np.block(
        [[tile_values(heat, zoom, 2 * x + dx, 2 * y + dy) for dx in (0, 1)] for dy in (0, 1)]
    )
    assert together.max() > 0
    assert np.abs(together - tile_values(heat, zoom - 1, x, y, ratio=2)).max() <= 1e-6 * together.max()


def exact(lon, lat, at_lon, at_lat, bounds, bandwidth_m):
    """The definition, in the metres of the project's own projection: events per km2 at n places."""
    plane = local_projection(bounds)
    (event_x, event_y), (at_x, at_y) = plane.forward(lon, lat), plane.forward(at_lon, at_lat)
    total = np.zeros(len(at_x))
    for x, y in zip(event_x, event_y, strict=True):
        total += np.exp(-((at_x - x) ** 2 + (at_y - y) ** 2) / (2 * bandwidth_m**2))
    return total / (2 * np.pi * bandwidth_m**2) * 1e6


@pytest.mark.parametrize("middle_lat", [30.0, 60.0])
@pytest.mark.parametrize("zoom", range(9, 19))
def test_metres_stay_metres_at_every_zoom_and_in_every_corner(middle_lat, zoom):
    # a district 15 km wide and tall with events in its corners; 200 m are 0.8 to 700 pixels
    half_lat = 7500 / 111_320
    half_lon = half_lat / np.cos(np.radians(middle_lat))
    bounds = (115 - half_lon, middle_lat - half_lat, 115 + half_lon, middle_lat + half_lat)
    rng = np.random.default_rng(zoom)
    lon = np.r_[rng.uniform(bounds[0], bounds[2], 200), bounds[0], bounds[2]]
    lat = np.r_[rng.uniform(bounds[1], bounds[3], 200), bounds[1], bounds[3]]
    heat = heat_of(lon, lat, bounds=bounds)
    pixel_m = 2 * np.pi * 6378137.0 * np.cos(np.radians(middle_lat)) / 2**zoom / TILE_PX
    parts = (np.arange(16) + 0.5) / 16 if pixel_m > 200 else np.array([0.5])  # a wide pixel shows the mean over itself
    for near in (0, 200, 201):
        tile = tile_of(lon[near], lat[near], zoom)
        row, col = rng.integers(0, TILE_PX, (2, 300))
        down, across = np.meshgrid(parts - 0.5, parts - 0.5, indexing="ij")
        at = pixel_lonlat(zoom, *tile, col[:, None] + across.ravel(), row[:, None] + down.ravel())
        expected = exact(lon, lat, at[0].ravel(), at[1].ravel(), bounds, 200.0).reshape(at[0].shape).mean(axis=1)
        found = tile_values(heat, zoom, *tile)[row, col]
        seen = expected > 1e-3 * heat.values.max()
        assert (np.abs(found - expected)[seen] <= 5e-3 * expected[seen]).all()
        assert np.abs(found - expected).max() < 5e-4 * heat.values.max()


def test_a_pixel_wider_than_the_bandwidth_shows_the_mean_over_its_ground():
    heat = heat_of(*some_events())
    x, y = tile_of(*MIDDLE, 8)  # 530 m a pixel
    fine = heat.means[heat.lattice.zoom - 9]
    assert fine.zoom == 9
    whole = tile_values(heat, 8, x, y, ratio=2)
    means = whole.reshape(256, 2, 256, 2).mean(axis=(1, 3))
    assert np.abs(tile_values(heat, 8, x, y) - means).max() < 1e-5 * means.max()


def even_events(west, south, east, north, step=0.0005):
    lon, lat = (a.ravel() for a in np.meshgrid(np.arange(west, east, step), np.arange(south, north, step)))
    return lon + step / 2, lat + step / 2


def masked(shape, lon, lat, bandwidth_m=200.0, bounds=XIALU):
    mask = Mask.of(np.array([shape], dtype=object))
    lattice = mercator_lattice(bounds, bandwidth_m)
    x, y = to_web_mercator(lon, lat)
    kept = mask.inside(x, y)
    return surface(lattice, [(x[kept], y[kept], None)], edge=edge_of(mask, lattice))


def test_an_even_density_is_even_up_to_the_border_and_nothing_beyond():
    # an L: convex corners, where a quarter of the kernel is inside, and one of three quarters
    shape = box(114.92, 30.15, 114.98, 30.21) - box(114.95, 30.18, 115.0, 30.25)
    heat = masked(shape, *even_events(114.9, 30.1, 115.0, 30.25))
    per_km2 = 1 / (0.0005**2 * 111.32 * np.cos(np.radians(30.18)) * 110.85)
    for zoom in (12, 14, 16):
        for lon, lat in ((114.92, 30.15), (114.95, 30.18), (114.98, 30.18), (114.935, 30.2)):
            tile = tile_of(lon, lat, zoom)
            values = tile_values(heat, zoom, *tile)
            col, row = np.meshgrid(np.arange(TILE_PX), np.arange(TILE_PX))
            at_lon, at_lat = pixel_lonlat(zoom, *tile, col, row)
            inside = shapely.intersects_xy(shape, at_lon, at_lat)
            near = shapely.intersects_xy(shape.boundary.buffer(0.75 * 360 / 2**zoom / TILE_PX), at_lon, at_lat)
            assert not values[~inside & ~near].any()
            assert np.abs(values[inside & ~near] / per_km2 - 1).max() < 0.025  # the events stand 50 m apart


def test_the_correction_is_the_share_of_the_kernel_on_the_mask():
    shape = Polygon([(114.93, 30.16), (114.97, 30.165), (114.98, 30.20), (114.94, 30.195)])
    lon, lat = np.array([114.9313]), np.array([30.1621])  # near the south-western corner
    heat = masked(shape, lon, lat)
    plane = local_projection(XIALU)
    flat = plane.forward_shapes(np.array([shape], dtype=object))[0]
    zoom = 15
    tile = tile_of(lon[0], lat[0], zoom)
    values = tile_values(heat, zoom, *tile)
    steps = np.linspace(-1200, 1200, 481)
    for row, col in ((100, 120), (140, 180), (60, 200), (200, 230)):
        at_lon, at_lat = pixel_lonlat(zoom, *tile, col, row)
        if not shapely.intersects_xy(shape, at_lon, at_lat):
            assert values[row, col] == 0
            continue
        at_x, at_y = (float(v) for v in plane.forward(at_lon, at_lat))
        x, y = np.meshgrid(at_x + steps, at_y + steps)
        kernel = np.exp(-((x - at_x) ** 2 + (y - at_y) ** 2) / (2 * 200.0**2))
        share = kernel[shapely.contains_xy(flat, x, y)].sum() / kernel.sum()
        plain = exact(lon, lat, np.array([at_lon]), np.array([at_lat]), XIALU, 200.0)[0]
        assert values[row, col] == pytest.approx(plain / share, rel=1e-2)


def test_the_value_of_a_place_is_that_of_its_pixel():
    heat = masked(box(114.92, 30.15, 114.98, 30.21), *some_events())
    lon, lat = pixel_lonlat(16, *tile_of(*MIDDLE, 16), 100, 100)
    x, y = (float(v) for v in to_web_mercator(lon, lat))
    assert value_at(heat, x, y) == pytest.approx(tile_values(heat, 16, *tile_of(*MIDDLE, 16))[100, 100], rel=1e-5)
    assert value_at(heat, *(float(v) for v in to_web_mercator(114.9, 30.18))) is None


def test_even_the_world_on_one_tile_holds_every_event():
    heat = heat_of(*some_events())
    whole = tile_values(heat, 0, 0, 0)
    pixel = 2 * np.pi * 6378137.0 / 256
    east, north = stretch(MIDDLE[1])
    assert whole.sum() * pixel**2 / (east * north) / 1e6 == pytest.approx(400, rel=2e-3)


@pytest.mark.parametrize("zoom", [3, 12, 18])
def test_tiles_off_the_lattice_are_empty(zoom):
    x, y = tile_of(-70.0, -33.0, zoom)
    assert not tile_values(heat_of(*some_events()), zoom, x, y).any()


def test_nothing_is_negative_between_the_cells():
    heat = heat_of(*MIDDLE)
    assert tile_values(heat, 15, *tile_of(*MIDDLE, 15)).min() >= 0


@pytest.mark.parametrize("bandwidth_m", [50, 100, 200, 777])
def test_a_lattice_has_5_to_10_cells_per_bandwidth_and_room_for_the_heat_to_fade(bandwidth_m):
    lattice = mercator_lattice(XIALU, bandwidth_m)
    assert 5 <= min(lattice.sigma_x, lattice.sigma_y) / lattice.cell < 10
    nodes = lattice.nodes
    west, south = to_web_mercator(*XIALU[:2])
    east, north = to_web_mercator(*XIALU[2:])
    assert nodes.x0 <= west - 3.9 * lattice.sigma_x and nodes.y0 >= north + 3.9 * lattice.sigma_y
    assert nodes.x0 + nodes.cols * nodes.step_x >= east + 3.9 * lattice.sigma_x
    assert nodes.y0 + nodes.rows * nodes.step_y <= south - 3.9 * lattice.sigma_y


def test_a_wide_area_gets_fewer_cells_and_at_last_an_error_that_says_what_works():
    county = (-2.7, 54.8, -1.4, 55.8)
    lattice = mercator_lattice(county, 200)
    assert lattice.cols * lattice.rows <= 6 << 20
    assert 2 <= min(lattice.sigma_x, lattice.sigma_y) / lattice.cell < 5
    with pytest.raises(TooLarge, match=r"Use (\d+) m or more") as refused:
        mercator_lattice(county, 20)
    enough_m = float(refused.value.hint.split()[1])
    assert mercator_lattice(county, enough_m).bandwidth_m == enough_m


def test_a_factor_scales_and_weights_count():
    x, y = to_web_mercator(*MIDDLE)
    lattice = mercator_lattice(XIALU, 200)
    plain = surface(lattice, [(np.array([x]), np.array([y]), None)])
    scaled = surface(lattice, [(np.array([x]), np.array([y]), np.array([3.0]))], factor=0.5)
    assert np.abs(scaled.values - plain.values * 1.5).max() < 1e-5 * scaled.values.max()


def test_batches_add_up():
    lon, lat = some_events(100)
    x, y = to_web_mercator(lon, lat)
    lattice = mercator_lattice(XIALU, 200)
    whole = surface(lattice, [(x, y, None)])
    parts = surface(lattice, [(x[:30], y[:30], None), (x[30:], y[30:], None)])
    assert np.abs(whole.values - parts.values).max() < 1e-5 * whole.values.max()
    assert not surface(lattice, []).values.any()


def test_surfaces_are_read_only_and_know_their_size():
    heat = heat_of(*MIDDLE)
    with pytest.raises(ValueError, match="read-only"):
        heat.values[0, 0] = 1.0
    assert heat.values.nbytes < heat.nbytes < 1.5 * heat.values.nbytes + 10_000


SHARE = st.floats(0, 1, exclude_max=True)


@given(st.integers(0, 20), SHARE, SHARE, st.sampled_from([1, 2]))
@settings(max_examples=60, deadline=None)
def test_any_tile_can_be_asked_for(zoom, across, down, ratio):
    values = tile_values(SMALL, zoom, int(across * 2**zoom), int(down * 2**zoom), ratio=ratio)
    assert values.shape == (256 * ratio, 256 * ratio) and values.dtype == np.float32
    assert np.isfinite(values).all() and values.min() >= 0


SMALL = heat_of(*MIDDLE, bandwidth_m=800.0)


@pytest.mark.parametrize("tile", [(-1, 0, 0), (3, 8, 0), (3, 0, -1), (25, 0, 0)])
def test_tiles_that_do_not_exist_are_refused(tile):
    with pytest.raises(BadInput, match="no tile"):
        tile_values(SMALL, *tile)
    with pytest.raises(BadInput, match="ratio"):
        tile_values(SMALL, 0, 0, 0, ratio=3)


@pytest.mark.parametrize(
    ("bounds", "bandwidth_m"),
    [((0, 0, np.nan, 1), 200), ((1, 0, 0, 1), 200), ((0, 0, 1, 89), 200), (XIALU, 0), (XIALU, np.nan), (XIALU, -5)],
)
def test_nonsense_has_no_lattice(bounds, bandwidth_m):
    with pytest.raises(BadInput):
        mercator_lattice(bounds, bandwidth_m)
