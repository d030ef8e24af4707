"""An import is taken back as a whole: the database is again what it was, or a reason says why it cannot be.

    A A B      two grids; a file of them makes the blocks and the first plan
    A B B
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from geoalchemy2 import Geometry

from gridmap.errors import Conflict, NotFound
from gridmap.services import basemap
from gridmap.services.exchange import Report
from gridmap.services.exchange.undo import Undone, undo_batch
from gridmap.store import inspection
from gridmap.store.tables import Base
from tests.services.exchange.conftest import NOW, at, cell

LATER = NOW + dt.timedelta(hours=1)
MAP = ("AAB", "ABB")
KEPT = {"import_batch", "audit", "audit_head", "counter", "configuration", "import_source"}  # a record of what was done


def undo(bench: Any, report: Report, **options: Any) -> Undone:
    assert report.batch_uid is not None
    options = {"actor": "local", "now": LATER, "with_basemap": False, **options}
    return undo_batch(bench.store, bench.settings, report.batch_uid, **options)


def content(bench: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that is no record of what was done; the derived outlines without their ids."""
    found = {}
    with bench.store.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in KEPT:
                continue
            derived = {"id"} if table.name == "grid_outline" else set()
            shapes = [sa.func.ST_AsText(c) for c in table.columns if isinstance(c.type, Geometry)]
            plain = [c for c in table.columns if not isinstance(c.type, Geometry) and c.name not in derived]
            rows = session.execute(sa.select(*plain, *shapes)).all()
            found[table.name] = sorted(tuple(str(value) for value in row) for row in rows)
    return found


def incidents(bench: Any, *places: tuple[float, float], first: int = 1, name: str = "in.csv", kind: str = "盗") -> Any:
    rows = [f"s{first + i},{kind},2024-03-05,{at(*p)[0]},{at(*p)[1]}\n" for i, p in enumerate(places)]
    return bench.csv("source_id,kind,date,lon,lat\n" + "".join(rows), name)


def check_whole(bench: Any) -> None:
    with bench.store.read() as session:
        assert inspection.problems(session.connection(), Base.metadata) == []
    assert bench.chain_is_whole()


def test_rows_that_were_brought_go_and_come_again(bench: Any) -> None:
    bench.run("grids", bench.drawing(*MAP))
    before = content(bench)
    path = incidents(bench, (0.5, 0.5), (2.5, 0.5))
    report = bench.run("incidents", path)
    done = undo(bench, report, actor="clerk")
    assert done == Undone("incidents", "in.csv", 2, 0)
    assert content(bench) == before
    check_whole(bench)
    batch = bench.rows("SELECT undone_by, uid FROM import_batch ORDER BY id DESC")[0]
    assert batch == ("clerk", report.batch_uid)
    assert bench.one("SELECT action FROM audit ORDER BY seq DESC") == "import.undone"
    again = bench.run("incidents", path)
    assert (again.stored, again.known, again.located) == (2, 0, 2)
    numbers = bench.rows("SELECT case_number FROM incident ORDER BY id")
    assert numbers == [("2024-000003",), ("2024-000004",)]  # no number is given twice
    undo(bench, again)
    assert content(bench) == before


def test_rows_that_were_replaced_are_what_they_were(bench: Any) -> None:
    bench.run("grids", bench.drawing(*MAP))
    bench.run("incidents", incidents(bench, (0.5, 0.5), (2.5, 0.5)))
    before = content(bench)
    path = incidents(bench, (1.5, 1.5), (2.5, 1.5), (2.2, 1.2), first=2, kind="纵火")
    report = bench.run("incidents", path, update=True)
    assert (report.updated, report.stored) == (1, 3)
    assert content(bench) != before
    assert bench.one("SELECT count(*) FROM incident_event") == 1
    assert undo(bench, report) == Undone("incidents", "in.csv", 2, 1)
    assert content(bench) == before
    check_whole(bench)
    assert bench.one("SELECT count(*) FROM import_before") == 0


