"""Nothing there yet, something new, something wrong: the page's other states, on databases of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from gridmap.config import Settings
from tests.browser.conftest import PHONE, READY, Watched, serving
from tests.browser.steps import bring_in, go_alone
from tests.services import small_world as world

pytestmark = pytest.mark.browser

Watch = Callable[..., Watched]


@pytest.mark.usefixtures("store")
def test_empty_database_says_how_to_begin(settings: Settings, watch: Watch) -> None:
    with serving(settings) as base:
        page = watch(base).open()
        go_alone(page)
        card = page.locator("[data-notice=welcome]")
        expect(card.locator("h2")).to_have_text("这里还没有数据")
        assert "gridmap import grids" in card.inner_text()
        assert "gridmap import incidents" in card.inner_text()
        expect(page.locator("#total")).to_have_text("0")
        expect(page.locator(".bar__notice")).to_have_count(0)


@pytest.mark.usefixtures("store")
def test_empty_database_on_a_phone(settings: Settings, watch: Watch) -> None:
    with serving(settings) as base:
        page = watch(base, PHONE, touch=True).open("/?lang=en")
        assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
        go_alone(page)
        expect(page.locator("[data-notice=welcome] h2")).to_have_text("Nothing is here yet")
        assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]


@pytest.mark.usefixtures("store")
def test_streets_alone_are_shown_whole(
    settings: Settings, watch: Watch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    line = {"type": "LineString", "coordinates": [[114.95, 30.17], [114.99, 30.17], [114.99, 30.19]]}
    street = {"type": "Feature", "geometry": line, "properties": {"name": "桂林路", "class": "trunk"}}
    streets = json.dumps({"type": "FeatureCollection", "features": [street]})
    bring_in(settings, monkeypatch, "streets", tmp_path / "streets.geojson", streets)
    with serving(settings) as base:
        page = watch(base).open()
        west, south, east, north = map(float, page.evaluate("() => gridmap.map.getBounds().toBBoxString()").split(","))
        assert west < 114.95 < 114.99 < east
        assert south < 30.17 < 30.19 < north
        assert east - west < 0.2  # the streets, not the project's extent
        strip = page.locator("[data-notice=welcome]")
        expect(strip).to_contain_text("还没有网格")
        assert "streets" not in strip.inner_text()
        box = strip.bounding_box()
        assert box is not None
        assert box["height"] < 48
        strip.locator("button").click()
        expect(strip).to_have_count(0)
        page.reload()
        page.wait_for_selector(READY, state="attached")
        expect(strip).to_have_count(0)


@pytest.mark.usefixtures("store")
def test_incidents_alone_are_shown_whole(
    settings: Settings, watch: Watch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = "编号,类型,发生时间,经度,纬度\n1,噪声扰民,2024-03-05,114.96,30.17\n2,盗窃,2024-03-06,114.98,30.18\n"
    bring_in(settings, monkeypatch, "incidents", tmp_path / "list.csv", rows)
    with serving(settings) as base:
        page = watch(base).open()
        west, _, east, _ = map(float, page.evaluate("() => gridmap.map.getBounds().toBBoxString()").split(","))
        assert west < 114.96 < 114.98 < east
        assert east - west < 0.1
        expect(page.locator("[data-notice=welcome]")).to_contain_text("还没有网格")
        expect(page.locator(".notice--card")).to_have_count(0)
        expect(page.locator("h1")).to_have_text("未命名项目")


def test_names_from_data_are_shown_as_text(settings: Settings, watch: Watch) -> None:
    world.build(settings)
    with serving(settings) as base:
        page = watch(base).open("/?grid=G1")
        expect(page.locator("#attribution")).to_have_text("测试数据 <b>")
        expect(page.locator("#detail-code")).to_have_text("G1")


@pytest.mark.parametrize(("lang", "words"), [("zh", "页面不存在"), ("en", "This page does not exist")])
def test_missing_page_in_both_languages(settings: Settings, watch: Watch, lang: str, words: str) -> None:
    world.build(settings)
    with serving(settings) as base:
        watched = watch(base)
        watched.allowed += ["404"]
        answer = watched.page.goto(f"{base}/nowhere?lang={lang}")
        assert answer is not None
        assert answer.status == 404
        expect(watched.page.locator("h1")).to_have_text(words)
        watched.page.click(".failure__ways a")
        watched.page.wait_for_selector("html[data-ready='1']", state="attached")
