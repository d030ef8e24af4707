"""What stands in the district, streets and tracks; and the file of rejected rows."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest
import shapely

from gridmap.errors import BadInput, Conflict, NotFound
from gridmap.services.exchange import RowsRefused, import_file
from gridmap.store.engine import Store


def test_households_stand_in_buildings_and_count_for_their_grid(bench: Any, square: Any, place: Any) -> None:
    bench.run("grids", bench.drawing("AB", name="grids.geojson"))
    bench.run("areas", bench.csv("code,name,level\nX1,春天雅居,compound\n", "areas.csv"))
    houses = [
        ({"code": "B1", "compound_code": "X1", "number": "6", "aliases": "六号楼；大楼"}, square(0, 0).buffer(-0.003))
    ]
    assert bench.run("buildings", bench.geojson(houses, "b.geojson")).located == 1
    lon, lat = place(0.5, 0.5)
    rows = f"H1,B1,2,702,1,3,{lon},{lat}\nH2,B1,2,703,2,,{lon},{lat}\nH3,,,,,1,{lon + 0.01},{lat}\n"
    report = bench.run(
        "households", bench.csv("code,building_code,unit,room,count,residents,lon,lat\n" + rows, "h.csv")
    )
    assert (report.stored, report.located) == (3, 3)
    assert bench.rows(
        "SELECT g.code, o.households FROM grid_outline o JOIN grid g ON g.id = o.grid_id ORDER BY g.code"
    ) == [
        ("A", 3),
        ("B", 1),
    ]
    assert bench.one("SELECT count(*) FROM household WHERE building_id IS NOT NULL") == 2
    assert {name for (name,) in bench.rows("SELECT name FROM building_alias")} == {"六号楼", "大楼"}


@pytest.mark.parametrize(
    ("layer", "head", "row", "cause"),
    [
        (
            "households",
            "code,building_code,lon,lat",
            "H1,B9,114.97,30.17",
            "building_code names no building that is stored",
        ),
        ("units", "name,building_code,lon,lat", "店,B9,114.97,30.17", "building_code names no building that is stored"),
        ("units", "name,lon,lat", ",114.97,30.17", "name is empty"),
        ("households", "code,count,lon,lat", "H1,-1,114.97,30.17", "count is below 0"),
        ("households", "code,residents,lon,lat", "H1,2.5,114.97,30.17", "residents is no whole number"),
        ("cameras", "code,bearing_deg,lon,lat", "K1,361,114.97,30.17", "bearing_deg is above 360"),
        ("sites", "name,kind,lon,lat", f"学校,{'很' * 41},114.97,30.17", "kind is longer than 40 characters"),
    ],
)
def test_bad_rows_of_standing_things(bench: Any, layer: str, head: str, row: str, cause: str) -> None:
    with pytest.raises(RowsRefused) as caught:
        bench.run(layer, bench.csv(f"{head}\n{row}\n"))
    assert caught.value.report.causes[0].text == cause


def test_every_row_is_one_household_where_no_column_says_more(bench: Any) -> None:
    report = bench.run("households", bench.csv("code,population,lon,lat\nH1,20,114.97,30.17\n"))
    assert bench.rows("SELECT count, residents FROM household") == [(1, 20)]
    assert any("one household" in note for note in report.notes)


def test_sites_and_ground_take_any_shape(bench: Any, square: Any) -> None:
    shapes = [square(0, 0), square(1, 0).centroid, shapely.LineString([(114.97, 30.17), (114.98, 30.17)])]
    rows = [({"name": f"n{i}", "kind": "railway"}, shape) for i, shape in enumerate(shapes)]
    assert bench.run("ground", bench.geojson(rows)).stored == 3
    assert bench.run("sites", bench.geojson(rows)).stored == 3


def test_streets_come_in_our_four_classes_with_theirs_kept(bench: Any) -> None:
    line = shapely.LineString([(114.97, 30.17), (114.98, 30.17)])
    rows = [({"name": "杭州西路", "highway": name}, line) for name in ("primary", "['path', 'steps']", "raceway")]
    report = bench.run("streets", bench.geojson(rows))
    assert [c for (c,) in bench.rows("SELECT street_class FROM street ORDER BY id")] == ["trunk", "path", "lane"]
    assert any("raceway" in warning for warning in report.warnings)
    kept = bench.one("SELECT attributes FROM street ORDER BY id")
    assert (kept if isinstance(kept, dict) else json.loads(kept)) == {"class": "primary"}


def test_equal_streets_of_one_file_are_all_stored(bench: Any) -> None:
    line = shapely.LineString([(114.97, 30.17), (114.98, 30.17)])  # two-way streets stand twice
    path = bench.geojson([({"name": "路", "class": "lane"}, line)] * 2)
    assert bench.run("streets", path).stored == 2
    assert bench.run("streets", path).known == 2


TRACK = """code,time,lon,lat,accuracy_m
W1,2024-03-05 20:00:10,114.9701,30.1701,5
W1,2024-03-05 20:00:00,114.9700,30.1700,5
W1,2024-03-05 20:00:20,114.9702,30.1701,
W1,2024-03-05 20:09:00,114.9750,30.1750,8
W1,2024-03-05 20:09:10,114.9751,30.1750,8
W2,2024-03-05 21:00:00,114.9700,30.1700,5
"""


def test_a_track_is_its_points_in_order_of_time_and_a_gap_stays_a_gap(bench: Any) -> None:
    path = bench.csv(TRACK)
    assert bench.run("tracks", path).stored == 6
    tracks = bench.rows("SELECT source_id, ST_NumGeometries(geom), started_at, ended_at FROM track ORDER BY source_id")
    assert [(code, parts) for code, parts, _, _ in tracks] == [("W1", 2), ("W2", None)]
    assert str(tracks[0][2]).startswith("2024-03-05 12:00:00")
    assert str(tracks[0][3]).startswith("2024-03-05 12:09:10")
    fixes = bench.rows(
        "SELECT f.seq, f.lon FROM fix f JOIN track t ON t.id = f.track_id WHERE t.source_id = 'W1' ORDER BY f.seq"
    )
    assert fixes == [(0, 114.97), (1, 114.9701), (2, 114.9702), (3, 114.975), (4, 114.9751)]
    assert bench.run("tracks", path).known == 6


def test_a_track_changes_as_a_whole(bench: Any) -> None:
    bench.run("tracks", bench.csv(TRACK))
    longer = bench.csv(TRACK + "W1,2024-03-05 20:09:20,114.9752,30.1750,8\n", "longer.csv")
    with pytest.raises(RowsRefused) as caught:
        bench.run("tracks", longer)
    assert caught.value.report.bad == 6
    report = bench.run("tracks", longer, update=True)
    assert (report.updated, report.known) == (6, 1)
    assert bench.one("SELECT count(*) FROM fix") == 7


def test_points_of_a_track_without_a_time_are_bad(bench: Any) -> None:
    with pytest.raises(RowsRefused) as caught:
        bench.run("tracks", bench.csv("code,time,lon,lat\nW1,,114.97,30.17\n"))
    assert caught.value.report.causes[0].text == "a point of a track needs a time"


def test_a_time_that_cannot_be_read_is_not_missing_too(bench: Any) -> None:
    with pytest.raises(RowsRefused) as caught:
        bench.run("tracks", bench.csv("code,time,lon,lat\nW1,someday,114.97,30.17\n"))
    (cause,) = caught.value.report.causes
    assert cause.examples == ((1, "someday"),)


def test_rejects_hold_row_number_reason_and_the_row_as_it_came(bench: Any) -> None:
    rejects = bench.folder / "rejects.csv"
    text = (
        'source_id,date,lon,lat,"备注"\n1,2024-03-05,114.97,30.17,好\n'
        '2,2024-02-30,114.97,30.17," ""空格"" "\n3,2024-03-05,114.97\n'
    )
    report = bench.run("incidents", bench.csv(text), rejects=rejects)
    assert report.counts() == {"read": 3, "stored": 1, "known": 0, "rejected": 2, "located": 0, "outside": 1}
    assert rejects.read_bytes().startswith(b"\xef\xbb\xbf")  # so that a spreadsheet reads Chinese rightly
    rows = list(csv.reader(rejects.open(encoding="utf-8-sig", newline="")))
    assert rows[0] == ["row", "reason", "source_id", "date", "lon", "lat", "备注"]
    assert rows[1][0] == "2"
    assert "2024-02-30" in rows[1][1]
    assert rows[1][2:] == ["2", "2024-02-30", "114.97", "30.17", ' "空格" ']
    assert rows[2] == ["3", "has 3 values, the headings are 5", "3", "2024-03-05", "114.97"]


def test_a_rejected_text_is_no_formula_for_the_spreadsheet_it_is_corrected_in(bench: Any) -> None:
    rejects, said = bench.folder / "rejects.csv", '=HYPERLINK("http://evil.example","x")'
    text = f'date,lon,lat,address,summary,=1+1\nnever,-14.97,+30.17,@SUM(1),"{said.replace(chr(34), chr(34) * 2)}",+x\n'
    bench.run("incidents", bench.csv(text), rejects=rejects)
    headings, row = list(csv.reader(rejects.open(encoding="utf-8-sig", newline="")))
    assert headings[2:] == ["date", "lon", "lat", "address", "summary", "'=1+1"]
    assert row[2:] == ["never", "-14.97", "+30.17", "'@SUM(1)", f"'{said}", "'+x"]
    corrected = rejects.read_text(encoding="utf-8-sig").replace("never,-14.97", "2024-03-05,114.97")
    assert bench.run("incidents", bench.csv(corrected)).stored == 1
    assert bench.rows("SELECT address, summary FROM incident") == [("@SUM(1)", said)]


def test_rejected_shapes_are_written_as_text_in_their_own_system(bench: Any, square: Any) -> None:
    bow = shapely.Polygon([(114.96, 30.18), (114.98, 30.20), (114.98, 30.18), (114.96, 30.20)])
    rejects = bench.folder / "rejects.csv"
    bench.run("blocks", bench.geojson([({"code": "A"}, square(5, 5)), ({"code": "B"}, bow)]), rejects=rejects)
    (row,) = csv.DictReader(rejects.open(encoding="utf-8-sig", newline=""))
    assert shapely.from_wkt(row["geometry"]).equals(bow)
    # once repaired, the file can be imported as it is
    text = rejects.read_text(encoding="utf-8-sig").replace(row["geometry"], square(0, 0).wkt)
    assert bench.run("blocks", bench.csv(text)).stored == 1


def test_corrected_rows_of_a_file_are_new_and_the_others_known(bench: Any) -> None:
    text = "date,lon,lat\n2024-03-05,114.97,30.17\nnever,114.97,30.17\n"
    bench.run("incidents", bench.csv(text), rejects=bench.folder / "rejects.csv")
    report = bench.run("incidents", bench.csv(text), rejects=bench.folder / "rejects.csv")
    assert (report.known, report.rejected, report.stored) == (1, 1, 0)


def test_rejects_must_not_overwrite_the_file_itself(bench: Any) -> None:
    path = bench.csv("date,lon,lat\nnever,114.97,30.17\n")
    with pytest.raises(BadInput, match="names the file to import"):
        bench.run("incidents", path, rejects=path)
    with pytest.raises(BadInput, match="cannot be written"):
        bench.run("incidents", path, rejects=bench.folder / "nowhere" / "rejects.csv")


def test_the_demo_is_not_imported_into_by_accident(bench: Any) -> None:
    path = bench.csv("date,lon,lat\n2024-03-05,114.97,30.17\n")
    with bench.store.write() as session:
        session.connection().exec_driver_sql("UPDATE project SET demo_version = '1'")
    with pytest.raises(Conflict, match="demo") as caught:
        bench.run("incidents", path)
    assert "GRIDMAP_DB" in caught.value.hint
    assert bench.run("incidents", path, into_demo=True).stored == 1


def test_the_base_map_is_made_anew_with_what_it_shows(bench: Any, square: Any) -> None:
    picture = bench.settings.basemap_dir / "basemap.pmtiles"
    bench.run("incidents", bench.csv("date,lon,lat\n2024-03-05,114.97,30.17\n"), with_basemap=True)
    assert not picture.exists()  # incidents are not in it
    bench.run("ground", bench.geojson([({"kind": "water"}, square(0, 0))]), with_basemap=True)
    assert picture.read_bytes().startswith(b"PMTiles")


def test_a_failing_base_map_does_not_undo_the_import(bench: Any, square: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BadInput("tippecanoe is missing.", "Install it.")

    monkeypatch.setattr("gridmap.services.exchange.importer.basemap.build", fail)
    report = bench.run("ground", bench.geojson([({"kind": "water"}, square(0, 0))]), with_basemap=True)
    assert report.stored == 1
    assert "tippecanoe is missing" in report.warnings[0]
    assert bench.one("SELECT count(*) FROM ground") == 1


def test_layers_and_projects_that_do_not_exist(bench: Any, store: Store, settings: Any) -> None:
    with pytest.raises(BadInput, match="no layer 'people'"):
        bench.run("people", bench.csv("a,b\n1,2\n"))
    with bench.store.write() as session:
        session.connection().exec_driver_sql("DELETE FROM project")
    with pytest.raises(NotFound, match="no project"):
        import_file(store, settings, "incidents", bench.csv("a,b\n1,2\n"))
