"""Bad input, end to end: each fault with its row and reason, nothing stored that is wrong, nothing lost.

A file whose rows are partly bad is imported twice: without --rejects nothing of it is stored, with it the good rows
are, and the bad ones are all in the rejects as they came.
"""

from __future__ import annotations

import csv
import gzip
import zipfile
from pathlib import Path
from typing import Any

import pytest
import shapely
from openpyxl import Workbook

from gridmap.commands.importing import report_lines
from gridmap.errors import BadFile, CrsMismatch, GridmapError, TooLarge
from gridmap.services.exchange import Report, RowsRefused
from gridmap.services.exchange.values import COMMA

HEAD = "source_id,date,lon,lat,uncertainty_m\n"
GOOD = ("g1,2024-03-05,114.97,30.17,5\n", "g2,2024-03-05,114.98,30.18,\n", "g3,2024-03-05,114.99,30.19,\n")


def stored(bench: Any) -> int:
    return int(bench.one("SELECT count(*) FROM incident"))


def check(bench: Any, layer: str, path: Path, wanted: dict[int, str], **options: Any) -> Report:
    """The rows named are bad for these reasons, and no others; refused as a whole, then stored without them."""
    model = {"incidents": "incident", "buildings": "building", "grids": "grid"}[layer]
    before = bench.one(f"SELECT count(*) FROM {model}"), bench.one("SELECT count(*) FROM audit")
    with pytest.raises(RowsRefused) as refused:
        bench.run(layer, path, **options)
    assert (bench.one(f"SELECT count(*) FROM {model}"), bench.one("SELECT count(*) FROM audit")) == before
    assert (refused.value.report.stored, refused.value.report.bad) == (0, len(wanted))
    target = bench.folder / "bad.csv"
    report = bench.run(layer, path, rejects=target, **options)
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = {int(row["row"]): row["reason"] for row in csv.DictReader(file)}
    assert rows.keys() == wanted.keys(), rows
    for row, reason in wanted.items():
        assert reason in rows[row], rows[row]
    assert report.read == report.stored + report.known + report.rejected
    assert report.rejected == len(wanted)
    assert bench.one(f"SELECT count(*) FROM {model}") == before[0] + report.stored
    assert bench.chain_is_whole()
    return report


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("x,2024-03-05,0,0,", "0, 0 is no position but an empty one"),
        ("x,2024-03-05,30.17,114.97,", "longitude and latitude seem to be swapped"),
        ("x,2024-03-05,497000,3339000,", "the coordinates are no degrees (metres?"),
        ('x,2024-03-05,"114,97",30.17,', COMMA),
        ("x,2024-03-05,１１４，９７,30.17,", COMMA),
        ('x,2024-03-05,114.97,30.17,"1,200"', COMMA),
        ("x,2024-03-05,114.97E,30.17,", "lon is no number: 114.97E"),
        ("x,2024-03-05,,30.17,", "lon or lat is empty"),
        ("x,2024-03-05,2.35,48.85,", "300 km from the middle"),
        ("x,2024-03-05,114.97,30.17,-3", "uncertainty_m is below 0"),
        ("x,1899-12-31,114.97,30.17,", "is not in the years"),
        ("x,2100-01-01,114.97,30.17,", "is not in the years"),
        ("x,2024-02-30,114.97,30.17,", "no day of the calendar"),
        ("x,,114.97,30.17,", "no date"),
        ("x,2024-03-05,114.97", "has 3 values, the headings are 5"),
        ("g1,2024-03-05,114.97,30.171,", "stands twice in the file with different content"),
    ],
)  # fmt: skip
def test_a_bad_row_among_good_ones(bench: Any, bad: str, reason: str) -> None:
    path = bench.csv(HEAD + GOOD[0] + GOOD[1] + bad + "\n" + GOOD[2])
    report = check(bench, "incidents", path, {3: reason})
    assert (report.stored, stored(bench)) == (3, 3)


