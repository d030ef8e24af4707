"""Real files, unedited: what a person would type first must work."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

from gridmap.store import plans

NOW = dt.datetime(2024, 7, 1, tzinfo=dt.UTC)
NORTHUMBRIA_ROWS = 39_706
NORTHUMBRIA_OUTSIDE = 2


def wards_by_brute_force(folder: Path) -> tuple[Counter[str], int]:
    """Every point against every ward: counts by ward (the lowest code has a border), and how many are in none."""
    wards = pyogrio.read_dataframe(folder / "northumbria_wards.gpkg").to_crs(4326).sort_values("ward_code")
    shapes = wards.geometry.to_numpy()
    with (folder / "northumbria_asb.tab").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    lon = np.array([float(row["longitude"]) for row in rows])
    lat = np.array([float(row["latitude"]) for row in rows])
    first = np.full(len(rows), -1)
    for ordinal in range(len(shapes) - 1, -1, -1):
        first[shapely.intersects_xy(shapes[ordinal], lon, lat)] = ordinal
    codes = wards.ward_code.to_numpy()
    return Counter(codes[first[first >= 0]].tolist()), int((first < 0).sum())


def test_northumbria_wards_and_asb(bench: Any, sample_data: Path) -> None:
    folder = sample_data / "incidents"
    grids = bench.run("grids", folder / "northumbria_wards.gpkg")
    assert grids.counts() == {"read": 177, "stored": 177, "known": 0, "rejected": 0, "located": 0, "outside": 0}
    assert grids.crs == "EPSG:27700"
    assert [finding for finding in grids.findings if finding.kind in ("overlap", "gap", "unmatched")] == []
    assert [(guess.field, guess.heading) for guess in grids.guesses] == [("code", "ward_code"), ("name", "ward_name")]

    path = folder / "northumbria_asb.tab"
    first = bench.run("incidents", path)
    located = NORTHUMBRIA_ROWS - NORTHUMBRIA_OUTSIDE
    assert first.counts() == {
        "read": NORTHUMBRIA_ROWS,
        "stored": NORTHUMBRIA_ROWS,
        "known": 0,
        "rejected": 0,
        "located": located,
        "outside": NORTHUMBRIA_OUTSIDE,
    }
    expected, outside = wards_by_brute_force(folder)
    by_ward = "SELECT g.code, count(*) FROM incident i JOIN grid g ON g.id = i.grid_id GROUP BY g.code"
    assert dict(bench.rows(by_ward)) == dict(expected)
    assert outside == NORTHUMBRIA_OUTSIDE
    assert bench.rows("SELECT DISTINCT precision, kind FROM incident") == [("month", "unspecified")]
    assert bench.one("SELECT count(DISTINCT case_number) FROM incident") == NORTHUMBRIA_ROWS

    again = bench.run("incidents", path)
    assert again.counts() == {
        "read": NORTHUMBRIA_ROWS, "stored": 0, "known": NORTHUMBRIA_ROWS, "rejected": 0, "located": 0, "outside": 0,
    }  # fmt: skip
    assert bench.one("SELECT count(*) FROM incident") == NORTHUMBRIA_ROWS
    assert bench.run("grids", folder / "northumbria_wards.gpkg").known == 177
    assert bench.chain_is_whole()


def test_northumbria_districts_as_areas_over_the_wards(bench: Any, sample_data: Path) -> None:
    folder = sample_data / "incidents"
    bench.run("grids", folder / "northumbria_wards.gpkg")
    mapping = {"name": "district", "level": "=district"}
    report = bench.run("areas", folder / "northumbria_districts.geojson", mapping=mapping)
    assert (report.stored, report.rejected) == (6, 0)
    assert bench.one("SELECT count(*) FROM area WHERE level = 'district' AND geom IS NOT NULL") == 6


def test_delaware_precincts_as_blocks(bench: Any, sample_data: Path) -> None:
    path = sample_data / "blocks" / "delaware_precincts.gpkg"
    report = bench.run("blocks", path)
    assert (report.read, report.stored) == (412, 412)
    assert not any(finding.refuses for finding in report.findings)
    with bench.store.read() as session:
        _, codes, shapes = plans.open_blocks(session, NOW)
    assert codes == sorted(codes)
    assert shapely.coverage_is_valid(shapes)  # nothing was moved
    assert bench.run("blocks", path).known == 412


def test_shenzhen_streets(bench: Any, sample_data: Path) -> None:
    path = sample_data / "network" / "shenzhen_streets.gpkg"
    report = bench.run("streets", path)
    assert (report.read, report.stored) == (4_009, 4_009)
    classes = dict(bench.rows("SELECT street_class, count(*) FROM street GROUP BY street_class"))
    # trunk: motorway_link, trunk, trunk_link, primary, primary_link and the four mixed with a primary
    assert classes["trunk"] == 230 + 70 + 33 + 24 + 15 + 2 + 2
    assert sum(classes.values()) == 4_009
    assert report.warnings == []
    assert bench.run("streets", path).known == 4_009


def test_memphis_block_population_as_households(bench: Any, sample_data: Path) -> None:
    path = sample_data / "blocks" / "memphis_block_pop.gpkg"
    report = bench.run("households", path)
    assert (report.read, report.stored, report.outside) == (10_393, 10_393, 10_393)
    assert bench.one("SELECT sum(residents) FROM household") == 634_612
    assert any("one household" in note for note in report.notes)
    robberies = bench.run("incidents", sample_data / "blocks" / "memphis_robberies.gpkg")
    assert (robberies.stored, robberies.rejected) == (2_245, 0)
    assert any("seconds since 1970" in note for note in robberies.notes)
    assert bench.rows("SELECT DISTINCT precision FROM incident") == [("minute",)]


def test_beijing_tracks(bench: Any, sample_data: Path) -> None:
    path = sample_data / "tracks" / "geolife_beijing_small.gpkg"
    report = bench.run("tracks", path)
    assert (report.read, report.stored) == (5_908, 5_908)
    assert bench.one("SELECT count(*) FROM track") == 5
    assert bench.one("SELECT count(*) FROM fix") == 5_908
    assert bench.run("tracks", path).known == 5_908


def test_the_real_tree_of_xialu(bench: Any, sample_data: Path) -> None:
    with (sample_data / "areas" / "areas.csv").open(encoding="utf-8") as file:
        lines = file.readlines()
    path = bench.csv("".join([lines[0], *(line for line in lines if line.startswith("420204"))]))
    assert bench.run("areas", path).stored == 44
    tree = (
        "SELECT c.level, p.level, count(*) FROM area c LEFT JOIN area p ON p.id = c.parent_id GROUP BY c.level, p.level"
    )
    assert {row[:2]: row[2] for row in bench.rows(tree)} == {
        ("district", None): 1,
        ("street", "district"): 5,
        ("community", "street"): 38,
    }
