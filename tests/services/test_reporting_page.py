"""The heat page opened from a folder, in a browser that is offline."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from gridmap.config import Settings
from gridmap.services.reporting import write_heat
from gridmap.services.situation import Selection
from gridmap.store import bulk, plans
from gridmap.store.tables import Grid
from tests.services import small_world as world

pytestmark = pytest.mark.browser
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip
NASTY = "</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed: scripts/test installs it")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(offline=True, viewport={"width": 900, "height": 700})
    yield context.new_page()
    context.close()


def test_the_page_draws_itself_without_a_network(page: Page, settings: Settings, tmp_path: Path) -> None:
    store = world.build(settings)
    with store.write() as session:
        grid = plans.grids_by_code(session)["G1"]
        bulk.update(session, Grid, [grid], {"name": [NASTY]})
    path = tmp_path / "heat.html"
    write_heat(store, path, Selection(), now=world.now)
    store.close()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.goto(path.as_uri())
    pictures = page.locator("img.leaflet-image-layer")
    assert pictures.count() == 3
    assert all(pictures.nth(i).evaluate("image => image.complete && image.naturalWidth > 0") for i in range(3))
    assert page.locator(".legend li").count() == 6
    assert page.evaluate("() => Object.keys(map_main._layers).length") >= 6
    page.locator("#map").hover(position={"x": 380, "y": 330})
    page.wait_for_selector(".grid-tip")
    assert NASTY in page.locator(".grid-tip").inner_text()  # as text, not as markup
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert faults == []
