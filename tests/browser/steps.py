"""What several tests do on the map page: ask the server, read a figure, find a place on the screen, bring data in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page

from gridmap.cli import main
from gridmap.config import Settings


def asked(base: str, path: str) -> Any:
    """What the server answers a program."""
    with urlopen(base + path) as response:
        return json.load(response)


def go_alone(page: Page) -> None:
    """From the first start of an empty project to its map."""
    with page.expect_navigation():
        page.locator("#alone").click()
    page.wait_for_selector("html[data-ready='1']", state="attached", timeout=30_000)


def figure(page: Page, selector: str) -> int:
    """The figure that stands there."""
    return int(re.sub(r"\D", "", page.inner_text(selector)))


def wait_for_total(page: Page, value: int, *, other: bool = False) -> None:
    """Until the sum of the period is this figure, or with `other` any but this."""
    sign = "!==" if other else "==="
    sum_now = "Number(document.getElementById('total').textContent.replace(/\\D/g, ''))"
    page.wait_for_function(f"value => {sum_now} {sign} value", arg=value)


def spot_in_grid(page: Page, code: str) -> dict[str, float]:
    """Where on the screen a point well inside a grid is."""
    return page.evaluate(
        """async (code) => {
            const { innerPoint } = await import(document.querySelector("link[href$='map/grid_labels.js']").href);
            const [lon, lat] = innerPoint(gridmap.place.places.features.get(code).geometry);
            return gridmap.map.latLngToContainerPoint([lat, lon]);
        }""",
        code,
    ) | {"code": code}


def press_grid(page: Page, code: str) -> None:
    """A click of the mouse well inside a grid."""
    at = spot_in_grid(page, code)
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])


def bring_in(settings: Settings, monkeypatch: pytest.MonkeyPatch, layer: str, file: Path, text: str) -> None:
    """What a person does with a file of their own: `gridmap import LAYER FILE`."""
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("GRIDMAP_DB", settings.db)
    monkeypatch.setenv("GRIDMAP_VAR", str(settings.var))
    with pytest.raises(SystemExit) as done:
        main(["import", layer, str(file)])
    assert not done.value.code
