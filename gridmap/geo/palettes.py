"""The colours of heat: ramps blended in OKLab, one fixed scale, its legend, and tiles as palette PNG.

A colour means the same density at every zoom and in every period of a length: the scale's top is fixed per (kinds,
bandwidth), wider only where a lone event of a short period would look like a hot spot. The palette is linear in density
below it. Colours and opacities are stated at `STOPS` of the top; below the first stop
heat fades out. With a top of 1, 2 or 5 times a power of ten all stops are round numbers.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from gridmap.errors import BadInput
from gridmap.geo.compiling import compiled

STOPS = (0.05, 0.2, 0.4, 0.6, 0.8, 1.0)
OPACITIES = (0.35, 0.50, 0.62, 0.72, 0.80, 0.86)
LEVELS = 255  # palette entries 1 ... 255; entry 0 is no heat
PERCENTILE = 99.5
NEAR_SIGMAS = 2.0  # a cell is occupied when an event lies about this many bandwidths away, or less
CROWD = 5  # events at one place that may be a hot spot: the share of one of them is where the second class begins
PNG_COMPRESSION = 1  # of ISA-L: level 0 packs a third worse in the same time, 2 and 3 no better
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
FILTER_NONE, FILTER_UP = 0, 2

Palette = NDArray[np.uint8]
Floats = NDArray[np.float64]

# Björn Ottosson, "A perceptual color space for image processing" (2020)
_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@dataclass(frozen=True, slots=True)
class Ramp:
    """Six colours from little to much, and the colour of the bare land they lie on; all as #RRGGBB."""

    colors: tuple[str, ...]
    land: str


HEAT: dict[str, Ramp] = {
    "light": Ramp(("#FBE3B5", "#F5B971", "#E8845B", "#C6485F", "#8E2267", "#4A1259"), "#F4F2ED"),
    "dark": Ramp(("#2B1B52", "#6A1F6E", "#B03460", "#E8623F", "#F9A63A", "#FCEB9A"), "#14181D"),
}


@dataclass(frozen=True, slots=True)
class LegendClass:
    """Densities from `low` to `high` (None: and more): `color` is drawn with `opacity`; over the bare land it looks
    like `composited`. Colours are #RRGGBB, taken at the middle of the class.
    """

    low: float
    high: float | None
    color: str
    opacity: float
    composited: str


def heat_palette(theme: str) -> Palette:
    """uint8[256, 4] of red, green, blue, opacity; entry i is the density i / 255 of the top, entry 0 is transparent."""
    share = np.arange(LEVELS + 1) / LEVELS
    rgb, opacity = _shades(_ramp(theme), share)
    palette: Palette = np.column_stack([rgb, np.round(opacity * 255)]).astype(np.uint8)
    palette[0] = 0
    return palette


def classify(values: NDArray[np.floating], top: float) -> NDArray[np.uint8]:
    """Densities -> palette entries: 0 below half a step and for NaN, 255 from `top` on. Raises BadInput if top <= 0."""
    if not (np.isfinite(top) and top > 0):
        raise BadInput(f"A scale up to {top} has no classes.", "Use fixed_top(), which is always above 0.")
    entries: NDArray[np.uint8] = _entries(np.atleast_2d(values), np.float32(LEVELS / top)).reshape(values.shape)
    return entries


@compiled
def _entries(values, per_unit):  # type: ignore[no-untyped-def]
    rows, cols = values.shape
    entries = np.zeros((rows, cols), dtype=np.uint8)
    for row in range(rows):
        for col in range(cols):
            step = values[row, col] * per_unit
            if step >= 0.5:  # not where it is NaN
                entries[row, col] = np.uint8(min(np.rint(step), 255.0))
    return entries


def palette_png(entries: NDArray[np.uint8], palette: Palette) -> bytes:
    """Palette entries [rows, cols] -> a PNG of one byte a pixel with its opacities in tRNS.

    Every line is written as the difference to the one above: in a smooth surface most of these are 0 or 1. ISA-L packs
    them as small as zlib does, in a quarter of its time.
    """
    rows, cols = entries.shape
    lines = np.empty((rows, cols + 1), dtype=np.uint8)
    lines[:, 0] = FILTER_UP if entries.any() else FILTER_NONE  # without any, all is one run of noughts
    lines[0, 1:] = entries[0]
    np.subtract(entries[1:], entries[:-1], out=lines[1:, 1:])
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", cols, rows, 8, 3, 0, 0, 0)),  # 8 bits a pixel, indexed
        (b"PLTE", palette[:, :3].tobytes()),
        (b"tRNS", palette[:, 3].tobytes()),
        (b"IDAT", isal_zlib.compress(lines.data, PNG_COMPRESSION)),
        (b"IEND", b""),
    )
    return PNG_SIGNATURE + b"".join(_png_part(name, content) for name, content in parts)


