"""Asking by place: exactly, and by the index on both databases."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from gridmap.errors import BadInput
from gridmap.store import bulk, incidents, spatial
from gridmap.store.engine import Store
from gridmap.store.tables import Block, Camera, Household, Incident, Site, Street, Track
from tests.store.district import NOW, add_incident, fill, square


def found(session: Session, model: type, *box: float) -> list[int]:
    return list(session.scalars(sa.select(model.id).where(spatial.intersects_bbox(model, *box)).order_by(model.id)))


def plan_of(session: Session, query: sa.Select[tuple[int]]) -> str:
    """How the database means to find the rows, in its own words."""
    connection = session.connection()
    compiled = query.compile(connection)
    given = compiled.construct_params()
    if connection.dialect.name == "sqlite":
        words, values = "EXPLAIN QUERY PLAN ", tuple(given[name] for name in compiled.positiontup)
    else:
        words, values = "EXPLAIN ", given
    return "\n".join(str(tuple(row)) for row in connection.exec_driver_sql(words + str(compiled), values))


@pytest.fixture
def spread(store: Store) -> tuple[Store, np.ndarray]:
    """20,000 households at random, one in two exactly on a coarse lattice, so that many lie on a box's edge."""
    rng = np.random.default_rng(7)
    at = np.round(rng.uniform([115.0, 30.0], [115.1, 30.1], (20_000, 2)), 9)
    at[::2] = np.round(at[::2], 3)
    with store.write() as session:
        bulk.insert(session, Household, {"geom": shapely.points(at), "count": np.ones(len(at), int)})
    return store, at


def test_boxes_find_what_brute_force_finds(spread: tuple[Store, np.ndarray]) -> None:
    """Closed on all sides; float32 rounding of the index loses nothing."""
    store, at = spread
    rng = np.random.default_rng(8)
    hits = 0
    with store.read() as session:
        for _ in range(60):
            west, south = np.round(rng.uniform([115.0, 30.0], [115.09, 30.09]), 3)
            east, north = np.round([west + rng.uniform(0, 0.01), south + rng.uniform(0, 0.01)], 3)
            inside = (at[:, 0] >= west) & (at[:, 0] <= east) & (at[:, 1] >= south) & (at[:, 1] <= north)
            wanted = (np.flatnonzero(inside) + 1).tolist()
            assert found(session, Household, west, south, east, north) == wanted
            hits += len(wanted)
    assert hits > 3_000


def test_a_box_of_no_width_finds_points_on_it(spread: tuple[Store, np.ndarray]) -> None:
    store, at = spread
    with store.read() as session:
        lon, lat = at[0]
        same = (np.flatnonzero((at == at[0]).all(axis=1)) + 1).tolist()
        assert found(session, Household, lon, lat, lon, lat) == same
        on_line = (np.flatnonzero((at[:, 0] == lon) & (at[:, 1] >= 30.0) & (at[:, 1] <= 30.1)) + 1).tolist()
        assert len(on_line) > len(same)
        assert found(session, Household, lon, 30.0, lon, 30.1) == on_line


def test_single_rows_are_found_to_the_last_bit(store: Store) -> None:
    """Rows that SpatiaLite's trigger indexes, at coordinates with more digits than it writes."""
    rng = np.random.default_rng(9)
    at = rng.uniform([115.0, 30.0], [115.1, 30.1], (200, 2))
    at[0] = 115.0 - 4e-13, 30.05  # with 12 decimals it reads 115, which float32 does not round any more
    with store.write() as session:
        for lon, lat in at:
            add_incident(session, lon=lon, lat=lat)
    with store.read() as session:
        for key, (lon, lat) in enumerate(at, start=1):
            assert found(session, Incident, lon, lat, lon, lat) == [key]
            assert found(session, Incident, np.nextafter(lon, 999), lat, 116, 31).count(key) == 0


def test_shapes_are_checked_exactly_not_by_their_boxes(store: Store) -> None:
    diagonal = shapely.LineString([(0, 0), (10, 10)])
    ring = shapely.Polygon(shapely.box(20, 20, 30, 30).exterior, [shapely.box(22, 22, 28, 28).exterior])
    with store.write() as session:
        columns = {"geom": np.array([diagonal, ring]), "name": ["a", "b"], "kind": ["x", "x"]}
        bulk.insert(session, Site, columns)
    with store.read() as session:
        assert found(session, Site, 6, 1, 9, 4) == []  # beside the line, within its box
        assert found(session, Site, 3, 3, 4, 4) == [1]
        assert found(session, Site, 24, 24, 26, 26) == []  # in the hole
        assert found(session, Site, 21, 21, 23, 23) == [2]
        assert found(session, Site, 10, 10, 11, 11) == [1]  # at its very end


