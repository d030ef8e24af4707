"""Heat through the read model: the unit, the fixed scale, the tiles' pixels."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import replace
from math import cos, erf, exp, floor, log, pi, radians, sqrt, tan

import numpy as np
import pytest
from PIL import Image

from gridmap.domain.week_hours import WeekHours
from gridmap.errors import BadInput, TooLarge
from gridmap.geo.palettes import heat_palette
from gridmap.services.project import open_project
from gridmap.services.situation import Picture, Selection, Situation
from gridmap.services.situation.answers import HeatSettings
from gridmap.services.situation.events import Events
from gridmap.services.situation.heat import Heat, HeatCache, HeatChoice
from gridmap.services.situation.period import Period
from gridmap.store.event_columns import EventColumns
from tests.postgres_databases import Databases
from tests.services import small_world as world

D = dt.date
BANDWIDTH_M = 100.0
THEFTS = ("order.theft",)
MAY = Selection(D(2024, 5, 1), D(2024, 5, 31), THEFTS)
THE_21ST = Selection(D(2024, 5, 21), D(2024, 5, 21), THEFTS)
ONE_KERNEL = 1e6 / (2 * pi * BANDWIDTH_M**2)  # the peak of one event, per km2


@pytest.fixture(scope="module")
def picture(
    template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None
) -> Iterator[Picture]:
    with world.standing(template_db, tmp_path_factory.mktemp("heat"), databases) as settings:
        store = open_project(settings)
        yield Situation(store, now=world.now).picture()
        store.close()


def tile_and_pixel(lon: float, lat: float, zoom: int) -> tuple[int, int, int, int]:
    """The web map tile of a place, and the pixel in it (row, column)."""
    x = (lon + 180) / 360 * 2**zoom
    y = (1 - log(tan(radians(lat)) + 1 / cos(radians(lat))) / pi) / 2 * 2**zoom
    return floor(x), floor(y), floor((y % 1) * 256), floor((x % 1) * 256)


def drawn(picture: Picture, place: tuple[float, float], zoom: int, chosen: Selection, **more: object) -> np.ndarray:
    """rgba[256, 256, 4] of the tile that holds a place."""
    x, y, _, _ = tile_and_pixel(*place, zoom)
    options = {"bandwidth_m": BANDWIDTH_M, "theme": "light", "ratio": 1} | more
    png = picture.tile(zoom, x, y, chosen, **options)
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def test_the_unit_is_events_per_square_kilometre_and_thirty_days(picture: Picture) -> None:
    surface = picture.surface(THE_21ST, BANDWIDTH_M)
    assert surface is not None
    assert surface.values.max() == pytest.approx(30 * ONE_KERNEL * 30 / 1, rel=0.02)  # 30 events on one day
    surface = picture.surface(MAY, BANDWIDTH_M)
    assert surface is not None
    assert surface.values.max() == pytest.approx(50 * ONE_KERNEL * 30 / 31, rel=0.02)


def test_the_volume_under_a_surface_is_its_number_of_events_in_the_district(picture: Picture) -> None:
    # every place is five bandwidths inside; one call for help lies beyond all blocks
    surface = picture.surface(Selection(D(2024, 5, 1), D(2024, 5, 31)), BANDWIDTH_M)
    assert surface is not None
    cell_km2 = (surface.lattice.cell * cos(radians(30.21)) / 1000) ** 2
    assert surface.values.sum() * cell_km2 * 31 / 30 == pytest.approx(59, rel=0.01)


def share_inside(lon: float, lat: float, bandwidth_m: float) -> float:
    """Of a kernel there, the part on the four blocks together: they are a rectangle."""

    def between(at: float, low: float, high: float, m_per_degree: float) -> float:
        reach = bandwidth_m * sqrt(2) / m_per_degree
        return (erf((high - at) / reach) - erf((low - at) / reach)) / 2

    across = between(lon, world.WEST, world.WEST + 2 * world.SIDE, 111_320 * cos(radians(lat)))
    return across * between(lat, world.SOUTH, world.SOUTH + 2 * world.SIDE, 110_850)


@pytest.mark.parametrize("bandwidth_m", [200.0, 500.0])
@pytest.mark.parametrize("place", [(0.0002, 0.005), (0.0002, 0.0002), (0.005, 0.005), (0.009, 0.0001)])
def test_heat_does_not_fade_where_the_district_ends(
    picture: Picture, place: tuple[float, float], bandwidth_m: float
) -> None:
    lon, lat = world.WEST + place[0], world.SOUTH + place[1]
    found = picture.heat_value(lon, lat, MAY, bandwidth_m).per_km2_30d
    east_m = (lon - world.CLUSTER[0]) * 111_320 * cos(radians(30.2))
    north_m = (lat - world.CLUSTER[1]) * 110_850
    kernel = exp(-(east_m**2 + north_m**2) / (2 * bandwidth_m**2)) / (2 * pi * bandwidth_m**2) * 1e6
    assert found == pytest.approx(50 * kernel * 30 / 31 / share_inside(lon, lat, bandwidth_m), rel=0.02, abs=0.05)


def test_beyond_the_district_there_is_no_heat(picture: Picture) -> None:
    rgba = drawn(picture, (world.WEST, world.CLUSTER[1]), 16, MAY, bandwidth_m=500.0)
    _, _, row, col = tile_and_pixel(world.WEST, world.CLUSTER[1], 16)
    assert rgba[row, col + 2, 3] > 0
    assert not rgba[:, : col - 1, 3].any()
    assert picture.heat_value(world.WEST - 1e-4, world.CLUSTER[1], MAY, 500.0).per_km2_30d is None


def test_a_place_has_its_density_and_a_plain_count(picture: Picture) -> None:
    beside = world.CLUSTER[0] + 0.0008, world.CLUSTER[1]  # 77 m
    found = picture.heat_value(*beside, MAY, BANDWIDTH_M)
    assert (found.count_within, found.bandwidth_m, found.days) == (50, BANDWIDTH_M, 31)
    assert found.per_km2_30d == pytest.approx(50 * ONE_KERNEL * exp(-(0.77**2) / 2) * 30 / 31, rel=0.02)
    assert picture.heat_value(world.CLUSTER[0] + 0.00106, world.CLUSTER[1], MAY, BANDWIDTH_M).count_within == 0
    beyond = picture.heat_value(world.WEST + 0.03, world.SOUTH + 0.03, Selection(MAY.from_on, MAY.to_on), 200.0)
    assert (beyond.per_km2_30d, beyond.count_within) == (None, 1)  # counted, not drawn
    nothing = picture.heat_value(*world.CLUSTER, Selection(D(2020, 1, 1), D(2020, 1, 1)), BANDWIDTH_M)
    assert (nothing.per_km2_30d, nothing.count_within) == (0.0, 0)


def test_hours_of_the_week_choose_among_incidents_known_to_the_minute(picture: Picture) -> None:
    always = WeekHours.parse(",".join(f"{day}.0-23" for day in range(1, 8)))
    chosen = replace(MAY, hours=always)
    assert picture.surface(chosen, BANDWIDTH_M) is None  # these are known to the day
    assert picture.heat_value(*world.CLUSTER, chosen, BANDWIDTH_M).count_within == 0


def test_a_known_cluster_is_hottest_at_its_own_pixel(picture: Picture) -> None:
    _, _, row, col = tile_and_pixel(*world.CLUSTER, 15)
    rgba = drawn(picture, world.CLUSTER, 15, MAY)
    opacity = rgba[:, :, 3].astype(int)
    assert opacity[row, col] == opacity.max() > 0
    hottest = np.argwhere(opacity == opacity.max())
    assert np.abs(hottest.mean(axis=0) - (row, col)).max() <= 1.5
    in_one_day = drawn(picture, world.CLUSTER, 15, THE_21ST)
    assert tuple(in_one_day[row, col]) == tuple(heat_palette("light")[255])  # far beyond the top of the scale


def test_the_cluster_stays_where_it_is_at_every_zoom(picture: Picture) -> None:
    for zoom in (11, 13, 16, 18):
        _, _, row, col = tile_and_pixel(*world.CLUSTER, zoom)
        rgba = drawn(picture, world.CLUSTER, zoom, MAY)
        assert rgba[row, col, 3] == rgba[:, :, 3].max(), zoom


def test_the_colour_of_a_place_is_the_same_at_every_zoom(picture: Picture) -> None:
    beside = world.CLUSTER[0] + 0.0012, world.CLUSTER[1]  # about one bandwidth away
    shades = []
    for zoom in (14, 15, 16, 17, 18):
        _, _, row, col = tile_and_pixel(*beside, zoom)
        shades.append(drawn(picture, beside, zoom, MAY)[row, col].astype(int))
    assert np.ptp(np.array(shades), axis=0).max() <= 16  # a pixel at zoom 14 is a tenth of the bandwidth


def test_far_from_all_incidents_a_tile_is_transparent(picture: Picture) -> None:
    far = (world.WEST + 0.06, world.SOUTH - 0.04)
    assert not drawn(picture, far, 15, MAY)[:, :, 3].any()
    x, y, _, _ = tile_and_pixel(*far, 15)
    assert len(picture.tile(15, x, y, MAY, bandwidth_m=BANDWIDTH_M, theme="light", ratio=1)) < 1000


def test_without_incidents_a_tile_is_transparent_and_small(picture: Picture) -> None:
    nothing = Selection(D(2020, 1, 1), D(2020, 1, 31))
    png = picture.tile(13, 6710, 3374, nothing, bandwidth_m=None, theme="light", ratio=2)
    image = Image.open(io.BytesIO(png))
    assert image.size == (512, 512)
    assert not np.asarray(image.convert("RGBA"))[:, :, 3].any()
    assert len(png) < 1000


def test_a_dense_screen_gets_twice_the_pixels_of_the_same_picture(picture: Picture) -> None:
    plain = drawn(picture, world.CLUSTER, 15, MAY).astype(float)
    dense = drawn(picture, world.CLUSTER, 15, MAY, ratio=2).astype(float)
    assert dense.shape == (512, 512, 4)
    assert np.abs(dense.reshape(256, 2, 256, 2, 4).mean(axis=(1, 3)) - plain)[:, :, 3].max() < 6


def test_the_dark_theme_has_its_own_colours_of_the_same_densities(picture: Picture) -> None:
    light, dark = drawn(picture, world.CLUSTER, 15, MAY), drawn(picture, world.CLUSTER, 15, MAY, theme="dark")
    assert ((light[:, :, 3] > 0) == (dark[:, :, 3] > 0)).all()
    assert (light != dark).any()


def test_the_scale_moves_neither_with_the_period_nor_with_the_zoom(picture: Picture) -> None:
    top = picture.heat.top(None, BANDWIDTH_M)
    for chosen in (MAY, THE_21ST):
        picture.surface(chosen, BANDWIDTH_M)
    assert picture.heat.top(None, BANDWIDTH_M) == top == picture.legend(None, BANDWIDTH_M, "light").max


def test_a_lone_incident_of_a_short_period_is_no_hot_spot(picture: Picture) -> None:
    usual = picture.legend(("help",), BANDWIDTH_M, "light").max  # three calls for help in all
    seen = {}
    for days in (1, 2, 3, 6, 7, 27, 28, 31, 90):
        legend = picture.legend(("help",), BANDWIDTH_M, "light", days=days)
        lone = ONE_KERNEL * 30 / days / legend.max
        assert lone <= 0.2  # the palest class
        assert 5 * lone >= 0.1
        assert legend.widened == (legend.max > usual)
        seen[days] = legend.max
    assert seen[1] == seen[2] > seen[3] == seen[6] > seen[7] == seen[27] > seen[28] == seen[31]
    assert picture.legend(None, BANDWIDTH_M, "light", days=31).max == picture.heat.top(None, BANDWIDTH_M)
    # tiles keep to the same scale
    last = Selection(D(2024, 5, 30), D(2024, 5, 30), ("help",))
    wide = drawn(picture, world.CLUSTER, 14, last)
    assert (wide == drawn(picture, world.CLUSTER, 14, last, top=seen[1])).all()
    assert (wide != drawn(picture, world.CLUSTER, 14, last, top=usual)).any()


def test_the_scale_belongs_to_the_kinds_and_the_bandwidth(picture: Picture) -> None:
    asked: list[tuple[tuple[str, ...], float]] = [(("order",), 100.0), (("help",), 100.0), (("order",), 500.0)]
    tops = [picture.legend(kinds, bandwidth_m, "light").max for kinds, bandwidth_m in asked]
    assert tops[0] > tops[1]
    assert tops[0] > tops[2]


def test_the_legend_s_breaks_are_round_and_rise(picture: Picture) -> None:
    legend = picture.legend(None, None, "light")
    assert legend.unit == "per_km2_30d"
    lows = [part.low for part in legend.classes]
    assert lows == sorted(lows)
    assert legend.classes[-1].high is None
    assert lows[-1] == legend.max


def test_a_parent_and_all_its_children_are_the_same_heat(picture: Picture) -> None:
    parent = picture.surface(Selection(MAY.from_on, MAY.to_on, ("order",)), BANDWIDTH_M)
    child = picture.surface(MAY, BANDWIDTH_M)
    assert parent is child  # found in the cache: the same numbers of kinds


def test_month_rows_are_in_the_heat_of_their_whole_month_only(picture: Picture) -> None:
    disputes = Selection(D(2024, 5, 1), D(2024, 5, 31), ("dispute",))
    assert picture.surface(disputes, BANDWIDTH_M) is not None
    broken = Selection(D(2024, 5, 2), D(2024, 5, 31), ("dispute",))
    assert picture.surface(broken, BANDWIDTH_M) is None
    assert picture.heat_value(*world.CLUSTER, broken, BANDWIDTH_M).left_out == picture.counts(broken).left_out == 4
    whole = picture.heat_value(*world.CLUSTER, disputes, BANDWIDTH_M)
    assert whole.left_out == picture.counts(disputes).left_out == 0
    assert picture.counts(replace(broken, grid="G2")).left_out == 0  # they lie in G1


def test_month_rows_are_spread_over_the_days_of_their_whole_months(picture: Picture) -> None:
    whole = picture.surface(Selection(D(2024, 5, 1), D(2024, 5, 31), ("dispute",)), BANDWIDTH_M)
    longer = picture.surface(Selection(D(2024, 4, 12), D(2024, 6, 12), ("dispute",)), BANDWIDTH_M)
    assert whole is not None and longer is not None
    assert longer.values.max() == pytest.approx(whole.values.max(), rel=1e-4)  # nobody knows of another 31 days
    both = picture.surface(Selection(D(2024, 4, 12), D(2024, 6, 12)), BANDWIDTH_M)
    cell_km2 = (longer.lattice.cell * cos(radians(30.21)) / 1000) ** 2
    assert both is not None
    # 55 known to the day over 62 days, 4 known to the month over the 31 days of May
    assert both.values.sum() * cell_km2 / 30 == pytest.approx(55 / 62 + 4 / 31, rel=0.01)


def test_an_unknown_kind_has_no_heat_but_an_error(picture: Picture) -> None:
    with pytest.raises(BadInput, match="no kind"):
        picture.tile(13, 0, 0, Selection(kinds=("nope",)), bandwidth_m=None, theme="light", ratio=1)


def columns(days: list[int], **more: object) -> EventColumns:
    """One incident a day (days since 1970) in the middle of B1, at noon local time."""
    n = len(days)
    values: dict[str, object] = {
        "id": np.arange(n),
        "lon": np.full(n, world.CLUSTER[0]),
        "lat": np.full(n, world.CLUSTER[1]),
        "kinds": ["order"],
        "kind_code": np.zeros(n, np.int32),
        "occurred_on": np.array(days, np.int32),
        "precision": np.zeros(n, np.int8),
        "occurred_at": np.array(days) * 86_400 + 4 * 3600,
        "grid_id": np.full(n, -1),
        "block_id": np.full(n, -1),
        "is_doubtful": np.zeros(n, bool),
    }
    return EventColumns(**(values | more))  # type: ignore[arg-type]


def heat_of(picture: Picture, events: Events, cache: HeatCache) -> Heat:
    return Heat.of(events, picture.ground, HeatSettings(200.0, (100.0, 200.0)), cache)


def day(number: int, hours: WeekHours | None = None) -> HeatChoice:
    on = D(1970, 1, 1) + dt.timedelta(days=number)
    return HeatChoice(None, Period(on, on), hours, BANDWIDTH_M)


def test_a_surface_holds_until_one_of_its_own_incidents_changes(picture: Picture) -> None:
    cache, zone = HeatCache(), "Asia/Shanghai"
    events = Events.of(columns([0, 4]), picture.ground, zone)
    before = heat_of(picture, events, cache)
    more = events.followed_by(columns([9], id=np.array([7])), picture.ground, zone)
    after = heat_of(picture, more, cache)
    assert after.version != before.version
    assert after.surface(day(0)) is before.surface(day(0))
    assert after.surface(day(9)) is not None and before.surface(day(9)) is None
    moved = more.followed_by(columns([0], lon=np.array([world.CLUSTER[0] + 1e-6])), picture.ground, zone)
    assert heat_of(picture, moved, cache).surface(day(0)) is not before.surface(day(0))
    assert heat_of(picture, moved, cache).surface(day(4)) is before.surface(day(4))


def test_the_version_knows_a_kind_and_a_day_that_were_put_right(picture: Picture) -> None:
    versions = {
        heat_of(picture, Events.of(columns([0, 4], **more), picture.ground, "Asia/Shanghai"), HeatCache()).version
        for more in (
            {},
            {"kind_code": np.array([0, 1], np.int32), "kinds": ["order", "help"]},
            {"occurred_on": np.array([0, 5])},
            {"occurred_at": np.array([0, 4 * 86_400])},
            {"precision": np.array([0, 2], np.int8)},
        )
    }
    assert len(versions) == 5
    same = Events.of(columns([4, 0]), picture.ground, "Asia/Shanghai")  # whatever the order they are read in
    assert heat_of(picture, same, HeatCache()).version in versions


def test_hours_are_part_of_what_a_surface_depends_on(picture: Picture) -> None:
    heat = heat_of(picture, Events.of(columns([0, 0, 4]), picture.ground, "Asia/Shanghai"), HeatCache())
    noon, night = WeekHours.parse("4.12"), WeekHours.parse("4.1")  # 1970-01-01 was a Thursday
    assert heat.surface(day(0, noon)) is not None
    assert heat.surface(day(0, noon)).values.max() == heat.surface(day(0)).values.max()  # type: ignore[union-attr]
    assert heat.surface(day(0, night)) is None
    assert heat.value(*world.CLUSTER, day(0, noon)).count_within == 2


def test_over_a_wide_area_fine_bandwidths_are_not_offered(picture: Picture) -> None:
    assert picture.heat.offered_m == (100, 150, 200, 300, 500, 800)
    far = columns([0, 0], lon=np.array([110.0, 116.0]), lat=np.array([28.0, 33.0]))
    events = Events.of(far, picture.ground, "Asia/Shanghai")
    heat = Heat.of(events, None, HeatSettings(200.0, (100.0, 800.0)), HeatCache())
    assert heat.offered_m == (800.0,)
    assert heat.usual_m == 800.0
    with pytest.raises(TooLarge, match="too fine"):
        heat.surface(day(0))