def test_full_width_digits_are_read(bench: Any) -> None:
    path = bench.csv(HEAD + "Ｎ１,２０２４-０３-０５,１１４．９７,３０．１７,　５　\nN1,2024-03-05,114.97,30.17,5\n")
    report = bench.run("incidents", path)
    assert (report.stored, report.known) == (1, 1)  # the same code, the same row
    assert bench.rows("SELECT source_id, ST_X(geom), uncertainty_m FROM incident") == [("N1", 114.97, 5.0)]


def test_swapped_columns_are_said_and_not_turned(bench: Any) -> None:
    path = bench.csv("source_id,date,lon,lat\n1,2024-03-05,30.17,114.97\n2,2024-03-05,30.18,114.98\n")
    with pytest.raises(CrsMismatch, match="seem to be swapped"):
        bench.run("incidents", path)
    assert stored(bench) == 0
    bench.run("incidents", bench.csv(HEAD + "".join(GOOD), "first.csv"))
    near = bench.csv("source_id,date,lon,lat\n1,2024-03-05,30.17,30.18\n2,2024-03-05,114.97,30.18\n")
    check(bench, "incidents", near, {1: "beyond the project's extent"})


def test_degrees_in_a_system_of_metres(bench: Any) -> None:
    rows = "a,2024-03-05,497000,3339000,\nb,2024-03-05,497100,3339100,\nc,2024-03-05,114.97,30.17,\n"
    check(bench, "incidents", bench.csv(HEAD + rows), {3: "look like degrees"}, crs="EPSG:4547")
    with pytest.raises(CrsMismatch, match="look like degrees"):
        bench.run("incidents", bench.csv(HEAD + "".join(GOOD), "all.csv"), crs="EPSG:4547")


def test_missing_columns_name_what_there_is(bench: Any) -> None:
    with pytest.raises(BadFile, match=r"lon, lat.*Its columns are: source_id, date") as refused:
        bench.run("incidents", bench.csv("source_id,date\n1,2024-03-05\n"))
    assert "--map" in refused.value.hint


def workbook(bench: Any, *rows: list[Any], merge: str | None = None) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    path = bench.folder / "in.xlsx"
    book.save(path)
    return Path(path)


def test_two_lines_of_headings(bench: Any) -> None:
    path = workbook(
        bench, ["编号", "日期", "位置", None], [None, None, "经度", "纬度"], ["1", "2024-03-05", 114.97, 30.17],
        merge="C1:D1",
    )  # fmt: skip
    report = bench.run("incidents", path)
    assert report.stored == 1
    assert any("headings stand in 2 lines" in note for note in report.notes)
    assert bench.rows("SELECT source_id, ST_X(geom), ST_Y(geom) FROM incident") == [("1", 114.97, 30.17)]


def test_merged_cells_and_formula_errors(bench: Any) -> None:
    head = ["source_id", "date", "lon", "lat", "kind"]
    rows = [[f"s{i}", "2024-03-05", 114.97, 30.17 + i / 1e4, "盗窃"] for i in range(5)]
    rows[1][4], rows[2][4] = "诈骗", None
    rows[4][2] = "#REF!"
    report = check(bench, "incidents", workbook(bench, head, *rows, merge="E3:E4"), {3: "merged", 5: "#REF!"})
    assert (report.read, report.stored, report.bad) == (5, 3, 2)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "0 bytes"),
        ("only.csv", b"source_id,date,lon,lat\n", "no rows"),
        ("cut.csv.gz", gzip.compress(HEAD.encode() * 5000)[:-200], "damaged"),
        ("torn.csv", b'source_id,date,lon,lat\n"1,2024-03-05,114.97,30.17\n', "quotation|unexpected end"),
        ("mixed.csv", "source_id,date,lon,lat,备注\n1,2024-03-05,114.97,30.17,".encode() + "东盛路\n".encode("gb18030")
         + "2,2024-03-05,114.97,30.17,东盛路\n".encode() * 3, "encoding|UTF-8"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read(bench: Any, name: str, content: bytes, message: str) -> None:
    path = bench.folder / name
    path.write_bytes(content)
    with pytest.raises(GridmapError, match=message) as refused:
        bench.run("incidents", path, rejects=bench.folder / "bad.csv")
    assert refused.value.hint
    assert (stored(bench), bench.one("SELECT count(*) FROM audit")) == (0, 0)
    assert list(bench.folder.glob("bad*")) == []


def test_a_truncated_archive_and_a_bomb(bench: Any) -> None:
    whole = bench.folder / "in.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in.csv", HEAD + "".join(GOOD))
    torn = bench.folder / "torn.zip"
    torn.write_bytes(whole.read_bytes()[:-30])
    with pytest.raises(BadFile):
        bench.run("incidents", torn)
    bomb = bench.folder / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("in.csv", "w") as inside:
        inside.write(HEAD.encode())
        for _ in range(40):
            inside.write(b"0" * (1 << 20))
    with pytest.raises(GridmapError) as refused:
        bench.run("incidents", bomb)
    assert isinstance(refused.value, BadFile | TooLarge)
    assert stored(bench) == 0
    assert bench.run("incidents", whole).stored == 3


