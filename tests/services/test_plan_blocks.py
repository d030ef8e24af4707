"""`gridmap plan blocks`: from what was imported, from files alone, and against the demo's own blocks."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
import sqlalchemy as sa
from click.testing import CliRunner

from gridmap.cli import gridmap
from gridmap.config import Settings
from gridmap.errors import BadInput, Conflict, NotFound
from gridmap.geo.projection import LocalProjection
from gridmap.services import project
from gridmap.services.blocking import Options, plan_and_write, plan_blocks
from gridmap.services.blocking.material import read_material
from gridmap.services.exchange import import_file
from gridmap.store import audit
from gridmap.store import blocking as stored
from gridmap.store.engine import Store

NOW = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
WEST, SOUTH, CELL = 114.96, 30.17, 0.004  # degrees: about 385 x 444 m


def silent(label: str, done: int, total: int) -> None:
    """Progress nobody looks at."""


def at(column: float, row: float) -> tuple[float, float]:
    return WEST + column * CELL, SOUTH + row * CELL


def feature(geometry: shapely.Geometry, **properties: str) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(geometry))}


def write(folder: Path, name: str, *features: dict[str, object]) -> Path:
    path = folder / f"{name}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return path


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(*at(west, south), *at(east, north))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Two communities side by side, a street through both that cuts a house, a canal, a compound with a gate."""
    west, east = box(0, 0, 1, 1), box(1, 0, 2, 1)
    wall = shapely.LineString([at(1.48, 0.6), at(1.4, 0.6), at(1.4, 0.9), at(1.7, 0.9), at(1.7, 0.6), at(1.5, 0.6)])
    return {
        "areas": write(
            tmp_path,
            "areas",
            feature(west, code="990101001001", name="甲社区", level="community"),
            feature(east, code="990101001002", name="乙社区", level="community"),
        ),
        "streets": write(
            tmp_path,
            "streets",
            feature(shapely.LineString([at(-0.1, 0.5), at(2.1, 0.5)]), name="中路", highway="primary"),
            feature(shapely.LineString([at(0.2, 0.5), at(0.2, 0.8)]), name="断头巷", highway="residential"),
            feature(shapely.LineString([at(0, 0.25), at(1, 0.25)]), name="步道", highway="footway"),
        ),
        "ground": write(
            tmp_path,
            "ground",
            feature(box(0.4, -0.1, 0.5, 1.1), code="G1", kind="water"),
            feature(box(1.1, 0.1, 1.15, 0.15), code="G2", kind="water"),
            feature(wall, code="G3", kind="wall"),
        ),
        "buildings": write(
            tmp_path,
            "buildings",
            feature(box(0.7, 0.48, 0.75, 0.51), code="B1"),
            feature(box(0.1, 0.1, 0.15, 0.15), code="B2"),
        ),
        "households": write(
            tmp_path,
            "households",
            *(feature(shapely.Point(at(0.72, 0.49)), code=f"H{k}", count="450") for k in range(2)),
        ),
    }


@pytest.fixture
def town(store: Store, settings: Settings, files: dict[str, Path]) -> Store:
    project.prepare(store, now=NOW)
    for layer, path in files.items():
        import_file(store, settings, layer, path, now=NOW, with_basemap=False)
    return store


def test_blocks_of_a_small_town(town: Store) -> None:
    # 甲: west of the canal | canal | east of it, each cut by the street; 乙: north with a compound inside, south
    planned = plan_blocks(read_material(town, NOW), Options())
    assert planned.codes == sorted(planned.codes)
    assert planned.codes[:6] == [f"990101001001000{k}" for k in range(1, 7)]
    assert planned.codes[6:] == ["9901010010020001", "9901010010020002", "9901010010020003"]
    assert planned.community_codes.count("990101001002") == 3
    summary = planned.summary
    assert (summary.blocks, summary.communities, summary.buildings, summary.buildings_parted) == (9, 2, 2, 0)
    assert summary.is_coverage
    assert abs(summary.area_missing_m2) < 1e-6
    assert summary.findings == {"bent": 1}
    held = int(np.flatnonzero(planned.households)[0])
    assert (planned.households[held], planned.households.sum(), planned.over_band) == (900, 900, (held,))
    assert planned.buildings.sum() == 2
    assert planned.buildings[held] == 1
    lines = "\n".join(summary.lines())
    assert "9 blocks in 2 communities" in lines
    assert "2 of 2 whole" in lines
    assert "more households than a grid may have (800): 1;" in lines