def test_a_first_plan_goes_with_its_grids_and_what_waited_waits_again(bench: Any) -> None:
    """Incidents and households were there first; the grids placed them."""
    bench.run("incidents", incidents(bench, (0.5, 0.5), (2.5, 0.5)))
    lon, lat = at(0.5, 0.5)
    bench.run("households", bench.csv(f"code,lon,lat,count\nh1,{lon},{lat},7\n", "h.csv"))
    before = content(bench)
    report = bench.run("grids", bench.drawing(*MAP))
    assert report.placed == {"households": 1, "incidents": 2}
    assert undo(bench, report) == Undone("grids", "in.geojson", 2, 0)
    after = content(bench)
    assert after.pop("project")  # an extent never shrinks
    assert after == {name: rows for name, rows in before.items() if name != "project"}
    check_whole(bench)
    again = bench.run("grids", bench.drawing(*MAP))
    assert (again.stored, again.placed) == (2, {"households": 1, "incidents": 2})
    assert bench.one("SELECT households FROM grid_outline ORDER BY households DESC") == 7


def test_the_place_of_a_project_is_open_again_when_nothing_is_left(bench: Any) -> None:
    """Somebody imported a first file in the wrong place: after undo the right one decides."""
    report = bench.run("incidents", incidents(bench, (0.5, 0.5)))
    undo(bench, report)
    assert bench.rows("SELECT projection, min_lon FROM project") == [(None, None)]
    elsewhere = bench.csv("source_id,date,lon,lat\n1,2024-03-05,2.35,48.85\n")
    assert bench.run("incidents", elsewhere).stored == 1


def test_households_leave_the_counts_of_their_grids(bench: Any) -> None:
    bench.run("grids", bench.drawing(*MAP))
    lon, lat = at(0.5, 0.5)
    report = bench.run("households", bench.csv(f"code,lon,lat,count\nh1,{lon},{lat},7\n", "h.csv"))
    assert bench.one("SELECT max(households) FROM grid_outline") == 7
    undo(bench, report)
    assert bench.one("SELECT max(households) FROM grid_outline") == 0


def test_names_of_areas_and_buildings_come_back(bench: Any) -> None:
    def area(name: str, aliases: str) -> Any:
        return bench.geojson([({"code": "A", "name": name, "level": "community", "aliases": aliases}, cell(0, 0))])

    bench.run("areas", area("下陆", "老区;下路"))
    bench.run("buildings", bench.drawing("A", aliases="红楼", name="b.geojson"))
    before = content(bench)
    assert len(before["area_alias"]) == 2
    areas = bench.run("areas", area("下陆新", "新区"), update=True)
    houses = bench.run("buildings", bench.drawing("A", aliases="白楼;灰楼", number="3", name="b.geojson"), update=True)
    assert (areas.updated, houses.updated) == (1, 1)
    undo(bench, houses)
    undo(bench, areas)
    assert content(bench) == before


def test_an_area_that_was_ended_is_open_again(bench: Any) -> None:
    row = ("code,name,level,valid_from,valid_to\n", "420204001001,甲,community,{},{}\n")
    bench.run("areas", bench.csv(row[0] + row[1].format("2020-01-01", "")))
    before = content(bench)
    path = bench.csv(row[0] + row[1].format("2020-01-01", "2023-12-31") + row[1].format("2024-01-01", ""))
    report = bench.run("areas", path, update=True)
    assert (report.stored, report.updated) == (2, 1)
    done = undo(bench, report)
    assert (done.removed, done.restored) == (1, 1)
    assert content(bench) == before


def test_tracks_come_back_with_their_fixes(bench: Any) -> None:
    def walk(*seconds: int) -> str:
        return "track_code,time,lon,lat\n" + "".join(
            f"t1,2024-03-05T08:00:{s:02}Z,{114.97 + s / 1e4},30.19\n" for s in seconds
        )

    bench.run("tracks", bench.csv(walk(0, 5, 9)))
    before = content(bench)
    assert len(before["fix"]) == 3
    report = bench.run("tracks", bench.csv(walk(0, 5, 9, 20, 30)), update=True)
    assert bench.one("SELECT count(*) FROM fix") == 5
    assert undo(bench, report).restored == 1
    assert content(bench) == before
    whole = bench.run("tracks", bench.csv(walk(1, 2).replace("t1", "t2"), "t2.csv"))
    undo(bench, whole)
    assert content(bench) == before


