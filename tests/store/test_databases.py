"""What a test leaves on the PostgreSQL server is gone for the next one."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from gridmap.store import migrations, places
from gridmap.store.engine import open_store
from tests.postgres_databases import Databases
from tests.store.district import append_entry, fill


@pytest.fixture
def server(databases: Databases | None, template_db: str) -> Databases:
    if databases is None:
        pytest.skip("needs the PostgreSQL server of GRIDMAP_TEST_DB")
    return databases


@pytest.mark.parametrize("points", [8, 6_000])
def test_rows_are_gone_and_numbers_begin_anew(server: Databases, points: int) -> None:
    address = server.take()
    for _ in range(2):
        used = open_store(address)
        fill(used, points)
        with used.read() as session:
            assert places.points(session, places.COUNTED["incidents"])[0][0] == 1
            assert session.scalar(sa.text("SELECT seq FROM audit_head")) == 1
        server.give_back(address)  # though somebody is still connected
        assert server.take() == address
        used.close()
    clean = open_store(address)
    with clean.write() as session:
        assert set(places.counts(session).values()) == {0}
        assert append_entry(session) == 1
    assert migrations.check(clean) == []
    clean.close()
    server.give_back(address)


def test_a_changed_schema_is_not_used_again(server: Databases) -> None:
    address = server.take()
    used = open_store(address)
    with used.write() as session:
        session.execute(sa.text("ALTER TABLE camera DROP COLUMN range_m"))
    used.close()
    server.give_back(address)
    assert server.take() != address
