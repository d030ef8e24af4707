"""What map and charts show, for those who do not see them: in words, and as tables of the same figures."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, PHONE, Watched
from tests.browser.steps import asked

pytestmark = pytest.mark.browser

MAY = "from=2026-05-01&to=2026-05-31"


@pytest.fixture
def page(demo: Watched) -> Page:
    page = demo.open(f"/?{MAY}&lang=en&theme=light&dock=table")
    page.wait_for_selector("#table-rows tbody tr", timeout=PATIENCE_MS)
    return page


def cells(page: Page) -> list[list[str]]:
    return page.evaluate(
        """() => [...document.querySelectorAll('#table-rows tbody tr')]
            .map((row) => [...row.children].map((cell) => cell.innerText))"""
    )


def test_the_map_is_told_in_words(page: Page, demo_address: str) -> None:
    counts = asked(demo_address, f"/api/v1/counts?{MAY}")
    grids = asked(demo_address, "/api/v1/grids.geojson")["features"]
    names = {grid["properties"]["code"]: grid["properties"]["name"] for grid in grids}
    said = page.locator("#map-said")
    expect(said).to_contain_text(f"{counts['total']:,} incidents from 1 May 2026 to 31 May 2026.")
    most = max(counts["by_grid"].values())
    text = str(said.text_content())
    first = re.search(r"Most in (\S+) (\d+)", text)
    assert first
    assert int(first[2]) == most
    assert first[1] in {names[code] for code, count in counts["by_grid"].items() if count == most}
    assert "the darker the more" in text
    assert page.get_attribute("#map", "aria-describedby") == "map-said"
    page.evaluate("() => gridmap.state.set({ surface: 'choropleth', by: 'change' })")
    expect(said).to_contain_text("orange more than before")


def test_the_table_of_the_map_has_the_figures_of_the_server(page: Page, demo_address: str) -> None:
    by_grid = asked(demo_address, f"/api/v1/counts?{MAY}")["by_grid"]
    rows = cells(page)
    figures = [int(row[1].replace(",", "")) for row in rows]
    assert figures == sorted(figures, reverse=True)
    assert [count for count in figures if count] == sorted(by_grid.values(), reverse=True)
    page.select_option("#table-level", "street")
    expect(page.locator("#table-rows tbody tr")).to_have_count(5)
    areas = asked(demo_address, f"/api/v1/counts?{MAY}")["by_area"]
    for row, code in zip(
        cells(page), page.eval_on_selector_all("[data-code]", "all => all.map((n) => n.dataset.code)"), strict=True
    ):
        assert int(row[1].replace(",", "")) == areas[code]


def test_what_grids_are_coloured_by_stands_in_the_table(page: Page, demo_address: str) -> None:
    page.evaluate("() => gridmap.state.set({ surface: 'choropleth', by: 'change' })")
    head = page.locator("#table-rows thead th")
    expect(head).to_have_text(
        ["Place", "Incidents", "Households", "per 100 households", "Before", "Change, %", "More than chance"]
    )
    code = str(page.locator("#table-rows [data-code]").first.get_attribute("data-code"))
    found = asked(demo_address, f"/api/v1/choropleth?by=change&{MAY}")["values"][code]
    row = cells(page)[0]
    assert (row[1], row[4], row[6]) == (
        str(found["count"]),
        str(found["before"]),
        "yes" if found["significant"] else "no",
    )


def test_the_timeline_is_told_and_has_a_table(page: Page, demo_address: str) -> None:
    daily = asked(demo_address, f"/api/v1/timeline?{MAY}")
    page.click("#table-of [data-of=time]")
    expect(page.locator("#table-rows tbody tr").first).to_contain_text("Sun, 31 May 2026")
    days = [row for row in cells(page) if "by month only" not in row[0]]
    assert len(days) == 31
    known = sum(int(row[1]) for row in days)
    months = {month["month"]: month["count"] for month in daily["months"]}
    assert known + months.get("2026-05", 0) == asked(demo_address, f"/api/v1/counts?{MAY}")["total"]
    assert f"{known:,} known to the day" in str(page.text_content("#timeline-said"))
    page.evaluate("() => gridmap.showAll()")
    expect(page.locator("#table-rows thead th")).to_have_text(["Month", "By day", "By month only"])


def test_on_a_phone_the_table_moves_and_the_page_does_not(watch: Callable[..., Watched], demo_address: str) -> None:
    page = watch(demo_address, PHONE, touch=True).open("/?lang=zh&dock=table")
    page.tap("#sheet-handle")
    page.wait_for_selector("#table-rows tbody tr", timeout=PATIENCE_MS)
    expect(page.locator("#table-rows thead th").first).to_have_text("地点")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
