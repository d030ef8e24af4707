"""The words of a selection over HTTP, and the layers that a selection may name."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import shapely
import sqlalchemy as sa
from flask.testing import FlaskClient

from gridmap.config import Settings
from gridmap.services.project import open_project
from gridmap.store import audit, bulk, ids
from gridmap.store.engine import Store
from gridmap.store.tables import Block, Camera, Household, Site
from tests.services import small_world
from web.app import create_app

MAY = "from=2024-05-01&to=2024-05-31"


def get(client: FlaskClient, address: str) -> dict:
    response = client.get(f"/api/v1/{address}")
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json(force=True)


def test_patterns(client: FlaskClient) -> None:
    assert get(client, f"patterns?{MAY}&hours=1.0&area=01") == {
        "period": {"from": "2024-05-01", "to": "2024-05-31"},
        "hours": [0] * 168,
        "weekdays": [4, 4, 5, 5, 5, 4, 4],
        "day_rows": 55,
        "month_rows": 4,
        "total": 59,
    }


def test_counts_and_timeline_take_every_word(client: FlaskClient) -> None:
    counts = get(client, f"counts?{MAY}&hours=5.18-23&area=0101&kinds=order")
    assert (counts["total"], counts["day_rows"], counts["by_grid"]) == (0, 50, {})
    assert get(client, f"counts?{MAY}&block=B1")["by_block"] == {"B1": 50}
    timeline = get(client, "timeline?grid=G2")
    assert (len(timeline["daily"]), sum(timeline["daily"]), timeline["months"]) == (31, 3, [])
    plan = get(client, "situation")["plan"]["uid"]
    assert get(client, f"counts?{MAY}&plan={plan}")["by_grid"] == {"G1": 54, "G2": 3}


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        ("hours=8.1", 422, "names no hours of a weekday"),
        ("grid=G1&area=01", 422, "one of area, grid and block"),
        ("area=", 422, "area"),
        ("area=99", 404, "no area 99"),
        ("block=B9", 404, "no block B9"),
        ("plan=none", 404, "no plan none"),
        ("hour=1.8", 422, "hour"),
    ],
)
@pytest.mark.parametrize("route", ["counts", "timeline", "patterns", "points", "incidents"])
def test_words_that_mean_nothing_are_refused(
    client: FlaskClient, route: str, words: str, status: int, told: str
) -> None:
    response = client.get(f"/api/v1/{route}?{words}")
    assert response.status_code == status
    assert told in response.get_data(as_text=True)


def test_points(client: FlaskClient) -> None:
    points = get(client, f"points?{MAY}&kinds=order&bbox=114,30,116,31&zoom=12")
    assert points["mode"] == "places" and points["total"] == 50
    assert (points["lon"], points["lat"], points["count"]) == ([115.005], [30.205], [50])
    assert points["kinds"][points["kind"][0]] == "order.theft"
    assert get(client, f"points?{MAY}&bbox=0,0,1,1")["count"] == []


def test_incidents_of_a_place_an_area_and_by_uid(client: FlaskClient) -> None:
    stacked = get(client, "incidents?at=115.005,30.205&limit=40")
    assert len(stacked["items"]) == 40 and stacked["next"]
    rest = get(client, f"incidents?at=115.005,30.205&limit=40&after={stacked['next']}")
    assert len(rest["items"]) == 10 and rest["next"] is None
    two = ",".join(item["uid"] for item in rest["items"][:2])
    assert [item["uid"] for item in get(client, f"incidents?uids={two}")["items"]] == two.split(",")
    assert get(client, f"incidents?uids={two}&kinds=help")["items"] == []
    assert len(get(client, "incidents?block=B3")["items"]) == 3
    assert get(client, "incidents?area=01&outside=true")["items"][0]["block"] == "B4"
    assert client.get("/api/v1/incidents?at=115").status_code == 422
    assert client.get("/api/v1/incidents?area=01&after=x").status_code == 422


def test_the_areas(client: FlaskClient) -> None:
    street, community = get(client, "areas")["items"]
    assert street == {
        "code": "01", "name": "新下陆街道", "level": "street", "parent": None, "bbox": None, "grids": [],
        "households": 0,
    }  # fmt: skip
    assert (community["parent"], community["grids"]) == ("01", ["G1", "G2"])
    assert get(client, "areas.geojson?level=town") == {"type": "FeatureCollection", "features": []}
    assert client.get("/api/v1/areas.geojson").status_code == 422


def test_the_blocks(client: FlaskClient) -> None:
    blocks = get(client, "blocks.geojson")["features"]
    assert [block["id"] for block in blocks] == ["B1", "B2", "B3", "B4"]
    first = blocks[0]["properties"]
    assert first.pop("area_ha") == pytest.approx(106.6, abs=0.5)  # 0.01 degrees of longitude by 0.01 of latitude
    assert first == {"code": "B1", "name": None, "use": None, "households": 0, "grid": "G1", "area": "0101"}
    assert blocks[3]["properties"]["grid"] is None
    assert [block["id"] for block in get(client, "blocks.geojson?grid=G1")["features"]] == ["B1", "B2"]
    assert [block["id"] for block in get(client, "blocks.geojson?block=B4")["features"]] == ["B4"]
    assert len(get(client, "blocks.geojson?bbox=115.001,30.201,115.002,30.202")["features"]) == 1
    assert client.get("/api/v1/blocks.geojson?grid=G9").status_code == 404


def test_the_plans_and_their_grids(client: FlaskClient) -> None:
    (plan,) = get(client, "plans")["items"]
    uid = plan.pop("uid")
    assert plan == {
        "name": "2024 网格方案", "status": "published", "from": None, "to": None, "grids": 2, "in_force": True,
    }  # fmt: skip
    assert len(get(client, f"grids.geojson?plan={uid}")["features"]) == 2
    assert client.get("/api/v1/grids.geojson?plan=none").status_code == 404
    assert client.get(f"/api/v1/grids.geojson?plan={uid}&at=2024-05-01").status_code == 422


@pytest.mark.parametrize("layer", ["sites", "cameras"])
def test_layers_without_rows_are_empty(client: FlaskClient, layer: str) -> None:
    assert get(client, f"{layer}.geojson?bbox=115,30,116,31") == {"type": "FeatureCollection", "features": []}
    response = client.get(f"/api/v1/{layer}.geojson")
    again = client.get(f"/api/v1/{layer}.geojson", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_sites_cameras_and_households_are_told(own_client: FlaskClient, world: Store) -> None:
    before = own_client.get("/api/v1/blocks.geojson?block=B1").headers["ETag"]
    at, area = shapely.Point(115.001, 30.201), shapely.box(115.015, 30.205, 115.016, 30.206)
    with world.write() as session:
        block = session.scalar(sa.select(Block.id).where(Block.code == "B1"))
        shapes = np.array([at, area], dtype=object)
        bulk.insert(session, Site, {"name": ["小学", "水库"], "kind": ["school", "water"], "geom": shapes})
        camera = {"name": ["路口"], "bearing_deg": [90.0], "fov_deg": [60.0], "range_m": [80.0]}
        bulk.insert(session, Camera, {**camera, "geom": np.array([at], dtype=object)})
        households = {"block_id": [block] * 2, "count": [3, 40]}
        bulk.insert(session, Household, {**households, "geom": np.array([at, at], dtype=object)})
        audit.append(
            session, actor="local", action="import.households", entity="import_batch", entity_uid=ids.new_uid(),
            fields={}, secret=small_world.SECRET, at=small_world.NOW,
        )  # fmt: skip
    school, water = get(own_client, "sites.geojson")["features"]
    assert school["geometry"] == {"type": "Point", "coordinates": [115.001, 30.201]}
    assert (school["properties"], water["geometry"]["type"]) == ({"name": "小学", "kind": "school"}, "Polygon")
    assert len(get(own_client, "sites.geojson?bbox=115.0155,30.2,115.0157,30.21")["features"]) == 1
    (camera,) = get(own_client, "cameras.geojson")["features"]
    assert camera["properties"] == {"name": "路口", "kind": None, "bearing_deg": 90.0, "fov_deg": 60.0, "range_m": 80.0}
    response = own_client.get("/api/v1/blocks.geojson?block=B1")
    assert response.headers["ETag"] != before
    assert response.get_json(force=True)["features"][0]["properties"]["households"] == 43
    assert [area["households"] for area in get(own_client, "areas")["items"]] == [43, 43]


@pytest.fixture
def empty(settings: Settings) -> Iterator[FlaskClient]:
    """A project in which nothing was imported yet."""
    open_project(settings, now=small_world.BEGUN).close()
    with create_app(settings, warm_up=False).test_client() as client:
        yield client


def test_an_empty_district_answers_everything(empty: FlaskClient) -> None:
    assert get(empty, "counts?hours=1.8")["total"] == 0
    assert get(empty, "timeline") == {"first_on": None, "daily": [], "months": []}
    assert get(empty, "patterns")["hours"] == [0] * 168
    assert get(empty, "points") == {
        "mode": "places", "total": 0, "lon": [], "lat": [], "count": [], "kind": [], "kinds": [],
    }  # fmt: skip
    for layer in ("grids", "blocks", "sites", "cameras"):
        assert get(empty, f"{layer}.geojson")["features"] == []
    assert get(empty, "areas.geojson?level=street")["features"] == []
    assert (get(empty, "areas"), get(empty, "plans")) == ({"items": []}, {"items": []})
    assert get(empty, "incidents?hours=1.8") == {"items": [], "next": None}
    assert empty.get("/api/v1/counts?grid=G1").status_code == 404
