"""Nothing there yet, something new, something wrong: the page's other states, on databases of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from gridmap.config import Settings
from gridmap.domain.incidents import IncidentReport, on_day
from gridmap.services.intake import receive
from tests.browser.conftest import PHONE, Watched, serving
from tests.services import small_world as world

pytestmark = pytest.mark.browser

Watch = Callable[..., Watched]


@pytest.mark.usefixtures("store")
def test_empty_database_says_how_to_begin(settings: Settings, watch: Watch) -> None:
    with serving(settings) as base:
        page = watch(base).open()
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
        expect(page.locator("[data-notice=welcome] h2")).to_have_text("Nothing is here yet")
        assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]


def test_what_is_new_appears_by_itself(settings: Settings, watch: Watch) -> None:
    store = world.build(settings)
    with serving(settings) as base:
        page = watch(base).open("/?from=2024-05-01&to=2024-05-31&grid=G1")
        before = int(page.inner_text("#total"))
        in_grid = int(page.inner_text("#detail-total"))
        lon, lat = world.in_block(0, 0)
        report = IncidentReport(lon, lat, "order.theft", on_day(dt.date(2024, 5, 31)))
        receive(store, settings, report, actor="local", now=world.NOW)
        expect(page.locator("#total")).to_have_text(str(before + 1), timeout=20_000)
        expect(page.locator("#detail-total")).to_have_text(str(in_grid + 1))


def test_names_from_data_are_shown_as_text(settings: Settings, watch: Watch) -> None:
    world.build(settings)
    with serving(settings) as base:
        page = watch(base).open("/?grid=G1")
        expect(page.locator("#attribution")).to_have_text("测试数据 <b>")
        expect(page.locator("#detail-code")).to_have_text("G1")


def test_lost_server_is_told_and_found_again(settings: Settings, watch: Watch) -> None:
    world.build(settings)
    with serving(settings) as base:
        watched = watch(base)
        watched.allowed += ["ERR_FAILED", "ERR_CONNECTION"]
        page = watched.open()
        page.route("**/api/v1/changes*", lambda route: route.abort())
        expect(page.locator("[data-notice=line]")).to_contain_text("服务器没有响应", timeout=30_000)
        page.unroute("**/api/v1/changes*")
        expect(page.locator("[data-notice=line]")).to_be_hidden(timeout=30_000)


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
