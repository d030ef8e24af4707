"""Opening a project: made where there is none, refused where the schema is another."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.errors import BadInput, StoreBroken
from gridmap.services.exchange import import_file
from gridmap.services.project import first_configuration, open_project, prepare
from gridmap.services.situation import Situation
from gridmap.store import configuration, migrations, project
from gridmap.store.engine import Store, open_store

NOW = dt.datetime(2024, 7, 1, tzinfo=dt.UTC)
DISTRICT = "420204", "下陆区", "POLYGON ((114.9 30.1, 115.1 30.1, 115.1 30.3, 114.9 30.3, 114.9 30.1))"


def settings_for(db: str, folder: Path) -> Settings:
    return Settings(db=db, var=folder, is_demo=False, secret_from_env="x" * 40)


def areas_file(path: Path) -> Path:
    path.write_text('code,name,level,wkt\n{},{},district,"{}"\n'.format(*DISTRICT), encoding="utf-8")
    return path


def test_an_empty_database_becomes_a_project(empty_db: str, tmp_path: Path) -> None:
    store = open_project(settings_for(empty_db, tmp_path), name="二道区", time_zone="Asia/Urumqi", now=NOW)
    try:
        with store.read() as session:
            found = project.get(session)
            version, content = configuration.current(session)
    finally:
        store.close()
    assert found is not None
    assert (found.name, found.time_zone, found.extent, found.is_demo) == ("二道区", "Asia/Urumqi", None, False)
    assert found.created_at == NOW
    assert (version, content) == (1, first_configuration())
    assert {"order", "unspecified"} <= {kind["code"] for kind in content["kind"]}


def test_opened_again_it_stays_as_it_was(empty_db: str, tmp_path: Path) -> None:
    settings = settings_for(empty_db, tmp_path)
    open_project(settings, name="一", now=NOW).close()
    store = open_project(settings, name="二", now=NOW)
    try:
        with store.read() as session:
            found = project.get(session)
            assert session.scalar(sa.text("SELECT count(*) FROM configuration")) == 1
    finally:
        store.close()
    assert found is not None
    assert found.name == "一"


def test_nothing_is_made_unless_asked(empty_db: str, tmp_path: Path) -> None:
    settings = settings_for(empty_db, tmp_path)
    with pytest.raises(StoreBroken) as caught:
        open_project(settings, create=False)
    assert "gridmap init" in caught.value.hint


def test_another_schema_names_the_command(store: Store, settings: Settings) -> None:
    with store.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(StoreBroken, match="schema 0000") as caught:
        open_project(settings)
    assert "gridmap db upgrade" in caught.value.hint


def test_time_zones_must_exist(store: Store) -> None:
    for name in ("Asia/Huangshi", "../etc"):
        with pytest.raises(BadInput, match="no time zone"):
            prepare(store, time_zone=name, now=NOW)


def test_a_migrated_database_without_project_gets_one(fresh_db: str, tmp_path: Path) -> None:
    settings = dataclasses.replace(settings_for(fresh_db, tmp_path))
    open_project(settings, now=NOW).close()
    opened = open_store(fresh_db)
    try:
        assert migrations.current(opened) == migrations.head()
        with opened.read() as session:
            assert project.get(session) is not None
    finally:
        opened.close()


def test_an_organisation_s_own_projection_and_language(empty_db: str, tmp_path: Path) -> None:
    settings = settings_for(empty_db, tmp_path)
    store = open_project(settings, projection="epsg:4548", language="en", now=NOW)
    try:
        import_file(store, settings, "areas", areas_file(tmp_path / "areas.csv"), now=NOW)
        with store.read() as session:
            found = project.get(session)
            _, content = configuration.current(session)
        state = Situation(store, now=lambda: NOW).picture()
    finally:
        store.close()
    assert found is not None and found.extent is not None
    assert found.projection == "EPSG:4548"
    assert content["pages"] == {"language": "en"} and state.project.language == "en"
    assert state.ground.projection is not None and state.ground.projection.crs == "EPSG:4548"


def test_a_projection_of_elsewhere_takes_no_import(empty_db: str, tmp_path: Path) -> None:
    settings = settings_for(empty_db, tmp_path)
    store = open_project(settings, projection="EPSG:4554", now=NOW)  # 135 E
    try:
        with pytest.raises(BadInput, match="stretches areas") as caught:
            import_file(store, settings, "areas", areas_file(tmp_path / "areas.csv"), now=NOW)
        with store.read() as session:
            found = project.get(session)
            assert session.scalar(sa.text("SELECT count(*) FROM area")) == 0
    finally:
        store.close()
    assert "near 115" in caught.value.hint
    assert found is not None and found.extent is None


def test_a_projection_that_is_none_makes_no_project(empty_db: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no projection in metres"):
        open_project(settings_for(empty_db, tmp_path), projection="EPSG:4490", now=NOW)
