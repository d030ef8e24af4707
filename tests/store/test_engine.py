"""Opening, reading a snapshot, writing one transaction, and what is said when it cannot be done."""

from __future__ import annotations

import datetime as dt
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from gridmap.errors import BadSettings, Conflict, StoreBroken, StoreBusy
from gridmap.store import audit, engine, incidents, places, postgis, spatialite
from gridmap.store.engine import Store, open_store
from gridmap.store.tables import Counter, Incident
from tests.store.conftest import Child
from tests.store.district import NOW, add_incident, append_entry

HOLD = {
    "sqlite": "session.execute(sa.text(\"INSERT INTO counter VALUES ('held', 1)\"))",
    "postgresql": "session.execute(sa.text('LOCK TABLE counter, audit_head IN ACCESS EXCLUSIVE MODE'))",
}


def held_by(child: Callable[[str], Child], dialect: str) -> Child:
    """Another process that holds the database until its input closes."""
    code = "import sqlalchemy as sa\nwith store.write() as session:\n"
    process = child(code + f"    {HOLD[dialect]}\n    print('held')\n    sys.stdin.read()\n    raise SystemExit\n")
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def release(process: Child) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(30)


def test_a_write_is_there_after_the_block(store: Store) -> None:
    with store.write() as session:
        add_incident(session)
    with store.read() as session:
        assert places.counts(session)["incidents"] == 1


def test_an_error_inside_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as session:
        add_incident(session)
        append_entry(session)
        1 / 0  # noqa: B018
    with store.read() as session:
        assert places.counts(session)["incidents"] == 0
        assert audit.head(session)[0] == 0


def test_a_commit_in_the_middle_does_not_split_the_record(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as session:
        add_incident(session)
        session.commit()
        1 / 0  # noqa: B018
    with store.read() as session:
        assert places.counts(session)["incidents"] == 0


def test_a_reader_keeps_its_snapshot(store: Store) -> None:
    with store.read() as reader:
        assert places.counts(reader)["incidents"] == 0
        with store.write() as session:
            add_incident(session)
        assert places.counts(reader)["incidents"] == 0
    with store.read() as reader:
        assert places.counts(reader)["incidents"] == 1


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(StoreBroken, match=r"writes|written"), store.read() as session:
        session.execute(sa.insert(Counter).values(name="x", value=1))
    with store.write() as session:
        session.execute(sa.insert(Counter).values(name="x", value=1))


def test_a_write_inside_a_write_is_refused_at_once(store: Store) -> None:
    with pytest.raises(RuntimeError, match="inside a write"), store.write(), store.write():
        pass
    with store.write() as session:  # the refusal left nothing locked
        assert add_incident(session) == 1


def test_writers_in_threads_take_turns(store: Store) -> None:
    """8 threads x 25 numbers: dense, none twice, and one audit entry each in order."""

    def work(_: int) -> list[str]:
        numbers = []
        for _ in range(25):
            with store.write() as session:
                numbers += incidents.next_case_numbers(session, 2026, 1)
                append_entry(session)
        return numbers

    with ThreadPoolExecutor(8) as pool:
        given = sorted(number for numbers in pool.map(work, range(8)) for number in numbers)
    assert given == [f"2026-{i:06d}" for i in range(1, 201)]
    with store.read() as session:
        assert audit.head(session)[0] == 200
        assert audit.verify(session) == []


def test_more_readers_than_connections_all_get_an_answer(store: Store) -> None:
    together = threading.Barrier(engine.THREADS)

    def work(i: int) -> int:
        with store.read() as session:
            if i < engine.THREADS:
                together.wait(30)
            return places.counts(session)["incidents"]

    with ThreadPoolExecutor(3 * engine.THREADS) as pool:
        assert list(pool.map(work, range(3 * engine.THREADS))) == [0] * 3 * engine.THREADS


def test_writers_in_processes_take_turns(store: Store, child: Callable[[str], Child]) -> None:
    code = (
        "from gridmap.store import incidents\n"
        "for _ in range(40):\n"
        "    with store.write() as session:\n"
        "        add_incident(session)\n"
        "        append_entry(session)\n"
    )
    workers = [child(code), child(code)]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    with store.read() as session:
        assert places.counts(session)["incidents"] == 80
        numbers = session.scalars(sa.select(Incident.case_number).order_by(Incident.case_number)).all()
        assert numbers == [f"2026-{i:06d}" for i in range(1, 81)]
        assert audit.head(session)[0] == 80
        assert audit.verify(session) == []


def test_a_locked_database_is_busy_and_nothing_is_stored(
    store: Store, fresh_db: str, child: Callable[[str], Child]
) -> None:
    impatient = open_store(fresh_db, busy_s=0.5)
    holder = held_by(child, store.dialect)
    with pytest.raises(StoreBusy, match="nothing was stored") as told, impatient.write() as session:
        add_incident(session)
        append_entry(session)
    assert told.value.hint
    release(holder)
    with store.read() as session:
        assert places.counts(session)["incidents"] == 0
        assert audit.head(session)[0] == 0
    with impatient.write() as session:  # the lock is gone: the same store works again
        add_incident(session)
    impatient.close()


def test_a_first_connection_waits_in_short_tries_for_a_file_kept_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept.db"
    open_store(f"sqlite:///{path}").close()
    store = Store(spatialite.connect(path, busy_s=5, threads=2), "sqlite", "kept", 5.0, None)
    keeper = spatialite.pysqlite3.dbapi2.connect(str(path), isolation_level=None)
    keeper.execute("PRAGMA locking_mode = EXCLUSIVE")
    keeper.execute("CREATE TABLE kept (id INTEGER)")
    waits = []

    def give_up_the_file(pause_s: float) -> float:
        waits.append(pause_s)
        keeper.close()
        return pause_s

    monkeypatch.setattr(engine, "_wait", give_up_the_file)
    with store.read() as session:
        assert session.scalar(sa.text("SELECT 1")) == 1
    assert waits
    store.close()


def test_a_short_lock_is_waited_for(store: Store, child: Callable[[str], Child]) -> None:
    holder = held_by(child, store.dialect)
    threading.Timer(0.7, release, [holder]).start()
    with store.write() as session:
        add_incident(session)
    with store.read() as session:
        assert places.counts(session)["incidents"] == 1


def test_a_thread_that_holds_the_database_makes_the_others_busy(store: Store, fresh_db: str) -> None:
    impatient = open_store(fresh_db, busy_s=0.3)
    with store.write() as session:
        incidents.next_case_numbers(session, 2026, 1)

        def other() -> None:
            with impatient.write() as session:
                incidents.next_case_numbers(session, 2026, 1)

        with ThreadPoolExecutor(1) as pool, pytest.raises(StoreBusy):
            pool.submit(other).result()
    with store.read() as session:
        assert session.scalar(sa.select(Counter.value)) == 1
    impatient.close()


def test_a_clash_in_the_middle_is_run_again_from_the_start(store: Store) -> None:
    """Two writers lock two rows in opposite order: PostgreSQL undoes one, `transact` runs it again; SQLite queues."""
    with store.write() as session:
        session.execute(sa.insert(Counter), [{"name": "a", "value": 0}, {"name": "b", "value": 0}])
    both = threading.Barrier(2)
    runs: list[str] = []

    def add_to(names: str) -> None:
        def work(session: sa.orm.Session) -> None:
            runs.append(names)
            for name in names:
                session.execute(sa.update(Counter).where(Counter.name == name).values(value=Counter.value + 1))
                if len(runs) <= 2 and store.dialect == "postgresql" and name == names[0]:
                    both.wait(30)

        store.transact(work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add_to, ["ab", "ba"]))
    with store.read() as session:
        assert session.scalars(sa.select(Counter.value)).all() == [2, 2]
    assert len(runs) == (3 if store.dialect == "postgresql" else 2)


