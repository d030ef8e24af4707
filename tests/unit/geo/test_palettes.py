import io

import numpy as np
import pytest
from PIL import Image

from gridmap.errors import BadInput
from gridmap.geo import palettes
from gridmap.geo.palettes import HEAT, Ramp, classify, fixed_top, heat_palette, legend, palette_png, round_125

LIGHT = ["FBE3B5", "F5B971", "E8845B", "C6485F", "8E2267", "4A1259"]


def test_the_palette_begins_with_nothing_and_ends_with_the_last_colour():
    palette = heat_palette("light")
    assert palette.shape == (256, 4) and palette.dtype == np.uint8
    assert palette[0].tolist() == [0, 0, 0, 0]
    assert palette[255].tolist() == [0x4A, 0x12, 0x59, round(0.86 * 255)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_stop_has_its_colour_and_opacity(theme):
    palette = heat_palette(theme)
    stops = {51: 1, 102: 2, 153: 3, 204: 4, 255: 5}  # entry -> colour; 0.05 falls between two entries
    for entry, place in stops.items():
        assert bytes(palette[entry, :3]).hex().upper() == HEAT[theme].colors[place][1:]
        assert palette[entry, 3] == round((0.35, 0.50, 0.62, 0.72, 0.80, 0.86)[place] * 255)


def test_more_heat_is_never_more_transparent():
    assert (np.diff(heat_palette("light")[:, 3].astype(int)) >= 0).all()


def test_light_heat_darkens_and_dark_heat_brightens_all_the_way():
    for theme, sign in (("light", -1), ("dark", 1)):
        rgb = heat_palette(theme)[13:, :3] / 255.0
        luminance = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
        assert (np.diff(luminance) * sign > -2e-3).all()


def test_colours_blend_in_oklab(monkeypatch):
    # OKLab's lightness of a grey is the cube root of its linear light
    monkeypatch.setitem(palettes.HEAT, "grey", Ramp(("#000000", *["#FFFFFF"] * 5), "#000000"))
    lightness = (32 / 255 - 0.05) / 0.15
    grey = round((1.055 * (lightness**3) ** (1 / 2.4) - 0.055) * 255)
    assert heat_palette("grey")[32, :3].tolist() == [grey] * 3


def test_entries_are_linear_in_density_and_saturate():
    values = np.array([[0.0, 0.009, 0.03, 5.0], [10.0, 11.0, np.nan, np.inf]], dtype=np.float32)
    assert classify(values, 10.0).tolist() == [[0, 0, 1, 128], [255, 255, 0, 255]]
    assert classify(values, 10.0).dtype == np.uint8
    with pytest.raises(BadInput, match="fixed_top"):
        classify(values, 0.0)


def test_a_png_holds_the_entries_and_their_opacity():
    entries = np.zeros((256, 256), dtype=np.uint8)
    entries[10, 20:40] = 200
    palette = heat_palette("dark")
    picture = Image.open(io.BytesIO(palette_png(entries, palette)))
    assert (picture.mode, picture.size) == ("P", (256, 256))
    pixels = np.asarray(picture.convert("RGBA"))
    assert pixels[10, 30].tolist() == palette[200].tolist()
    assert pixels[11, 30, 3] == 0


def test_an_empty_tile_is_small():
    assert len(palette_png(np.zeros((256, 256), dtype=np.uint8), heat_palette("light"))) < 2_000


@pytest.mark.parametrize(
    ("value", "nice"),
    [(1, 1), (1.3, 1), (1.5, 2), (3.1, 2), (3.3, 5), (7.0, 5), (7.2, 10), (99, 100), (0.0149, 0.02), (4e6, 5e6)],
)
def test_rounding_takes_the_nearest_of_1_2_5_by_ratio(value, nice):
    assert round_125(value) == nice


def test_rounding_nothing_is_refused():
    for value in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(BadInput):
            round_125(value)


def test_the_top_is_a_percentile_of_the_occupied_cells_only():
    one = 1e6 / (2 * np.pi * 200**2)  # 3.98
    values = np.zeros((1000, 1000), dtype=np.float32)
    values[:10, :100] = np.linspace(10, 21, 1000).reshape(10, 100)
    values[500:, :] = 0.05 * one  # a far tail: not occupied
    assert fixed_top(values, bandwidth_m=200) == 20
    assert fixed_top(values * 0.1, bandwidth_m=200, factor=0.1) == 2


def test_without_events_the_scale_is_that_of_one_event():
    assert fixed_top(np.zeros((5, 5), dtype=np.float32), bandwidth_m=200) == 5  # 3.98 per km2


@pytest.mark.parametrize("top", [0.1, 0.2, 0.5, 1, 2, 5, 10, 50, 1000])
def test_the_legend_has_round_breaks(top):
    classes = legend(top, "light")
    assert [c.low for c in classes] == pytest.approx([top * s for s in (0.05, 0.2, 0.4, 0.6, 0.8, 1.0)])
    assert all(len(f"{c.low * 1e6 / top:.10g}".rstrip("0")) <= 2 for c in classes)
    assert [c.high for c in classes] == [*[c.low for c in classes[1:]], None]


def test_the_legend_shows_what_the_palette_draws_over_the_land():
    for theme in ("light", "dark"):
        land = np.array([int(HEAT[theme].land[i : i + 2], 16) for i in (1, 3, 5)])
        palette = heat_palette(theme).astype(float)
        for entry, shown in zip((76.5, 127.5, 178.5, 229.5, 255), legend(1.0, theme)[1:], strict=True):
            drawn = palette[[int(entry), int(np.ceil(entry))]].mean(axis=0)
            over = drawn[:3] * drawn[3] / 255 + land * (1 - drawn[3] / 255)
            seen = [int(shown.composited[i : i + 2], 16) for i in (1, 3, 5)]
            assert np.abs(over - seen).max() <= 2.5
            assert shown.opacity == pytest.approx(drawn[3] / 255, abs=0.005)


def test_the_last_class_is_the_last_colour():
    assert legend(1.0, "light")[-1].color == "#4A1259"


def test_an_unknown_theme_is_refused():
    with pytest.raises(BadInput, match="light, dark"):
        heat_palette("sepia")
