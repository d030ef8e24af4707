"""WCAG 2.1 A and AA by axe-core: the states of the map page and the other pages, each look of theme and language.

What a step does not change is not looked at again. axe is evaluated in the page through the browser's own protocol,
which the page's content security policy does not bind: nothing of it has to be relaxed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gridmap.config import Settings
from tests.browser.conftest import PATIENCE_MS, PHONE, Watched, serving
from tests.browser.steps import asked, go_alone

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}
AXE = Axe()
SETTLE_MS = 200  # menus fade, figures come
LOOKS = [("light", "zh"), ("dark", "en")]

Watch = Callable[..., Watched]
each_look = pytest.mark.parametrize(("theme", "lang"), LOOKS)


@dataclass
class Checked:
    """A page and what axe found wrong in its states."""

    watched: Watched
    look: str
    faults: list[str] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.watched.page

    def open(self, address: str) -> None:
        path, _, place = address.partition("#")
        self.watched.open(f"{path}{'&' if '?' in path else '?'}{self.look}{'#' + place if place else ''}")
        self.page.emulate_media(reduced_motion="reduce")

    def check(self, state: str, within: str | None = None) -> None:
        self.page.wait_for_timeout(SETTLE_MS)
        for found in AXE.run(self.page, context=within, options=RULES).response["violations"]:
            for node in found["nodes"]:
                why: list[dict[str, Any]] = node["any"] + node["all"] + node["none"]
                self.faults.append(f"{state}: {found['id']} at {node['target']}: {why[0]['message'] if why else ''}")

    def assert_none(self) -> None:
        assert self.faults == [], "\n".join(self.faults)

    def press(self, selector: str) -> None:
        self.page.locator(selector).click()


def checked(watched: Watched, theme: str, lang: str) -> Checked:
    return Checked(watched, f"theme={theme}&lang={lang}")


@each_look
def test_the_map_page(demo: Watched, theme: str, lang: str) -> None:
    it = checked(demo, theme, lang)
    it.open("/?tab=place")
    expect(it.page.locator(".today__windows .today__window, .today__windows > *").first).to_be_visible()
    it.check("first view")
    _check_panel(it)
    _check_drawers(it)
    _check_surfaces(it)
    _check_search(it)
    _check_tools(it)
    it.assert_none()


def _check_panel(it: Checked) -> None:
    grid = it.page.evaluate("gridmap.place.places.grids[0].code")
    it.page.evaluate("code => gridmap.look({ grid: code })", grid)
    expect(it.page.locator("#detail-code")).to_have_text(grid)
    it.check("a grid", "#sheet")
    it.page.evaluate("() => gridmap.look({})")
    it.press("#tab-change")
    it.page.wait_for_selector("#change-rows table", timeout=PATIENCE_MS)
    it.check("change", "#panel")
    it.press("#tab-gatherings")
    it.check("gatherings", "#panel")


def _check_drawers(it: Checked) -> None:
    for drawer in ("week", "calendar"):
        it.press(f"#dock-{drawer}-button")
        it.page.wait_for_selector(f"#{drawer}-chart canvas", timeout=PATIENCE_MS)
        it.press(f"#{drawer}-table summary")
        it.page.wait_for_selector(f"#{drawer}-rows table")
        it.check(drawer, "#dock")
    it.press("#dock-table-button")
    for table in ("time", "map"):
        it.press(f"#table-of [data-of={table}]")
        it.page.wait_for_selector("#table-rows tbody tr")
        it.check(f"table of the {table}", "#dock")
    it.press("#dock-table-button")


def _check_surfaces(it: Checked) -> None:
    it.page.evaluate("() => gridmap.state.set({ surface: 'choropleth', by: 'change' })")
    expect(it.page.locator(".legend__rest li").first).to_be_visible(timeout=PATIENCE_MS)
    it.check("grids by change", "#map-region")
    it.check("filters of grids by change", "#filters")
    it.page.evaluate(
        "() => gridmap.state.set({ layers: new Set(['points', 'households', 'cameras']), surface: 'none' })"
    )
    it.page.wait_for_selector("[data-layer=points]")
    it.check("points", "#map-region")
    it.page.evaluate("() => gridmap.state.set({ kinds: new Set() })")
    it.page.wait_for_selector("[data-notice=period]")
    it.check("no kind chosen", "#map-region")
    it.check("filters in force", "#filters")
    it.page.evaluate("() => gridmap.showAll()")


def _check_search(it: Checked) -> None:
    it.page.fill("#grid-search", "30.18,114.96")
    it.page.wait_for_selector("#search-datum-choice", timeout=PATIENCE_MS)
    it.check("proposals", ".bar")
    it.page.keyboard.press("Escape")


def _check_tools(it: Checked) -> None:
    for tool in ("views", "share", "download"):
        it.press(f"#tool-{tool}")
        it.page.wait_for_selector("dialog[open]")
        it.check(f"dialog {tool}", "dialog")
        it.page.keyboard.press("Escape")
        expect(it.page.locator("dialog")).to_have_count(0)
    it.press("#tool-measure")
    it.check("measuring", "#map-region")
    it.press("#tool-measure")


@each_look
def test_comparing_the_wall_and_paper(demo: Watched, theme: str, lang: str) -> None:
    it = checked(demo, theme, lang)
    it.open("/?compare=side")
    it.page.wait_for_selector("#map-2 .leaflet-tile-loaded", state="attached", timeout=PATIENCE_MS)
    it.check("two maps")
    it.open("/?wall=1")
    it.page.wait_for_selector(".number", timeout=PATIENCE_MS)
    it.check("wall")
    it.open("/?print=a4-landscape")
    it.page.wait_for_selector(".paper", timeout=PATIENCE_MS)
    it.check("paper")
    it.assert_none()


@each_look
def test_the_sheet_of_a_phone_at_its_rests(watch: Watch, demo_address: str, theme: str, lang: str) -> None:
    it = checked(watch(demo_address, PHONE, touch=True), theme, lang)
    it.open("/")
    it.check("low")
    it.press("#tools-more")
    it.check("tools", ".tools")
    it.page.keyboard.press("Escape")
    it.press("#sheet-handle")
    it.check("half", "#sheet")
    it.press("#tab-place")
    it.press("#sheet-handle")
    it.check("full", "#sheet")
    it.assert_none()


@each_look
def test_the_other_pages(demo: Watched, demo_address: str, theme: str, lang: str) -> None:
    it = checked(demo, theme, lang)
    (newest,) = asked(demo_address, "/api/v1/incidents?limit=1")["items"]
    for page in ("/incidents", "/incidents/new", f"/incidents/{newest['uid']}", "/import", "/linkage"):
        it.page.goto(f"{demo.base}{page}?{it.look}")
        it.check(page)
    demo.allowed += ["404"]
    it.page.goto(f"{demo.base}/nowhere?{it.look}")
    it.check("a missing page")
    it.assert_none()


@pytest.mark.usefixtures("store")
def test_an_empty_district(settings: Settings, watch: Watch) -> None:
    with serving(settings) as base:
        it = checked(watch(base), "light", "en")
        it.open("/")
        it.check("who will use this")
        go_alone(it.page)
        it.check("nothing there yet")
        it.open("/incidents")
        it.check("no incidents")
        it.assert_none()


def test_a_fault_is_found(demo: Watched) -> None:
    it = checked(demo, "light", "zh")
    it.page.goto(f"{demo.base}/nowhere")
    demo.allowed += ["404"]
    it.page.evaluate(
        "() => document.querySelector('h1').insertAdjacentElement('afterend', document.createElement('img'))"
    )
    it.check("broken")
    assert [fault.split(" at ")[0] for fault in it.faults] == ["broken: image-alt"]
