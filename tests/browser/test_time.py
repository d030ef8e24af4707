"""When it happens: the timeline brushed and played, hours of the week, the calendar; each filters the map and is
filtered by the others.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from gridmap.cli import main
from gridmap.config import Settings
from tests.browser.conftest import PHONE, Watched, serving
from tests.browser.steps import asked, bring_in, wait_for_total

pytestmark = pytest.mark.browser

Watch = Callable[..., Watched]


def days_of(page: Page) -> tuple[np.datetime64, np.datetime64]:
    """The chosen period, both days in."""
    return np.datetime64(page.input_value("#from")), np.datetime64(page.input_value("#to"))


def drag(page: Page, area: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """With the mouse from one point of an element to another, in pixels."""
    box = area.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=6)
    page.mouse.up()


def middle(page: Page, chart: str, cell: int) -> tuple[float, float]:
    """The middle of a chart's cell, in pixels of the chart."""
    x, y, width, height = page.evaluate(f"cell => gridmap.{chart}.chart.box(cell)", cell)
    return x + width / 2, y + height / 2


def open_chart(page: Page, name: str) -> Locator:
    """The drawer's chart, drawn."""
    page.wait_for_function(f"() => gridmap.{name}.chart && gridmap.{name}.chart.width")
    chart = page.locator(f"#{name}-chart")
    chart.scroll_into_view_if_needed()
    return chart


def day_number(text: str) -> int:
    return int(np.datetime64(text).astype(int))


def test_timeline_by_keyboard_and_by_dragging(demo: Watched) -> None:
    page = demo.open("/?from=2025-03-10&to=2025-04-08")
    page.locator("#window-to").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#to")).to_have_value("2025-04-09")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("#to")).to_have_value("2025-04-02")
    page.wait_for_url("**to=2025-04-02**")
    body = page.locator("#window-body")
    box = body.bounding_box()
    assert box is not None
    drag(page, body, (box["width"] / 2, 10), (box["width"] / 2 + 150, 10))
    first, last = days_of(page)
    assert first > np.datetime64("2025-06-01")
    assert (last - first).astype(int) == 23
    page.wait_for_function("first => gridmap.layers.heat.shown._url.includes(first)", arg=f"from={first}")
    page.go_back()  # one step, however many days the drag went through
    expect(page.locator("#to")).to_have_value("2025-04-02")


def test_a_drag_over_bare_bars_chooses_anew(demo: Watched) -> None:
    page = demo.open()
    before = days_of(page)
    plot = page.locator("#timeline-plot")
    drag(page, plot, (200, 20), (300, 20))
    first, last = days_of(page)
    assert 100 < (last - first).astype(int) < 250
    assert last < before[0]
    wait_for_total(page, asked(demo.base, f"/api/v1/counts?from={first}&to={last}")["total"])
    page.wait_for_url(f"**from={first}&to={last}**")
    page.go_back()
    expect(page.locator("#from")).to_have_value(str(before[0]))
    page.mouse.click(*at(plot, 400, 20))  # a press brings the window as long as it is
    moved = days_of(page)
    assert moved[1] - moved[0] == before[1] - before[0]
    assert moved[0] < before[0]
    page.click("#presets [data-days='all']")
    drag(page, plot, (500, 20), (560, 20))  # a window over everything does not stand in the way
    assert (days_of(page)[1] - days_of(page)[0]).astype(int) < 200


def at(area: Locator, x: float, y: float) -> tuple[float, float]:
    box = area.bounding_box()
    assert box is not None
    return box["x"] + x, box["y"] + y


