"""The map taken away: files with just what is counted, pictures, a page without a network, and the map on paper."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import python_calamine
from PIL import Image, ImageStat
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS, PHONE, Watched
from tests.browser.steps import asked

pytestmark = pytest.mark.browser

WEEK = "from=2026-06-24&to=2026-06-30"
WEEK_BEFORE = "from=2026-06-17&to=2026-06-23"
LAID = "html[data-paper-ready]"
MM_PX = 96 / 25.4
PAPERS = {"a4-landscape": (297, 210), "a3-portrait": (297, 420)}


MARGIN_PX = 24
# the size of the part of the map with something in it, and how far from the left it lies
SEEN_PART = """() => {
    const { map, home, state, situation } = gridmap;
    const seen = L.latLngBounds(home.getSouthWest(), home.getNorthEast());
    if (state.get().layers.has("points")) {
        const [west, south, east, north] = situation.incident_bounds;
        seen.extend([south, west]).extend([north, east]);
    }
    const [a, b] = [seen.getNorthWest(), seen.getSouthEast()].map(corner => map.latLngToContainerPoint(corner).round());
    const length = (low, high, size) => Math.max(240, Math.min(size, high + 24) - Math.max(0, low - 24));
    const { x, y } = map.getSize();
    return [length(a.x, b.x, x), length(a.y, b.y, y), a.x];
}"""


def colours_of(pixels: np.ndarray) -> int:
    return len(np.unique(pixels.reshape(-1, 3), axis=0))


def downloaded(page: Page, button: str, folder: Path) -> Path:
    """Presses a button of the window and keeps what comes."""
    with page.expect_download(timeout=PATIENCE_MS) as coming:
        page.click(f"#download-{button}")
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def rows_of(path: Path) -> int:
    if path.suffix == ".csv":
        _, _, table = path.read_text(encoding="utf-8-sig").partition("\n")
        return len(list(csv.DictReader(io.StringIO(table))))
    if path.suffix == ".gpkg":
        return int(pyogrio.read_info(path)["features"])
    book = python_calamine.CalamineWorkbook.from_path(path)
    return max(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names) - 1


def pages_of(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page in mm."""
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert len(boxes) == len(re.findall(rb"/Type /Page\b", pdf))
    return [(float(width) / 72 * 25.4, float(height) / 72 * 25.4) for width, height in boxes]


def open_window(page: Page) -> None:
    page.click("#tool-download")
    page.wait_for_selector("#downloads")


def test_tables_hold_just_what_is_counted(demo: Watched, tmp_path: Path) -> None:
    page = demo.open(f"/?{WEEK}&kinds=dispute&lang=en")
    open_window(page)
    counts = asked(demo.base, f"/api/v1/counts?{WEEK}&kinds=dispute")
    grids = asked(demo.base, "/api/v1/grids.geojson")["features"]
    assert f"{counts['total']:,} incidents" in page.inner_text("#downloads .quiet")
    wanted = {"incidents": counts["total"], "grids": len(grids)}
    found = {
        f"{what}-{form}": rows_of(downloaded(page, f"{what}-{form}", tmp_path))
        for what in wanted
        for form in ("csv", "gpkg", "xlsx")
    }
    assert found == {f"{what}-{form}": rows for what, rows in wanted.items() for form in ("csv", "gpkg", "xlsx")}


def test_the_page_without_a_network_asks_for_nothing(demo: Watched, chromium: Browser, tmp_path: Path) -> None:
    page = demo.open(f"/?{WEEK}&lang=zh")
    open_window(page)
    path = downloaded(page, "map-html", tmp_path)
    assert path.name == "gridmap-map-2026-06-24-2026-06-30.html"
    context = chromium.new_context(offline=True)
    alone = context.new_page()
    requests: list[str] = []
    faults: list[str] = []
    alone.on("request", lambda request: requests.append(request.url))
    alone.on("pageerror", lambda error: faults.append(str(error)))
    alone.goto(path.as_uri())
    expect(alone.locator(".leaflet-image-layer")).to_have_count(3)
    shown = alone.evaluate(
        "[...document.querySelectorAll('.leaflet-image-layer')].every(i => i.complete && i.naturalWidth > 500)"
    )
    assert shown and "2026-06-24 至 2026-06-30" in alone.inner_text("header")
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == faults == []
    context.close()


