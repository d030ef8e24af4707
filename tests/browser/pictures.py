"""The map as it is drawn, in pixels."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from tests.browser.steps import spot_in_grid

BARE = "layers=none"  # nothing but ground and the surface that colours it
CENTRE = "#14/30.18500/114.96500"
AT_REST = """() => {
  const { heat, choropleth, grids } = gridmap.layers;
  const isLoading = (layer) => Boolean(layer && layer._map && layer.isLoading());
  return !heat.coming && !isLoading(heat.shown) && !isLoading(choropleth.tiles) && !isLoading(grids.lines);
}"""


def picture(page: Page) -> np.ndarray:
    """The map as it is drawn now, without what lies over it: uint8[rows, cols, 3]."""
    page.wait_for_function(AT_REST)
    page.wait_for_timeout(400)  # tiles fade in
    over = [page.locator(name) for name in (".map__credits", ".leaflet-control-container", "#legend", ".tools")]
    return np.asarray(Image.open(BytesIO(page.locator("#map").screenshot(mask=over))).convert("RGB"))


def changed_share(before: np.ndarray, after: np.ndarray) -> float:
    """Share of pixels that differ visibly."""
    return float((np.abs(before.astype(int) - after.astype(int)).max(axis=2) > 12).mean())


def patch(drawn: np.ndarray, page: Page, code: str, *, reach: int = 4) -> np.ndarray:
    """The pixels around a point well inside a grid: uint8[2 * reach, 2 * reach, 3]."""
    at = spot_in_grid(page, code)
    x, y = round(at["x"]), round(at["y"])
    return drawn[y - reach : y + reach, x - reach : x + reach]
