"""An organisation at work, in small: every kind of request that the measurement of load makes is answered."""

from __future__ import annotations

import datetime as dt
import importlib
from pathlib import Path
from types import ModuleType

import pytest

from gridmap.config import Settings
from gridmap.store.engine import Store
from tests.postgres_databases import Databases
from tests.restarting import Loaded, restarting
from tests.web.writing import answered

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
STAFF = (("commander", "street", 2), ("community_handler", "community", 2), ("grid_worker", "grid", 2))


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    """Modules of the measurements, by name."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    names = ("organisation", "traffic", "working_day", "soak")
    return {name: importlib.import_module(f"bench.{name}") for name in names}


def test_every_kind_of_request_is_answered(
    bench: dict[str, ModuleType], loaded: Loaded, world: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    evenly = {kind: (1, right) for kind, (_, right) in bench["traffic"].MIX.items()}
    monkeypatch.setattr(bench["traffic"], "MIX", evenly)
    people = bench["organisation"].staffed(world, settings, now=dt.datetime.now(dt.UTC), staff=STAFF)
    assert [person.title for person in people] == ["commander"] * 2 + ["community_handler"] * 2 + ["grid_worker"] * 2
    secret = {"GRIDMAP_SECRET": settings.secret_from_env or ""}
    with restarting(loaded, settings, **secret) as server:
        server.start()
        answered(server)
        course = bench["working_day"].measured(
            f"http://127.0.0.1:{server.port}", None, people, {"server": server.pid},
            minutes=0.03, per_s=100, seed=3, warm_up_s=0.0,
        )  # fmt: skip
    assert not course.errors
    assert course.taken_ms.keys() == bench["traffic"].MIX.keys()
    assert len(course.memory) == bench["working_day"].SAMPLES + 1
    assert min(size for _, size in course.memory) > 50e6


@pytest.mark.full
def test_memory_does_not_grow_in_twenty_minutes(bench: dict[str, ModuleType], databases: Databases | None) -> None:
    """Of a whole district; at half the rate of the measurement, because the other run has one of the cores."""
    kind = "spatialite" if databases is None else "postgis"
    (setting,) = bench["working_day"].settings_of(kind, workers=2, is_tls=False)
    with bench["working_day"].course_of(setting, minutes=20, per_s=25, seed=4) as course:
        sizes = [size for _, size in course.memory]
    assert not course.errors
    assert bench["soak"].growth(sizes) < 0.05, sizes


def test_growth_is_told_after_warming_up(bench: dict[str, ModuleType]) -> None:
    assert bench["soak"].growth([50, 90, 100, 100, 100, 100, 100, 100, 104, 106]) == pytest.approx(0.05)
