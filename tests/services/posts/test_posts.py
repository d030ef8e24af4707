"""Posts: given, filled and ended; what they reach on which day, for holders and deputies; what is vacant.

The world: 新下陆街道 01 holds 青龙社区 0101 with the grids 青龙一网格 G1 and 车站 G2 (tests/services/small_world.py).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pytest
import shapely
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.domain.access import NOWHERE, Action, Actor, Scope
from gridmap.errors import BadInput, Conflict, NotFound
from gridmap.services import posts
from gridmap.services.posts import NewPost, PlaceKind, PostPlace
from gridmap.store import audit, bulk
from gridmap.store import posts as stored
from gridmap.store.engine import Store
from gridmap.store.tables import Building
from tests.services import small_world
from tests.services.small_world import NOW

SECURITY = "security.chief"
TODAY = dt.date(2024, 5, 31)
STREET, COMMUNITY = PostPlace(PlaceKind.AREA, "01"), PostPlace(PlaceKind.AREA, "0101")
G1, G2 = PostPlace(PlaceKind.GRID, "G1"), PostPlace(PlaceKind.GRID, "G2")


def day(number: int) -> dt.date:
    return dt.date(2024, 6, number)


@dataclass(frozen=True)
class District:
    store: Store
    settings: Settings
    building: PostPlace

    def person(self, name: str) -> str:
        return posts.add_person(self.store, self.settings, name, actor=SECURITY, now=NOW).uid

    def assign(self, new: NewPost) -> stored.PostRow:
        return posts.assign(self.store, self.settings, new, actor=SECURITY, now=NOW)

    def reach(self, worker_uid: str, on: dt.date, action: Action = Action.SEE_INCIDENTS) -> Scope:
        with self.store.read() as session:
            worker = stored.worker(session, worker_uid)
            assert worker is not None
            return Actor("somebody", holdings=stored.holdings(session, worker.id)).scope_for(action, on)


@pytest.fixture
def district(settings: Settings) -> District:
    store = small_world.build(settings)
    with store.write() as session:
        shape = shapely.Point(small_world.in_block(0, 0)).buffer(0.0005)
        bulk.insert(session, Building, {"name": ["一号楼"], "geom": [shapely.MultiPolygon([shape])]})
        uid = session.execute(sa.text("SELECT uid FROM building")).scalar_one()
    return District(store, settings, PostPlace(PlaceKind.BUILDING, uid))


def test_a_post_reaches_its_place_on_its_days_and_is_an_entry(district: District) -> None:
    li = district.person("李娜")
    row = district.assign(NewPost("community_officer", COMMUNITY, li, valid_from=day(3), valid_to=day(5)))
    assert (row.title, row.area_name, row.holder_name) == ("community_officer", "青龙社区", "李娜")
    here = Scope(areas=frozenset({"0101"}))
    assert [district.reach(li, day(d)) for d in (2, 3, 5, 6)] == [NOWHERE, here, here, NOWHERE]
    assert district.reach(li, day(3), Action.EXPORT) == NOWHERE
    with district.store.read() as session:
        entry = audit.since(session, 0)[-1]
        assert (entry.action, entry.actor, entry.entity_uid) == ("post.assign", SECURITY, row.uid)
        assert entry.is_change  # who works where is on the map
        assert not audit.verify(session)


def test_the_deputy_reaches_what_the_holder_reaches(district: District) -> None:
    li, wang = district.person("李娜"), district.person("王强")
    district.assign(NewPost("backing_worker", G2, li, wang))
    district.assign(NewPost("stairwell_head", district.building, wang, stairwell="2单元"))
    assert district.reach(li, TODAY) == Scope(grids=frozenset({"G2"}))
    assert district.reach(wang, TODAY) == Scope(
        grids=frozenset({"G2"}), buildings=frozenset({district.building.code})
    )
    listed = posts.list_posts(district.store, worker_uid=wang)
    assert {(row.title, row.deputy_name, row.stairwell) for row in listed} == {
        ("backing_worker", "王强", None), ("stairwell_head", None, "2单元"),
    }  # fmt: skip


def test_roles_of_several_places_add_up_each_where_it_is_held(district: District) -> None:
    li = district.person("李娜")
    district.assign(NewPost("patrol_member", STREET, li))
    district.assign(NewPost("commander", G1, li))
    assert district.reach(li, TODAY, Action.SEE_MAP) == Scope(areas=frozenset({"01"}), grids=frozenset({"G1"}))
    assert district.reach(li, TODAY, Action.EXPORT) == Scope(grids=frozenset({"G1"}))


def test_what_contradicts_is_refused_and_nothing_written(district: District) -> None:
    li, wang = district.person("李娜"), district.person("王强")
    full_time = NewPost("full_time_worker", G2, li, valid_from=day(1), valid_to=day(9))
    district.assign(full_time)
    before = len(posts.list_posts(district.store))
    wrong: list[tuple[type[Exception], NewPost]] = [
        (Conflict, full_time),
        (Conflict, replace(full_time, worker_uid=wang, valid_from=day(9), valid_to=None)),
        (BadInput, NewPost("mayor", G2, li)),
        (BadInput, replace(full_time, valid_from=day(9), valid_to=day(8))),
        (BadInput, NewPost("guard", G2, li, li)),
        (BadInput, NewPost("stairwell_head", G2, li, stairwell="1单元")),
        (NotFound, NewPost("guard", PostPlace(PlaceKind.GRID, "G9"), li)),
        (NotFound, NewPost("guard", G2, "nobody")),
    ]
    for kind, new in wrong:
        with pytest.raises(kind):
            district.assign(new)
    assert len(posts.list_posts(district.store)) == before
    district.assign(replace(full_time, worker_uid=wang, valid_from=day(10), valid_to=None))  # one after the other
    district.assign(replace(full_time, title="guard"))
    district.assign(replace(full_time, title="guard", worker_uid=wang))  # guards there may be several


def test_a_post_ends_with_a_day(district: District) -> None:
    li = district.person("李娜")
    row = district.assign(NewPost("guard", G2, li, valid_from=day(3)))
    with pytest.raises(BadInput):
        posts.end(district.store, district.settings, row.uid, day(2), actor=SECURITY, now=NOW)
    ended = posts.end(district.store, district.settings, row.uid, day(4), actor=SECURITY, now=NOW)
    assert ended.valid_to == day(4)
    assert [bool(district.reach(li, day(d), Action.SEE_MAP)) for d in (4, 5)] == [True, False]
    with pytest.raises(NotFound):
        posts.end(district.store, district.settings, "nothing", day(4), actor=SECURITY, now=NOW)


def test_every_grid_lacks_two_workers_until_they_are_found(district: District) -> None:
    def vacant() -> list[tuple[str, str]]:
        return [(each.title, each.place_code) for each in posts.vacancies(district.store, now=NOW)]

    # the world has 网格员 001 full-time in G1
    assert vacant() == [("backing_worker", "G1"), ("full_time_worker", "G2"), ("backing_worker", "G2")]
    empty = district.assign(NewPost("full_time_worker", G2))
    district.assign(NewPost("community_officer", COMMUNITY))
    assert [each.post_uid for each in posts.vacancies(district.store, now=NOW)][1] == empty.uid
    assert vacant()[-1] == ("community_officer", "0101")
    li, wang = district.person("李娜"), district.person("王强")
    filled = posts.set_people(
        district.store, district.settings, empty.uid, worker_uid=li, deputy_uid=wang, actor=SECURITY, now=NOW
    )
    assert (filled.holder_name, filled.deputy_name) == ("李娜", "王强")
    assert ("full_time_worker", "G2") not in vacant()
    with pytest.raises(Conflict):
        posts.set_people(
            district.store, district.settings, empty.uid, worker_uid=wang, deputy_uid=None, actor=SECURITY, now=NOW
        )
    with pytest.raises(BadInput):
        posts.set_people(
            district.store, district.settings, empty.uid, worker_uid=li, deputy_uid=li, actor=SECURITY, now=NOW
        )
    for deputy in (None, wang):
        changed = posts.set_deputy(
            district.store, district.settings, empty.uid, deputy, actor=SECURITY, now=NOW
        )
        assert (changed.holder_uid, changed.deputy_uid) == (li, deputy)
    with pytest.raises(BadInput):
        posts.set_deputy(district.store, district.settings, empty.uid, li, actor=SECURITY, now=NOW)
