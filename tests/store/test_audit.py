"""The hash chain: dense, in order, without values, and every tampering seen."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import hmac
from decimal import Decimal

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from gridmap.store import audit
from gridmap.store.engine import Store
from gridmap.store.tables import Audit, AuditHead
from tests.store.district import NOW, SECRET, append_entry, unguarded

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


@pytest.fixture
def chained(store: Store) -> Store:
    """Five entries."""
    with store.write() as session:
        for i in range(5):
            append_entry(session, entity_uid=f"uid-{i}")
    return store


def verified(store: Store) -> list[tuple[int, str]]:
    with store.read() as session:
        return [(problem.seq, problem.message) for problem in audit.verify(session)]


def test_entries_are_dense_and_in_order(chained: Store) -> None:
    with chained.read() as session:
        entries = audit.since(session, 0)
        assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]
        assert [entry.entity_uid for entry in audit.since(session, 3)] == ["uid-3", "uid-4"]
        assert [entry.seq for entry in audit.since(session, 1, limit=2)] == [2, 3]
        assert audit.head(session) == (5, entries[-1].hash)
    assert verified(chained) == []


def test_an_undone_change_leaves_no_gap(chained: Store) -> None:
    with pytest.raises(ZeroDivisionError), chained.write() as session:
        append_entry(session)
        1 / 0  # noqa: B018
    with chained.write() as session:
        assert append_entry(session) == 6
    assert verified(chained) == []


def test_each_entry_holds_the_hash_of_the_one_before(chained: Store) -> None:
    with chained.read() as session:
        entries = audit.since(session, 0)
    assert entries[0].prev_hash == bytes(32)
    assert [entry.prev_hash for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]


def test_the_hash_is_what_anybody_can_compute(chained: Store) -> None:
    """SHA-256 over the hash before and sorted JSON: written out here without our code."""
    with chained.read() as session:
        entry = audit.since(session, 0, 1)[0]
    text = (
        '{"action":"incident.received","actor":"local","algorithm":"sha256/hmac-sha256/json/1",'
        f'"at":"2026-11-23T08:00:00.000000Z","digests":{{"kind":"{entry.digests["kind"]}"}},'
        '"entity":"incident","entity_uid":"uid-0","seq":1}'
    )
    assert entry.hash == hashlib.sha256(bytes(32) + text.encode()).digest()
    assert entry.digests["kind"] == hmac.new(
        SECRET, b'["incident","uid-0","kind","order.theft"]', hashlib.sha256
    ).hexdigest()


def test_no_value_is_stored(store: Store) -> None:
    with store.write() as session:
        append_entry(session, fields={"address": "新下陆街道 12 号", "phone": "13800000000"})
    with store.read() as session:
        row = session.execute(sa.select(Audit.__table__)).one()
    stored = str(row)
    assert "13800000000" not in stored
    assert "下陆" not in stored
    assert set(row.digests) == {"address", "phone"}


def test_equal_values_do_not_look_equal(store: Store) -> None:
    same = audit.field_digest(SECRET, "incident", "a", "kind", "x")
    assert same == audit.field_digest(SECRET, "incident", "a", "kind", "x")
    others = {
        audit.field_digest(SECRET, "incident", "b", "kind", "x"),
        audit.field_digest(SECRET, "incident", "a", "note", "x"),
        audit.field_digest(b"another key", "incident", "a", "kind", "x"),
    }
    assert len(others | {same}) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "somebody"},
        {"action": "incident.deleted"},
        {"entity": "household"},
        {"entity_uid": "another"},
        {"at": NOW - dt.timedelta(seconds=1)},
        {"digests": {"kind": "00"}},
        {"hash": bytes(32)},
    ],
)
def test_an_edited_entry_is_found(chained: Store, change: dict[str, object]) -> None:
    with chained.write() as session, unguarded(session):
        session.execute(sa.update(Audit).where(Audit.seq == 3).values(**change))
    assert (3, "It was changed after it was written.") in verified(chained)


def test_an_unknown_algorithm_is_found(chained: Store) -> None:
    with chained.write() as session, unguarded(session):
        session.execute(sa.update(Audit).where(Audit.seq == 2).values(algorithm="none"))
    assert verified(chained) == [(2, "Its algorithm 'none' is not known.")]


def test_a_removed_entry_is_found(chained: Store) -> None:
    with chained.write() as session, unguarded(session):
        session.execute(sa.delete(Audit).where(Audit.seq == 3))
    assert verified(chained) == [(4, "Entries 3 to 3 are missing.")]


def test_a_removed_end_is_found(chained: Store) -> None:
    with chained.write() as session, unguarded(session):
        session.execute(sa.delete(Audit).where(Audit.seq >= 4))
    assert verified(chained) == [(5, "The head names entry 5, the last one stored is 3.")]


def test_a_head_set_back_is_found(chained: Store) -> None:
    with chained.write() as session, unguarded(session):
        session.execute(sa.update(AuditHead).values(seq=4))
    assert verified(chained) == [(4, "The head names entry 4, the last one stored is 5.")]
    with chained.write() as session, unguarded(session):
        session.execute(sa.update(AuditHead).values(seq=5, hash=bytes(32)))
    assert verified(chained) == [(5, "The head's hash is not the last entry's.")]


def test_two_swapped_entries_are_found(chained: Store) -> None:
    with chained.write() as session, unguarded(session):
        for old, new in ((2, 99), (4, 2), (99, 4)):
            session.execute(sa.update(Audit).where(Audit.seq == old).values(seq=new))
    assert {seq for seq, _ in verified(chained)} >= {2, 4}


def test_a_replaced_entry_that_hashes_rightly_is_found(chained: Store) -> None:
    """Somebody who knows the method writes entry 3 anew with a right hash: entry 4 does not continue it."""
    with chained.write() as session, unguarded(session):
        third = dataclasses.replace(audit.since(session, 2, 1)[0], actor="somebody")
        session.execute(sa.update(Audit).where(Audit.seq == 3).values(actor="somebody", hash=audit._hash_of(third)))
    assert verified(chained) == [(4, "It does not continue the entry before it.")]


def test_progress_ends_at_the_newest(chained: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "CHUNK", 2)
    seen: list[tuple[int, int]] = []
    with chained.read() as session:
        assert audit.verify(session, lambda done, total: seen.append((done, total))) == []
    assert seen == [(2, 5), (4, 5), (5, 5)]


def test_an_empty_chain_is_whole(store: Store) -> None:
    assert verified(store) == []
    with store.read() as session:
        assert audit.head(session) == (0, bytes(32))
        assert audit.since(session, 0) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": None}, '{"a":null,"b":1}'),
        (dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=SHANGHAI), '"2026-01-01T19:04:05.000006Z"'),
        (dt.date(2026, 1, 2), '"2026-01-02"'),
        (b"\x01\xff", '"01ff"'),
        (Decimal("1.10"), '"1.10"'),
        (np.int64(7), "7"),
        (np.array([1.5, 2.0]), "[1.5,2.0]"),
        ({"y", "x"}, '["x","y"]'),
        ("网格", '"网格"'),
        (shapely.Point(1, 2), '"0101000000000000000000F03F0000000000000040"'),
    ],
)
def test_one_value_has_one_text(value: object, text: str) -> None:
    assert audit.canonical(value).decode() == text


@pytest.mark.parametrize("value", [object(), float("nan"), float("inf")])
def test_what_has_no_text_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        audit.canonical(value)
