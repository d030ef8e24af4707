"""The import page in a real browser: a file through all steps to taking it back; the linkage page beside it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from gridmap.config import Settings
from gridmap.store.engine import open_store
from gridmap.store.tables import Incident
from tests.browser.conftest import PATIENCE_MS, PHONE, Watched, serving
from tests.services import small_world
from tests.services.small_world import in_block

pytestmark = pytest.mark.browser


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    """The small world, served from a database of the test's own."""
    small_world.build(settings).close()
    with serving(settings) as base:
        yield base


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A list as an office sends it: in GB18030, headings of its own, 40 good rows, 3 bad ones."""
    path = tmp_path / "五月警情.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["编号", "案由", "东经度数", "纬度", "发生时间", "备注"])
        for number in range(40):
            lon, lat = in_block(number % 2, 0)
            writer.writerow([f"A{number}", "dispute", lon + number * 1e-5, lat, "2024年5月3日 8时", "x"])
        writer.writerow(["B1", "dispute", 115.02, 33.0, "2024-05-04", ""])
        writer.writerow(["B2", "dispute", "东边", 30.2, "2024-05-04", ""])
        writer.writerow(["B3", "dispute", 115.0, 30.2, "昨天", ""])
    return path


def incidents(settings: Settings) -> int:
    store = open_store(settings.db)
    with store.read() as session:
        count = session.scalar(sa.select(sa.func.count()).select_from(Incident)) or 0
    store.close()
    return count


def choose(page: Page, file: Path) -> None:
    page.set_input_files("#file", str(file))
    page.click("#check")
    expect(page.locator("#checked")).to_be_visible(timeout=PATIENCE_MS)


def widths(page: Page) -> tuple[int, int]:
    wide, inner = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return int(wide), int(inner)


def test_a_file_goes_through_all_steps_and_is_taken_back(
    address: str, settings: Settings, watch: Callable[..., Watched], report: Path, tmp_path: Path
) -> None:
    before = incidents(settings)
    page = watch(address).open("/import?lang=zh&layer=incidents")
    choose(page, report)
    # a column that has a name of its own is chosen by hand
    expect(page.locator("#verdict")).to_contain_text("请在下方选择")
    expect(page.locator("#order")).to_be_hidden()
    page.get_by_label("经度", exact=True).select_option("东经度数")
    page.click("#recheck")
    expect(page.locator("#verdict")).to_contain_text("40 行可以存入，3 行有问题", timeout=PATIENCE_MS)
    expect(page.locator("#told")).to_contain_text("GB18030")
    expect(page.locator("#told")).to_contain_text("位于项目范围之外")
    expect(page.locator("#legend li")).to_have_count(2)
    expect(page.locator("#sample tbody tr")).to_have_count(8)
    assert page.evaluate("window.gridmap.map.found.good.length") == 40
    assert page.evaluate("window.gridmap.map.bad.map(({ row }) => row)") == [41, 43]
    page.click("#told details summary")
    page.locator("#told details li").first.get_by_role("button").click()
    expect(page.locator(".import__tip")).to_contain_text("第 41 行")
    # stored: the good rows; the bad ones come back
    page.fill("#save-source", "派出所月报")
    page.click("#store")
    expect(page.locator("#result")).to_contain_text("已存入 40 行", timeout=PATIENCE_MS)
    assert incidents(settings) == before + 40
    with page.expect_download() as download:
        page.click("#rejects")
    assert download.value.suggested_filename == "五月警情-rejects.csv"
    saved = tmp_path / "back.csv"
    download.value.save_as(saved)
    assert [row["编号"] for row in csv.DictReader(saved.open(encoding="utf-8-sig"))] == ["B1", "B2", "B3"]
    # taken back: asked once, what goes is said
    page.click("#undo-now")
    expect(page.locator("#ask")).to_contain_text("将移除 40 行")
    page.get_by_role("button", name="保留").click()
    assert incidents(settings) == before + 40
    page.click("#undo-now")
    page.click("#ask-yes")
    expect(page.locator(".is-undone")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator(".is-undone")).to_contain_text("已撤销 40 行")
    assert incidents(settings) == before
    page.reload()
    expect(page.locator("#source option", has_text="派出所月报")).to_have_count(1)


def test_what_is_wrong_with_a_file_is_said_beside_it_before_it_is_sent(
    address: str, watch: Callable[..., Watched], tmp_path: Path
) -> None:
    page = watch(address).open("/import?lang=zh&layer=units")
    page.click("#check")
    expect(page.locator("#file-wrong")).to_have_text("请先选择文件。")
    big = tmp_path / "big.csv"
    with big.open("wb") as file:
        file.truncate(101 << 20)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/uploads" in request.url else None)
    page.set_input_files("#file", str(big))
    expect(page.locator("#file-wrong")).to_contain_text("gridmap import units FILE")
    page.click("#check")
    part = tmp_path / "街道.shp"
    part.write_bytes(b"x")
    page.set_input_files("#file", str(part))
    expect(page.locator("#file-wrong")).to_contain_text("ZIP")
    assert sent == []
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04 no workbook")
    page.set_input_files("#file", str(broken))
    expect(page.locator("#file-wrong")).to_be_empty()
    page.click("#check")
    expect(page.locator("#failed")).to_contain_text("坏.xlsx 已损坏", timeout=PATIENCE_MS)
    expect(page.locator("#checked")).to_be_hidden()


def test_both_pages_fit_a_phone(address: str, watch: Callable[..., Watched], report: Path) -> None:
    phone = watch(address, PHONE, touch=True)
    page = phone.open("/import?lang=en&layer=incidents")
    choose(page, report)
    assert widths(page) == (380, 380)
    page = phone.open("/linkage?lang=en")
    expect(page.locator(".share").last).to_contain_text("57 / 60")
    expect(page.locator("#without tbody tr")).to_have_count(3)
    assert widths(page) == (380, 380)
    page.locator(".linkage__place").first.click()
    page.wait_for_url(re.compile(r"#17/30\.2"), timeout=PATIENCE_MS)


def test_rows_beyond_the_list_are_not_called_placeless(
    address: str, watch: Callable[..., Watched], tmp_path: Path
) -> None:
    path = tmp_path / "many.csv"
    lon, lat = in_block(0, 0)
    rows = [f"{'dispute' if number % 2 else ''},{lon if number % 2 else '东边'},{lat},昨天" for number in range(1200)]
    path.write_text("\n".join(["案由,经度,纬度,发生时间", *rows]), encoding="utf-8")
    page = watch(address).open("/import?lang=zh&layer=incidents")
    choose(page, path)
    expect(page.locator("#legend")).to_contain_text("问题行：1,200 (前 1,000 行中 500 行在图上，500 行没有位置)")