def test_a_draft_of_later_grids_goes_alone(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[object] = []
    monkeypatch.setattr(basemap, "build", lambda *_, **__: drawn.append(1))
    bench.run("grids", bench.drawing(*MAP), with_basemap=True)
    assert len(drawn) == 1  # their blocks are on it
    before = content(bench)
    report = bench.run("grids", bench.drawing("BBA", "BAA", name="new.geojson"), with_basemap=True)
    assert bench.rows("SELECT state FROM grid_plan ORDER BY id") == [("published",), ("draft",)]
    undo(bench, report, with_basemap=True)
    assert content(bench) == before
    assert len(drawn) == 1  # nothing on it has changed: no minute is waited for it


def refused(bench: Any, report: Report) -> str:
    before = content(bench)
    with pytest.raises(Conflict) as caught:
        undo(bench, report)
    assert content(bench) == before
    assert caught.value.hint
    check_whole(bench)
    return caught.value.message


def test_what_later_work_stands_on_stays(bench: Any) -> None:
    grids = bench.run("grids", bench.drawing(*MAP))
    first = bench.run("incidents", incidents(bench, (0.5, 0.5)))
    assert "1 incidents came later and are placed by its plan" in refused(bench, grids)
    newer = bench.run("incidents", incidents(bench, (1.5, 1.5), name="newer.csv", kind="纵火"), update=True)
    assert "1 of its rows were replaced by the later import of newer.csv" in refused(bench, first)
    undo(bench, newer)
    undo(bench, first)
    draft = bench.run("grids", bench.drawing("BBA", "BAA", name="new.geojson"))
    assert "was made from its plan" in refused(bench, grids)
    undo(bench, draft)
    assert undo(bench, grids).removed == 2
    assert all(not rows for table, rows in content(bench).items() if table != "project")


def test_blocks_of_a_plan_stay(bench: Any) -> None:
    blocks = bench.run("blocks", bench.drawing("ABC"))
    grids = bench.run("grids", bench.drawing("XXY", name="g.geojson"))
    assert "3 entries of a grid plan" in refused(bench, blocks)
    undo(bench, grids)
    assert undo(bench, blocks).removed == 3


def test_buildings_with_households_stay(bench: Any) -> None:
    bench.run("grids", bench.drawing(*MAP))
    buildings = bench.run("buildings", bench.drawing("A", name="b.geojson"))
    lon, lat = at(0.5, 0.5)
    households = bench.run("households", bench.csv(f"code,lon,lat,building_code\nh,{lon},{lat},A\n", "h.csv"))
    assert "1 households came later" in refused(bench, buildings)
    undo(bench, households)
    assert undo(bench, buildings).removed == 1


def test_a_later_import_that_knew_its_rows_holds_it(bench: Any) -> None:
    first = bench.run("incidents", incidents(bench, (0.5, 0.5)))
    later = bench.run("incidents", incidents(bench, (0.5, 0.5), (1.5, 0.5), name="both.csv"))
    assert (later.known, later.stored) == (1, 1)
    assert "both.csv left out rows that were stored already" in refused(bench, first)
    undo(bench, later)
    assert undo(bench, first).removed == 1


def test_incidents_that_were_worked_on_stay(bench: Any) -> None:
    bench.run("grids", bench.drawing(*MAP))
    report = bench.run("incidents", incidents(bench, (0.5, 0.5), (1.5, 0.5)))
    with bench.store.engine.begin() as connection:
        connection.execute(
            sa.insert(Base.metadata.tables["incident_event"]).values(
                uid="u", incident_id=2, at=LATER, actor="clerk", action="moved", content={}
            )
        )
    assert "1 of its incidents were worked on since" in refused(bench, report)


def test_what_is_no_import_or_was_taken_back_already(bench: Any) -> None:
    report = bench.run("incidents", incidents(bench, (0.5, 0.5)))
    undo(bench, report)
    with pytest.raises(Conflict, match="taken back already"):
        undo(bench, report)
    report.batch_uid = "nothing"
    with pytest.raises(NotFound, match="no import"):
        undo(bench, report)


def test_blocks_that_found_their_community_lose_it(bench: Any) -> None:
    bench.run("blocks", bench.drawing("AB"))
    before = content(bench)
    report = bench.run("areas", bench.drawing("CC", level="community", 名称="x", name="a.geojson"))
    assert report.placed == {"blocks": 2}
    undo(bench, report)
    after = content(bench)
    assert after["block"] == before["block"]
    assert after["area"] == []
