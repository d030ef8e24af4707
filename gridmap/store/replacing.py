"""A database that holds a project makes way for another one: a file is shut, a server's schema is emptied.

Either is done for a restore that replaces what is there, and in one step with it.
"""

from __future__ import annotations

from pathlib import Path

import pysqlite3.dbapi2 as sqlite3
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gridmap.errors import Conflict, StoreBroken

OURS = {"alembic_version", "project", "audit"}  # by these a schema of any of our versions is known
# What somebody made in the schema that tables go to; what an extension such as PostGIS made there stays.
_TABLES = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace AND NOT EXISTS (
        SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
"""
_FUNCTIONS = """
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND NOT EXISTS (
        SELECT 1 FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
"""


def shut(path: Path) -> None:
    """Fold a SQLite file's log into it, so that the file alone is the database. Raises Conflict while others use it."""
    connection = sqlite3.connect(path, timeout=0)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        raise Conflict(f"{path} is in use; nothing was changed.", "Stop gridmap, then try again.") from None
    finally:
        connection.close()


def clear(connection: Connection) -> None:
    """Take away all tables and functions of a PostgreSQL schema that holds a project of any version.

    The caller's transaction decides whether it happened. Raises StoreBroken for a schema that is not gridmap's.
    """
    tables = set(connection.scalars(sa.text(_TABLES)))
    if not {table.rpartition(".")[2] for table in tables} >= OURS:
        raise StoreBroken(
            "What is in this database was not made by gridmap; nothing was changed.",
            "Look at the address; to restore into an empty database, leave --replace out.",
        )
    connection.exec_driver_sql(f"DROP TABLE {', '.join(sorted(tables))}")
    for function in connection.scalars(sa.text(_FUNCTIONS)).all():
        connection.exec_driver_sql(f"DROP FUNCTION {function}")