def square(x: float, y: float, side: float = 0.001) -> list[tuple[float, float]]:
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


def test_polygons_that_cross_themselves_and_holes_outside(bench: Any) -> None:
    x, y = 114.97, 30.17
    bow = shapely.Polygon([(x, y), (x + 0.001, y + 0.001), (x + 0.001, y), (x, y + 0.001)])
    hole = shapely.Polygon(square(x, y), [square(x + 0.005, y)])
    path = bench.geojson([({"code": "1"}, shapely.Polygon(square(x, y))), ({"code": "2"}, bow), ({"code": "3"}, hole)])
    wanted = {2: "Self-intersection at lon 114.97", 3: "Hole lies outside shell at lon 114.97"}
    assert check(bench, "buildings", path, wanted).stored == 1


def test_overlapping_grids_name_the_place(bench: Any) -> None:
    first, second = shapely.Polygon(square(114.97, 30.17)), shapely.Polygon(square(114.9705, 30.17))
    path = bench.geojson([({"code": "A"}, first), ({"code": "B"}, second)])
    with pytest.raises(RowsRefused) as refused:
        bench.run("grids", path)
    told = [finding for finding in refused.value.report.findings if set(finding.codes) == {"A", "B"}]
    assert told
    assert all(114.97 < finding.lon < 114.972 and finding.area_m2 > 1_000 for finding in told)
    assert "at lon 114.97" in told[0].text()
    assert bench.one("SELECT count(*) FROM grid") == bench.one("SELECT count(*) FROM block") == 0


def test_ten_thousand_bad_rows_make_a_report_of_one_screen(bench: Any) -> None:
    kinds = ("0,0", "30.17,114.97", "x,30.17", '"114,97",30.17', ",30.17")
    rows = "".join(f"s{i},2024-03-05,{kinds[i % 5]},\n" for i in range(10_000))
    path = bench.csv(HEAD + "".join(GOOD) + rows)
    report = bench.run("incidents", path, rejects=bench.folder / "bad.csv")
    assert (report.read, report.stored, report.rejected) == (10_003, 3, 10_000)
    lines = report_lines(report, bench.folder / "bad.csv")
    assert len(lines) <= 24
    assert max(map(len, lines)) < 500
    with (bench.folder / "bad.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.DictReader(file))
    assert [int(row["row"]) for row in written] == list(range(4, 10_004))
    assert all(row["reason"] for row in written)
    assert written[3]["lon"] == "114,97"  # as it came


def test_every_gpx_file_comes_in_or_says_why_not(bench: Any, sample_data: Path) -> None:
    files = sorted((sample_data / "tracks" / "gpx").rglob("*.gpx"))
    assert len(files) == 28
    for path in files:
        before = bench.one("SELECT count(*) FROM track")
        try:
            report = bench.run("tracks", path, rejects=bench.folder / f"{path.stem}.bad.csv", dry_run=True)
        except GridmapError as error:
            assert error.hint, path.name
        else:
            assert report.read == report.stored + report.known + report.rejected
        assert bench.one("SELECT count(*) FROM track") == before
