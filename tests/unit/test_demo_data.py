"""The files of data/geo hold what their README promises; everything is checked on the stored coordinates."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

GEO = Path(__file__).resolve().parents[2] / "data" / "geo"
UTM = "EPSG:32650"
SHAPES = ("areas", "blocks", "buildings", "sites", "streets", "ground")
TABLES = ("grids", "posts", "cameras", "assignment", "households", "units", "incidents")


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    shapes = {n: gpd.read_file(GEO / f"{n}.fgb") for n in SHAPES}
    packed = {n: next(GEO.glob(f"{n}.csv*")) for n in TABLES}
    return shapes | {n: pd.read_csv(p, dtype=str, keep_default_na=False) for n, p in packed.items()}


@pytest.fixture(scope="module")
def notes() -> dict[str, Any]:
    return json.loads((GEO / "demo.json").read_text(encoding="utf-8"))


def lon_lat(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return frame["lon"].astype(float).to_numpy(), frame["lat"].astype(float).to_numpy()


def test_folder_is_small_and_complete(notes: dict[str, Any]) -> None:
    assert sum(p.stat().st_size for p in GEO.iterdir()) < 15e6
    assert {p.name.split(".")[0] for p in GEO.iterdir()} == {*SHAPES, *TABLES, "areas_source", "demo", "README"}
    assert notes["demo_version"]
    assert notes["last_day"] == "2026-06-30"


def test_counts(data: dict[str, Any], notes: dict[str, Any]) -> None:
    assert {n: len(f) for n, f in data.items()} == notes["counts"]
    assert 3400 <= len(data["blocks"]) <= 3800
    assert len(data["buildings"]) == 12_000
    assert len(data["households"]) == 120_000
    assert len(data["cameras"]) == 300
    assert len(data["incidents"]) == 100_000
    kinds = data["grids"]["kind"].value_counts().to_dict()
    assert kinds.pop("residential") == 207
    assert kinds == dict.fromkeys(("estate", "station", "hospital", "park", "market", "school"), 1)
    levels = data["areas"]["level"].value_counts()
    assert (levels["district"], levels["street"], levels["community"]) == (1, 5, 38)
    assert 300 < levels["compound"] < 1000


@pytest.mark.parametrize("layer", [*SHAPES, "grids", "households", "units", "cameras"])
def test_codes_are_unique(data: dict[str, Any], layer: str) -> None:
    assert data[layer]["code"].is_unique
    assert (data[layer]["code"] != "").all()


def test_stored_shapes_are_in_degrees_and_valid(data: dict[str, Any]) -> None:
    for name in SHAPES:
        assert data[name].crs.to_epsg() == 4326
        assert data[name].is_valid.all(), name
        left, low, right, top = data[name].total_bounds
        assert (left > 114.92) and (right < 115.02) and (low > 30.13) and (top < 30.25), name


def test_blocks_are_a_coverage_of_the_district(data: dict[str, Any]) -> None:
    blocks = data["blocks"].geometry.to_numpy()
    assert shapely.coverage_is_valid(blocks, gap_width=1e-7)  # about 1 cm
    metric = data["blocks"].geometry.to_crs(UTM).to_numpy()
    assert shapely.coverage_is_valid(metric, gap_width=0.01)
    district = data["areas"].query("level == 'district'").geometry.iloc[0]
    union = shapely.union_all(blocks)
    assert union.symmetric_difference(district).area < 1e-9 * district.area
    assert np.isclose(shapely.area(blocks).sum(), district.area, rtol=1e-9)
    assert 55e6 < shapely.area(metric).sum() < 72e6


def test_areas_nest(data: dict[str, Any]) -> None:
    areas = data["areas"].set_index("code")
    assert set(areas["parent_code"]) - {""} <= set(areas.index)
    for level in ("community", "street"):
        shapes = areas[areas["level"] == level].geometry.to_numpy()
        assert shapely.coverage_is_valid(shapes, gap_width=1e-7)
        assert np.isclose(shapely.area(shapes).sum(), shapely.union_all(shapes).area, rtol=1e-9)
    compounds = areas[areas["level"] == "compound"]
    parents = areas.loc[compounds["parent_code"]].geometry.to_numpy()
    assert shapely.covers(parents, compounds.geometry.to_numpy()).all()
    assert compounds["name"].is_unique
    assert {"桂花苑小区", "铜都花园", "冶钢二村", "肖家铺湾", "陆家铺湾"} <= set(compounds["name"])


def test_block_areas_and_street_bearings_are_uneven(data: dict[str, Any], notes: dict[str, Any]) -> None:
    area = data["blocks"].geometry.to_crs(UTM).area
    assert area.std() / area.mean() > 0.8
    assert notes["figures"]["street_bearing_entropy_bits"] > 4.0  # a perfect grid: 2.0


def test_grids_are_whole_blocks_in_one_piece_in_one_community(data: dict[str, Any]) -> None:
    assignment = data["assignment"].set_index("block_code")["grid_code"]
    assert assignment.index.is_unique
    assert set(assignment.index) == set(data["blocks"]["code"])
    assert set(assignment) == set(data["grids"]["code"])
    homes = data["grids"].set_index("code")["community_code"]
    blocks = data["blocks"]
    assert (homes.loc[assignment.loc[blocks["code"]]].to_numpy() == blocks["community_code"].to_numpy()).all()
    assert (data["grids"]["code"].str[:12] == data["grids"]["community_code"]).all()
    assert (data["grids"]["code"].str.len() == 15).all()
    for _, members in blocks.groupby(assignment.loc[blocks["code"]].to_numpy()):
        assert shapely.coverage_union_all(members.geometry.to_numpy()).geom_type == "Polygon"


def test_household_band(data: dict[str, Any]) -> None:
    block = blocks_of_buildings(data)
    grid = data["assignment"].set_index("block_code")["grid_code"].loc[block.loc[data["households"]["building_code"]]]
    count = grid.value_counts().reindex(data["grids"]["code"], fill_value=0)
    residential = (data["grids"]["kind"] == "residential").to_numpy()
    assert count[residential].between(400, 800).all()
    assert (count[~residential] < 400).all()
    assert block.loc[data["households"]["building_code"]].value_counts().max() <= 400  # no block alone fills a grid


def blocks_of_buildings(data: dict[str, Any]) -> pd.Series:
    blocks, buildings = data["blocks"], data["buildings"]
    building, block = shapely.STRtree(blocks.geometry.to_numpy()).query(
        buildings.geometry.to_numpy(), predicate="within"
    )
    assert len(building) == len(buildings)  # each within exactly one
    assert len(set(building)) == len(buildings)
    return pd.Series(blocks["code"].to_numpy()[block], index=buildings["code"].to_numpy()[building])


def test_buildings_stand_apart_on_dry_ground(data: dict[str, Any]) -> None:
    shapes = data["buildings"].geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="intersects")
    assert (first == second).all()
    ground = data["ground"]
    for kind in ("water", "railway", "track"):
        assert len(tree.query(ground[ground["kind"] == kind].geometry.to_numpy(), predicate="intersects")[0]) == 0, kind
    assert len(tree.query(data["streets"].geometry.to_numpy(), predicate="intersects")[0]) == 0


def test_households_lie_in_their_buildings(data: dict[str, Any]) -> None:
    homes, units = data["households"], data["units"]
    shapes = data["buildings"].set_index("code").geometry
    for table in (homes, units):
        lon, lat = lon_lat(table)
        assert shapely.contains_xy(shapes.loc[table["building_code"]].to_numpy(), lon, lat).all()
    assert not homes[homes["room"] != ""].duplicated(["building_code", "unit", "room"]).any()
    assert (homes["count"] == "1").all()
    assert homes["residents"].astype(int).between(1, 6).all()


def test_posts(data: dict[str, Any]) -> None:
    posts = data["posts"]
    assert set(posts["grid_code"]) == set(data["grids"]["code"])
    assert posts.groupby("grid_code")["role"].agg(set).map(lambda r: r == {"full_time_worker", "backing_worker"}).all()
    assert posts["worker"].str.fullmatch(r"(网格员|协管员) \d{3}").all()
    assert posts["worker"].is_unique


def test_schools_have_cameras(data: dict[str, Any]) -> None:
    lon, lat = lon_lat(data["cameras"])
    points = shapely.points(lon, lat)
    schools = data["sites"].query("kind == 'school'").geometry
    assert len(schools) > 30
    assert all(shapely.distance(points, g).min() < 3e-4 for g in schools)


def test_incident_columns_and_shares(data: dict[str, Any]) -> None:
    rows = data["incidents"]
    assert rows["source_id"].is_unique
    assert set(rows["kind"].str.split(".").str[0]) == {"dispute", "hazard", "order", "help", "facility"}
    assert (rows[["occurred_at", "occurred_on", "month"]] != "").sum(axis=1).eq(1).all()
    assert 0.55 < (rows["address"] != "").mean() < 0.68
    at = rows["occurred_at"][rows["occurred_at"] != ""]
    assert at.str.endswith("+08:00").all()
    assert at.min() >= "2023-07-01"
    assert at.max() < "2026-07-01"
    assert (rows["reported_at"][at.index] >= at).all()
    assert set(rows["uncertainty_m"]) >= {"", "5", "150"}
    for text in ("栋", "幢", "号楼", "#", "单元", "对面", "十二", "１"):
        assert rows["address"].str.contains(text, regex=False).any(), text


def test_a_dozen_incidents_lie_outside_and_a_few_on_corners(data: dict[str, Any]) -> None:
    lon, lat = lon_lat(data["incidents"])
    district = data["areas"].query("level == 'district'").geometry.iloc[0]
    shapely.prepare(district)
    assert (~shapely.intersects_xy(district, lon, lat)).sum() == 12
    corners = {tuple(c) for c in shapely.get_coordinates(data["blocks"].geometry.to_numpy())}
    assert sum(p in corners for p in zip(lon.tolist(), lat.tolist(), strict=True)) >= 5


def near(rows: pd.DataFrame, lon: float, lat: float, radius_m: float) -> pd.Series:
    x = (rows["lon"].astype(float) - lon) * 111_320 * np.cos(np.deg2rad(lat))
    y = (rows["lat"].astype(float) - lat) * 110_870
    return np.hypot(x, y) <= radius_m


def daily(rows: pd.DataFrame, place: pd.Series, kind: str, from_on: str) -> tuple[float, float]:
    """Incidents of a kind a day at a place, before and from a date."""
    day = rows["occurred_at"].str[:10].where(rows["occurred_at"] != "", rows["occurred_on"])
    hit = place & (rows["kind"] == kind) & (day != "")
    after = (pd.Timestamp("2026-07-01") - pd.Timestamp(from_on)).days
    return (hit & (day < from_on)).sum() / (1096 - after), (hit & (day >= from_on)).sum() / after


def test_planted_changes_show_in_plain_counts(data: dict[str, Any], notes: dict[str, Any]) -> None:
    rows = data["incidents"]
    new, vanished, moved = notes["changes"]
    assert [c["change"] for c in notes["changes"]] == ["new", "vanished", "moved"]

    def rates(change: dict[str, Any], prefix: str = "") -> tuple[float, float]:
        place = near(rows, change[f"{prefix}lon"], change[f"{prefix}lat"], change["radius_m"] + 5)
        return daily(rows, place, change["kind"], change["from_on"])

    before, after = rates(new)
    assert after > 5 * before
    assert after > 1.0
    before, after = rates(vanished)
    assert before > 2 * after
    assert before > 0.7
    before, after = rates(moved)
    assert before > 2 * after
    before, after = rates(moved, "to_")
    assert after > 2 * before


def test_names_and_codes_are_the_real_ones(data: dict[str, Any]) -> None:
    folder = os.environ.get("GRIDMAP_SAMPLE_DATA")
    if not folder:
        pytest.skip("GRIDMAP_SAMPLE_DATA is not set: the list of real areas is not at hand")
    real = pd.read_csv(Path(folder) / "areas" / "areas.csv", dtype=str, keep_default_na=False)
    real = real[real["code"].str.startswith("420204")].set_index("code")
    areas = data["areas"].query("level != 'compound'").set_index("code")
    assert set(areas.index) == set(real.index)
    assert (areas["name"] == real.loc[areas.index, "name"]).all()
    assert areas.loc["420204004001", "aliases"] == "马鞍山社区;马鞍山"
