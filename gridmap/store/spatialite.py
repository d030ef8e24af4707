"""SpatiaLite: a file, its connections, and how its transactions begin and end."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2  # Python's own sqlite3 is often built without loadable extensions
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine

from gridmap.errors import BadSettings, StoreBroken
from gridmap.store.failures import undone

EXTENSION = "mod_spatialite"
STEP_MS = 200  # how long SQLite itself waits in one try
READ_CACHE_KIB, WRITE_CACHE_KIB = 16_384, 98_304  # a big import fills many indexes at random places

_gates: dict[str, threading.Lock] = {}
_gates_lock = threading.Lock()


def file(database: str | None, *, create: bool) -> Path:
    """The file of an address; `create` makes an empty one. Raises BadSettings, StoreBroken."""
    if not database or database == ":memory:":
        raise BadSettings("A database in memory is lost with the process.", "Give a file: sqlite:////folder/file.db.")
    path = Path(database).absolute()
    if not path.exists():
        if not create:
            raise StoreBroken(f"There is no database {path}.", "Run `gridmap init` to make one, or correct GRIDMAP_DB.")
        _make(path)
    return path


def gate(path: Path) -> threading.Lock:
    """The one lock of this process for writers to this file, however many times it is opened."""
    with _gates_lock:
        return _gates.setdefault(str(path.resolve()), threading.Lock())


def connect(path: Path, *, busy_s: float, threads: int) -> Engine:
    """An engine for that many threads; the execution option `gridmap_mode` of a connection is read or write."""
    engine = sa.create_engine(
        URL.create("sqlite", database=str(path)),
        module=pysqlite3.dbapi2,
        connect_args={"isolation_level": None},  # transactions begin below, by hand
        poolclass=sa.pool.QueuePool,
        pool_size=threads,
        max_overflow=0,
        pool_timeout=busy_s,
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    sa.event.listen(engine, "before_cursor_execute", _before_statement)
    sa.event.listen(engine, "commit", _before_commit)
    return engine


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))  # it will hold people's affairs
    except OSError as error:
        raise StoreBroken(f"{path} cannot be made: {error.strerror}.", "Choose a folder you may write to.") from error


def _prepare(raw: Any, _record: object) -> None:
    """Settings of each new connection. `synchronous` stays FULL: what was acknowledged survives a power cut."""
    _keep_own_libraries()
    raw.enable_load_extension(True)
    try:
        raw.load_extension(EXTENSION)  # it also sets busy_timeout to five seconds
    except Exception as error:
        raise StoreBroken(
            "SpatiaLite is not installed.", "As administrator: apt install libsqlite3-mod-spatialite"
        ) from error
    finally:
        raw.enable_load_extension(False)
    raw.execute(f"PRAGMA busy_timeout = {STEP_MS}")
    if raw.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute("PRAGMA temp_store = MEMORY")
    raw.execute("PRAGMA mmap_size = 268435456")  # bytes


def _keep_own_libraries() -> None:
    """Have every package that is imported from now on use the libraries it brings.

    SQLite loads an extension into the global scope, and with it the system's PROJ and GEOS: a pyproj or shapely that is
    imported later would call those, of another version, and damage memory (dlopen(3), RTLD_DEEPBIND).
    """
    sys.setdlopenflags(sys.getdlopenflags() | os.RTLD_DEEPBIND)


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("gridmap_mode")
    execute = connection.connection.driver_connection.execute  # type: ignore[union-attr]
    execute(f"PRAGMA query_only = {'ON' if mode == 'read' else 'OFF'}")
    execute(f"PRAGMA cache_size = -{WRITE_CACHE_KIB if mode == 'write' else READ_CACHE_KIB}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if mode == "write" else "BEGIN")


def _before_statement(connection: Connection, cursor: Any, statement: str, *_: object) -> None:
    """Stop a writer that goes on after SQLite undid its transaction: what follows would be stored at once, alone."""
    if statement != "BEGIN IMMEDIATE":
        _require_open(connection, cursor.connection)


def _before_commit(connection: Connection) -> None:
    """Stop a writer that would take the commit of nothing for success."""
    _require_open(connection, connection.connection.driver_connection)


def _require_open(connection: Connection, raw: Any) -> None:
    """SQLite undoes a transaction by itself when the disk is full or a trigger says so (SpatiaLite's do, on a shape of
    the wrong kind), and the driver does not always tell.
    """
    if connection.get_execution_options().get("gridmap_mode") == "write" and not raw.in_transaction:
        raise undone()
