"""The demo district: there as a whole or not at all, renewed with its data, and never in anybody's way."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from gridmap.config import DATA_GEO, Settings
from gridmap.errors import BadFile, Conflict
from gridmap.services import demo, demo_data, project
from gridmap.services.exchange import import_file
from gridmap.store import audit, migrations, places, plans
from gridmap.store import demo as mark
from gridmap.store import project as projects
from gridmap.store.engine import Store, open_store
from tests.services.small_demo import NORTH, WEST, data_of, small_demo


@pytest.fixture
def tiny(tmp_path: Path) -> demo_data.DemoData:
    return small_demo(tmp_path / "geo")


@pytest.fixture
def target(tmp_path: Path) -> Settings:
    """Where a demo goes without GRIDMAP_DB."""
    var = tmp_path / "var"
    return Settings(db=f"sqlite:///{var / 'demo.db'}", var=var, is_demo=True, secret_from_env="x" * 40)


def silent(label: str, done: int, total: int) -> None:
    """Progress nobody looks at."""


def count(settings: Settings, table: str) -> int:
    store = open_store(settings.db)
    try:
        with store.read() as session:
            return int(session.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0)
    finally:
        store.close()


def test_a_demo_is_built_once(target: Settings, tiny: demo_data.DemoData) -> None:
    told: list[tuple[str, int, int]] = []
    demo.build(target, on_progress=lambda *step: told.append(step), data=tiny)
    assert told[0][1] == 0
    assert told[-1] == ("ready", told[-1][2], told[-1][2])
    assert [step[1] for step in told] == list(range(len(told)))
    assert (count(target, "incident"), count(target, "grid"), count(target, "post")) == (3, 2, 2)
    assert count(target, "worker") == 1
    before = target.var.joinpath("demo.db").stat().st_ino
    demo.build(target, on_progress=lambda *_: pytest.fail("built again"), data=tiny)
    assert target.var.joinpath("demo.db").stat().st_ino == before
    assert sorted(p.name for p in target.var.glob("demo*.db*")) == ["demo.db"]


def test_what_a_demo_holds(target: Settings, tiny: demo_data.DemoData) -> None:
    demo.build(target, on_progress=silent, data=tiny)
    store = open_store(target.db)
    with store.read() as session:
        found = projects.get(session)
        plan = plans.current(session, tiny.now)
        assert plan is not None
        grids = plans.grids(session, plan.id)
        assert audit.verify(session) == []
    store.close()
    assert found is not None
    assert (found.name, found.demo_version, found.demo_now_on) == (demo_data.NAME, "1", dt.date(2026, 6, 30))
    assert "虚构" in (found.attribution or "")
    assert [(g.code, g.kind, g.community_code, g.blocks, g.households, g.workers) for g in grids] == [
        ("A", "residential", "420204", 1, 1, (("full_time_worker", "网格员 001"),)),
        ("B", "market", "420204", 1, 1, (("full_time_worker", "网格员 001"),)),
    ]
    assert target.basemap_dir.joinpath("basemap.pmtiles").stat().st_size > 0


def test_new_data_rename_the_old_demo_and_it_comes_back(target: Settings, tiny: demo_data.DemoData) -> None:
    demo.build(target, on_progress=silent, data=tiny)
    first = target.var.joinpath("demo.db").stat().st_ino
    newer = data_of(tiny.folder, "2")
    demo.build(target, on_progress=silent, data=newer)
    old = dataclasses.replace(target, db=f"sqlite:///{target.var / 'demo-1.db'}")
    assert count(old, "incident") == count(target, "incident") == 3
    told: list[str] = []
    demo.build(target, on_progress=lambda label, *_: told.append(label), data=data_of(tiny.folder, "1"))
    assert told == ["database", "base map", "ready"]  # nothing is imported again
    assert target.var.joinpath("demo.db").stat().st_ino == first
    assert sorted(p.name for p in target.var.glob("demo-*.db")) == ["demo-2.db"]


def test_a_name_that_is_taken_is_left_alone(target: Settings, tiny: demo_data.DemoData) -> None:
    demo.build(target, on_progress=silent, data=tiny)
    taken = target.var / "demo-1.db"
    taken.write_bytes(b"something of somebody's")
    demo.build(target, on_progress=silent, data=data_of(tiny.folder, "2"))
    assert taken.read_bytes() == b"something of somebody's"
    assert sorted(p.name for p in target.var.glob("demo-*.db")) == ["demo-1-2.db", "demo-1.db"]


def test_a_build_that_fails_leaves_the_demo_that_is_there(target: Settings, tiny: demo_data.DemoData) -> None:
    demo.build(target, on_progress=silent, data=tiny)
    newer = data_of(tiny.folder, "2")
    (tiny.folder / "incidents.csv.gz").write_bytes(b"")
    with pytest.raises(BadFile):
        demo.build(target, on_progress=silent, data=newer)
    assert count(target, "incident") == 3
    assert not list(target.var.glob("demo-*.db"))


def test_a_database_of_ones_own_is_never_touched(target: Settings, tiny: demo_data.DemoData) -> None:
    store = project.open_project(target)
    lon, lat = WEST + 0.005, NORTH - 0.005
    path = target.var / "in.csv"
    path.write_text(f"date,lon,lat\n2026-01-01,{lon},{lat}\n")
    import_file(store, target, "incidents", path, into_demo=True, with_basemap=False)
    store.close()
    with pytest.raises(Conflict, match="data of its own"):
        demo.build(target, on_progress=silent, data=tiny)
    assert count(target, "incident") == 1


def test_areas_without_shapes_are_data_of_ones_own_too(target: Settings, tiny: demo_data.DemoData) -> None:
    store = project.open_project(target)
    path = target.var / "areas.csv"
    path.write_text("code,name\n420204,下陆区\n", encoding="utf-8")
    import_file(store, target, "areas", path, into_demo=True, with_basemap=False)
    store.close()
    with pytest.raises(Conflict, match="data of its own"):
        demo.build(target, on_progress=silent, data=tiny)
    assert count(target, "area") == 1


def test_another_database_is_filled_when_it_is_empty(
    store: Store, settings: Settings, tiny: demo_data.DemoData
) -> None:
    demo.build(settings, on_progress=silent, data=tiny)
    assert count(settings, "incident") == 3
    demo.build(settings, on_progress=lambda *_: pytest.fail("built again"), data=tiny)
    with pytest.raises(Conflict, match="demo of version 1"):  # renaming is for var/demo.db alone
        demo.build(settings, on_progress=silent, data=data_of(tiny.folder, "2"))


def test_another_database_with_data_is_refused(
    store: Store, settings: Settings, tiny: demo_data.DemoData, tmp_path: Path
) -> None:
    project.prepare(store, now=tiny.now)
    path = tmp_path / "in.csv"
    path.write_text("date,lon,lat\n2026-01-01,114.97,30.17\n")
    import_file(store, settings, "incidents", path, with_basemap=False)
    with pytest.raises(Conflict, match="data of its own"):
        demo.build(settings, on_progress=silent, data=tiny)
    assert count(settings, "incident") == 1


def test_an_unfinished_demo_is_built_anew(store: Store, settings: Settings, tiny: demo_data.DemoData) -> None:
    class Stop(Exception):
        """What ends the first attempt."""

    def stop_late(label: str, done: int, total: int) -> None:
        if label == "incidents":
            raise Stop

    with pytest.raises(Stop):
        demo.build(settings, on_progress=stop_late, data=tiny)
    demo.build(settings, on_progress=silent, data=tiny)
    assert (count(settings, "incident"), count(settings, "household")) == (3, 2)
    with store.read() as session:
        found = projects.get(session)
    assert migrations.current(store) == migrations.head()
    assert found is not None
    assert found.demo_version == "1" != mark.UNFINISHED


KILLED = """
import os, signal, sys
from pathlib import Path
from gridmap.config import load
from gridmap.services import demo, demo_data

