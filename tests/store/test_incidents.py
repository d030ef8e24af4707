"""Pages that neither repeat nor lose rows, case numbers, and incidents as columns."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable

import numpy as np
import pytest
import sqlalchemy as sa

from gridmap.errors import BadInput
from gridmap.store import audit, batches, bulk, incidents
from gridmap.store.engine import Store
from gridmap.store.event_columns import PRECISIONS
from gridmap.store.tables import Grid, Incident
from tests.store.conftest import Child
from tests.store.district import NOW, SECRET, add_batch, add_incident, append_entry, fill

DAY = dt.date(2026, 3, 10)


def days_of(store: Store, **conditions: object) -> list[str]:
    with store.read() as session:
        page = incidents.page(session, limit=1000, **conditions)  # type: ignore[arg-type]
    return [f"{item.occurred_on:%m-%d}{'*' if item.precision == 'month' else ''}" for item in page.items]


def add_day(session: sa.orm.Session, on: dt.date, precision: str = "day", kind: str = "order.theft") -> int:
    return add_incident(session, occurred_at=None, occurred_on=on, precision=precision, kind=kind)


def add_at(session: sa.orm.Session, on: dt.date, hour: float | None) -> int:
    if hour is None:
        return add_day(session, on)
    at = dt.datetime.combine(on, dt.time(), dt.UTC) + dt.timedelta(hours=hour)
    return add_incident(session, occurred_at=at, occurred_on=on)


def test_a_page_shows_an_incident_whole(store: Store) -> None:
    fill(store, points=4)
    with store.write() as session:
        add_incident(
            session, uid="u", lon=115.0123456789, lat=30.2, address="Long Street 3", uncertainty_m=25.0, occurred_on=DAY
        )
    with store.read() as session:
        item = incidents.page(session, limit=1).items[0]
        assert incidents.get(session, "u") == item
        assert incidents.get(session, "nobody") is None
        placed = incidents.page(session).items[-1]
    assert (item.uid, item.lon, item.lat) == ("u", 115.0123456789, 30.2)
    assert (item.address, item.uncertainty_m) == ("Long Street 3", 25.0)
    assert (item.occurred_at, item.occurred_on, item.precision) == (NOW, DAY, "minute")
    assert (item.grid, item.block) == (None, None)
    assert (placed.grid, placed.block) == ("G1", "B1")


def test_pages_join_without_gap_or_repeat(store: Store) -> None:
    """Several rows share a day; new ones arrive while one pages."""
    with store.write() as session:
        days = [DAY + dt.timedelta(days=(i * 3) % 7) for i in range(50)]
        wanted = [add_day(session, day) for day in days]
    seen: list[int] = []
    after = None
    while True:
        with store.read() as session:
            page = incidents.page(session, limit=8, after=after)
        seen += [item.id for item in page.items]
        after = page.next
        if after is None:
            break
        with store.write() as session:
            add_day(session, DAY + dt.timedelta(days=400))
    assert len(seen) == 50
    assert sorted(seen) == wanted
    keys = [(days[wanted.index(key)], key) for key in seen]
    assert keys == sorted(keys, reverse=True)


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_a_day_is_told_by_its_times(store: Store, limit: int) -> None:
    """The latest first, equal times by their ids, those without a time last; at every cut of the pages."""
    hours: list[float | None] = [9, None, 17.5, 9, None, 9 + 1e-6 / 3600, 23]
    with store.write() as session:
        ids = [add_at(session, DAY, hour) for hour in hours]
        earlier, later = (
            add_at(session, DAY - dt.timedelta(days=1), 23.9),
            add_at(session, DAY + dt.timedelta(days=1), 0.1),
        )
    seen: list[int] = []
    after, pages = None, 0
    while pages == 0 or after is not None:
        with store.read() as session:
            page = incidents.page(session, limit=limit, after=after)
        seen += [item.id for item in page.items]
        after, pages = page.next, pages + 1
    assert seen == [later, ids[6], ids[2], ids[5], ids[3], ids[0], ids[4], ids[1], earlier]
    assert pages == math.ceil(9 / limit)


def test_the_next_page_is_found_by_the_index(store: Store) -> None:
    """Also deep in the list no more is sorted than a day's rows."""
    with store.write() as session:
        bulk.insert(session, Incident, _columns(4_000, first=1_700_000_000, seconds=400 * 86_400))
        if store.dialect == "postgresql":
            session.execute(sa.text("ANALYZE incident"))
    asked: list[str] = []
    with store.read() as session:
        mark = incidents.page(session, limit=1_000).next
        sa.event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        incidents.page(session, limit=50, after=mark)
        text, values = asked[-1]
        words = "EXPLAIN QUERY PLAN " if store.dialect == "sqlite" else "EXPLAIN "
        plan = "\n".join(str(tuple(row)) for row in session.connection().exec_driver_sql(words + text, values))
    assert "ix_incident_occurred_on_id" in plan, plan
    if store.dialect == "sqlite":
        assert "occurred_on<?" in plan
        assert "FOR ORDER BY" not in plan  # not all of it is sorted
    else:
        assert "Incremental Sort" in plan
        assert "Index Cond" in plan


