"""The drill: a project is backed up, its place is lost, and everything is there again; on both databases."""

from __future__ import annotations

import datetime as dt
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.errors import Conflict
from gridmap.services.backup import back_up, check, restore
from gridmap.store import audit, ids, migrations, snapshot
from gridmap.store.engine import Store, open_store
from gridmap.store.tables import Account, Audit, Incident, RecoveryCode
from tests.store.district import NOW, add_incident, append_entry, fill

ROOT = Path(__file__).resolve().parents[3]
LATER = NOW + dt.timedelta(hours=1)
MOVING = {"audit", "audit_head", "account"}  # a backup and a restore are entries; a restore ends all sessions
A_SECRET = "the secret of this machine, 32 bytes"
KEYS = "the-first-key-of-this-machine-32-bytes,the-second-key-of-this-machine-32-bytes"


@contextmanager
def opened(address: str) -> Iterator[Store]:
    store = open_store(address, create=False)
    try:
        yield store
    finally:
        store.close()


def elsewhere(settings: Settings, address: str, tmp_path: Path) -> Settings:
    return replace(settings, db=address, var=tmp_path / "new-var")


def digests(store: Store) -> dict[str, tuple[int, str]]:
    with store.read() as session:
        found = {t.name: snapshot.digest(session, t) for t in snapshot.tables(session.connection())}
    return {name: (digest.rows, digest.hexdigest()) for name, digest in found.items()}


