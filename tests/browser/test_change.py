"""What is usual and what changed, as a commander reads it on the map page of the demo."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, READY, Watched

pytestmark = pytest.mark.browser

PLANTED = "tab=change&change=year.grid.leaf&from=2026-06-01&to=2026-06-30"


def asked(base: str, path: str) -> Any:
    """What the server answers a program."""
    with urlopen(base + path) as response:
        return json.load(response)


def figure(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def wait_for_total(page: Page, value: int) -> None:
    page.wait_for_function(
        "value => Number(document.getElementById('total').textContent.replace(/\\D/g, '')) === value", arg=value
    )


def test_the_page_opens_on_what_is_usual(demo: Watched) -> None:
    page = demo.open("/?lang=en")
    windows = asked(demo.base, "/api/v1/expectation")["windows"]
    page.wait_for_selector(".now")
    assert [figure(text) for text in page.locator(".now__count").all_inner_texts()] == [w["count"] for w in windows]
    words = {"usual": "As usual", "more": "More than usual", "fewer": "Fewer than usual"}
    verdicts = [text.strip() for text in page.locator(".now__verdict").all_inner_texts()]
    assert verdicts == [words[window["verdict"]] for window in windows]
    for window, text in zip(windows, page.locator(".now__usual").all_inner_texts(), strict=True):
        assert text.endswith(f"usual {window['low']} to {window['high']}")
    assert "30 Jun 2026 (demo)" in page.inner_text("#today-at")
    # it stands above everything else of the left panel, and its figures lead to their days
    assert page.evaluate("document.querySelector('#filters section:not([hidden])').id") == "today"
    page.click(".now__name >> nth=1")
    wait_for_total(page, windows[1]["count"])
    assert "from=2026-06-24&to=2026-06-30" in page.url


def test_what_is_usual_follows_kinds_and_place(demo: Watched) -> None:
    page = demo.open("/?lang=en&kinds=order&area=420204004")
    week = asked(demo.base, "/api/v1/expectation?kinds=order&area=420204004")["windows"][1]
    expect(page.locator(".now__count >> nth=1")).to_have_text(str(week["count"]))
    page.click(".today__how summary")
    expect(page.locator("#today-how")).to_contain_text("19 times in 20")
    expect(page.locator("#today-how")).to_contain_text("chosen kinds, hours and place only")


def test_a_real_change_is_found_and_leads_to_the_map(demo: Watched) -> None:
    page = demo.open(f"/?lang=en&{PLANTED}")
    report = asked(demo.base, "/api/v1/change?basis=year&level=grid&by=leaf&from=2026-06-01&to=2026-06-30")
    page.wait_for_selector(".changes")
    tests, alarms = f"{report['tests']:,}", report["alarms"]
    sentence = f"{tests} comparisons were made; {alarms} show a change beyond chance."
    assert page.inner_text(".change__verdict") == sentence
    marked = page.locator(".changes__row--real")
    assert marked.count() == alarms >= 2
    assert page.locator(".changes__pct .icon").count() == alarms  # an arrow, not a colour alone
    first = report["rows"][0]
    assert first["kind"] == "order.noise"  # what the demo had planted
    row = marked.first
    name = row.get_by_role("button").get_attribute("aria-label")
    counts = f"{first['now']} now, {first['before']} before"
    assert name == f"{first['name']}, Noise: {counts}, more, beyond chance. Look there."
    row.get_by_role("button").focus()
    page.keyboard.press("Enter")
    wait_for_total(page, first["now"])
    page.wait_for_function(f"location.search.includes('grid={first['area']}')")
    assert "kinds=order.noise" in page.url
    # the report stays what it was: one report is one family of tests
    assert page.inner_text(".change__verdict").startswith(tests)


def test_what_is_compared_is_chosen_and_kept_in_the_address(demo: Watched) -> None:
    page = demo.open("/?lang=en&tab=change")
    page.wait_for_selector(".changes")
    assert page.get_attribute("[data-basis=month]", "aria-pressed") == "true"
    page.click("[data-basis=weeks4]")
    page.select_option("#change-level", "community")
    page.select_option("#change-by", "total")
    page.wait_for_function("location.search.includes('change=weeks4.community.total')")
    report = asked(demo.base, "/api/v1/change?basis=weeks4&level=community&by=total&from=2026-06-01&to=2026-06-30")
    expect(page.locator(".change__verdict")).to_contain_text(f"{report['tests']} comparisons")
    page.reload()
    page.wait_for_selector(READY, state="attached")
    expect(page.locator(".change__verdict")).to_contain_text(f"{report['tests']} comparisons")
    shown = page.locator(".changes tbody tr").count()
    if shown < len(report["rows"]):
        page.click(".change__more")
    assert page.locator(".changes tbody tr").count() == len(report["rows"])


def test_a_period_without_data_says_what_to_do(demo: Watched) -> None:
    demo.allowed += ["422"]
    page = demo.open("/?tab=change&change=year.street.top&from=2023-08-01&to=2023-09-01")
    refused = page.locator(".change__refused")
    expect(refused).to_contain_text("2022年8月1日")
    expect(refused).to_contain_text("2023年7月1日")
    expect(refused.locator(".quiet")).to_have_text("请选择更晚的时段，或改用其他对比方式。")
    assert page.locator(".changes").count() == 0
    page.click("[data-basis=month]")  # July is known: this comparison can be made
    page.wait_for_selector(".changes")


def test_on_a_phone_it_is_a_tab_of_the_sheet(watch: Any, demo_address: str) -> None:
    page = watch(demo_address, PHONE, touch=True).open("/?lang=en&tab=change")
    assert page.get_attribute("#sheet", "data-rest") == "half"  # open for whoever gets the link
    page.wait_for_selector(".changes")
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    boxes = page.locator(".changes__where").all()[:5]
    assert all((box.bounding_box() or {"height": 0})["height"] >= 44 for box in boxes)
