"""Border doubt, moved points, answers, and the story that keeps what was."""

from __future__ import annotations

import datetime as dt
import math
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.domain.incidents import Amendment, IncidentReport, on_day
from gridmap.errors import BadInput, NotFound, OutsideExtent, Stale
from gridmap.services import amending, intake
from gridmap.services.current_places import CurrentPlaces
from gridmap.services.incident_story import IncidentDetail
from gridmap.services.situation import Selection, Situation
from gridmap.store import audit, plans
from gridmap.store.engine import Store
from tests.services import small_world as world

# B3 B4      B1, B2 are grid G1, B3 is grid G2, B4 belongs to no grid
# B1 B2
NEAR_B3 = (world.WEST + 0.005, world.SOUTH + 0.0099)  # in B1; 11.09 m south of B3
NORTH_M = 11.09
Amend = Callable[..., IncidentDetail]


@pytest.fixture
def place(settings: Settings) -> Iterator[Store]:
    store = world.build(settings)
    yield store
    store.close()


@pytest.fixture
def receive(place: Store, settings: Settings) -> Callable[..., intake.ReceivedIncident]:
    def call(at: tuple[float, float] = NEAR_B3, **more: Any) -> intake.ReceivedIncident:
        report = IncidentReport(*at, "order.theft", on_day(dt.date(2024, 5, 31)), **more)
        return intake.receive(place, settings, report, actor="local", now=world.NOW)

    return call


@pytest.fixture
def amend(place: Store, settings: Settings) -> Amend:
    def call(uid: str, note: str | None = None, version: str | None = None, **changes: Any) -> IncidentDetail:
        given = Amendment(changes, note=note, version=version)
        return amending.amend(place, settings, uid, given, actor="anna", now=world.NOW)

    return call


def tell(place: Store, uid: str) -> IncidentDetail:
    return intake.tell(place, uid, now=world.NOW, places=CurrentPlaces())


@pytest.mark.parametrize(
    ("at", "uncertainty_m", "grid", "is_doubtful"),
    [
        (NEAR_B3, None, "G1", False),
        (NEAR_B3, 11.0, "G1", False),
        (NEAR_B3, 11.2, "G1", True),
        (world.in_block(0, 0), 400, "G1", False),  # B2 is near, but the same grid
        ((world.WEST + 0.0101, world.SOUTH + 0.015), 5, None, False),  # in B4, which has no grid; B3 is 9.6 m off
        ((world.WEST + 0.0101, world.SOUTH + 0.015), 10, None, True),
        ((world.WEST - 0.0001, world.SOUTH + 0.005), 10, None, True),  # outside all blocks
        ((world.WEST + 0.005, world.SOUTH + 0.01), 0.5, "G1", True),  # on the border itself
    ],
)
def test_doubtful_where_the_uncertainty_reaches_another_grid(
    receive: Any, at: tuple[float, float], uncertainty_m: float | None, grid: str | None, is_doubtful: bool
) -> None:
    received = receive(at, uncertainty_m=uncertainty_m)
    assert (received.grid, received.is_doubtful) == (grid, is_doubtful)


def test_candidates_with_metres_and_shares(receive: Any, place: Store) -> None:
    found = tell(place, receive(uncertainty_m=30.0).uid)
    assert [(one.code, one.name, one.community) for one in found.candidates] == [
        ("G1", "青龙一网格", "青龙社区"), ("G2", "车站", "青龙社区"),
    ]  # fmt: skip
    mine, other = found.candidates
    assert mine.distance_m == 0
    assert other.distance_m == pytest.approx(NORTH_M, abs=0.05)
    cut = math.acos(NORTH_M / 30) * 30**2 - NORTH_M * math.sqrt(30**2 - NORTH_M**2)  # a circle cut by a straight border
    assert other.share == pytest.approx(cut / (math.pi * 30**2), abs=5e-4)
    assert mine.share + other.share == pytest.approx(1, abs=1e-4)
    assert tell(place, receive(uncertainty_m=5.0).uid).candidates == ()