def test_the_last_page_says_so(store: Store) -> None:
    with store.write() as session:
        for _ in range(4):
            add_day(session, DAY)
    with store.read() as session:
        assert incidents.page(session, limit=4).next is None
        assert incidents.page(session, limit=3).next is not None
        assert incidents.page(session, kinds=["none"]) == incidents.Page((), None)


@pytest.mark.parametrize(
    "after",
    [
        "",
        "x",
        "2026-01-01",
        "2026-01-01.5",
        "2026-13-01..5",
        "2026-01-01..x",
        "2026-01-01.x.5",
        "2026-01-01.9e9.5",
        f"2026-01-01.{10**20}.5",
    ],
)
def test_a_mark_that_continues_nothing_is_refused(store: Store, after: str) -> None:
    with store.read() as session, pytest.raises(BadInput, match="continues no page"):
        incidents.page(session, after=after)


def test_periods_are_inclusive(store: Store) -> None:
    with store.write() as session:
        for i in range(9, 13):
            add_day(session, DAY.replace(day=i))
    assert days_of(store, from_on=DAY, to_on=DAY.replace(day=11)) == ["03-11", "03-10"]
    assert days_of(store, from_on=DAY) == ["03-12", "03-11", "03-10"]
    assert days_of(store, to_on=DAY) == ["03-10", "03-09"]


@pytest.mark.parametrize(
    ("from_on", "to_on", "counts"),
    [
        ("2026-02-01", "2026-02-28", True),
        ("2026-01-15", "2026-03-15", True),
        ("2026-02-01", "2026-02-27", False),
        ("2026-02-02", "2026-02-28", False),
        ("2026-02-02", "2026-03-31", False),
        (None, "2026-02-28", True),
        (None, "2026-02-27", False),
        ("2026-02-01", None, True),
        ("2026-02-02", None, False),
        ("2026-01-01", "2026-02-01", False),
    ],
)
def test_a_month_counts_only_as_a_whole(store: Store, from_on: str | None, to_on: str | None, counts: bool) -> None:
    with store.write() as session:
        add_day(session, dt.date(2026, 2, 1), "month")
    given = [None if text is None else dt.date.fromisoformat(text) for text in (from_on, to_on)]
    assert days_of(store, from_on=given[0], to_on=given[1]) == (["02-01*"] if counts else [])


def test_a_parent_kind_has_its_children(store: Store) -> None:
    with store.write() as session:
        for i, kind in enumerate(["order", "order.theft", "order.theft.bicycle", "orderly", "order_x", "hazard"], 1):
            add_day(session, DAY.replace(day=i), kind=kind)
    assert days_of(store, kinds=["order"]) == ["03-03", "03-02", "03-01"]
    assert days_of(store, kinds=["order.theft", "hazard"]) == ["03-06", "03-03", "03-02"]
    assert days_of(store, kinds=["order%"]) == []
    assert days_of(store, kinds=[]) == []


def test_outside_by_box_and_by_ids(store: Store) -> None:
    fill(store, points=8)
    with store.write() as session:
        add_day(session, DAY)
    with store.read() as session:
        assert [item.grid for item in incidents.page(session, outside=True).items] == [None]
        assert len(incidents.page(session, bbox=(115.02, 30.2, 115.03, 30.21)).items) == 2
        every = incidents.page(session).items
        wanted = [every[3].id, every[0].id, 10**9]
        assert [item.uid for item in incidents.by_ids(session, wanted)] == [every[3].uid, every[0].uid]
        assert incidents.ids_of(session, [every[2].uid, "none"]) == [every[2].id]


