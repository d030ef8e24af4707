"""Fixtures for every room: a fresh migrated database a test, on SpatiaLite or on the server of GRIDMAP_TEST_DB.

A template is migrated once a run and copied for each test.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from gridmap import config
from gridmap.config import Settings
from gridmap.store import migrations
from gridmap.store.engine import Store, open_store
from tests.postgres_databases import Databases

SERVER = os.environ.get("GRIDMAP_TEST_DB", "")
CLAIMS = os.environ.get("GRIDMAP_TEST_CLAIMS", "")  # a folder in which runs side by side share their work


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A run on a server is of the tests that ask it: the others are in every run on SpatiaLite."""
    if not SERVER:
        return
    chosen: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        chosen["databases" in getattr(item, "fixturenames", ())].append(item)
    items[:] = chosen[True]
    config.hook.pytest_deselected(items=chosen[False])


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Runs with one folder of claims do each file's tests once between them: who comes first does them."""
    if not CLAIMS or session.config.option.collectonly or session.testsfailed:
        return None
    claimed = (item for path, items in itertools.groupby(session.items, _file) if _claim(path) for item in items)
    item = next(claimed, None)
    while item is not None:
        following = next(claimed, None)
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldstop or session.shouldfail:
            raise session.Interrupted(session.shouldstop or session.shouldfail)
        item = following
    return True


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _claim(path: str) -> bool:
    try:
        Path(CLAIMS, path.replace("/", ".")).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases | None]:
    """The databases of this run on the server of GRIDMAP_TEST_DB; None when it runs on SpatiaLite."""
    if not SERVER:
        yield None
        return
    made = Databases(SERVER)
    yield made
    made.close()


@pytest.fixture(scope="session")
def template_db(tmp_path_factory: pytest.TempPathFactory, databases: Databases | None) -> str:
    """The address of a migrated, empty database that nobody writes to; the others are copies of it."""
    if databases is None:
        address = f"sqlite:///{tmp_path_factory.mktemp('template') / 'template.db'}"
        _migrate(address)
        return address
    address = databases.create()
    _migrate(address)
    databases.use_as_template(address)
    return address


@pytest.fixture
def fresh_db(template_db: str, tmp_path: Path, databases: Databases | None) -> Iterator[str]:
    """The address of a fresh migrated database."""
    with _copy(template_db, tmp_path / "test.db", databases) as address:
        yield address


@pytest.fixture
def empty_db(tmp_path: Path, databases: Databases | None) -> Iterator[str]:
    """The address of a database without any table."""
    if databases is None:
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    address = databases.create()
    yield address
    databases.drop(address)


@pytest.fixture
def store(fresh_db: str) -> Iterator[Store]:
    """A fresh migrated database, open."""
    with _opened(fresh_db) as opened:
        yield opened


@pytest.fixture
def settings(fresh_db: str, tmp_path: Path) -> Settings:
    """Settings for the database of `store`, with a run-time folder of the test's own."""
    return _settings(fresh_db, tmp_path / "var", is_demo=False)


@pytest.fixture
def sample_data() -> Path:
    """The folder of real data; the test is skipped where GRIDMAP_SAMPLE_DATA is unset."""
    folder = os.environ.get("GRIDMAP_SAMPLE_DATA")
    if not folder:
        pytest.skip("GRIDMAP_SAMPLE_DATA is unset: it names the folder of real data")
    path = Path(folder).resolve()
    assert path.is_dir(), f"GRIDMAP_SAMPLE_DATA names {path}, which is no folder"
    return path


@pytest.fixture(scope="session")
def demo_settings(tmp_path_factory: pytest.TempPathFactory, databases: Databases | None) -> Settings:
    """Settings of the whole demo district, built once a run; tests only read it.

    Of runs on SpatiaLite that share their work one builds it, and each has a copy.
    """
    from gridmap.services import demo

    folder = tmp_path_factory.mktemp("demo")
    built = Path(CLAIMS, "demo") if CLAIMS and databases is None else folder
    address = f"sqlite:///{built / config.DEMO_DB_NAME}" if databases is None else databases.create()
    demo.build(_settings(address, built / "var", is_demo=True), on_progress=_silent)
    if built != folder:
        shutil.copytree(built, folder, dirs_exist_ok=True)
        address = f"sqlite:///{folder / config.DEMO_DB_NAME}"
    return _settings(address, folder / "var", is_demo=True)


@pytest.fixture(scope="session")
def demo_store(demo_settings: Settings) -> Iterator[Store]:
    """The demo district, open; tests only read it."""
    with _opened(demo_settings.db) as opened:
        yield opened


@pytest.fixture
def another_db(template_db: str, tmp_path: Path, databases: Databases | None) -> Iterator[Callable[[], str]]:
    """Makes one more fresh migrated database a call."""
    numbers = itertools.count(1)
    with ExitStack() as copies:

        def make() -> str:
            return copies.enter_context(_copy(template_db, tmp_path / f"another{next(numbers)}.db", databases))

        yield make


def _settings(address: str, var: Path, *, is_demo: bool) -> Settings:
    return Settings(
        db=config._known_database(address),
        var=var,
        is_demo=is_demo,
        secret_from_env="a secret for tests, 32 bytes and more",
    )


def _silent(label: str, done: int, total: int) -> None:
    """Progress nobody looks at."""


@contextmanager
def _opened(address: str) -> Iterator[Store]:
    opened = open_store(address)
    try:
        yield opened
    finally:
        opened.close()


def _migrate(address: str) -> None:
    with _opened(address) as opened:
        migrations.upgrade(opened)


@contextmanager
def _copy(template: str, file: Path, databases: Databases | None) -> Iterator[str]:
    if databases is not None:
        address = databases.take()
        yield address
        databases.give_back(address)
        return
    shutil.copyfile(sa.make_url(template).database or "", file)
    yield f"sqlite:///{file}"
