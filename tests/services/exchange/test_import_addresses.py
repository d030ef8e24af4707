"""Addresses in files: incidents without coordinates are placed by them, and points far from theirs are told.

A compound of twelve buildings, 100 m apart in a row, in one community of one street.
"""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pytest
import shapely

from gridmap.geo import datums
from gridmap.services.exchange import RowsRefused

WEST, SOUTH, STEP = 114.97, 30.20, 0.001


def middle(number: int) -> tuple[float, float]:
    return WEST + number * STEP, SOUTH


def box(lon: float, lat: float, half: float) -> shapely.Polygon:
    return shapely.box(lon - half, lat - half, lon + half, lat + half)


@pytest.fixture
def town(bench: Any) -> Any:
    around = box(WEST + 6 * STEP, SOUTH, 0.01)
    names = {"420204001": "新下陆街道", "420204001001": "青龙社区"}
    areas = [({"code": code, "name": name}, around) for code, name in names.items()]
    areas.append(({"code": "C1", "name": "青龙花园", "level": "compound", "parent_code": "420204001001"}, around))
    bench.run("areas", bench.geojson(areas, "areas.geojson"))
    houses = [
        ({"code": f"B{i}", "compound_code": "C1", "number": str(i)}, box(*middle(i), 0.0002)) for i in range(1, 13)
    ]
    bench.run("buildings", bench.geojson(houses, "houses.geojson"))
    return bench


def table(bench: Any, rows: list[str], name: str = "in.csv") -> Any:
    return bench.csv("source_id,date,lon,lat,address\n" + "".join(f"{row}\n" for row in rows), name)


def test_an_incident_without_coordinates_is_placed_by_its_address(town: Any) -> None:
    path = table(town, ["1,2024-03-05,,,青龙花园3栋", f"2,2024-03-05,{WEST},{SOUTH},青龙花园5栋"])
    report = town.run("incidents", path)
    assert (report.stored, report.by_address) == (2, 1)
    assert any("1 rows without coordinates are placed by their address" in note for note in report.notes)
    rows = town.rows("SELECT ST_X(geom), ST_Y(geom), placed_by, uncertainty_m FROM incident ORDER BY source_id")
    assert rows[0][:2] == pytest.approx(middle(3), abs=2e-4)
    assert rows[0][2] == "address"
    assert 0 < rows[0][3] <= 300
    assert rows[1] == (WEST, SOUTH, "coordinates", None)
    again = town.run("incidents", path)
    assert (again.known, again.stored) == (2, 0)


def test_a_file_of_addresses_alone_needs_no_columns_of_coordinates(town: Any) -> None:
    path = town.csv("source_id,date,地址\n1,2024-03-05,青龙花园3栋\n2,2024-03-05,青龙花园 12号楼\n")
    assert town.run("incidents", path).by_address == 2


def test_what_is_not_sure_is_a_bad_row_with_what_may_be_meant(town: Any) -> None:
    rows = [
        "1,2024-03-05,,,青龙花园99栋", "2,2024-03-05,,,火星路1号", "3,2024-03-05,,,青龙社区", "4,2024-03-05,,,",
        "5,2024-03-05,,,青龙花园1栋", "6,2024-03-05,114.97,,青龙花园1栋",
    ]  # fmt: skip
    path = table(town, rows)
    with pytest.raises(RowsRefused):
        town.run("incidents", path)
    target = town.folder / "bad.csv"
    report = town.run("incidents", path, rejects=target)
    assert (report.read, report.stored, report.rejected) == (6, 1, 5)
    with target.open(encoding="utf-8-sig", newline="") as file:
        reasons = {row["row"]: row["reason"] for row in csv.DictReader(file)}
    assert list(reasons) == ["1", "2", "3", "4", "6"]
    assert "lon or lat is empty" in reasons["4"]
    assert "lon or lat is empty" in reasons["6"]
    assert "names no place that is known: 火星路1号" in reasons["2"]
    assert "only tells roughly" in reasons["3"]
    assert "青龙社区 (lon 114.97" in reasons["3"] or "青龙社区" in reasons["3"]
    assert "99栋" in reasons["1"]


