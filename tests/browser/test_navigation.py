"""Finding one's way on the map page: from the district down to a block and back, search, news, saved views, links."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from gridmap.config import Settings
from tests.browser.conftest import PHONE, READY, Watched, serving
from tests.browser.steps import asked, bring_in, figure, press_grid
from tests.services import small_world as world

pytestmark = pytest.mark.browser

Watch = Callable[..., Watched]
MAY = "/?from=2024-05-01&to=2024-05-31"
GRID = "420204004006003"
COMMUNITY, STREET = GRID[:12], GRID[:9]


def zoom(page: Page) -> int:
    return page.evaluate("() => gridmap.map.getZoom()")


def rows(page: Page) -> list[str]:
    """The names of the parts that a place falls into, in their order."""
    return page.eval_on_selector_all(".child__name", "nodes => nodes.map((node) => node.textContent)")


def crumbs(page: Page) -> list[str]:
    return page.eval_on_selector_all(".crumbs__step", "nodes => nodes.map((node) => node.textContent)")


def go_down(page: Page, name: str) -> None:
    page.locator(".child", has=page.get_by_text(name, exact=True)).click()
    expect(page.locator("#detail-name")).to_have_text(name)


# from the district to a block


def test_from_the_district_down_to_a_block_and_back(demo: Watched) -> None:
    page = demo.open()
    whole = asked(demo.base, "/api/v1/counts")
    areas = {area["code"]: area for area in asked(demo.base, "/api/v1/areas")["items"]}
    expect(page.locator("#detail-total")).to_have_text(f"{whole['total']:,}")
    streets = [code for code, area in areas.items() if area["level"] == "street"]
    by_count = sorted(streets, key=lambda code: (-whole["by_area"].get(code, 0), code))
    expect(page.locator(".child")).to_have_count(len(streets))
    assert rows(page) == [areas[code]["name"] for code in by_count]
    for code in (STREET, COMMUNITY):
        go_down(page, areas[code]["name"])
        expect(page.locator("#detail-total")).to_have_text(f"{whole['by_area'][code]:,}")
        expect(page.locator("#total")).to_have_text(f"{whole['by_area'][code]:,}")
        assert f"area={code}" in page.url
    grid = asked(demo.base, f"/api/v1/counts?grid={GRID}")
    name = page.evaluate("code => gridmap.place.places.gridPlace(code).name", GRID)
    go_down(page, name)
    expect(page.locator("#detail-total")).to_have_text(str(grid["total"]))
    expect(page.locator("#detail-body")).to_contain_text("网格员")
    block, most = max(grid["by_block"].items(), key=lambda one: (one[1], -int(one[0])))
    first = page.locator(".child").first
    expect(first.locator(".child__count")).to_have_text(str(most))
    first.click()
    expect(page.locator("#detail-total")).to_have_text(str(most))
    assert f"block={block}" in page.url
    page.wait_for_function("() => gridmap.map.getZoom() >= 17")
    listed = asked(demo.base, f"/api/v1/incidents?{page.url.split('?')[1].split('#')[0]}&limit=10")["items"]
    links = page.locator("#detail-incidents-list a")
    expect(links).to_have_count(len(listed))
    for at, item in enumerate(listed):  # the list of the grid may stand there for a moment, as long as this one
        expect(links.nth(at)).to_have_attribute("href", f"/incidents/{item['uid']}")
    assert crumbs(page) == [areas[code]["name"] for code in (STREET[:6], STREET, COMMUNITY)] + [name]
    page.keyboard.press("Escape")
    expect(page.locator("#detail-code")).to_have_text(GRID)
    page.click(f".crumbs__step:text-is('{areas[STREET]['name']}')")
    expect(page.locator("#detail-code")).to_have_text(STREET)
    page.go_back()
    expect(page.locator("#detail-code")).to_have_text(GRID)
    page.locator(".crumbs__step").first.click()
    expect(page.locator("#detail-code")).to_have_text(STREET[:6])
    assert not re.search(r"[?&](area|grid|block)=", page.url)


@pytest.mark.parametrize("focus", [f"area={STREET}", f"grid={GRID}", f"block={COMMUNITY}0044"])
def test_an_address_with_a_place_alone_goes_there_and_reproduces_it(demo: Watched, watch: Watch, focus: str) -> None:
    page = demo.open(f"/?{focus}")
    code = focus.split("=")[1]
    expect(page.locator("#detail-code")).to_have_text(code)
    page.wait_for_function("() => gridmap.place.outline.features.length === 1")
    assert page.evaluate("() => gridmap.map.getBounds().contains(gridmap.place.places.boundsOf(gridmap.place.here))")
    total = f"{asked(demo.base, f'/api/v1/counts?{focus}')['total']:,}"
    expect(page.locator("#detail-total")).to_have_text(total)
    expect(page.locator("#total")).to_have_text(total)
    expect(page.locator("#detail-incidents a[href*='/incidents?']")).to_have_attribute(
        "href", re.compile(rf"&{focus}$")
    )
    page.wait_for_function("() => location.hash && location.search.includes('from=')")
    page.wait_for_timeout(400)  # the address follows the map
    other = watch(demo.base).open(page.url.removeprefix(demo.base))
    expect(other.locator("#detail-code")).to_have_text(code)
    expect(other.locator("#detail-total")).to_have_text(total)
    assert other.url == page.url


def test_a_press_on_the_map_goes_down_one_level_after_the_other(demo: Watched) -> None:
    page = demo.open("/")
    grid = page.evaluate("() => gridmap.layers.grids.at(L.latLng(30.185, 114.965)).code")
    for code in (grid[:9], grid[:12]):
        press_grid(page, grid)
        expect(page.locator("#detail-code")).to_have_text(code)
    press_grid(page, grid)
    expect(page.locator("#detail-code")).to_have_text(grid)
    page.wait_for_function("code => (gridmap.place.places.blocks.get(code) || []).length", arg=grid)
    press_grid(page, grid)
    expect(page.locator("#detail-level")).to_have_text("地块")
    assert crumbs(page)[-1] == page.evaluate("code => gridmap.place.places.gridPlace(code).name", grid)
    page.click("#detail-close")
    expect(page.locator("#detail-code")).to_have_text(grid)


def test_unknown_places_in_the_address_are_told(demo: Watched) -> None:
    demo.allowed += ["404"]
    for focus in ("grid=999", "area=999", "block=999"):
        page = demo.open(f"/?{focus}")
        notice = page.locator("[data-notice='unknown-place']")
        expect(notice).to_contain_text("999")
        page.wait_for_load_state("networkidle")
        assert page.locator("[data-notice]").count() == 1, focus  # figures and lists that it has none of say nothing
        notice.locator("button").click()
        expect(notice).to_be_hidden()
        expect(page.locator("#total")).not_to_have_text("0")


def test_on_a_phone_the_place_stands_above_the_sheet(watch: Watch, demo_address: str) -> None:
    page = watch(demo_address, PHONE, touch=True).open("/")
    page.fill("#grid-search", GRID)
    page.locator("[role=option]", has_text=GRID).first.tap()
    expect(page.locator("#detail-code")).to_have_text(GRID)
    page.wait_for_timeout(400)  # the sheet has risen
    sheet = page.locator("#sheet").bounding_box()
    lowest = page.evaluate(
        """code => document.getElementById("map").getBoundingClientRect().top
            + gridmap.map.latLngToContainerPoint(gridmap.layers.grids.bounds(code).getSouthWest()).y""",
        GRID,
    )
    assert sheet is not None
    assert sheet["y"] < 500
    assert lowest < sheet["y"]


# search


def test_selecting_a_grid_with_the_keyboard(demo: Watched) -> None:
    page = demo.open()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#grid-search")).to_be_focused()
    wanted = asked(demo.base, "/api/v1/grids.geojson")["features"][41]["properties"]
    page.keyboard.type(wanted["name"])
    expect(page.locator("#grid-list [role=group][aria-label='网格']")).to_contain_text(wanted["code"])
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_contain_text(wanted["name"])
    page.keyboard.press("Enter")
    expect(page.locator("#detail-name")).to_have_text(wanted["name"])
    expect(page.locator("#detail-name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#detail-code")).to_have_text(wanted["code"][:12])


def test_areas_and_addresses_are_found_in_groups(demo: Watched) -> None:
    page = demo.open()
    area = next(one for one in asked(demo.base, "/api/v1/areas")["items"] if one["level"] == "compound")
    page.fill("#grid-search", area["name"])
    page.locator("[role=group][aria-label='区域'] [role=option]", has_text=area["code"]).click()
    expect(page.locator("#detail-code")).to_have_text(area["code"])
    page.wait_for_url(f"**area={area['code']}**")
    known = asked(demo.base, f"/api/v1/addresses?q={quote(area['name'])}&limit=20")["items"]
    building = next(one["text"] for one in known if one["level"] == "building")
    page.fill("#grid-search", building)
    page.locator("[role=group][aria-label='地址'] [role=option]", has_text=building).first.click()
    expect(page.locator(".asked__name")).to_have_text(building)
    assert zoom(page) >= 17
    assert "at=" in page.url
    page.fill("#grid-search", GRID)
    page.locator("[role=group][aria-label='网格'] [role=option]", has_text=GRID).first.click()
    expect(page.locator(".asked__name")).to_have_count(0)  # the pin was for what was searched before
    page.wait_for_url(lambda url: "at=" not in url and f"grid={GRID}" in url)
    assert page.evaluate(
        """code => gridmap.map.latLngToContainerPoint(gridmap.layers.grids.bounds(code).getNorthWest()).x
            > document.getElementById("legend").offsetLeft + document.getElementById("legend").offsetWidth""",
        GRID,
    )
    page.fill("#grid-search", "没有这个地方")
    expect(page.locator(".search__none")).to_have_text("没有找到匹配的地点。")
    expect(page.locator("#grid-search")).to_have_attribute("aria-expanded", "true")


def test_coordinates_are_found_in_their_datum_and_in_either_order(demo: Watched) -> None:
    page = demo.open()
    point = page.locator("[data-key=point]")
    page.fill("#grid-search", "30.185, 114.965")
    expect(point).to_contain_text("114.965, 30.185")
    expect(point).to_contain_text("纬度, 经度")
    plain = asked(demo.base, "/api/v1/locate?lon=114.965&lat=30.185")
    expect(point).to_contain_text(plain["grid"]["name"])
    page.select_option("#search-datum-choice", "gcj02")
    moved = asked(demo.base, "/api/v1/locate?lon=114.965&lat=30.185&datum=gcj02")
    expect(point).to_contain_text(f"{moved['lon']:.5f}".rstrip("0"))
    page.focus("#grid-search")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**at=**")
    at = re.search(r"at=([\d.]+),([\d.]+)", page.url)
    assert at is not None
    assert [float(at[1]), float(at[2])] == pytest.approx([moved["lon"], moved["lat"]])
    expect(page.locator("#search-datum")).to_be_hidden()


def test_coordinates_elsewhere_are_refused_in_words(demo: Watched) -> None:
    demo.allowed += ["422", "400"]
    page = demo.open("/?lang=en")
    page.fill("#grid-search", "116.39123,39.90712")
    expect(page.locator(".search__none")).to_have_text("This place lies outside the district.")


def test_what_an_input_method_composes_is_not_searched(demo: Watched) -> None:
    page = demo.open()
    page.fill("#grid-search", "")
    expect(page.locator(".search__head")).to_have_text("时段内事件最多")
    page.evaluate(
        """() => {
            const field = document.getElementById("grid-search");
            field.value = "xi";
            field.dispatchEvent(new InputEvent("input", { isComposing: true, bubbles: true }));
        }"""
    )
    page.wait_for_timeout(300)
    expect(page.locator(".search__head")).to_have_text("时段内事件最多")
    page.evaluate(
        """() => {
            const field = document.getElementById("grid-search");
            field.value = "新下陆";
            field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
        }"""
    )
    expect(page.locator("[role=group][aria-label='区域']")).to_contain_text("新下陆街道")


# news


def send_incident(page: Page, **values: object) -> str:
    """What a form of the project sends, with the page's token -> the uid."""
    return page.evaluate(
        """async (values) => {
            const token = document.querySelector("meta[name=csrf-token]").content;
            const answer = await fetch("/api/v1/incidents", {
                method: "POST", body: JSON.stringify(values),
                headers: { "Content-Type": "application/json", "X-CSRFToken": token },
            });
            return (await answer.json()).uid;
        }""",
        values,
    )


