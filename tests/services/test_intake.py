"""Taking in one incident: place, store, audit, and the same again when it is sent again."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from gridmap.config import Settings
from gridmap.domain.incidents import IncidentReport, at_minute, on_day
from gridmap.errors import BadInput, Conflict, NotFound, OutsideExtent
from gridmap.services import intake, placing, project
from gridmap.services.current_places import CurrentPlaces
from gridmap.services.exchange import import_file
from gridmap.store import audit, bulk, incidents
from gridmap.store.engine import Store
from gridmap.store.ids import new_uid
from gridmap.store.tables import Block

NOW = dt.datetime(2024, 7, 1, 4, 0, tzinfo=dt.UTC)
WEST, NORTH = 114.96, 30.20
Receive = Callable[..., intake.ReceivedIncident]


def report(lon: float, lat: float, **more: object) -> IncidentReport:
    values = {"lon": lon, "lat": lat, "kind": "order.noise", "occurrence": on_day(dt.date(2024, 6, 30)), **more}
    return IncidentReport(**values)  # type: ignore[arg-type]


@pytest.fixture
def district(store: Store, settings: Settings, tmp_path: Path) -> Store:
    # A B, each a hundredth of a degree wide
    project.prepare(store, now=NOW)
    features = ",".join(
        f'{{"type": "Feature", "properties": {{"code": "{code}", "name": "{code}网格"}}, '
        f'"geometry": {shapely.to_geojson(box)}}}'
        for code, box in (
            ("A", shapely.box(WEST, NORTH - 0.01, WEST + 0.01, NORTH)),
            ("B", shapely.box(WEST + 0.01, NORTH - 0.01, WEST + 0.02, NORTH)),
        )
    )
    path = tmp_path / "grids.geojson"
    path.write_text(f'{{"type": "FeatureCollection", "features": [{features}]}}', encoding="utf-8")
    import_file(store, settings, "grids", path, now=NOW, with_basemap=False)
    return store


@pytest.fixture
def receive(district: Store, settings: Settings) -> Receive:
    def call(given: IncidentReport, **options: object) -> intake.ReceivedIncident:
        return intake.receive(district, settings, given, actor="local", now=NOW, **options)  # type: ignore[arg-type]

    return call


@pytest.mark.parametrize(
    ("lon", "lat", "grid"),
    [
        (WEST + 0.005, NORTH - 0.005, "A"),
        (WEST + 0.015, NORTH - 0.005, "B"),
        (WEST + 0.01, NORTH - 0.005, "A"),  # on the border: the lower code
        (WEST + 0.02, NORTH, "B"),  # on the outer corner
    ],
)
@pytest.mark.parametrize("is_held", [False, True])
def test_placed_with_and_without_places_in_memory_alike(
    receive: Receive, district: Store, lon: float, lat: float, grid: str, is_held: bool
) -> None:
    places = CurrentPlaces()
    if is_held:
        with district.read() as session:
            places.at(session, NOW)
    received = receive(report(lon, lat), places=places)
    assert (received.grid, received.block, received.is_new, received.nearest) == (grid, grid, True, None)
    assert received.case_number == "2024-000001"


def test_all_that_was_said_is_stored_with_its_plan_and_audited(receive: Receive, district: Store) -> None:
    at = at_minute(dt.datetime(2024, 6, 30, 22, 15), "Asia/Shanghai")  # noqa: DTZ001 - the project's zone is meant
    received = receive(
        report(
            WEST + 0.005, NORTH - 0.005, occurrence=at, address="春天雅居6栋", summary="夜间施工", uncertainty_m=15.0
        )
    )
    with district.read() as session:
        row = incidents.get(session, received.uid)
        plan = session.scalar(sa.text("SELECT plan_id FROM incident"))
        entries = audit.since(session, 1)
        assert audit.verify(session) == []
    assert row is not None
    assert (row.occurred_at, row.occurred_on, row.precision) == (
        dt.datetime(2024, 6, 30, 14, 15, tzinfo=dt.UTC), dt.date(2024, 6, 30), "minute",
    )  # fmt: skip
    assert (row.address, row.uncertainty_m, row.grid) == ("春天雅居6栋", 15.0, "A")
    assert plan is not None
    assert [(entry.action, entry.entity_uid) for entry in entries] == [("incident.received", received.uid)]
    assert "address" in entries[0].digests
    assert "春天" not in str(entries[0])  # digests, never values


def test_sent_again_it_is_the_same_incident(receive: Receive, district: Store) -> None:
    given = report(WEST + 0.005, NORTH - 0.005, uid=new_uid())
    first, second = receive(given), receive(given)
    assert (first.is_new, second.is_new) == (True, False)
    assert dataclasses.replace(second, is_new=True) == first
    with district.read() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM incident")) == 1
        assert audit.head(session)[0] == 2  # the grids, and this one


def test_a_uid_of_another_incident_is_refused(receive: Receive) -> None:
    uid = new_uid()
    receive(report(WEST + 0.005, NORTH - 0.005, uid=uid))
    with pytest.raises(Conflict, match="another incident"):
        receive(report(WEST + 0.015, NORTH - 0.005, uid=uid))
    with pytest.raises(BadInput, match="is no uid"):
        receive(report(WEST + 0.005, NORTH - 0.005, uid="17"))


def test_outside_all_grids_it_is_stored_and_the_nearest_is_named(receive: Receive, district: Store) -> None:
    received = receive(report(WEST + 0.03, NORTH - 0.005))
    assert (received.grid, received.block, received.is_new) == (None, None, True)
    assert received.nearest is not None
    assert (received.nearest.code, received.nearest.name) == ("B", "B网格")
    assert received.nearest.distance_m == pytest.approx(963, rel=0.01)
    with district.read() as session:
        assert session.execute(sa.text("SELECT block_id, grid_id, plan_id FROM incident")).one() == (None, None, None)


def test_beyond_the_extent_nothing_is_stored(receive: Receive, district: Store) -> None:
    with pytest.raises(OutsideExtent, match="lies outside the project") as caught:
        receive(report(NORTH, WEST - 30))
    assert "longitude first" in caught.value.hint
    with district.read() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM incident")) == 0
        assert audit.head(session)[0] == 1


def test_what_lies_in_the_future_is_no_incident_yet(receive: Receive, district: Store) -> None:
    ahead = report(115.0, 30.2, occurrence=on_day((NOW + dt.timedelta(days=2)).date()))
    with pytest.raises(BadInput, match="2024-07-03 lies in the future"):
        receive(ahead)
    with district.read() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM incident")) == 0


def test_kinds_by_name_and_unknown_ones_refused(receive: Receive, district: Store) -> None:
    receive(report(WEST + 0.005, NORTH - 0.005, kind="噪声扰民"))
    with district.read() as session:
        assert session.scalar(sa.text("SELECT kind FROM incident")) == "order.noise"
    with pytest.raises(BadInput, match="no kind 'alien'") as caught:
        receive(report(WEST + 0.005, NORTH - 0.005, kind="alien"))
    assert "order" in caught.value.hint


def test_a_source_id_is_stored_once(receive: Receive) -> None:
    receive(report(WEST + 0.005, NORTH - 0.005, source_id="110-1"))
    with pytest.raises(Conflict):
        receive(report(WEST + 0.005, NORTH - 0.005, source_id="110-1"))


def test_a_project_without_extent_takes_nothing_in(store: Store, settings: Settings) -> None:
    project.prepare(store, now=NOW)
    with pytest.raises(NotFound, match="no extent"):
        intake.receive(store, settings, report(114.97, 30.17), actor="local", now=NOW)


def test_both_ways_of_placing_agree_on_borders_and_corners(store: Store) -> None:
    # five fields that meet in skewed corners, one of them an island in a hole of another
    x, y = WEST + 0.0061, NORTH - 0.0043
    rim = [(WEST, NORTH - 0.01), (WEST + 0.013, NORTH - 0.01), (WEST + 0.0117, NORTH), (WEST, NORTH - 0.0007)]
    fields = [shapely.Polygon([(x, y), rim[k], rim[(k + 1) % 4]]) for k in range(4)]
    island = shapely.Point(fields[0].centroid).buffer(0.0007, quad_segs=3)
    fields = [fields[0].difference(island), *fields[1:], island]
    columns = {"code": ["D", "B", "E", "A", "C"], "opened_at": [NOW] * 5, "geom": np.array(fields, dtype=object)}
    with store.write() as session:
        bulk.insert(session, Block, columns)
    vertices = shapely.get_coordinates(fields)
    middles = (vertices[1:] + vertices[:-1]) / 2
    exact = np.vstack([vertices, middles])
    points = np.vstack([exact, np.nextafter(exact, 0), np.nextafter(exact, 999)])
    with store.read() as session:
        placer = placing.placer_at(session, NOW)
    one = [placer.place_one(lon, lat)[0] for lon, lat in points.tolist()]
    many = placer.place(points[:, 0], points[:, 1]).block_ids.tolist()
    assert one == many
    assert len(set(one)) == 6  # each of the blocks, and none
