"""A backup put in the place of a later state of the project: what came since is told before, and gone after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from gridmap.cli import gridmap
from gridmap.config import Settings
from gridmap.errors import Conflict, StoreBroken
from gridmap.services.backup import Backup, back_up, restore
from gridmap.store import audit, migrations, snapshot
from gridmap.store.engine import Store, open_store
from tests.services.backup.test_drill import MOVING
from tests.store.district import NOW, add_incident, append_entry, fill
from tests.store.test_migrations import TRIAL

LATER = NOW + dt.timedelta(hours=1)
Run = Callable[..., Result]


@pytest.fixture
def backup(store: Store, settings: Settings) -> Backup:
    """A backup of a filled database, which then went on: an incident more, and a newer program's schema."""
    fill(store)
    made = back_up(settings, settings.var / "first.zip", now=LATER)
    with store.write() as session:
        add_incident(session)
        append_entry(session)
    migrations.upgrade(store, extra_versions=TRIAL)
    return made


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("GRIDMAP_DB", settings.db)
    monkeypatch.setenv("GRIDMAP_VAR", str(settings.var))
    monkeypatch.setenv("GRIDMAP_SECRET", settings.secret().decode())
    return lambda *words: CliRunner().invoke(gridmap, words)


def digests(address: str) -> dict[str, tuple[int, str]]:
    store = open_store(address, create=False)
    try:
        with store.read() as session:
            found = {t.name: snapshot.digest(session, t) for t in snapshot.tables(session.connection())}
        return {name: (d.rows, d.hexdigest()) for name, d in found.items() if name not in MOVING}
    finally:
        store.close()


def test_a_later_state_makes_way_for_what_was(store: Store, settings: Settings, backup: Backup) -> None:
    wanted = {t.shape.name: (t.rows, t.digest) for t in backup.manifest.tables if t.shape.name not in MOVING}
    store.close()
    done = restore(backup.path, settings, now=LATER, replace=True)
    assert (done.revision, done.problems) == (migrations.head(), ())
    assert digests(settings.db) == wanted
    with store.read() as session:
        assert [entry.action for entry in audit.since(session, 1)] == ["project.restored"]
        assert "entrance" not in sa.inspect(session.connection()).get_table_names()  # of the newer schema
    assert migrations.check(store) == []


def test_without_replace_a_filled_place_is_refused(store: Store, settings: Settings, backup: Backup) -> None:
    store.close()
    with pytest.raises(Conflict, match="not empty"):
        restore(backup.path, settings, now=LATER)
    assert migrations.current(store) == "9001"


def test_a_file_in_use_is_left_alone(store: Store, settings: Settings, backup: Backup) -> None:
    if store.dialect != "sqlite":
        pytest.skip("a server's transactions look after that")
    with store.read() as session, pytest.raises(Conflict, match="in use; nothing was changed"):
        session.execute(sa.text("SELECT count(*) FROM incident"))
        restore(backup.path, settings, now=LATER, replace=True)
    assert migrations.current(store) == "9001"


def test_what_is_not_gridmaps_is_left_alone(settings: Settings, backup: Backup, empty_db: str) -> None:
    if not empty_db.startswith("postgresql"):
        pytest.skip("a file is gridmap's as a whole")
    other = open_store(empty_db)
    try:
        with other.write() as session:
            session.execute(sa.text("CREATE TABLE theirs AS SELECT 1 AS x"))
        with pytest.raises(StoreBroken, match="was not made by gridmap"):
            migrations.build(other, migrations.head(), lambda _: None, replace=True)
        with other.read() as session:
            assert session.scalar(sa.text("SELECT x FROM theirs")) == 1
    finally:
        other.close()


def test_it_is_told_first_and_done_with_yes_only(store: Store, backup: Backup, run: Run) -> None:
    store.close()
    told = run("restore", str(backup.path), "--replace")
    assert told.exit_code == 1
    assert "1 changes of data, 2 audit entries in all" in told.stdout
    assert run("db", "revision").stdout == f"database 9001\nprogram {migrations.head()}\n"
    assert "belongs to --replace" in str(run("restore", str(backup.path), "--yes").exception)
    done = run("restore", str(backup.path), "--replace", "--yes")
    assert done.exit_code == 0, done.output
    assert run("db", "revision").stdout == f"database {migrations.head()}\nprogram {migrations.head()}\n"


def test_a_backup_of_another_project_is_called_so(
    store: Store, backup: Backup, another_db: Callable[[], str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = another_db()
    other = open_store(address)
    fill(other)
    other.close()
    monkeypatch.setenv("GRIDMAP_DB", address)
    assert "ALL of it would be lost (1 audit entries)" in run("restore", str(backup.path), "--replace").stdout