def test_transact_gives_up_as_busy(store: Store, fresh_db: str, child: Callable[[str], Child]) -> None:
    impatient = open_store(fresh_db, busy_s=0.4)
    holder = held_by(child, store.dialect)
    with pytest.raises(StoreBusy):
        impatient.transact(add_incident)
    release(holder)
    assert impatient.transact(add_incident) == 1
    impatient.close()


def test_a_killed_writer_leaves_nothing(store: Store, child: Callable[[str], Child]) -> None:
    writer = child(
        "with store.write() as session:\n"
        "    for _ in range(300):\n"
        "        add_incident(session)\n"
        "    append_entry(session)\n"
        "    print('written')\n"
        "    sys.stdin.read()\n"
    )
    assert writer.stdout is not None and writer.stdout.readline() == "written\n"
    writer.kill()
    writer.wait()
    with store.write() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 0
        assert audit.head(session)[0] == 0
        assert incidents.next_case_numbers(session, 2026, 1) == ["2026-000001"]


def test_a_contradiction_is_a_conflict(store: Store) -> None:
    with store.write() as session:
        add_incident(session, uid="u")
    with pytest.raises(Conflict, match="contradicts"), store.write() as session:
        add_incident(session, uid="u")


def test_a_naive_instant_is_refused(store: Store) -> None:
    with pytest.raises(sa.exc.StatementError, match="no time zone"), store.write() as session:
        add_incident(session, occurred_at=NOW.replace(tzinfo=None))