def test_the_picture_is_the_map_with_its_legend_twice_as_fine(demo: Watched, tmp_path: Path) -> None:
    page = demo.open(f"/?{WEEK}&theme=light&lang=en&layers=grids,borders,streets,labels,points")
    page.wait_for_function("[...gridmap.map.getPane('points').children].length > 0")
    open_window(page)
    width, height, left = page.evaluate(SEEN_PART)
    assert left > MARGIN_PX  # the screen keeps room for its legend, which the picture leaves out
    pixels = np.asarray(Image.open(downloaded(page, "picture-png", tmp_path)).convert("RGB"))
    assert pixels.shape[1] == 2 * (width + 2 + 12 + 208 + 32)
    assert pixels.shape[0] > 2 * height + 100
    drawn = pixels[pixels.shape[0] // 2, 2 * 18 : 2 * (16 + width)]
    inside = np.flatnonzero((drawn != drawn[0]).any(axis=1))
    assert max(inside[0], len(drawn) - inside[-1]) < 4 * MARGIN_PX  # the district fills the map's width
    shown = page.evaluate(
        "[...document.querySelectorAll('#legend-scale li')].map(i => getComputedStyle(i).backgroundColor)"
    )
    classes = [tuple(int(part) for part in re.findall(r"\d+", colour)) for colour in shown]
    assert len(classes) == 6
    beside = pixels[:, 2 * (width + 30) :]  # the map is higher than wide: the legend stands beside it
    for colour in classes:
        assert (beside == colour).all(axis=2).sum() > 500
    assert colours_of(pixels[200:-200, : 2 * width]) > 2000
    assert page.evaluate("document.querySelectorAll('.leaf').length") == 0
    ratios = (
        "[...document.querySelectorAll('.leaflet-labels-pane canvas')].every(c => c.width === 0 || c.width === 512)"
    )
    page.wait_for_function(ratios)  # the screen is drawn as it was
    page.keyboard.press("Escape")
    page.evaluate("gridmap.state.set({ compare: 'swipe' })")
    page.wait_for_selector("#map-2 .leaflet-heat-pane img.leaflet-tile-loaded", state="attached")
    width, _, _ = page.evaluate(SEEN_PART)
    open_window(page)
    pixels = np.asarray(Image.open(downloaded(page, "picture-png", tmp_path)).convert("RGB"))
    assert pixels.shape[1] == 2 * (2 * width + 12 + 4 + 32)
    maps = [pixels[350:-700, 2 * at : 2 * (at + width)] for at in (17, 17 + width + 14)]
    assert min(colours_of(part) for part in maps) > 2000  # of a swipe, too, both maps are whole
    assert (maps[0] != maps[1]).any(axis=2).mean() > 0.1


def test_what_cannot_be_had_is_told_in_the_language_of_the_page(demo: Watched) -> None:
    demo.allowed += ["404 ", "console: Failed to load resource"]
    page = demo.open(f"/?{WEEK}&lang=zh")
    refusal = {
        "error": {"code": "not_found", "message": "There are no incidents in this selection.", "hint": "Choose."}
    }
    page.route("**/api/v1/downloads/incidents.csv*", lambda route: route.fulfill(status=404, json=refusal))
    open_window(page)
    page.click("#download-incidents-csv")
    expect(page.locator(".downloads__said--wrong")).to_contain_text("所选范围内没有数据")
    page.keyboard.press("Escape")
    page.evaluate("gridmap.state.set({ kinds: new Set() })")
    open_window(page)
    expect(page.locator("#download-incidents-csv")).to_be_disabled()
    expect(page.locator("#downloads")).to_contain_text("未选择任何类别")


def test_the_window_fits_on_a_phone(watch: Callable[..., Watched], demo_address: str) -> None:
    page = watch(demo_address, PHONE, touch=True).open("/?lang=zh")
    page.click("#tools-more")
    open_window(page)
    edges = page.evaluate(
        """[...document.querySelectorAll('#downloads button')].map(button => {
            const { left, right, height } = button.getBoundingClientRect();
            return [left, right, height];
        })"""
    )
    assert all(left >= 0 and right <= PHONE["width"] for left, right, _ in edges)
    assert all(height >= 44 for *_, height in edges[1:])


def sheet(page: Page) -> dict:
    """What lies on the paper, once it is drawn: metres on the ground and px of paper along the district's south."""
    page.wait_for_selector(LAID, state="attached", timeout=PATIENCE_MS)
    found = page.evaluate(
        """() => {
            const { map, home, comparison } = gridmap;
            const maps = comparison ? [map, comparison.second.map] : [map];
            const [a, b] = [home.getSouthWest(), L.latLng(home.getSouth(), home.getEast())];
            const enlarged = new DOMMatrix(getComputedStyle(map.getContainer()).transform).a;
            const onPaper = Math.abs(map.latLngToContainerPoint(b).x - map.latLngToContainerPoint(a).x) * enlarged;
            return {
                metres: map.distance(a, b), onPaper, scale: gridmap.state.get().paperScale,
                mode: document.documentElement.dataset.mode,
                isWhole: maps.every(one => one.getBounds().contains(home)),
                gaps: [...document.querySelectorAll(".leaf__map")].flatMap((slot, i) => {
                    const { x, y } = maps[i].getSize();
                    return [slot.clientWidth - x * enlarged, slot.clientHeight - y * enlarged];
                }),
                cut: [...document.querySelectorAll(".leaf__side, .leaf__foot, .leaf__head, .leaf__caption")]
                    .some(node => node.scrollHeight > node.clientHeight + 1),
            };
        }"""
    )
    assert found["metres"] / (found["onPaper"] / MM_PX / 1000) == pytest.approx(found["scale"], rel=0.005)
    assert max(abs(gap) for gap in found["gaps"]) < 3 and not found["cut"]
    assert found["mode"] == "light"
    return found


def test_a_sheet_is_one_page_of_its_size_with_both_maps_of_a_comparison(demo: Watched) -> None:
    page = demo.open(f"/?{WEEK}&compare=swipe&print=a4-landscape&theme=dark&lang=en&title=Week%2026")
    totals = [asked(demo.base, f"/api/v1/counts?{days}")["total"] for days in (WEEK, WEEK_BEFORE)]
    for paper, size in PAPERS.items():
        page.select_option("#paper-size", paper)
        found = sheet(page)
        assert found["isWhole"] and len(found["gaps"]) == 4
        assert pages_of(page.pdf(prefer_css_page_size=True)) == [pytest.approx(size, abs=0.6)]
        text = page.inner_text(".leaf")
        for words in (
            "Week 26",
            f"1:{found['scale']:,}",
            f"{totals[0]:,} on the left, {totals[1]:,} on the right",
            "Map approval no.",
            "Asia/Shanghai",
            "synthetic",
            "per km²",
            "Grid plan",
            "dashed: communities",
        ):
            assert words in text
        captions = page.locator(".leaf__caption").all_inner_texts()
        assert [caption.split(" (")[0] for caption in captions] == [
            "24 Jun 2026 – 30 Jun 2026",
            "17 Jun 2026 – 23 Jun 2026",
        ]
        assert all(
            f"All kinds · Incidents {total:,}" in caption for total, caption in zip(totals, captions, strict=True)
        )
    page.evaluate("gridmap.state.set({ surface: 'choropleth', by: 'change' })")
    for side, days in enumerate(("17 Jun 2026 – 23 Jun 2026", "10 Jun 2026 – 16 Jun 2026")):
        expect(page.locator(".leaf__caption").nth(side)).to_contain_text(f"Compared with {days}")
    page.evaluate("gridmap.state.set({ surface: 'heat' })")
    page.emulate_media(media="print")
    for selector in (".paper__bar", ".bar", "#tools", "#timeline", ".leaf__hand"):
        expect(page.locator(selector)).to_be_hidden()
    assert page.locator(".leaf").bounding_box() == pytest.approx(
        {"x": 0, "y": 0, "width": PAPERS["a3-portrait"][0] * MM_PX, "height": PAPERS["a3-portrait"][1] * MM_PX}, abs=1
    )
    page.emulate_media(media="screen")
    page.keyboard.press("Escape")
    page.wait_for_selector("html[data-mode=dark]", state="attached")
    expect(page.locator("#map-region > #map-2 ~ #divider, #map-region > #divider ~ #map-2")).to_have_count(1)
    assert page.evaluate("getComputedStyle(document.getElementById('map-2')).clipPath").endswith("50%)")


def test_an_address_brings_the_same_sheet_and_closing_brings_the_map_back(demo: Watched) -> None:
    page = demo.open(f"/?{WEEK}&lang=en&theme=dark#14/30.20000/114.96000")
    before = page.evaluate("[gridmap.map.getZoom(), gridmap.map.getSize().x, gridmap.map.getSize().y]")
    page.click("#tool-print")
    page.wait_for_selector(LAID, state="attached", timeout=PATIENCE_MS)
    page.select_option("#paper-size", "a4-landscape")
    page.select_option("#paper-scale", "20000")
    page.fill("#paper-title", "Centre")
    page.focus(".leaf__hand")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**title=Centre**")
    seen = """[
        gridmap.map.getBounds().toBBoxString(), document.querySelector('.leaf__title').textContent,
        gridmap.state.get().paperScale,
    ]"""
    page.wait_for_function(
        """() => !location.hash.includes('114.96000')
            && gridmap.address() === location.pathname + location.search + location.hash"""
    )  # the map has come to rest, and the address with it
    here = page.evaluate(seen)
    assert here[1:] == ["Centre", 20000]
    assert len(sheet(page)["gaps"]) == 2
    address = page.evaluate("location.pathname + location.search + location.hash")
    page.keyboard.press("Escape")
    expect(page.locator("#paper")).to_have_count(0)
    assert page.evaluate("[gridmap.map.getZoom(), gridmap.map.getSize().x, gridmap.map.getSize().y]") == before
    assert page.evaluate("document.documentElement.dataset.mode") == "dark"
    assert "print=" not in page.evaluate("gridmap.address()")
    again = demo.open(address)
    again.wait_for_selector(LAID, state="attached", timeout=PATIENCE_MS)
    there = again.evaluate(seen)
    assert there[1:] == here[1:]
    boxes = [[float(part) for part in box.split(",")] for box in (here[0], there[0])]
    assert boxes[0] == pytest.approx(boxes[1], abs=2e-4)


def test_the_browsers_own_print_shows_the_map_and_its_legend_in_light_colours(demo: Watched) -> None:
    page = demo.open(f"/?{WEEK}&lang=en&theme=dark&kinds=dispute")
    expect(page.locator("#chips-list .chip__text")).to_have_text("Dispute")
    page.evaluate(
        """() => {
            window.print = () => {
                const heat = [...document.querySelectorAll(".leaflet-heat-pane img")];
                const themes = new Set(heat.map(tile => new URL(tile.src).searchParams.get("theme")));
                window.printed = [document.documentElement.dataset.mode, ...themes];
            };
        }"""
    )
    page.keyboard.press("Control+p")
    page.wait_for_function("() => window.printed")
    assert page.evaluate("printed") == ["light", "light"]
    page.wait_for_selector("html[data-mode=dark]", state="attached")
    page.wait_for_function("() => gridmap.layers.basemap.layers.every((layer) => !layer.drawing)")
    # the map is higher than wide: it fills a sheet that stands upright
    assert pages_of(page.pdf(prefer_css_page_size=True)) == [pytest.approx((210, 297), abs=0.6)]
    page.wait_for_selector("html[data-mode=dark]", state="attached")
    page.wait_for_function("() => gridmap.layers.basemap.layers.every((layer) => !layer.drawing)")
    # by the menu the page is taken as it stands when this is over: nothing may still be drawn, nothing be fetched
    drawing = page.evaluate(
        """async () => {
            window.dispatchEvent(new Event("beforeprint"));
            await Promise.resolve();
            return gridmap.layers.basemap.layers.map((layer) => layer.drawing);
        }"""
    )
    assert drawing == [0, 0, 0, 0]
    page.emulate_media(media="print")
    shown = Image.open(io.BytesIO(page.locator("#map-region").screenshot()))
    assert ImageStat.Stat(shown.convert("L")).median[0] > 200  # dark on the screen, light on paper
    light = asked(demo.base, "/api/v1/legend?kinds=dispute&days=7&theme=light")["classes"]
    classes = page.evaluate(
        "[...document.querySelectorAll('#legend-scale li')].map(i => getComputedStyle(i).backgroundColor)"
    )
    for found, one in zip(classes, light, strict=True):
        wanted = list(bytes.fromhex(one["composited"][1:]))
        assert [int(part) for part in re.findall(r"\d+", found)] == pytest.approx(wanted, abs=6)
    assert page.evaluate("document.querySelectorAll('.leaflet-heat-pane canvas').length") > 0
    width = page.evaluate("document.querySelector('#map-region').getBoundingClientRect().width")
    assert width > 0.9 * (210 - 16) * MM_PX
    for selector in (".bar", "#filters", "#panel", "#timeline", "#tools", ".leaflet-control-zoom"):
        expect(page.locator(selector).first).to_be_hidden()
    for selector in ("#printed-head", "#map-region", "#legend", "#approval"):
        expect(page.locator(selector)).to_be_visible()
    assert "Dispute" in page.inner_text("#printed-head")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.wait_for_selector("html[data-mode=dark]", state="attached")
    expect(page.locator(".leaflet-heat-pane canvas")).to_have_count(0)
