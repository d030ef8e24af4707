"""PostGIS: a server's database and its connections."""

from __future__ import annotations

from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine

from gridmap.errors import StoreBroken
from gridmap.store.failures import undone

EXTENSION = "postgis"


def connect(url: URL, *, busy_s: float, threads: int) -> Engine:
    """An engine for that many threads; a lock is waited for `busy_s`, instants are in UTC."""
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={
            "options": f"-c TimeZone=UTC -c lock_timeout={max(1, int(busy_s * 1000))}",
            "application_name": "gridmap",
            "connect_timeout": 10,
        },
        pool_size=threads // 2,
        max_overflow=threads - threads // 2,
        pool_timeout=busy_s,
        pool_pre_ping=True,
    )
    sa.event.listen(engine, "commit", _before_commit)
    return engine


def require(connection: Connection) -> None:
    """Raises StoreBroken when the server has no PostGIS."""
    found = connection.scalar(sa.text("SELECT 1 FROM pg_available_extensions WHERE name = :name"), {"name": EXTENSION})
    if found is None:
        raise StoreBroken(
            "The PostgreSQL server has no PostGIS.",
            "As administrator of the server: apt install postgresql-15-postgis-3 (with the server's own version).",
        )


def _before_commit(connection: Connection) -> None:
    """Stop a writer that would take the commit of nothing for success: after an error that was swallowed, PostgreSQL
    only rolls back, and says nothing.
    """
    raw: Any = connection.connection.driver_connection
    if raw.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
        raise undone()
