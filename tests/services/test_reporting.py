"""Heat files over a real database: what a picture, a raster and a page say and show."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.transform
from click.testing import CliRunner
from PIL import Image

from gridmap.commands.heat import heat
from gridmap.config import Settings
from gridmap.errors import BadInput
from gridmap.geo.projection import to_web_mercator
from gridmap.services.project import open_project
from gridmap.services.reporting import HeatReport, write_heat
from gridmap.services.reporting.scene import Scene, read_scene, view_of
from gridmap.services.reporting.sheet import MARGIN_PX, draw_sheet
from gridmap.services.situation import Selection, Situation
from gridmap.store.engine import Store
from tests.postgres_databases import Databases
from tests.services import small_world as world

D = dt.date
MAY = Selection(D(2024, 5, 1), D(2024, 5, 31))
THEFTS = Selection(D(2024, 5, 1), D(2024, 5, 31), ("order.theft",))
EMPTY = Selection(D(2020, 1, 1), D(2020, 1, 31))


@pytest.fixture(scope="module")
def standing(
    template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None
) -> Iterator[Settings]:
    with world.standing(template_db, tmp_path_factory.mktemp("reporting"), databases) as settings:
        yield settings


@pytest.fixture(scope="module")
def calm(standing: Settings) -> Iterator[Store]:
    store = open_project(standing)
    yield store
    store.close()


def report_of(store: Store, chosen: Selection, lang: str = "zh", bandwidth_m: float = 100.0) -> HeatReport:
    return HeatReport.of(Situation(store, now=world.now).picture(), chosen, bandwidth_m, lang, now=world.NOW)


def scene_of(store: Store, report: HeatReport) -> Scene:
    with store.read() as session:
        return read_scene(session, report)


def test_the_words_say_period_number_kinds_and_bandwidth(calm: Store) -> None:
    report = report_of(calm, MAY)
    assert report.title == "四块地 事件热力图"
    assert report.lines == (
        "2024-05-01 至 2024-05-31  ·  事件 60 起，其中 4 起只知月份",
        "类别：全部  ·  核带宽 100 米",
    )
    unnamed = replace(report.picture, project=replace(report.picture.project, name=""))
    assert replace(report, picture=unnamed).title == "事件热力图"
    english = report_of(calm, THEFTS, "en")
    assert english.title == "四块地: incident heat map"
    assert english.lines == ("1 May 2024 to 31 May 2024  ·  50 incidents", "Kinds: Theft  ·  kernel bandwidth 100 m")
    assert any("审图号" in line for line in report.small)
    assert any("测试数据" in line for line in report.small)


def test_synthetic_data_are_said_to_be_synthetic(calm: Store) -> None:
    report = report_of(calm, MAY)
    assert report.note is None
    demo = replace(report.picture, project=replace(report.picture.project, is_synthetic=True))
    assert replace(report, picture=demo).note == "演示数据：图形与事件均为合成"


def test_the_picture_has_its_heat_where_the_incidents_are(calm: Store, tmp_path: Path) -> None:
    report = report_of(calm, replace(THEFTS, from_on=D(2024, 5, 21), to_on=D(2024, 5, 21)))
    scene = scene_of(calm, report)
    path = tmp_path / "heat.png"
    path.write_bytes(draw_sheet(scene, report))
    image = Image.open(path)
    pixels = np.asarray(image.convert("RGB")).astype(int)
    hottest = np.array([int(report.legend.classes[-1].composited[i : i + 2], 16) for i in (1, 3, 5)])
    rows, cols = np.nonzero(np.abs(pixels - hottest).sum(axis=2) <= 6)
    on_map = rows < pixels.shape[0] - 300  # the legend below has the same colour
    (x,), (y,) = to_web_mercator([world.CLUSTER[0]], [world.CLUSTER[1]])
    west, south, east, north = scene.bounds
    map_width = image.width - 2 * MARGIN_PX
    px_per_m = map_width / (east - west)
    assert on_map.sum() > 200
    assert cols[on_map].mean() == pytest.approx(MARGIN_PX + (x - west) * px_per_m, abs=2)
    head_px = np.nonzero((pixels[:, MARGIN_PX + 3] == (0xF4, 0xF2, 0xED)).all(axis=1))[0][0]
    assert rows[on_map].mean() == pytest.approx(head_px + (north - y) * px_per_m, abs=2)
    assert (north - south) * px_per_m > 500


def test_without_grids_the_view_holds_the_heat_round_the_outermost_incidents(calm: Store) -> None:
    report = report_of(calm, MAY, bandwidth_m=400.0)
    bare = replace(report, picture=replace(report.picture, ground=replace(report.picture.ground, grids=[])))
    west, south, _, _ = view_of(bare)
    bounds = report.picture.heat.bounds
    assert bounds is not None
    assert (bounds[1] - south) * 111_320 > 3 * 400
    assert (bounds[0] - west) * 111_320 > 3 * 400


def test_the_picture_without_incidents_says_so_and_has_no_heat(calm: Store) -> None:
    report = report_of(calm, EMPTY)
    scene = scene_of(calm, report)
    assert scene.heat is None
    assert "本期没有事件" in report.lines[0]
    assert draw_sheet(scene, report).startswith(b"\x89PNG")


def test_the_raster_holds_the_same_events_in_true_metres(calm: Store, tmp_path: Path) -> None:
    path = tmp_path / "heat.tif"
    write_heat(calm, path, THEFTS, now=world.now, bandwidth_m=100.0)
    with rasterio.open(path) as file:
        values, transform = file.read(1), file.transform
        inside = file.read_masks(1) > 0
        assert (file.dtypes, file.nodata, file.units) == (("float32",), -1.0, ("events per km2 and 30 days",))
        assert "tmerc" in file.crs.to_proj4()
        assert file.tags()["period"] == "2024-05-01/2024-05-31"
        assert file.tags()["kinds"] == "order.theft"
        assert file.tags()["incidents"] == "50"
        assert file.tags()["synthetic"] == "no"
    cell_km2 = transform.a * -transform.e / 1e6
    assert values[inside].sum() * cell_km2 * 31 / 30 == pytest.approx(50, rel=1e-3)
    assert inside.sum() * cell_km2 == pytest.approx(4 * 1.0672, rel=0.01)  # four blocks, and nothing beyond
    assert (values[~inside] == -1).all()
    row, col = np.unravel_index(values.argmax(), values.shape)
    x, y = rasterio.transform.xy(transform, row, col)
    projection = Situation(calm, now=world.now).picture().ground.projection
    assert projection is not None
    there = projection.forward([world.CLUSTER[0]], [world.CLUSTER[1]])
    assert (x, y) == (pytest.approx(there[0][0], abs=20), pytest.approx(there[1][0], abs=20))


def test_the_raster_is_what_the_map_says_up_to_the_border(calm: Store, tmp_path: Path) -> None:
    """A wide kernel reaches over the district's corner, 480 m west of the cluster and 554 m south of it."""
    path = tmp_path / "wide.tif"
    write_heat(calm, path, THEFTS, now=world.now, bandwidth_m=400.0)
    picture = Situation(calm, now=world.now).picture()
    projection = picture.ground.projection
    assert projection is not None
    with rasterio.open(path) as file:
        for lon, lat in [(0.005, 0.005), (0.0005, 0.005), (0.0008, 0.0008), (0.0195, 0.012)]:
            at = world.WEST + lon, world.SOUTH + lat
            x, y = projection.forward(*([value] for value in at))
            row, col = file.index(float(x[0]), float(y[0]))
            centre = projection.inverse(*([value] for value in file.xy(row, col)))
            said = picture.heat_value(float(centre[0][0]), float(centre[1][0]), THEFTS, 400.0).per_km2_30d
            assert said == pytest.approx(float(file.read(1)[row, col]), rel=0.005)


