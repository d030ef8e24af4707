"""Areas, blocks and grids: the tree, coverages, plans, and what is placed when ground arrives later."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely

from gridmap.commands.importing import report_lines
from gridmap.errors import CrsMismatch
from gridmap.services.exchange import RowsRefused

OPEN_TWICE = "an area with this code has no end yet (valid_to)"
TREE = """code,name,level,parent_code,aliases
420204,下陆区,district,,
420204004,团城山街道,street,420204,团城山
420204004001,马鞍山社区,community,420204004,马鞍山;鞍山社区
"""
INCIDENTS = "source_id,date,lon,lat\n"
WHERE = (
    "SELECT i.source_id, b.code, g.code FROM incident i LEFT JOIN block b ON b.id = i.block_id "
    "LEFT JOIN grid g ON g.id = i.grid_id ORDER BY i.id"
)


def plans(bench: Any) -> list[tuple[Any, ...]]:
    return bench.rows("SELECT name, state, valid_from, valid_to FROM grid_plan ORDER BY id")


def assigned(bench: Any, plan: str) -> dict[str, str]:
    return dict(
        bench.rows(
            "SELECT b.code, g.code FROM assignment a JOIN block b ON b.id = a.block_id JOIN grid g ON g.id = a.grid_id "
            f"JOIN grid_plan p ON p.id = a.plan_id WHERE p.name = '{plan}' ORDER BY b.code"
        )
    )


# --- areas ---


def test_a_tree_without_shapes(bench: Any) -> None:
    report = bench.run("areas", bench.csv(TREE))
    assert (report.stored, report.crs) == (3, "none")
    assert bench.rows("SELECT c.code, p.code FROM area c LEFT JOIN area p ON p.id = c.parent_id ORDER BY c.code") == [
        ("420204", None),
        ("420204004", "420204"),
        ("420204004001", "420204004"),
    ]
    assert {name for (name,) in bench.rows("SELECT name FROM area_alias")} == {"团城山", "马鞍山", "鞍山社区"}
    assert bench.run("areas", bench.csv(TREE)).known == 3


def test_level_and_parent_are_read_from_codes_of_the_scheme(bench: Any) -> None:
    bench.run("areas", bench.csv("编码,名称\n420204004001,马鞍山社区\n420204,下陆区\n420204004,团城山街道\n"))
    assert bench.rows("SELECT c.level, p.code FROM area c LEFT JOIN area p ON p.id = c.parent_id ORDER BY c.code") == [
        ("district", None),
        ("street", "420204"),
        ("community", "420204004"),
    ]


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("X1,Somewhere,planet,", "level is none of"),
        ("X1,Somewhere,,", "level is none of"),
        ("X1,Somewhere,community,999", "parent_code names no area"),
        ("X1,Somewhere,street,420204004001", "a street cannot lie below a community"),
        ("X1,,community,", "name is empty"),
        (",Somewhere,community,", "code is empty"),
    ],
)
def test_impossible_areas(bench: Any, row: str, cause: str) -> None:
    with pytest.raises(RowsRefused) as caught:
        bench.run("areas", bench.csv(TREE + row + ",\n"))
    assert cause in caught.value.report.causes[0].text
    assert caught.value.report.causes[0].examples[0][0] == 4


def test_the_child_of_a_bad_row_is_bad(bench: Any) -> None:
    rejects = bench.folder / "rejects.csv"
    report = bench.run("areas", bench.csv(TREE.replace(",street,", ",streets,")), rejects=rejects)
    assert (report.stored, report.rejected) == (1, 2)
    assert "its parent is itself a bad row" in rejects.read_text(encoding="utf-8-sig")


def test_the_top_may_name_a_parent_beyond_the_project(bench: Any) -> None:
    report = bench.run("areas", bench.csv("\n".join(TREE.splitlines()[:1] + TREE.splitlines()[2:]) + "\n"))
    assert report.stored == 2
    assert any("420204" in note for note in report.notes)


def test_days_of_validity(bench: Any) -> None:
    head = "code,name,level,valid_from,valid_to\n"
    twice = head + "1,Old,community,2000-01-01,2019-12-31\n1,New,community,2020-01-01,\n"
    assert bench.run("areas", bench.csv(twice)).stored == 2  # a code given again is another area
    with pytest.raises(RowsRefused) as caught:
        bench.run("areas", bench.csv(head + "2,Never,community,2020-01-02,2020-01-01\n", "b.csv"))
    assert caught.value.report.causes[0].text == "valid_to lies before valid_from"


def test_two_areas_that_both_go_on_cannot_have_one_code(bench: Any) -> None:
    head = "code,name,level,valid_from,valid_to\n"
    with pytest.raises(RowsRefused) as caught:
        bench.run("areas", bench.csv(head + "1,Old,community,2000-01-01,\n1,New,community,2020-01-01,\n"))
    assert [cause.text for cause in caught.value.report.causes] == [OPEN_TWICE]
    bench.run("areas", bench.csv(head + "1,Old,community,2000-01-01,\n", "old.csv"))
    with pytest.raises(RowsRefused) as caught:
        bench.run("areas", bench.csv(head + "1,New,community,2020-01-01,\n", "new.csv"))
    assert [cause.text for cause in caught.value.report.causes] == [OPEN_TWICE]
    both = head + "1,Old,community,2000-01-01,2019-12-31\n1,New,community,2020-01-01,\n"
    report = bench.run("areas", bench.csv(both, "both.csv"), update=True)
    assert (report.updated, report.stored) == (1, 2)


def test_renaming_an_area_replaces_its_other_names(bench: Any) -> None:
    bench.run("areas", bench.csv(TREE))
    bench.run("areas", bench.csv(TREE.replace("马鞍山;鞍山社区", "新名")), update=True)
    names = bench.rows("SELECT n.name FROM area_alias n JOIN area a ON a.id = n.area_id WHERE a.code = '420204004001'")
    assert names == [("新名",)]


# --- blocks ---


def test_blocks_belong_to_the_community_they_lie_in(bench: Any, square: Any) -> None:
    community = shapely.union_all([square(0, 0), square(1, 0)])
    bench.run("areas", bench.geojson([({"code": "C1", "name": "一社区", "level": "社区"}, community)], "areas.geojson"))
    bench.run("blocks", bench.drawing("AAB"))
    assert bench.rows(
        "SELECT b.code, a.code FROM block b LEFT JOIN area a ON a.id = b.community_id ORDER BY b.code"
    ) == [
        ("A", "C1"),
        ("B", None),
    ]


def test_communities_that_come_later_take_their_blocks_and_grids(bench: Any, square: Any) -> None:
    bench.run("grids", bench.drawing("AAB"))
    rows = [
        ({"code": "C1", "name": "一社区", "level": "社区"}, square(0, 0).buffer(0.02)),
        ({"code": "X", "level": "小区", "name": "院"}, square(2, 0)),
    ]
    report = bench.run("areas", bench.geojson(rows[:1], "areas.geojson"))
    assert report.placed == {"blocks": 2, "grids": 2}
    joined = "SELECT g.code, a.code FROM grid g LEFT JOIN area a ON a.id = g.community_id ORDER BY g.code"
    assert bench.rows(joined) == [("A", "C1"), ("B", "C1")]
    # a compound is no community
    assert bench.run("areas", bench.geojson(rows[1:], "compound.geojson")).placed == {}


def test_unknown_references_are_bad_rows(bench: Any, square: Any) -> None:
    with pytest.raises(RowsRefused) as caught:
        bench.run("blocks", bench.drawing("A", community_code="C9"))
    assert caught.value.report.causes[0].text == "community_code names no area that is stored"


def test_an_overlap_refuses_the_row_with_the_higher_code(bench: Any, square: Any) -> None:
    wide = shapely.box(*square(0, 0).buffer(0.001, cap_style="square").bounds)
    rows = [({"code": "A"}, wide), ({"code": "B"}, square(1, 0)), ({"code": "C"}, square(5, 5))]
    with pytest.raises(RowsRefused) as caught:
        bench.run("blocks", bench.geojson(rows))
    report = caught.value.report
    assert report.bad == 1
    ((row, told),) = report.causes[0].examples
    assert row == 2
    assert "A and B overlap by" in told
    assert "at lon 114.97" in told
    (finding,) = [finding for finding in report.findings if finding.refuses]
    # 0.001 by 0.01 degrees at this latitude: 96 m by 1,109 m
    assert finding.area_m2 == pytest.approx(96.3 * 1109, rel=0.01)
    assert bench.run("blocks", bench.geojson(rows), rejects=bench.folder / "rejects.csv").stored == 2


def test_a_row_that_overlaps_several_others_is_one_bad_row(bench: Any, square: Any) -> None:
    wide = shapely.box(*square(1, 0).buffer(0.001, cap_style="square").bounds)
    rows = [({"code": code}, square(i, 0)) for i, code in enumerate("ABC")]
    with pytest.raises(RowsRefused) as caught:
        bench.run("blocks", bench.geojson([*rows, ({"code": "D"}, wide)]))
    (cause,) = caught.value.report.causes
    assert (cause.count, cause.times, [row for row, _ in cause.examples]) == (1, 3, [4])
    lines = report_lines(caught.value.report, None)
    assert "  read 4   1 of 4 rows is bad; nothing of the file was stored" in lines
    assert any(line.startswith("    1 x its polygon overlaps another, 3 times in all (row 4: ") for line in lines)


def test_new_blocks_must_not_overlap_stored_ones(bench: Any) -> None:
    bench.run("blocks", bench.drawing("MM"))
    with pytest.raises(RowsRefused) as caught:
        bench.run("blocks", bench.drawing(".A", name="two.geojson"))
    assert "M and A overlap" in caught.value.report.causes[0].examples[0][1]  # the stored one is never the bad one


def test_a_line_drawn_twice_is_told_but_not_refused(bench: Any, square: Any) -> None:
    west, south, east, north = square(0, 0).bounds
    rows = [({"code": "A"}, shapely.box(west, south, east + 2e-6, north)), ({"code": "B"}, square(1, 0))]
    report = bench.run("blocks", bench.geojson(rows))
    assert report.stored == 2
    assert [(finding.kind, finding.codes, finding.refuses) for finding in report.findings] == [
        ("overlap", ("A", "B"), False)
    ]


def test_gaps_are_told_with_their_places(bench: Any) -> None:
    report = bench.run("blocks", bench.drawing("AAA", "A.A", "AAA"))
    (hole,) = report.findings
    assert (hole.kind, hole.codes) == ("hole", ("A",))
    assert (hole.lon, hole.lat) == pytest.approx((114.975, 30.185), abs=0.005)
    assert hole.area_m2 == pytest.approx(963 * 1109, rel=0.01)


def test_a_stored_border_is_not_moved_by_an_import(bench: Any) -> None:
    bench.run("blocks", bench.drawing("AAB", land_use="park"))
    again = bench.run("blocks", bench.drawing("AAB", land_use="school"), update=True)
    assert (again.updated, again.stored) == (2, 2)
    assert set(bench.rows("SELECT land_use FROM block")) == {("school",)}
    with pytest.raises(RowsRefused) as caught:
        bench.run("blocks", bench.drawing("ABB", land_use="school"), update=True)
    assert "changes only by a cut" in caught.value.report.causes[0].text


# --- grids ---


def test_grids_without_blocks_make_one_block_each_and_are_published_since_ever(bench: Any) -> None:
    report = bench.run("grids", bench.drawing("AAB", name="first.geojson"))
    assert plans(bench) == [("first.geojson", "published", None, None)]
    assert assigned(bench, "first.geojson") == {"A": "A", "B": "B"}
    assert bench.rows("SELECT blocks, households FROM grid_outline") == [(1, 0), (1, 0)]
    area_km2 = bench.one("SELECT o.area_km2 FROM grid_outline o JOIN grid g ON g.id = o.grid_id WHERE g.code = 'A'")
    assert area_km2 == pytest.approx(2 * 0.963 * 1.109, rel=0.01)
    assert bench.rows("SELECT low, high, counted FROM grid_plan") == [(400, 800, "registered_households")]
    assert report.findings == []


def test_each_block_goes_to_the_grid_with_most_of_it_and_the_rest_is_listed(bench: Any, square: Any) -> None:
    # blocks: P Q R S, a cell each; grid A ends a third into R
    bench.run("blocks", bench.drawing("PQRS"))
    west, south, _, north = square(0, 0).bounds
    border = square(2, 0).bounds[0] + 0.003
    a, b = shapely.box(west, south, border, north), shapely.box(border, south, square(2, 0).bounds[2], north)
    report = bench.run("grids", bench.geojson([({"code": "A"}, a), ({"code": "B"}, b)], "plan.geojson"), accept=True)
    assert assigned(bench, "plan.geojson") == {"P": "A", "Q": "A", "R": "B"}
    found = {(finding.kind, finding.codes): finding.area_m2 for finding in report.findings}
    assert found == {
        ("split_block", ("R", "A")): pytest.approx(0.3 * 963 * 1109, rel=0.01),
        ("block_without_grid", ("S",)): pytest.approx(963 * 1109, rel=0.01),
    }
    assert any("1 blocks lie in no grid" in warning for warning in report.warnings)
    # the outline is made of whole blocks, not of the drawing
    outline = bench.one("SELECT ST_Area(o.geom) FROM grid_outline o JOIN grid g ON g.id = o.grid_id WHERE g.code = 'A'")
    assert outline == pytest.approx(2e-4)


def test_a_second_plan_is_a_draft_and_moves_nothing(bench: Any, place: Any) -> None:
    bench.run("blocks", bench.drawing("PQR"))
    bench.run("grids", bench.drawing("AAB", name="first.geojson"))
    lon, lat = place(1.5, 0.5)
    bench.run("incidents", bench.csv(INCIDENTS + f"1,2024-03-05,{lon},{lat}\n"))
    report = bench.run("grids", bench.drawing("ABB", name="second.geojson"))
    assert (report.stored, report.known) == (2, 0)  # known codes with another border: a redraw, not a contradiction
    assert [(name, state) for name, state, _, _ in plans(bench)] == [
        ("first.geojson", "published"),
        ("second.geojson", "draft"),
    ]
    assert assigned(bench, "second.geojson") == {"P": "A", "Q": "B", "R": "B"}
    assert bench.rows(WHERE) == [("1", "Q", "A")]
    assert bench.one("SELECT count(*) FROM grid") == 2


def test_the_plan_in_force_is_known_in_any_file(bench: Any) -> None:
    bench.run("grids", bench.drawing("AAB", "ABB", name="first.geojson"))
    again = bench.run("grids", bench.drawing("AAB", "ABB", name="copy.geojson"))
    assert (again.stored, again.known) == (0, 2)
    assert len(plans(bench)) == 1


def test_other_borders_that_move_no_block_are_known_but_told(bench: Any) -> None:
    def split_at(border: float, name: str) -> Any:
        boxes = {"A": shapely.box(114.95, 30.1, border, 30.2), "B": shapely.box(border, 30.1, 114.97, 30.2)}
        return bench.geojson([({"code": code}, box) for code, box in boxes.items()], name)

    bench.run("grids", split_at(114.960, "first.geojson"))
    report = bench.run("grids", split_at(114.964, "second.geojson"))
    assert (report.stored, report.known, len(plans(bench))) == (0, 2, 1)
    (finding,) = report.findings
    assert (finding.kind, finding.codes) == ("split_block", ("B", "A"))
    assert 114.960 < finding.lon < 114.964
    assert finding.area_m2 == pytest.approx(0.004 * 96_300 * 0.1 * 110_900, rel=0.01)
    assert any("no block changes its grid" in warning for warning in report.warnings)
    assert json.loads(report.json_line())["findings"][0]["codes"] == ["B", "A"]


def test_a_code_that_stands_twice_has_one_cause(bench: Any, square: Any) -> None:
    rows = [({"code": "A", "name": name}, square(i, 0)) for i, name in enumerate(("one", "two"))]
    path = bench.geojson(rows)
    with pytest.raises(RowsRefused) as caught:
        bench.run("grids", path, dry_run=True)
    (cause,) = caught.value.report.causes
    assert (cause.text, cause.examples) == ("code stands twice in the file", ((2, "A, first in row 1"),))


def test_a_draft_imported_twice_is_one_draft(bench: Any) -> None:
    bench.run("blocks", bench.drawing("PQR"))
    bench.run("grids", bench.drawing("AAB", name="first.geojson"))
    draft = bench.drawing("ABB", name="second.geojson")
    bench.run("grids", draft)
    assert bench.run("grids", draft).known == 2
    assert len(plans(bench)) == 2


def test_a_grid_code_twice_in_a_file_is_bad_whatever_it_says(bench: Any, square: Any) -> None:
    with pytest.raises(RowsRefused) as caught:
        bench.run("grids", bench.geojson([({"code": "A"}, square(0, 0)), ({"code": "A"}, square(1, 0))]))
    assert caught.value.report.causes[0].text == "code stands twice in the file"


def test_another_name_for_a_stored_grid_needs_update(bench: Any) -> None:
    bench.run("blocks", bench.drawing("PQR"))
    bench.run("grids", bench.drawing("AAB", name="first.geojson"))
    renamed = bench.drawing("ABB", name="second.geojson", kind="market")
    with pytest.raises(RowsRefused):
        bench.run("grids", renamed)
    assert bench.run("grids", renamed, update=True).updated == 2
    assert set(bench.rows("SELECT kind FROM grid")) == {("market",)}


def test_new_blocks_under_a_plan_are_said_to_have_no_grid(bench: Any, place: Any) -> None:
    bench.run("blocks", bench.drawing("PQ"))
    bench.run("grids", bench.drawing("AA", name="first.geojson"))
    report = bench.run("blocks", bench.drawing("..RS", name="more.geojson"))
    assert report.warnings == ["2 of these blocks belong to no grid of the plan in force."]
    lon, lat = place(2.5, 0.5)
    incidents = bench.run("incidents", bench.csv(INCIDENTS + f"1,2024-03-05,{lon},{lat}\n"))
    assert incidents.outside == 1
    assert bench.rows(WHERE) == [("1", "R", None)]


def test_drafts_are_counted_again_too(bench: Any, place: Any) -> None:
    bench.run("blocks", bench.drawing("PQR"))
    bench.run("grids", bench.drawing("AAB", name="first.geojson"))
    bench.run("grids", bench.drawing("ABB", name="second.geojson"))
    lon, lat = place(1.5, 0.5)
    bench.run("households", bench.csv(f"code,count,lon,lat\nH1,7,{lon},{lat}\n"))
    counted = bench.rows(
        "SELECT p.name, g.code, o.households FROM grid_outline o JOIN grid g ON g.id = o.grid_id "
        "JOIN grid_plan p ON p.id = o.plan_id ORDER BY p.id, g.code"
    )
    assert counted == [
        ("first.geojson", "A", 7),
        ("first.geojson", "B", 0),
        ("second.geojson", "A", 0),
        ("second.geojson", "B", 7),
    ]


# --- what came before its ground ---


def test_incidents_households_and_buildings_are_placed_when_ground_arrives(bench: Any, place: Any, square: Any) -> None:
    inside, beside = place(0.5, 0.5), place(2.5, 0.5)
    rows = f"1,2024-03-05,{inside[0]},{inside[1]}\n2,2024-03-05,{beside[0]},{beside[1]}\n"
    first = bench.run("incidents", bench.csv(INCIDENTS + rows))
    assert (first.located, first.outside) == (0, 2)
    bench.run("households", bench.csv(f"code,count,lon,lat\nH1,3,{inside[0]},{inside[1]}\n", "h.csv"))
    bench.run("buildings", bench.geojson([({"code": "B1"}, square(0, 0).buffer(-0.002))], "b.geojson"))

    report = bench.run("blocks", bench.drawing("PQ", name="blocks.geojson"))
    assert report.placed == {"buildings": 1, "households": 1, "incidents": 1}
    assert bench.rows(WHERE) == [("1", "P", None), ("2", None, None)]

    report = bench.run("grids", bench.drawing("AA", name="grids.geojson"))
    assert report.placed == {"incidents": 1}
    assert bench.rows(WHERE) == [("1", "P", "A"), ("2", None, None)]
    assert bench.rows("SELECT households, blocks FROM grid_outline") == [(3, 2)]


# --- extent ---


def test_the_first_import_sets_extent_and_projection(bench: Any, place: Any) -> None:
    lon, lat = place(0, 0)
    bench.run("incidents", bench.csv(INCIDENTS + f"1,2024-03-05,{lon},{lat}\n"))
    west, south, east, north, projection = bench.rows(
        "SELECT min_lon, min_lat, max_lon, max_lat, projection FROM project"
    )[0]
    assert (north - lat) * 111.32 == pytest.approx(5, rel=0.01)
    assert (lon - west) * 96.2 == pytest.approx(5, rel=0.01)
    assert (east - lon, lat - south) == pytest.approx((lon - west, north - lat))
    assert "+lon_0=114.96" in projection


def test_other_layers_stay_within_and_ground_widens(bench: Any, place: Any) -> None:
    bench.run("blocks", bench.drawing("PQ"))
    before = bench.rows("SELECT min_lon, min_lat, max_lon, max_lat, projection FROM project")[0]
    lon, lat = place(30, 0)
    far = bench.csv(INCIDENTS + f"1,2024-03-05,{lon},{lat}\n")
    with pytest.raises(RowsRefused) as caught:
        bench.run("incidents", far)
    assert caught.value.report.causes[0].text == "it lies beyond the project's extent"
    bench.run("blocks", bench.drawing("." * 30 + "Z", name="far.geojson"))
    after = bench.rows("SELECT min_lon, min_lat, max_lon, max_lat, projection FROM project")[0]
    assert after[:2] == before[:2]
    assert after[2] > before[2] + 0.2
    assert after[4] == before[4]
    assert bench.run("incidents", far).outside == 1


def test_a_row_on_the_other_side_of_the_world_does_not_set_the_extent(bench: Any, place: Any) -> None:
    places = "".join(f"{i},2024-03-05,{place(i, 0)[0]},{place(i, 0)[1]}\n" for i in range(3))
    path = bench.csv(INCIDENTS + places + "9,2024-03-05,-1.6,54.9\n")
    with pytest.raises(RowsRefused) as caught:
        bench.run("incidents", path)
    assert caught.value.report.causes[0].examples == ((4, "lon -1.60000, lat 54.90000"),)
    assert bench.one("SELECT min_lon FROM project") is None
    bench.run("incidents", path, rejects=bench.folder / "rejects.csv")
    assert bench.one("SELECT min_lon FROM project") > 114


def test_ground_of_another_city_does_not_widen_the_extent(bench: Any) -> None:
    bench.run("blocks", bench.drawing("PQ"))
    with pytest.raises(RowsRefused) as caught:
        bench.run(
            "blocks", bench.geojson([({"code": "X"}, shapely.box(126.5, 43.8, 126.6, 43.9))], "changchun.geojson")
        )
    assert "300 km from the middle of the project" in caught.value.report.causes[0].text


def test_a_wrong_crs_is_seen_by_the_extent(bench: Any, place: Any) -> None:
    bench.run("blocks", bench.drawing("PQ"))
    lon, lat = place(0.5, 0.5)
    path = bench.csv(INCIDENTS + f"1,2024-03-05,{lon},{lat}\n")
    with pytest.raises((RowsRefused, CrsMismatch)):
        bench.run("incidents", path, crs="EPSG:32650")
    assert bench.one("SELECT count(*) FROM incident") == 0