def test_a_new_incident_is_told_ringed_and_counted(settings: Settings, watch: Watch) -> None:
    world.build(settings).close()
    lon, lat = world.in_block(0, 1)
    with serving(settings) as base:
        page, clerk = watch(base).open(f"{MAY}&area=0101"), watch(base).open("/")
        before = figure(page, "#detail-total")
        page.focus("#theme")
        uid = send_incident(
            clerk, kind="order.theft", occurred_on="2024-05-31", lon=lon, lat=lat, address="车站路 3 号"
        )
        news = page.locator("[data-notice=news]")
        expect(news).to_contain_text("新增 1 件", timeout=20_000)
        expect(news).to_contain_text("车站路 3 号")
        expect(page.locator("#theme")).to_be_focused()
        expect(page.locator("#detail-total")).to_have_text(str(before + 1))
        expect(page.locator("#total")).to_have_text(str(before + 1))
        expect(page.locator(f".recent--new a[href='/incidents/{uid}']")).to_have_count(1)
        ring = page.locator(".ring")
        expect(ring).to_have_count(1)
        assert ring.evaluate("node => getComputedStyle(node, '::after').animationName") == "ring"
        page.emulate_media(reduced_motion="reduce")
        assert ring.evaluate("node => getComputedStyle(node, '::after').animationName") == "none"
        send_incident(clerk, kind="help.elder", occurred_on="2024-05-31", lon=lon, lat=lat)
        expect(news).to_contain_text("新增 2 件", timeout=20_000)
        news.locator("button", has_text="查看").click()
        expect(news).to_be_hidden()
        assert page.evaluate("([lon, lat]) => gridmap.map.getBounds().contains([lat, lon])", [lon, lat])


