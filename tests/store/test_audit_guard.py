"""The database itself refuses to change or remove an entry, and the head only moves on."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from gridmap.errors import Conflict
from gridmap.store import audit, migrations
from gridmap.store.engine import Store
from tests.store.district import append_entry, fill, unguarded

ZEROS = "00" * 32


@pytest.fixture
def chained(store: Store) -> Store:
    with store.write() as session:
        for i in range(3):
            append_entry(session, entity_uid=f"uid-{i}")
    return store


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'somebody' WHERE seq = 2",
        "UPDATE audit SET seq = 9 WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
        "UPDATE audit_head SET seq = 2",
        "UPDATE audit_head SET seq = 4",
        "UPDATE audit_head SET change_seq = 1",
        "UPDATE audit_head SET hash = prev_hash FROM audit WHERE audit.seq = 3",
        "UPDATE audit_head SET id = 2",
        "DELETE FROM audit_head",
    ],
)
def test_what_was_written_stays(chained: Store, statement: str) -> None:
    with pytest.raises(Conflict, match=r"only grows|only moves on"), chained.write() as session:
        session.execute(sa.text(statement))
    with chained.read() as session:
        assert [entry.seq for entry in audit.since(session, 0)] == [1, 2, 3]
        assert audit.verify(session) == []


@pytest.mark.parametrize(
    ("dialect", "statement"),
    [
        ("postgresql", "TRUNCATE audit"),
        ("postgresql", "TRUNCATE audit_head CASCADE"),
        ("sqlite", "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 2"),
        ("sqlite", "UPDATE OR REPLACE audit SET seq = 2 WHERE seq = 3"),
        ("sqlite", "INSERT OR REPLACE INTO audit_head SELECT id, 1, hash, 1, hash FROM audit_head"),
    ],
)
def test_no_other_word_removes_an_entry(chained: Store, dialect: str, statement: str) -> None:
    if chained.dialect != dialect:
        pytest.skip(f"{dialect} knows this statement")
    with pytest.raises(Conflict, match=r"only grows|only moves on"), chained.write() as session:
        session.execute(sa.text(statement))
    with chained.read() as session:
        assert audit.verify(session) == []


def test_the_head_may_be_locked_and_entries_go_on(chained: Store) -> None:
    with chained.write() as session:
        session.execute(sa.text("UPDATE audit_head SET seq = seq"))
        assert append_entry(session) == 4
    with chained.read() as session:
        assert audit.verify(session) == []


@pytest.mark.parametrize("guard", ["audit_no_update", "audit_head_forward"])
def test_a_guard_that_is_gone_is_told(store: Store, guard: str) -> None:
    table = "audit_head" if "head" in guard else "audit"
    with store.engine.begin() as connection:
        connection.execute(sa.text(f"DROP TRIGGER {guard}" + (f" ON {table}" if store.dialect != "sqlite" else "")))
    assert migrations.check(store) == [f"The audit has lost its triggers {guard}: entries could be changed."]


def test_the_guards_come_and_go_with_their_revision(store: Store) -> None:
    """Down to the fourth revision, as a database of it is, and up again: the chain goes on."""
    fill(store)
    migrations.downgrade(store, "0004")
    with store.read() as session:
        names = {column["name"] for column in sa.inspect(session.connection()).get_columns("audit_head")}
        entries = session.scalar(sa.text("SELECT count(*) FROM audit"))
    assert names == {"id", "seq", "hash"}
    with pytest.raises(ZeroDivisionError), store.engine.begin() as connection:
        assert connection.execute(sa.text("DELETE FROM audit")).rowcount == entries
        1 / 0  # noqa: B018
    migrations.upgrade(store)
    assert migrations.check(store) == []
    with store.write() as session:
        assert audit.newest_change(session) == audit.head(session) != (0, bytes.fromhex(ZEROS))
        append_entry(session)
        assert audit.verify(session) == []


def test_unguarded_is_what_the_tests_of_the_chain_need(chained: Store) -> None:
    with chained.write() as session, unguarded(session):
        session.execute(sa.text("DELETE FROM audit WHERE seq = 2"))
    assert migrations.check(chained) == []
    with chained.read() as session:
        assert [problem.seq for problem in audit.verify(session)] == [3]
