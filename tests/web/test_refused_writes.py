"""A server whose database is locked, or whose disk is full: it says so, stores nothing, reads on, and goes on."""

from __future__ import annotations

import http.client
import random
import resource
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.store.engine import Store, file_of
from tests.restarting import Loaded, Restarting, members, restarting
from tests.serving import PATIENCE_S
from tests.web.writing import Writer, answered, forgery_token, incident_count, require_whole

FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE SQLSTATE '53100' USING MESSAGE = 'could not extend file: No space left on device'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON party FOR EACH ROW EXECUTE FUNCTION no_room()
"""
FREE = "DROP TRIGGER no_room ON party; DROP FUNCTION no_room()"


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Another program holds the database, and does not let go."""
    with store.write() as session:
        session.execute(sa.text("UPDATE audit_head SET seq = seq"))
        yield


@contextmanager
def full_disk(store: Store, server: Restarting) -> Iterator[None]:
    """No file of the server can grow: in the middle of what it stores the system refuses to write more. PostgreSQL's
    own disk is not ours to fill: it says so in the middle of the transaction.
    """
    path = file_of(server.settings.db)
    if path is None:
        with store.write() as session:
            session.connection().exec_driver_sql(FULL)
        yield
        with store.write() as session:
            session.connection().exec_driver_sql(FREE)
        return
    size = Path(f"{path}-wal").stat().st_size + 8_192
    for pid in members(server.pid):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    yield
    for pid in members(server.pid):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def reads(port: int) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as connection:
        connection.request("GET", "/api/v1/counts")
        return connection.getresponse().status


def test_a_refused_write_is_told_leaves_nothing_and_is_stored_later(
    loaded: Loaded, world: Store, settings: Settings
) -> None:
    before = incident_count(world)
    with restarting(loaded, settings) as server:
        server.start()
        answered(server)
        writer = Writer(server.port, *forgery_token(server.port), random.Random(1))
        for wall, code in ((locked(world), "store_busy"), (full_disk(world, server), "store_broken")):
            with wall:
                thread = threading.Thread(target=writer.write, args=(threading.Event(),), daemon=True)
                thread.start()  # it writes until it is refused
                assert reads(server.port) == 200
                thread.join(PATIENCE_S)
                assert reads(server.port) == 200
            assert writer.refused == [(503, code)]
            require_whole(settings.db, [Writer(0, "", "", writer.rng, said=writer.said)], before)
            writer.refused.clear()
            writer.again()
            assert writer.begun is None and not writer.refused
        require_whole(settings.db, [writer], before)
