"""The map page of the demo in headless Chromium: when its first view is drawn, how much goes over the wire.

Served by `gridmap serve` as a user has it; the demo is built first where it is missing. Drawn means base map, grids and
heat, as the page itself marks it (`gridmap-ready`, counted from the start of navigation). Then how soon another choice
of a million incidents is painted (bench.filters), and how smoothly a district of 5,000 grids moves (bench.frames).
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import folium
import folium.plugins
from playwright.sync_api import Browser, CDPSession, sync_playwright

from bench import filters, frames, many_grids, many_incidents
from bench.serving import served
from bench.tables import table

VISITS = 5
LIMIT_MS, LIMIT_BYTES = 2000, 1_500_000
GRIDS = 5000
INCIDENTS = 1_000_000
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
SCREENS = {"desktop 1440 x 900": (1440, 900, 1.0), "phone 380 x 800, dense": (380, 800, 2.0)}


def run(_: list[str]) -> Iterator[str]:
    rows = []
    with served() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        _visit(browser, base, (1440, 900, 1.0))  # the server's read model is loaded once, not by each visitor
        for name, screen in SCREENS.items():
            visits = [_visit(browser, base, screen) for _ in range(VISITS)]
            ready_ms, wire, requests = (median(visit[i] for visit in visits) for i in range(3))
            kept = "yes" if ready_ms <= LIMIT_MS and wire <= LIMIT_BYTES else "NO"
            rows.append([name, f"{ready_ms:,.0f}", f"{wire / 1e6:.2f}", f"{requests:.0f}", kept])
        browser.close()
        peer_bytes = _folium_heatmap_bytes(base)
    rows.append(["folium HeatMap, points in the page", "", f"{peer_bytes / 1e6:.2f}", "1 + 10 from outside", ""])
    head = ["first visit, empty cache", "ready, ms", "over the wire, MB", "requests", "<= 2,000 ms, <= 1.5 MB"]
    yield from table(f"Page: the demo's first view, median of {VISITS}", head, rows)
    yield ""
    yield from _filters()
    yield ""
    yield from _frames()


def _filters() -> Iterator[str]:
    """The demo with INCIDENTS incidents is made, served and filtered."""
    with tempfile.TemporaryDirectory() as folder:
        settings = many_incidents.build(Path(folder), INCIDENTS)
        with served(settings) as base, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
            rows = list(filters.rows(browser, base))
            browser.close()
    head = ["changed", "times", "median, ms", "95 %", "longest", f"median <= {filters.LIMIT_MS} ms"]
    yield from table(f"Page: a choice never asked for, {INCIDENTS:,} incidents, until it is painted", head, rows)


def _frames() -> Iterator[str]:
    """A database of GRIDS grids is made by `gridmap import`, served and moved about."""
    with tempfile.TemporaryDirectory() as folder:
        settings = many_grids.build(Path(folder), GRIDS)
        with served(settings) as base, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
            rows = list(frames.rows(browser, base, GRIDS))
            browser.close()
    head = ["moving the map, heat shown", f"longest frame, ms, of {frames.RUNS} runs", "at most", "kept"]
    yield from table("Page: frames", head, rows)


def _visit(browser: Browser, base: str, screen: tuple[int, int, float]) -> tuple[float, int, int]:
    """One visit with a fresh profile -> milliseconds until the first view is drawn, bytes, requests."""
    width, height, ratio = screen
    context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=ratio)
    page = context.new_page()
    received = _count_bytes(context.new_cdp_session(page))
    page.goto(base + "/")
    page.wait_for_selector("html[data-ready='1']", state="attached", timeout=60_000)
    ready_ms = page.evaluate("() => performance.getEntriesByName('gridmap-ready')[0].startTime")
    context.close()
    return ready_ms, sum(received), len(received)


def _count_bytes(session: CDPSession) -> list[int]:
    """A list that gets the bytes of each finished request, headers and compression as on the wire."""
    received: list[int] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
    return received


def _folium_heatmap_bytes(base: str) -> int:
    """The usual way: a page that carries every incident's position. Its libraries come on top, from elsewhere."""
    points: list[list[float]] = []
    after: str | None = ""
    while after is not None:
        cursor = f"&after={after}" if after else ""
        with urlopen(f"{base}/api/v1/incidents?limit=1000{cursor}") as response:  # noqa: S310 - as above
            answer = json.load(response)
        points += [[item["lat"], item["lon"]] for item in answer["items"]]
        after = answer["next"]
    map_ = folium.Map(location=points[0])
    folium.plugins.HeatMap(points).add_to(map_)
    return len(map_.get_root().render().encode())
