"""The base map is made of what was imported: shapes drawn once, names once, each from its zoom on."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pmtiles.reader import MmapSource, Reader
from shapely.geometry import shape

from gridmap.errors import GridmapError
from gridmap.services import basemap
from gridmap.services.basemap import tiling
from gridmap.services.basemap.borders import border_lines
from gridmap.services.basemap.names import map_name
from gridmap.store import bulk, project
from gridmap.store.engine import Store
from gridmap.store.tables import Area, Block, Building, Ground, Site, Street
from tests.services.small_world import BEGUN

WEST, SOUTH, SIDE = 115.0, 30.2, 0.01


def square(col: float, row: float, side: float = SIDE) -> shapely.Polygon:
    west, south = WEST + col * SIDE, SOUTH + row * SIDE
    return shapely.box(west, south, west + side, south + side)


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(WEST + x * SIDE, SOUTH + y * SIDE) for x, y in points])


def array(*shapes: Any) -> np.ndarray:
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the base map goes: made when it is missing."""
    return tmp_path / "basemap"


@pytest.fixture
def town(store: Store) -> Store:
    """One street office of two communities side by side, an old one gone; a street in two stretches and its double.

    A B
    """
    with store.write() as session:
        if project.get(session) is None:
            project.create(session, name="镇", at=BEGUN, attribution="测试数据")
        bulk.insert(
            session,
            Area,
            {
                "code": ["01", "0101", "0102"],
                "name": ["新街街道办事处", "甲社区居委会", "乙村委会"],
                "level": ["street", "community", "community"],
                "geom": array(shapely.union(square(0, 0), square(1, 0)), square(0, 0), square(1, 0)),
            },
        )
        bulk.insert(
            session,
            Block,
            {
                "code": ["B1", "B2"], "opened_at": [BEGUN] * 2, "closed_at": [None, BEGUN],
                "geom": array(square(0, 0), square(1, 0)),
            },
        )  # fmt: skip
        first, second = line((0, 0.5), (0.7, 0.5)), line((0.7, 0.5), (2, 0.5))
        bulk.insert(
            session,
            Street,
            {
                "name": ["湖滨路", "湖滨路", "湖滨路", None], "street_class": ["trunk", "trunk", "trunk", "lane"],
                "geom": array(first, second, shapely.reverse(second), line((0.2, 0), (0.2, 1))),
            },
        )  # fmt: skip
        bulk.insert(
            session,
            Ground,
            {
                "name": ["青湖", "青湖", None], "kind": ["water", "water", "wall"],
                "geom": array(square(0.1, 0.1, 0.004), square(0.6, 0.6, 0.001), line((1, 0), (1.2, 0.3))),
            },
        )  # fmt: skip
        bulk.insert(
            session,
            Building,
            {
                "number": ["3", None, None], "door_number": ["17", "18", None],
                "geom": array(square(0.3, 0.7, 0.0005), square(0.4, 0.7, 0.0005), square(0.5, 0.7, 0.0005)),
            },
        )  # fmt: skip
        bulk.insert(session, Site, {"name": ["新街小学"], "kind": ["school"], "geom": array(square(1.5, 0.5, 0.001))})
    return store


def features(path: Path, zoom: int) -> dict[str, list[dict[str, Any]]]:
    """Layer -> the features of all tiles of a zoom, as tippecanoe-decode writes them."""
    program = tiling.PROGRAM.with_name("tippecanoe-decode")
    text = subprocess.run([program, f"-Z{zoom}", f"-z{zoom}", path], capture_output=True, text=True, check=True).stdout
    found: dict[str, list[dict[str, Any]]] = {}
    for tile in json.loads(text)["features"]:
        for layer in tile["features"]:
            found.setdefault(layer["properties"]["layer"], []).extend(layer["features"])
    return found


def texts(layer: list[dict[str, Any]], name: str) -> list[str]:
    return sorted({str(f["properties"][name]) for f in layer})


