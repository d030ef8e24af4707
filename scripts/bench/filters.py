"""How soon the map page shows another choice of a million incidents: from the press to what the eye sees.

Filters are changed by mouse and keys as a person does. The time runs from the input event, as the browser stamps it,
until the new heat (or the grids in colour) has taken the old one's place, the figures are those of the new choice, and
the frame with both is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from statistics import median

import numpy as np
from playwright.sync_api import Browser, Page

LIMIT_MS = 300
ROUNDS = 3
REST_MS = 1200  # between two changes, until everything that the last one has caused is over

# The page is asked at every frame whether it shows what its state says.
WATCH = """() => {
  const watch = window.watch = { began: null, ended: null, marks: {} };
  const begin = (event) => { if (watch.began === null) watch.began = event.timeStamp; };
  for (const name of ["click", "keydown", "pointerup"]) window.addEventListener(name, begin, true);
  const mark = (name) => {
    if (watch.began !== null && !(name in watch.marks)) watch.marks[name] = performance.now() - watch.began;
  };
  gridmap.on("counts", () => { watch.counted = JSON.stringify(gridmap.selection()); mark("figures"); });
  gridmap.on("scales", () => { watch.scaled = JSON.stringify(gridmap.selection()) + gridmap.state.get().by; });
  const isDrawn = () => {
    const { surface, by, bandwidth } = gridmap.state.get();
    const words = JSON.stringify(gridmap.selection());
    const { heat, choropleth } = gridmap.layers;
    if (surface === "heat") {
      if (heat.coming || !heat.shown) return false;
      const asked = new URL(heat.shown._url.replace(/[{}]/g, ""), location.href).searchParams;
      const same = Object.entries(gridmap.selection()).every(([name, value]) => (asked.get(name) ?? null) === value);
      if (!same || Number(asked.get("bw")) !== bandwidth) return false;
      if (getComputedStyle(heat.shown.getContainer()).opacity !== "1") return false;
    } else if (watch.scaled !== words + by || choropleth.tiles.drawing) return false;
    mark("map");
    return watch.counted === words;
  };
  const turn = () => {
    if (watch.began !== null && watch.ended === null && isDrawn()) {
      watch.ended = 0;
      requestAnimationFrame(() => { watch.ended = performance.now() - watch.began; });
    }
    requestAnimationFrame(turn);
  };
  requestAnimationFrame(turn);
  watch.counted = JSON.stringify(gridmap.selection());
  watch.scaled = "";
}"""
ARM = "() => Object.assign(window.watch, { began: null, ended: null, marks: {} })"
BOX = "#kinds > li:nth-child({}) > .kind__row .kind__box"
SURFACE = "#surface [value='{}']"
PRESET = "#presets [data-days='{}']"
DAYS = [(PRESET.format(name), "") for name in ("7", "90", "365", "all")]
HOURS = [(f"#week-presets [data-hours='{name}']", "") for name in ("night", "weekend", "work")]
Step = tuple[str, str]  # a place, and a key that is pressed there; without one the mouse presses
# What is changed -> what is done before, and then the changes.
CHANGES: dict[str, tuple[list[Step], list[Step]]] = {
    "period, by its buttons": ([], DAYS),
    "a kind less": ([], [(BOX.format(n), "") for n in (4, 5)]),
    "radius of the heat": ([], [("#bandwidth", "ArrowRight"), ("#bandwidth", "ArrowRight")]),
    "period moved by keys": (
        [("#bandwidth", "Home"), (PRESET.format("7"), "")],
        [("#window-body", name) for name in ("ArrowLeft", "PageDown", "ArrowLeft")],
    ),
    "hours of the week": ([("#dock-week-button", "")], HOURS),
    "grids in colour": ([(SURFACE.format("choropleth"), ""), (PRESET.format("30"), "")], DAYS),
}
AFTERWARDS = [
    (SURFACE.format("heat"), ""),
    ("#dock-week-button", ""),
    ("#chips-clear", ""),
    (PRESET.format("30"), ""),
    ("#bandwidth", "ArrowRight"),
]


def rows(browser: Browser, base: str) -> Iterator[list[str]]:
    """Table rows: change, how often it was made, median, 95th percentile and longest time in ms, kept or not.

    Each round leaves out another kind, so that nothing of what is timed was asked for before: neither server nor
    browser has kept it.
    """
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(base + "/")
    page.wait_for_selector("html[data-ready='1']", state="attached", timeout=120_000)
    page.wait_for_timeout(3 * REST_MS)
    page.evaluate(WATCH)
    taken: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        _change(page, (BOX.format(turn + 1), ""))
        for name, (before, changes) in CHANGES.items():
            for step in before:
                _change(page, step)
            taken.setdefault(name, []).extend(_timed(page, step) for step in changes)
        for step in AFTERWARDS:
            _change(page, step)
    page.context.close()
    for name, times in taken.items():
        yield _row(name, times)
    yield _row("all of them", list(chain(*taken.values())))


def _row(name: str, taken_ms: list[float]) -> list[str]:
    middle, late = median(taken_ms), float(np.percentile(taken_ms, 95))
    kept = "yes" if middle <= LIMIT_MS else "NO"
    return [name, f"{len(taken_ms)}", f"{middle:,.0f}", f"{late:,.0f}", f"{max(taken_ms):,.0f}", kept]


def _change(page: Page, step: Step) -> None:
    _do(page, step)
    page.wait_for_timeout(2 * REST_MS)


def _timed(page: Page, step: Step) -> float:
    page.evaluate(ARM)
    _do(page, step)
    page.wait_for_function("() => window.watch.ended", timeout=60_000)
    taken_ms = float(page.evaluate("() => window.watch.ended"))
    page.wait_for_timeout(REST_MS)
    return taken_ms


def _do(page: Page, step: Step) -> None:
    place, key = step
    if key:
        page.press(place, key, no_wait_after=True)
    else:
        page.click(place, no_wait_after=True)