def assert_holds_no_secret(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        texts = [archive.read(name) for name in archive.namelist()]
        assert {"settings.json", "audit-head.json"} <= set(archive.namelist())
    for word in (A_SECRET, *KEYS.split(",")):
        assert not any(word.encode() in text for text in texts)


def test_every_row_and_file_comes_back(store: Store, settings: Settings, empty_db: str, tmp_path: Path) -> None:
    fill(store)
    with store.write() as session:
        account = {"uid": ids.new_uid(), "name": "clerk", "shown_name": "文员", "epoch": 3, "created_at": NOW}
        session.execute(sa.insert(Account).values(account))
    content = b"a picture" * 1000
    (settings.files_dir / "ab").mkdir(parents=True)
    (settings.files_dir / "ab" / "图 1.png").write_bytes(content)
    before = digests(store)
    settings = replace(settings, secret_from_env=A_SECRET, key_from_env=KEYS)

    made = back_up(settings, tmp_path / "backups", now=LATER)
    assert_holds_no_secret(made.path)
    assert made.manifest.rows == sum(rows for rows, _ in before.values())
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert check(made.path) == made.manifest

    there = replace(elsewhere(settings, empty_db, tmp_path), secret_from_env=None, key_from_env=KEYS + ",newer" * 9)
    done = restore(made.path, there, now=LATER)
    assert (done.problems, done.revision) == ((), migrations.head())
    assert done.other_keys == ("GRIDMAP_SECRET",)
    assert not (there.var / "secret").exists()  # a new one would be in the way of the right one
    assert (there.files_dir / "ab" / "图 1.png").read_bytes() == content
    with opened(empty_db) as back:
        after = digests(back)
        assert {name: after[name] for name in after if name not in MOVING} == {
            name: before[name] for name in before if name not in MOVING
        }
        assert migrations.check(back) == []
        with back.read() as session:
            assert audit.since(session, 0)[0].action == "import.incidents"
            assert [entry.action for entry in audit.since(session, 1)] == ["project.restored"]
            assert session.scalar(sa.select(Account.epoch)) > 100  # whoever was signed in is so no more
            last = session.scalar(sa.select(sa.func.max(Incident.id)))
        with back.write() as session:  # work goes on: ids, numbers and the chain continue
            assert add_incident(session) == last + 1
            append_entry(session)
        with back.read() as session:
            assert audit.verify(session, noted=made.manifest.head) == []
    with store.read() as session:
        assert [entry.action for entry in audit.since(session, 1)] == ["backup.exported"]


def test_a_backup_of_one_database_is_restored_into_the_other(
    store: Store, settings: Settings, empty_db: str, tmp_path: Path
) -> None:
    if store.dialect == "sqlite":
        pytest.skip("needs a server as the other database: GRIDMAP_TEST_DB names one")
    fill(store)
    before = digests(store)
    file = f"sqlite:///{tmp_path}/over.db"
    first = back_up(settings, tmp_path / "1.zip", now=LATER)
    over = elsewhere(settings, file, tmp_path)
    restore(first.path, over, now=LATER)
    restore(back_up(over, tmp_path / "2.zip", now=LATER).path, replace(over, db=empty_db), now=LATER)
    for address in (file, empty_db):
        with opened(address) as back:
            assert migrations.check(back) == []
            after = digests(back)
            assert {n: d for n, d in after.items() if n not in MOVING} == {
                n: d for n, d in before.items() if n not in MOVING
            }


def test_what_is_written_meanwhile_is_of_another_moment(store: Store, settings: Settings, tmp_path: Path) -> None:
    fill(store)
    written = []

    def write(label: str, done: int, total: int) -> None:  # while the tables are read
        if len(written) < 3:
            with store.write() as session:
                written.append(add_incident(session))
                append_entry(session)

    made = back_up(settings, tmp_path / "b.zip", now=LATER, on_progress=write)
    assert len(written) == 3
    assert made.manifest.head[0] == 1  # the moment is that of the beginning
    rows = {table.shape.name: table.rows for table in made.manifest.tables}
    assert (rows["incident"], rows["audit"]) == (40, 1)


def test_a_place_that_is_not_empty_is_refused(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    fill(store)
    made = back_up(settings, tmp_path / "b.zip", now=LATER)
    before = digests(store)
    with pytest.raises(Conflict, match="not empty"):
        restore(made.path, settings, now=LATER)
    assert digests(store) == before


def test_an_older_schema_is_kept_and_upgraded_when_asked(
    store: Store, settings: Settings, empty_db: str, tmp_path: Path
) -> None:
    """The program is newer than the database: that is when one makes a backup, before the upgrade."""
    fill(store)
    migrations.downgrade(store, "0002")
    made = back_up(settings, tmp_path / "old.zip", now=LATER)
    assert made.manifest.revision == "0002"
    assert RecoveryCode.__tablename__ not in {table.shape.name for table in made.manifest.tables}
    done = restore(made.path, elsewhere(settings, empty_db, tmp_path), now=LATER, upgrade=True)
    assert done.revision == migrations.head()
    with opened(empty_db) as back:
        assert migrations.check(back) == []
        with back.read() as session:
            assert audit.head(session)[0] == 2
            assert len(session.scalars(sa.select(Incident.id)).all()) == 40


WRITER = """
import os, sys
from gridmap.store.engine import open_store
from tests.store.district import add_incident, append_entry
store = open_store(os.environ["GRIDMAP_DB"])
while True:
    with store.write() as session:
        add_incident(session)
        append_entry(session)
    print("written", flush=True)
"""


@pytest.mark.full
def test_a_hundred_thousand_incidents_come_back_and_a_writer_in_the_midst_is_killed(
    demo_settings: Settings, empty_db: str, tmp_path: Path
) -> None:
    made = back_up(demo_settings, tmp_path / "demo.zip", now=LATER)
    assert made.manifest.rows > 250_000
    there = elsewhere(demo_settings, empty_db, tmp_path)
    assert restore(made.path, there, now=LATER).problems == ()  # every table's digest is compared in it
    environment = {**os.environ, "GRIDMAP_DB": there.db}
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "written\n"
    busy = back_up(there, tmp_path / "busy.zip", now=LATER)
    writer.kill()
    written = 1 + writer.communicate()[0].count("written\n")
    again = replace(there, db=f"sqlite:///{tmp_path}/again.db", var=tmp_path / "again-var")
    assert restore(busy.path, again, now=LATER).problems == ()
    with opened(again.db) as back, back.read() as session:
        told = session.scalar(sa.select(sa.func.count()).where(Audit.action == "incident.received"))
        new = session.scalar(sa.select(sa.func.count(Incident.id)).where(Incident.batch_id.is_(None)))
    before = next(table.rows for table in made.manifest.tables if table.shape.name == "incident")
    assert 0 < told == new < written
    assert new + before == next(table.rows for table in busy.manifest.tables if table.shape.name == "incident")