def test_news_that_the_filters_hide_stay_untold(settings: Settings, watch: Watch) -> None:
    world.build(settings).close()
    lon, lat = world.in_block(0, 1)
    with serving(settings) as base:
        page, clerk = watch(base).open(f"{MAY}&grid=G1"), watch(base).open("/")
        send_incident(clerk, kind="order.theft", occurred_on="2024-05-31", lon=lon, lat=lat)
        whole = "() => gridmap.wholeCounts.total"
        before = asked(base, "/api/v1/counts?from=2024-05-01&to=2024-05-31")["total"]
        page.wait_for_function(f"n => ({whole})() === n", arg=before, timeout=20_000)
        page.wait_for_timeout(300)
        expect(page.locator("[data-notice=news]")).to_have_count(0)
        expect(page.locator(".ring")).to_have_count(0)
        later = asked(base, "/api/v1/changes?since=0") | {"now_on": "2099-01-01", "entries": []}
        page.route("**/api/v1/changes*", lambda route: route.fulfill(json=later))
        with page.expect_response("**/api/v1/situation*", timeout=10_000):
            pass  # nothing happened, but the day turned: another plan may have begun with it


def test_lost_server_is_told_and_found_again(settings: Settings, watch: Watch) -> None:
    world.build(settings).close()
    with serving(settings) as base:
        watched = watch(base)
        watched.allowed += ["ERR_FAILED", "ERR_CONNECTION"]
        page = watched.open(MAY)
        page.route("**/api/v1/changes*", lambda route: route.abort())
        expect(page.locator("[data-notice=line]")).to_contain_text("服务器没有响应", timeout=30_000)
        lon, lat = world.in_block(0, 0)
        before = figure(page, "#total")
        send_incident(page, kind="order.theft", occurred_on="2024-05-31", lon=lon, lat=lat)
        page.unroute("**/api/v1/changes*")
        expect(page.locator("[data-notice=line]")).to_be_hidden(timeout=30_000)
        expect(page.locator("#total")).to_have_text(str(before + 1))
        expect(page.locator("[data-notice=news]")).to_contain_text("新增 1 件")


