"""What a commander does on the map page, done in a browser on the demo district."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, PHONE, Watched
from tests.browser.pictures import CENTRE, changed_share, picture
from tests.browser.steps import asked

pytestmark = pytest.mark.browser


def total(page: Page) -> int:
    return int(re.sub(r"\D", "", page.inner_text("#total")))


def spot_of(page: Page, code: str) -> dict[str, float]:
    """Where on the screen a point well inside a grid is."""
    return page.evaluate(
        """async (code) => {
            const { innerPoint } = await import(document.querySelector("link[href$='map/grid_labels.js']").href);
            const [lon, lat] = innerPoint(gridmap.layers.grids.byCode.get(code).geometry);
            const at = gridmap.map.latLngToContainerPoint([lat, lon]);
            const box = document.getElementById("map").getBoundingClientRect();
            return { x: box.left + at.x, y: box.top + at.y };
        }""",
        code,
    )


def grid_in_view(page: Page) -> str:
    """The code of the grid in the middle of the map."""
    return page.evaluate(
        """() => {
            const centre = gridmap.map.getCenter();
            const far = (code) => gridmap.layers.grids.bounds(code).getCenter().distanceTo(centre);
            return [...gridmap.layers.grids.byCode.keys()].sort((a, b) => far(a) - far(b))[0];
        }"""
    )


def test_selecting_a_grid_with_the_mouse(demo: Watched) -> None:
    page = demo.open("/#16/30.18500/114.96500")
    code = grid_in_view(page)
    spot = spot_of(page, code)
    page.mouse.move(spot["x"], spot["y"])
    expect(page.locator(".grid-tip")).to_contain_text(code)
    page.mouse.click(spot["x"], spot["y"])
    expect(page.locator("#detail-code")).to_have_text(code)
    expect(page.locator("#detail-total")).to_have_text(f"{asked(demo.base, f'/api/v1/counts?grid={code}')['total']:,}")
    assert "网格员" in page.inner_text("#detail-body")
    assert f"grid={code}" in page.url
    page.click("#detail-close")
    expect(page.locator("#detail-code")).to_have_text(code[:12])  # one level up
    assert "grid=" not in page.url


def test_language_keeps_the_view(demo: Watched) -> None:
    page = demo.open("/?from=2026-01-01&to=2026-03-31&kinds=order.theft#15/30.18500/114.96500")
    count = total(page)
    page.click("#language")
    page.wait_for_selector("html[lang=en][data-ready='1']", state="attached", timeout=PATIENCE_MS)
    expect(page.locator("#sum-title")).to_have_text("Incidents in the period")
    assert total(page) == count
    assert "kinds=order.theft" in page.url
    assert "#15/" in page.url
    texts = page.inner_text(".filters")
    assert not re.search(r"[\u4e00-\u9fff]", texts), texts
    page.goto(demo.base + "/")
    page.wait_for_selector("html[lang=en]", state="attached")  # the choice lasts


def test_theme_follows_the_system(demo: Watched) -> None:
    demo.page.emulate_media(color_scheme="dark")
    page = demo.open("/")
    assert page.get_attribute("html", "data-mode") == "dark"
    page.emulate_media(color_scheme="light")
    page.wait_for_selector("html[data-mode=light]", state="attached")


def test_address_reproduces_the_view(demo: Watched, watch: Callable[..., Watched]) -> None:
    code = asked(demo.base, "/api/v1/grids.geojson")["features"][100]["properties"]["code"]
    address = (
        f"/?from=2025-01-01&to=2025-06-30&kinds=hazard,order.theft&grid={code}&layers=sites,grids,borders,streets,labels&bw=300&theme=light"
        "#15/30.18000/114.96000"
    )
    first = demo.open(address)
    expect(first.locator("#detail-code")).to_have_text(code)
    second = watch(demo.base).open(first.url.removeprefix(demo.base))
    for page in (first, second):
        assert page.url.removeprefix(demo.base) == address
        assert page.input_value("#from") == "2025-01-01"
        assert page.inner_text("#bandwidth-text") == "300 米"
        assert not page.is_checked("#layers [value=buildings]")
        assert page.evaluate("() => gridmap.map.getZoom()") == 15
    assert total(first) == total(second)
    assert changed_share(picture(first), picture(second)) < 0.01


def test_focus_goes_on_after_the_search_and_the_map_shows_it(demo: Watched) -> None:
    page = demo.open()
    ring = "() => getComputedStyle(document.getElementById('map'), '::after').borderTopWidth"
    page.focus("#grid-search")
    page.keyboard.press("Tab")
    expect(page.locator("#language")).to_be_focused()
    for _ in range(3):  # light or dark, who looks on, the map
        page.keyboard.press("Tab")
    expect(page.locator("#map")).to_be_focused()
    assert page.evaluate(ring) == "3px"
    page.mouse.click(900, 300)
    expect(page.locator("#map")).to_be_focused()
    assert page.evaluate(ring) != "3px"


def test_failure_is_told_and_can_be_retried(demo: Watched) -> None:
    demo.allowed += ["503"]
    page = demo.open()
    body = json.dumps({"error": {"code": "store_busy", "message": "The database is busy.", "hint": "Try again."}})
    page.route("**/api/v1/counts*", lambda route: route.fulfill(status=503, content_type="application/json", body=body))
    page.click("#presets [data-days='7']")
    notice = page.locator("[data-notice='counts']")
    expect(notice).to_contain_text("数据库正忙")
    page.unroute("**/api/v1/counts*")
    notice.locator("button").click()
    expect(notice).to_be_hidden()
    assert total(page) == asked(demo.base, "/api/v1/counts?from=2026-06-24&to=2026-06-30")["total"]


def test_phone_layout(watch: Callable[..., Watched], demo_address: str) -> None:
    demo = watch(demo_address, PHONE, touch=True, ratio=2)
    page = demo.open(CENTRE.join(["/", ""]))
    width = page.evaluate("() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    assert width == PHONE["width"]
    expect(page.locator(".bar__now")).to_contain_text("2026-06-30")
    stage = page.locator(".stage").bounding_box()
    assert stage is not None
    heights = []
    for _ in range(3):
        box = page.locator("#sheet").bounding_box()
        assert box is not None
        heights.append(box["height"])
        page.tap("#sheet-handle")
        page.wait_for_timeout(400)
    assert heights == pytest.approx([96, 0.45 * stage["height"], 0.9 * stage["height"]], abs=1)
    assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
    spot = spot_of(page, grid_in_view(page))
    page.touchscreen.tap(spot["x"], spot["y"])
    expect(page.locator("#detail-name")).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelectorAll("#sheet button, #sheet input:not([type=checkbox]), .bar a, .bar button")]
            .filter((node) => node.offsetParent && node.getBoundingClientRect().height < 40)
            .filter((node) => !node.closest(".kind__row") && node.id !== "sheet-handle")
            .map((node) => node.id || node.textContent)"""
    )
    assert small == []