def test_layers_come_with_their_zoom(town: Store, folder: Path) -> None:
    path = basemap.build(town, folder)
    assert path == folder / basemap.FILE_NAME
    assert set(features(path, 8)) == {"land", "ground", "street", "border"}
    assert "building" not in features(path, 13)
    close = features(path, 15)
    assert set(close) == {
        "land", "block", "ground", "street", "border", "building",
        "area_label", "ground_label", "site_label", "number_label",
    }  # fmt: skip
    assert texts(features(path, 13)["ground"], "kind") == ["water"]
    assert texts(close["ground"], "kind") == ["wall", "water"]


def test_names_are_written_once_and_name_places(town: Store, folder: Path) -> None:
    path = basemap.build(town, folder)
    assert path is not None
    close = features(path, 15)
    assert texts(close["area_label"], "name") == ["乙村", "新街街道", "甲社区"]
    assert len({json.dumps(f["geometry"]) for f in close["ground_label"]}) == 1
    lake = shape(close["ground_label"][0]["geometry"])
    assert square(0.1, 0.1, 0.004).contains(lake)
    assert texts(close["number_label"], "number") == ["18", "3"]
    assert texts(close["site_label"], "kind") == ["school"]


def test_stretches_of_a_street_become_one_line(town: Store, folder: Path) -> None:
    path = basemap.build(town, folder)
    assert path is not None
    trunk = [f for f in features(path, 9)["street"] if f["properties"]["class"] == "trunk"]
    assert len(trunk) == 1
    assert trunk[0]["properties"]["name"] == "湖滨路"
    drawn = shape(trunk[0]["geometry"])
    assert drawn.geom_type == "LineString"
    assert drawn.length == pytest.approx(2 * SIDE, rel=0.05)


def test_closed_blocks_are_left_out_and_credit_is_kept(town: Store, folder: Path) -> None:
    path = basemap.build(town, folder)
    assert path is not None
    drawn = shapely.union_all([shape(f["geometry"]) for f in features(path, 15)["block"]])
    assert drawn.area == pytest.approx(SIDE**2, rel=0.02)
    with path.open("rb") as file:
        assert Reader(MmapSource(file)).metadata()["attribution"] == "测试数据"


def test_nothing_to_draw_is_no_base_map_and_the_old_one_goes(store: Store, folder: Path) -> None:
    folder.mkdir()
    (folder / basemap.FILE_NAME).write_bytes(b"old")
    told: list[tuple[str, int, int]] = []
    assert basemap.build(store, folder, on_progress=lambda *told_now: told.append(told_now)) is None
    assert list(folder.iterdir()) == []
    assert told[-1] == ("base map", 3, 3)


def test_a_failure_leaves_the_old_base_map(town: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = basemap.build(town, folder)
    assert before is not None
    content = before.read_bytes()
    monkeypatch.setattr(tiling, "OPTIONS", ("--no-such-option",))
    with pytest.raises(GridmapError, match="could not be tiled"):
        basemap.build(town, folder)
    assert before.read_bytes() == content
    assert [path.name for path in folder.iterdir()] == [basemap.FILE_NAME]


def test_a_border_is_drawn_at_its_highest_level() -> None:
    # A A B    A and B are communities of one street office, C another's
    # C C C
    a, b, c = shapely.box(0, 1, 2, 2), shapely.box(2, 1, 3, 2), shapely.box(0, 0, 3, 1)
    lines = border_lines(
        ["community", "community", "community", "street", "street"], array(a, b, c, shapely.union(a, b), c)
    )
    assert set(lines) == {"street", "community"}
    assert lines["community"].equals(shapely.LineString([(2, 1), (2, 2)]))
    assert lines["street"].length == pytest.approx(10 + 3)


def offices() -> Iterator[tuple[str, str]]:
    yield "老鹳庙社区居委会", "老鹳庙社区"
    yield "朱铺村委会", "朱铺村"
    yield "李家村村民委员会", "李家村"
    yield "新下陆街道办事处", "新下陆街道"
    yield "长乐山工业园管理委员会", "长乐山工业园管理委员会"
    yield "村委会", "村委会"
    yield "North Jesmond", "North Jesmond"


@pytest.mark.parametrize(("office", "place"), list(offices()))
def test_map_names(office: str, place: str) -> None:
    assert map_name(office) == place
