"""The one schema history, forwards and backwards, on filled databases, and what is looked at afterwards."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from gridmap.errors import StoreBroken
from gridmap.store import audit, ids, inspection, jobs, migrations, places
from gridmap.store.engine import Store, open_store
from gridmap.store.spatial import intersects_bbox
from gridmap.store.tables import Base, Camera, Household, Incident, IncidentEvent
from tests.store.conftest import Child
from tests.store.district import NOW, add_incident, fill

HERE = Path(__file__).parent
TRIAL, BROKEN = [HERE / "revisions"], [HERE / "broken_revisions"]


@pytest.fixture
def empty(empty_db: str) -> Iterator[Store]:
    opened = open_store(empty_db)
    yield opened
    opened.close()


def tables_of(store: Store) -> set[str]:
    with store.read() as session:
        return set(sa.inspect(session.connection()).get_table_names())


def rows_of(store: Store, table: str) -> list[tuple[object, ...]]:
    with store.read() as session:
        return [tuple(row) for row in session.execute(sa.text(f"SELECT * FROM {table} ORDER BY 1"))]


def found_by_index(store: Store) -> int:
    with store.read() as session:
        query = sa.select(Household.id).where(intersects_bbox(Household, 115.01, 30.2, 115.02, 30.21))
        return len(session.scalars(query).all())


def test_an_empty_database_has_no_revision(empty: Store) -> None:
    assert migrations.current(empty) is None
    assert migrations.check(empty) == ["The database is empty. Run `gridmap init`."]


def test_upgrade_makes_everything(empty: Store) -> None:
    migrations.upgrade(empty)
    assert migrations.current(empty) == migrations.head()
    assert migrations.check(empty) == []
    assert set(Base.metadata.tables) <= tables_of(empty)


def test_upgrade_again_changes_nothing(store: Store) -> None:
    fill(store)
    before = rows_of(store, "incident")
    migrations.upgrade(store)
    assert rows_of(store, "incident") == before
    assert migrations.check(store) == []


def test_models_and_schema_agree(store: Store) -> None:
    """Autogenerate would write an empty revision: types, empty or not, keys, indexes and unique rules are the same."""

    def ours(obj: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
        if kind == "table" and reflected and compare_to is None:  # SpatiaLite's and PostGIS's own
            return name in Base.metadata.tables
        return not (kind == "index" and reflected and (name or "").startswith("idx_"))  # `check` looks at these

    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": ours, "compare_type": True, "target_metadata": Base.metadata}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_autogenerate_would_see_a_difference(store: Store) -> None:
    other = sa.MetaData()
    sa.Table("counter", other, sa.Column("name", sa.String(40), primary_key=True))
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        found = [difference[0] for difference in compare_metadata(context, other) if not isinstance(difference, list)]
    assert "remove_column" in found


def test_every_check_constraint_of_the_models_is_in_the_database(store: Store) -> None:
    """Autogenerate does not compare these."""
    with store.read() as session:
        inspector = sa.inspect(session.connection())
        for table in Base.metadata.sorted_tables:
            wanted = {
                str(rule.name)
                for rule in table.constraints
                if isinstance(rule, sa.CheckConstraint)
            }
            found = {str(rule["name"]) for rule in inspector.get_check_constraints(table.name)}
            assert wanted <= found, table.name


def test_a_filled_database_goes_down_to_nothing_and_up_again(store: Store) -> None:
    fill(store)
    migrations.downgrade(store, "base")
    assert migrations.current(store) is None
    assert not set(Base.metadata.tables) & tables_of(store)
    migrations.upgrade(store)
    assert migrations.check(store) == []
    fill(store)
    assert found_by_index(store) == 10


def test_the_second_revision_keeps_a_filled_first_one(store: Store) -> None:
    """Down to the first revision, as a database of it is, and up again: rows, indexes and triggers stay."""
    fill(store)
    with store.write() as session:  # SpatiaLite's triggers would notice a lost column here
        add_incident(session, lon=115.5)
    before = {table: rows_of(store, table) for table in ("household", "incident", "import_batch", "audit")}

    migrations.downgrade(store, "0001")
    assert migrations.current(store) == "0001"
    assert not {"import_source", "import_before", "incident_event"} & tables_of(store)
    assert rows_of(store, "incident") == [row[:-3] + row[-1:] for row in _shape_last(store, before["incident"])]
    assert rows_of(store, "import_batch") == [row[:-3] for row in before["import_batch"]]
    with store.engine.begin() as connection:  # a database of the first revision works as it did
        connection.execute(sa.text("DELETE FROM incident WHERE id = 2"))
        connection.execute(sa.text("UPDATE household SET residents = 3"))

    migrations.upgrade(store)
    assert migrations.check(store) == []
    assert found_by_index(store) == 10
    with store.write() as session:
        added = add_incident(session, lon=115.6)
        rows = session.execute(sa.select(Incident.id, Incident.is_doubtful, Incident.placed_by)).all()
    assert set(rows) == {(i, False, "coordinates") for i in (*range(1, 42), added) if i != 2}
    with store.read() as session:
        assert audit.verify(session) == []


def test_the_third_revision_keeps_the_jobs_of_a_filled_second_one(store: Store) -> None:
    """Down to the second revision and up again: jobs stay; one that waits for nobody is told as failed."""
    fill(store)
    with store.write() as session:
        done = jobs.add(session, kind="gatherings", parameters={"days": 28}, seed=7, at=NOW)
        taken = jobs.take(session, NOW)
        assert taken is not None and taken.uid == done.uid
        assert jobs.end(session, done.uid, 1, state="done", at=NOW, result={"rows": [1, 2]}, seq=41)
        waiting = jobs.add(session, kind="gatherings", parameters={}, seed=8, at=NOW)
    before = {table: rows_of(store, table) for table in ("household", "incident", "audit")}

    migrations.downgrade(store, "0002")
    assert migrations.current(store) == "0002"
    with store.read() as session:
        names = {column["name"] for column in sa.inspect(session.connection()).get_columns("job")}
        indexes = {index["name"] for index in sa.inspect(session.connection()).get_indexes("job")}
    assert not {"heartbeat_at", "attempts", "seq"} & names
    assert not {"uq_job_open", "ix_job_newest"} & indexes
    for kind in ("gatherings", "gatherings"):  # a database of the second revision may hold two that wait
        with store.engine.begin() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO job (uid, kind, state, progress, cancel_requested, parameters, created_at) "
                    "VALUES (:uid, :kind, 'queued', 0, false, '{}', '2026-11-23 08:00:00')"
                ),
                {"uid": ids.new_uid(), "kind": kind},
            )

    migrations.upgrade(store)
    assert migrations.check(store) == []
    assert {table: rows_of(store, table) for table in before} == before
    with store.read() as session:
        kept, failed = jobs.get(session, done.uid), jobs.get(session, waiting.uid)
        assert kept is not None and failed is not None
        assert (kept.state, kept.result, kept.seed, kept.attempts) == ("done", {"rows": [1, 2]}, 7, 0)
        assert failed.state == "failed" and "older gridmap" in (failed.error or "")
        assert jobs.open_job(session, "gatherings") is None
    with store.write() as session:
        assert jobs.add(session, kind="gatherings", parameters={}, seed=9, at=NOW).state == "queued"


def _shape_last(store: Store, rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Rows of `incident` with the shape behind the columns of the second revision."""
    with store.read() as session:
        names = [column["name"] for column in sa.inspect(session.connection()).get_columns("incident")]
    at = names.index("geom")
    return [(*row[:at], *row[at + 1 :], row[at]) for row in rows]


