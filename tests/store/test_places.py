"""Counts, layers and the blocks of what stands in the district; the tree of areas."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import sqlalchemy as sa

from gridmap.errors import Conflict
from gridmap.store import areas, bulk, places
from gridmap.store.engine import Store
from gridmap.store.tables import Area, Block, Camera, Grid, Household, Incident, Street
from tests.store.district import NOW, fill, square


def test_counts(store: Store) -> None:
    fill(store)
    with store.write() as session:
        bulk.insert(
            session, Block, {"code": ["old"], "opened_at": [NOW], "closed_at": [NOW], "geom": np.array([square(9)])}
        )
    with store.read() as session:
        assert places.counts(session) == {
            "areas": 3,
            "blocks": 4,  # the closed one is not there any more
            "grids": 2,
            "buildings": 0,
            "households": 80,  # 40 rows of 2
            "units": 0,
            "sites": 2,
            "ground": 0,
            "streets": 1,
            "cameras": 4,
            "incidents": 40,
            "routes": 0,
            "tracks": 0,
        }


def test_counts_of_nothing(store: Store) -> None:
    with store.read() as session:
        assert set(places.counts(session).values()) == {0}


def test_households_by_block(store: Store) -> None:
    fill(store, points=10)
    with store.write() as session:
        session.execute(sa.update(Household).where(Household.id == 1).values(block_id=None))
    with store.read() as session:
        assert places.households_by_block(session) == {1: 4, 2: 6, 3: 4, 4: 4}


def test_a_layer_has_every_column_and_its_shapes(store: Store) -> None:
    fill(store)
    with store.read() as session:
        layer = places.layer(session, Camera)
        street = places.layer(session, Street)
    assert len(layer) == 4
    assert layer.columns["bearing_deg"] == [0.0, 90.0, None, 270.0]
    assert set(layer.columns) == {column.name for column in Camera.__table__.columns} - {"geom"}
    assert [shape.geom_type for shape in layer.shapes] == ["Point"] * 4
    assert street.shapes[0].geom_type == "MultiLineString"


def test_a_layer_within_a_box(store: Store) -> None:
    fill(store)
    with store.read() as session:
        assert places.layer(session, Block, (115.021, 30.2, 115.029, 30.21)).columns["code"] == ["B3"]
        assert places.layer(session, Block, (115.02, 30.2, 115.02, 30.21)).columns["code"] == ["B2", "B3"]
        assert len(places.layer(session, Block, (0, 0, 1, 1))) == 0


def test_an_empty_layer_still_names_its_columns(store: Store) -> None:
    with store.read() as session:
        layer = places.layer(session, Camera)
    assert len(layer) == 0
    assert layer.columns["bearing_deg"] == []


def test_points_and_their_blocks(store: Store) -> None:
    fill(store, points=4)
    with store.write() as session:
        keys, lon, lat = places.points(session, Incident)
        assert (len(keys), lon[0], round(float(lat[0]), 6)) == (4, 115.005, 30.20125)
        places.assign_blocks(session, Incident, keys[:2], np.array([-1, 3]))
        places.assign_blocks(session, Incident, keys[2:3], [None])
    with store.read() as session:
        found = session.scalars(sa.select(Incident.block_id).order_by(Incident.id)).all()
        assert found == [None, 3, None, 4]
        assert places.points(session, Incident, unplaced=True)[0].tolist() == keys[[0, 2]].tolist()


def test_blocks_of_many_rows(store: Store) -> None:
    """More rows than one statement could name."""
    fill(store, points=6_000)
    with store.write() as session:
        keys = np.array(session.scalars(sa.select(Household.id).order_by(Household.id)).all())
        places.assign_blocks(session, Household, keys, np.where(keys % 2 == 0, 1, 2))
    with store.read() as session:
        assert places.households_by_block(session) == {1: 6_000, 2: 6_000}


def test_ids_by_source(store: Store) -> None:
    fill(store)
    with store.read() as session:
        assert places.ids_by_source(session, Grid) == {"G1": 1, "G2": 2}
        assert places.ids_by_source(session, Camera) == {}


def test_the_tree_of_areas(store: Store) -> None:
    fill(store)
    with store.read() as session:
        first, second, street = areas.tree(session)
        shapes = areas.shapes(session, "community")
        assert len(areas.shapes(session, "street").codes) == 0  # it has no shape
    assert (street.code, street.parent_id, street.aliases) == ("S", None, ())
    assert (first.code, first.parent_id, first.aliases) == ("C1", street.id, ("One",))
    assert (second.code, second.parent_id, second.aliases) == ("C2", street.id, ("Two",))
    assert shapes.codes == ["C1", "C2"]
    assert shapes.names == ["First", "Second"]
    assert shapes.shapes[0].equals(square(0).union(square(1)))


def test_areas_have_their_time(store: Store) -> None:
    """A code that recurs: merged away at the end of 2024, founded anew in 2026 under another name."""
    with store.write() as session:
        made = bulk.insert(
            session,
            Area,
            {
                "code": ["C", "C", "D"],
                "name": ["Old", "New", "Always"],
                "level": ["community"] * 3,
                "valid_from": [None, dt.date(2026, 1, 1), None],
                "valid_to": [dt.date(2024, 12, 31), None, None],
            },
        )
    with store.read() as session:
        named = {
            on.year: [row.name for row in areas.tree(session, on)]
            for on in (dt.date(2024, 12, 31), dt.date(2025, 6, 1), dt.date(2026, 1, 1))
        }
        assert areas.ids_by_code(session) == {"C": made[1], "D": made[2]}
        assert areas.ids_by_code(session, dt.date(2024, 1, 1)) == {"C": made[0], "D": made[2]}
    assert named == {2024: ["Old", "Always"], 2025: ["Always"], 2026: ["New", "Always"]}


def test_of_one_code_one_area_has_no_end(store: Store) -> None:
    def add(code: str, begin: dt.date | None, end: dt.date | None) -> None:
        columns = {"code": [code], "name": ["x"], "level": ["community"], "valid_from": [begin], "valid_to": [end]}
        with store.write() as session:
            bulk.insert(session, Area, columns)

    first, later = dt.date(2000, 1, 1), dt.date(2020, 1, 1)
    add("C9", first, dt.date(2019, 12, 31))
    add("C9", None, None)
    for begin in (None, later):
        with pytest.raises(Conflict):
            add("C9", begin, None)
    with store.read() as session:
        assert areas.open_days(session) == {"C9": None}
