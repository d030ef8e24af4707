"""What a driver reports, told as one of gridmap's errors.

Busy is what may succeed when tried again; broken is what a person must repair; a clash is a row that contradicts a
stored one. Everything else is a defect of ours and is passed on as it came.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa

from gridmap.errors import Conflict, StoreBroken, StoreBusy

# Primary result codes: https://www.sqlite.org/rescode.html
SQLITE_BUSY_CODES = {5, 6}  # BUSY, LOCKED
SQLITE_BROKEN = {
    8: ("The database may not be written to", "Give the user who runs gridmap the right to write the file."),
    10: ("The disk reports an error", "Check the disk and its free space; then restore the last backup."),
    11: ("The database file is damaged", "Restore the last backup."),
    13: ("The disk is full", "Free some space; nothing of this change was stored."),
    14: ("The database file cannot be opened", "Check that GRIDMAP_DB names a file you may read and write."),
    26: ("The file is no SQLite database", "Check GRIDMAP_DB: it names a file of another kind."),
}
# https://www.postgresql.org/docs/15/errcodes-appendix.html
POSTGRESQL_BUSY_STATES = {
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "55P03",  # lock_not_available
    "53300",  # too_many_connections
    "57P03",  # cannot_connect_now
}
POSTGRESQL_STOPPED = "57014"  # query_canceled: by the administrator, or by a statement_timeout of theirs
LOST = (
    "The connection to the database server was lost",
    "See that the server runs. Before repeating a change, look whether it was stored.",
)
POSTGRESQL_BROKEN = {
    "53100": ("The server's disk is full", "Free some space; nothing of this change was stored."),
    "53200": ("The server has no memory left", "Give it more, or lower GRIDMAP_WORKERS; nothing was stored."),
    "58030": ("The server's disk reports an error", "Check the disk and its free space; then restore the last backup."),
    "XX001": ("The database is damaged", "Restore the last backup."),
    "XX002": ("An index of the database is damaged", "As the owner of the database: REINDEX DATABASE."),
    "57P01": LOST,  # admin_shutdown
    "57P02": LOST,  # crash_shutdown
    "57P05": LOST,  # idle_session_timeout
    "25P03": LOST,  # idle_in_transaction_session_timeout
    "42501": ("The database role lacks a right", "Let the owner of the database run this, or grant the right."),
    "25006": ("The server accepts no writes", "Connect to the primary server."),
}


def is_busy(error: BaseException) -> bool:
    """Whether trying again may help: a lock, a deadlock, a clash of transactions, no free connection."""
    if isinstance(error, sa.exc.TimeoutError):
        return True
    cause = _driver_error(error)
    if isinstance(cause, psycopg.Error):
        return cause.sqlstate in POSTGRESQL_BUSY_STATES
    return _sqlite_code(cause) in SQLITE_BUSY_CODES


@contextmanager
def translated(address: str) -> Iterator[None]:
    """Turn drivers' errors into StoreBusy, StoreBroken and Conflict; leave all others as they are."""
    try:
        yield
    except (sa.exc.DBAPIError, sa.exc.TimeoutError, psycopg.Error) as error:
        found = _told(error, address)
        if found is None:
            raise
        raise found from error


def undone() -> StoreBroken:
    """The error for a transaction that the database gave up on its own."""
    return StoreBroken(
        "The database undid the change: the disk is full, or a row is of the wrong kind. Nothing was stored.",
        "Check the disk's free space, then try again.",
    )


def _told(error: Exception, address: str) -> Exception | None:
    if is_busy(error):
        return StoreBusy(
            "The database is busy with other changes; nothing was stored.", "Try again in a few seconds."
        )
    cause = _driver_error(error)
    if isinstance(cause, psycopg.Error) and cause.sqlstate == POSTGRESQL_STOPPED:
        return StoreBusy(
            "The database stopped what took too long; nothing was stored.",
            "Try again in a few seconds, or ask for less; who runs the server may raise its statement_timeout.",
        )
    known = _of_postgresql(cause) if isinstance(cause, psycopg.Error) else SQLITE_BROKEN.get(_sqlite_code(cause))
    if known is not None:
        return StoreBroken(f"{known[0]} ({address}).", known[1])
    if isinstance(error, sa.exc.IntegrityError) or isinstance(cause, psycopg.IntegrityError):
        return Conflict(
            f"A row contradicts what is stored: {str(cause).strip().splitlines()[0]}.",
            "Nothing was stored. Correct the row, or bring it in as an update of the stored one.",
        )
    return None


def _of_postgresql(cause: psycopg.Error) -> tuple[str, str] | None:
    """What is broken, and its cure; class 08 are errors of the connection."""
    state = cause.sqlstate or ""
    if state.startswith("08"):
        return LOST
    if not state and isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return "The database server does not answer", "Check that it runs and that GRIDMAP_DB names it rightly."
    return POSTGRESQL_BROKEN.get(state)


def _driver_error(error: BaseException) -> BaseException:
    return error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig is not None else error


def _sqlite_code(error: BaseException) -> int:
    """The primary result code, 0 when it is no error of SQLite."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
