"""Incidents: placed in blocks and grids, known again, given case numbers, kinds and times."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from gridmap.domain.incidents import Amendment
from gridmap.errors import BadFile
from gridmap.services import amending
from gridmap.services.exchange import RowsRefused

NOW = dt.datetime(2024, 7, 1, 4, 0, tzinfo=dt.UTC)
HEAD = "source_id,kind,occurred_at,lon,lat\n"


def line(number: int, place: tuple[float, float], kind: str = "order.noise", at: str = "2024-03-05 18:30") -> str:
    return f"{number},{kind},{at},{place[0]},{place[1]}\n"


def test_every_incident_has_its_block_grid_and_plan(bench: Any, place: Any) -> None:
    # A A B
    # A B B
    bench.run("grids", bench.drawing("AAB", "ABB"))
    places = [place(0.5, 0.5), place(1.5, 0.5), place(2.5, 1.5), place(1, 1), place(2, 0.5), place(3.4, 0.5)]
    report = bench.run("incidents", bench.csv(HEAD + "".join(line(i, p) for i, p in enumerate(places))))
    assert report.counts() == {"read": 6, "stored": 6, "known": 0, "rejected": 0, "located": 5, "outside": 1}
    found = bench.rows(
        "SELECT b.code, g.code, i.plan_id IS NOT NULL FROM incident i LEFT JOIN block b ON b.id = i.block_id "
        "LEFT JOIN grid g ON g.id = i.grid_id ORDER BY i.id"
    )
    # on the shared corner and on the shared border: the lower code has it
    assert [(block, grid, bool(plan)) for block, grid, plan in found] == [
        ("A", "A", True),
        ("A", "A", True),
        ("B", "B", True),
        ("A", "A", True),
        ("A", "A", True),
        (None, None, False),
    ]


def test_times_are_utc_and_days_local(bench: Any, place: Any) -> None:
    bench.run("incidents", bench.csv(HEAD + line(1, place(0, 0), at="2024-03-05 00:30")))
    at, on, precision = bench.rows("SELECT occurred_at, occurred_on, precision FROM incident")[0]
    assert str(at).startswith("2024-03-04 16:30:00")
    assert str(on) == "2024-03-05"
    assert precision == "minute"


def test_a_month_column_gives_month_precision(bench: Any, place: Any) -> None:
    lon, lat = place(0, 0)
    report = bench.run("incidents", bench.csv(f"month,lon,lat\n2024-03,{lon},{lat}\n2024-03-17,{lon},{lat}\n"))
    assert report.stored == 2
    assert {
        (str(on), precision, at)
        for on, precision, at in bench.rows("SELECT occurred_on, precision, occurred_at FROM incident")
    } == {("2024-03-01", "month", None)}


def test_times_days_and_months_in_one_column(bench: Any, place: Any) -> None:
    given = ("2024-03-05 08:30", "2024-03-06", "2024年3月", "202404")
    report = bench.run(
        "incidents", bench.csv(HEAD + "".join(line(n, place(0, 0), at=at) for n, at in enumerate(given)))
    )
    assert (report.stored, report.rejected) == (4, 0)
    assert [
        (str(on), precision, at is None)
        for on, precision, at in bench.rows(
            "SELECT occurred_on, precision, occurred_at FROM incident ORDER BY source_id"
        )
    ] == [
        ("2024-03-05", "minute", False),
        ("2024-03-06", "day", True),
        ("2024-03-01", "month", True),
        ("2024-04-01", "month", True),
    ]


def test_any_column_may_be_mapped_as_the_month(bench: Any, place: Any) -> None:
    lon, lat = place(0, 0)
    path = bench.csv(f"Zeitraum,lon,lat\n2024-03,{lon},{lat}\n")
    with pytest.raises(BadFile, match="occurred_at"):
        bench.run("incidents", path)
    bench.run("incidents", path, mapping={"month": "Zeitraum"})
    assert bench.one("SELECT precision FROM incident") == "month"


def test_equal_rows_of_one_file_are_all_stored_and_the_file_is_known_again(bench: Any, place: Any) -> None:
    lon, lat = place(0, 0)
    path = bench.csv("month,lon,lat\n" + f"2024-03,{lon},{lat}\n" * 3)
    assert bench.run("incidents", path).stored == 3
    again = bench.run("incidents", path)
    assert again.counts() == {"read": 3, "stored": 0, "known": 3, "rejected": 0, "located": 0, "outside": 0}
    # another file with the same rows is another file
    assert bench.run("incidents", bench.csv(path.read_text() + f"2024-04,{lon},{lat}\n", "more.csv")).stored == 4


def test_a_source_id_is_known_in_whatever_file_it_comes(bench: Any, place: Any) -> None:
    bench.run("incidents", bench.csv(HEAD + line(1, place(0, 0)) + line(2, place(1, 0))))
    lon, lat = place(0, 0)
    turned = f"lat,lon,kind,occurred_at,source_id\n{lat},{lon},噪声扰民,2024-03-05T10:30:00Z,1\n"
    report = bench.run("incidents", bench.csv(turned, "turned.csv"))
    assert (report.known, report.stored) == (1, 0)
    assert bench.one("SELECT count(*) FROM incident") == 2


def test_other_content_under_a_known_id_needs_update(bench: Any, place: Any) -> None:
    bench.run("grids", bench.drawing("AB"))
    bench.run("incidents", bench.csv(HEAD + line(1, place(0.5, 0.5)) + line(2, place(0.5, 0.5))))
    before = bench.rows("SELECT uid, case_number FROM incident ORDER BY id")
    moved = bench.csv(HEAD + line(1, place(1.5, 0.5), kind="help.lost") + line(2, place(0.5, 0.5)), "moved.csv")
    with pytest.raises(RowsRefused) as caught:
        bench.run("incidents", moved)
    assert "other content" in caught.value.report.causes[0].text
    assert caught.value.report.causes[0].examples == ((1, "1"),)
    report = bench.run("incidents", moved, update=True)
    assert (report.stored, report.updated, report.known, report.located) == (1, 1, 1, 1)
    assert bench.rows("SELECT uid, case_number FROM incident ORDER BY id") == before
    assert bench.rows("SELECT i.kind, g.code FROM incident i JOIN grid g ON g.id = i.grid_id ORDER BY i.source_id") == [
        ("help.lost", "B"),
        ("order.noise", "A"),
    ]
    assert bench.chain_is_whole()


def test_a_source_id_twice_in_one_file(bench: Any, place: Any) -> None:
    same = line(1, place(0, 0))
    report = bench.run("incidents", bench.csv(HEAD + same + same))
    assert (report.stored, report.known) == (1, 1)  # the second says nothing new
    contradiction = bench.csv(HEAD + line(7, place(0, 0)) + line(7, place(1, 0)), "two.csv")
    with pytest.raises(RowsRefused) as caught:
        bench.run("incidents", contradiction)
    assert caught.value.report.causes[0].examples == ((2, "7, first in row 1"),)


def test_repeats_in_a_column_called_by_another_name_are_told_row_by_row(bench: Any, place: Any) -> None:
    lon, lat = place(0, 0)
    rows = [f"{number},2024-03-0{day},{lon},{lat}" for day, number in enumerate(("OK1", "OK1", "OK1", "OK2"), 1)]
    with pytest.raises(RowsRefused) as caught:
        bench.run("incidents", bench.csv("\n".join(["编号,发生日期,经度,纬度", *rows])))
    (cause,) = caught.value.report.causes
    assert cause.text == "source_id stands twice in the file with different content"
    assert cause.examples == ((2, "OK1, first in row 1"), (3, "OK1, first in row 1"))


def test_a_negative_error_is_a_bad_row(bench: Any, place: Any) -> None:
    lon, lat = place(0, 0)
    with pytest.raises(RowsRefused) as caught:
        bench.run("incidents", bench.csv(f"发生日期,经度,纬度,误差\n2024-03-05,{lon},{lat},-5\n"))
    assert "uncertainty_m" in caught.value.report.causes[0].text


def test_kinds_by_code_or_name_and_new_ones_are_added_and_said(bench: Any, place: Any) -> None:
    p = place(0, 0)
    rows = (
        line(1, p, "order.theft") + line(2, p, "盗窃") + line(3, p, "Theft") + line(4, p, "电动车充电") + line(5, p, "")
    )
    report = bench.run("incidents", bench.csv(HEAD + rows))
    kinds = [kind for (kind,) in bench.rows("SELECT kind FROM incident ORDER BY id")]
    assert kinds == ["order.theft", "order.theft", "order.theft", "电动车充电", "unspecified"]
    assert any("New kind '电动车充电' (1 rows)" in note for note in report.notes)
    assert bench.one("SELECT max(version) FROM configuration") == 2
    assert bench.one("SELECT configuration_version FROM incident ORDER BY id LIMIT 1") == 2
    again = bench.run("incidents", bench.csv(HEAD + line(6, p, "电动车充电"), "two.csv"))
    assert again.stored == 1
    assert bench.one("SELECT max(version) FROM configuration") == 2  # it is no new kind any more


def test_a_column_of_free_text_is_not_taken_for_kinds(bench: Any, place: Any) -> None:
    rows = "".join(line(i, place(0, 0), f"long story number {i}") for i in range(70))
    with pytest.raises(BadFile, match="70 texts that are no configured kind"):
        bench.run("incidents", bench.csv(HEAD + rows))


def test_case_numbers_run_within_their_year(bench: Any, place: Any) -> None:
    days = ["2023-12-31", "2024-01-01", "2023-05-05", "2024-06-06"]
    bench.run("incidents", bench.csv(HEAD + "".join(line(i, place(0, 0), at=d) for i, d in enumerate(days))))
    bench.run("incidents", bench.csv(HEAD + line(9, place(0, 0), at="2023-01-01"), "two.csv"))
    numbers = [number for (number,) in bench.rows("SELECT case_number FROM incident ORDER BY id")]
    assert numbers == ["2023-000001", "2024-000001", "2023-000002", "2024-000002", "2023-000003"]


def test_columns_no_field_takes_are_kept(bench: Any, place: Any) -> None:
    lon, lat = place(0, 0)
    bench.run(
        "incidents", bench.csv(f"date,lon,lat,办案单位,reported_at\n2024-03-05,{lon},{lat},东盛路派出所,2024-03-06\n")
    )
    attributes = bench.one("SELECT attributes FROM incident")
    attributes = attributes if isinstance(attributes, dict) else __import__("json").loads(attributes)
    assert attributes == {"办案单位": "东盛路派出所", "reported_on": "2024-03-06"}


def test_incidents_of_the_future_are_stored_with_a_warning(bench: Any, place: Any) -> None:
    tomorrow = (dt.date(2024, 7, 1) + dt.timedelta(days=1)).isoformat()
    report = bench.run("incidents", bench.csv(HEAD + line(1, place(0, 0), at=tomorrow)))
    assert report.stored == 1
    assert any("1 incidents lie in the future" in warning for warning in report.warnings)


def test_without_any_date_a_row_is_bad(bench: Any, place: Any) -> None:
    with pytest.raises(RowsRefused) as caught:
        bench.run("incidents", bench.csv(HEAD + line(1, place(0, 0)) + line(2, place(0, 0), at="")))
    assert caught.value.report.causes[0].text.startswith("no date")


def test_one_batch_and_one_audit_entry_an_import(bench: Any, place: Any) -> None:
    path = bench.csv(HEAD + line(1, place(0, 0)))
    report = bench.run("incidents", path)
    assert bench.rows("SELECT action, entity, entity_uid FROM audit") == [
        ("import.incidents", "import_batch", report.batch_uid)
    ]
    uid, layer, sha256 = bench.rows("SELECT uid, layer, file_sha256 FROM import_batch")[0]
    assert (uid, layer, sha256) == (report.batch_uid, "incidents", report.sha256)
    bench.run("incidents", path)  # adds nothing, so there is nothing to audit
    assert bench.one("SELECT count(*) FROM audit") == 1
    assert bench.one("SELECT count(*) FROM import_batch") == 1
    assert bench.chain_is_whole()


def test_a_dry_run_writes_nothing(bench: Any, place: Any) -> None:
    path = bench.csv(HEAD + line(1, place(0, 0), "新的类别") + line(2, place(1, 0)) + "3,x,never,1,2\n")
    rejects = bench.folder / "rejects.csv"
    report = bench.run("incidents", path, dry_run=True, rejects=rejects)
    assert (report.stored, report.rejected, report.dry_run) == (2, 1, True)
    for table in ("incident", "import_batch", "audit"):
        assert bench.one(f"SELECT count(*) FROM {table}") == 0
    assert bench.one("SELECT min_lon FROM project") is None
    assert bench.one("SELECT max(version) FROM configuration") == 1
    assert ",3,x,never,1,2" in rejects.read_text(encoding="utf-8-sig")  # that is a file, not the database
    assert bench.run("incidents", path, rejects=rejects).stored == 2


REACH = "source_id,kind,occurred_at,lon,lat,uncertainty_m\n"


def reaching(number: int, place: tuple[float, float], uncertainty_m: str, kind: str = "order.noise") -> str:
    return f"{number},{kind},2024-03-05 18:30,{place[0]},{place[1]},{uncertainty_m}\n"


def doubts(bench: Any) -> dict[str, bool]:
    return {str(key): bool(is_so) for key, is_so in bench.rows("SELECT source_id, is_doubtful FROM incident")}


def test_an_uncertainty_that_reaches_another_grid_makes_doubtful(bench: Any, place: Any) -> None:
    # A A B      a cell is about 960 m wide
    bench.run("grids", bench.drawing("AAB"))
    lines = [
        reaching(1, place(1.9, 0.5), ""),
        reaching(2, place(1.9, 0.5), "90"),
        reaching(3, place(1.9, 0.5), "100"),
        reaching(4, place(1.1, 0.5), "300"),  # reaches the other cell of A only
        reaching(5, place(3.1, 0.5), "90"),  # outside all grids, none in reach
        reaching(6, place(3.1, 0.5), "100"),
    ]
    report = bench.run("incidents", bench.csv(REACH + "".join(lines)))
    assert doubts(bench) == {"1": False, "2": False, "3": True, "4": False, "5": False, "6": True}
    assert any(note.startswith("2 may belong to another grid") for note in report.notes)
    assert set(bench.rows("SELECT placed_by FROM incident")) == {("coordinates",)}


def test_doubt_comes_with_the_grids_also_when_they_come_last(bench: Any, place: Any) -> None:
    bench.run("blocks", bench.drawing("AB", name="blocks.geojson"))
    bench.run("incidents", bench.csv(REACH + reaching(1, place(0.95, 0.5), "60") + reaching(2, place(0.5, 0.5), "60")))
    assert doubts(bench) == {"1": False, "2": False}
    bench.run("grids", bench.drawing("AB"))
    assert doubts(bench) == {"1": True, "2": False}


def test_a_place_that_a_person_gave_survives_an_update(bench: Any, place: Any) -> None:
    bench.run("grids", bench.drawing("AB"))
    bench.run("incidents", bench.csv(REACH + reaching(1, place(0.95, 0.5), "60") + reaching(2, place(0.5, 0.5), "60")))
    uid = bench.one("SELECT uid FROM incident WHERE source_id = '1'")
    amending.amend(bench.store, bench.settings, uid, Amendment({"grid": "B"}), actor="local", now=NOW)
    newer = REACH + reaching(1, place(0.2, 0.5), "60", "order.theft") + reaching(2, place(1.5, 0.5), "", "order.theft")
    report = bench.run("incidents", bench.csv(newer, "newer.csv"), update=True)
    found = bench.rows(
        "SELECT i.source_id, i.kind, g.code, i.placed_by FROM incident i JOIN grid g ON g.id = i.grid_id ORDER BY 1"
    )
    assert found == [("1", "order.theft", "B", "person"), ("2", "order.theft", "B", "coordinates")]
    assert doubts(bench) == {"1": False, "2": False}
    assert any(note.startswith("1 keep the place") for note in report.notes)
    story = bench.rows("SELECT i.source_id, e.action FROM incident_event e JOIN incident i ON i.id = e.incident_id")
    assert story == [("1", "confirmed"), ("2", "imported")]  # the file moved the second: its old place is kept
