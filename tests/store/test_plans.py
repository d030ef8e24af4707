"""Plans in force, blocks in code order, assignments and what grids look like."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from gridmap.errors import Conflict
from gridmap.store import bulk, ids, plans
from gridmap.store.engine import Store
from gridmap.store.tables import Block, BlockLineage, Grid, GridPlan, Post, Worker
from tests.store.district import NOW, fill, square

BAND = {"low": 400, "high": 800, "counted": "registered_households", "created_at": NOW}


def add_plan(store: Store, name: str, state: str = "published", **changes: object) -> int:
    with store.write() as session:
        return plans.add(session, uid=ids.new_uid(), name=name, state=state, **(BAND | changes))  # type: ignore[arg-type]


def end(store: Store, plan_id: int, at: dt.datetime) -> None:
    with store.write() as session:
        session.execute(
            sa.update(GridPlan).where(GridPlan.id == plan_id).values(valid_to=at, state="superseded")
        )


def in_force(store: Store, at: dt.datetime) -> str | None:
    with store.read() as session:
        plan = plans.current(session, at)
    return plan and plan.name


def test_before_the_first_plan_there_is_none(store: Store) -> None:
    add_plan(store, "draft", "draft")
    assert in_force(store, NOW) is None


def test_the_first_plan_holds_since_ever(store: Store) -> None:
    add_plan(store, "first")
    assert in_force(store, NOW) == "first"
    assert in_force(store, dt.datetime(1950, 1, 1, tzinfo=dt.UTC)) == "first"


def test_the_instant_of_change_belongs_to_the_next(store: Store) -> None:
    first = add_plan(store, "first")
    end(store, first, NOW)
    assert in_force(store, NOW) is None
    add_plan(store, "second", valid_from=NOW, based_on_id=first)
    assert in_force(store, NOW - dt.timedelta(microseconds=1)) == "first"
    assert in_force(store, NOW) == "second"
    assert in_force(store, NOW + dt.timedelta(days=999)) == "second"


def test_a_published_plan_for_later_waits(store: Store) -> None:
    first = add_plan(store, "first")
    end(store, first, NOW + dt.timedelta(days=7))
    add_plan(store, "second", valid_from=NOW + dt.timedelta(days=7))
    assert in_force(store, NOW) == "first"


def test_only_one_published_plan_has_no_end(store: Store) -> None:
    add_plan(store, "first")
    add_plan(store, "draft", "draft")
    add_plan(store, "another draft", "draft")
    with pytest.raises(Conflict):
        add_plan(store, "second")


def test_plans_are_found_by_uid(store: Store) -> None:
    add_plan(store, "first")
    with store.read() as session:
        (only,) = plans.all_plans(session)
        assert plans.get(session, only.uid) == only
        assert plans.get(session, "nobody") is None
    assert (only.low, only.high, only.counted, only.state) == (400, 800, "registered_households", "published")


def test_blocks_come_in_code_order(store: Store) -> None:
    """By code points on both databases: the lowest code has a shared border."""
    codes = ["b2", "B10", "B2", "a1", "基1", "B-3", "Á"]
    with store.write() as session:
        columns = {"code": codes, "opened_at": [NOW] * 7, "geom": np.array([square(i) for i in range(7)])}
        made = bulk.insert(session, Block, columns)
    with store.read() as session:
        found_ids, found, shapes = plans.open_blocks(session, NOW)
        assert plans.blocks_by_code(session) == dict(zip(codes, made.tolist(), strict=True))
    assert found == sorted(codes) == ["B-3", "B10", "B2", "a1", "b2", "Á", "基1"]
    places = [codes.index(code) for code in found]
    assert found_ids.tolist() == made[places].tolist()
    assert all(shape.equals(square(i)) for shape, i in zip(shapes, places, strict=True))


def test_a_cut_block_is_closed_and_its_children_are_open(store: Store) -> None:
    cut_at = NOW + dt.timedelta(days=1)
    with store.write() as session:
        made = bulk.insert(
            session,
            Block,
            {
                "code": ["B", "B-1", "B-2"],
                "opened_at": [NOW, cut_at, cut_at],
                "closed_at": [cut_at, None, None],
                "geom": np.array([shapely.union_all([square(0), square(1)]), square(0), square(1)]),
            },
        )
        bulk.insert(session, BlockLineage, {"parent_id": [made[0]] * 2, "child_id": made[1:]})
    with store.read() as session:
        assert plans.open_blocks(session, NOW)[1] == ["B"]
        assert plans.open_blocks(session, cut_at)[1] == ["B-1", "B-2"]
        assert plans.open_blocks(session, NOW - dt.timedelta(days=1))[1] == []
        assert plans.children(session, int(made[0])) == made[1:].tolist()


def test_no_blocks_are_empty_arrays(store: Store) -> None:
    with store.read() as session:
        found_ids, codes, shapes = plans.open_blocks(session, NOW)
    assert (found_ids.dtype, len(found_ids), codes, len(shapes)) == (np.int64, 0, [], 0)


def test_an_assignment_is_kept_by_plan(store: Store) -> None:
    fill(store)
    second = add_plan(store, "draft", "draft")
    with store.write() as session:
        grids = plans.grids_by_code(session)
        blocks = plans.blocks_by_code(session)
        plans.assign(session, second, np.array(list(blocks.values())), np.full(4, grids["G2"]))
    with store.read() as session:
        assert list(plans.assignment(session, second).values()) == [grids["G2"]] * 4
        first = plans.assignment(session, plans.current(session, NOW).id)  # type: ignore[union-attr]
    assert first == {1: grids["G1"], 2: grids["G1"], 3: grids["G2"], 4: grids["G2"]}
    with pytest.raises(Conflict), store.write() as session:
        plans.assign(session, second, np.array([1]), np.array([1]))


def test_grids_show_what_they_hold_and_who_works_there(store: Store) -> None:
    fill(store)
    with store.read() as session:
        plan = plans.current(session, NOW)
        first, second = plans.grids(session, plan.id)  # type: ignore[union-attr]
    assert (first.code, first.name, first.kind) == ("G1", "Grid 1", "residential")
    assert (first.community_code, first.community_name, first.street_name) == ("C1", "First", "Street")
    assert (first.households, first.blocks, first.area_km2) == (10, 2, 2.1)
    assert first.workers == (("full_time_worker", "网格员 001"), ("backing_worker", "网格员 002"))
    assert first.geom.equals(shapely.union_all([square(0), square(1)]))
    assert second.code == "G2"
    assert second.workers == ()


def test_a_grid_without_a_community_is_shown(store: Store) -> None:
    fill(store)
    plan_id = add_plan(store, "draft", "draft")
    with store.write() as session:
        lone = bulk.insert(session, Grid, {"code": ["X"], "name": ["X"], "kind": ["park"]})
        one = {"grid_ids": lone, "geoms": np.array([square(9)]), "blocks": [1], "households": [0], "area_km2": [1.0]}
        plans.refresh_outlines(session, plan_id, **one)  # type: ignore[arg-type]
    with store.read() as session:
        (grid,) = plans.grids(session, plan_id)
    assert (grid.code, grid.community_code, grid.community_name, grid.street_name) == ("X", None, None, None)


def test_outlines_are_replaced_not_added(store: Store) -> None:
    fill(store)
    with store.write() as session:
        plan = plans.current(session, NOW)
        grids = plans.grids_by_code(session)
        plans.refresh_outlines(
            session,
            plan.id,  # type: ignore[union-attr]
            grid_ids=[grids["G2"]],
            geoms=np.array([square(3)]),
            blocks=[1],
            households=[5],
            area_km2=[1.05],
        )
    with store.read() as session:
        (only,) = plans.grids(session, plan.id)  # type: ignore[union-attr]
    assert (only.code, only.blocks, only.households) == ("G2", 1, 5)


def test_posts_have_their_time(store: Store) -> None:
    fill(store)
    with store.write() as session:
        worker = bulk.insert(session, Worker, {"name": ["网格员 009"]})
        grid = plans.grids_by_code(session)["G2"]
        columns = {
            "role": ["full_time_worker"] * 3,
            "worker_id": [worker[0], worker[0], None],
            "grid_id": [grid] * 3,
            "valid_from": [dt.date(2025, 1, 1), dt.date(2026, 6, 1), None],
            "valid_to": [dt.date(2025, 12, 31), None, None],
        }
        bulk.insert(session, Post, columns)
    held = {}
    with store.read() as session:
        plan_id = plans.current(session, NOW).id  # type: ignore[union-attr]
        for on in (dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 6, 1), None):
            held[on] = len(plans.grids(session, plan_id, on)[1].workers)
    assert list(held.values()) == [1, 0, 1, 1]


def test_a_post_is_held_in_one_place(store: Store) -> None:
    fill(store)
    with pytest.raises(Conflict), store.write() as session:
        bulk.insert(session, Post, {"role": ["officer"], "grid_id": [1], "area_id": [1]})
    with pytest.raises(Conflict), store.write() as session:
        bulk.insert(session, Post, {"role": ["officer"]})