# lists


def test_a_spot_with_many_reports_lists_them_all(
    settings: Settings, watch: Watch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.build(settings).close()
    lon, lat = world.in_block(1, 1)
    head = "编号,类型,发生时间,经度,纬度\n"
    lines = [f"S{n},盗窃,2024-05-{n % 31 + 1:02d},{lon},{lat}\n" for n in range(128)]
    bring_in(settings, monkeypatch, "incidents", tmp_path / "list.csv", "".join([head, *lines]))
    with serving(settings) as base:
        page = watch(base).open(f"{MAY}&spot={lon},{lat}")
        expect(page.locator("#detail-name")).to_have_text("同一地点")
        expect(page.locator("#detail-total")).to_have_text("130")
        links = page.locator("#detail-incidents-list a")
        more = page.locator("#detail-incidents button", has_text="更多")
        while more.is_visible():
            count = links.count()
            more.click()
            page.wait_for_function("n => document.querySelectorAll('#detail-incidents-list a').length > n", arg=count)
        expect(links).to_have_count(130)
        addresses = links.evaluate_all("nodes => nodes.map((a) => a.getAttribute('href'))")
        assert len(set(addresses)) == 130
        times = page.locator("#detail-incidents-list time").evaluate_all("nodes => nodes.map((n) => n.dateTime)")
        assert times == sorted(times, reverse=True)
        page.click("#detail-close")
        expect(page.locator("#detail-level")).to_have_text("区县")
        assert "spot=" not in page.url


def test_the_list_says_how_much_of_the_time_is_known(settings: Settings, watch: Watch) -> None:
    world.build(settings).close()
    with serving(settings) as base:
        page = watch(base).open(f"{MAY}&block=B2")
        expect(page.locator("#detail-incidents-list time")).to_have_count(4)
        assert set(page.locator("#detail-incidents-list time").all_inner_texts()) == {"2024年5月"}
        page.goto(f"{base}{MAY}&block=B3")
        page.wait_for_selector(READY, state="attached")
        expect(page.locator("#detail-incidents-list time").first).to_have_text("2024年5月30日")


def test_grids_without_households_are_not_warned_of(settings: Settings, watch: Watch) -> None:
    world.build(settings).close()
    with serving(settings) as base:
        page = watch(base).open("/?grid=G1")
        expect(page.locator("#detail-body")).to_contain_text("未导入住户")
        expect(page.locator("#detail-body .tag--warning")).to_have_count(0)


# saved views and links


def test_views_are_saved_opened_renamed_deleted_and_carried(demo: Watched, watch: Watch, tmp_path: Path) -> None:
    page = demo.open(f"/?from=2026-06-24&to=2026-06-30&kinds=order&grid={GRID}#16/30.18000/114.99300")
    page.click("#tool-views")
    page.fill("#view-name", "周报")
    assert page.is_checked("#view-rolling")
    page.click("#view-save")
    expect(page.locator(".views__open")).to_contain_text("最近 7 天")
    page.keyboard.press("Escape")
    expect(page.locator("#tool-views")).to_be_focused()
    page.goto(demo.base + "/?from=2025-01-01&to=2025-01-31")
    page.wait_for_selector(READY, state="attached")
    page.click("#tool-views")
    page.click(".views__open")
    expect(page.locator("#detail-code")).to_have_text(GRID)
    expect(page.locator("#from")).to_have_value("2026-06-24")
    assert zoom(page) == 16
    assert "kinds=order" in page.url
    page.go_back()
    expect(page.locator("#from")).to_have_value("2025-01-01")
    page.click("#tool-views")
    page.click("[aria-label='重命名“周报”']")
    page.keyboard.type("每周")
    page.keyboard.press("Enter")
    expect(page.locator(".views__open span")).to_have_text("每周")
    with page.expect_download() as written:
        page.click("#views-write")
    file = tmp_path / "views.json"
    written.value.save_as(file)
    assert json.loads(file.read_text(encoding="utf-8"))["views"][0]["name"] == "每周"
    page.click("[aria-label='删除“每周”']")
    expect(page.locator(".views__open")).to_have_count(0)
    other = watch(demo.base).open("/?lang=en")
    other.click("#tool-views")
    other.set_input_files("#views-file", file)
    expect(other.locator(".dialog__said")).to_have_text("1 view was added.")
    wrong = tmp_path / "other.json"
    wrong.write_text('{"views": [{"name": "x", "address": "javascript:alert(1)"}]}', encoding="utf-8")
    other.set_input_files("#views-file", wrong)
    expect(other.locator(".dialog__said")).to_have_text("This is not a file of saved views.")
    expect(other.locator(".views__open")).to_have_count(1)


def test_a_link_names_its_days_and_shows_the_same(demo: Watched, watch: Watch) -> None:
    page = demo.open(f"/?theme=dark&lang=en&area={STREET}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#tool-share")
    page.click("#share-copy")
    expect(page.locator("#share .dialog__said")).to_have_text("The link has been copied.")
    link = page.input_value("#share-link")
    assert page.evaluate("() => navigator.clipboard.readText()") == link
    assert "from=2026-06-01&to=2026-06-30" in link
    assert "theme" not in link
    assert "surface=heat" in link
    assert "layers=sites,grids,borders,streets,buildings,labels" in link
    receiver = watch(demo.base)
    receiver.page.add_init_script("localStorage.setItem('gridmap-layers', 'surface=none&layers=none&by=rate')")
    other = receiver.open(link.removeprefix(demo.base))
    drawn = "() => { const { surface, by, layers } = gridmap.state.get(); return [surface, by, [...layers].sort()]; }"
    assert other.evaluate(drawn) == page.evaluate(drawn)
    expect(other.locator("#detail-code")).to_have_text(STREET)
    assert other.inner_text("#detail-total") == page.inner_text("#detail-total")
    assert zoom(other) == zoom(page)
