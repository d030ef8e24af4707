"""Settings are changed as a whole, stored as versions with their audit entry, and never against another's change."""

from __future__ import annotations

import copy
import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from gridmap.config import Settings
from gridmap.domain.access import LOCAL, Actor
from gridmap.domain.calendar import WorkingCalendar
from gridmap.domain.grades import grades_of
from gridmap.domain.kinds import KindTree
from gridmap.errors import BadInput, Stale
from gridmap.reach import PublicUrl
from gridmap.services import settings as service
from gridmap.services.kind_names import required_kind
from gridmap.services.project import first_configuration
from gridmap.services.settings import Changed, SettingsRefused
from gridmap.services.situation import Situation
from gridmap.store import audit, configuration
from gridmap.store.engine import Store, open_store
from tests.services import small_world

Content = dict[str, Any]
ADMIN = Actor("system-admin")
NOW = small_world.NOW
INNER = "http://10.1.2.3:8080/t/{z}/{x}/{y}.png"
FLOOD = {"code": "flood", "zh": "内涝", "en": "Flood", "children": []}


@pytest.fixture
def world(settings: Settings) -> Iterator[Store]:
    store = small_world.build(settings)
    yield store
    store.close()


def put(store: Store, settings: Settings, base: int = 1, **sections: Any) -> Changed:
    return service.change(store, settings, sections, base=base, actor=ADMIN, now=NOW)


def kinds_without(code: str) -> list[Content]:
    tables = copy.deepcopy(first_configuration()["kind"])
    for table in tables:
        table["children"] = [child for child in table["children"] if child["code"] != code]
    return [table for table in tables if table["code"] != code]


def problems(store: Store, settings: Settings, **sections: Any) -> dict[str, str]:
    """Field -> what is wrong; nothing was stored."""
    with pytest.raises(SettingsRefused) as refused:
        put(store, settings, **sections)
    assert service.read(store).version == 1
    return {each.field: each.message for each in refused.value.problems}


def test_a_change_is_a_version_with_its_entry(world: Store, settings: Settings) -> None:
    done = put(world, settings, map={"approval_number": "鄂S(2026)001号"})
    assert done.version == 2
    assert [(each.path, each.before, each.after) for each in done.differences] == [
        ("map/approval_number", "", "鄂S(2026)001号")
    ]
    with world.read() as session:
        entry = audit.since(session, 0)[-1]
        assert audit.verify(session) == []
    assert (entry.actor, entry.action, entry.entity_uid) == ("system-admin", "settings.changed", "2")
    assert set(entry.digests) == {"map/approval_number"}
    assert put(world, settings, base=2, map={"approval_number": "鄂S(2026)001号"}) == Changed(2, ())
    newest, first = service.history(world)
    assert (newest.version, newest.actor, first.actor, first.differences) == (2, "system-admin", None, ())
    assert newest.differences == done.differences


def test_a_change_of_an_older_version_is_refused(world: Store, settings: Settings) -> None:
    put(world, settings, map={"approval_number": "1"})
    with pytest.raises(Stale, match="version 2 is in force"):
        put(world, settings, base=1, map={"approval_number": "2"})
    assert service.read(world).content["map"]["approval_number"] == "1"


