"""Every scale of the map can be read with each kind of colour blindness.

Sight is simulated by the matrices of Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of
color vision deficiency" (2009), severity 1, on linear sRGB; distances are Euclidean in OKLab (Ottosson 2020), where
0.02 is about what can just be told apart side by side.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gridmap.geo.palettes import legend
from gridmap.services.reporting import coloured

NEIGHBOURS_APART = 0.06  # of two classes that lie side by side in the legend: three times the least visible
SIGNS_APART = 0.12  # of fewer and more
HEAT_TOP = 200.0  # any: the colours are the same
TOKENS = Path(__file__).parents[3] / "web" / "static" / "css" / "tokens.css"
SIGHTS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)

both_themes = pytest.mark.parametrize("theme", ["light", "dark"])
all_sights = pytest.mark.parametrize("sight", list(SIGHTS))


def seen(colour: str, sight: str) -> NDArray[np.float64]:
    """OKLab of a colour #RRGGBB as that sight has it."""
    coded = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return LAB @ np.cbrt(LMS @ np.clip(SIGHTS[sight] @ linear, 0, 1))


def apart(first: str, second: str, sight: str) -> float:
    return float(np.linalg.norm(seen(first, sight) - seen(second, sight)))


def tokens(theme: str, name: str) -> list[str]:
    """The colours of that name in the page's style sheet, in their order."""
    sheets = dict(zip(("light", "dark"), TOKENS.read_text().split(':root[data-mode="dark"]'), strict=True))
    return re.findall(rf"--{name}(?:-\d)?: (#[0-9a-f]{{6}})", sheets[theme])


@both_themes
@all_sights
@pytest.mark.parametrize(("scale", "classes"), [("cell", 6), ("choro", 5), ("change", 5), ("density", 5)])
def test_neighbouring_classes_differ(theme: str, sight: str, scale: str, classes: int) -> None:
    colours = tokens(theme, scale)
    assert len(colours) == classes
    assert min(apart(*pair, sight) for pair in pairwise(colours)) >= NEIGHBOURS_APART


@both_themes
@all_sights
def test_heat_as_it_lies_over_the_land_differs(theme: str, sight: str) -> None:
    colours = [row.composited for row in legend(HEAT_TOP, theme)]
    assert len(colours) == 6
    assert min(apart(*pair, sight) for pair in pairwise(colours)) >= NEIGHBOURS_APART


@both_themes
@all_sights
def test_fewer_is_not_taken_for_more_nor_chance_for_either(theme: str, sight: str) -> None:
    much_fewer, fewer, _, more, much_more = tokens(theme, "change")
    (unsure,) = tokens(theme, "map-unsure")
    assert apart(much_fewer, much_more, sight) >= SIGNS_APART
    assert apart(fewer, more, sight) >= SIGNS_APART
    assert min(apart(unsure, colour, sight) for colour in (much_fewer, fewer, more, much_more)) >= NEIGHBOURS_APART


@both_themes
@all_sights
@pytest.mark.parametrize("scale", ["choro", "change", "map-unsure"])
def test_water_is_not_taken_for_a_class_of_grids(theme: str, sight: str, scale: str) -> None:
    (water,), (land,) = tokens(theme, "map-water-over"), tokens(theme, "map-land")
    drawn = [_over_land(colour, land) for colour in tokens(theme, scale)]
    assert min(apart(water, colour, sight) for colour in drawn) >= NEIGHBOURS_APART


def test_files_have_the_colours_of_the_page() -> None:
    for scale, name in (("classes", "choro"), ("change", "change")):
        assert [colour.lower() for colour in coloured.SCALES[scale]] == tokens("light", name)
    others = {"map-unsure": coloured.UNSURE, "map-hatch": coloured.HATCH, "map-water-over": coloured.WATER}
    assert {name: [colour.lower()] for name, colour in others.items()} == {n: tokens("light", n) for n in others}


def _over_land(colour: str, land: str) -> str:
    above, below = bytes.fromhex(colour[1:]), bytes.fromhex(land[1:])
    mixed = (coloured.OPACITY * a + (1 - coloured.OPACITY) * b for a, b in zip(above, below, strict=True))
    return "#" + bytes(round(part) for part in mixed).hex()


def test_a_scale_of_red_and_green_would_be_found() -> None:
    assert apart("#b22222", "#6b6b00", "usual") > SIGNS_APART
    assert apart("#b22222", "#6b6b00", "deuteranopia") < NEIGHBOURS_APART
