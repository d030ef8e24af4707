from __future__ import annotations

from collections.abc import Iterator

import pytest

from gridmap.config import Settings
from gridmap.store.engine import Store
from tests.services import small_world


@pytest.fixture
def project(settings: Settings) -> Iterator[Store]:
    """Four blocks, on the database of this run."""
    store = small_world.build(settings)
    yield store
    store.close()