def tell(label, done, total):
    if label == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

demo.build(load({"GRIDMAP_VAR": sys.argv[1]}), on_progress=tell, data=demo_data.demo_data(Path(sys.argv[2])))
"""


@pytest.mark.parametrize("label", ["blocks", "mark"])
def test_a_killed_build_leaves_no_demo_and_the_next_one_succeeds(
    target: Settings, tiny: demo_data.DemoData, label: str
) -> None:
    command = [sys.executable, "-c", KILLED, str(target.var), str(tiny.folder), label]
    assert subprocess.run(command, timeout=120, check=False).returncode == -signal.SIGKILL
    assert not target.var.joinpath("demo.db").exists()
    demo.build(target, on_progress=silent, data=tiny)
    assert count(target, "incident") == 3
    assert sorted(p.name for p in target.var.glob("*.db*")) == ["demo.db"]


def test_two_builders_make_one_demo(target: Settings, tiny: demo_data.DemoData) -> None:
    command = [sys.executable, "-c", KILLED, str(target.var), str(tiny.folder), "never"]
    builders = [subprocess.Popen(command) for _ in range(2)]
    deadline = time.monotonic() + 120
    codes = [builder.wait(timeout=deadline - time.monotonic()) for builder in builders]
    assert codes == [0, 0]
    assert count(target, "incident") == 3
    assert not list(target.var.glob("demo-*.db"))


def test_missing_data_say_how_to_get_them_back(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="missing or damaged") as caught:
        demo_data.demo_data(tmp_path)
    assert "git checkout data/geo" in caught.value.hint


def test_the_whole_district(demo_store: Store) -> None:
    """The committed demo: as many rows of each layer as its data say, every incident and household in its place."""
    head = json.loads((DATA_GEO / "demo.json").read_text(encoding="utf-8"))
    expected = head["counts"]
    with demo_store.read() as session:
        counts = places.counts(session)
        found = projects.get(session)
        unplaced = session.scalar(
            sa.text("SELECT count(*) FROM household WHERE block_id IS NULL OR building_id IS NULL")
        )
        outside = session.scalar(sa.text("SELECT count(*) FROM incident WHERE grid_id IS NULL"))
        plan = plans.current(session, demo_data.demo_data().now)
        assert plan is not None
        grids = plans.grids(session, plan.id)
        assert audit.verify(session) == []
    layers = (
        "areas",
        "blocks",
        "grids",
        "buildings",
        "households",
        "units",
        "sites",
        "streets",
        "ground",
        "cameras",
        "incidents",
    )
    assert {name: counts[name] for name in layers} == {name: expected[name] for name in layers}
    assert found is not None
    assert found.is_demo
    assert unplaced == 0
    assert outside <= expected["incidents"] / 1000  # a few reports lie just beyond the border, as in life
    assert sum(grid.households for grid in grids) == expected["households"]
    assert all(400 <= grid.households <= 800 for grid in grids if grid.kind == "residential")
    assert all(len(grid.workers) == 2 for grid in grids)
    assert os.environ.get("GRIDMAP_TEST_DB", "") == "" or demo_store.dialect == "postgresql"
