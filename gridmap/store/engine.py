"""The door to the database: SpatiaLite in a file, or PostGIS; reading a snapshot, writing one transaction.

SQLite has one writer. Inside a process writers queue at a lock of their own, so that threads wait in order instead of
racing; between processes `BEGIN IMMEDIATE` is tried again with growing pauses. What stays locked is StoreBusy, and
nothing was written.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, RootTransaction
from sqlalchemy.orm import Session as Session  # the name by which services take one

from gridmap.errors import BadSettings, StoreBroken
from gridmap.store.failures import is_busy, translated

BUSY_S = 10.0  # how long a writer waits for others before it gives up
STEP_MS = 200  # how long SQLite itself waits in one try
MIGRATION_LOCK = 0x6772_6964  # "grid": the key under which migrations of a PostgreSQL database queue
READ_CACHE_KIB, WRITE_CACHE_KIB = 16_384, 262_144  # a big import fills many indexes at random places
THREADS = 16  # connections a process may hold at once

Answer = TypeVar("Answer")

SPATIALITE, POSTGIS = "mod_spatialite", "postgis"

_gates: dict[str, threading.Lock] = {}
_gates_lock = threading.Lock()
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
        with self.engine.connect() as connection:
            yield connection.execution_options(**options)

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


def open_store(address: str, *, busy_s: float = BUSY_S, create: bool = True) -> Store:
    """Open the database at a SQLAlchemy address, without touching its schema.

    `create` False refuses a SQLite file that does not exist. Raises BadSettings for an unknown kind of address,
    StoreBroken when the file, the server, SpatiaLite or PostGIS is missing, naming the cure.
    """
    url = sa.make_url(address)
    backend = url.get_backend_name()
    shown = shown_address(address)
    if backend == "sqlite":
        store = _open_sqlite(url, shown, busy_s, create)
    elif backend in {"postgresql", "postgres"}:
        store = _open_postgresql(url, shown, busy_s)
    else:
        raise BadSettings(
            f"gridmap keeps no data in {backend}.", "Use sqlite:////folder/file.db or postgresql://user@host/database."
        )
    with translated(shown), store.engine.connect() as connection:
        if backend != "sqlite":
            _require_postgis(connection)
    return store


def shown_address(address: str) -> str:
    """A SQLAlchemy address for people and logs: without the password."""
    return unquote(sa.make_url(address).render_as_string(hide_password=True))


def file_of(address: str) -> Path | None:
    """The file of a SpatiaLite address; None for a server's."""
    url = sa.make_url(address)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _open_sqlite(url: URL, shown: str, busy_s: float, create: bool) -> Store:
    import pysqlite3.dbapi2  # Python's own sqlite3 is often built without loadable extensions

    if not url.database or url.database == ":memory:":
        raise BadSettings("A database in memory is lost with the process.", "Give a file: sqlite:////folder/file.db.")
    path = Path(url.database).absolute()
    _ensure_file(path, create)
    engine = sa.create_engine(
        URL.create("sqlite", database=str(path)),
        module=pysqlite3.dbapi2,
        connect_args={"isolation_level": None},  # transactions begin below, by hand
        poolclass=sa.pool.QueuePool,
        pool_size=THREADS,
        max_overflow=0,
        pool_timeout=busy_s,
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    sa.event.listen(engine, "before_cursor_execute", _require_transaction)
    sa.event.listen(engine, "commit", _require_whole)
    return Store(engine, "sqlite", shown, busy_s, _gate_of(path))


def _ensure_file(path: Path, create: bool) -> None:
    if path.exists():
        return
    if not create:
        raise StoreBroken(f"There is no database {path}.", "Run `gridmap init` to make one, or correct GRIDMAP_DB.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))  # it will hold people's affairs
    except OSError as error:
        raise StoreBroken(f"{path} cannot be made: {error.strerror}.", "Choose a folder you may write to.") from error


def _prepare_sqlite(raw: Any, _record: object) -> None:
    """Settings of each new connection. `synchronous` stays FULL: what was acknowledged survives a power cut."""
    _keep_own_libraries()
    raw.enable_load_extension(True)
    try:
        raw.load_extension(SPATIALITE)  # it also sets busy_timeout to five seconds
    except Exception as error:
        raise StoreBroken(
            "SpatiaLite is not installed.", "As administrator: apt install libsqlite3-mod-spatialite"
        ) from error
    finally:
        raw.enable_load_extension(False)
    if raw.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        raw.execute("PRAGMA journal_mode = WAL")
    raw.execute(f"PRAGMA busy_timeout = {STEP_MS}")
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute("PRAGMA temp_store = MEMORY")
    raw.execute("PRAGMA mmap_size = 268435456")  # bytes


def _keep_own_libraries() -> None:
    """Have every package that is imported from now on use the libraries it brings.

    SQLite loads an extension into the global scope, and with it the system's PROJ and GEOS: a pyproj or shapely that is
    imported later would call those, of another version, and damage memory (dlopen(3), RTLD_DEEPBIND).
    """
    sys.setdlopenflags(sys.getdlopenflags() | os.RTLD_DEEPBIND)


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("gridmap_mode")
    execute = connection.connection.driver_connection.execute  # type: ignore[union-attr]
    execute(f"PRAGMA query_only = {'ON' if mode == 'read' else 'OFF'}")
    execute(f"PRAGMA cache_size = -{WRITE_CACHE_KIB if mode == 'write' else READ_CACHE_KIB}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if mode == "write" else "BEGIN")


def _require_transaction(connection: Connection, cursor: Any, statement: str, *_: object) -> None:
    """Stop a writer that goes on after SQLite undid its transaction: what follows would be stored at once, alone."""
    if statement != "BEGIN IMMEDIATE":
        _require_open(connection, cursor.connection)


def _require_whole(connection: Connection) -> None:
    """Stop a writer that would take the commit of nothing for success: PostgreSQL only rolls back, and says nothing,
    when an error before was swallowed.
    """
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        _require_open(connection, raw)
    elif raw.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
        raise _undone()


def _require_open(connection: Connection, raw: Any) -> None:
    """SQLite undoes a transaction by itself when the disk is full or a trigger says so (SpatiaLite's do, on a shape of
    the wrong kind), and the driver does not always tell.
    """
    if connection.get_execution_options().get("gridmap_mode") == "write" and not raw.in_transaction:
        raise _undone()


def _undone() -> StoreBroken:
    return StoreBroken(
        "The database undid the change: the disk is full, or a row is of the wrong kind. Nothing was stored.",
        "Check the disk's free space, then try again.",
    )


def _gate_of(path: Path) -> threading.Lock:
    """The one lock of this process for writers to this file, however many times it is opened."""
    with _gates_lock:
        return _gates.setdefault(str(path.resolve()), threading.Lock())


def _open_postgresql(url: URL, shown: str, busy_s: float) -> Store:
    wait_ms = max(1, int(busy_s * 1000))
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={
            "options": f"-c TimeZone=UTC -c lock_timeout={wait_ms}",
            "application_name": "gridmap",
            "connect_timeout": 10,
        },
        pool_size=THREADS // 2,
        max_overflow=THREADS // 2,
        pool_timeout=busy_s,
        pool_pre_ping=True,
    )
    sa.event.listen(engine, "commit", _require_whole)
    return Store(engine, "postgresql", shown, busy_s)


def _require_postgis(connection: Connection) -> None:
    found = connection.scalar(sa.text("SELECT 1 FROM pg_available_extensions WHERE name = :name"), {"name": POSTGIS})
    if found is None:
        raise StoreBroken(
            "The PostgreSQL server has no PostGIS.",
            "As administrator of the server: apt install postgresql-15-postgis-3 (with the server's own version).",
        )


def _wait(pause_s: float) -> float:
    """Sleep about that long (a little off, so that two do not stay in step); the next pause, at most half a second."""
    time.sleep(pause_s * random.uniform(0.7, 1.3))  # noqa: S311 - not for secrets
    return min(0.5, pause_s * 1.7)
