"""New gatherings as a commander meets them: the page asks for the report itself, tells it in sentences, goes there."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from gridmap.store import jobs
from gridmap.store.engine import Store
from tests.browser.conftest import PHONE, Watched

pytestmark = pytest.mark.browser

GRID = "420204004006003"
ROW = {
    "direction": "more", "kind": "order.noise", "grids": [{"code": GRID, "name": "肖家铺社区第3网格"}],
    "community": "肖家铺社区居委会", "street": "团城山街道", "count": 74, "usual": 23.2,
    "p": 4e-09, "q": 0.00002, "z": 6.97, "windows": 4, "since": "2026-01-10",
}  # fmt: skip
REPORT: dict[str, Any] = {
    "reason": None, "made_at": "2026-06-30T16:30:00+00:00", "from": "2026-06-03", "to": "2026-06-30", "days": 28,
    "past_from": "2025-06-04", "past_days": 364, "plan": "现行网格方案", "grids": 213, "incidents": 36_738,
    "outside": 5, "month_only": 213, "kinds": ["order.noise"], "too_few": ["order.fight"], "least_events": 30,
    "tests": 4_991, "permutations": 99_999, "exact_below": 10, "false_discovery_rate": 0.05, "rows": [ROW],
    "busiest": [{"grid": GRID, "name": "肖家铺社区第3网格", "count": 85, "usual": 32.4}],
}  # fmt: skip


@pytest.fixture
def told(demo_store: Store) -> Iterator[None]:
    """The demo with a finished report; afterwards without any job, as the other tests know it."""
    at = dt.datetime.now(dt.UTC)
    with demo_store.write() as session:
        jobs.sweep(session, "gatherings", 0)
        job = jobs.open_job(session, "gatherings") or jobs.add(session, kind="gatherings", parameters={}, seed=1, at=at)
        taken = jobs.take(session, at)
        assert taken is not None and taken.uid == job.uid
        jobs.end(session, job.uid, taken.attempts, state="done", at=at, result=REPORT, seq=10**9)
    yield
    with demo_store.write() as session:
        jobs.sweep(session, "gatherings", 0)


def answering(page: Page, state: str, **more: object) -> list[str]:
    """The page's questions about gatherings answered by the test; the methods of what it sent."""
    sent: list[str] = []
    job = {"uid": "0190", "kind": "gatherings", "state": state, "progress": 0.42, "cancel_requested": False}
    body: dict[str, object] = {
        "state": state, "job": None if state == "none" else job, "report": None, "seq": None,
        "newest_on": "2026-06-30", "is_current": False,
    }  # fmt: skip

    def answer(route: Route) -> None:
        sent.append(f"{route.request.method} {route.request.url.split('/api/v1/')[1]}")
        if route.request.method == "POST":
            body.update(state="queued" if "gatherings" in route.request.url else "cancelled", job=job)
        route.fulfill(status=200, content_type="application/json", body=json.dumps(body | more))

    page.route(re.compile(r"/api/v1/(gatherings|jobs/)"), answer)
    return sent


def test_a_gathering_is_told_in_a_sentence_and_found_on_the_map(demo: Watched, told: None) -> None:
    page = demo.open("/?lang=en&tab=gatherings")
    expect(page.locator(".gatherings__verdict")).to_have_text("1 new gathering")
    row = page.locator(".gathered__row")
    assert row.locator("strong").inner_text() == "Noise"
    said = row.locator(".gathered__said").inner_text()
    assert said == "74 incidents in 28 days, usually about 23. More since about 10 Jan 2026."
    assert row.locator(".gathered__sure").inner_text().endswith("at most 1 of 1,000,000 cases.")
    row.get_by_role("button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("kinds=order.noise"))
    assert "from=2026-06-03" in page.url and "to=2026-06-30" in page.url
    page.wait_for_function("code => gridmap.map.getBounds().contains(gridmap.layers.grids.bounds(code))", arg=GRID)
    assert page.evaluate("gridmap.map.getZoom()") >= 15
    assert page.evaluate("gridmap.gatherings.outline.drawn.getLayers().length") == 2  # the line and its halo
    page.click("#tab-change")
    assert page.evaluate("gridmap.gatherings.outline.drawn.getLayers().length") == 0
    assert demo.faults() == []


def test_how_it_was_found_and_the_plain_list_are_a_press_away(demo: Watched, told: None) -> None:
    page = demo.open("/?lang=en&tab=gatherings")
    page.click(".gatherings__how summary")
    how = page.locator(".gatherings__how").inner_text()
    parts = ("99,999", "fewer than 10 of these", "4,991 tests", "213 incidents are known by month only")
    for part in (*parts, "under 30): Fight", "364 days"):
        assert part in how
    page.click("[data-view=most]")
    expect(page.locator("#gatherings-said")).to_contain_text("nothing is tested")
    assert page.locator(".busiest tbody tr").inner_text().split() == ["肖家铺社区第3网格", "85", "32"]


def test_the_page_asks_for_a_report_by_itself_and_shows_how_far_it_is(demo: Watched) -> None:
    sent = answering(demo.page, "none")
    page = demo.open("/?lang=en&tab=gatherings")
    expect(page.locator("#gatherings-doing")).to_contain_text("waits for its turn")
    assert sent[:2] == ["GET gatherings", "POST gatherings"]
    expect(page.locator(".gatherings__share")).to_have_text("42 %")
    page.click("#gatherings-work button")
    expect(page.locator("#gatherings-work")).to_contain_text("The report was cancelled.")
    assert "POST jobs/0190/cancel" in sent
    assert sent.count("POST gatherings") == 1  # what a person cancelled is not asked for again
    page.click("#gatherings-work button")
    expect(page.locator("#gatherings-doing")).to_be_visible()
    assert sent.count("POST gatherings") == 2


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (REPORT | {"rows": []}, "没有超出偶然的新聚集"),
        ({"reason": "short_past", "least_past_days": 84, "rows": [], "busiest": []}, "至少要有 84 天的历史"),
        (REPORT | {"rows": [ROW | {"direction": "fewer", "count": 3, "usual": 0.2}]}, "明显减少的地方"),
    ],
)
def test_nothing_new_is_said_well(demo: Watched, report: dict[str, Any], said: str) -> None:
    answering(demo.page, "done", report=report, is_current=True, seq=1)
    page = demo.open("/?lang=zh&tab=gatherings")
    expect(page.locator("#panel-gatherings")).to_contain_text(said)
    assert demo.faults() == []


def test_it_stands_on_a_phone_without_scrolling_sideways(watch: Any, demo_address: str, told: None) -> None:
    watched: Watched = watch(demo_address, PHONE, touch=True)
    page = watched.open("/?lang=zh&tab=gatherings")
    expect(page.locator(".gathered__said")).to_have_text("28 天内 74 件，平常约 23 件。大约从2026年1月10日起增多。")
    assert page.get_attribute("#sheet", "data-rest") == "half"  # open for whoever gets the link
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.querySelector('.gathered__where').getBoundingClientRect().height >= 44")
