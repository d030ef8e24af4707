"""Everything by keyboard alone: each control is reached, in order, with a visible focus; nothing holds the focus."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, Watched
from tests.browser.steps import wait_for_total

pytestmark = pytest.mark.browser

MOST_STOPS = 250
REGIONS = ["bar", "map-region", "filters", "panel", "dock", "timeline"]  # from the top, then left to right

# Where the focus is: a number of its own, its region, and whether it can be seen there.
STOP = """() => {
  const node = document.activeElement;
  if (node === document.body) return null;
  window.stops = window.stops || [];
  if (!window.stops.includes(node)) window.stops.push(node);
  const style = getComputedStyle(node);
  const after = getComputedStyle(node, "::after");
  const drawn = (of) => of.outlineStyle !== "none" && parseFloat(of.outlineWidth) >= 2;
  const framed = after.content !== "none" && after.content !== "normal" && parseFloat(after.borderTopWidth) >= 2;
  const box = node.getBoundingClientRect();
  const region = node.closest(".bar, #map-region, #filters, #panel, #dock, #timeline");
  return {
    number: window.stops.indexOf(node),
    name: `${node.tagName} ${node.id || node.className} ${node.textContent.trim().slice(0, 20)}`,
    region: region ? region.id || "bar" : null,
    marked: drawn(style) || drawn(after) || framed,
    inside: box.width > 0 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
  };
}"""
# What a person can operate and the walk did not come to. One tab of a list is a stop, its arrows reach the others.
MISSED = """() => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
  .filter((node) => !node.disabled && node.tabIndex >= 0 && node.checkVisibility({ visibilityProperty: true }))
  .filter((node) => !window.stops.includes(node))
  .map((node) => node.outerHTML.slice(0, 120))"""


@pytest.fixture
def page(demo: Watched) -> Page:
    page = demo.open("/?lang=en&dock=week")
    page.wait_for_selector("#week-chart canvas", timeout=PATIENCE_MS)
    return page


def walk(page: Page) -> list[dict[str, Any]]:
    """Tab from the top until the page is left -> the stops, one for each control."""
    found: list[dict[str, Any]] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            return found
        if not found or found[-1]["number"] != stop["number"]:  # a date is three stops of the browser's own
            found.append(stop)
    raise AssertionError(f"The focus does not leave the page: {[stop['name'] for stop in found[-5:]]}")


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id")


def test_each_control_is_reached_in_order_and_seen(page: Page) -> None:
    stops = walk(page)
    assert [stop["name"] for stop in stops if not stop["marked"]] == []
    assert [stop["name"] for stop in stops if not stop["inside"]] == []
    assert page.evaluate(MISSED) == []
    assert all(before["number"] + 1 == after["number"] for before, after in pairwise(stops))  # none is come to twice
    regions = [stop["region"] for stop in stops if stop["region"]]
    assert list(dict.fromkeys(regions)) == REGIONS
    assert [REGIONS.index(name) for name in regions] == sorted(REGIONS.index(name) for name in regions)
    assert len(stops) > 80


@pytest.mark.parametrize("tool", ["views", "share", "download"])
def test_a_dialog_keeps_the_focus_and_gives_it_back(page: Page, tool: str) -> None:
    page.focus(f"#tool-{tool}")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("!document.activeElement.closest('body > :not(dialog)')")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    assert focused(page) == f"tool-{tool}"


def test_escape_closes_proposals_and_leaves_the_focus_in_the_field(page: Page) -> None:
    page.focus("#grid-search")
    page.keyboard.type("30.18,114.96")
    expect(page.locator("#grid-search")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#grid-search")).to_have_attribute("aria-expanded", "false")
    assert focused(page) == "grid-search"


def test_tabs_are_changed_by_arrows(page: Page) -> None:
    page.focus("#tab-place")
    page.keyboard.press("ArrowRight")
    assert focused(page) == "tab-change"
    expect(page.locator("#panel-change")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#panel-place")).to_be_visible()


def test_the_map_is_moved_and_a_place_looked_into(page: Page) -> None:
    page.focus("#map")
    centre = "() => [gridmap.map.getCenter().lng, gridmap.map.getZoom()]"
    lon, zoom = page.evaluate(centre)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("lon => gridmap.map.getCenter().lng > lon", arg=lon)
    page.keyboard.press("+")
    page.wait_for_function("zoom => gridmap.map.getZoom() > zoom", arg=zoom)
    name = page.inner_text(".child >> nth=0").split("\n")[0]
    page.focus(".child >> nth=0")
    page.keyboard.press("Enter")
    expect(page.locator("#detail-name")).to_have_text(name)
    assert page.evaluate("document.activeElement !== document.body")  # the list is gone, the focus is not


def test_a_place_is_chosen_from_the_table(page: Page) -> None:
    page.focus("#dock-table-button")
    page.keyboard.press("Enter")
    first = page.locator("#table-rows tbody button").first
    expect(first).to_be_visible(timeout=PATIENCE_MS)
    first.focus()
    code = first.get_attribute("data-code")
    page.keyboard.press("Enter")
    expect(page.locator("#detail-code")).to_have_text(str(code))
    wait_for_total(page, int(page.locator("#table-rows tbody td").first.inner_text()))
    assert page.evaluate("document.activeElement.dataset.code") == code  # drawn anew, it keeps the focus