def test_no_motion_where_none_is_wanted(demo: Watched) -> None:
    demo.page.emulate_media(reduced_motion="reduce")
    page = demo.open()
    durations = page.evaluate(
        "() => ['.kind__share i', '.child__bar i', '.heat-image'].map((name) =>"
        " getComputedStyle(document.querySelector(name)).transitionDuration)"
    )
    assert set(durations) == {"0s"}


@pytest.mark.parametrize(("address", "width"), [("/?lang=en", 1280), ("/?lang=zh", 380)])
def test_the_bar_is_read_whole(demo_address: str, watch: Callable[..., Watched], address: str, width: int) -> None:
    """Whose map it is and that its data are synthetic: neither is cut."""
    page = watch(demo_address, {"width": width, "height": 800}).open(address)
    for part in (".bar__name", ".bar__notice span", ".bar__now"):
        cut = page.eval_on_selector(part, "node => node.scrollWidth > Math.ceil(node.getBoundingClientRect().width)")
        assert not cut, part
    for wide in (width, 1360, 1440):
        page.set_viewport_size({"width": wide, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == wide
    page.eval_on_selector(".bar__notice", """node => node.insertAdjacentHTML(
        "beforebegin", "<p class='bar__part'><svg class='icon'></svg><span>Your posts' places only</span></p>")""")
    assert page.evaluate("document.documentElement.scrollWidth") == 1440
