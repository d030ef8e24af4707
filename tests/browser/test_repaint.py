"""Another choice on the screen: the figures are asked for at once, and the heat is never gone meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

QUIET_MS = 400  # more than any pause between changes and questions

WATCH = """() => {
  window.seen = [];
  const { heat } = gridmap.layers;
  window.before = heat.shown.getContainer();
  requestAnimationFrame(function turn() {
    const strength = [...document.querySelectorAll(".heat-image")].map((node) => getComputedStyle(node).opacity);
    window.seen.push(strength.filter((one) => one === "1").length);
    requestAnimationFrame(turn);
  });
}"""


def test_new_heat_takes_the_old_ones_place_in_one_frame(demo: Watched) -> None:
    page = demo.open()
    page.evaluate(WATCH)
    page.click("#presets [data-days='90']")
    page.wait_for_function("() => gridmap.layers.heat.shown.getContainer() !== window.before")
    page.wait_for_timeout(QUIET_MS)
    assert set(page.evaluate("() => window.seen")) == {1}


def test_figures_are_asked_for_before_the_pictures(demo: Watched) -> None:
    page = demo.open()
    asked = _asked(page)
    page.click("#presets [data-days='7']")
    page.wait_for_timeout(QUIET_MS)
    assert asked[0].startswith("/api/v1/counts?")
    assert any(address.startswith("/tiles/heat/") for address in asked)
    assert sum(address.startswith("/api/v1/counts?") for address in asked) == 1


def test_colours_of_grids_are_asked_for_with_the_figures(demo: Watched) -> None:
    page = demo.open("/?surface=choropleth")
    asked = _asked(page)
    page.click("#presets [data-days='7']")
    page.wait_for_timeout(QUIET_MS)
    assert [address.split("?")[0] for address in asked[:2]] == ["/api/v1/counts", "/api/v1/choropleth"]


def test_of_a_flurry_of_changes_the_first_and_the_newest_are_asked_for(demo: Watched) -> None:
    page = demo.open()
    asked = _asked(page)
    page.evaluate(
        """() => {
          const { to } = gridmap.state.get();
          for (let n = 2; n < 9; n += 1) gridmap.state.set({ from: to - n });
        }"""
    )
    page.wait_for_timeout(QUIET_MS)
    counts = [address for address in asked if address.startswith("/api/v1/counts?")]
    assert len(counts) == 2
    assert "from=2026-06-28" in counts[0]
    assert "from=2026-06-22" in counts[1]
    assert page.evaluate("() => gridmap.state.get().to - gridmap.state.get().from") == 8


def _asked(page: Page) -> list[str]:
    """A list that gets the path of every request from now on."""
    page.wait_for_timeout(QUIET_MS)  # what the first view has left to do
    asked: list[str] = []
    page.on("request", lambda request: asked.append("/" + request.url.split("/", 3)[3]))
    return asked