CORNER = (world.WEST + 0.01, world.SOUTH + 0.01)  # of B1, B2 (grid G1), B3 (grid G2) and B4 (no grid)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ((world.WEST + 0.005, world.SOUTH + 0.01), [("G1", False), ("G2", True)]),  # on the border of B1 and B3
        (CORNER, [("G1", False), ("G2", True)]),
        ((world.WEST + 0.005, world.SOUTH + 0.02), [("G2", False)]),  # on the outer border of B3
        (NEAR_B3, [("G1", False), ("G2", False)]),
    ],
)
def test_the_grid_it_lies_in_comes_first_and_others_know_their_border(
    receive: Any, place: Store, at: tuple[float, float], told: list[tuple[str, bool]]
) -> None:
    received = receive(at, uncertainty_m=30.0)
    assert received.grid == told[0][0]
    with place.read() as session:
        doubt = CurrentPlaces().at(session, world.NOW).doubt
        assert doubt is not None
        found = doubt.candidates(session, *at, 30.0)
    assert [(one.code, one.is_on_border) for one in found] == told


def test_a_small_share_of_its_own_does_not_put_its_grid_behind_others(receive: Any, place: Store) -> None:
    """In the corner of B3 most of a large circle lies in G1."""
    at = (CORNER[0] - 1e-5, CORNER[1] + 1e-5)
    found = tell(place, receive(at, uncertainty_m=100.0).uid)
    assert [one.code for one in found.candidates] == ["G2", "G1"]
    assert found.candidates[0].share < found.candidates[1].share


def test_a_moved_point_is_placed_again_and_its_old_place_stays_in_the_story(
    receive: Any, amend: Amend, place: Store
) -> None:
    uid = receive(uncertainty_m=30.0, address="站前路").uid
    lon, lat = world.in_block(0, 1)
    moved = amend(uid, note="the caller showed it", lon=lon, lat=lat)
    assert (moved.incident.grid, moved.incident.block, moved.incident.is_doubtful) == ("G2", "B3", False)
    assert (moved.incident.placed_by, moved.candidates) == ("map", ())
    received, line = moved.story
    assert received.action == "received"
    assert (received.content["to"]["grid"], received.content["is_doubtful"]) == ("G1", True)
    assert (line.action, line.actor, line.content["note"]) == ("moved", "anna", "the caller showed it")
    assert line.content["from"] == {
        "lon": NEAR_B3[0], "lat": NEAR_B3[1], "uncertainty_m": 30.0, "block": "B1", "grid": "G1",
        "grid_name": "青龙一网格",
    }  # fmt: skip
    assert (line.content["to"]["lat"], line.content["to"]["grid"]) == (lat, "G2")
    assert line.content["distance_m"] == pytest.approx(565.5, abs=0.5)
    with place.read() as session:
        assert [(entry.action, entry.actor) for entry in audit.since(session, 1)] == [
            ("incident.received", "local"), ("incident.moved", "anna"),
        ]  # fmt: skip
        assert audit.verify(session) == []


def test_a_moved_point_may_be_doubtful_again(receive: Any, amend: Amend) -> None:
    uid = receive(uncertainty_m=30.0).uid
    assert not amend(uid, grid="G2").incident.is_doubtful
    back = amend(uid, lon=NEAR_B3[0], lat=NEAR_B3[1] - 1e-5)
    assert (back.incident.grid, back.incident.is_doubtful, back.incident.placed_by) == ("G1", True, "map")


