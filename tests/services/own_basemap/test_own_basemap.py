"""The organisation's own base map: addresses that no browser reads otherwise, tiles of MBTiles and GeoTIFF files."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from gridmap.config import Settings
from gridmap.errors import BadFile, BadInput
from gridmap.services.own_basemap import files_there, picture_of, tile_address, version_of
from tests.services.own_basemap.pictures import write_geotiff, write_mbtiles

PNG = b"\x89PNG\r\n\x1a\n"
LON, LAT, Z = 115.0, 30.2, 14
X = int((LON + 180) / 360 * (1 << Z))
Y = int((1 - math.asinh(math.tan(math.radians(LAT))) / math.pi) / 2 * (1 << Z))


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(db="sqlite://", var=tmp_path, is_demo=False)


@pytest.mark.parametrize(
    ("text", "template", "origin", "is_inner"),
    [
        ("http://10.0.0.5:8080/t/{z}/{x}/{y}.png", None, "http://10.0.0.5:8080", True),
        ("https://Gis.LAN/{TileMatrix}/{TileRow}/{TileCol}", "https://gis.lan/{z}/{y}/{x}", "https://gis.lan", True),
        ("http://gis/t?z={z}&x={x}&y={-y}", None, "http://gis", True),
        ("http://59.192.3.4/{z}/{x}/{y}", None, "http://59.192.3.4", False),
        ("http://8.8.8.8/{z}/{x}/{y}", None, "http://8.8.8.8", False),
        ("http://t.tianditu.gov.cn/{z}/{x}/{y}?tk=1", None, "http://t.tianditu.gov.cn", False),
        ("http://10.0.0.5.example.com/{z}/{x}/{y}", None, "http://10.0.0.5.example.com", False),
        ("http://local.example/{z}/{x}/{y}", None, "http://local.example", False),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart(text: str, template: str | None, origin: str, is_inner: bool) -> None:
    found = tile_address(text)
    assert (found.template, found.origin, found.is_inner) == (template or text, origin, is_inner)


@pytest.mark.parametrize(
    "text",
    [
        "", "/tiles/{z}/{x}/{y}", "javascript:alert({z}{x}{y})", "ftp://gis/{z}/{x}/{y}", "//gis/{z}/{x}/{y}",
        "http://gis/{z}/{x}", "http://gis/{z}/{x}/{y}/{x}", "http://gis/{z}/{x}/{y}/{s}", "http://{z}.gis/{x}/{y}",
        "http://u:p@gis/{z}/{x}/{y}", "http://gis:99999/{z}/{x}/{y}", "http://[::1]/{z}/{x}/{y}",
        "http://gis;script-src *//{z}/{x}/{y}", "http://gis /{z}/{x}/{y}", "http://gis'/{z}/{x}/{y}",
        "http://*/{z}/{x}/{y}", "http://*.lan/{z}/{x}/{y}", "http://gis/{z}/{x}/{y} https://evil.example",
        "http://gis\\@evil.example/{z}/{x}/{y}", "http://167772165/{z}/{x}/{y}", "http://0x0a000005/{z}/{x}/{y}",
        "http://10.5/{z}/{x}/{y}", "http://012.0.0.5/{z}/{x}/{y}", "http://evil.example#.lan/{z}/{x}/{y}",
        "http://地图.lan/{z}/{x}/{y}", "http://gis..lan/{z}/{x}/{y}", "http://gis/{z}/{x}/{y}" + "a" * 500,
    ],
)  # fmt: skip
def test_what_a_browser_might_read_otherwise_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        tile_address(text)


def test_mbtiles_count_rows_from_the_south(here: Settings) -> None:
    write_mbtiles(here.own_basemap_dir / "a.mbtiles", {(2, 1, 0): PNG + b"north", (2, 1, 3): PNG + b"south"})
    assert picture_of(here, "a.mbtiles", 2, 1, 0) == (PNG + b"north", "image/png")
    assert picture_of(here, "a.mbtiles", 2, 1, 3) == (PNG + b"south", "image/png")
    assert picture_of(here, "a.mbtiles", 2, 0, 0) is None


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326"])
def test_a_geotiff_is_warped_to_tiles_where_it_lies(here: Settings, crs: str) -> None:
    side = 360 / (1 << Z)
    west = X * side - 180  # the western half of the tile
    write_geotiff(here.own_basemap_dir / "a.tif", (west, LAT - 0.05, west + side / 2, LAT + 0.05), (200, 30, 20), crs)
    content, kind = picture_of(here, "a.tif", Z, X, Y) or (b"", "")
    image = Image.open(io.BytesIO(content))
    assert (image.size, image.mode, kind) == ((256, 256), "RGBA", "image/png")
    assert image.getpixel((10, 128)) == (200, 30, 20, 255) and image.getpixel((120, 128)) == (200, 30, 20, 255)
    assert [image.getpixel((x, 128))[3] for x in (136, 250)] == [0, 0]  # type: ignore[index]
    assert picture_of(here, "a.tif", Z, X + 3, Y) is None


def test_a_grey_geotiff_of_a_projected_system_is_shown_too(here: Settings) -> None:
    write_geotiff(here.own_basemap_dir / "a.tif", (499_000, 3_340_000, 501_500, 3_342_500), (77,), "EPSG:4547")
    (found,) = files_there(here)
    assert found.error is None and 10 <= found.max_zoom <= 14
    x, y = int((114 + 180) / 360 * (1 << 12)), int((1 - math.asinh(math.tan(math.radians(30.19))) / math.pi) / 2 * 4096)
    image = Image.open(io.BytesIO((picture_of(here, "a.tif", 12, x, y) or (b"", ""))[0]))
    assert (77, 77, 77, 255) in {colour for _, colour in image.getcolors(65536) or []}


def test_the_files_of_the_folder_alone_are_offered_and_each_fault_is_told(here: Settings, tmp_path: Path) -> None:
    folder = here.own_basemap_dir
    write_mbtiles(folder / "good.mbtiles", {(3, 0, 0): PNG, (7, 0, 0): PNG})
    write_mbtiles(folder / "lines.mbtiles", {(3, 0, 0): b"x"}, format="pbf")
    write_mbtiles(folder / "none.mbtiles", {})
    (folder / "broken.mbtiles").write_bytes(b"no database")
    (folder / "broken.tif").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("x")
    write_mbtiles(tmp_path / "elsewhere.mbtiles", {(3, 0, 0): PNG})
    found = {file.name: file for file in files_there(here)}
    assert set(found) == {"good.mbtiles", "lines.mbtiles", "none.mbtiles", "broken.mbtiles", "broken.tif"}
    assert (found["good.mbtiles"].min_zoom, found["good.mbtiles"].max_zoom) == (3, 7)
    assert [name for name, file in found.items() if file.error is None] == ["good.mbtiles"]
    for name in ("../../elsewhere.mbtiles", str(tmp_path / "elsewhere.mbtiles"), "notes.txt", "", ".."):
        with pytest.raises(BadFile):
            picture_of(here, name, 3, 0, 0)
        assert version_of(here, name) is None
    with pytest.raises(BadFile, match="is no picture"):
        picture_of(here, "lines.mbtiles", 3, 0, 0)
    assert files_there(replace(here, var=tmp_path / "nowhere")) == []
