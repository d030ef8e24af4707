"""Many rows at once: every type arrives as it went, defaults are filled, and errors leave nothing."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa

from gridmap.errors import Conflict
from gridmap.store import bulk, ids, places, spatial
from gridmap.store.engine import Store
from gridmap.store.tables import Area, AreaAlias, Building, Camera, Fix, Household, Incident, Site, Track, Worker
from tests.store.district import NOW, add_incident, fill

POINTS = np.asarray(shapely.points([115.0, 115.1, 115.2], [30.0, 30.1, 30.2]))
SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def incident_columns(n: int = 3) -> dict[str, object]:
    return {
        "geom": POINTS[:n],
        "case_number": [f"2026-{i:06d}" for i in range(n)],
        "kind": ["a"] * n,
        "occurred_on": [NOW.date()] * n,
        "precision": ["day"] * n,
    }


def test_ids_and_uids_are_made(store: Store) -> None:
    with store.write() as session:
        first = bulk.insert(session, Worker, {"name": ["网格员 001", "网格员 002"]})
        second = bulk.insert(session, Worker, {"name": ["网格员 003"]})
    assert first.dtype == np.int64
    assert sorted([*first, *second]) == [*first, *second]
    with store.read() as session:
        rows = session.scalars(sa.select(Worker).order_by(Worker.id)).all()
        assert [row.id for row in rows] == [*first, *second]
        assert [row.name for row in rows] == ["网格员 001", "网格员 002", "网格员 003"]
        assert len({row.uid for row in rows}) == 3
        assert all(row.active is True for row in rows)  # the model's default


def test_rows_of_the_session_and_of_bulk_do_not_clash(store: Store) -> None:
    with store.write() as session:
        session.add(Worker(uid=ids.new_uid(), name="网格员 001"))
        bulk.insert(session, Worker, {"name": ["网格员 002"] * 3})
        session.add(Worker(uid=ids.new_uid(), name="网格员 005"))
    with store.read() as session:
        assert len(set(session.scalars(sa.select(Worker.id)))) == 5


def test_given_uids_are_kept(store: Store) -> None:
    uid = ids.new_uid()
    with store.write() as session:
        bulk.insert(session, Worker, {"name": ["网格员 001"], "uid": [uid]})
    with store.read() as session:
        assert session.scalar(sa.select(Worker.uid)) == uid


def test_a_table_without_ids(store: Store) -> None:
    with store.write() as session:
        area = bulk.insert(session, Area, {"code": ["A"], "name": ["A"], "level": ["street"]})
        made = bulk.insert(session, AreaAlias, {"area_id": [int(area[0])] * 2, "name": ["x", "y"]})
    assert made.tolist() == []
    with store.read() as session:
        assert session.scalars(sa.select(AreaAlias.name).order_by(AreaAlias.name)).all() == ["x", "y"]


def test_no_rows_are_no_trouble(store: Store) -> None:
    with store.write() as session:
        assert bulk.insert(session, Household, {"geom": np.empty(0, object), "count": []}).tolist() == []
        bulk.update(session, Household, [], {"count": []})


@pytest.mark.parametrize(
    "instants",
    [
        [dt.datetime(2026, 3, 1, 0, 30, 0, 5, tzinfo=SHANGHAI), None, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)],
        np.array(["2026-02-28T16:30:00.000005", "NaT", "2026-01-01T00:00:00"], dtype="datetime64[us]"),
        [pd.Timestamp("2026-03-01 00:30:00.000005+08:00"), pd.NaT, pd.Timestamp("2026-01-01", tz="UTC")],
    ],
)
def test_instants(store: Store, instants: object) -> None:
    columns = incident_columns() | {"reported_at": instants}
    with store.write() as session:
        bulk.insert(session, Incident, columns)
    with store.read() as session:
        found = session.scalars(sa.select(Incident.reported_at).order_by(Incident.id)).all()
    assert found == [
        dt.datetime(2026, 2, 28, 16, 30, 0, 5, tzinfo=dt.UTC),
        None,
        dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    ]


def test_an_instant_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="no time zone"), store.write() as session:
        bulk.insert(session, Incident, incident_columns() | {"reported_at": [dt.datetime(2026, 1, 1)] * 3})  # noqa: DTZ001


@pytest.mark.parametrize(
    "days",
    [
        [dt.date(2026, 3, 1), dt.date(1969, 12, 31), dt.date(2026, 1, 1)],
        np.array(["2026-03-01", "1969-12-31", "2026-01-01"], dtype="datetime64[D]"),
    ],
)
def test_days(store: Store, days: object) -> None:
    with store.write() as session:
        bulk.insert(session, Incident, incident_columns() | {"occurred_on": days})
    with store.read() as session:
        found = session.scalars(sa.select(Incident.occurred_on).order_by(Incident.id)).all()
    assert found == [dt.date(2026, 3, 1), dt.date(1969, 12, 31), dt.date(2026, 1, 1)]


def test_missing_values(store: Store) -> None:
    """NaN, None and pandas' NA are all empty; whole numbers may come as floats because of them."""
    columns = {
        "geom": POINTS,
        "bearing_deg": np.array([90.5, np.nan, 0.0]),
        "fov_deg": [360.0, None, float("nan")],
        "name": ["camera", None, pd.NA],
        "row_number": np.array([1.0, np.nan, 3.0]),
    }
    with store.write() as session:
        bulk.insert(session, Camera, columns)
    with store.read() as session:
        query = sa.select(Camera.bearing_deg, Camera.fov_deg, Camera.name, Camera.row_number).order_by(Camera.id)
        assert [tuple(row) for row in session.execute(query)] == [
            (90.5, 360.0, "camera", 1),
            (None, None, None, None),
            (0.0, None, None, 3),
        ]