def test_footpaths_part_blocks_when_asked(town: Store) -> None:
    material = read_material(town, NOW)
    assert plan_blocks(material, Options(paths=True)).summary.blocks == 12
    assert plan_blocks(material, Options(min_area_m2=30_000)).summary.blocks < 9


def test_the_borders_of_communities_come_back_as_they_are_stored(town: Store) -> None:
    material = read_material(town, NOW)
    planned = plan_blocks(material, Options())
    found = {tuple(xy) for xy in shapely.get_coordinates(planned.shapes).tolist()}
    assert {tuple(xy) for xy in shapely.get_coordinates(material.communities).tolist()} <= found
    assert shapely.coverage_is_valid(planned.shapes)


def test_the_file_comes_back_as_blocks(town: Store, settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "blocks.gpkg"
    planned, _ = plan_and_write(town, settings, out, Options(), now=NOW, progress=silent)
    layers = dict(pyogrio.list_layers(out).tolist())
    assert layers == {"blocks": "Polygon", "findings": "Point", "barriers": "MultiLineString"}
    findings = pyogrio.read_dataframe(out, layer="findings")
    assert findings["kind"].tolist() == ["bent", "over_band"]
    assert findings["block_code"].tolist()[1] == planned.codes[planned.over_band[0]]
    report = import_file(town, settings, "blocks", out, now=NOW, with_basemap=False)  # the layer called blocks
    assert (report.read, report.stored, report.rejected, report.findings) == (9, 9, 0, [])
    assert report.placed == {"buildings": 2, "households": 2}
    assert import_file(town, settings, "blocks", out, gpkg_layer="blocks", now=NOW, with_basemap=False).known == 9
    with town.read() as session:
        assert stored.has_open_blocks(session)
        linked = session.scalar(sa.text("SELECT count(*) FROM block WHERE community_id IS NOT NULL"))
        assert audit.verify(session) == []
    assert linked == 9


def test_storing_at_once_is_one_audited_import_and_only_into_a_project_without_blocks(
    town: Store, settings: Settings, tmp_path: Path
) -> None:
    with town.read() as session:
        before, _ = audit.head(session)
    _, report = plan_and_write(
        town, settings, tmp_path / "a.gpkg", Options(), now=NOW, progress=silent, and_import=True
    )
    assert report is not None
    assert report.stored == 9
    with town.read() as session:
        entries = audit.since(session, before, 10)
        assert [entry.action for entry in entries] == ["import.blocks"]
    with pytest.raises(Conflict, match="has blocks already"):
        plan_and_write(town, settings, tmp_path / "b.gpkg", Options(), now=NOW, progress=silent, and_import=True)
    assert not (tmp_path / "b.gpkg").exists()


def test_what_cannot_be_planned_says_so(
    store: Store, settings: Settings, tmp_path: Path, files: dict[str, Path]
) -> None:
    project.prepare(store, now=NOW)
    with pytest.raises(NotFound, match="no streets"):
        plan_and_write(store, settings, tmp_path / "a.gpkg", Options(), now=NOW, progress=silent)
    import_file(store, settings, "streets", files["streets"], now=NOW, with_basemap=False)
    with pytest.raises(BadInput, match=r"End it in \.gpkg"):
        plan_and_write(store, settings, tmp_path / "a.shp", Options(), now=NOW, progress=silent)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(gridmap, ["plan", "blocks", *arguments])
    if result.exception is not None:
        raise result.exception
    return result.output


def test_files_alone_need_no_database(files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDMAP_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("GRIDMAP_DB", raising=False)
    out = tmp_path / "out.gpkg"
    given = [part for layer in ("areas", "ground", "buildings") for part in (f"--{layer}", str(files[layer]))]
    told = run(str(out), "--streets", str(files["streets"]), *given)
    assert "9 blocks in 2 communities" in told
    assert not list((tmp_path / "var").glob("*.db"))
    with pytest.raises(BadInput, match="no streets among them"):
        run(str(out), *given)
    with pytest.raises(BadInput, match="come from files"):
        run(str(out), "--streets", str(files["streets"]), "--import")


def test_a_real_network_without_areas(sample_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """shenzhen_streets.gpkg: the ground within the outermost streets counts as one community."""
    monkeypatch.setenv("GRIDMAP_VAR", str(tmp_path / "var"))
    out = tmp_path / "out.gpkg"
    told = run(str(out), "--streets", str(sample_data / "network" / "shenzhen_streets.gpkg"))
    print(told)
    blocks = pyogrio.read_dataframe(out, layer="blocks")
    area_m2 = blocks["area_m2"].to_numpy()
    assert "coverage valid, areas agree" in told
    assert 350 < len(blocks) < 500
    assert area_m2.min() >= 800
    assert area_m2.sum() == pytest.approx(11.5e6, rel=0.01)
    assert blocks["code"].tolist() == [f"{k:04d}" for k in range(1, len(blocks) + 1)]


def overlap(theirs: np.ndarray, ours: np.ndarray) -> np.ndarray:
    """Best intersection over union of each of their blocks with one of ours -> float64[n]."""
    left, right = shapely.STRtree(ours).query(theirs, predicate="intersects")
    common = shapely.area(shapely.intersection(theirs[left], ours[right]))
    both = shapely.area(theirs[left]) + shapely.area(ours[right]) - common
    best = np.zeros(len(theirs))
    np.maximum.at(best, left, common / both)
    return best


def drawn(theirs: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Whether 60 points along the border of each of their blocks lie within a metre of some line -> bool[n]."""
    rings = shapely.get_exterior_ring(shapely.get_geometry(theirs, 0))
    points = shapely.line_interpolate_point(rings[:, None], np.linspace(0, 1, 60, endpoint=False), normalized=True)
    found = shapely.STRtree(lines).query(points.ravel(), predicate="dwithin", distance=1.0)[0]
    is_on = np.zeros(points.size, dtype=bool)
    is_on[found] = True
    return is_on.reshape(points.shape).all(axis=1)


def test_the_demo_without_its_blocks(demo_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """How much of the demo's own blocks streets, water, railways and walls give back.

    Two plots in five of the demo are parted by no line at all, so the whole cannot come back; no building may be cut.
    """
    material = read_material(demo_store, NOW)
    projection = LocalProjection(material.projection.crs)
    with demo_store.read() as session:
        shapes = session.scalars(sa.select(stored.as_wkb(stored.Block.geom))).all()
    theirs = projection.forward_shapes(shapely.from_wkb([bytes(wkb) for wkb in shapes]))
    area = shapely.area(theirs)
    shares = {}
    for paths in (False, True):
        planned = plan_blocks(material, Options(paths=paths))
        summary = planned.summary
        assert (summary.buildings, summary.buildings_parted) == (12_000, 0)
        assert summary.is_coverage
        assert abs(summary.area_missing_m2) < 1e-6
        best = overlap(theirs, projection.forward_shapes(planned.shapes))
        own = projection.forward_shapes(material.communities)
        lines = np.concatenate([projection.forward_shapes(planned.barriers), shapely.boundary(own)])
        could = drawn(theirs, shapely.get_parts(lines))
        shares[paths] = float((best[could] >= 0.8).mean())
        with capsys.disabled():
            print(
                f"\n{'with' if paths else 'without'} footpaths: {summary.blocks:,} blocks, the demo's {len(theirs):,}; "
                f"best overlap (IoU) quartiles {np.quantile(best, [0.25, 0.5, 0.75]).round(2).tolist()}, 0.8 or more "
                f"for {(best >= 0.8).mean():.0%} ({area[best >= 0.8].sum() / area.sum():.0%} of the area); of the "
                f"{could.sum():,} that lines go all round {shares[paths]:.1%}; buildings cut {summary.buildings_parted}"
            )
    assert min(shares.values()) > 0.95
