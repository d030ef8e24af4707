"""A demo on a street network of one's own: real streets, homes in the band, and the usual demo that comes back."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa
from click.testing import CliRunner

from gridmap.cli import gridmap
from gridmap.commands.serving import demo_is_current
from gridmap.config import Settings
from gridmap.errors import BadFile, BadInput, Conflict, TooLarge
from gridmap.services import demo, demo_streets, project
from gridmap.services.demo_streets import StreetsWish, streets_data
from gridmap.services.doctor.district import demo_version
from gridmap.services.exchange import import_file
from gridmap.store import audit, plans
from gridmap.store import project as projects
from gridmap.store.engine import Store, open_store
from gridmap.synthetic.roads import HALF_WIDTH_M
from tests.services.small_demo import small_demo

LON, LAT, M_LON, M_LAT = 113.30, 23.12, 102_400.0, 110_750.0
UTM = "EPSG:32649"


def silent(label: str, done: int, total: int) -> None:
    """Progress nobody looks at."""


def place(x: float, y: float) -> tuple[float, float]:
    return LON + x / M_LON, LAT + y / M_LAT


def network(columns: int = 9, rows: int = 7) -> gpd.GeoDataFrame:
    """Streets about 170 m apart, bent a little, every fourth a main road that is drawn twice (once a direction)."""
    rng = np.random.default_rng(5)
    node = {
        (c, r): (170 * c + rng.uniform(-22, 22), 150 * r + rng.uniform(-22, 22))
        for c in range(columns)
        for r in range(rows)
    }
    lines: list[tuple[str, str, list[tuple[float, float]]]] = []
    for (c, r), here in node.items():
        for nxt, number, word in (((c + 1, r), r, "横"), ((c, r + 1), c, "纵")):
            if nxt not in node:
                continue
            highway = "primary" if number % 4 == 2 else "residential"
            lines.append((f"{word}{number}路", highway, [here, node[nxt]]))
            if highway == "primary":
                lines.append((f"{word}{number}路", highway, [node[nxt], here]))
    frame = pd.DataFrame(lines, columns=["name", "highway", "points"])
    shapes = [shapely.LineString([place(*p) for p in points]) for points in frame["points"]]
    return gpd.GeoDataFrame(frame.drop(columns="points"), geometry=shapes, crs="EPSG:4326")


def write_osm(path: Path, frame: gpd.GeoDataFrame) -> None:
    """The network as an OpenStreetMap extract, with a lake across two blocks."""
    nodes: dict[tuple[float, ...], int] = {}
    ways = [
        (list(line.coords), {"highway": highway, "name": name})
        for line, highway, name in zip(frame.geometry, frame["highway"], frame["name"], strict=True)
    ]
    lake = shapely.Point(640, 375).buffer(95).exterior.coords
    ways.append(([place(x, y) for x, y in lake], {"natural": "water", "name": "月湖"}))
    body = []
    for number, (points, tags) in enumerate(ways, start=1):
        refs = [nodes.setdefault(tuple(np.round(p, 7)), len(nodes) + 1) for p in points]
        inner = "".join(f'<nd ref="{r}"/>' for r in refs) + "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        body.append(f'<way id="{number}" version="1">{inner}</way>')
    head = [f'<node id="{i}" lon="{lon}" lat="{lat}" version="1"/>' for (lon, lat), i in nodes.items()]
    path.write_text('<osm version="0.6">' + "".join(head + body) + "</osm>", encoding="utf-8")


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("streets") / "mytown.gpkg"
    network().to_file(path)
    return path


@pytest.fixture
def target(tmp_path: Path) -> Settings:
    var = tmp_path / "var"
    return Settings(db=f"sqlite:///{var / 'demo.db'}", var=var, is_demo=True, secret_from_env="x" * 40)


def check_layers(folder: Path, *, water: bool = False) -> dict[str, int]:
    """What every town must hold to: a tiling, the band, nothing built on streets or water. Returns the counts."""
    blocks, buildings, ways, ground = (
        gpd.read_file(folder / f"{name}.fgb").to_crs(UTM) for name in ("blocks", "buildings", "streets", "ground")
    )
    assert shapely.coverage_is_valid(gpd.read_file(folder / "blocks.fgb").geometry.to_numpy())
    tree = shapely.STRtree(buildings.geometry.to_numpy())
    for shape, klass in zip(ways.geometry, ways["class"], strict=True):
        assert not len(tree.query(shape.buffer(HALF_WIDTH_M[klass] - 0.5, cap_style="flat"), predicate="intersects"))
    bodies = ground[ground["kind"] == "water"].geometry.to_numpy()
    assert len(bodies) or not water
    assert not len(tree.query(bodies, predicate="intersects")[0])
    parts = np.bincount(
        shapely.STRtree(blocks.geometry.to_numpy()).query(buildings.geometry.to_numpy(), "intersects")[0]
    )
    assert (parts == 1).all()  # each in one block
    grids = pd.read_csv(folder / "grids.csv", dtype=str)
    of_block = pd.read_csv(folder / "assignment.csv.gz", dtype=str).set_index("block_code")["grid_code"]
    households = pd.read_csv(folder / "households.csv.gz", dtype={"building_code": str})
    spots = gpd.GeoSeries.from_xy(households["lon"], households["lat"], crs="EPSG:4326").to_crs(UTM)
    held = shapely.STRtree(blocks.geometry.to_numpy()).query(spots.to_numpy(), "within")[1]
    count = of_block.loc[blocks["code"].to_numpy()[held]].value_counts()
    residential = grids[grids["kind"] == "residential"]["code"]
    assert count.loc[residential].between(400, 800).all()
    assert (grids["code"].str[:12] == grids["community_code"]).all()
    return dict(json.loads((folder / "demo.json").read_text(encoding="utf-8"))["counts"])


def test_a_town_on_any_street_layer(streets: Path, target: Settings, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    folder = tmp_path / "town"
    data = streets_data(target, StreetsWish(streets), folder, on_progress=lambda *step: told.append(step))
    counts = check_layers(folder)
    assert counts["grids"] >= 3
    assert counts["buildings"] > 150
    assert counts["incidents"] >= 2_000
    assert data.version.startswith("streets-")
    assert data.name == "mytown（演示）"
    assert data.attribution.startswith("© OpenStreetMap contributors (ODbL)")  # its tags are OpenStreetMap's
    assert [step[0] for step in told if step[2] == demo_streets.STEPS][-1] == "writing layers"
    incidents = pd.read_csv(folder / "incidents.csv.gz", dtype=str)
    on = pd.to_datetime(incidents["occurred_at"].dropna().str[:10])
    assert (data.last_on - on.min().date()).days > 1_080
    assert on.max().date() <= data.last_on == dt.date(2026, 6, 30)
    assert not incidents["address"].fillna("").str.contains("下陆|黄石").any()
    areas = gpd.read_file(folder / "areas.fgb")
    assert set(areas["level"]) == {"district", "street", "community", "compound"}
    assert areas["code"].str.startswith("990101").all()
    ways = gpd.read_file(folder / "streets.fgb")
    assert set(ways["name"]) - {""} <= set(network()["name"])  # no street is invented by name
    again = tmp_path / "again"
    streets_data(target, StreetsWish(streets), again, on_progress=silent)
    assert all((again / f.name).read_bytes() == f.read_bytes() for f in folder.iterdir())


def test_an_extract_of_openstreetmap_brings_its_water(target: Settings, tmp_path: Path) -> None:
    path = tmp_path / "mytown.osm"
    write_osm(path, network())
    folder = tmp_path / "town"
    wish = StreetsWish(path, attribution="测绘院", name="月湖一带")
    data = streets_data(target, wish, folder, on_progress=silent)
    check_layers(folder, water=True)
    assert data.name == "月湖一带"
    assert data.attribution.startswith("© OpenStreetMap contributors (ODbL)；街道 / Streets: 测绘院；")
    sites = gpd.read_file(folder / "sites.fgb")
    assert "月湖" in set(sites["name"])


def test_who_made_the_streets_must_be_said(target: Settings, tmp_path: Path) -> None:
    path = tmp_path / "survey.gpkg"
    network().rename(columns={"highway": "class"}).to_file(path)
    with pytest.raises(BadInput, match="who made these streets") as caught:
        streets_data(target, StreetsWish(path), tmp_path / "town", on_progress=silent)
    assert "--attribution" in caught.value.hint


@pytest.mark.parametrize(
    ("columns", "rows", "cause"),
    [(2, 2, "at least 12"), (1, 9, "at least 12")],
)
def test_too_little_is_refused(target: Settings, tmp_path: Path, columns: int, rows: int, cause: str) -> None:
    path = tmp_path / "small.gpkg"
    network(columns, rows).to_file(path)
    with pytest.raises(BadInput, match=cause) as caught:
        streets_data(target, StreetsWish(path), tmp_path / "town", on_progress=silent)
    assert "whole quarter" in caught.value.hint


def test_a_network_of_loose_pieces_is_refused(target: Settings, tmp_path: Path) -> None:
    frame = network()
    frame["geometry"] = [shapely.LineString([g.interpolate(0.2, normalized=True), g.interpolate(0.7, normalized=True)])
                         for g in frame.geometry]  # fmt: skip
    path = tmp_path / "pieces.gpkg"
    frame.to_file(path)
    with pytest.raises(BadInput, match="enclose"):
        streets_data(target, StreetsWish(path), tmp_path / "town", on_progress=silent)


def test_files_that_cannot_be_used(target: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadFile, match="does not exist"):
        streets_data(target, StreetsWish(tmp_path / "none.gpkg"), tmp_path / "town", on_progress=silent)
    path = tmp_path / "mytown.gpkg"
    network().to_file(path)
    with pytest.raises(BadInput, match="outside these streets"):
        streets_data(target, StreetsWish(path, around=(0.0, 0.0)), tmp_path / "town", on_progress=silent)
    monkeypatch.setattr(demo_streets, "LARGEST_FILE_BYTES", 1_000)
    with pytest.raises(TooLarge, match="osmium extract"):
        streets_data(target, StreetsWish(path), tmp_path / "town", on_progress=silent)


def test_a_large_network_is_cut_to_its_densest_square() -> None:
    """Ten kilometres of thin streets with a dense quarter in the east: that is where the middle lies."""
    lines = [shapely.LineString([place(x, 0), place(x, 9_000)]) for x in range(0, 10_000, 2_000)]
    lines += [shapely.LineString([place(x, 4_000), place(x, 6_000)]) for x in range(7_000, 9_000, 50)]
    lon, lat = demo_streets._origin(np.array(lines, dtype=object), None)
    x, y = (lon - LON) * M_LON, (lat - LAT) * M_LAT
    assert 5_500 < x < 10_000
    assert 2_500 < y < 7_500
    assert demo_streets._origin(np.array(lines, dtype=object), (113.31, 23.15)) == (113.31, 23.15)


def test_it_is_served_and_kept_until_the_usual_demo_is_asked_for(
    streets: Path, target: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDMAP_VAR", str(target.var))
    monkeypatch.delenv("GRIDMAP_DB", raising=False)
    result = CliRunner().invoke(gridmap, ["demo", "--streets", str(streets), "--name", "我的街区"])
    assert result.exit_code == 0, result.output
    path = target.var / "demo.db"
    assert demo_is_current(path)  # scripts/run serves it as it is
    store = open_store(target.db)
    check_stored(store)
    store.close()
    demo.build(target, on_progress=lambda *_: pytest.fail("it is there"))  # what an import into the demo does first
    version = StreetsWish(streets, name="我的街区").version()
    assert demo_version(version, Path("unused")).ok
    with pytest.raises(BadInput, match="belong to --streets"):
        CliRunner().invoke(gridmap, ["demo", "--name", "x"], catch_exceptions=False)
    demo.build(target, on_progress=silent, data=small_demo(tmp_path / "usual"))
    aside = target.var / f"demo-{version}.db"
    assert aside.exists()
    made = aside.stat().st_ino
    CliRunner().invoke(gridmap, ["demo", "--streets", str(streets), "--name", "我的街区"], catch_exceptions=False)
    assert path.stat().st_ino == made  # it comes back, and is not made again
    assert sorted(p.name for p in target.var.glob("demo-*.db")) == ["demo-1.db"]


def check_stored(store: Store) -> None:
    with store.read() as session:
        found = projects.get(session)
        plan = plans.current(session, dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC))
        assert plan is not None
        grids = plans.grids(session, plan.id)
        lost = session.scalar(sa.text("SELECT count(*) FROM household WHERE block_id IS NULL"))
        assert audit.verify(session) == []
    assert found is not None
    assert found.name == "我的街区"
    assert "OpenStreetMap" in (found.attribution or "")
    assert lost == 0
    assert all(400 <= grid.households <= 800 for grid in grids if grid.kind == "residential")


def test_a_database_of_ones_own_is_never_touched(
    streets: Path, store: Store, settings: Settings, tmp_path: Path
) -> None:
    project.prepare(store, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    path = tmp_path / "in.csv"
    path.write_text("date,lon,lat\n2026-01-01,114.97,30.17\n")
    import_file(store, settings, "incidents", path, with_basemap=False)
    with pytest.raises(Conflict, match="data of its own"):
        demo.build_on_streets(settings, StreetsWish(streets), on_progress=silent)
    with store.read() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM incident")) == 1
