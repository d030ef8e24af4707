"""The wall screen: what it tells and what it keeps to itself, its cycle, and that the page comes back as it was."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gridmap.config import Settings
from tests.browser.conftest import PATIENCE_MS, Watched, serving
from tests.browser.steps import asked
from tests.services import small_world as world

pytestmark = pytest.mark.browser

FULL_HD = {"width": 1920, "height": 1080}
ULTRA_HD = {"width": 3840, "height": 2160}
READABLE_SHARE = 1.3 / 100  # of the screen's width: letters of 7 mm on a screen 1.4 m wide, read from five metres


def send_incident(page: Page, **values: object) -> None:
    """What a form of the project sends, with the page's token."""
    token = page.get_attribute("meta[name=csrf-token]", "content")
    address = page.evaluate("new URL('/api/v1/incidents', location.href).href")
    answer = page.request.post(address, data=values, headers={"X-CSRFToken": str(token)})
    assert answer.status == 201


def figure(text: str) -> int:
    return int(re.sub(r"\D", "", text))


@pytest.fixture
def wall(watch: Callable[..., Watched], demo_address: str) -> Page:
    page = watch(demo_address, FULL_HD).open("/?wall=1&lang=en")
    page.wait_for_selector(".number", timeout=PATIENCE_MS)
    return page


def test_the_figures_are_those_of_the_server_beside_what_is_usual(wall: Page, demo_address: str) -> None:
    outlook = asked(demo_address, "/api/v1/expectation")
    counts = [figure(text) for text in wall.locator(".number__count").all_inner_texts()]
    assert counts == [window["count"] for window in outlook["windows"]]
    for text, window in zip(wall.locator(".number__usual").all_inner_texts(), outlook["windows"], strict=True):
        assert f"usual {window['low']:,} to {window['high']:,}" in text


def test_of_an_incident_visitors_see_kind_grid_and_time_alone(wall: Page, demo_address: str) -> None:
    newest = asked(demo_address, "/api/v1/incidents?limit=12")["items"]
    grids = asked(demo_address, "/api/v1/grids.geojson")["features"]
    names = {grid["properties"]["code"]: grid["properties"]["name"] for grid in grids}
    rows = wall.locator(".wall__newest li").all()
    assert len(rows) == len(newest) == 12
    for row, item in zip(rows, newest, strict=True):
        assert row.locator("span").inner_text() == names[item["grid"]]
        assert re.fullmatch(r"(\d+/\d+ )?\d\d:\d\d", row.locator("time").inner_text())
        assert len(row.locator("*").all()) == 3
    text = wall.inner_text("body")
    addresses = [item["address"] for item in newest if item["address"]]
    assert addresses
    assert [address for address in addresses if address in text] == []
    assert wall.evaluate("gridmap.state.get().layers.has('points')") is False
    assert wall.evaluate("gridmap.map.getZoom()") <= 14


def test_it_is_dark_and_nothing_on_it_is_to_be_operated(wall: Page) -> None:
    assert wall.evaluate("document.documentElement.dataset.mode") == "dark"
    for hidden in (".bar", "#filters", "#panel", "#timeline", "#tools", ".leaflet-control-zoom", ".legend"):
        expect(wall.locator(hidden).first).to_be_hidden()
    expect(wall.locator(".map__approval")).to_be_visible()  # every map carries its approval number
    assert re.fullmatch(r"\d\d:\d\d", wall.inner_text(".wall__clock"))
    date = re.sub("\u2060", "", wall.inner_text(".wall__date")).replace("\u00a0", " ")
    assert date == "Demo: the data end on 30 Jun 2026"
    wall.evaluate("gridmap.state.set({ kinds: new Set() }, { quiet: true })")
    expect(wall.locator("[data-notice=period]")).to_have_count(1)
    expect(wall.locator("[data-notice=period]")).to_be_hidden()  # nobody is there to press its button


def test_letters_are_large_on_every_screen(wall: Page) -> None:
    for size in (FULL_HD, ULTRA_HD):
        wall.set_viewport_size(size)
        sizes = wall.evaluate(
            """() => {
                const scale = Number(getComputedStyle(document.documentElement).getPropertyValue("--map-scale"));
                const hasText = (node) => [...node.childNodes].some((child) => child.nodeType === 3);
                return [...document.querySelectorAll("#wall :not(button) > *, .wall-name span")]
                    .filter((node) => node.offsetParent && hasText(node))
                    .map((node) => [getComputedStyle(node).fontSize, node.closest(".wall-name") ? scale : 1])
                    .map(([size, enlarged]) => parseFloat(size) * enlarged);
            }"""
        )
        assert len(sizes) > 20
        assert min(sizes) >= READABLE_SHARE * size["width"]
        assert wall.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_escape_gives_the_page_back_as_it_was(demo: Watched) -> None:
    page = demo.open("/?from=2026-05-01&to=2026-05-31&kinds=order&theme=light&lang=en#14/30.21000/114.97000")
    before = page.url
    page.click("#tool-wall")
    page.wait_for_selector(".number", timeout=PATIENCE_MS)
    assert "wall=1" in page.url
    assert page.inner_text(".wall__kinds") == "Public order"
    assert page.evaluate("gridmap.state.get().to - gridmap.state.get().from") == 6
    page.keyboard.press("Escape")
    expect(page.locator("#wall")).to_have_count(0)
    page.wait_for_function("before => location.href === before", arg=before)
    assert page.evaluate("document.documentElement.dataset.mode") == "light"
    expect(page.locator("#timeline")).to_be_visible()


