"""How smoothly the map page moves with thousands of grids: the longest frame of a pan and of a zoom.

A frame is the time between two turns of requestAnimationFrame, as the page itself counts them, while a mouse drags the
map or turns its wheel. The map is looked at where all grids, some hundred and a few dozen are in view.
"""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Browser, Page

ZOOMS = (12, 14, 16)
PAN_LIMIT_MS, ZOOM_LIMIT_MS = 100, 250
RUNS = 3
REST_MS = 1500  # until everything that a movement has caused is drawn

RECORD = """() => {
  window.frames_ms = [];
  window.isRecording = true;
  requestAnimationFrame(function begin(before) {
    requestAnimationFrame(function turn(now) {
      window.frames_ms.push(now - before);
      before = now;
      if (window.isRecording) requestAnimationFrame(turn);
    });
  });
}"""
STOP = "() => { window.isRecording = false; return Math.max(...window.frames_ms); }"


def rows(browser: Browser, base: str, grids: int) -> Iterator[list[str]]:
    """Table rows: movement, longest frame in ms of each of RUNS, kept or not."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(base + "/")
    page.wait_for_selector("html[data-ready='1']", state="attached", timeout=60_000)
    for zoom in ZOOMS:
        _go_to(page, zoom)
        yield _row(f"{grids:,} grids, pan at zoom {zoom}", [_pan(page, turn) for turn in range(RUNS)], PAN_LIMIT_MS)
    for zoom, way in ((12, 1), (15, -1)):
        _go_to(page, zoom)
        name = f"{grids:,} grids, three steps of the wheel from zoom {zoom}"
        yield _row(name, [_wheel(page, way) for _ in range(RUNS)], ZOOM_LIMIT_MS)
    page.context.close()


def _row(name: str, longest_ms: list[float], limit_ms: int) -> list[str]:
    kept = "yes" if max(longest_ms) <= limit_ms else "NO"
    return [name, " ".join(f"{ms:,.0f}" for ms in longest_ms), f"{limit_ms}", kept]


def _go_to(page: Page, zoom: int) -> None:
    page.evaluate("zoom => gridmap.map.setView(gridmap.home.getCenter(), zoom, { animate: false })", zoom)
    page.wait_for_timeout(2 * REST_MS)


def _pan(page: Page, turn: int) -> float:
    """Dragged across most of the map and let go in full swing, to and fro."""
    way = 1 if turn % 2 else -1
    page.evaluate(RECORD)
    page.mouse.move(720, 400)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(720 + way * 8 * step, 400 + way * 5 * step)
    page.mouse.up()
    page.wait_for_timeout(REST_MS)
    return float(page.evaluate(STOP))


def _wheel(page: Page, way: int) -> float:
    page.evaluate(RECORD)
    page.mouse.move(720, 400)
    page.mouse.wheel(0, -120 * way)
    page.wait_for_timeout(REST_MS)
    return float(page.evaluate(STOP))