def test_playing_ends_with_the_data_and_begins_with_them_until_something_is_touched(demo: Watched) -> None:
    page = demo.open("/?from=2026-05-01&to=2026-05-31")
    page.select_option("#play-speed", "4")
    page.evaluate(
        "() => { window.seen = []; gridmap.on('counts', () => seen.push("
        "[gridmap.selection().from, gridmap.counts.total, document.getElementById('total').className])) }"
    )
    page.keyboard.press(" ")
    expect(page.locator("#play-said")).to_have_text("已到最后一天")
    assert days_of(page) == (np.datetime64("2026-06-01"), np.datetime64("2026-06-30"))
    expect(page.locator("#play-toggle")).to_have_attribute("aria-label", "播放")
    expect(page.locator("#play-next")).to_have_attribute("aria-disabled", "true")
    page.click("#play-next", force=True)
    assert days_of(page) == (np.datetime64("2026-06-01"), np.datetime64("2026-06-30"))
    page.click("#play-toggle")
    expect(page.locator("#play-said")).to_have_text("从第一天重新开始")
    page.wait_for_function("() => seen.length >= 3")
    page.mouse.move(700, 300)
    page.mouse.down()
    page.mouse.up()
    seen = page.evaluate("() => seen")
    assert [first for first, _, _ in seen[:3]] == ["2026-06-01", "2023-07-01", "2023-08-01"]  # whole months
    assert all("waiting" not in names for _, _, names in seen)  # figures change, they do not vanish
    assert seen[0][1] == asked(demo.base, "/api/v1/counts?from=2026-06-01&to=2026-06-30")["total"]
    stopped = days_of(page)
    page.wait_for_timeout(600)
    assert days_of(page) == stopped
    expect(page.locator("#play-toggle")).to_have_attribute("aria-label", "播放")
    page.wait_for_url(f"**from={stopped[0]}**")
    page.click("#presets [data-days='all']")
    expect(page.locator("#play-toggle")).to_be_disabled()


def test_without_motion_there_are_steps(demo: Watched) -> None:
    demo.page.emulate_media(reduced_motion="reduce")
    page = demo.open("/?from=2026-06-10&to=2026-06-12")
    expect(page.locator("#play-toggle")).to_be_hidden()
    page.click("#play-back")
    assert days_of(page) == (np.datetime64("2026-06-09"), np.datetime64("2026-06-11"))
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press(" ")
    assert days_of(page) == (np.datetime64("2026-06-10"), np.datetime64("2026-06-12"))


def test_hours_of_the_week_filter_everything(demo: Watched, watch: Watch) -> None:
    page = demo.open("/?from=2026-01-01&to=2026-06-30")
    page.click("#dock-week-button")
    chart = open_chart(page, "week")
    friday = 4 * 24
    drag(page, chart, middle(page, "week", friday + 18), middle(page, "week", friday + 24 + 23))
    page.wait_for_url("**hours=5.18-23,6.18-23**")
    counts = asked(demo.base, "/api/v1/counts?from=2026-01-01&to=2026-06-30&hours=5.18-23,6.18-23")
    wait_for_total(page, counts["total"])
    left_out = counts["day_rows"] + counts["month_rows"]
    expect(page.locator("#sum-parts")).to_contain_text(f"{left_out:,} 件不知时刻")
    page.wait_for_function("() => gridmap.layers.heat.shown._url.includes('hours=5.18-23')")
    page.wait_for_function("sum => gridmap.timeline.daily.reduce((a, b) => a + b, 0) === sum", arg=sum(
        asked(demo.base, "/api/v1/timeline?hours=5.18-23,6.18-23")["daily"]
    ))  # fmt: skip
    again = watch(demo.base).open(page.url.removeprefix(demo.base))
    expect(again.locator("#week-chosen")).to_contain_text("周五、周六 18–24 时")
    assert again.inner_text("#total") == page.inner_text("#total")
    page.mouse.click(*at(chart, 20, middle(page, "week", 0)[1]))  # Monday's name
    page.wait_for_url("**hours=1.0-23&**")
    page.click("#week-reset")
    expect(page.locator("#week-reset")).to_be_hidden()
    assert "hours=" not in page.url


def test_hours_by_keyboard(demo: Watched) -> None:
    page = demo.open("/?dock=week")
    open_chart(page, "week").focus()
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    patterns = asked(demo.base, "/api/v1/patterns")
    expect(page.locator("#week-read")).to_contain_text("星期三 1–2 时")
    expect(page.locator("#week-read")).to_contain_text(f"{patterns['hours'][2 * 24 + 1]} 件")
    page.keyboard.press("Enter")
    page.wait_for_url("**hours=2.0-1,3.0-1**")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+Enter")  # and all of Wednesday
    page.wait_for_url("**hours=2.0-1,3.0-23**")
    page.keyboard.press("Escape")
    page.wait_for_function("() => !location.search.includes('hours=')")


