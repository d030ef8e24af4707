"""What a PostgreSQL server does to a transaction, told as busy or broken; nothing of it is stored."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from gridmap.errors import Conflict, GridmapError, StoreBroken, StoreBusy
from gridmap.store import audit, places
from gridmap.store.engine import Store, open_store
from tests.store.district import add_incident, append_entry


@pytest.fixture
def server(store: Store) -> Store:
    if store.dialect != "postgresql":
        pytest.skip("a file has no server; its own failures are in test_engine.py")
    return store


def nothing_stored(store: Store) -> bool:
    with store.read() as session:
        return places.counts(session)["incidents"] == 0 and audit.head(session)[0] == 0


@pytest.mark.parametrize(
    ("state", "kind", "told"),
    [
        ("53100", StoreBroken, "disk is full"),
        ("53200", StoreBroken, "no memory"),
        ("53300", StoreBusy, "busy"),
        ("58030", StoreBroken, "disk reports"),
        ("XX001", StoreBroken, "damaged"),
        ("08006", StoreBroken, "was lost"),
        ("57P01", StoreBroken, "was lost"),
        ("25P03", StoreBroken, "was lost"),
        ("25006", StoreBroken, "accepts no writes"),
        ("42501", StoreBroken, "lacks a right"),
        ("40P01", StoreBusy, "busy"),
        ("55P03", StoreBusy, "busy"),
        ("57014", StoreBusy, "took too long"),
        ("23505", Conflict, "contradicts"),
    ],
)
def test_each_state_has_its_words_and_nothing_is_stored(
    state: str, kind: type[GridmapError], told: str, server: Store
) -> None:
    with pytest.raises(kind) as refused, server.write() as session:
        add_incident(session)
        append_entry(session)
        session.execute(sa.text(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$"))
    assert told in refused.value.message
    assert refused.value.hint
    assert "password" not in str(refused.value)
    assert nothing_stored(server)


def test_a_statement_over_the_server_s_time_is_stopped(server: Store, fresh_db: str) -> None:
    name = sa.make_url(fresh_db).database
    with server.write() as session:
        session.execute(sa.text(f'ALTER DATABASE "{name}" SET statement_timeout = 200'))
    limited = open_store(fresh_db)
    try:
        begun_s = time.monotonic()
        with pytest.raises(StoreBusy, match="took too long"), limited.write() as session:
            add_incident(session)
            session.execute(sa.text("SELECT pg_sleep(20)"))
        assert time.monotonic() - begun_s < 15  # it did not wait for the end
        assert nothing_stored(limited)
    finally:
        limited.close()
        with server.write() as session:
            session.execute(sa.text(f'ALTER DATABASE "{name}" RESET statement_timeout'))


def test_a_connection_that_is_cut_stores_nothing_and_the_next_one_works(server: Store) -> None:
    with pytest.raises(StoreBroken, match="was lost"), server.write() as session:
        add_incident(session)
        append_entry(session)
        session.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert nothing_stored(server)
    with server.write() as session:
        add_incident(session)
        append_entry(session)
    assert not nothing_stored(server)


def test_connections_that_were_cut_while_they_rested_are_made_anew(server: Store) -> None:
    with server.read() as first, server.read() as second:
        first.execute(sa.text("SELECT 1"))
        second.execute(sa.text("SELECT 1"))
    with server.write() as session:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        session.execute(sa.text(f"{cut} AND datname = current_database()"))
    for _ in range(3):
        assert nothing_stored(server)
