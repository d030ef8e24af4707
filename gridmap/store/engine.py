"""The door to the database: SpatiaLite in a file, or PostGIS; reading a snapshot, writing one transaction.

SQLite has one writer. Inside a process writers queue at a lock of their own, so that threads wait in order instead of
racing; between processes `BEGIN IMMEDIATE` is tried again with growing pauses. What stays locked is StoreBusy, and
nothing was written.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, RootTransaction
from sqlalchemy.orm import Session as Session  # the name by which services take one

from gridmap.errors import BadSettings
from gridmap.store import postgis, spatialite
from gridmap.store.failures import is_busy, translated

BUSY_S = 10.0  # how long a writer waits for others before it gives up
MIGRATION_LOCK = 0x6772_6964  # "grid": the key under which migrations of a PostgreSQL database queue
THREADS = 16  # connections a process may hold at once
AFTER_COMMIT = "after_commit"

Answer = TypeVar("Answer")
_inside = threading.local()


@dataclass(frozen=True, slots=True)
class Store:
    """An open database. `read()` and `write()` give a session each; neither may be nested in a write."""

    engine: Engine
    dialect: str  # "sqlite" or "postgresql"
    address: str  # for people and logs: without the password
    busy_s: float = BUSY_S
    _gate: threading.Lock | None = field(default=None, repr=False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read-only snapshot: what the first query sees, all see. Raises StoreBusy, StoreBroken."""
        with (
            translated(self.address),
            self._connection("read") as connection,
            connection.begin(),
            Session(bind=connection, autoflush=False) as session,
        ):
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Raises StoreBusy when the database stays locked for `busy_s`; then nothing was written.
        """
        with (
            translated(self.address),
            self._queue(),
            self._connection("write") as connection,
            self._begin(connection),
            Session(bind=connection, expire_on_commit=False) as session,
        ):
            yield session
            session.flush()
        for call in session.info.pop(AFTER_COMMIT, ()):
            call()

    def transact(self, work: Callable[[Session], Answer]) -> Answer:
        """`work` in one write transaction, run again from the start when a lock or a clash undid it (PostgreSQL may
        refuse in the middle). `work` must have no effect outside its session. Raises StoreBusy after `busy_s`.
        """
        deadline = time.monotonic() + self.busy_s
        pause_s = 0.02
        while True:
            try:
                with self.write() as session:
                    return work(session)
            except Exception as error:
                if not is_busy(error.__cause__ or error) or time.monotonic() + pause_s > deadline:
                    raise
            pause_s = _wait(pause_s)

    @contextmanager
    def schema_change(self) -> Iterator[Connection]:
        """As `write`, for a migration: one at a time, on the bare connection. SQLite's foreign keys rest meanwhile
        (a rebuilt table would take its children along); who changes the schema checks them before the end.
        """
        with translated(self.address), self._queue(), self._connection("write") as connection:
            raw: Any = connection.connection.driver_connection
            try:
                if self.dialect == "sqlite":
                    raw.execute("PRAGMA foreign_keys = OFF")
                with self._begin(connection):
                    if self.dialect == "postgresql":
                        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
                    yield connection
            finally:
                if self.dialect == "sqlite":
                    raw.execute("PRAGMA foreign_keys = ON")

    def close(self) -> None:
        """Give all connections back; SQLite then folds its log into the file."""
        self.engine.dispose()

    @contextmanager
    def _connection(self, mode: str) -> Iterator[Connection]:
        options: dict[str, Any] = {"gridmap_mode": mode}
        if self.dialect == "postgresql" and mode == "read":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._connect() as connection:
            yield connection.execution_options(**options)

    def _connect(self) -> Connection:
        """A connection, asked for again and again while another process keeps the whole file to itself. Each try is
        short: SQLAlchemy lets one thread at a time make an engine's first connection.
        """
        deadline = time.monotonic() + self.busy_s
        pause_s = 0.01
        while True:
            try:
                return self.engine.connect()
            except sa.exc.DBAPIError as error:
                if not is_busy(error) or time.monotonic() + pause_s > deadline:
                    raise
            pause_s = _wait(pause_s)

    @contextmanager
    def _queue(self) -> Iterator[None]:
        """Wait for the other writers of this process (SQLite only)."""
        writing: set[str] = _inside.__dict__.setdefault("writing", set())
        if self.address in writing:
            raise RuntimeError("A write inside a write of the same thread: pass the session on instead.")
        if self._gate is not None and not self._gate.acquire(timeout=self.busy_s):
            raise sa.exc.TimeoutError("another writer of this process holds the database")
        writing.add(self.address)
        try:
            yield
        finally:
            writing.discard(self.address)
            if self._gate is not None:
                self._gate.release()

    def _begin(self, connection: Connection) -> RootTransaction:
        """A write transaction on the connection, begun again and again while others hold the lock."""
        deadline = time.monotonic() + self.busy_s
        pause_s = 0.01
        while True:
            try:
                return connection.begin()
            except sa.exc.DBAPIError as error:
                if not is_busy(error) or time.monotonic() + pause_s > deadline:
                    raise
            pause_s = _wait(pause_s)


def after_commit(session: Session, call: Callable[[], object]) -> None:
    """Have something called once the transaction of a `write` is committed; never when it was undone."""
    session.info.setdefault(AFTER_COMMIT, []).append(call)


def open_store(address: str, *, busy_s: float = BUSY_S, create: bool = True) -> Store:
    """Open the database at a SQLAlchemy address, without touching its schema.

    `create` False refuses a SQLite file that does not exist. Raises BadSettings for an unknown kind of address,
    StoreBroken when the file, the server, SpatiaLite or PostGIS is missing, naming the cure.
    """
    url = sa.make_url(address)
    backend = url.get_backend_name()
    shown = shown_address(address)
    if backend == "sqlite":
        path = spatialite.file(url.database, create=create)
        engine = spatialite.connect(path, busy_s=busy_s, threads=THREADS)
        store = Store(engine, "sqlite", shown, busy_s, spatialite.gate(path))
    elif backend == "postgresql":
        store = Store(postgis.connect(url, busy_s=busy_s, threads=THREADS), "postgresql", shown, busy_s)
    else:
        raise BadSettings(
            f"gridmap keeps no data in {backend}.", "Use sqlite:////folder/file.db or postgresql://user@host/database."
        )
    with translated(shown), store.engine.connect() as connection:
        if backend == "postgresql":
            postgis.require(connection)
    return store


def shown_address(address: str) -> str:
    """A SQLAlchemy address for people and logs: without the password."""
    return unquote(sa.make_url(address).render_as_string(hide_password=True))


def file_of(address: str) -> Path | None:
    """The file of a SpatiaLite address; None for a server's."""
    url = sa.make_url(address)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _wait(pause_s: float) -> float:
    """Sleep about that long (a little off, so that two do not stay in step); the next pause, at most half a second."""
    time.sleep(pause_s * random.uniform(0.7, 1.3))  # noqa: S311 - not for secrets
    return min(0.5, pause_s * 1.7)
