"""Distances and areas measured on the map, beside what PROJ says of the same points."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from pyproj import Geod

from tests.browser.conftest import PHONE, Watched

pytestmark = pytest.mark.browser

WGS84 = Geod(ellps="WGS84")
CENTRE = "/?theme=light&lang=en#14/30.21000/114.97000"
POINTS = ((500, 300), (700, 320), (650, 480))


@pytest.fixture
def measuring(demo: Watched) -> Page:
    page = demo.open(CENTRE)
    page.click("#tool-measure")
    page.wait_for_selector("#ruler")
    return page


def geodesic(watched: Watched, function: str, places: list[Any]) -> list[float]:
    """What the page's own module makes of each of the given lists of places."""
    watched.page.goto(f"{watched.base}/static/any/js/measure/geodesic.js")  # the module alone, as text: no map is drawn
    return watched.page.evaluate(
        """async ([name, all]) => {
            const module = await import(location.href);
            return all.map((places) => module[name](places));
        }""",
        [function, places],
    )


def places_at(page: Page, points: tuple[tuple[int, int], ...]) -> list[tuple[float, float]]:
    """lon, lat of points of the screen."""
    return page.evaluate(
        """points => points.map(([clientX, clientY]) => {
            const { lng, lat } = gridmap.map.mouseEventToLatLng({ clientX, clientY });
            return [lng, lat];
        })""",
        points,
    )


def metres(text: str) -> float:
    """The figure that stands first, in metres or square metres."""
    number, unit = re.match(r"([\d,.]+) (km²|ha|m²|km|m)", text).groups()
    return float(number.replace(",", "")) * {"km²": 1e6, "ha": 1e4, "m²": 1, "km": 1e3, "m": 1}[unit]


def test_lengths_are_those_of_the_ellipsoid(demo: Watched) -> None:
    rng = np.random.default_rng(3)
    start = rng.uniform((-180, -85), (180, 85), size=(300, 2))
    far = start + rng.normal(size=(300, 2)) * np.repeat([1e-4, 0.05, 5], 100)[:, None]
    lines = [[a.tolist(), [float(b[0]), float(np.clip(b[1], -89, 89))]] for a, b in zip(start, far, strict=True)]
    lines += [[[114.9, 30.2], [114.9, 30.2]], [[10, 0], [11, 0]], [[179.9, 20], [-179.9, 20]], [[0, 0], [180, 0.1]]]
    found = geodesic(demo, "lengthM", lines)
    wanted = [WGS84.line_length(*zip(*line, strict=True)) for line in lines]
    assert found[:-1] == pytest.approx(wanted[:-1], rel=1e-6, abs=1e-3)
    assert found[-1] == pytest.approx(wanted[-1], rel=0.005)  # almost opposite points of the globe


def test_areas_are_those_of_the_ellipsoid(demo: Watched) -> None:
    rings = []
    for lat in (0, -33, 30.2, 60, 80):
        for radius_m in (3, 400, 20_000, 100_000):
            for lon, corners in ((114.97, 3), (179.9999, 7)):
                turns = np.linspace(0, 360, corners, endpoint=False)
                lons, lats, _ = WGS84.fwd([lon] * corners, [lat] * corners, turns, [radius_m] * corners)
                rings.append([list(place) for place in zip(lons, lats, strict=True)])
    found = geodesic(demo, "areaM2", rings)
    wanted = [abs(WGS84.polygon_area_perimeter(*zip(*ring, strict=True))[0]) for ring in rings]
    assert found == pytest.approx(wanted, rel=1e-3)


def test_presses_make_a_line_and_an_area(measuring: Page) -> None:
    legend, card = measuring.locator("#legend").bounding_box(), measuring.locator("#ruler").bounding_box()
    assert legend is not None
    assert card is not None
    assert card["x"] >= legend["x"] + legend["width"]  # the card covers nothing of the legend
    for x, y in POINTS:
        measuring.mouse.click(x, y)
    line = places_at(measuring, POINTS)
    value = measuring.locator("#measure-value")
    length = WGS84.line_length(*zip(*line, strict=True))
    assert metres(value.inner_text()) == pytest.approx(length, rel=1e-3)
    assert "3 points" in measuring.inner_text(".measure__more")
    assert measuring.evaluate("gridmap.state.get().grid") is None  # the presses chose no grid

    measuring.click("#ruler [data-mode=area]")
    area = abs(WGS84.polygon_area_perimeter(*zip(*line, strict=True))[0])
    assert metres(value.inner_text()) == pytest.approx(area, rel=1e-3)
    measuring.mouse.click(*POINTS[-1])  # the last point again: done, the pointer moves nothing any more
    done = value.inner_text()
    measuring.mouse.move(420, 600)
    assert value.inner_text() == done
    expect(measuring.locator("#ruler")).to_have_class(re.compile("measure--done"))


def test_the_value_runs_with_the_pointer_and_dragging_sets_no_point(measuring: Page) -> None:
    measuring.mouse.click(500, 300)
    measuring.mouse.move(600, 300)
    near = metres(measuring.inner_text("#measure-value"))
    measuring.mouse.move(700, 300)
    assert metres(measuring.inner_text("#measure-value")) == pytest.approx(2 * near, rel=0.01)
    measuring.mouse.down()
    measuring.mouse.move(650, 380, steps=4)
    measuring.mouse.up()
    assert "1 point" in measuring.inner_text(".measure__more")


def test_keys_alone_measure(measuring: Page) -> None:
    latitude = measuring.evaluate("gridmap.map.containerPointToLatLng(gridmap.map.getSize().divideBy(2).round()).lat")
    measuring.keyboard.press("Enter")
    for _ in range(12):
        measuring.keyboard.press("ArrowRight")
    measuring.keyboard.press("Enter")
    length = metres(measuring.inner_text("#measure-value"))
    metre_px = 156543.03392 * np.cos(np.radians(latitude)) / 2**14
    assert length == pytest.approx(120 * metre_px, rel=0.01)
    for _ in range(8):
        measuring.keyboard.press("ArrowDown")
    measuring.keyboard.press("Enter")
    assert measuring.inner_text(".measure [role=status]").startswith(measuring.inner_text("#measure-value"))
    measuring.keyboard.press("Backspace")
    assert "2 points" in measuring.inner_text(".measure__more")
    measuring.keyboard.press("Escape")
    expect(measuring.locator("#ruler")).to_have_count(0)
    expect(measuring.locator("#tool-measure")).to_have_attribute("aria-pressed", "false")


def test_the_figure_can_be_taken_along(measuring: Page) -> None:
    measuring.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for x, y in POINTS[:2]:
        measuring.mouse.click(x, y)
    measuring.click("#measure-copy")
    expect(measuring.locator(".measure [role=status]")).to_contain_text("Copied")
    assert measuring.evaluate("navigator.clipboard.readText()") == measuring.inner_text("#measure-value")


def test_fingers_measure_on_a_phone(watch: Callable[..., Watched], demo_address: str) -> None:
    page = watch(demo_address, PHONE, touch=True).open("/?theme=light&lang=en#14/30.21000/114.97000")
    page.click("#tools-more")
    page.click("#tool-measure")
    page.wait_for_selector("#ruler")
    page.touchscreen.tap(150, 250)
    page.touchscreen.tap(250, 250)
    line = places_at(page, ((150, 250), (250, 250)))
    length = WGS84.line_length(*zip(*line, strict=True))
    assert metres(page.inner_text("#measure-value")) == pytest.approx(length, rel=1e-3)
    box = page.locator("#ruler").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
