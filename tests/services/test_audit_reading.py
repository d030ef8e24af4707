"""What an auditor asks of the audit, and takes away."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator

import pytest

from gridmap.config import Settings
from gridmap.domain.access import LOCAL, Actor
from gridmap.services import audit_reading, auditing
from gridmap.services.audit_reading import Asked
from gridmap.store import audit, ids
from gridmap.store import audit_reading as rows
from gridmap.store.engine import Store
from gridmap.store.tables import Account, Incident
from tests.services import small_world as world

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)  # 16:00 in Shanghai
DAY = dt.timedelta(days=1)


@pytest.fixture
def story(settings: Settings) -> Iterator[tuple[Store, str, str]]:
    """The small world, an incident that was received, opened and changed, sign-ins and an export."""
    store = world.build(settings)
    with store.write() as session:
        session.add(Account(uid=ids.new_uid(), name="zhang", shown_name="张 敏", created_at=NOW))
        uid, number = session.query(Incident.uid, Incident.case_number).order_by(Incident.id).first() or ("", "")
        for actor, action, entity, about, at in [
            ("local", "incident.received", "incident", uid, NOW - DAY),
            ("zhang", "account.sign_in", "account", None, NOW),
            ("zhang", "incident.opened", "incident", uid, NOW),
            ("zhang", "incident.moved", "incident", uid, NOW + 0.33 * DAY),  # 23:55 of the same day there
            ("zhang", "incidents.exported", "export", None, NOW + 0.34 * DAY),
            ("=evil", "incident.opened", "incident", uid, NOW + 2 * DAY),
        ]:
            auditing.append(session, settings, Actor(actor), action, entity, about, {"kind": "x"}, now=at)
    yield store, uid, number
    store.close()


def found(store: Store, **words: object) -> list[int]:
    return [entry.seq for entry in audit_reading.entries(store, Asked(**words)).entries]


def test_entries_are_asked_by_who_what_whom_and_when(story: tuple[Store, str, str]) -> None:
    store, uid, number = story
    today = dt.date(2026, 11, 23)
    assert found(store) == [7, 6, 5, 4, 3, 2, 1]
    assert found(store, actor="zhang") == [6, 5, 4, 3]
    assert found(store, record=uid) == found(store, record=number) == [7, 5, 4, 2]  # a record's story
    assert found(store, record=number, action="seen") == [7, 4]  # who saw it
    assert found(store, action="signed_in") == [3]
    assert found(store, action="incident.opened", actor="zhang") == [4]
    assert found(store, action="changed", entity="incident") == [5, 2]
    assert found(store, from_on=today, to_on=today) == [5, 4, 3]  # by the project's clock
    assert found(store, from_on=dt.date.min, to_on=dt.date.max) == found(store)
    assert found(store, from_on=dt.date.max) == found(store, to_on=dt.date.min) == found(store, record="no such") == []


def test_pages_follow_one_another_and_name_records(story: tuple[Store, str, str]) -> None:
    store, uid, number = story
    first = audit_reading.entries(store, Asked(), limit=3)
    second = audit_reading.entries(store, Asked(), before=first.before, limit=4)
    assert [entry.seq for entry in (*first.entries, *second.entries)] == [7, 6, 5, 4, 3, 2, 1]
    assert second.before is None
    assert first.names == {uid: number}
    offered = audit_reading.choices(store)
    assert offered.actors == {"=evil": "=evil", "local": "local", "zhang": "张 敏"}
    assert offered.total == 7 and "incidents.exported" in offered.actions


def test_an_export_is_an_entry_itself_and_holds_no_formula(
    story: tuple[Store, str, str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _, number = story
    monkeypatch.setattr(rows, "CHUNK", 3)  # several pieces
    text = "".join(audit_reading.export(store, settings, Asked(record=number), actor=LOCAL, now=NOW))
    lines = list(csv.DictReader(text.removeprefix("\ufeff").splitlines()))
    assert [line["seq"] for line in lines] == ["7", "5", "4", "2"]
    assert lines[0]["actor"] == "'=evil"
    assert lines[1]["at"].startswith("2026-11-23T23:55:12") and lines[1]["at"].endswith("+08:00")
    assert {line["name"] for line in lines} == {number}
    with store.read() as session:
        newest = audit.since(session, 7)[0]
        assert (newest.action, newest.actor, set(newest.digests)) == ("audit.exported", "local", {"record"})
        assert audit.verify(session) == []