def test_a_cycle_shows_one_view_after_the_other(watch: Callable[..., Watched], demo_address: str) -> None:
    watched = watch(demo_address, FULL_HD)
    watched.page.add_init_script(
        """localStorage.setItem("gridmap-views", JSON.stringify([{
            id: "a", name: "Noise in May", address: "?from=2026-05-01&to=2026-05-31&kinds=order.noise", days: null,
        }]));"""
    )
    watched.page.clock.install()
    page = watched.page
    page.goto(f"{demo_address}/?wall=1&cycle=20&lang=en")
    caption = page.locator(".wall__caption")
    standard = ("Heat, last 7 days", "Heat, last 1 day", "Incidents a grid, last 30 days")
    for text in (*standard, "Noise in May", standard[0]):
        expect(caption).to_have_text(text, timeout=PATIENCE_MS)
        weeks = page.get_attribute(".wall__days", "aria-label")
        if text == standard[1]:
            day = asked(demo_address, "/api/v1/timeline")["daily"][-1]
            assert f"{day:,} on the days that the map shows" in str(weeks)
        if text == standard[2]:
            expect(page.locator(".wall__scale .strip__classes li")).to_have_count(5)
            expect(page.locator(".notice--error")).to_have_count(0)
        if text == "Noise in May":
            assert page.evaluate("[...gridmap.state.get().kinds]") == ["order.noise"]
        page.clock.run_for(20_000)
    assert "cycle=20" in page.url
    assert "order.noise" not in page.url
    page.mouse.move(900, 500)
    assert page.eval_on_selector(".wall__ways", "node => getComputedStyle(node).opacity") == "1"
    page.select_option(".wall__cycle", "")
    page.clock.run_for(50_000)
    expect(caption).to_have_text(standard[0])
    assert "cycle" not in page.url
    page.select_option(".wall__cycle", "60")
    page.clock.run_for(60_000)
    expect(caption).to_have_text(standard[1])
    assert "cycle=60" in page.url


def test_everything_is_shifted_so_that_nothing_burns_in_and_what_failed_is_asked_for_again(
    watch: Callable[..., Watched], demo_address: str
) -> None:
    watched = watch(demo_address, FULL_HD)
    watched.allowed += ["ERR_FAILED"]
    page = watched.page
    page.clock.install()
    page.route("**/*.pmtiles*", lambda route: route.abort())
    page.goto(f"{demo_address}/?wall=1")
    page.wait_for_selector(".number", timeout=PATIENCE_MS)
    page.wait_for_function("() => gridmap.layers.baseAgain.tries > 0")
    for _ in range(3):
        page.clock.run_for(9_000)
    expect(page.locator("[data-notice='base']")).to_have_count(0)  # nobody is there to press its button
    page.unroute("**/*.pmtiles*")
    places = set()
    for _ in range(4):
        box = page.locator(".wall__clock").bounding_box()
        places.add((round(box["x"]), round(box["y"])))
        page.clock.run_for(61_000)
    assert len(places) == 4
    page.wait_for_function("() => gridmap.layers.basemap.views.get('').tileCache.cache.size > 0")


def test_new_incidents_come_by_themselves_and_without_their_address(
    settings: Settings, watch: Callable[..., Watched]
) -> None:
    world.build(settings).close()
    lon, lat = world.in_block(0, 1)
    with serving(settings) as base:
        page, clerk = watch(base, FULL_HD).open("/?wall=1&lang=en"), watch(base).open("/")
        newest = page.locator(".wall__newest li").first
        expect(newest).not_to_contain_text("Theft")
        day = page.evaluate("gridmap.situation.project.now_on")
        send_incident(clerk, kind="order.theft", occurred_on=day, lon=lon, lat=lat, address="车站路 3 号")
        expect(newest).to_contain_text("Theft", timeout=20_000)
        expect(page.locator("body")).not_to_contain_text("车站路", use_inner_text=True)