@pytest.mark.parametrize("wrong", ["'guess'", "NULL"])
def test_an_incident_is_placed_by_one_of_four(store: Store, wrong: str) -> None:
    fill(store)
    with pytest.raises(sa.exc.IntegrityError), store.engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE incident SET placed_by = {wrong} WHERE id = 1"))
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE incident SET placed_by = 'map' WHERE id = 1"))
        assert connection.scalar(sa.text("SELECT placed_by FROM incident WHERE id = 1")) == "map"


def test_doubtful_incidents_are_found_by_their_index(store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("PostgreSQL chooses by the size of a table")
    with store.read() as session:
        query = sa.select(Incident.id).where(Incident.is_doubtful).order_by(Incident.occurred_on.desc())
        text = str(query.compile(store.engine))
        plan = [str(row[-1]) for row in session.execute(sa.text(f"EXPLAIN QUERY PLAN {text}"))]
    assert any("ix_incident_doubtful" in step for step in plan), plan


def test_a_story_goes_with_its_incident(store: Store) -> None:
    with store.write() as session:
        key = add_incident(session)
        for action in ("received", "moved"):
            event = IncidentEvent(uid=ids.new_uid(), incident_id=key, at=NOW, actor="local", action=action, content={})
            session.add(event)
    with store.write() as session:
        session.execute(sa.delete(Incident).where(Incident.id == key))
        assert session.scalar(sa.select(sa.func.count(IncidentEvent.id))) == 0


def test_a_later_revision_keeps_what_is_there(store: Store) -> None:
    """Up and down with a new column, a side table with a shape and a rebuilt plain table, on filled tables."""
    fill(store)
    before = {table: rows_of(store, table) for table in ("household", "incident", "post", "worker", "audit")}

    migrations.upgrade(store, extra_versions=TRIAL)
    assert migrations.current(store) == "9001"
    with store.read() as session:
        assert inspection.problems(session.connection(), Base.metadata) == []
        assert session.scalar(sa.text("SELECT sum(meters) FROM household")) == 40
        assert session.scalar(sa.text("SELECT count(*) FROM entrance")) == 40
    assert f"needs {migrations.head()}" in migrations.check(store)[0]
    assert found_by_index(store) == 10
    with store.write() as session:  # the triggers still follow what is stored
        add_incident(session, lon=115.5)
        session.execute(sa.text("DELETE FROM entrance WHERE id <= 4"))
        session.execute(sa.delete(Household).where(Household.id <= 4))
    assert found_by_index(store) == 9

    migrations.downgrade(store, migrations.head(), extra_versions=TRIAL)
    assert migrations.check(store) == []
    assert "entrance" not in tables_of(store)
    assert rows_of(store, "household") == before["household"][4:]
    assert len(rows_of(store, "incident")) == len(before["incident"]) + 1
    for table in ("post", "worker", "audit"):
        assert rows_of(store, table) == before[table]
    with store.read() as session:
        assert audit.verify(session) == []


def test_a_wrong_shape_is_refused_after_a_migration(store: Store) -> None:
    migrations.upgrade(store, extra_versions=TRIAL)
    line = "LINESTRING(0 0, 1 1)"
    with pytest.raises(sa.exc.DBAPIError, match=r"constraint|type"), store.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO camera (uid, geom) VALUES ('u', ST_GeomFromText(:line, 4326))"), {"line": line}
        )
    with store.read() as session:
        assert places.counts(session)["cameras"] == 0