def _png_part(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", isal_zlib.crc32(name + content))


def fixed_top(values: NDArray[np.floating], *, bandwidth_m: float, factor: float = 1.0) -> float:
    """The top of the scale for a surface over all time: its 99.5th percentile over occupied cells, rounded to 1-2-5.

    A cell is occupied when it holds what one event (times `factor`, as given to `surface`) leaves 2 bandwidths away.
    Without any, the top is the peak of one event, rounded: never 0.
    """
    one_event = factor * 1e6 / (2 * np.pi * bandwidth_m**2)
    occupied = values[values >= one_event * np.exp(-(NEAR_SIGMAS**2) / 2)]
    return round_125(float(np.percentile(occupied, PERCENTILE)) if occupied.size else one_event)


def crowded_top(bandwidth_m: float, factor: float) -> float:
    """The least top of a scale on which one event (times `factor`, as given to `surface`) is no hot spot: what CROWD
    events at one place come to, rounded up to 1-2-5. So a lone one never leaves the palest class.
    """
    least = CROWD * factor * 1e6 / (2 * np.pi * bandwidth_m**2)
    nearest = round_125(least)
    return nearest if nearest >= least else round_125(2.1 * nearest)


def round_125(value: float) -> float:
    """The nearest of ..., 0.5, 1, 2, 5, 10, ... by ratio. Raises BadInput for a value that is not above 0."""
    if not (np.isfinite(value) and value > 0):
        raise BadInput(f"{value} cannot be rounded to 1-2-5.", "Give a finite number above 0.")
    power = 10.0 ** floor(log10(value))
    nice = min((1.0, 2.0, 5.0, 10.0), key=lambda step: abs(log10(value / power / step)))
    return float(f"{nice * power:.6g}")


def legend(top: float, theme: str) -> tuple[LegendClass, ...]:
    """The six classes of the scale, from little to much; heat below the first of them fades out."""
    ramp = _ramp(theme)
    edges = [float(f"{stop * top:.6g}") for stop in STOPS]
    middles = [(a + b) / 2 for a, b in pairwise(STOPS)] + [1.0]
    rgb, opacity = _shades(ramp, np.array(middles))
    over = np.round(rgb * opacity[:, None] + _rgb(ramp.land) * (1 - opacity[:, None]))
    return tuple(
        LegendClass(low, high, _hex(color), round(float(alpha), 3), _hex(seen))
        for low, high, color, alpha, seen in zip(edges, [*edges[1:], None], rgb, opacity, over, strict=True)
    )


def _ramp(theme: str) -> Ramp:
    if theme not in HEAT:
        raise BadInput(f"There is no theme {theme!r}.", f"Use one of: {', '.join(HEAT)}.")
    return HEAT[theme]


def _shades(ramp: Ramp, share: Floats) -> tuple[Floats, Floats]:
    """Shares of the top -> rgb[n, 3] in 0 ... 255 and opacity[n]."""
    lab = _oklab(np.array([_rgb(color) for color in ramp.colors]))
    blended = np.column_stack([np.interp(share, STOPS, lab[:, axis]) for axis in range(3)])
    return _from_oklab(blended), np.interp(share, (0.0, *STOPS), (0.0, *OPACITIES))


def _oklab(rgb: Floats) -> Floats:
    srgb = rgb / 255.0
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    lab: Floats = np.cbrt(linear @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T
    return lab


def _from_oklab(lab: Floats) -> Floats:
    linear = (lab @ np.linalg.inv(_LMS_TO_LAB).T) ** 3 @ np.linalg.inv(_RGB_TO_LMS).T
    linear = np.clip(linear, 0.0, 1.0)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    rgb: Floats = np.round(srgb * 255.0)
    return rgb


def _rgb(color: str) -> Floats:
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float64)


def _hex(rgb: Floats) -> str:
    red, green, blue = (int(part) for part in rgb)
    return f"#{red:02X}{green:02X}{blue:02X}"
