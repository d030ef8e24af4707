"""The project's one row, and the versions of its configuration."""

from __future__ import annotations

import datetime as dt

import pytest

from gridmap.errors import Conflict, NotFound
from gridmap.store import configuration, project
from gridmap.store.engine import Store
from tests.store.district import NOW

PROJ = "+proj=tmerc +lat_0=30.2 +lon_0=115"


def test_a_new_project(store: Store) -> None:
    with store.read() as session:
        assert project.get(session) is None
    with store.write() as session:
        made = project.create(session, name="下陆区", at=NOW)
    assert (made.name, made.time_zone, made.extent, made.projection) == ("下陆区", "Asia/Shanghai", None, None)
    assert not made.is_demo
    with store.read() as session:
        assert project.get(session) == made


def test_a_database_is_one_project(store: Store) -> None:
    with store.write() as session:
        project.create(session, name="a", at=NOW)
    with pytest.raises(Conflict, match="a project already"), store.write() as session:
        project.create(session, name="b", at=NOW)


def test_the_demo_says_so(store: Store) -> None:
    with store.write() as session:
        made = project.create(session, name="d", at=NOW, demo_version="1", demo_now_on=dt.date(2026, 6, 30))
    assert made.is_demo
    assert made.demo_now_on == dt.date(2026, 6, 30)


def test_the_projection_is_set_once(store: Store) -> None:
    with store.write() as session:
        project.create(session, name="a", at=NOW)
        made = project.set_projection(session, PROJ, (115.0, 30.1, 115.1, 30.3))
        assert (made.projection, made.extent) == (PROJ, (115.0, 30.1, 115.1, 30.3))
        with pytest.raises(Conflict, match="set already"):
            project.set_projection(session, PROJ, (0, 0, 1, 1))


def test_a_named_projection_stays(store: Store) -> None:
    with store.write() as session:
        project.create(session, name="a", at=NOW, projection="EPSG:4548")
        with pytest.raises(Conflict, match="set already"):
            project.set_projection(session, PROJ, (115.0, 30.1, 115.1, 30.3))
        assert project.set_projection(session, "EPSG:4548", (115.0, 30.1, 115.1, 30.3)).extent is not None
        project.forget_place(session)
        found = project.get(session)
    assert found is not None
    assert (found.projection, found.extent) == ("EPSG:4548", None)


def test_a_projection_made_for_a_place_goes_with_it(store: Store) -> None:
    with store.write() as session:
        project.create(session, name="a", at=NOW)
        project.set_projection(session, PROJ, (115.0, 30.1, 115.1, 30.3))
        project.forget_place(session)
        found = project.get(session)
    assert found is not None
    assert (found.projection, found.extent) == (None, None)


def test_the_extent_grows_and_never_shrinks(store: Store) -> None:
    with store.write() as session:
        project.create(session, name="a", at=NOW)
        project.set_projection(session, PROJ, (115.0, 30.1, 115.1, 30.3))
        assert project.widen_extent(session, (115.05, 30.15, 115.06, 30.16)).extent == (115.0, 30.1, 115.1, 30.3)
        assert project.widen_extent(session, (114.9, 30.2, 115.05, 30.4)).extent == (114.9, 30.1, 115.1, 30.4)


def test_name_and_attribution(store: Store) -> None:
    with store.write() as session:
        project.create(session, name="a", at=NOW, attribution="us")
        assert project.describe(session, name="b").attribution == "us"
        assert project.describe(session, attribution="them").name == "b"
        assert project.describe(session).attribution == "them"


def test_without_a_project_the_cure_is_named(store: Store) -> None:
    with pytest.raises(NotFound, match="gridmap init"), store.write() as session:
        project.widen_extent(session, (0, 0, 1, 1))
    with pytest.raises(NotFound, match="gridmap init"), store.write() as session:
        project.describe(session, name="x")


def test_configuration_has_versions(store: Store) -> None:
    with store.write() as session:
        assert configuration.put(session, {"kind": [{"code": "a", "zh": "甲"}]}, NOW) == 1
        assert configuration.put(session, {"kind": []}, NOW) == 2
    with store.read() as session:
        assert configuration.current(session) == (2, {"kind": []})
        assert configuration.at_version(session, 1) == {"kind": [{"code": "a", "zh": "甲"}]}
        with pytest.raises(NotFound, match="version 3"):
            configuration.at_version(session, 3)


def test_without_a_configuration_the_cure_is_named(store: Store) -> None:
    with store.read() as session, pytest.raises(NotFound, match="gridmap init"):
        configuration.current(session)
