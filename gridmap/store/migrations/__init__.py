"""One schema history for SpatiaLite and PostGIS, run by Alembic without any file to configure.

A migration is one transaction on both databases: it happens as a whole or not at all. A new revision is a module in
`versions/`; it makes geometry columns by `geometry.add_geometry`, adds columns by `op.add_column` and leaves geometry
tables otherwise in place. `check` is run after every migration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from gridmap.errors import Conflict, StoreBroken
from gridmap.store import inspection, replacing
from gridmap.store.engine import Session, Store
from gridmap.store.tables import Base

HERE = Path(__file__).resolve().parent
VERSIONS = HERE / "versions"
NOBODYS = {"spatial_ref_sys", "alembic_version"}  # PostGIS's own table; Alembic's, which "base" leaves behind


def upgrade(store: Store, revision: str = "head", *, extra_versions: Sequence[Path] = ()) -> None:
    """Bring the schema forward to a revision; does nothing when it is there already.

    Raises StoreBusy while others hold the database, StoreBroken when the schema is newer than this gridmap or the
    result is not whole; then nothing was changed.
    """
    script = _history(extra_versions)
    _run(store, script, revision, lambda rev, _: script._upgrade_revs(revision, rev))


def downgrade(store: Store, revision: str, *, extra_versions: Sequence[Path] = ()) -> None:
    """Take the schema back to a revision ("base" removes all tables and their data). Raises as `upgrade`."""
    script = _history(extra_versions)
    _run(store, script, revision, lambda rev, _: script._downgrade_revs(revision, rev))


def build(store: Store, revision: str, fill: Callable[[Session], None], *, replace: bool = False) -> None:
    """Make an empty database one of this revision and fill it, as one transaction: both happen, or nothing does.

    `replace` takes away first what a PostgreSQL database holds. Foreign keys rest meanwhile on SQLite, and are looked
    at before the end. Raises Conflict when the database is not empty, StoreBroken for a revision that this gridmap does
    not know, and as `upgrade`.
    """

    def filled(connection: Connection) -> None:
        with Session(bind=connection) as session:
            fill(session)
            session.flush()

    script = _history(())
    if revision not in _revisions(script):
        raise StoreBroken(
            f"This gridmap does not know the schema {revision}.", "It was made by a newer gridmap: install that one."
        )
    before = replacing.clear if replace else _refuse_rows
    _run(store, script, revision, lambda rev, _: script._upgrade_revs(revision, rev), before=before, after=filled)


def current(store: Store) -> str | None:
    """The revision of the database's schema; None for an empty database."""
    with store.read() as session:
        return revision_of(session.connection())


def revision_of(connection: Connection) -> str | None:
    """As `current`, at this moment of a transaction."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def head() -> str:
    """The newest revision this gridmap knows."""
    newest = _history(()).get_current_head()
    if newest is None:
        raise StoreBroken("The schema history is missing.", "Install gridmap again.")
    return newest


def check(store: Store) -> list[str]:
    """What is wrong with the schema, in words; empty when nothing is.

    Looks at the revision, spatial indexes and their content, SpatiaLite's triggers and the foreign keys.
    """
    problems = []
    try:
        found = current(store)
        if found is None:
            return ["The database is empty. Run `gridmap init`."]
        if found != head():
            problems.append(f"The schema is at revision {found}, gridmap needs {head()}. Run `gridmap db upgrade`.")
        with store.read() as session:
            connection = session.connection()
            problems += inspection.damage(connection) or inspection.problems(connection, Base.metadata)
    except StoreBroken as error:
        problems.append(str(error))
    return problems


def unguarded(store: Store) -> list[str]:
    """Those problems of `check` that are about what keeps the audit append-only."""
    with store.read() as session:
        return list(inspection.unguarded(session.connection(), Base.metadata))


def is_empty(connection: Connection) -> bool:
    """Whether nobody has made a table in this database."""
    return not set(sa.inspect(connection).get_table_names()) - NOBODYS


def present(connection: Connection) -> sa.MetaData:
    """What the database has of our tables at this moment, columns with their types only: a revision before the newest
    lacks some.
    """
    inspector = sa.inspect(connection)
    is_older = revision_of(connection) in _older()
    here = sa.MetaData()
    for name in set(inspector.get_table_names()) & set(Base.metadata.tables):
        there = {column["name"] for column in inspector.get_columns(name)} if is_older else None
        columns = [c for c in Base.metadata.tables[name].columns if there is None or c.name in there]
        sa.Table(name, here, *[sa.Column(c.name, c.type) for c in columns])
    return here


def _history(extra_versions: Sequence[Path]) -> ScriptDirectory:
    return ScriptDirectory(str(HERE), version_locations=[str(VERSIONS), *map(str, extra_versions)])


def _run(
    store: Store,
    script: ScriptDirectory,
    revision: str,
    steps: Callable[[Any, Any], Any],
    *,
    before: Callable[[Connection], None] = lambda _: None,
    after: Callable[[Connection], None] = lambda _: None,
) -> None:
    with store.schema_change() as connection:
        before(connection)
        _refuse_unknown(connection, script)
        context = EnvironmentContext(Config(), script, fn=steps, destination_rev=revision)
        with context:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                transactional_ddl=False,  # the transaction is ours, around all revisions
            )
            context.run_migrations()
        after(connection)
        wrong = inspection.problems(connection, present(connection))
        if wrong:
            raise StoreBroken("The migration left the schema in pieces and was undone: " + " ".join(wrong), "")


def _refuse_unknown(connection: Connection, script: ScriptDirectory) -> None:
    found = revision_of(connection)
    if found is not None and found not in _revisions(script):
        raise StoreBroken(
            f"The database's schema is at revision {found}, which this gridmap does not know.",
            "It was made by a newer gridmap: install that one, or open another database.",
        )


def _refuse_rows(connection: Connection) -> None:
    if not is_empty(connection):
        raise Conflict("The database is not empty; nothing was changed.", "Name a new file or an empty database.")


@cache
def _older() -> set[str]:
    return _revisions(_history(())) - {head()}


def _revisions(script: ScriptDirectory) -> set[str]:
    return {revision.revision for revision in script.walk_revisions()}