def test_a_part_that_nobody_could_look_up_is_told(town: Any) -> None:
    small = box(WEST + 30 * STEP, SOUTH, 0.0005)
    village = {"code": "C2", "name": "刘家垴", "level": "compound", "parent_code": "420204001001"}
    town.run("areas", town.geojson([(village, small)], "more.geojson"))
    report = town.run("incidents", table(town, ["1,2024-03-05,,,刘家垴五社", "2,2024-03-05,,,青龙花园3栋"]))
    assert report.by_address == 2
    told = "1 rows are placed less finely than their address says, as nothing finer is known there: 刘家垴五社 (5组)."
    assert told in report.warnings
    rows = town.rows("SELECT uncertainty_m FROM incident ORDER BY source_id")
    assert 50 < rows[0][0] < 300


def shifted(datum: str, noise_m: float = 15.0) -> list[str]:
    """Twelve rows at their buildings, with coordinates in another datum."""
    rng = np.random.default_rng(1)
    rows = []
    for i in range(1, 13):
        lon, lat = middle(i)
        lon, lat = lon + rng.normal() * noise_m / 96_000, lat + rng.normal() * noise_m / 111_000
        if datum != "wgs84":
            lon, lat = (float(v[0]) for v in datums.from_wgs84([lon], [lat], datum))
        rows.append(f"{i},2024-03-05,{lon:.6f},{lat:.6f},青龙花园{i}栋")
    return rows


@pytest.mark.parametrize(("datum", "told", "guessed", "before_m"), [
    ("gcj02", None, "gcj02", (500, 650)),
    ("bd09", None, "bd09", (900, 1_500)),
    ("wgs84", "gcj02", "EPSG:4326", (500, 650)),
    ("bd09", "gcj02", "bd09", (500, 1_200)),
    ("gcj02", "EPSG:4490", "gcj02", (500, 650)),
])  # fmt: skip
def test_a_wrong_datum_is_guessed_with_its_evidence(
    town: Any, datum: str, told: str | None, guessed: str, before_m: tuple[float, float]
) -> None:
    report = town.run("incidents", table(town, shifted(datum)), crs=told, dry_run=True)
    (warning,) = report.warnings
    assert warning.startswith("12 rows looked up lie ")
    assert before_m[0] < float(warning.split(" lie ")[1].split(" m ")[0].replace(",", "")) < before_m[1]
    assert warning.endswith(f"--crs {guessed}")
    assert float(warning.split("would lie ")[1].split(" m ")[0]) < 60
    cured = town.run("incidents", table(town, shifted(datum)), crs=guessed)
    assert cured.warnings == []


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_the_right_datum_is_not_doubted(town: Any, datum: str) -> None:
    report = town.run("incidents", table(town, shifted(datum)), crs="EPSG:4326" if datum == "wgs84" else datum)
    assert report.warnings == []


def test_a_few_rows_or_ones_that_lie_anywhere_say_nothing(town: Any) -> None:
    few = town.run("incidents", table(town, shifted("gcj02")[:4]), dry_run=True)
    assert few.warnings == []
    scattered = [row.replace("青龙花园", "青龙花园").replace(f"花园{i}栋", f"花园{13 - i}栋") for i, row in
                 enumerate(shifted("gcj02", noise_m=900), 1)]  # fmt: skip
    assert town.run("incidents", table(town, scattered), dry_run=True).warnings == []


def test_the_datum_of_other_layers_is_guessed_by_a_column_of_addresses(town: Any) -> None:
    rows = [row.split(",") for row in shifted("gcj02")]
    text = "code,name,lon,lat,地址\n" + "".join(f"{r[0]},店{r[0]},{r[2]},{r[3]},{r[4]}\n" for r in rows)
    report = town.run("units", town.csv(text))
    assert "gcj02" in report.warnings[0]
    assert report.stored == 12