def test_the_week_is_filtered_by_kind_period_and_place(demo: Watched) -> None:
    code = asked(demo.base, "/api/v1/grids.geojson")["features"][41]["properties"]["code"]
    page = demo.open(f"/?dock=week&from=2025-01-01&to=2025-12-31&kinds=order&grid={code}&hours=6.20")
    open_chart(page, "week")
    patterns = asked(demo.base, f"/api/v1/patterns?from=2025-01-01&to=2025-12-31&kinds=order&grid={code}")
    assert page.evaluate("() => gridmap.week.answer.hours") == patterns["hours"]
    assert 0 < sum(patterns["hours"]) < 2000
    expect(page.locator("#week-said")).to_contain_text("最多的是")
    page.click("#week-table summary")
    cells = page.locator("#week-rows tbody tr").first.locator("td")
    expect(cells).to_have_count(25)
    expect(cells.last).to_have_text(str(sum(patterns["hours"][:24])))
    page.click("#presets [data-days='7']")
    page.wait_for_function("() => gridmap.week.answer.weekdays.every((n) => n === 1)")


def test_the_calendar_chooses_days_and_months(demo: Watched) -> None:
    page = demo.open("/?dock=calendar&kinds=order")
    chart = open_chart(page, "calendar")
    page.mouse.click(*at(chart, *middle(page, "calendar", day_number("2026-03-14"))))
    page.wait_for_url("**from=2026-03-14&to=2026-03-14**")
    daily = asked(demo.base, "/api/v1/timeline?kinds=order")
    count = daily["daily"][day_number("2026-03-14") - day_number(daily["first_on"])]
    wait_for_total(page, count)
    ends = [middle(page, "calendar", day_number(day)) for day in ("2026-04-20", "2026-05-03")]
    drag(page, chart, *ends)
    assert days_of(page) == (np.datetime64("2026-04-20"), np.datetime64("2026-05-03"))
    name = page.evaluate("() => gridmap.calendar.chart.place.monthNames().find(({ day }) => day === 20485)")  # 2026-02
    page.mouse.click(*at(chart, name["x"], name["y"]))
    assert days_of(page) == (np.datetime64("2026-02-01"), np.datetime64("2026-02-28"))
    chart.focus()
    for key in ("ArrowUp", "ArrowRight", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    assert (days_of(page)[1] - days_of(page)[0]).astype(int) == 1
    page.click("#calendar-table summary")
    march = page.locator("#calendar-rows tr", has_text="2025年3月")
    march.locator("button").click()
    assert days_of(page) == (np.datetime64("2025-03-01"), np.datetime64("2025-03-31"))


def test_echarts_comes_with_the_first_drawer(demo: Watched) -> None:
    asked_for: list[str] = []
    demo.page.on("request", lambda request: asked_for.append(request.url))
    page = demo.open()
    assert not any("echarts" in url for url in asked_for)
    page.click("#dock-week-button")
    open_chart(page, "week")
    assert sum("echarts" in url for url in asked_for) == 1


def test_a_drawer_leaves_in_view_what_was_in_view(demo: Watched) -> None:
    centre = "() => { const { lat, lng } = gridmap.map.getCenter(); return [lat, lng, gridmap.map.getZoom()]; }"
    tall = "() => gridmap.map.getSize().y === document.getElementById('map').clientHeight && gridmap.map.getSize().y"
    page = demo.open()
    before = page.evaluate(tall)
    page.click("#dock-week-button")
    page.wait_for_function(f"tall => ({tall})() < tall", arg=before)
    assert page.evaluate("() => gridmap.map.getBounds().contains(gridmap.home)")  # who saw everything still does
    page.click("#dock-week-button")
    page.evaluate("() => gridmap.goTo({ lat: 30.2, lon: 114.96, zoom: 15 })")
    page.wait_for_function(f"tall => ({tall})() === tall", arg=before)
    at = page.evaluate(centre)
    page.click("#dock-week-button")
    page.wait_for_function(f"tall => ({tall})() < tall", arg=before)
    now = page.evaluate(centre)
    assert now == pytest.approx(at, abs=1e-5)
    assert now[2] == 15


@pytest.mark.usefixtures("store")
def test_what_is_known_by_month_only_has_no_hour_and_no_day(
    settings: Settings, watch: Watch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = "".join(f"{i},盗窃,2024-{1 + i % 5:02},114.96,30.17\n" for i in range(20))
    bring_in(settings, monkeypatch, "incidents", tmp_path / "list.csv", "编号,类型,month,经度,纬度\n" + rows)
    with serving(settings) as base:
        page = watch(base).open("/?from=2024-01-01&to=2024-05-31&dock=week")
        expect(page.locator("#week-none")).to_contain_text("仅有月份 20")
        expect(page.locator("#week-body")).to_be_hidden()
        expect(page.locator("#timeline-title")).to_have_text("每月事件")
        page.click("#presets [data-months='3']")
        first, last = days_of(page)
        assert (last - first).astype(int) in range(88, 92)
        assert str(first).endswith("-01")
        page.click("#dock-calendar-button")
        expect(page.locator("#calendar-none")).to_contain_text("只知道月份")
        page.locator("#calendar-rows tr", has_text="2024年2月").locator("button").click()
        wait_for_total(page, 4)
        page.click("#play-next")
        assert days_of(page) == (np.datetime64("2024-03-01"), np.datetime64("2024-03-31"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_drawers_fit_a_phone(watch: Watch, demo_address: str, lang: str) -> None:
    page = watch(demo_address, PHONE, touch=True).open(f"/?lang={lang}&dock=week")
    seen = "() => document.getElementById('week-title').getBoundingClientRect().top - innerHeight"
    page.wait_for_function(f"() => ({seen})() < -200")  # a link to a drawer shows it
    page.tap("#sheet-handle")
    page.wait_for_timeout(300)  # the sheet rises
    way = "() => document.getElementById('dock-buttons').getBoundingClientRect().top"
    start = "() => { document.getElementById('sheet').scrollTop = 0; }"
    page.evaluate(start)
    assert page.evaluate(way) < PHONE["height"] + 200  # no long way to the drawers
    for name in ("week", "calendar"):
        if page.get_attribute(f"#dock-{name}-button", "aria-expanded") == "false":
            page.locator(f"#dock-{name}-button").tap()
        chart = open_chart(page, name)
        box = chart.bounding_box()
        assert box is not None
        assert box["width"] <= PHONE["width"] - 32
        assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
    x, y = at(page.locator("#calendar-chart"), *middle(page, "calendar", day_number("2026-06-10")))
    page.touchscreen.tap(x, y)
    expect(page.locator("#from")).to_have_value("2026-06-10")
    assert page.input_value("#to") == "2026-06-10"


@pytest.mark.usefixtures("store")
def test_northumbria_has_months_and_no_peak_on_the_first(
    settings: Settings, watch: Watch, monkeypatch: pytest.MonkeyPatch, sample_data: Path
) -> None:
    monkeypatch.setenv("GRIDMAP_DB", settings.db)
    monkeypatch.setenv("GRIDMAP_VAR", str(settings.var))
    with pytest.raises(SystemExit) as done:
        main(["import", "incidents", str(sample_data / "incidents" / "northumbria_asb.tab")])
    assert not done.value.code
    with serving(settings) as base:
        page = watch(base).open("/?dock=calendar")
        expect(page.locator("#calendar-none")).to_contain_text("只知道月份")
        assert page.evaluate("() => gridmap.timeline.daily.every((n) => n === 0)")
        assert sum(month["count"] for month in asked(base, "/api/v1/timeline")["months"]) == 39_706
        page.click("#dock-week-button")
        expect(page.locator("#week-body")).to_be_hidden()
        page.click("#presets [data-days='all']")
        wait_for_total(page, 39_706)