def test_the_answer_puts_it_into_the_nearest_block_of_the_grid(receive: Any, amend: Amend, place: Store) -> None:
    uid = receive(uncertainty_m=30.0).uid
    answered = amend(uid, grid="G2", note="the door is there")
    incident = answered.incident
    assert (incident.grid, incident.block, incident.is_doubtful, incident.placed_by) == ("G2", "B3", False, "person")
    assert (incident.lon, incident.lat) == NEAR_B3
    assert answered.story[-1].action == "confirmed"
    assert (answered.story[-1].content["from"]["grid"], answered.story[-1].content["to"]["grid"]) == ("G1", "G2")
    assert [one.code for one in answered.candidates] == ["G1", "G2"]  # somebody may know better still
    with place.read() as session:
        plan = plans.current(session, world.NOW)
        assert plan is not None
        columns = sa.text("SELECT plan_id, block_id, grid_id FROM incident WHERE uid = :uid")
        row = session.execute(columns, {"uid": uid}).one()
        assert row.plan_id == plan.id
        assert plans.assignment(session, plan.id)[row.block_id] == row.grid_id  # as every plan will count it
    again = amend(uid, grid="G1")
    assert (again.incident.grid, again.incident.block) == ("G1", "B1")


def test_an_answer_stands_until_the_point_moves(receive: Any, amend: Amend) -> None:
    uid = receive(uncertainty_m=30.0).uid
    amend(uid, grid="G1")
    wider = amend(uid, uncertainty_m=200.0)
    assert (wider.incident.is_doubtful, wider.incident.grid, wider.incident.uncertainty_m) == (False, "G1", 200.0)


def test_outside_all_grids_the_answer_may_be_none_of_them(receive: Any, amend: Amend) -> None:
    uid = receive((world.WEST - 0.0001, world.SOUTH + 0.005), uncertainty_m=30.0).uid
    none = amend(uid, grid=None)
    assert (none.incident.grid, none.incident.is_doubtful, none.incident.placed_by) == (None, False, "person")
    assert none.nearest is not None
    assert (none.nearest.code, none.nearest.distance_m) == ("G1", pytest.approx(9.6, abs=0.1))
    assert amend(uid, grid="G1").incident.block == "B1"


def test_a_grid_out_of_reach_is_refused(receive: Any, amend: Amend, place: Store) -> None:
    uid = receive(world.in_block(0, 0), uncertainty_m=30.0).uid
    before = tell(place, uid)
    with pytest.raises(BadInput, match=r"not in reach.*G1"):
        amend(uid, grid="G2")
    with pytest.raises(BadInput, match="not in reach"):
        amend(uid, grid=None)  # it lies in a grid: it cannot lie in none
    with pytest.raises(OutsideExtent):
        amend(uid, lon=0.0, lat=0.0)
    with pytest.raises(NotFound):
        amend("unknown", kind="help")
    assert tell(place, uid) == before


def test_facts_change_with_what_they_were(receive: Any, amend: Amend) -> None:
    uid = receive(address="站前路").uid
    changed = amend(uid, kind="order.noise", address="站前路2号", occurrence=on_day(dt.date(2024, 5, 30)))
    assert (changed.incident.kind, changed.incident.occurred_on) == ("order.noise", dt.date(2024, 5, 30))
    content = changed.story[-1].content
    assert changed.story[-1].action == "changed"
    assert content["from"]["address"] == "站前路"
    assert content["to"] == {
        "kind": "order.noise", "address": "站前路2号", "occurred_at": None, "occurred_on": "2024-05-30",
        "precision": "day",
    }  # fmt: skip


def test_the_same_change_again_writes_nothing(receive: Any, amend: Amend, place: Store) -> None:
    uid = receive(uncertainty_m=30.0).uid
    first = amend(uid, grid="G2")
    assert amend(uid, grid="G2", version="long ago") == first
    assert amend(uid, lon=NEAR_B3[0], lat=NEAR_B3[1], kind="order.theft") == first
    with place.read() as session:
        assert audit.head(session)[0] == 3