def test_a_revision_that_fails_leaves_all_as_before(store: Store) -> None:
    fill(store)
    before = {table: rows_of(store, table) for table in ("household", "incident")}
    with pytest.raises(RuntimeError, match="the disk of this revision"):
        migrations.upgrade(store, "9002", extra_versions=BROKEN)
    assert migrations.current(store) == migrations.head()
    assert migrations.check(store) == []
    assert "entrance" not in tables_of(store)
    assert {table: rows_of(store, table) for table in before} == before


def test_a_migration_killed_in_its_middle_leaves_all_as_before(store: Store, child: Callable[[str], Child]) -> None:
    fill(store)
    before = {table: rows_of(store, table) for table in ("household", "incident")}
    folder = str(BROKEN[0])
    process = child(
        "from pathlib import Path\nfrom gridmap.store import migrations\n"
        f"migrations.upgrade(store, '9004', extra_versions=[Path({folder!r})])\n"
    )
    assert process.stdout is not None and process.stdout.readline() == "inside\n"
    process.kill()
    process.wait()
    with store.write() as session:  # waits until a server has noticed, too
        session.execute(sa.text("UPDATE audit_head SET seq = seq"))
    assert migrations.check(store) == []
    assert "entrance" not in tables_of(store)
    assert {table: rows_of(store, table) for table in before} == before


def test_a_revision_that_loses_an_index_is_undone(store: Store) -> None:
    fill(store)
    with pytest.raises(StoreBroken, match="camera"):
        migrations.upgrade(store, "9003", extra_versions=BROKEN)
    assert migrations.current(store) == migrations.head()
    assert migrations.check(store) == []
    with store.read() as session:
        assert len(places.layer(session, Camera)) == 4


def test_a_newer_schema_is_refused(store: Store) -> None:
    migrations.upgrade(store, extra_versions=TRIAL)
    with pytest.raises(StoreBroken, match="9001"):
        migrations.upgrade(store)
    assert migrations.current(store) == "9001"


