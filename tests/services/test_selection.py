"""Every word of a selection: hours of the week, an area, a grid, a block, a plan; also while things change."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.domain.incidents import Amendment, IncidentReport, at_minute, on_day
from gridmap.domain.week_hours import WeekHours
from gridmap.errors import BadInput, NotFound
from gridmap.geo.events import UNKNOWN_HOUR
from gridmap.services import amending, intake
from gridmap.services.project import open_project
from gridmap.services.situation import IncidentFilter, Picture, Selection, Situation
from gridmap.store import audit, bulk, ids, plans
from gridmap.store.engine import Store
from gridmap.store.tables import Area, Block, BlockLineage, Grid, GridOutline, Incident
from tests.services import small_world as world

D = dt.date
MAY = Selection(D(2024, 5, 1), D(2024, 5, 31))
FRIDAY_EVENING = WeekHours.parse("5.18-23")
IN_B2, IN_B3 = world.in_block(1, 0), world.in_block(0, 1)


@pytest.fixture
def place(settings: Settings) -> Iterator[Store]:
    store = world.build(settings)
    yield store
    store.close()


@pytest.fixture
def situation(place: Store) -> Situation:
    return Situation(place, now=world.now)


def receive(place: Store, settings: Settings, at: tuple[float, float], when: str | D, kind: str = "hazard") -> str:
    """An incident at a local time of the project, or on a day -> its uid."""
    zone = "Asia/Shanghai"
    occurrence = on_day(when) if isinstance(when, D) else at_minute(dt.datetime.fromisoformat(when), zone)
    report = IncidentReport(*at, kind, occurrence)
    return intake.receive(place, settings, report, actor="local", now=world.NOW).uid


def change(place: Store, settings: Settings, uid: str, **changes: object) -> None:
    amending.amend(place, settings, uid, Amendment(changes), actor="local", now=world.NOW)


def same(one: Picture, other: Picture) -> None:
    """All that is known of every incident is the same, in whatever order."""
    mine, theirs = np.argsort(one.events.id), np.argsort(other.events.id)
    for name in ("id", "precision", "day", "hour", "at_s", "doubtful", "lon", "lat", "spot", "grid"):
        assert np.array_equal(getattr(one.events, name)[mine], getattr(other.events, name)[theirs]), name
    kinds = [np.array(picture.events.kinds)[picture.events.kind] for picture in (one, other)]
    assert kinds[0][mine].tolist() == kinds[1][theirs].tolist()


def test_with_hours_only_incidents_known_to_the_minute_count(
    place: Store, settings: Settings, situation: Situation
) -> None:
    receive(place, settings, IN_B2, "2024-05-24 18:05")  # a Friday
    receive(place, settings, IN_B3, "2024-05-24 17:59")
    receive(place, settings, IN_B3, "2024-05-25 00:00")
    picture = situation.picture()
    counts = picture.counts(replace(MAY, hours=FRIDAY_EVENING))
    assert (counts.total, counts.by_grid, counts.by_kind) == (1, {"G1": 1}, {"hazard": 1})
    assert (counts.day_rows, counts.month_rows) == (56, 4)  # told, never guessed
    assert len(picture.window(replace(MAY, hours=FRIDAY_EVENING))) == 1
    assert sum(picture.timeline(replace(MAY, hours=FRIDAY_EVENING)).daily) == 1
    assert picture.counts(MAY).total == 63


def test_days_and_months_make_no_midnight_in_the_week(place: Store, settings: Settings, situation: Situation) -> None:
    assert sum(situation.picture().patterns(MAY).hours) == 0
    receive(place, settings, IN_B2, "2024-05-27 00:30")  # a Monday
    patterns = situation.picture().patterns(replace(MAY, hours=FRIDAY_EVENING))
    assert (patterns.hours[0], sum(patterns.hours)) == (1, 1)  # of all hours, whatever hours are chosen
    assert (patterns.total, patterns.day_rows, patterns.month_rows) == (61, 56, 4)
    assert patterns.weekdays == (4, 4, 5, 5, 5, 4, 4)


def test_hours_are_the_project_s_own_through_summer_time(settings: Settings) -> None:
    open_project(settings, time_zone="Europe/London").close()
    store = world.build(settings)
    for when in ("2024-03-31T00:30", "2024-03-31T01:30", "2024-10-27T00:30", "2024-10-27T01:30"):
        at = dt.datetime.fromisoformat(f"{when}+00:00")
        report = IncidentReport(*IN_B2, "hazard", at_minute(at, "Europe/London"))
        intake.receive(store, settings, report, actor="local", now=at)
    year = Selection(D(2024, 1, 1), D(2024, 12, 31), ("hazard",))
    hours = Situation(store, now=world.now).picture().patterns(year).hours
    sunday = {hour: count for hour, count in enumerate(hours[144:]) if count}
    assert sunday == {0: 1, 2: 1, 1: 2}  # half past one came twice in October and not at all in March
    store.close()


def test_a_change_of_time_or_place_is_followed(place: Store, settings: Settings, situation: Situation) -> None:
    uid = receive(place, settings, IN_B2, "2024-05-24 18:05")
    chosen = replace(MAY, hours=FRIDAY_EVENING)
    assert situation.picture().counts(chosen).by_grid == {"G1": 1}
    change(place, settings, uid, lon=IN_B3[0], lat=IN_B3[1])
    assert situation.picture().counts(chosen).by_grid == {"G2": 1}
    assert situation.picture().points(chosen, None, 14).lat == [round(IN_B3[1], 7)]
    change(place, settings, uid, occurrence=at_minute(dt.datetime.fromisoformat("2024-05-24 09:00"), "Asia/Shanghai"))
    assert situation.picture().counts(chosen).total == 0
    change(place, settings, uid, occurrence=on_day(D(2024, 5, 24)))
    moved = situation.picture()
    assert moved.counts(chosen).day_rows == 57
    assert moved.events.hour[-1] == UNKNOWN_HOUR
    same(moved, Situation(place, now=world.now).picture())


def test_areas_hold_what_lies_in_their_blocks(situation: Situation) -> None:
    picture = situation.picture()
    assert picture.counts(replace(MAY, area="0101")).by_area == {"01": 59, "0101": 59}
    assert picture.counts(replace(MAY, area="01")).outside == 2  # in a block that belongs to no grid
    assert len(picture.rows(replace(MAY, area="01", kinds=("dispute",)))) == 4
    with pytest.raises(NotFound, match="no area 02"):
        picture.counts(replace(MAY, area="02"))


def test_a_block_and_the_blocks_of_a_grid(situation: Situation) -> None:
    picture = situation.picture()
    assert picture.counts(replace(MAY, grid="G1")).by_block == {"B1": 50, "B2": 4}
    assert picture.counts(replace(MAY, block="B2")).by_kind == {"dispute": 4}
    assert picture.counts(MAY).by_block is None
    with pytest.raises(NotFound, match="no block B9"):
        picture.counts(replace(MAY, block="B9"))
    with pytest.raises(BadInput, match="More than one of area, grid and block"):
        Selection(grid="G1", block="B1")


def test_a_compound_holds_what_lies_inside_its_shape(place: Store, settings: Settings, situation: Situation) -> None:
    lon, lat = world.CLUSTER
    with place.write() as session:
        community = session.scalar(sa.select(Area.id).where(Area.code == "0101"))
        shape = shapely.box(lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001)
        shapes = np.array([shapely.MultiPolygon([shape]), None], dtype=object)
        columns = {"code": ["0101C1", "0101C2"], "name": ["甲院", "乙院"], "level": ["compound"] * 2, "geom": shapes}
        bulk.insert(session, Area, {**columns, "parent_id": [community] * 2})
        tell(session)
    picture = situation.picture()
    assert picture.counts(replace(MAY, area="0101C1")).by_kind == {"order.theft": 50}
    assert picture.counts(replace(MAY, area="0101")).total == 59
    with pytest.raises(BadInput, match="乙院 no shape"):
        picture.counts(replace(MAY, area="0101C2"))


def tell(session: object) -> None:
    """An entry of the feed after which everything is read again."""
    audit.append(
        session, actor="local", action="import.areas", entity="import_batch", entity_uid=ids.new_uid(), fields={},
        secret=world.SECRET, at=world.NOW,
    )  # fmt: skip


def draft(place: Store) -> str:
    """Another plan: B1 is G1; B2, B3 and B4 are G2 -> its uid."""
    uid = ids.new_uid()
    with place.write() as session:
        blocks, grids = (dict(session.execute(sa.select(table.code, table.id)).all()) for table in (Block, Grid))
        plan = plans.add(
            session, uid=uid, name="草案", state="draft", low=400, high=800, counted="registered_households",
            created_at=world.NOW,
        )  # fmt: skip
        chosen = np.array([blocks[code] for code in ("B1", "B2", "B3", "B4")])
        plans.assign(session, plan, chosen, np.array([grids["G1"], grids["G2"], grids["G2"], grids["G2"]]))
        rest = shapely.union_all([world._square(1, 0), world._square(0, 1), world._square(1, 1)])
        plans.refresh_outlines(
            session, plan, grid_ids=[grids["G1"], grids["G2"]], geoms=np.array([world._square(0, 0), rest]),
            blocks=[1, 3], households=[500, 12], area_km2=[1.05, 3.15],
        )  # fmt: skip
        tell(session)
    return uid


def test_under_another_plan_totals_are_the_same(place: Store, situation: Situation) -> None:
    uid = draft(place)
    today, other = situation.picture().counts(MAY), situation.picture().counts(replace(MAY, plan=uid))
    assert (today.total, today.by_kind, today.by_area) == (other.total, other.by_kind, other.by_area)
    assert (today.by_grid, today.outside) == ({"G1": 54, "G2": 3}, 3)
    assert (other.by_grid, other.outside) == ({"G1": 50, "G2": 9}, 1)
    assert len(situation.picture().rows(replace(MAY, grid="G2", plan=uid))) == 9
    grids = {one["id"]: one["properties"] for one in json.loads(situation.grids(None, uid).geojson)["features"]}
    assert grids["G2"]["blocks"] == 3
    listed = IncidentFilter(replace(MAY, kinds=("dispute",), plan=uid))
    assert {row.grid for row in situation.incidents(listed, after=None, limit=10).items} == {"G2"}
    in_force = situation.picture().ground.plan
    assert in_force is not None
    assert situation.picture().under(in_force.uid) is situation.picture()
    with pytest.raises(NotFound, match="no plan 7"):
        situation.picture().counts(replace(MAY, plan="7"))


def test_plans_are_listed_newest_first(place: Store, situation: Situation) -> None:
    uid = draft(place)
    newest, first = situation.plans()
    assert (newest.uid, newest.status, newest.grids, newest.in_force) == (uid, "draft", 2, False)
    assert (first.name, first.status, first.in_force, first.to_on) == ("2024 网格方案", "published", True, None)


def test_a_block_cut_in_between_leaves_every_total_as_it_was(place: Store, situation: Situation) -> None:
    uid = draft(place)
    before = [situation.picture().counts(replace(MAY, plan=plan)) for plan in (None, uid)]
    west, east = (shapely.box(*edges) for edges in _halves())
    with place.write() as session:
        parent, community = session.execute(sa.select(Block.id, Block.community_id).where(Block.code == "B2")).one()
        session.execute(sa.update(Block).where(Block.id == parent).values(closed_at=world.NOW))
        columns = {"code": ["B2a", "B2b"], "geom": np.array([west, east], dtype=object)}
        children = bulk.insert(
            session, Block, {**columns, "opened_at": [world.NOW] * 2, "community_id": [community] * 2}
        )
        bulk.insert(session, BlockLineage, {"parent_id": [parent] * 2, "child_id": children})
        held = session.scalars(sa.select(Incident.id).where(Incident.block_id == parent)).all()
        bulk.update(session, Incident, held[:3], {"block_id": [int(children[1])] * 3})  # one still names the old block
        tell(session)
    situation = Situation(place, now=lambda: world.NOW + dt.timedelta(seconds=1))
    after = [situation.picture().counts(replace(MAY, plan=plan)) for plan in (None, uid)]
    for old, new in zip(before, after, strict=True):
        assert (new.total, new.by_grid, new.by_area, new.outside) == (old.total, old.by_grid, old.by_area, old.outside)
    assert situation.picture().counts(replace(MAY, kinds=("dispute",), grid="G1")).by_block == {"B2b": 4}


def _halves() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """West and east part of B2; its middle lies in the east."""
    west, south, east, north = world._square(1, 0).bounds
    cut = west + 0.3 * world.SIDE
    return (west, south, cut, north), (cut, south, east, north)


def test_an_incident_outside_all_blocks_is_still_in_its_area(place: Store, situation: Situation) -> None:
    with place.write() as session:
        around = shapely.MultiPolygon([shapely.box(world.WEST, world.SOUTH, world.WEST + 0.04, world.SOUTH + 0.04)])
        shapes = np.array([around], dtype=object)
        bulk.insert(session, Area, {"code": ["0"], "name": ["区"], "level": ["district"], "geom": shapes})
        district = session.scalar(sa.select(Area.id).where(Area.code == "0"))
        session.execute(sa.update(Area).where(Area.code == "01").values(parent_id=district))
        tell(session)
    counts = situation.picture().counts(MAY)
    assert counts.by_area == {"0": 60, "01": 59, "0101": 59}
    assert (counts.in_grids, counts.outside) == (57, 3)


def test_the_tree_of_areas_knows_its_grids_and_households(place: Store, situation: Situation) -> None:
    street, community = situation.picture().areas()
    assert (street.code, street.parent, street.grids, street.bbox) == ("01", None, (), None)
    assert (community.parent, community.grids, community.households) == ("01", ("G1", "G2"), 0)
    uid = draft(place)
    with place.write() as session:
        session.execute(sa.delete(GridOutline).where(GridOutline.households == 12))
        tell(session)
    assert situation.picture().areas(uid)[1].grids == ("G1",)


def test_doubtful_ones_are_counted_until_somebody_answers(
    place: Store, settings: Settings, situation: Situation
) -> None:
    near_the_border = world.WEST + 0.005, world.SOUTH + 0.0099  # of B1, in G1, and B3, in G2
    report = IncidentReport(*near_the_border, "hazard", on_day(D(2024, 5, 31)), uncertainty_m=60.0)
    uid = intake.receive(place, settings, report, actor="local", now=world.NOW).uid
    assert situation.picture().counts(replace(MAY, kinds=("hazard",))).doubtful == 1
    change(place, settings, uid, grid="G2")
    counts = situation.picture().counts(replace(MAY, kinds=("hazard",)))
    assert (counts.doubtful, counts.by_grid) == (0, {"G2": 1})


def test_one_incident_is_enough_for_every_answer(place: Store, settings: Settings, situation: Situation) -> None:
    with place.write() as session:
        session.execute(sa.delete(Incident))
        tell(session)
    receive(place, settings, IN_B3, "2024-05-24 18:05")
    picture = situation.picture()
    assert (picture.counts(Selection()).by_grid, picture.timeline(Selection()).daily) == ({"G2": 1}, (1,))
    assert picture.patterns(Selection()).hours.index(1) == 4 * 24 + 18
    assert picture.points(Selection(), None, 14).count == [1]
    (row,) = situation.incidents(IncidentFilter(Selection(area="01")), after=None, limit=5).items
    assert (row.grid, row.block) == ("G2", "B3")