def test_who_comes_second_is_told_what_the_first_did(receive: Any, amend: Amend, place: Store) -> None:
    uid = receive(uncertainty_m=30.0).uid
    seen = tell(place, uid).version
    amend(uid, grid="G2", version=seen)
    lon, lat = world.in_block(1, 0)
    with pytest.raises(Stale, match="somebody else") as caught:
        amend(uid, lon=lon, lat=lat, version=seen)
    assert [line["action"] for line in caught.value.details["changed"]] == ["confirmed"]
    assert tell(place, uid).incident.grid == "G2"
    assert amend(uid, lon=lon, lat=lat, version=caught.value.details["version"]).incident.block == "B2"


def test_of_many_at_once_with_one_version_one_wins(receive: Any, amend: Amend, place: Store) -> None:
    uid = receive(uncertainty_m=30.0).uid
    seen = tell(place, uid).version
    outcomes: list[str] = []

    def try_it(step: int) -> None:
        try:
            amend(uid, lon=NEAR_B3[0] + step * 1e-4, lat=NEAR_B3[1], version=seen)
            outcomes.append("stored")
        except Stale:
            outcomes.append("stale")

    threads = [threading.Thread(target=try_it, args=(step,)) for step in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["stale"] * 5 + ["stored"]
    assert [line.action for line in tell(place, uid).story] == ["received", "moved"]


def test_places_in_memory_follow_the_plan(place: Store, settings: Settings) -> None:
    places = CurrentPlaces()
    with place.read() as session:
        before = places.at(session, world.NOW)
        assert places.at(session, world.NOW) is before
    report = IncidentReport(*NEAR_B3, "order.theft", on_day(dt.date(2024, 5, 31)))
    intake.receive(place, settings, report, actor="local", now=world.NOW, places=places)
    with place.read() as session:
        assert places.at(session, world.NOW) is before  # an incident changes no ground
    with place.write() as session:
        session.execute(sa.text("UPDATE block SET closed_at = '2024-05-01 00:00:00' WHERE code = 'B1'"))
        audit.append(
            session, actor="x", action="block.cut", entity="block", entity_uid=None, fields={}, secret=world.SECRET,
            at=world.NOW,
        )  # fmt: skip
    with place.read() as session:
        assert places.at(session, world.NOW).placer.block_codes == ("B2", "B3", "B4")


def test_the_map_s_figures_follow_a_moved_incident(receive: Any, amend: Amend, place: Store) -> None:
    live = Situation(place, now=world.now)
    uid = receive().uid
    day = Selection(dt.date(2024, 5, 31), dt.date(2024, 5, 31), ("order.theft",))
    before = live.picture()
    assert before.counts(day).by_grid == {"G1": 1}
    lon, lat = world.in_block(0, 1)
    amend(uid, lon=lon, lat=lat)
    after = live.picture()
    assert after.counts(day).by_grid == {"G2": 1}
    assert len(after.events) == len(before.events) == 61
    assert after.ground is before.ground  # only the incident was read
    fresh = Situation(place, now=world.now).picture()
    for picture in (after, fresh):
        window = picture.window(day)
        x, y, _ = next(iter(window.batches()))
        assert (len(window), len(x)) == (1, 1)
        assert np.isclose(y[0], next(iter(fresh.window(day).batches()))[1][0])
    assert after.tile(13, 6710, 3374, day, bandwidth_m=300, theme="light", ratio=1) == fresh.tile(
        13, 6710, 3374, day, bandwidth_m=300, theme="light", ratio=1
    )
    amend(uid, kind="help.elder", occurrence=on_day(dt.date(2024, 5, 30)))
    assert live.picture().counts(day).total == 0
    elders = Selection(dt.date(2024, 5, 30), dt.date(2024, 5, 30), ("help.elder",))
    assert live.picture().counts(elders).by_grid == {"G2": 4}
    amend(uid, kind="order.theft", occurrence=on_day(dt.date(2024, 5, 31)), uncertainty_m=3.0)
    amend(uid, lon=world.WEST + 0.03, lat=world.SOUTH + 0.03)
    assert (live.picture().counts(day).outside, live.picture().counts(day).by_grid) == (1, {})