def test_a_fraction_is_no_whole_number(store: Store) -> None:
    with pytest.raises(ValueError, match=r"2\.5 is no whole number"), store.write() as session:
        bulk.insert(session, Household, {"geom": POINTS, "count": np.array([1.0, 2.5, 3.0])})


def test_json_and_bytes(store: Store) -> None:
    attributes = [{"备注": "楼道", "n": np.int64(3), "on": dt.date(2026, 1, 1)}, None, {}]
    digests = [b"\x00\xff" * 8, None, b""]
    columns = {"geom": POINTS, "count": [1, 1, 1], "attributes": attributes, "content_digest": digests}
    with store.write() as session:
        bulk.insert(session, Household, columns)
    with store.read() as session:
        found = session.execute(sa.select(Household.attributes, Household.content_digest).order_by(Household.id)).all()
        assert session.scalar(sa.select(sa.func.count()).where(Household.attributes.is_(None))) == 1  # no JSON null
    assert found[0] == ({"备注": "楼道", "n": 3, "on": "2026-01-01"}, b"\x00\xff" * 8)
    assert found[1] == (None, None)
    assert found[2] == ({}, b"")


def test_texts_with_what_a_copy_could_trip_over(store: Store) -> None:
    names = ["tab\there", "line\nbreak", "back\\slash", "\\N", "quote\"'", ""]
    with store.write() as session:
        bulk.insert(session, Worker, {"name": names})
    with store.read() as session:
        assert session.scalars(sa.select(Worker.name).order_by(Worker.id)).all() == names


def test_coordinates_arrive_to_the_last_bit(store: Store) -> None:
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(115, 115.1, 6_000), rng.uniform(30, 30.1, 6_000)
    with store.write() as session:
        bulk.insert(session, Household, {"geom": shapely.points(lon, lat), "count": np.ones(6_000, int)})
    with store.read() as session:
        _, found_lon, found_lat = places.points(session, Household)
    assert np.array_equal(found_lon, lon)
    assert np.array_equal(found_lat, lat)


def test_single_shapes_become_multi(store: Store) -> None:
    square, two = shapely.box(0, 0, 1, 1), shapely.MultiPolygon([shapely.box(2, 2, 3, 3), shapely.box(4, 4, 5, 5)])
    with store.write() as session:
        bulk.insert(session, Building, {"geom": np.array([square, two])})
    with store.read() as session:
        found = places.layer(session, Building).shapes
    assert [shape.geom_type for shape in found] == ["MultiPolygon"] * 2
    assert found[0].geoms[0].equals(square)
    assert found[1].equals(two)


def test_heights_are_left_out(store: Store) -> None:
    with store.write() as session:
        bulk.insert(session, Camera, {"geom": [shapely.Point(115, 30, 55)]})
    with store.read() as session:
        assert places.layer(session, Camera).shapes[0].wkt == "POINT (115 30)"


def test_mixed_shapes_and_none(store: Store) -> None:
    shapes = np.array([shapely.Point(0, 0), shapely.box(0, 0, 1, 1)], dtype=object)
    with store.write() as session:
        bulk.insert(session, Site, {"geom": shapes, "name": ["a", "b"], "kind": ["school", "school"]})
        bulk.insert(session, Track, {"geom": [None, shapely.LineString([(0, 0), (1, 1)])]})
    with store.read() as session:
        assert [shape.geom_type for shape in places.layer(session, Site).shapes] == ["Point", "Polygon"]
        tracks = places.layer(session, Track).shapes
    assert tracks[0] is None
    assert tracks[1].geom_type == "MultiLineString"


