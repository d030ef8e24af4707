"""Two periods or two kinds beside each other: both maps in step, one scale, the difference in words, one address."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, PHONE, Watched
from tests.browser.steps import asked, figure

pytestmark = pytest.mark.browser

MAY = "from=2026-05-01&to=2026-05-31"
APRIL = "from=2026-04-01&to=2026-04-30"
LAST_MAY = "from=2025-05-01&to=2025-05-31"
PLACE = "#14/30.21000/114.97000"


def compared(watched: Watched, words: str, place: str = PLACE) -> Page:
    page = watched.open(f"/?{MAY}&lang=en&theme=light&{words}{place}")
    page.wait_for_selector("#map-2 .leaflet-tile-loaded", state="attached", timeout=PATIENCE_MS)
    return page


def total(page: Page, side: str, value: int) -> None:
    expect(page.locator(f"#{side}-total")).to_have_text(f"{value:,}", timeout=PATIENCE_MS)


def middles(page: Page) -> list[list[float]]:
    """Where the middle of each map is, in whole pixels of its zoom, and the zoom."""
    return page.evaluate(
        """() => {
            return [gridmap.map, gridmap.comparison.second.map].map((map) => {
                const { x, y } = map.project(map.getCenter());
                return [Math.round(x), Math.round(y), map.getZoom()];
            });
        }"""
    )


def assert_in_step(page: Page) -> None:
    (x, y, zoom), second = middles(page)
    assert second == [pytest.approx(x, abs=1), pytest.approx(y, abs=1), zoom]  # half of an odd width is no whole pixel


def heat_questions(page: Page) -> list[dict[str, list[str]]]:
    """What the heat tiles of the first and of the second map were asked for."""
    pictures = page.evaluate(
        """() => ["#map-region > .folium-map", "#map-2"].map((holder) => {
            const tiles = [...document.querySelectorAll(`${holder} .leaflet-heat-pane img`)];
            return tiles.length ? tiles[tiles.length - 1].src : "";
        })"""
    )
    return [parse_qs(urlsplit(address).query) for address in pictures]


def test_each_side_has_its_figures_and_the_difference_is_told(demo: Watched) -> None:
    page = compared(demo, "compare=side")
    may, april = (asked(demo.base, f"/api/v1/counts?{days}")["total"] for days in (MAY, APRIL))
    total(page, "left", may)
    total(page, "right", april)
    assert page.input_value("#from2") == "2026-04-01"
    assert page.get_attribute("[data-preset=before]", "aria-pressed") == "true"
    said = page.locator("#compare-said")
    expect(said).to_contain_text(f"{may:,} on the left, {april:,} on the right: {abs(may - april):,} more on the")
    found = asked(demo.base, f"/api/v1/compare?first={may}&second={april}&first_days=31&second_days=30")
    expect(said).to_contain_text("More than chance explains" if found["significant"] else "Chance may explain it")
    assert "%" not in page.inner_text("#compare-said")
    strips = page.locator(".strip").all_inner_texts()
    assert len(strips) == 2
    assert strips[0] == strips[1] != ""
    first, second = heat_questions(page)
    assert (first["from"], second["from"]) == (["2026-05-01"], ["2026-04-01"])
    page.wait_for_function("() => location.search.includes('compare=side')")
    assert page.url.endswith(PLACE)


def test_both_maps_move_together(demo: Watched) -> None:
    page = compared(demo, "compare=side")
    assert_in_step(page)
    box = page.locator("#map-2").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = middles(page)[0]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 80, y + 50, steps=5)
    page.wait_for_timeout(200)  # held still: no swing
    page.mouse.up()
    assert_in_step(page)
    assert middles(page)[0][0] - before[0] == pytest.approx(80, abs=3)
    page.mouse.wheel(0, -240)
    page.wait_for_function("zoom => gridmap.map.getZoom() > zoom", arg=before[2])
    assert_in_step(page)
    page.click(".leaflet-control-zoom-out")
    page.wait_for_timeout(100)
    assert_in_step(page)


def test_a_year_earlier_stays_so_and_the_address_says_it(demo: Watched) -> None:
    page = compared(demo, "compare=side")
    page.click("[data-preset=year]")
    last_may = asked(demo.base, f"/api/v1/counts?{LAST_MAY}")["total"]
    total(page, "right", last_may)
    assert "from2=2025-05-01&to2=2025-05-31" in page.url
    page.fill("#from", "2026-05-15")
    page.dispatch_event("#from", "change")
    expect(page.locator("#from2")).to_have_value("2025-05-15")
    page.fill("#to2", "2025-05-20")
    page.dispatch_event("#to2", "change")
    few = asked(demo.base, "/api/v1/counts?from=2025-05-15&to=2025-05-20")["total"]
    total(page, "right", few)
    expect(page.locator("#compare-said")).to_contain_text("The periods differ in length")
    page.wait_for_function("() => location.search.includes('to2=2025-05-20')")
    page.reload()
    page.wait_for_selector("#map-2", timeout=PATIENCE_MS)
    total(page, "right", few)
    page.click("[aria-label='Swap left and right']")
    total(page, "left", few)
    assert figure(page, "#total") == few


def test_kinds_are_set_beside_each_other_on_one_scale(demo: Watched) -> None:
    page = compared(demo, "compare=side&kinds=order.noise&from2=2026-05-01&to2=2026-05-31")
    page.select_option("#kinds2", "all")
    counts = asked(demo.base, f"/api/v1/counts?{MAY}")
    total(page, "right", counts["total"])
    total(page, "left", counts["by_kind"]["order.noise"])
    expect(page.locator("#compare-said")).to_contain_text("Different kinds: only counted, not tested.")
    legend = asked(demo.base, "/api/v1/legend")
    expect(page.locator("#map-2 .leaflet-heat-pane img[src*='top=']").first).to_be_attached(timeout=PATIENCE_MS)
    first, second = heat_questions(page)
    assert first["top"] == second["top"] == [f"{legend['max']:g}"]
    assert (first["kinds"], second.get("kinds")) == (["order.noise"], None)
    assert "kinds2=all" in page.url
    page.keyboard.press("Escape")  # the field has the keyboard: Escape is its own
    page.locator("#map").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#map-2")).to_have_count(0)
    page.wait_for_function("() => !location.search.includes('compare')")
    expect(page.locator("#map .leaflet-heat-pane img[src*='top=']")).to_have_count(0)


def test_grids_in_colour_have_the_classes_of_the_left_side(demo: Watched) -> None:
    page = compared(demo, "compare=side&surface=choropleth")
    left, right = (asked(demo.base, f"/api/v1/choropleth?by=count&{days}") for days in (MAY, APRIL))
    page.wait_for_function("() => gridmap.comparison.second.choropleth.classes.length", timeout=PATIENCE_MS)
    classes = page.evaluate("gridmap.comparison.second.choropleth.classes")
    codes = page.evaluate("gridmap.layers.features.map(({ properties }) => properties.code)")
    assert len(classes) > 200
    for code, found in zip(codes, classes, strict=True):
        value = right["values"][code]["value"]
        assert found == (-1 if value is None else sum(value >= edge for edge in left["breaks"]))
    page.locator("#filters").get_by_role("button", name="Change", exact=True).click()
    both = [asked(demo.base, f"/api/v1/choropleth?by=change&{days}")["values"].values() for days in (MAY, APRIL)]
    sure = [any(found["significant"] for found in side) for side in both]
    strips = page.locator("#compare .legend__rest")
    expect(strips).to_contain_text(["not significant"] * 2, timeout=PATIENCE_MS)
    expect(page.locator("#compare .strip__classes")).to_have_count(2 if any(sure) else 0)
    notes = page.locator("#compare-notes")
    said = "Grey: the difference may be chance." if any(sure) else "No grid differs beyond chance."
    expect(notes).to_contain_text(said)


def test_the_divider_is_a_slider(demo: Watched) -> None:
    page = compared(demo, "compare=swipe")
    divider = page.get_by_role("slider", name="Divider")
    expect(divider).to_have_attribute("aria-valuenow", "50")
    divider.focus()
    for key, value in (("ArrowRight", 52), ("PageDown", 42), ("ArrowLeft", 40), ("End", 100), ("Home", 0)):
        page.keyboard.press(key)
        expect(divider).to_have_attribute("aria-valuenow", str(value))
    region = page.locator("#map-2").bounding_box()
    assert region
    page.keyboard.press("ArrowRight")
    line = divider.bounding_box()
    assert line
    page.mouse.move(line["x"] + line["width"] / 2, line["y"] + line["height"] / 2)
    page.mouse.down()
    page.mouse.move(region["x"] + 0.7 * region["width"], line["y"] + line["height"] / 2, steps=4)
    page.mouse.up()
    expect(divider).to_have_attribute("aria-valuenow", "70")
    assert page.evaluate("getComputedStyle(document.getElementById('map-2')).clipPath").endswith("70%)")
    on_right = page.evaluate(
        """([x, y]) => Boolean(document.elementFromPoint(x, y).closest("#map-2"))""",
        [region["x"] + 0.8 * region["width"], region["y"] + 200],
    )
    assert on_right
    page.click("[data-way=side]")
    expect(divider).to_have_count(0)
    assert "compare=side" in page.url


def test_a_page_that_compares_nothing_fetches_nothing_of_it(demo: Watched) -> None:
    fetched: list[str] = []
    demo.page.on("request", lambda request: fetched.append(request.url))
    page = demo.open(f"/?{MAY}&lang=en")
    late = ("/js/compare/", "/js/measure/", "/js/wall/", "css/compare", "css/measure", "css/wall")
    assert [address for address in fetched if any(part in address for part in late)] == []
    page.click("#tool-compare")
    page.wait_for_selector("#map-2")
    expect(page.locator("#tool-compare")).to_have_attribute("aria-pressed", "true")
    page.click("#compare [aria-label='End the comparison']")
    expect(page.locator("#compare")).to_have_count(0)
    fetched.clear()
    page.click(".leaflet-control-zoom-in")
    page.wait_for_timeout(500)
    tiles = [address for address in fetched if "/tiles/heat/" in address]
    assert len(tiles) == len(set(tiles))


def test_a_phone_only_swipes(watch: Callable[..., Watched], demo_address: str) -> None:
    page = compared(watch(demo_address, PHONE, touch=True), "compare=side")
    expect(page.get_by_role("slider", name="Divider")).to_be_visible()
    expect(page.locator(".compare__ways")).to_be_hidden()
    expect(page.locator("#from2")).to_be_hidden()
    page.click(".compare__choose")
    expect(page.locator("#from2")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    boxes = [page.locator(f".side--{side}").bounding_box() for side in ("left", "right")]
    assert boxes[0] and boxes[1]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] + 1
    page.click(".compare__choose")
    page.set_viewport_size({"width": 720, "height": 450})  # a screen of 1440 x 900 at 200 %
    page.wait_for_function("() => document.getElementById('map-2').clientHeight >= 240", timeout=PATIENCE_MS)
    places = [page.locator(name).bounding_box() for name in ("#compare", "#map-2", ".map__credits", "#sheet")]
    assert all(places)
    tops = [place["y"] for place in places if place]
    assert tops == sorted(tops)
    assert places[2]
    assert places[2]["height"] <= 24  # one line, whatever must be said
