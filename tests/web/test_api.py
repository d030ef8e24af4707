"""The contract of the JSON routes, as the page and other programs read it."""

from __future__ import annotations

import datetime as dt
import io

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

from gridmap.config import Settings
from gridmap.domain.incidents import IncidentReport, on_day
from gridmap.services import intake
from gridmap.store.engine import Store
from tests.services import small_world
from tests.services.test_situation_heat import tile_and_pixel

MAY = "from=2024-05-01&to=2024-05-31"


def test_the_situation(client: FlaskClient) -> None:
    body = client.get("/api/v1/situation").json
    assert list(body) == [
        "project", "first_on", "last_on", "seq", "plan", "kinds", "counts",
        "incident_bounds", "heat", "period", "basemap", "own_basemap",
    ]  # fmt: skip
    assert body["project"] == {
        "name": "四块地",
        "extent": pytest.approx([114.95, 30.15, 115.07, 30.27]),
        "time_zone": "Asia/Shanghai",
        "is_demo": False,
        "is_synthetic": False,
        "now_on": "2024-05-31",
        "attribution": "测试数据 <b>",
        "approval_number": None,
        "language": "zh",
        "settings_version": 1,
    }
    assert (body["first_on"], body["last_on"]) == ("2024-05-01", "2024-05-31")
    assert body["period"] == {"from": "2024-05-02", "to": "2024-05-31", "recent": True}
    assert body["counts"]["incidents"] == 60
    assert body["plan"]["low"] == 400 and body["plan"]["grids"] == 2
    assert body["heat"]["bandwidth_m"] == 200
    order = next(kind for kind in body["kinds"] if kind["code"] == "order")
    assert (order["zh"], order["en"], order["count"]) == ("治安", "Public order", 50)
    assert {"code": "order.theft", "zh": "盗窃", "en": "Theft", "count": 50, "children": []} in order["children"]


def test_the_timeline(client: FlaskClient) -> None:
    body = client.get("/api/v1/timeline").json
    assert body["first_on"] == "2024-05-01"
    assert len(body["daily"]) == 31 and sum(body["daily"]) == 56
    assert body["months"] == [{"month": "2024-05", "count": 4}]


def test_counts(client: FlaskClient) -> None:
    body = client.get(f"/api/v1/counts?{MAY}").json
    assert body == {
        "period": {"from": "2024-05-01", "to": "2024-05-31"},
        "total": 60,
        "in_grids": 57,
        "outside": 3,
        "month_rows": 4,
        "left_out": 0,
        "day_rows": 56,
        "doubtful": 0,
        "by_kind": {"order.theft": 50, "help.elder": 6, "dispute": 4},
        "by_grid": {"G1": 54, "G2": 3},
        "by_area": {"01": 59, "0101": 59},
        "by_block": None,
    }
    assert client.get(f"/api/v1/counts?{MAY}&kinds=order,dispute").json["total"] == 54
    assert client.get(f"/api/v1/counts?{MAY}&grid=G2").json["by_kind"] == {"help.elder": 3}
    assert client.get("/api/v1/counts").json["period"] == {"from": "2024-05-02", "to": "2024-05-31"}


def test_the_grids(client: FlaskClient) -> None:
    response = client.get("/api/v1/grids.geojson")
    assert response.mimetype == "application/geo+json"
    collection = response.get_json(force=True)
    assert [feature["id"] for feature in collection["features"]] == ["G1", "G2"]
    west, south = collection["features"][1]["geometry"]["coordinates"][0][0]
    assert (round(west, 2), round(south, 2)) in {(115.0, 30.21), (115.01, 30.21), (115.0, 30.22), (115.01, 30.22)}


def test_the_grids_of_a_day(client: FlaskClient) -> None:
    now = client.get("/api/v1/grids.geojson").data
    assert client.get("/api/v1/grids.geojson?at=2024-05-01").data == now  # the first plan is in force since ever


def test_the_legend(client: FlaskClient) -> None:
    body = client.get("/api/v1/legend?kinds=order&bw=100&theme=dark").json
    assert list(body) == ["unit", "max", "widened", "classes", "land"]
    assert body["widened"] is False
    assert (body["unit"], body["land"]) == ("per_km2_30d", "#14181D")
    assert list(body["classes"][0]) == ["from", "to", "color", "opacity", "composited"]
    assert body["classes"][-1]["to"] is None
    assert body["classes"][-1]["from"] == body["max"]


