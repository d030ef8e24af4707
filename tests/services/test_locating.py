"""Placing files: every row comes out, with the same grid whichever way it went."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from shapely import box

from gridmap.cli import main
from gridmap.config import Settings
from gridmap.errors import BadFile, BadInput, Conflict, NotFound
from gridmap.geo.datums import from_wgs84
from gridmap.geo.locate import GridLocator
from gridmap.services.locating import (
    Counts,
    Places,
    Wanted,
    batches,
    locate_file,
    parquet,
    places_of_plan,
    places_of_polygons,
)
from gridmap.services.project import open_project
from gridmap.store import ids, plans
from gridmap.store.tables import GridPlan
from tests.postgres_databases import Databases
from tests.services import small_world as world

# 30.02 +----+----+
#       | G2 | G3 |    written to the file in the order G3, G1, G2
# 30.01 +----+----+
#       |    G1   |
# 30.00 +---------+
#     114.00     114.02
G1, G2, G3 = box(114.0, 30.0, 114.02, 30.01), box(114.0, 30.01, 114.01, 30.02), box(114.01, 30.01, 114.02, 30.02)


@pytest.fixture(scope="module")
def polygons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("polygons") / "grids.gpkg"
    frame = geopandas.GeoDataFrame({"code": ["G3", "G1", "G2"]}, geometry=[G3, G1, G2], crs=4326)
    frame.to_file(file)
    return file


@pytest.fixture(scope="module")
def places(polygons: Path) -> Places:
    return places_of_polygons(polygons, "code")


@pytest.fixture(scope="module")
def settled(
    template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None
) -> Iterator[Settings]:
    with world.standing(template_db, tmp_path_factory.mktemp("world"), databases) as settings:
        yield settings


def write(file: Path, text: str, encoding: str = "utf-8") -> Path:
    file.write_bytes(text.encode(encoding))
    return file


def cells(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text))


def scattered(rows: int) -> pa.Table:
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(113.995, 114.025, rows), rng.uniform(29.995, 30.025, rows)
    lon[::7], lat[::11] = 114.01, 30.01  # on borders
    lon[::13] = np.nan
    return pa.table({"id": np.arange(rows), "lon": lon, "lat": lat, "text": [f"第{i}行" for i in range(rows)]})


def test_all_ways_give_the_same_answers(tmp_path: Path, places: Places) -> None:
    table = scattered(6000)
    lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
    ordinals = GridLocator([G1, G2, G3]).locate(lon, lat)
    expected = [None if ordinal < 0 else f"G{ordinal + 1}" for ordinal in ordinals.tolist()]
    assert {None, "G1", "G2", "G3"} == set(expected)

    pq.write_table(table, tmp_path / "in.parquet")
    folder = tmp_path / "in"
    for i in range(3):
        (folder / f"part={i}").mkdir(parents=True)
        pq.write_table(table.slice(i * 2000, 2000), folder / f"part={i}" / "rows.parquet")
    lines = [
        "id,lon,lat,text\n",
        *(f"{i},{x!r},{y!r},第{i}行\n" for i, (x, y) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True))),
    ]
    write(tmp_path / "in.csv", "".join(lines))
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress((tmp_path / "in.csv").read_bytes()))

    done = {
        name: locate_file(tmp_path / source, tmp_path / name, places, dask=dask).counts
        for name, source, dask in [
            ("out.parquet", "in.parquet", None),
            ("out.csv", "in.csv", None),
            ("out.csv.gz", "in.csv.gz", None),
            ("out", "in", None),
            ("out-dask", "in", "local:2"),
        ]
    }
    unusable = int(np.isnan(lon).sum())
    located = 6000 - expected.count(None)
    assert set(done.values()) == {Counts(6000, located, 6000 - located - unusable, unusable)}

    def grids(name: str) -> list[str | None]:
        if ".csv" in name:
            data = (tmp_path / name).read_bytes()
            text = (gzip.decompress(data) if name.endswith(".gz") else data).decode()
            return [row["grid"] or None for row in csv.DictReader(text.splitlines())]
        files = sorted((tmp_path / name).rglob("*.parquet")) or [tmp_path / name]
        tables = [pq.read_table(file, partitioning=None) for file in files]
        assert [number for table in tables for number in table["id"].to_pylist()] == list(range(6000))
        return [grid for table in tables for grid in table["grid"].to_pylist()]

    for name in done:
        assert grids(name) == expected, name
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*done, "in", "in.csv", "in.csv.gz", "in.parquet"]
    )


def test_every_cell_stays_and_rows_without_coordinates_are_counted(tmp_path: Path, places: Places) -> None:
    source = write(
        tmp_path / "in.csv",
        "编号,经度,纬度,说明\r\n"
        '007,114.005,30.005,"甲,乙"\r\n'
        '2,,30.005,"说""好""\n两行"\r\n'
        "3,１１４．００５,30.015,=1+1\r\n"
        "4,abc,30.0,\r\n"
        "5,nan,30.0,NA\r\n"
        "6,114.005,91,x\r\n"
        "7, 114.015 ,3.0015e1,x\r\n"
        "8,30.005,114.005,x\r\n",
    )
    done = locate_file(source, tmp_path / "out.csv", places)
    assert done.counts == Counts(rows=8, located=3, outside=0, unusable=5, swapped=1)
    rows = cells(tmp_path / "out.csv")
    assert rows[0] == ["编号", "经度", "纬度", "说明", "grid"]
    assert [row[-1] for row in rows[1:]] == ["G1", "", "G2", "", "", "", "G3", ""]
    assert [row[:-1] for row in rows] == cells(source)
    assert (tmp_path / "out.csv").read_bytes().count(b"\r\n") == 9


def test_gb18030_comes_out_as_utf8_with_a_mark_and_it_is_said(tmp_path: Path, places: Places) -> None:
    source = write(tmp_path / "in.csv", "名称;x;y\n网格一;114.005;30.005\n", "gb18030")
    done = locate_file(source, tmp_path / "out.csv", places)
    assert done.remark == "Text is GB18030 (GBK). The output is UTF-8."
    assert (tmp_path / "out.csv").read_bytes() == "\ufeff名称;x;y;grid\n网格一;114.005;30.005;G1\n".encode()


def test_a_file_that_gridmap_exported_keeps_its_first_lines(tmp_path: Path, places: Places) -> None:
    source = write(tmp_path / "in.tsv", "# gridmap export of households\nlon\tlat\n114.005\t30.005\n")
    locate_file(source, tmp_path / "out.tsv", places)
    assert (tmp_path / "out.tsv").read_text() == (
        "# gridmap export of households\nlon\tlat\tgrid\n114.005\t30.005\tG1\n"
    )


def test_a_border_belongs_to_the_lowest_code_whatever_the_order_of_the_file(tmp_path: Path, places: Places) -> None:
    source = write(tmp_path / "in.csv", "lon,lat\n114.01,30.01\n114.01,30.015\n114.02,30.02\n")
    locate_file(source, tmp_path / "out.csv", places)
    assert [row[-1] for row in cells(tmp_path / "out.csv")] == ["grid", "G1", "G2", "G3"]


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "EPSG:32650"])
def test_coordinates_of_another_system_land_in_the_same_grid(tmp_path: Path, places: Places, crs: str) -> None:
    lon, lat = np.array([114.0051, 114.0149, 114.5]), np.array([30.0149, 30.0149, 30.0])
    if crs.startswith("EPSG"):
        x, y = geopandas.GeoSeries(shapely.points(lon, lat), crs=4326).to_crs(crs).get_coordinates().to_numpy().T
    else:
        x, y = from_wgs84(lon, lat, crs)
    pq.write_table(pa.table({"east": x, "north": y}), tmp_path / "in.parquet")
    wanted = Wanted("east", "north", crs)
    done = locate_file(tmp_path / "in.parquet", tmp_path / "out.parquet", places, wanted)
    assert pq.read_table(tmp_path / "out.parquet")["grid"].to_pylist() == ["G2", "G3", None]
    assert done.counts == Counts(3, 2, 1, 0)


def test_parquet_keeps_types_compression_and_every_row_group(tmp_path: Path, places: Places, monkeypatch) -> None:
    table = pa.table(
        {
            "at": pa.array([dt.datetime(2026, 1, 1, tzinfo=dt.UTC)] * 5000, pa.timestamp("us", tz="Asia/Shanghai")),
            "lon": pa.array(np.linspace(113.99, 114.03, 5000), pa.float32()),
            "lat": pa.array(["30.005"] * 5000),
            "more": pa.array([[1, None]] * 5000),
        }
    )
    pq.write_table(table, tmp_path / "in.parquet", compression="zstd", row_group_size=700)
    monkeypatch.setattr(parquet, "BATCH_BYTES", 1)  # so small that a batch is the smallest there is
    told: list[tuple[str, int, int]] = []
    locate_file(tmp_path / "in.parquet", tmp_path / "out.parquet", places, tell=lambda *step: told.append(step))
    out = pq.ParquetFile(tmp_path / "out.parquet")
    assert out.read().select(table.schema.names).equals(table)
    assert out.schema_arrow.names == [*table.schema.names, "grid"]
    assert out.metadata.row_group(0).column(0).compression == "ZSTD"
    assert out.metadata.num_row_groups == 5 and told[-1] == ("Placing in.parquet", 5000, 5000)


def test_wide_rows_make_short_batches(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": [f"{i:050}" * 20 for i in range(5000)]}), tmp_path / "wide.parquet")
    with pq.ParquetFile(tmp_path / "wide.parquet") as wide:
        assert parquet._batch_rows(wide.metadata) <= batches.BATCH_BYTES // 1000
    pq.write_table(pa.table({"x": np.zeros(100)}), tmp_path / "narrow.parquet")
    with pq.ParquetFile(tmp_path / "narrow.parquet") as narrow:
        assert parquet._batch_rows(narrow.metadata) <= batches.BATCH_ROWS


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("in.csv", "lon,lat\n114.0,30.0\n1,2,3\n", "Row #3: Expected 2 columns, got 3"),
        ("in.csv", "lon,lat,grid\n114.0,30.0,x\n", "already has a column 'grid'"),
        ("in.csv", "经度,纬,备注\n114.0,30.0,x\n", "no column for lat.*--lat COLUMN"),
        ("in.csv", "lon,x,lat\n114.0,1,30.0\n", r"several columns \(lon, x\) for lon"),
        ("in.csv", "", "no headings"),
        ("in.parquet", "PAR1 but not really", "in.parquet cannot be read as Parquet"),
        ("in.xlsx", "", "neither CSV, TSV nor Parquet"),
    ],
)
def test_what_cannot_be_placed_is_refused_and_leaves_nothing(
    tmp_path: Path, places: Places, name: str, text: str, message: str
) -> None:
    source = write(tmp_path / name, text)
    with pytest.raises(BadInput, match=message):
        locate_file(source, tmp_path / f"out{source.suffix}", places)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_damaged_archive_leaves_nothing(tmp_path: Path, places: Places) -> None:
    whole = gzip.compress(b"lon,lat\n" + b"114.005,30.005\n" * 200_000)
    (tmp_path / "in.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadFile):
        locate_file(tmp_path / "in.csv.gz", tmp_path / "out.csv.gz", places)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv.gz"]


def test_an_output_that_is_there_is_replaced_only_by_a_whole_one(tmp_path: Path, places: Places) -> None:
    source = write(tmp_path / "in.csv", "lon,lat\n114.0,30.0\n1,2,3\n")
    write(tmp_path / "out.csv", "before")
    with pytest.raises(BadFile):
        locate_file(source, tmp_path / "out.csv", places)
    assert (tmp_path / "out.csv").read_text() == "before"
    with pytest.raises(BadInput, match="the same"):
        locate_file(source, source, places)
    with pytest.raises(BadInput, match="one kind"):
        locate_file(source, tmp_path / "out.parquet", places)
    (tmp_path / "folder").mkdir()
    pq.write_table(scattered(10), tmp_path / "folder" / "a.parquet")
    with pytest.raises(Conflict, match="is a folder that is there already"):
        locate_file(tmp_path / "folder", tmp_path, places)
    with pytest.raises(BadInput, match="one file"):
        locate_file(source, tmp_path / "out.csv", places, dask="local:2")
    with pytest.raises(BadInput, match="is no scheduler"):
        locate_file(tmp_path / "folder", tmp_path / "new", places, dask="elsewhere")


def test_polygons_that_cannot_be_used_are_refused(tmp_path: Path, polygons: Path) -> None:
    with pytest.raises(BadInput, match="no field 'name'"):
        places_of_polygons(polygons, "name")
    geopandas.GeoDataFrame({"code": ["a"]}, geometry=[shapely.Point(1, 2)], crs=4326).to_file(tmp_path / "p.gpkg")
    with pytest.raises(BadFile, match="row 1: the shape is no polygon"):
        places_of_polygons(tmp_path / "p.gpkg", "code")
    geopandas.GeoDataFrame({"code": ["a", None]}, geometry=[G1, G2], crs=4326).to_file(tmp_path / "n.gpkg")
    with pytest.raises(BadFile, match="row 2: no code"):
        places_of_polygons(tmp_path / "n.gpkg", "code")


def test_polygons_in_metres_answer_for_degrees(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"code": ["G1", "G2"]}, geometry=[G1, G2], crs=4326).to_crs(32650)
    frame.to_file(tmp_path / "metres.gpkg")
    source = write(tmp_path / "in.csv", "lon,lat\n114.015,30.005\n114.005,30.015\n")
    locate_file(source, tmp_path / "out.csv", places_of_polygons(tmp_path / "metres.gpkg", "code"))
    assert [row[-1] for row in cells(tmp_path / "out.csv")] == ["grid", "G1", "G2"]


def test_a_plan_gives_block_and_grid(tmp_path: Path, settled: Settings) -> None:
    middles = [world.in_block(col, row) for row in (0, 1) for col in (0, 1)]
    pq.write_table(
        pa.table({"lon": [x for x, _ in middles] + [100.0], "lat": [y for _, y in middles] + [30.0]}),
        tmp_path / "in.parquet",
    )
    store = open_project(settled, create=False)
    try:
        with store.write() as session:
            now = plans.current(session, world.NOW)
            draft = plans.add(
                session, uid=ids.new_uid(), name="draft", state="draft", low=1, high=9, counted="households",
                created_at=world.NOW,
            )  # fmt: skip
            blocks, grids = plans.blocks_by_code(session), plans.grids_by_code(session)
            plans.assign(session, draft, np.array([blocks["B1"], blocks["B4"]]), np.array([grids["G2"]] * 2))
            uid = session.get(GridPlan, draft).uid
        placed = {}
        for name, plan in (("now", None), ("draft", uid), ("named", "draft"), ("same", now.uid)):
            by = places_of_plan(store, plan, world.NOW)
            done = locate_file(tmp_path / "in.parquet", tmp_path / f"{name}.parquet", by)
            table = pq.read_table(tmp_path / f"{name}.parquet")
            placed[name] = (table["block"].to_pylist(), table["grid"].to_pylist(), done.counts)
        with pytest.raises(NotFound, match="no plan 'nowhere'"):
            places_of_plan(store, "nowhere", world.NOW)
    finally:
        store.close()
    blocks_found = ["B1", "B2", "B3", "B4", None]
    assert placed["now"] == placed["same"] == (blocks_found, ["G1", "G1", "G2", None, None], Counts(5, 3, 2, 0))
    assert placed["draft"] == (blocks_found, ["G2", None, None, "G2", None], Counts(5, 2, 3, 0))


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["locate", *arguments])
    return int(caught.value.code or 0)


def test_the_command_tells_what_became_of_the_rows(
    tmp_path: Path, polygons: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path / "in.csv", "lon,lat,grid\n114.005,30.005,a\n115,30,b\n,,c\n")
    code = run(
        str(source),
        str(tmp_path / "out.csv"),
        "--polygons",
        str(polygons),
        "--code",
        "code",
        "--prefix",
        "my_",
        "--json",
    )
    out, err = capsys.readouterr()
    counts = json.loads(out.splitlines()[-1])
    assert code == 0
    assert counts.items() >= {"rows": 3, "located": 1, "outside": 1, "unusable": 1}.items()
    assert "rows 3   in a grid 1   in no grid 1   without usable coordinates 1" in err
    assert cells(tmp_path / "out.csv")[1] == ["114.005", "30.005", "a", "G1"]


def test_the_command_warns_when_nothing_lies_in_a_grid(
    tmp_path: Path, polygons: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path / "in.csv", "lon,lat\n30.005,14.005\n")
    assert run(str(source), str(tmp_path / "out.csv"), "--polygons", str(polygons), "--code", "code") == 0
    assert "no row lies in a grid. Check --crs" in capsys.readouterr().err
    assert run(str(source), str(tmp_path / "out.csv"), "--polygons", str(polygons)) == 2
    assert "--code FIELD" in capsys.readouterr().err


def test_the_command_places_by_the_plan_in_force(
    tmp_path: Path, settled: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRIDMAP_DB", settled.db)
    lon, lat = world.in_block(0, 1)
    source = write(tmp_path / "in.csv", f"lon,lat\n{lon},{lat}\n")
    assert run(str(source), str(tmp_path / "out.csv")) == 0
    assert cells(tmp_path / "out.csv") == [["lon", "lat", "block", "grid"], [str(lon), str(lat), "B3", "G2"]]
    assert "placed by plan" in capsys.readouterr().err