def test_a_wrong_shape_is_named(store: Store) -> None:
    with pytest.raises(ValueError, match="A POLYGON cannot be stored as a POINT"), store.write() as session:
        bulk.insert(session, Camera, {"geom": [shapely.box(0, 0, 1, 1)]})


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"geom": POINTS, "colour": [1, 2, 3]}, "no column colour"),
        ({"geom": POINTS, "name": ["a"]}, "differ in length"),
        ({"name": ["a"]}, "geom of camera is required"),
    ],
)
def test_columns_that_do_not_fit_are_named(store: Store, columns: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message), store.write() as session:
        bulk.insert(session, Camera, columns)


@pytest.mark.parametrize("n", [10, 6_000])
def test_a_contradiction_stores_none_of_the_rows(store: Store, n: int) -> None:
    """Also when the caller goes on in the same transaction, and also for SpatiaLite's triggers."""
    sources = [f"H{i}" for i in range(n - 1)] + ["H0"]
    geom = np.asarray(shapely.points(np.linspace(115, 115.1, n), 30.0))
    with store.write() as session:
        add_incident(session)
        with pytest.raises(Conflict, match="contradicts"):
            bulk.insert(session, Household, {"geom": geom, "count": [1] * n, "source_id": sources})
        assert places.counts(session)["households"] == 0
        bulk.insert(session, Household, {"geom": POINTS, "count": [1] * 3})
    with store.read() as session:
        assert places.counts(session)["households"] == 3
        assert places.counts(session)["incidents"] == 1
        found = session.scalars(sa.select(Household.id).where(spatial.intersects_bbox(Household, 115, 30, 115, 30)))
        assert len(found.all()) == 1


def test_a_row_of_a_file_is_stored_once(store: Store) -> None:
    fill(store, points=4)
    columns = {"geom": POINTS, "count": [1] * 3, "batch_id": [1] * 3, "row_number": [1, 2, 3]}
    with store.write() as session:
        bulk.insert(session, Household, columns)
    with pytest.raises(Conflict), store.write() as session:
        bulk.insert(session, Household, columns)


def test_update_sets_only_what_is_given(store: Store) -> None:
    columns = {"geom": POINTS, "count": [1, 2, 3], "room": ["101", "102", "103"]}
    with store.write() as session:
        made = bulk.insert(session, Household, columns)
        moved = np.asarray(shapely.points([116.0, 116.1], [31.0, 31.1]))
        bulk.update(session, Household, made[1:], {"count": [20, 30], "geom": moved, "attributes": [{"a": 1}, None]})
    with store.read() as session:
        layer = places.layer(session, Household)
        assert layer.columns["count"] == [1, 20, 30]
        assert layer.columns["room"] == ["101", "102", "103"]
        assert layer.columns["attributes"] == [None, {"a": 1}, None]
        assert [shape.x for shape in layer.shapes] == [115.0, 116.0, 116.1]
        at_new = session.scalars(sa.select(Household.id).where(spatial.intersects_bbox(Household, 116, 31, 117, 32)))
        assert at_new.all() == made[1:].tolist()


def test_an_update_that_contradicts_is_a_conflict(store: Store) -> None:
    with store.write() as session:
        made = bulk.insert(session, Household, {"geom": POINTS, "count": [1] * 3, "source_id": ["a", "b", "c"]})
    with store.write() as session:
        with pytest.raises(Conflict):
            bulk.update(session, Household, made, {"source_id": ["x", "y", "y"]})
        assert session.scalars(sa.select(Household.source_id).order_by(Household.id)).all() == ["a", "b", "c"]


def test_fixes_of_a_track(store: Store) -> None:
    at = np.datetime64("2026-01-01T00:00:00") + np.arange(3) * np.timedelta64(1, "s")
    with store.write() as session:
        track = bulk.insert(session, Track, {"name": ["evening"], "geom": [None]})
        where = {"lon": [1.0, 2, 3], "lat": [4.0, 5, 6]}
        bulk.insert(session, Fix, {"track_id": np.repeat(track, 3), "seq": np.arange(3), "at": at, **where})
    with store.read() as session:
        assert session.scalars(sa.select(Fix.lat).order_by(Fix.seq)).all() == [4.0, 5.0, 6.0]