def test_the_raster_without_incidents_is_zero(calm: Store, tmp_path: Path) -> None:
    path = tmp_path / "none.tif"
    write_heat(calm, path, EMPTY, now=world.now)
    with rasterio.open(path) as file:
        assert not file.read(1, masked=True).filled(0).any()
        assert (file.read_masks(1) > 0).any()


def test_before_the_first_import_there_is_no_raster(store: Store, settings: Settings, tmp_path: Path) -> None:
    open_project(settings).close()
    with pytest.raises(BadInput, match="no projection yet"):
        write_heat(store, tmp_path / "x.tif", EMPTY, now=world.now)
    assert list(tmp_path.glob("*x*.tif")) == []  # no draft is left either


def test_before_the_first_import_the_picture_is_an_empty_sheet(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    open_project(settings).close()
    write_heat(store, tmp_path / "x.png", EMPTY, now=world.now)
    assert Image.open(tmp_path / "x.png").width > 1000


def test_the_page_stands_alone(calm: Store, tmp_path: Path) -> None:
    path = tmp_path / "heat.html"
    write_heat(calm, path, MAY, now=world.now)
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", text)
    assert "url(" not in "".join(re.findall(r"<style>(.*?)</style>", text, re.DOTALL))
    assert "default-src 'none'" in text
    assert text.count("data:image/png;base64,") == 3  # the ground, the heat, the roads
    assert "L.geoJson" in text and "G1" in text


def test_no_text_of_the_data_becomes_markup_on_the_page(calm: Store, tmp_path: Path) -> None:
    write_heat(calm, tmp_path / "heat.html", MAY, now=world.now)
    text = (tmp_path / "heat.html").read_text(encoding="utf-8")
    assert "测试数据 <b>" not in text
    assert "测试数据 &lt;b&gt;" in text


def test_other_endings_and_folders_are_refused(calm: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no ending gridmap can write"):
        write_heat(calm, tmp_path / "heat.jpeg", MAY, now=world.now)
    with pytest.raises(BadInput, match="no folder"):
        write_heat(calm, tmp_path / "none" / "heat.png", MAY, now=world.now)


def test_a_file_stays_as_it_is_when_a_new_one_fails(calm: Store, tmp_path: Path) -> None:
    path = tmp_path / "heat.tif"
    path.write_bytes(b"before")
    with pytest.raises(BadInput, match="no kind"):
        write_heat(calm, path, Selection(kinds=("nope",)), now=world.now)
    assert path.read_bytes() == b"before"


def test_the_command_writes_and_tells(standing: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDMAP_DB", standing.db)
    monkeypatch.setenv("GRIDMAP_VAR", str(standing.var))
    out = tmp_path / "heat.tif"
    period, kinds = ["--from", "2024-05-01", "--to", "2024-05-31"], ["--kind", "order", "--kind", "help"]
    result = CliRunner().invoke(heat, [*period, *kinds, "--bandwidth-m", "150", str(out)], catch_exceptions=False)
    assert result.exit_code == 0
    assert "56 incidents from 2024-05-01 to 2024-05-31" in result.stderr
    with rasterio.open(out) as file:
        assert file.tags()["bandwidth_m"] == "150"
        assert file.tags()["kinds"] == "order,help"


@pytest.mark.parametrize("arguments", [["--from", "May"], ["--bandwidth-m", "1"], ["--lang", "fr"], []])
def test_the_command_refuses_what_it_cannot_read(arguments: list[str]) -> None:
    assert CliRunner().invoke(heat, arguments).exit_code == 2