def test_rows_without_a_shape_are_not_found(store: Store) -> None:
    with store.write() as session:
        bulk.insert(session, Track, {"geom": [None, shapely.LineString([(0, 0), (1, 1)])]})
    with store.read() as session:
        assert found(session, Track, -180, -90, 180, 90) == [2]


@pytest.mark.parametrize("model", [Block, Street, Site, Camera, Incident, Household])
def test_every_layer_can_be_asked(store: Store, model: type) -> None:
    fill(store)
    with store.read() as session:
        assert found(session, model, 114, 30, 116, 31) == list(session.scalars(sa.select(model.id).order_by(model.id)))
        assert found(session, model, 10, 10, 11, 11) == []


def test_the_index_is_used(spread: tuple[Store, np.ndarray]) -> None:
    store, _ = spread
    if store.dialect == "postgresql":
        with store.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(sa.text("ANALYZE household"))
    near = spatial.intersects_bbox(Household, 115.01, 30.01, 115.011, 30.011)
    with store.read() as session:
        plan = plan_of(session, sa.select(Household.id).where(near))
    if store.dialect == "sqlite":
        assert "household USING INTEGER PRIMARY KEY" in plan
        assert "idx_household_geom VIRTUAL TABLE INDEX" in plan
        assert "SCAN household" not in plan
    else:
        assert "idx_household_geom" in plan
        assert "Seq Scan" not in plan


def test_a_plain_question_would_not_use_the_index(spread: tuple[Store, np.ndarray]) -> None:
    """Why the condition exists; and that the test above can fail."""
    store, _ = spread
    if store.dialect != "sqlite":
        pytest.skip("PostGIS asks its index by itself")
    plain = sa.func.ST_Intersects(Household.geom, sa.func.BuildMbr(115.01, 30.01, 115.011, 30.011, 4326)) == 1
    with store.read() as session:
        assert "SCAN household" in plan_of(session, sa.select(Household.id).where(plain))


def test_the_index_is_used_under_another_name_and_in_a_join(store: Store) -> None:
    fill(store)
    other = aliased(Household)
    near = spatial.intersects_bbox(other, 115.0, 30.2, 115.01, 30.21)
    query = sa.select(other.id).join(Block, Block.id == other.block_id).where(near, Block.code == "B1")
    with store.read() as session:
        assert len(session.scalars(query).all()) == 10
        if store.dialect == "sqlite":
            assert "idx_household_geom VIRTUAL TABLE INDEX" in plan_of(session, query)


def test_a_page_of_a_map_uses_the_index(store: Store) -> None:
    fill(store)
    with store.read() as session:
        page = incidents.page(session, bbox=(115.0, 30.2, 115.0099, 30.21), limit=1000)
    assert len(page.items) == 10
    assert {item.block for item in page.items} == {"B1"}


@pytest.mark.parametrize(
    "box", [(1, 0, 0, 1), (0, 1, 1, 0), (math.nan, 0, 1, 1), (0, 0, math.inf, 1)]
)
def test_what_is_no_box_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(BadInput, match="is no box"):
        spatial.intersects_bbox(Household, *box)


def test_one_shape_goes_and_comes(store: Store) -> None:
    with store.write() as session:
        session.add(
            Block(
                uid="u", code="B", opened_at=NOW, geom=spatial.to_geom(shapely.MultiPolygon([square(0)]))
            )
        )
        session.add(Track(uid="t", geom=spatial.to_geom(None)))
    with store.read() as session:
        block = session.scalars(sa.select(Block)).one()
        assert spatial.from_geom(block.geom).geoms[0].equals(square(0))
        assert spatial.from_geom(session.scalars(sa.select(Track)).one().geom) is None


def test_an_array_of_shapes(store: Store) -> None:
    fill(store)
    with store.read() as session:
        shapes = spatial.geom_array(session.scalars(sa.select(spatial.as_wkb(Block.geom)).order_by(Block.id)))
    assert shapes.dtype == object
    assert [shape.equals(square(i)) for i, shape in enumerate(shapes)] == [True] * 4
    assert spatial.geom_array([]).shape == (0,)
    assert spatial.geom_array([None]).tolist() == [None]
