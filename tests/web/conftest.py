"""An application over the small world (tests/services/small_world.py), asked without a server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gridmap.config import Settings
from gridmap.store.engine import Store, open_store
from tests.postgres_databases import Databases
from tests.quick_apps import quick
from tests.restarting import Loaded, loading
from tests.services import small_world
from tests.web import organisation
from tests.web.organisation import Organisation
from web.app import create_app


@pytest.fixture(scope="package", autouse=True)
def quick_apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with quick(tmp_path_factory.mktemp("quick")):
        yield


@pytest.fixture(scope="session")
def app(
    template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None
) -> Iterator[Flask]:
    """One application for all tests that only read."""
    with small_world.standing(template_db, tmp_path_factory.mktemp("world"), databases) as settings:
        yield create_app(settings, now=small_world.now, warm_up=False)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def loaded() -> Iterator[Loaded]:
    """What servers are forked from that are started more than once."""
    with loading() as process:
        yield process


@pytest.fixture
def world(settings: Settings) -> Iterator[Store]:
    store = small_world.build(settings)
    yield store
    store.close()


@pytest.fixture
def own_client(world: Store, settings: Settings) -> FlaskClient:
    """Asks an application of the test's own, whose `world` may be changed."""
    return create_app(settings, now=small_world.now, warm_up=False).test_client()


@pytest.fixture(scope="module")
def people(
    template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None
) -> Iterator[Organisation]:
    """The small world with accounts, for the tests of one file."""
    with small_world.standing(template_db, tmp_path_factory.mktemp("people"), databases) as settings:
        store = open_store(settings.db)
        yield organisation.build(store, settings)
        store.close()


@pytest.fixture(scope="module")
def served(people: Organisation) -> Flask:
    return create_app(people.settings, now=small_world.now, warm_up=False, hashing=organisation.CHEAP)