def test_a_heat_tile(client: FlaskClient) -> None:
    x, y, row, col = tile_and_pixel(*small_world.CLUSTER, 15)
    response = client.get(f"/tiles/heat/15/{x}/{y}.png?{MAY}&kinds=order.theft&bw=100&theme=light&ratio=1")
    assert response.mimetype == "image/png"
    image = Image.open(io.BytesIO(response.data))
    assert (image.mode, image.size) == ("P", (256, 256))
    opacity = np.asarray(image.convert("RGBA"))[:, :, 3]
    assert opacity[row, col] == opacity.max() > 0
    none = client.get(f"/tiles/heat/15/{x}/{y}.png?from=2020-01-01&to=2020-01-31")
    assert not np.asarray(Image.open(io.BytesIO(none.data)).convert("RGBA"))[:, :, 3].any()


def test_locate(client: FlaskClient) -> None:
    inside = client.get("/api/v1/locate?lon=115.005&lat=30.205").json
    assert inside == {
        "lon": 115.005,
        "lat": 30.205,
        "block": {"code": "B1"},
        "grid": {"code": "G1", "name": "青龙一网格"},
        "community": "青龙社区",
        "nearest": None,
    }
    outside = client.get("/api/v1/locate?lon=115.005&lat=30.195").json
    assert (outside["block"], outside["grid"]) == (None, None)
    assert outside["nearest"]["code"] == "G1" and outside["nearest"]["distance_m"] > 500


def test_incidents_are_paged_to_the_end(client: FlaskClient) -> None:
    seen, after = [], ""
    while after is not None:
        body = client.get(f"/api/v1/incidents?limit=25{after and '&after=' + after}").json
        seen += [item["uid"] for item in body["items"]]
        after = body["next"]
    assert len(seen) == len(set(seen)) == 60


def test_an_incident(client: FlaskClient) -> None:
    body = client.get("/api/v1/incidents?grid=G2&limit=1").json
    item = body["items"][0]
    assert len(item["uid"]) == 36 and item["case_number"].startswith("2024-")
    assert {name: item[name] for name in item if name not in {"uid", "case_number"}} == {
        "kind": "help.elder",
        "occurred_at": None,
        "occurred_on": "2024-05-30",
        "precision": "day",
        "address": None,
        "lon": pytest.approx(115.005),
        "lat": pytest.approx(30.215),
        "grid": "G2",
        "block": "B3",
        "uncertainty_m": None,
        "is_doubtful": False,
        "placed_by": "coordinates",
    }


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (MAY, 60),
        ("from=2024-05-01&to=2024-05-30", 53),
        ("kinds=help", 6),
        ("outside=true", 3),
        ("bbox=115.0,30.21,115.01,30.22", 3),
        ("bbox=114.0,30.21,114.5,30.22", 0),
        ("grid=G1&kinds=dispute", 4),
    ],
)
def test_incidents_are_filtered(client: FlaskClient, query: str, count: int) -> None:
    assert len(client.get(f"/api/v1/incidents?limit=1000&{query}").json["items"]) == count


def test_the_feed_leads_to_the_newest_change(own_client: FlaskClient, world: Store, settings: Settings) -> None:
    seq = own_client.get("/api/v1/situation").json["seq"]
    assert own_client.get(f"/api/v1/changes?since={seq}").json == {"seq": seq, "now_on": "2024-05-31", "entries": []}
    report = IncidentReport(*small_world.CLUSTER, "order.theft", on_day(dt.date(2024, 5, 31)))
    received = intake.receive(world, settings, report, actor="local", now=small_world.NOW)
    body = own_client.get(f"/api/v1/changes?since={seq}").json
    assert body["seq"] == seq + 1
    assert body["entries"] == [
        {"seq": seq + 1, "at": "2024-05-31T04:00:00+00:00", "action": "incident.received", "entity": "incident",
         "uid": received.uid}
    ]  # fmt: skip
    assert own_client.get(f"/api/v1/counts?{MAY}").json["total"] == 61


def test_health(client: FlaskClient, world: Store) -> None:
    body = client.get("/healthz").json
    assert body["status"] == "ok" and body["version"] and body["seq"] == 1
    assert body["database"] == world.dialect


def test_the_page_s_scripts_find_all_texts(client: FlaskClient) -> None:
    assert client.get("/i18n/en.json").json == {}
    assert client.get("/i18n/zh.json").json["Zoom in"] == "放大"


def test_a_language_chosen_in_the_address_stays_chosen(client: FlaskClient) -> None:
    assert 'lang="zh-CN"' in client.get("/").text
    assert 'lang="en"' in client.get("/?lang=en").text
    assert 'data-lang="en"' in client.get("/").text  # the cookie
    assert 'data-lang="zh"' in client.get("/?lang=zh").text
    assert 'data-theme="dark"' in client.get("/?theme=dark").text
    assert 'data-theme="dark"' in client.get("/?theme=neon").text  # an unknown wish changes nothing