def test_instants_come_back_as_they_went(store: Store) -> None:
    shanghai = dt.timezone(dt.timedelta(hours=8))
    at = dt.datetime(2026, 3, 1, 7, 30, 15, 123456, tzinfo=shanghai)
    with store.write() as session:
        add_incident(session, occurred_at=at, occurred_on=at.date())
    with store.read() as session:
        found = session.scalars(sa.select(Incident)).one().occurred_at
    assert found == at
    assert found is not None and found.utcoffset() == dt.timedelta(0)


def test_foreign_keys_are_kept(store: Store) -> None:
    with pytest.raises(Conflict), store.write() as session:
        add_incident(session, block_id=99)


def test_an_unknown_kind_of_database_is_refused() -> None:
    with pytest.raises(BadSettings, match="mysql"):
        open_store("mysql://localhost/x")


def test_memory_is_no_place_to_keep_data() -> None:
    with pytest.raises(BadSettings, match="memory"):
        open_store("sqlite://")


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("This is no database. " * 100, encoding="utf-8")
    with pytest.raises(StoreBroken, match="no SQLite database") as told:
        open_store(f"sqlite:///{path}")
    assert "GRIDMAP_DB" in told.value.hint
    assert path.read_text(encoding="utf-8").startswith("This is no database.")


def test_a_missing_file_is_only_made_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.db"
    with pytest.raises(StoreBroken, match="There is no database"):
        open_store(f"sqlite:///{path}", create=False)
    assert not path.parent.exists()
    open_store(f"sqlite:///{path}").close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_that_cannot_hold_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreBroken, match=r"cannot be made.*folder"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'a.db'}")


def test_without_spatialite_the_cure_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spatialite, "EXTENSION", "mod_spatialite_that_is_not_there")
    with pytest.raises(StoreBroken, match="apt install libsqlite3-mod-spatialite"):
        open_store(f"sqlite:///{tmp_path / 'a.db'}")


def test_without_postgis_the_cure_is_named(store: Store, fresh_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if store.dialect != "postgresql":
        pytest.skip("needs the PostgreSQL server of GRIDMAP_TEST_DB")
    monkeypatch.setattr(postgis, "EXTENSION", "postgis_that_is_not_there")
    with pytest.raises(StoreBroken, match="has no PostGIS"):
        open_store(fresh_db)


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreBroken, match="does not answer") as told:
        open_store(f"postgresql://user:hunter2@/db?host={tmp_path}")
    assert "hunter2" not in str(told.value)
    assert str(tmp_path) in str(told.value)


def test_nothing_is_written_after_spatialite_undid_the_transaction(store: Store) -> None:
    """Its triggers end the whole transaction; what followed would be stored at once, alone."""
    if store.dialect != "sqlite":
        pytest.skip("a habit of SpatiaLite")
    wrong = sa.text("UPDATE incident SET geom = GeomFromText('LINESTRING(0 0, 1 1)', 4326)")
    with store.write() as session:
        add_incident(session)
    with pytest.raises(StoreBroken, match="undid the change"), store.write() as session:
        session.execute(sa.insert(Counter).values(name="before", value=1))
        with pytest.raises(sa.exc.IntegrityError, match="violates Geometry constraint"):
            session.execute(wrong)
        session.execute(sa.insert(Counter).values(name="after", value=1))
    with store.read() as session:
        assert session.scalars(sa.select(Counter.name)).all() == ["case.2026"]


def test_a_full_disk_stores_nothing(store: Store) -> None:
    if store.dialect != "sqlite":
        pytest.skip("a server's disk is not ours to fill")
    with pytest.raises(StoreBroken, match="disk is full"), store.write() as session:
        pages = session.scalar(sa.text("PRAGMA page_count"))
        session.execute(sa.text(f"PRAGMA max_page_count = {pages + 5}"))
        for _ in range(2_000):
            add_incident(session)
    with store.write() as session:
        session.execute(sa.text("PRAGMA max_page_count = 1000000"))
        assert places.counts(session)["incidents"] == 0
        add_incident(session)


def test_a_commit_of_nothing_is_no_success(store: Store) -> None:
    """The undoing is the last thing that happens, and somebody swallowed the error."""
    with store.write() as session:
        add_incident(session)
    with pytest.raises(StoreBroken, match="undid the change"), store.write() as session:
        add_incident(session)
        with pytest.raises(sa.exc.DBAPIError):
            session.execute(sa.text("UPDATE incident SET geom = ST_GeomFromText('LINESTRING(0 0, 1 1)', 4326)"))
    with store.read() as session:
        assert places.counts(session)["incidents"] == 1


def test_many_connections_load_spatialite(store: Store) -> None:
    """Its tables of connections once ended at 64."""
    if store.dialect != "sqlite":
        pytest.skip("SpatiaLite only")
    others = [open_store(store.address) for _ in range(70)]
    for other in others:
        with other.read() as session:
            assert session.scalar(sa.text("SELECT ST_X(MakePoint(1, 2))")) == 1
    for other in others:
        other.close()
