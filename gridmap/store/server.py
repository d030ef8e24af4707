"""What a database server says of itself; a file says only its size."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """`now` and `connections` (open to a role that is no superuser) are None for a file."""

    size_bytes: int
    now: dt.datetime | None = None
    connections: int | None = None


def facts(session: Session) -> ServerFacts:
    """Size, clock and limits of the database that a session is open on."""
    if session.get_bind().dialect.name == "sqlite":
        pages, page_bytes = (session.scalar(sa.text(f"PRAGMA {name}")) or 0 for name in ("page_count", "page_size"))
        return ServerFacts(pages * page_bytes)
    row = session.execute(
        sa.text(
            "SELECT pg_database_size(current_database()) AS size_bytes, clock_timestamp() AS now,"
            " current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
            " AS connections"
        )
    ).one()
    return ServerFacts(row.size_bytes, row.now, row.connections)