def test_of_two_changes_at_once_one_is_stored(world: Store, settings: Settings, fresh_db: str) -> None:
    stores = [open_store(settings.db) for _ in range(2)]
    start, told = threading.Barrier(2), []

    def run(store: Store, number: str) -> None:
        start.wait()
        try:
            told.append(put(store, settings, map={"approval_number": number}).version)
        except Stale:
            told.append("stale")

    threads = [threading.Thread(target=run, args=(store, str(k))) for k, store in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    assert sorted(map(str, told)) == ["2", "stale"]


def test_other_processes_take_it_over(world: Store, settings: Settings) -> None:
    situation = Situation(world, now=small_world.now)
    before = situation.picture()
    tree = copy.deepcopy(first_configuration()["kind"])
    tree[0]["zh"] = "纠纷"
    put(world, settings, map={"approval_number": "鄂S 7"}, kind=tree)
    after = situation.picture()
    assert (before.project.approval_number, after.project.approval_number) == (None, "鄂S 7")
    assert after.tree.find("纠纷") == "dispute"
    assert after.project.settings_version == 2 and after.version != before.version
    assert len(after.events) == len(before.events)


def test_a_kind_that_incidents_have_is_closed_and_not_deleted(world: Store, settings: Settings) -> None:
    for code in ("order.theft", "order", "dispute"):  # what incidents have, and what lies above it
        assert "cannot be deleted" in problems(world, settings, kind=kinds_without(code))[f"kind/{code}"]
    closed = copy.deepcopy(first_configuration()["kind"])
    for table in closed:
        table["closed"] = table["code"] == "order"
    put(world, settings, kind=closed)
    tree = KindTree.of(service.read(world).content)
    with pytest.raises(BadInput, match="is closed"):
        required_kind("order.theft", tree)
    assert required_kind("order.theft", tree, kept="order.theft") == "order.theft"
    assert not [kind for kind in tree.open_kinds() if kind.code.startswith("order")]


def test_a_kind_that_no_incident_has_is_deleted(world: Store, settings: Settings) -> None:
    put(world, settings, kind=kinds_without("facility.lift"))
    with world.read() as session:
        assert "facility.lift" not in KindTree.of(configuration.current(session)[1]).codes()
        assert "facility.lift" in KindTree.of(configuration.at_version(session, 1)).codes()


def test_every_problem_is_told_at_once(world: Store, settings: Settings) -> None:
    found = problems(world, settings, accounts={"dormant_days": 5}, map={"approval_number": "x\n"})
    assert set(found) == {"accounts/dormant_days", "map/approval_number"}


def test_grades_have_deadlines_and_are_not_deleted(world: Store, settings: Settings) -> None:
    grades = copy.deepcopy(first_configuration()["grade"])
    grades[0]["deadlines"] = {"accept": {"hours": 0}}
    assert "cannot be used" in problems(world, settings, grade=grades)["grade/micro/deadlines/accept"]
    assert "cannot be deleted" in problems(world, settings, grade=grades[1:])["grade/micro"]
    grades[0] |= {"deadlines": {"settle": {"working_days": 2}}, "closed": True}
    put(world, settings, grade=[grades[1], grades[0], *grades[2:]])
    found = grades_of(service.read(world).content)
    assert [(grade.code, grade.is_closed) for grade in found][:2] == [("small", False), ("micro", True)]
    paths = [each.path for each in service.history(world)[0].differences]
    assert "grade/order" in paths and "grade/micro/deadlines/accept" in paths


def test_returning_makes_a_new_version_and_keeps_kinds_that_incidents_have(world: Store, settings: Settings) -> None:
    put(world, settings, kind=[*first_configuration()["kind"], FLOOD])
    put(world, settings, base=2, map={"approval_number": "7"})
    with world.write() as session:
        session.execute(configuration.sa.text("UPDATE incident SET kind = 'flood' WHERE kind = 'help.elder'"))
    done = service.return_to(world, settings, 1, base=3, actor=LOCAL, now=NOW)
    found = service.read(world)
    assert (done.version, found.version, found.content["map"]["approval_number"]) == (4, 4, "")
    assert KindTree.of(found.content).find("内涝") == "flood"
    assert service.history(world)[0].actor == "local"


def test_a_project_from_before_has_the_usual_of_what_it_lacks(world: Store, settings: Settings) -> None:
    with world.write() as session:
        _, content = configuration.current(session)
        old = {name: value for name, value in content.items() if name not in ("grade", "calendar", "basemap")}
        configuration.put(session, old, NOW)
    found = service.read(world)
    assert len(grades_of(found.content)) == 4 and WorkingCalendar.of(found.content).works_on(dt.date(2026, 11, 24))
    assert put(world, settings, base=2, map={"approval_number": "9"}).version == 3


def test_a_base_map_of_the_own_network_is_taken_and_http_below_https_is_not(world: Store, settings: Settings) -> None:
    own_map = {**first_configuration()["basemap"], "source": "address", "credit": "测绘院", "address": INNER}
    with pytest.raises(SettingsRefused, match="by HTTPS"):
        put(world, replace(settings, public_url=PublicUrl("map.lan")), basemap=own_map)
    put(world, settings, basemap=own_map)
    own = Situation(world, now=small_world.now).picture().project.own_basemap
    assert own is not None and (own.template, own.origin) == (INNER, "http://10.1.2.3:8080")
