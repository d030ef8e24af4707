"""Which incidents are looked at: days, kinds, and the chips that say so. In a browser on the demo district."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watched
from tests.browser.pictures import CENTRE, changed_share, picture
from tests.browser.steps import asked, figure, wait_for_total

pytestmark = pytest.mark.browser


def test_first_view_shows_the_servers_figures(demo: Watched) -> None:
    page = demo.open()
    counts = asked(demo.base, "/api/v1/counts")
    expect(page.locator("#total")).to_have_text(f"{counts['total']:,}")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert "合成" in page.inner_text(".bar__notice")
    order = sum(n for kind, n in counts["by_kind"].items() if kind.startswith("order."))
    expect(page.locator(".kind__row", has_text="治安").locator(".kind__count")).to_have_text(f"{order:,}")


def test_period_changes_heat_figures_and_address(demo: Watched) -> None:
    page = demo.open(f"/{CENTRE}")
    before, count = picture(page), figure(page, "#total")
    page.click("#presets [data-days='7']")
    wait_for_total(page, count, other=True)
    assert figure(page, "#total") < count
    assert "from=" in page.url
    assert changed_share(before, picture(page)) > 0.05
    page.go_back()
    wait_for_total(page, count)
    assert changed_share(before, picture(page)) < 0.01
    assert page.get_attribute("#presets [data-days='30']", "aria-pressed") == "true"


def test_kind_changes_heat_and_figures(demo: Watched) -> None:
    page = demo.open(f"/{CENTRE}")
    before, count = picture(page), figure(page, "#total")
    page.locator(".kind__row", has_text="治安").first.locator(".kind__box").uncheck()
    wait_for_total(page, count, other=True)
    assert figure(page, "#total") == asked(demo.base, "/api/v1/counts?kinds=dispute,hazard,help,facility")["total"]
    page.wait_for_url("**kinds=dispute,hazard,help,facility**")
    assert changed_share(before, picture(page)) > 0.05


def test_choosing_no_kind_says_so_and_offers_all(demo: Watched) -> None:
    page = demo.open()
    for box in page.query_selector_all("#kinds > li > .kind__row .kind__box"):
        box.uncheck()
    notice = page.locator("[data-notice='period']")
    expect(notice).to_contain_text("未选择任何类别")
    assert figure(page, "#total") == 0
    expect(page.locator(".chip[data-filter=kinds]")).to_have_text("未选类别")
    notice.locator("button").click()
    wait_for_total(page, asked(demo.base, "/api/v1/situation")["counts"]["incidents"])


def test_questions_that_overtake_each_other_leave_no_fault(demo: Watched) -> None:
    page = demo.open("/?kinds=order")
    before = figure(page, "#total")
    page.evaluate("() => Promise.all([1, 2, 3].map(() => gridmap.drawCounts()))")
    page.wait_for_timeout(200)  # a refusal nobody took would be reported by now
    assert figure(page, "#total") == before > 0


def test_days_in_the_wrong_order_are_told(demo: Watched) -> None:
    page = demo.open("/?from=2020-01-01&to=2026-06-30")
    said = page.locator("#dates-said")
    expect(said).to_contain_text("数据始于")
    page.fill("#to", "2019-12-31")
    page.dispatch_event("#to", "change")
    expect(said).to_contain_text("起始日期晚于结束日期")
    expect(said).to_contain_text("2026年6月30日")
    assert page.get_attribute("#to", "aria-invalid") == "true"
    page.fill("#to", "2026-06-30")
    page.dispatch_event("#to", "change")
    expect(said).to_contain_text("数据始于")
    assert page.get_attribute("#to", "aria-invalid") == "false"


def test_kinds_by_keyboard_by_name_and_alone(demo: Watched) -> None:
    """Arrows unfold and go down; a name finds a kind below a folded one; a figure is that of all other filters."""
    page = demo.open("/?hours=5.18-23")
    order = page.locator(".kind__row", has_text="治安").first
    order.locator(".kind__box").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[id='kind-order']")).to_be_visible()
    page.keyboard.press("ArrowDown")
    below = page.evaluate("() => document.activeElement.closest('ul').id")
    assert below == "kind-order"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[id='kind-order']")).to_be_hidden()
    page.fill("#kinds-find", "盗窃")
    shown = page.locator("#kinds .kind__row:visible")
    expect(shown).to_have_count(2)  # it and what it belongs to
    shown.nth(1).hover()
    shown.nth(1).locator(".kind__only").click()
    page.wait_for_url("**kinds=order.theft&**")
    counts = asked(demo.base, "/api/v1/counts?hours=5.18-23")
    wait_for_total(page, counts["by_kind"]["order.theft"])
    page.fill("#kinds-find", "")
    dispute = sum(n for kind, n in counts["by_kind"].items() if kind.startswith("dispute"))
    expect(page.locator(".kind__row", has_text="矛盾纠纷").locator(".kind__count")).to_have_text(f"{dispute:,}")


def test_chips_name_the_filters_and_take_them_away(demo: Watched, watch: Callable[..., Watched]) -> None:
    grid = asked(demo.base, "/api/v1/grids.geojson")["features"][41]["properties"]
    page = demo.open(f"/?hours=5.18-23,6.18-23&kinds=order,hazard&grid={grid['code']}")
    texts = page.locator(".chip")
    expect(texts).to_have_count(3)
    expect(page.locator(".chip[data-filter=hours]")).to_have_text("周五、周六 18–24 时")
    expect(page.locator(".chip[data-filter=kinds]")).to_have_text("安全隐患、治安")
    expect(page.locator(".chip[data-filter=grid]")).to_have_text(grid["name"])
    page.click(".chip[data-filter=grid] button")
    expect(texts).to_have_count(2)
    wait_for_total(page, asked(demo.base, "/api/v1/counts?hours=5.18-23,6.18-23&kinds=order,hazard")["total"])
    again = watch(demo.base).open(page.url.removeprefix(demo.base))
    expect(again.locator(".chip")).to_have_count(2)
    page.click("#chips-clear")
    expect(page.locator("#chips")).to_be_hidden()
    wait_for_total(page, asked(demo.base, "/api/v1/counts")["total"])
    assert "hours=" not in page.url
