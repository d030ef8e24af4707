"""Incidents in the browser: the question answered, the point dragged, moved by keys and typed, a new one taken in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gridmap.config import Settings
from gridmap.domain.incidents import Amendment, IncidentReport, at_minute
from gridmap.services import amending, intake
from gridmap.services.current_places import CurrentPlaces
from gridmap.services.incident_story import IncidentDetail
from gridmap.store.engine import Store
from tests.browser.conftest import PHONE, Watched, serving
from tests.services import small_world as world

pytestmark = pytest.mark.browser

# B3 B4      B1, B2 are grid G1, B3 is grid G2, B4 belongs to no grid
# B1 B2
NEAR_B3 = (world.WEST + 0.005, world.SOUTH + 0.0099)  # in B1; 11 m south of B3
Watch = Callable[..., Watched]


@dataclass(frozen=True)
class Desk:
    """A served project of four blocks, with one incident in doubt."""

    base: str
    store: Store
    settings: Settings
    uid: str

    @property
    def address(self) -> str:
        return f"/incidents/{self.uid}"

    def stored(self) -> IncidentDetail:
        return intake.tell(self.store, self.uid, now=world.NOW, places=CurrentPlaces())

    def amend(self, **changes: Any) -> None:
        amending.amend(self.store, self.settings, self.uid, Amendment(changes), actor="anna", now=world.NOW)


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    store = world.build(settings)
    at = at_minute(dt.datetime(2024, 5, 30, 12, 5, tzinfo=dt.UTC), "Asia/Shanghai")
    report = IncidentReport(*NEAR_B3, "order.noise", at, address="站前路口", uncertainty_m=30.0)
    uid = intake.receive(store, settings, report, actor="local", now=world.NOW).uid
    with serving(settings) as base:
        yield Desk(base, store, settings, uid)
    store.close()


def drag(page: Page, right_px: float, down_px: float) -> None:
    box = page.locator(".pin").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right_px / 2, y + down_px / 2, steps=4)
    page.mouse.move(x + right_px, y + down_px, steps=4)
    page.mouse.up()


def test_the_question_is_answered(desk: Desk, watch: Watch) -> None:
    page = watch(desk.base).open(desk.address)
    expect(page.locator("h1")).to_contain_text("噪声扰民")
    expect(page.locator("h1 .tag")).to_have_text("网格存疑")
    expect(page.locator(".answer__name")).to_have_text(["青龙一网格", "车站"])
    expect(page.locator(".answer__far")).to_have_text(["点位在此网格内", "相距 11 米"])
    expect(page.locator(".candidate-name")).to_have_text(["青龙一网格", "车站"])
    swatch = "(n) => getComputedStyle(document.querySelector(`.answer__swatch--${n}`)).backgroundColor"
    colours = page.evaluate(f"() => [1, 2].map({swatch})")
    assert colours[0] != colours[1]
    page.locator("[data-answer=G2]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("已归入车站")
    expect(page.locator("h1 .tag")).to_have_text("网格已确认")
    expect(page.locator(".story__head b")).to_have_text(["确认网格", "登记"])
    expect(page.locator(".story__line").first).to_contain_text("青龙一网格 → 车站")
    found = desk.stored().incident
    assert (found.grid, found.is_doubtful, found.placed_by) == ("G2", False, "person")
    expect(page.locator("[data-answer=G2]")).to_have_attribute("aria-pressed", "true")


def test_the_point_is_dragged_and_its_old_place_stays(desk: Desk, watch: Watch) -> None:
    page = watch(desk.base).open(desk.address)
    expect(page.locator("#move-save")).to_be_disabled()
    drag(page, 20, -160)
    expect(page.locator("#move-said")).to_contain_text("位于青龙社区 · 车站")
    assert desk.stored().incident.grid == "G1"  # nothing is stored before somebody says so
    page.fill("#note", "报警人指认")
    page.click("#move-save")
    expect(page.locator("#said")).to_contain_text("位置已移动")
    expect(page.locator(".ghost")).to_have_count(1)
    expect(page.locator("#map-key")).to_contain_text("原来的位置")
    expect(page.locator(".story__line").first).to_contain_text("报警人指认")
    found = desk.stored()
    assert (found.incident.grid, found.incident.placed_by) == ("G2", "map")
    assert found.incident.lat > NEAR_B3[1] + 1e-4
    assert found.story[-1].content["from"]["lat"] == NEAR_B3[1]
    expect(page.locator("#move-save")).to_be_disabled()


def test_the_point_is_moved_by_keys_and_put_back(desk: Desk, watch: Watch) -> None:
    page = watch(desk.base).open(desk.address)
    page.locator(".pin").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    east = float(page.input_value("#lon"))
    page.keyboard.press("Shift+ArrowRight")
    assert 0 < float(page.input_value("#lon")) - east < (east - NEAR_B3[0]) / 3  # a small step
    assert float(page.input_value("#lat")) == pytest.approx(NEAR_B3[1], abs=2e-6)
    page.click("#move-undo")
    assert float(page.input_value("#lon")) == pytest.approx(NEAR_B3[0], abs=1e-6)
    expect(page.locator("#move-save")).to_be_disabled()
    assert len(desk.stored().story) == 1


def test_the_place_is_typed(desk: Desk, watch: Watch) -> None:
    watched = watch(desk.base)
    page = watched.open(desk.address)
    page.fill("#lat", "三十度")
    expect(page.locator("#lat-wrong")).to_contain_text("请填写度数")
    expect(page.locator("#lat")).to_have_attribute("aria-invalid", "true")
    page.fill("#lat", "31,5")  # a decimal comma is understood; this place is not of the district
    expect(page.locator("#lat-wrong")).to_have_text("")
    watched.allowed += ["422 ", "status of 422"]
    page.press("#lat", "Enter")
    expect(page.locator("#said")).to_contain_text("辖区之外")
    page.fill("#lat", f"{world.SOUTH + 0.015:.6f}")
    page.press("#lat", "Enter")
    expect(page.locator("#said")).to_contain_text("位置已移动")
    assert desk.stored().incident.grid == "G2"


def test_who_comes_second_sees_what_it_is_now(desk: Desk, watch: Watch) -> None:
    watched = watch(desk.base)
    page = watched.open(desk.address)
    drag(page, 0, 120)
    wished = page.input_value("#lat")
    desk.amend(grid="G2")
    watched.allowed += ["409 ", "status of 409"]
    page.click("#move-save")
    expect(page.locator("#said")).to_contain_text("其他人刚刚修改过")
    expect(page.locator(".story__head").first).to_contain_text("anna")
    assert page.input_value("#lat") == wished  # the point stays where this person put it
    assert desk.stored().incident.grid == "G2"
    page.click("#move-save")
    expect(page.locator("#said")).to_contain_text("位置已移动")
    assert desk.stored().incident.lat == pytest.approx(float(wished), abs=1e-6)


def test_a_change_by_somebody_else_is_shown_by_itself(desk: Desk, watch: Watch) -> None:
    page = watch(desk.base).open(desk.address)
    desk.amend(grid="G2")
    expect(page.locator("h1 .tag")).to_have_text("网格已确认", timeout=15_000)
    expect(page.locator("#said")).to_contain_text("其他人刚刚修改过")


def test_a_new_incident_is_taken_in(desk: Desk, watch: Watch) -> None:
    page = watch(desk.base).open("/incidents/new")
    page.click("#send")
    expect(page.locator("#kind-wrong")).to_have_text("请选择事件类别。")
    expect(page.locator("#address-wrong")).to_have_text("请说明地点：填写地址，或在地图上点出位置。")
    expect(page.locator("#kind")).to_be_focused()
    page.select_option("#kind", "help.elder")
    page.fill("#day", "2024-05-30")
    page.fill("#time", "08:15")
    page.locator("#map").click(position={"x": 200, "y": 300})
    expect(page.locator("#address-wrong")).to_have_text("")
    expect(page.locator(".pin")).to_be_visible()
    expect(page.locator("#place-said")).not_to_have_text("")
    page.fill("#lon", f"{NEAR_B3[0]:.6f}")
    page.fill("#lat", f"{NEAR_B3[1]:.6f}")
    page.fill("#uncertainty", "２５")  # full-width digits, as many people type
    expect(page.locator("#place-said")).to_contain_text("青龙一网格")
    page.fill("#summary", "老人迷路")
    page.click("#send")
    expect(page.locator("h1 .tag")).to_have_text("网格存疑")
    expect(page.locator("#facts")).to_contain_text("2024-05-30 08:15")
    expect(page.locator("#facts")).to_contain_text("老人迷路")
    expect(page.locator("#facts")).to_contain_text("± 25 m")


def test_the_list_leads_to_what_is_in_doubt(desk: Desk, watch: Watch) -> None:
    page = watch(desk.base).open("/incidents?lang=en")
    expect(page.locator(".chip", has_text="Grid in doubt")).to_contain_text("1")
    expect(page.locator(".incidents tbody tr")).to_have_count(50)
    page.click("text=Older")
    page.wait_for_url("**after=**")
    expect(page.locator(".incidents tbody tr")).to_have_count(11)
    page.click(".chip:has-text('Grid in doubt')")
    page.wait_for_url("**state=doubtful**")
    expect(page.locator(".incidents tbody tr")).to_have_count(1)
    page.click(".incidents__kind a")
    expect(page.locator("#question-title")).to_have_text("Which grid is it?")
    page.goto(f"{desk.base}/incidents?grid=%E8%BD%A6%E7%AB%99")
    expect(page.locator(".sieve__grid")).to_contain_text("G2")
    expect(page.locator(".incidents tbody tr")).to_have_count(3)
    page.goto(f"{desk.base}/incidents?grid=G9&from=2024-02-30")
    expect(page.locator("#from-wrong")).to_contain_text("no day")


@pytest.mark.parametrize("address", ["/incidents", "/incidents/new", ""])
def test_on_a_phone(desk: Desk, watch: Watch, address: str) -> None:
    page = watch(desk.base, PHONE, touch=True).open(f"{address or desk.address}?theme=dark")
    assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
    small = page.evaluate(
        """() => [...document.querySelectorAll(
                ".bar a, .bar button, main a.button, main button, main input, main select, .chip")]
            .filter((node) => node.offsetParent && node.getBoundingClientRect().height < 40)
            .map((node) => node.id || node.textContent)"""
    )
    assert small == []
    page.tap("#nav-fold")
    expect(page.locator(".nav__link")).to_have_text(["地图", "事件", "导入", "关联", "审计", "设置"])
    expect(page.locator(".nav__link[aria-current=page]")).to_have_text("事件")
    page.keyboard.press("Escape")
    expect(page.locator("#nav-list")).to_be_hidden()
    expect(page.locator("#nav-fold")).to_be_focused()


def test_a_grid_s_panel_leads_to_its_incidents(desk: Desk, watch: Watch) -> None:
    page = watch(desk.base).open("/?grid=G2&from=2024-05-01&to=2024-05-31")
    page.click("#detail-incidents .link")
    page.wait_for_url("**/incidents?**grid=G2**")
    expect(page.locator(".incidents tbody tr")).to_have_count(3)
    expect(page.locator("#from")).to_have_value("2024-05-01")


def test_the_map_marks_the_place_that_one_came_for(desk: Desk, watch: Watch) -> None:
    page = watch(desk.base).open(desk.address)
    page.click("#incident-head a.button")
    page.wait_for_selector(".asked__name")
    assert page.inner_text(".asked__name") == desk.stored().incident.case_number
    away_px = """() => {
        const { map } = window.gridmap;
        const { lat, lng } = map.getCenter();
        const { at } = window.gridmap.state.get();
        const [lon, north] = at.split(",").map(Number);
        return map.latLngToContainerPoint([north, lon]).distanceTo(map.latLngToContainerPoint([lat, lng]));
    }"""
    assert page.evaluate(away_px) < 2
    page.click(".asked__close")
    expect(page.locator(".asked")).to_have_count(0)
    page.wait_for_url(lambda url: "at=" not in url and "grid=G1" in url)
    page.go_back()
    expect(page.locator(".asked")).to_have_count(1)
