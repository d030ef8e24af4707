"""The pages at 200 %, on a narrow phone, without motion, and in colours that the system imposes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PATIENCE_MS, PHONE, READY, Watched

pytestmark = pytest.mark.browser

ZOOMED = {"width": 720, "height": 450}  # 1440 x 900 at 200 %
PAGES = ["/?lang=en", "/incidents?lang=en", "/incidents/new?lang=zh", "/import?lang=en", "/linkage?lang=zh"]
Watch = Callable[..., Watched]

# Controls and texts of the bar and of the map's buttons that stick out of the screen or are pressed to nothing.
CUT = """() => [...document.querySelectorAll(".bar *, .page__head *, #map-region button, .legend__scale")]
  .filter((node) => node.getClientRects().length && !node.closest("svg, .unseen"))
  .filter((node) => getComputedStyle(node).visibility === "visible")
  .filter((node) => {
    const { left, right, top, width } = node.getBoundingClientRect();
    return left < -0.5 || right > innerWidth + 0.5 || top < -0.5 || width < 8;
  })
  .map((node) => node.outerHTML.slice(0, 100))"""
MOVING = """() => {
  const seconds = (text) => Math.max(...text.split(",").map(parseFloat));
  const found = [];
  for (const node of document.querySelectorAll("*")) for (const part of [null, "::before", "::after"]) {
    const style = getComputedStyle(node, part);
    const isMoved = style.animationName !== "none" && seconds(style.animationDuration) > 0;
    if (isMoved || seconds(style.transitionDuration) > 0) found.push(`${node.id || node.className} ${part || ""}`);
  }
  return found;
}"""


@pytest.mark.parametrize(("size", "ratio"), [(ZOOMED, 2), (PHONE, 1)], ids=["200 %", "phone"])
def test_nothing_is_cut_off(watch: Watch, demo_address: str, size: dict[str, int], ratio: float) -> None:
    watched = watch(demo_address, size, ratio=ratio)
    for address in PAGES:
        page = watched.page
        page.goto(demo_address + address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"], address
        assert page.evaluate(CUT) == [], address


def test_at_200_percent_map_legend_and_sheet_stand_beside_each_other(watch: Watch, demo_address: str) -> None:
    page = watch(demo_address, ZOOMED, ratio=2).open("/?lang=en")
    legend, scale = (page.locator(name).bounding_box() for name in ("#legend", "#legend-scale"))
    buttons, bar = (page.locator(name).bounding_box() for name in (".leaflet-control-zoom", ".bar"))
    assert legend and scale and buttons and bar
    assert scale["y"] + scale["height"] <= legend["y"] + legend["height"] + 1  # its colours are in its card
    assert legend["x"] >= buttons["x"] + buttons["width"]
    assert legend["y"] >= bar["y"] + bar["height"]
    page.click("#sheet-handle")
    page.click("#sheet-handle")
    page.click("#tab-place")
    page.locator("#detail-body").scroll_into_view_if_needed()
    assert page.locator("#detail-body").is_visible()


@pytest.fixture
def still(chromium: Browser, demo_address: str) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{demo_address}/?lang=en&dock=calendar")
    page.wait_for_selector(READY, state="attached", timeout=PATIENCE_MS)
    yield page
    context.close()


def test_without_motion_nothing_moves_by_itself(still: Page) -> None:
    still.evaluate("() => { document.getElementById('progress').hidden = false; }")
    assert still.evaluate(MOVING) == []
    still.emulate_media(reduced_motion="no-preference")
    assert still.evaluate(MOVING) != []


def test_without_motion_there_are_steps_instead_of_play(still: Page) -> None:
    assert not still.is_visible("#play-toggle")
    before = still.input_value("#to")
    still.click("#play-back")
    still.wait_for_function("before => document.getElementById('to').value < before", arg=before)
    assert still.evaluate("gridmap.isPlaying") is not True


def test_imposed_colours_leave_data_and_choices_readable(chromium: Browser, demo_address: str) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, forced_colors="active")
    page = context.new_page()
    page.goto(f"{demo_address}/?lang=en&dock=week")
    page.wait_for_selector(READY, state="attached", timeout=PATIENCE_MS)
    page.wait_for_selector(".legend__classes li")
    ground = "(selector) => [...document.querySelectorAll(selector)].map((n) => getComputedStyle(n).backgroundColor)"
    assert len(set(page.evaluate(ground, ".legend__classes li"))) == 6
    pressed, others = (page.evaluate(ground, f"#presets button[aria-pressed={on}]") for on in ("true", "false"))
    assert pressed
    assert pressed[0] not in others
    context.close()
