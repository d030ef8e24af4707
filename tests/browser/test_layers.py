"""What the map is coloured by, its layers, their strength and their legend, and the value under the pointer."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from gridmap.config import Settings
from tests.browser.conftest import PATIENCE_MS, PHONE, Watched, serving
from tests.browser.pictures import BARE, CENTRE, changed_share, patch, picture
from tests.browser.steps import asked, bring_in
from tests.services import small_world as world

pytestmark = pytest.mark.browser

Watch = Callable[..., Watched]
DAYS = "from=2026-06-01&to=2026-06-30"
FLAT = f"{DAYS}&{BARE}&opacity=choropleth.100"  # colours as they are in the palette
LOOK = {"0": (0xCF, 0xE1, 0xEF), "1": (0xA3, 0xC8, 0xE2), "2": (0x70, 0xA6, 0xCE), "3": (0x3C, 0x7C, 0xB0)}
LOOK |= {"4": (0x1B, 0x4F, 0x82)}
UNSURE = (0xB9, 0xB5, 0xAC)


def grids_in_view(page: Page) -> list[str]:
    """Codes of the grids that are whole in the right half of the map, where no card lies."""
    return page.evaluate(
        """() => {
            const view = gridmap.map.getBounds();
            const half = L.latLngBounds(gridmap.map.getCenter(), view.getNorthEast());
            const { grids } = gridmap.layers;
            return [...grids.byCode.keys()].filter((code) => half.contains(grids.bounds(code)));
        }"""
    )


def place_of(url: str) -> tuple[float, float]:
    """lon and lat that a question names."""
    asked_for = parse_qs(urlsplit(url).query)
    return float(asked_for["lon"][0]), float(asked_for["lat"][0])


def opacity_of(page: Page, pane: str) -> str:
    return page.evaluate("(name) => gridmap.map.getPane(name).style.opacity", pane)


def test_bandwidth_changes_heat_and_legend_which_no_period_does(demo: Watched) -> None:
    page = demo.open(f"/?{DAYS}&{BARE}{CENTRE}")
    before, legend = picture(page), page.inner_text("#legend-scale")
    page.focus("#bandwidth")
    page.keyboard.press("End")
    page.wait_for_url("**bw=800**")
    page.wait_for_function("old => document.getElementById('legend-scale').innerText !== old", arg=legend)
    assert changed_share(before, picture(page)) > 0.05
    wide = page.inner_text("#legend-scale")
    page.click("#presets button >> nth=-1")
    picture(page)
    assert page.inner_text("#legend-scale") == wide


def test_grids_have_the_colour_of_their_class(demo: Watched) -> None:
    page = demo.open(f"/?{FLAT}&surface=choropleth#15/30.18500/114.96500")
    drawn = picture(page)
    values = asked(demo.base, f"/api/v1/choropleth?by=count&{DAYS}")["values"]
    codes = grids_in_view(page)
    assert len(codes) >= 3
    assert len({values[code]["class"] for code in codes}) >= 2
    for code in codes:
        wanted = LOOK[str(values[code]["class"])]
        assert np.abs(np.median(patch(drawn, page, code), axis=(0, 1)) - wanted).max() <= 2, code
    expect(page.locator("#legend-title")).to_have_text("网格事件")
    assert len(page.query_selector_all("#legend-scale .legend__classes li")) == 5


def test_what_may_be_chance_is_grey_and_no_data_is_hatched(demo: Watched) -> None:
    page = demo.open(f"/?{FLAT}&surface=choropleth&by=change#15/30.18500/114.96500")
    drawn = picture(page)
    values = asked(demo.base, f"/api/v1/choropleth?by=change&{DAYS}")["values"]
    chance = [code for code in grids_in_view(page) if not values[code]["significant"]]
    assert chance
    for code in chance:
        assert np.abs(np.median(patch(drawn, page, code), axis=(0, 1)) - UNSURE).max() <= 2, code
    rates = asked(demo.base, f"/api/v1/choropleth?by=rate&{DAYS}")["values"]
    empty = next(code for code, found in rates.items() if found["value"] is None)
    page.click("#measure [value=rate]")
    page.wait_for_url("**by=rate**")
    page.evaluate("code => gridmap.map.fitBounds(gridmap.layers.grids.bounds(code), { animate: false })", empty)
    page.wait_for_function("() => gridmap.layers.scales.choropleth.by === 'rate'")
    spread = patch(picture(page), page, empty, reach=12).astype(int).std(axis=(0, 1)).max()
    assert spread > 5  # lines, not one colour
    expect(page.locator("#legend-scale")).to_contain_text("无数据")


def test_pointing_at_a_grid_tells_rate_and_raw_count(demo: Watched) -> None:
    page = demo.open(f"/?{DAYS}&surface=choropleth&by=rate&layers=grids#16/30.18500/114.96500")
    page.wait_for_function("() => gridmap.layers.scales.choropleth")
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tip = page.locator(".grid-tip")
    expect(tip).to_be_visible()
    code = re.search(r"\d{15}", tip.inner_text())
    assert code is not None
    found = asked(demo.base, f"/api/v1/choropleth?by=rate&{DAYS}")["values"][code[0]]
    expect(tip.locator("strong")).to_contain_text(f"{found['count']:,} 件")
    expect(tip).to_contain_text(f"{found['households']:,} 户")
    expect(tip).to_contain_text(f"{found['value']:.2f} 件/百户")
    assert tip.inner_text().count("户") == 2  # the households once, and the rate's hundred


def test_layers_and_their_strength_stand_in_the_address(demo: Watched, watch: Watch) -> None:
    page = demo.open(f"/?{DAYS}{CENTRE}")
    assert not re.search("layers=|opacity=|surface=|by=", page.url)
    page.check("#layers [value=cameras]")
    page.uncheck("#layers [value=labels]")
    page.locator("#opacity-grids").fill("40")
    page.wait_for_url("**layers=sites,cameras,grids,borders,streets,buildings&opacity=grids.40**")
    assert float(opacity_of(page, "grids")) == 0.4
    other = watch(demo.base).open(page.url.removeprefix(demo.base))
    assert other.is_checked("#layers [value=cameras]")
    assert not other.is_checked("#layers [value=labels]")
    assert other.input_value("#opacity-grids") == "40"
    assert float(opacity_of(other, "grids")) == 0.4
    assert other.url == page.url


def test_layers_are_remembered_for_a_bare_address_and_no_other(demo: Watched) -> None:
    page = demo.open(f"/?{DAYS}{CENTRE}")
    page.click("#surface [value=none]")
    page.check("#layers [value=blocks]")
    page.goto(demo.base + "/")
    page.wait_for_selector("html[data-ready='1']", state="attached", timeout=PATIENCE_MS)
    assert page.is_checked("#layers [value=blocks]")
    assert page.get_attribute("#surface [value=none]", "aria-pressed") == "true"
    page.goto(f"{demo.base}/?{DAYS}")  # somebody else's link means what it says
    page.wait_for_selector("html[data-ready='1']", state="attached", timeout=PATIENCE_MS)
    assert not page.is_checked("#layers [value=blocks]")
    assert page.get_attribute("#surface [value=heat]", "aria-pressed") == "true"


def test_each_layer_has_its_line_in_the_legend_with_its_unit(demo: Watched) -> None:
    every = "points,sites,cameras,grids,borders,streets,buildings,blocks,households,labels"
    page = demo.open(f"/?{DAYS}&layers={every}{CENTRE}")
    for name in every.split(","):
        expect(page.locator(f"#legend-layers [data-layer={name}]")).to_be_visible()
    expect(page.locator("[data-layer=households] .legend__classes li")).to_have_count(5)
    expect(page.locator("[data-layer=households]")).to_contain_text("户/公顷")
    expect(page.locator("#legend-unit")).to_have_text("件/km² · 30 天")
    page.uncheck("#layers [value=households]")
    expect(page.locator("#legend-layers [data-layer=households]")).to_have_count(0)
    page.click("#legend-fold")
    expect(page.locator("#legend-body")).to_be_hidden()
    expect(page.locator("#legend-scale")).to_be_visible()


def test_the_value_under_the_pointer_and_at_the_centre_is_the_servers(demo: Watched) -> None:
    page = demo.open(f"/?{DAYS}{CENTRE}")
    with page.expect_response("**/api/v1/heat/value**") as answer:
        page.focus("#here-centre")
        page.keyboard.press("Enter")
    found = answer.value.json()
    expect(page.locator("#here")).to_contain_text(f"{found['bandwidth_m']:.0f} 米内 {found['count_within']} 件")
    expect(page.locator(".legend__tick")).to_have_count(1)
    lon, lat = place_of(answer.value.url)
    assert lon == pytest.approx(114.965, abs=1e-4)  # a pixel
    assert lat == pytest.approx(30.185, abs=1e-4)
    with page.expect_response("**/api/v1/heat/value**") as moved:
        page.focus("#map")
        page.keyboard.press("ArrowRight")
    assert place_of(moved.value.url)[0] > lon + 1e-3


def test_a_finger_reads_the_value(watch: Watch, demo_address: str) -> None:
    page = watch(demo_address, PHONE, touch=True, ratio=2).open(f"/?{DAYS}{CENTRE}")
    expect(page.locator("#legend-body")).to_be_hidden()
    page.tap("#legend-fold")
    with page.expect_response("**/api/v1/heat/value**"):
        page.touchscreen.tap(330, 260)
    expect(page.locator("#here")).to_contain_text("米内")


def test_a_pile_of_reports_is_one_mark_that_opens_their_list(
    settings: Settings, watch: Watch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.build(settings)
    lon, lat = world.in_block(0, 0)
    lon = round(lon + 1e-4, 6)  # where nothing has happened yet
    rows = "".join(f"p{i},盗窃,2024-05-20,{lon},{lat}\n" for i in range(130))
    bring_in(settings, monkeypatch, "incidents", tmp_path / "pile.csv", f"编号,类型,发生时间,经度,纬度\n{rows}")
    with serving(settings) as base:
        page = watch(base).open(f"/?from=2024-05-20&to=2024-05-20&layers=points#17/{lat}/{lon}")
        page.wait_for_function("() => gridmap.layers.late.points && gridmap.layers.late.points.answer")
        marks = page.evaluate("() => gridmap.layers.late.points.answer.count")
        assert max(marks) == 130
        at = page.evaluate("([lon, lat]) => gridmap.map.latLngToContainerPoint([lat, lon])", [lon, lat])
        box = page.locator("#map").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + at["x"], box["y"] + at["y"])
        expect(page.locator(".grid-tip")).to_contain_text("130 件")
        page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
        page.wait_for_url("**spot=**")
        expect(page.locator("#panel-place")).to_contain_text("130")


def test_the_disc_of_a_cluster_grows_with_its_incidents_above_the_labels(demo: Watched) -> None:
    year = "from=2025-07-01&to=2026-06-30&surface=none&layers=points,borders,labels"
    page = demo.open(f"/?{year}#13/30.18500/114.96500")
    panes = "['numbers', 'points', 'labels'].map((name) => gridmap.map.getPane(name))"
    order = f"() => {panes}.map((pane) => Number(getComputedStyle(pane).zIndex))"
    expect(page.locator("[data-layer=points]")).to_contain_text("越大越多")
    discs, dots, names = page.evaluate(order)
    assert discs > names > dots
    counts = [2, 80, 500, 1000, 1900, 5000]
    px = np.array(page.evaluate("(counts) => counts.map((n) => 2 * gridmap.layers.late.points.radius(n))", counts))
    assert (np.diff(px) > 0).all()
    assert 18 <= px[0] < 19
    assert px[-1] == 44
    growth = np.diff(px**2)[:4] / np.diff(counts)[:4]
    assert growth == pytest.approx(growth[0])  # the same area for every incident
    page.click("#presets button >> nth=0")
    expect(page.locator("[data-layer=points]")).not_to_contain_text("越大越多")
    expect(page.locator("[data-layer=points] .swatch--dot")).to_have_count(1)
    page.wait_for_function("() => gridmap.layers.late.points.answer.mode === 'places'")
    page.evaluate("() => gridmap.map.setZoom(16, { animate: false })")
    expect(page.locator("[data-layer=points]")).to_contain_text("同一地点的件数")
    expect(page.locator("[data-layer=borders]")).to_contain_text("虚线")
    page.evaluate("() => gridmap.map.setZoom(11, { animate: false })")
    expect(page.locator("[data-layer=borders]")).not_to_contain_text("虚线")


def test_the_legend_says_that_no_grid_differs_beyond_chance(demo: Watched) -> None:
    values = asked(demo.base, f"/api/v1/choropleth?by=change&{DAYS}")["values"]
    page = demo.open(f"/?{DAYS}&surface=choropleth&by=change&layers=borders{CENTRE}")
    page.wait_for_function("() => gridmap.layers.scales.choropleth")
    is_all_chance = not any(found["significant"] for found in values.values())
    expect(page.locator("#legend-note")).to_contain_text("均未超出偶然" if is_all_chance else "灰色")
    expect(page.locator("#legend-scale .legend__classes")).to_have_count(0 if is_all_chance else 1)
    page.evaluate(
        """(isAllChance) => {
            const { choropleth } = gridmap.layers.scales;
            Object.values(choropleth.values).find(({ value }) => value !== null).significant = isAllChance;
            if (!isAllChance) for (const found of Object.values(choropleth.values)) found.significant = false;
            gridmap.emit("scales");
        }""",
        is_all_chance,
    )
    expect(page.locator("#legend-note")).to_contain_text("灰色" if is_all_chance else "均未超出偶然")
    assert page.evaluate("() => gridmap.map.hasLayer(gridmap.layers.basemap.water)")  # above the colours
    page.evaluate("() => gridmap.state.set({ surface: 'heat', from: gridmap.state.get().to })")
    note = page.locator("#legend-note")
    expect(note).to_contain_text("所选 1 天，按 30 天折算：1 起相当于 30 起")
    expect(note).to_contain_text("单独一起不显为热点")
    expect(note).to_contain_text("起只知月份，时段只含其月份的一部分，未计入本图")
    assert not page.evaluate("() => gridmap.map.hasLayer(gridmap.layers.basemap.water)")
    top = asked(demo.base, "/api/v1/legend?days=1")["max"]
    assert page.evaluate("() => gridmap.layers.scales.heat.max") == top > asked(demo.base, "/api/v1/legend")["max"]


def test_another_plan_is_chosen_where_there_is_one_and_asked_for_by_its_uid(demo: Watched) -> None:
    plan = asked(demo.base, "/api/v1/plans")["items"][0]
    page = demo.open(f"/?{DAYS}&plan={plan['uid']}")
    assert page.evaluate("() => gridmap.layers.features.length") == plan["grids"]
    page.wait_for_function("() => gridmap.plans.length")
    expect(page.locator("#plans")).to_be_hidden()  # there is no other to choose
    other = plan | {"uid": "0", "name": "新方案"}
    past = plan | {"in_force": False, "from": "2025-01-01", "to": "2025-12-31"}
    page.route("**/api/v1/plans", lambda route: route.fulfill(json={"items": [other, past]}))
    page.goto(f"{demo.base}/?{DAYS}")
    page.wait_for_selector("#plans:not([hidden])")
    assert page.locator("#plan option").all_inner_texts()[0] == "当日：新方案"
    assert page.locator("#plan option").all_inner_texts()[1].startswith(f"{plan['name']} · 2025")
    with page.expect_request("**/api/v1/grids.geojson?plan=**") as request:
        page.select_option("#plan", plan["uid"])
    assert plan["uid"] in request.value.url
    page.wait_for_url(f"**plan={plan['uid']}**")
    expect(page.locator(".chip[data-filter=plan]")).to_contain_text(plan["name"])
    demo.allowed.append("404")
    page.goto(f"{demo.base}/?{DAYS}&plan=gone")  # told once, whatever asked for it
    expect(page.locator("[data-notice=unknown-plan]")).to_contain_text("本机没有这个链接所用的网格方案")
    expect(page.locator(".notice--error")).to_have_count(0)
    page.wait_for_function("() => !location.search.includes('plan=')")


def test_theme_changes_page_and_map(demo: Watched) -> None:
    page = demo.open(f"/?theme=light{CENTRE}")
    light = picture(page)
    page.click("#theme")
    page.wait_for_selector("html[data-theme=dark][data-mode=dark]", state="attached")
    page.wait_for_function("() => !gridmap.layers.heat.coming && gridmap.layers.heat.shown._url.includes('theme=dark')")
    dark = picture(page)
    assert dark.mean() < 90 < 170 < light.mean()
    assert "theme=dark" in page.url


def test_streets_borders_and_labels_lie_above_the_heat(demo: Watched) -> None:
    page = demo.open()
    wanted = ["tile", "households", "choropleth", "heat", "roads", "grids", "borders", "selected", "points", "labels"]
    order = page.evaluate(
        "(names) => names.map((name) => Number(getComputedStyle(gridmap.map.getPane(`${name}Pane`)"
        " || gridmap.map.getPane(name)).zIndex))",
        wanted,
    )
    assert order == sorted(order)
    assert len(set(order)) == len(order)


def test_missing_base_map_is_told_and_can_be_retried(demo: Watched) -> None:
    demo.allowed += ["ERR_FAILED"]
    demo.page.route("**/*.pmtiles*", lambda route: route.abort())
    page = demo.open()  # ready all the same: grids, heat and figures do not need it
    notice = page.locator("[data-notice='base']")
    expect(notice).to_contain_text("部分底图未能绘出")
    page.unroute("**/*.pmtiles*")
    notice.locator("button").click()
    expect(notice).to_be_hidden()
    page.wait_for_function("() => gridmap.layers.basemap.views.get('').tileCache.cache.size > 0")
