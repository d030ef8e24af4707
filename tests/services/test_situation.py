"""The read model over a real database: its figures, and that no answer is older than its question."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.domain.incidents import IncidentReport, on_day
from gridmap.errors import BadInput, NotFound, OutsideExtent
from gridmap.services import intake
from gridmap.services.project import open_project
from gridmap.services.situation import IncidentFilter, Selection, Situation
from gridmap.services.situation.period import Period
from gridmap.store import audit, bulk, ids, plans
from gridmap.store.engine import Store
from gridmap.store.tables import Area, Audit, AuditHead, Block, Grid, GridPlan, Incident
from tests.postgres_databases import Databases
from tests.services import small_world as world
from tests.store.district import unguarded

D = dt.date
MAY = Selection(D(2024, 5, 1), D(2024, 5, 31))


@pytest.fixture
def place(settings: Settings) -> Iterator[Store]:
    store = world.build(settings)
    yield store
    store.close()


@pytest.fixture
def situation(place: Store) -> Situation:
    """Over `place`, which the test may change."""
    return Situation(place, now=world.now)


@pytest.fixture(scope="module")
def calm(
    template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None
) -> Iterator[Situation]:
    """For tests that only read."""
    with world.standing(template_db, tmp_path_factory.mktemp("calm"), databases) as settings:
        store = open_project(settings)
        yield Situation(store, now=world.now)
        store.close()


def report(kind: str = "order.theft", at: tuple[float, float] = world.CLUSTER) -> IncidentReport:
    return IncidentReport(*at, kind, on_day(D(2024, 5, 31)))


def receive(place: Store, settings: Settings, what: IncidentReport) -> None:
    intake.receive(place, settings, what, actor="local", now=world.NOW)


def test_the_summary_counts_what_is_stored(calm: Situation) -> None:
    summary = calm.picture().summary()
    assert (summary.first_on, summary.last_on) == (D(2024, 5, 1), D(2024, 5, 31))
    totals = summary.counts
    assert (totals.incidents, totals.in_grids, totals.outside) == (60, 57, 3)
    assert (totals.blocks, totals.grids, totals.buildings) == (4, 2, 0)
    plan = summary.plan
    assert plan is not None
    assert (plan.name, plan.low, plan.high, plan.grids) == ("2024 网格方案", 400, 800, 2)
    assert summary.project.now_on == D(2024, 5, 31)
    assert not summary.project.is_demo


def test_the_tree_of_kinds_sums_its_children(calm: Situation) -> None:
    kinds = {kind.code: kind for kind in calm.picture().summary().kinds}
    assert kinds["order"].count == 50
    assert {child.code: child.count for child in kinds["order"].children}["order.theft"] == 50
    assert kinds["dispute"].count == 4
    assert kinds["hazard"].count == 0


def test_counts_of_a_month_hold_its_month_rows(calm: Situation) -> None:
    counts = calm.picture().counts(MAY)
    assert (counts.total, counts.in_grids, counts.outside, counts.month_rows) == (60, 57, 3, 4)
    assert counts.by_kind == {"order.theft": 50, "help.elder": 6, "dispute": 4}
    assert counts.by_grid == {"G1": 54, "G2": 3}


def test_month_rows_count_only_when_their_whole_month_is_in_the_period(calm: Situation) -> None:
    counts = calm.picture().counts(Selection(D(2024, 5, 1), D(2024, 5, 30)))
    assert (counts.total, counts.month_rows) == (53, 0)


def test_choosing_a_parent_chooses_its_children(calm: Situation) -> None:
    picture = calm.picture()
    assert picture.counts(Selection(MAY.from_on, MAY.to_on, ("order",))).total == 50
    assert picture.counts(Selection(MAY.from_on, MAY.to_on, ("order", "help.elder"))).total == 56
    assert picture.counts(Selection(MAY.from_on, MAY.to_on, ("hazard",))).total == 0


def test_counts_of_one_grid(calm: Situation) -> None:
    counts = calm.picture().counts(replace(MAY, grid="G2"))
    assert (counts.total, counts.by_kind, counts.by_grid) == (3, {"help.elder": 3}, {"G2": 3})


def test_an_unknown_kind_and_an_unknown_grid_are_refused(calm: Situation) -> None:
    with pytest.raises(BadInput, match="no kind order_teft"):
        calm.picture().counts(Selection(kinds=("order_teft",)))
    with pytest.raises(NotFound, match="no grid G9") as caught:
        calm.picture().counts(replace(MAY, grid="G9"))
    assert "/api/" not in caught.value.hint


def test_the_timeline_keeps_month_rows_apart(calm: Situation) -> None:
    timeline = calm.picture().timeline(Selection())
    assert timeline.first_on == D(2024, 5, 1)
    assert timeline.daily == (1,) * 20 + (30,) + (0,) * 8 + (3, 3)
    assert [(month.month, month.count) for month in timeline.months] == [("2024-05", 4)]


def test_the_timeline_of_some_kinds_has_the_same_days(calm: Situation) -> None:
    timeline = calm.picture().timeline(Selection(kinds=("help",)))
    assert len(timeline.daily) == 31
    assert sum(timeline.daily) == 6
    assert timeline.months == ()


def test_the_period_left_open_is_the_last_thirty_days(calm: Situation) -> None:
    assert calm.picture().period(Selection()) == Period(D(2024, 5, 2), D(2024, 5, 31))


def test_a_point_is_in_the_grid_of_its_block(calm: Situation) -> None:
    place = calm.picture().locate(*world.in_block(1, 0), "wgs84")
    assert place.block is not None and place.grid is not None
    assert (place.block.code, place.grid.code, place.community, place.nearest) == ("B2", "G1", "青龙社区", None)


def test_on_a_shared_border_the_lower_block_code_has_the_point(calm: Situation) -> None:
    place = calm.picture().locate(world.WEST + world.SIDE, world.SOUTH + world.SIDE, "wgs84")
    assert place.block is not None and place.block.code == "B1"


def test_outside_all_grids_the_nearest_is_named_with_its_distance(calm: Situation) -> None:
    lon, lat = world.in_block(0, 0)
    place = calm.picture().locate(lon, lat - world.SIDE, "wgs84")
    assert place.block is None and place.grid is None and place.nearest is not None
    assert place.nearest.code == "G1"
    assert place.nearest.distance_m == pytest.approx(554.3, abs=0.5)  # half of 0.01 degrees of latitude


def test_a_block_without_grid_says_so(calm: Situation) -> None:
    place = calm.picture().locate(*world.in_block(1, 1), "wgs84")
    assert place.block is not None and place.block.code == "B4"
    assert place.grid is None and place.nearest is not None


def test_a_point_in_another_datum_is_shifted_before_it_is_placed(calm: Situation) -> None:
    shifted = calm.picture().locate(*world.in_block(0, 0), "gcj02")
    assert shifted.lon != pytest.approx(world.in_block(0, 0)[0], abs=1e-3)
    with pytest.raises(OutsideExtent, match="beyond the project's extent"):
        calm.picture().locate(127.0, 37.5, "gcj02")


def test_a_new_incident_is_in_the_next_answer(situation: Situation, place: Store, settings: Settings) -> None:
    before = situation.picture()
    receive(place, settings, report())
    after = situation.picture()
    assert after.counts(MAY).by_grid == {"G1": 55, "G2": 3}
    assert before.counts(MAY).by_grid == {"G1": 54, "G2": 3}  # a picture once given stays as it is
    assert after.version != before.version
    assert after.summary().seq == before.summary().seq + 1


def test_a_new_incident_is_added_without_reading_the_others_again(
    situation: Situation, place: Store, settings: Settings
) -> None:
    before = situation.picture()
    receive(place, settings, report())
    after = situation.picture()
    assert after.ground is before.ground
    assert len(after.events.index) == len(before.events.index) + 1


def test_a_kind_seen_for_the_first_time_gets_its_own_number(
    situation: Situation, place: Store, settings: Settings
) -> None:
    situation.picture()
    receive(place, settings, report("facility.lift"))
    receive(place, settings, report("dispute.family"))
    fresh = Situation(place, now=world.now).picture().counts(MAY)
    assert situation.picture().counts(MAY).by_kind == fresh.by_kind
    assert fresh.by_kind["facility.lift"] == 1 and fresh.by_kind["dispute.family"] == 1


def test_a_moved_incident_is_moved(situation: Situation, place: Store) -> None:
    before = situation.picture().counts(MAY)
    with place.write() as session:
        uid, key, block = _first_theft(session)
        bulk.update(session, Incident, [key], {"block_id": [block]})
        _note(session, "incident.moved", "incident", uid)
    after = situation.picture().counts(MAY)
    assert (before.by_grid, after.by_grid) == ({"G1": 54, "G2": 3}, {"G1": 53, "G2": 4})
    assert after.total == before.total


def test_any_other_change_is_read_again(situation: Situation, place: Store) -> None:
    before = situation.picture()
    with place.write() as session:
        _note(session, "plan.published", "grid_plan", None)
    assert situation.picture().ground is not before.ground
    for thread in threading.enumerate():
        if thread.name == "borders":
            thread.join()
    with place.read() as session:
        held = situation.places.at(session, world.NOW)
    assert "doubt" in vars(held)  # nobody asked for it: the next incident need not wait


def test_a_plan_that_begins_tomorrow_is_in_force_from_midnight_of_the_project(place: Store) -> None:
    """Published today; its one grid takes B1 and leaves B2 without; nothing else happens in the night."""
    midnight = dt.datetime(2024, 5, 31, 16, tzinfo=dt.UTC)  # in Asia/Shanghai
    clock = [world.NOW]
    situation = Situation(place, now=lambda: clock[0])
    with place.write() as session:
        old = plans.current(session, world.NOW)
        assert old is not None
        session.execute(sa.update(GridPlan).where(GridPlan.id == old.id).values(valid_to=midnight, state="superseded"))
        new = plans.add(
            session, uid=ids.new_uid(), name="六月方案", state="published", low=400, high=800, valid_from=midnight,
            counted="registered_households", created_at=world.NOW, published_at=world.NOW,
        )  # fmt: skip
        block, grid = session.scalar(sa.select(Block.id)), session.scalar(sa.select(Grid.id))
        plans.assign(session, new, np.array([block]), np.array([grid]))
        square = np.array([world._square(0, 0)], dtype=object)
        one = {"blocks": [1], "households": [300], "area_km2": [1.0]}
        plans.refresh_outlines(session, new, grid_ids=np.array([grid]), geoms=square, **one)
        _note(session, "plan.published", "grid_plan", None)
    before = situation.picture()
    clock[0] = midnight - dt.timedelta(seconds=1)
    assert situation.picture() is before
    assert before.counts(MAY).by_grid == {"G1": 54, "G2": 3}
    other = situation.picture().under(_uid_of(place, new)).ground
    clock[0] = midnight
    after = situation.picture()
    assert after.ground.plan is not None and after.ground.plan.name == "六月方案"
    assert after.counts(MAY).by_grid == {"G1": 50} and len(after.events) == len(before.events)
    assert after.locate(*world.in_block(1, 0), "wgs84").grid is None
    assert after.version != before.version and after.ground.layer.version == other.layer.version
    assert [line.name for line in situation.plans() if line.in_force] == ["六月方案"]
    assert situation.changes(0, 1).now_on == D(2024, 6, 1)
    assert situation.picture() is after  # nothing more is read


def test_an_area_that_ends_with_its_last_day_is_gone_the_day_after(place: Store) -> None:
    clock = [world.NOW]
    situation = Situation(place, now=lambda: clock[0])
    with place.write() as session:
        session.execute(sa.update(Area).where(Area.level == "community").values(valid_to=D(2024, 5, 31)))
        _note(session, "import.areas", "import_batch", None)
    assert [area.code for area in situation.picture().areas()] == ["01", "0101"]
    clock[0] = dt.datetime(2024, 5, 31, 16, tzinfo=dt.UTC)
    assert [area.code for area in situation.picture().areas()] == ["01"]


def test_warming_up_places_a_point_before_the_first_incident(situation: Situation, place: Store) -> None:
    situation.warm_up()
    with place.read() as session:
        held = situation.places.at(session, world.NOW)
    assert "doubt" in vars(held)  # borders are indexed


def test_threads_see_whole_pictures_only(situation: Situation, place: Store, settings: Settings) -> None:
    stop = threading.Event()

    def watch() -> list[tuple[int, int, int]]:
        seen = []
        while not stop.is_set():
            picture = situation.picture()
            counts = picture.counts(MAY)
            seen.append((picture.summary().seq, counts.total, sum(counts.by_grid.values()) + counts.outside))
        return seen

    first_seq = situation.seq()
    with ThreadPoolExecutor(4) as pool:
        watchers = [pool.submit(watch) for _ in range(4)]
        try:
            for _ in range(20):
                receive(place, settings, report())
        finally:
            stop.set()
        seen = [entry for watcher in watchers for entry in watcher.result(30)]
    assert seen
    assert {total - seq for seq, total, _ in seen} == {60 - first_seq}  # every change had exactly one more incident
    assert all(total == parts for _, total, parts in seen)
    assert situation.picture().counts(MAY).total == 80


def test_a_restored_database_is_read_from_the_start(situation: Situation, place: Store, settings: Settings) -> None:
    receive(place, settings, report())
    assert situation.picture().counts(MAY).total == 61
    _restore_one_change_ago(place)
    assert situation.picture().counts(MAY).total == 60


def test_a_restored_database_that_went_on_is_read_from_the_start(
    situation: Situation, place: Store, settings: Settings
) -> None:
    receive(place, settings, report("facility.lift"))
    assert situation.picture().counts(MAY).by_kind["facility.lift"] == 1
    _restore_one_change_ago(place)
    receive(place, settings, report("facility.door"))
    receive(place, settings, report("facility.door"))
    by_kind = situation.picture().counts(MAY).by_kind
    assert by_kind["facility.door"] == 2
    assert "facility.lift" not in by_kind


def test_pages_of_incidents_follow_each_other(calm: Situation) -> None:
    wanted = IncidentFilter(Selection(kinds=("order",)))
    first = calm.incidents(wanted, after=None, limit=30)
    second = calm.incidents(wanted, after=first.next, limit=30)
    assert (len(first.items), len(second.items), second.next) == (30, 20, None)
    assert len({row.uid for row in first.items + second.items}) == 50


def test_incidents_of_a_grid_of_a_place_and_outside(calm: Situation) -> None:
    everything = Selection()
    assert len(calm.incidents(IncidentFilter(Selection(grid="G2")), after=None, limit=100).items) == 3
    assert len(calm.incidents(IncidentFilter(everything, outside=True), after=None, limit=100).items) == 3
    lon, lat = world.in_block(0, 1)
    around = (lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001)
    assert len(calm.incidents(IncidentFilter(everything, bbox=around), after=None, limit=100).items) == 3
    with pytest.raises(NotFound, match="no grid G9"):
        calm.incidents(IncidentFilter(Selection(grid="G9")), after=None, limit=100)


def test_the_grids_as_geojson_have_the_plan_and_their_workers(calm: Situation) -> None:
    features = json.loads(calm.grids(None).geojson)["features"]
    assert [feature["properties"]["code"] for feature in features] == ["G1", "G2"]
    assert features[0]["properties"] == {
        "code": "G1",
        "name": "青龙一网格",
        "kind": "residential",
        "dedicated": False,
        "community": "青龙社区",
        "street": "新下陆街道",
        "households": 512,
        "blocks": 2,
        "area_km2": 2.1,
        "workers": [{"role": "full_time_worker", "name": "网格员 001"}],
    }
    assert features[1]["properties"]["dedicated"] is True
    assert features[1]["geometry"]["type"] == "Polygon"


def test_the_change_feed(situation: Situation, place: Store, settings: Settings) -> None:
    seq = situation.seq()
    receive(place, settings, report())
    changes = situation.changes(seq, 10)
    assert changes.seq == seq + 1
    assert [(entry.seq, entry.entity, entry.action) for entry in changes.entries] == [
        (seq + 1, "incident", "incident.received")
    ]


def _uid_of(place: Store, plan: int) -> str:
    with place.read() as session:
        return session.scalar(sa.select(GridPlan.uid).where(GridPlan.id == plan))


def _first_theft(session) -> tuple[str, int, int]:
    uid, key = session.query(Incident.uid, Incident.id).filter(Incident.kind == "order.theft").first()
    block = session.query(Incident.block_id).filter(Incident.kind == "help.elder").first()[0]
    return uid, key, block


def _note(session, action: str, entity: str, uid: str | None) -> None:
    audit.append(
        session, actor="local", action=action, entity=entity, entity_uid=uid or ids.new_uid(), fields={},
        secret=world.SECRET, at=world.NOW,
    )  # fmt: skip


def _restore_one_change_ago(place: Store) -> None:
    """The newest incident and its entry are gone, as after a backup was put back."""
    with place.write() as session:
        newest = sa.select(sa.func.max(Incident.id)).scalar_subquery()
        session.execute(sa.delete(Incident).where(Incident.id == newest))
        with unguarded(session):
            session.execute(sa.delete(Audit).where(Audit.seq == sa.select(sa.func.max(Audit.seq)).scalar_subquery()))
            seq, hash_ = session.execute(sa.select(Audit.seq, Audit.hash).order_by(Audit.seq.desc()).limit(1)).one()
            session.execute(sa.update(AuditHead).values(seq=seq, hash=hash_, change_seq=seq, change_hash=hash_))


def test_numbers_stay_right_for_a_picture_without_events(settings: Settings) -> None:
    store = open_project(settings)
    picture = Situation(store, now=world.now).picture()
    assert picture.counts(Selection()).total == 0
    assert picture.timeline(Selection()).daily == ()
    assert picture.summary().plan is None
    assert np.asarray(picture.events.grid).size == 0
    store.close()