def test_two_processes_may_migrate_at_once(empty: Store) -> None:
    address = empty.engine.url.render_as_string(hide_password=False)
    code = (
        "from gridmap.store import migrations\n"
        "from gridmap.store.engine import open_store\n"
        f"migrations.upgrade(open_store({address!r}))\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert migrations.check(empty) == []
    assert rows_of(empty, "alembic_version") == [(migrations.head(),)]


def test_foreign_keys_are_kept_after_a_migration(store: Store) -> None:
    migrations.upgrade(store, extra_versions=TRIAL)
    if store.dialect == "sqlite":
        with store.read() as session:
            assert session.scalar(sa.text("PRAGMA foreign_keys")) == 1


def test_check_sees_a_lost_spatial_index(store: Store) -> None:
    with store.engine.begin() as connection:
        if store.dialect == "sqlite":
            connection.execute(sa.text("SELECT DisableSpatialIndex('incident', 'geom')"))
        else:
            connection.execute(sa.text("DROP INDEX idx_incident_geom"))
    assert any("incident.geom" in problem for problem in migrations.check(store))


def test_check_sees_a_lost_trigger(store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("PostGIS needs no triggers")
    with store.engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER gii_incident_geom"))
    assert migrations.check(store) == ["incident.geom has lost its triggers gii."]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM idx_incident_geom WHERE pkid = 1",
        "UPDATE idx_incident_geom SET xmin = 9, xmax = 10 WHERE pkid = 1",
        "INSERT INTO idx_incident_geom VALUES (999, 1, 1, 1, 1)",
    ],
)
def test_check_sees_a_stale_index(store: Store, change: str) -> None:
    if store.dialect != "sqlite":
        pytest.skip("PostgreSQL keeps its indexes itself")
    with store.write() as session:
        add_incident(session)
    assert migrations.check(store) == []
    with store.engine.begin() as connection:
        connection.execute(sa.text(change))
    assert migrations.check(store) == ["The spatial index of incident.geom does not agree with the table."]


def test_check_sees_a_damaged_file(store: Store, fresh_db: str) -> None:
    if store.dialect != "sqlite":
        pytest.skip("PostgreSQL looks after its pages")
    fill(store, points=2_000)
    store.close()
    with Path(str(sa.make_url(fresh_db).database)).open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(size // 2)
        file.write(b"\xa5" * 20_000)
    again = open_store(fresh_db)
    problems = migrations.check(again)
    again.close()
    assert problems
    assert all("damaged" in problem for problem in problems)


def test_check_sees_orphans(store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("PostgreSQL never rests its foreign keys")
    with store.write() as session:
        add_incident(session)
    raw = store.engine.raw_connection()
    raw.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
    raw.driver_connection.execute("UPDATE incident SET block_id = 77")  # type: ignore[union-attr]
    raw.driver_connection.execute("PRAGMA foreign_keys = ON")  # type: ignore[union-attr]
    raw.close()
    assert migrations.check(store) == ["Rows of incident point at rows of block that do not exist."]


def test_check_sees_a_missing_column(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE incident DROP COLUMN summary"))
    assert migrations.check(store) == ["Table incident lacks summary."]


def test_every_shape_has_an_index_of_its_own_name(store: Store) -> None:
    names = {f"idx_{table}_{column}" for table, column, _ in inspection.geometry_columns(Base.metadata)}
    assert len(names) == 13
    if store.dialect == "sqlite":
        assert names <= tables_of(store) | set(_virtual_tables(store))
        return
    with store.read() as session:
        rows = session.execute(sa.text("SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'idx_%'"))
        found = {row.indexname: row.indexdef for row in rows}
    assert set(found) == names
    assert all("USING gist (geom)" in text for text in found.values())


def _virtual_tables(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(sa.text("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")))


def test_the_chinese_datum_is_known(store: Store) -> None:
    with store.read() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM spatial_ref_sys WHERE srid = 4490")) == 1


def test_many_rows_go_in_and_the_triggers_are_back(store: Store) -> None:
    """Large inserts put SpatiaLite's triggers aside; afterwards every one is there again, word by word."""
    before = _schema(store)
    fill(store, points=6_000)
    assert _schema(store) == before
    assert migrations.check(store) == []
    with store.write() as session:
        session.execute(sa.delete(Incident).where(Incident.id > 10))
    assert migrations.check(store) == []


def _schema(store: Store) -> list[tuple[object, ...]]:
    if store.dialect == "postgresql":
        return []
    with store.read() as session:
        rows = session.execute(sa.text("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"))
        return [tuple(row) for row in rows]
