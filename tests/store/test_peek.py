"""A file is known without loading the store, exactly as the store would know it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from gridmap.store import demo, migrations, project
from gridmap.store.engine import Store, open_store
from gridmap.store.peek import Peek, newest_revision, peek

NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "own.db"


@pytest.fixture
def filed(file: Path) -> Store:
    store = open_store(f"sqlite:///{file}")
    migrations.upgrade(store)
    return store


def test_the_newest_revision_is_the_one_of_the_history() -> None:
    assert newest_revision() == migrations.head()


def test_what_is_no_database_of_ours_is_nothing(file: Path) -> None:
    assert peek(file) is None
    assert not file.exists()
    file.write_bytes(b"")
    assert peek(file) is None
    file.write_bytes(b"no database at all" * 100)
    assert peek(file) is None


def test_a_project_of_ones_own_has_no_demo_version(file: Path, filed: Store) -> None:
    assert peek(file) is None
    with filed.write() as session:
        project.create(session, name="黄楼街道", at=NOW)
    assert peek(file) == Peek(migrations.head(), None)
    filed.close()
    assert peek(file) == Peek(migrations.head(), None)


def test_a_demo_is_known_by_its_version_while_it_is_written_to(file: Path, filed: Store) -> None:
    with filed.write() as session:
        project.create(session, name="演示", at=NOW, demo_version=demo.UNFINISHED)
    assert peek(file) == Peek(migrations.head(), demo.UNFINISHED)
    with filed.write() as session:
        demo.mark(session, "7")
        found = peek(file)
    assert found == Peek(migrations.head(), demo.UNFINISHED)
    assert peek(file) == Peek(migrations.head(), "7")
    filed.close()