def test_a_page_is_never_longer_than_the_limit(store: Store) -> None:
    with store.write() as session:
        bulk.insert(session, Incident, _columns(1_100))
    with store.read() as session:
        assert len(incidents.page(session, limit=10**9).items) == incidents.PAGE_AT_MOST
        assert len(incidents.page(session, limit=0).items) == 1


def test_case_numbers_count_by_year(store: Store) -> None:
    with store.write() as session:
        assert incidents.next_case_numbers(session, 2026, 2) == ["2026-000001", "2026-000002"]
        assert incidents.next_case_numbers(session, 2025, 1) == ["2025-000001"]
        assert incidents.next_case_numbers(session, 2026, 1) == ["2026-000003"]
        assert incidents.next_case_numbers(session, 2026, 0) == []
    with pytest.raises(ZeroDivisionError), store.write() as session:
        incidents.next_case_numbers(session, 2026, 5)
        1 / 0  # noqa: B018
    with store.write() as session:
        assert incidents.next_case_numbers(session, 2026, 1) == ["2026-000004"]


def test_two_processes_begin_a_year_together(store: Store, child: Callable[[str], Child]) -> None:
    code = "with store.write() as session:\n    print(incidents.next_case_numbers(session, 2030, 1)[0])\n"
    both = [child(code), child(code)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert sorted(process.stdout.read() for process in both) == ["2030-000001\n", "2030-000002\n"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "changes",
    [
        {"precision": "hour", "occurred_at": None},
        {"precision": "day"},  # but it has an instant
        {"precision": "minute", "occurred_at": None},
        {"plan_id": 1, "grid_id": None},
    ],
)
def test_contradictory_incidents_are_refused(store: Store, changes: dict[str, object]) -> None:
    fill(store, points=4)
    from gridmap.errors import Conflict

    with pytest.raises(Conflict), store.write() as session:
        add_incident(session, **changes)


def _columns(n: int, seed: int = 3, first: int = -(10**8), seconds: int = 21 * 10**8) -> dict[str, object]:
    """n incidents in so many `seconds` after the second `first`, which is before 1970."""
    import shapely

    rng = np.random.default_rng(seed)
    at = rng.integers(first, first + seconds, n).astype("datetime64[s]").astype("datetime64[us]")
    precision = np.array(PRECISIONS)[rng.integers(0, 3, n)]
    instants = at.copy()
    instants[precision != "minute"] = np.datetime64("NaT")
    return {
        "geom": shapely.points(rng.uniform(115, 115.1, n), rng.uniform(30, 30.1, n)),
        "case_number": [f"{seed}-{i}" for i in range(n)],
        "kind": np.array(["order.theft", "help.lost", "hazard"])[rng.integers(0, 3, n)].tolist(),
        "occurred_at": instants,
        "occurred_on": at.astype("datetime64[D]"),
        "precision": precision.tolist(),
    }


def test_columns_are_what_went_in(store: Store) -> None:
    import shapely

    columns = _columns(7_000)
    with store.write() as session:
        made = bulk.insert(session, Incident, columns)
    with store.read() as session:
        events = incidents.events(session)
    assert len(events) == 7_000
    assert np.array_equal(events.id, made)
    assert np.array_equal(events.lon, shapely.get_x(columns["geom"]))
    assert np.array_equal(events.lat, shapely.get_y(columns["geom"]))
    assert events.kind.tolist() == columns["kind"]
    assert np.array_equal(events.occurred_on, columns["occurred_on"].astype(int))  # type: ignore[attr-defined]
    assert [PRECISIONS[i] for i in events.precision] == columns["precision"]
    minute = np.array(columns["precision"]) == "minute"
    seconds = columns["occurred_at"].astype("datetime64[s]").astype(int)  # type: ignore[attr-defined]
    assert np.array_equal(events.occurred_at, np.where(minute, seconds, -1))
    assert (events.grid_id == -1).all()
    assert (events.block_id == -1).all()
    kinds = {array.dtype.str for array in (events.id, events.occurred_at, events.grid_id, events.block_id)}
    assert kinds == {"<i8"}
    assert (events.occurred_on.dtype, events.precision.dtype) == (np.int32, np.int8)


def test_columns_name_grid_and_block(store: Store) -> None:
    fill(store, points=8)
    with store.read() as session:
        events = incidents.events(session)
        grids = dict(session.execute(sa.select(Grid.id, Grid.code)).all())
    assert [grids[i] for i in events.grid_id] == ["G1", "G1", "G2", "G2"] * 2
    assert events.block_id.tolist() == [1, 2, 3, 4] * 2


def test_no_events_are_empty_columns(store: Store) -> None:
    with store.read() as session:
        events = incidents.events(session)
    assert len(events) == 0
    assert events.kind.tolist() == []
    assert events.lon.dtype == np.float64


def test_only_later_ids(store: Store) -> None:
    with store.write() as session:
        first = bulk.insert(session, Incident, _columns(5))
        second = bulk.insert(session, Incident, _columns(3, seed=4))
    with store.read() as session:
        assert incidents.events(session, after_id=int(first[-1])).id.tolist() == second.tolist()
        assert len(incidents.events(session, after_id=int(second[-1]))) == 0


def test_what_changes_after_an_entry_brought(store: Store) -> None:
    """A received incident by its uid, an imported file by its batch; nothing else."""
    with store.write() as session:
        bulk.insert(session, Incident, _columns(5))
        append_entry(session)
        seq = audit.head(session)[0]
        received = add_incident(session, uid="uid-of-it")
        append_entry(session, entity_uid="uid-of-it")
        batch = add_batch(session)
        rows = _columns(3, seed=5) | {"batch_id": [batch.id] * 3, "row_number": [1, 2, 3]}
        imported = bulk.insert(session, Incident, rows)
        append_entry(session, entity="import_batch", entity_uid=batch.uid)
        append_entry(session, entity="household", entity_uid=None)
    with store.read() as session:
        assert incidents.events(session, since_seq=seq).id.tolist() == [received, *imported]
        assert incidents.events(session, since_seq=seq + 1).id.tolist() == imported.tolist()
        assert len(incidents.events(session, since_seq=seq + 3)) == 0


def test_a_lower_id_that_appears_later_is_not_lost(store: Store) -> None:
    """Two writers on PostgreSQL: the one who took the lower id commits last. Following ids would miss it."""
    if store.dialect != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    with store.write() as early:
        low = add_incident(early, uid="low", case_number="1")

        def other() -> int:
            with store.write() as late:
                high = add_incident(late, uid="high", case_number="2")
                append_entry(late, entity_uid="high")
                return high

        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as pool:
            high = pool.submit(other).result()
        with ThreadPoolExecutor(1) as pool:
            seen = pool.submit(_seen, store).result()
        append_entry(early, entity_uid="low")
    assert low < high
    assert seen == (1, [high])
    with store.read() as session:
        assert incidents.events(session, after_id=high).id.tolist() == []
        assert incidents.events(session, since_seq=1).id.tolist() == [low]


def _seen(store: Store) -> tuple[int, list[int]]:
    with store.read() as session:
        return audit.head(session)[0], incidents.events(session).id.tolist()


def test_batches_know_their_rows_and_sources(store: Store) -> None:
    with store.write() as session:
        first, second = add_batch(session, "a" * 64), add_batch(session, "a" * 64)
        add_batch(session, "a" * 64, layer="cameras")
        rows = _columns(3) | {"batch_id": [first.id] * 3, "row_number": [1, 2, 9]}
        bulk.insert(session, Incident, rows | {"source_id": ["x", None, "y"], "content_digest": [b"1", b"2", None]})
        batches.set_counts(session, second.id, {"read": 3})
    with store.read() as session:
        known = batches.by_digest(session, "a" * 64, "incidents")
        assert known[0] == first
        assert known[1].counts == {"read": 3}
        assert len(known) == 2
        assert batches.by_digest(session, "b" * 64, "incidents") == []
    with store.write() as session:
        batches.set_undone(session, second.id, actor="local", at=NOW)
    with store.read() as session:
        assert [batch.id for batch in batches.by_digest(session, "a" * 64, "incidents")] == [first.id]
        assert batches.known_rows(session, Incident, [first.id, second.id]) == {1, 2, 9}
        assert batches.known_rows(session, Incident, [second.id]) == set()
        sources = batches.known_sources(session, Incident, [f"s{i}" for i in range(1_200)] + ["x", "y", "x"])
        assert {name: row.digest for name, row in sources.items()} == {"x": b"1", "y": None}
        assert [(row.batch_id, row.row_number) for row in sources.values()] == [(first.id, 1), (first.id, 9)]
        assert batches.known_rows(session, Incident, [first.id], 2, 8) == {2}
        assert [batch.id for batch in batches.recent(session, 2)] == [second.id + 1, second.id]
    assert SECRET  # the district's key signs the entries above
