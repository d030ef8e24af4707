"""Taking in and changing incidents over HTTP: tokens, repetition, conflicts, limits."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap.config import Settings
from gridmap.store import audit, project
from gridmap.store.engine import Store
from gridmap.store.ids import new_uid
from tests.services import small_world as world

EAST_OF_B1 = (world.WEST + 0.0099, world.SOUTH + 0.005)  # 9.6 m west of B2, which is the same grid
SOUTH_OF_B3 = (world.WEST + 0.005, world.SOUTH + 0.0099)  # in B1 (grid G1), 11 m south of B3 (grid G2)
IN_B3 = world.in_block(0, 1)
NOW = world.NOW


class Desk:
    """A client that holds a page's token, as the pages' scripts do."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        found = re.search(r'<meta name="csrf-token" content="([^"]+)"', client.get("/incidents/new").text)
        assert found is not None
        self.headers = {"X-CSRFToken": found[1]}

    def post(self, place: tuple[float, float] = IN_B3, **body: Any) -> TestResponse:
        return self.client.post("/api/v1/incidents", json=report(place, **body), headers=self.headers)

    def patch(self, uid: str, **body: Any) -> TestResponse:
        return self.client.patch(f"/api/v1/incidents/{uid}", json=body, headers=self.headers)


def report(place: tuple[float, float] = IN_B3, **more: Any) -> dict[str, Any]:
    return {"kind": "order.noise", "occurred_on": "2024-05-30", "lon": place[0], "lat": place[1], **more}


@pytest.fixture
def desk(own_client: FlaskClient) -> Desk:
    return Desk(own_client)


@pytest.fixture
def desk_of_demo(own_client: FlaskClient, world: Store) -> Desk:
    with world.write() as session:
        session.execute(sa.update(project.tables.Project).values(demo_version="1", demo_now_on=dt.date(2024, 5, 20)))
    return Desk(own_client)


def test_without_the_page_s_token_nothing_is_taken_in(own_client: FlaskClient, world: Store) -> None:
    uid = own_client.get("/api/v1/incidents?limit=1").json["items"][0]["uid"]
    for response in (
        own_client.post("/api/v1/incidents", json=report()),
        own_client.post("/api/v1/incidents", json=report(), headers={"X-CSRFToken": "x"}),
        own_client.patch(f"/api/v1/incidents/{uid}", json={"kind": "help"}),
    ):
        assert (response.status_code, response.json["error"]["code"]) == (400, "csrf")
        assert "X-CSRFToken" in response.json["error"]["hint"]
    with world.read() as session:
        assert audit.head(session)[0] == 1


def test_the_token_s_cookie_is_for_this_site_s_pages_alone(own_client: FlaskClient) -> None:
    cookie = own_client.get("/incidents/new").headers["Set-Cookie"]
    assert re.match(r"gridmap_[0-9a-f]{8}=", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Set-Cookie" not in own_client.get("/api/v1/situation").headers


def test_an_incident_is_taken_in_once(desk: Desk) -> None:
    uid = new_uid()
    first = desk.post(uid=uid, address="站前路", summary="夜里很吵")
    assert (first.status_code, first.headers["Location"]) == (201, f"/api/v1/incidents/{uid}")
    body = first.json
    assert (body["grid"], body["grid_name"], body["block"], body["community"]) == ("G2", "车站", "B3", "青龙社区")
    assert (body["is_doubtful"], body["candidates"], body["placed_by"]) == (False, [], "coordinates")
    assert [line["action"] for line in body["story"]] == ["received"]
    again = desk.post(uid=uid, address="站前路", summary="夜里很吵")
    assert (again.status_code, again.json) == (200, body)
    assert desk.client.get(f"/api/v1/incidents/{uid}").json == body
    other = desk.post(SOUTH_OF_B3, uid=uid)
    assert (other.status_code, other.json["error"]["code"]) == (409, "conflict")


def test_in_the_demo_it_was_reported_by_the_demo_s_clock(world: Store, desk_of_demo: Desk) -> None:
    """What happens in the district is by its clock, what was done by the real one; the page says so."""
    uid = desk_of_demo.post().json["uid"]
    body = desk_of_demo.patch(uid, summary="夜里很吵").json
    assert body["reported_at"] == "2024-05-20T15:59:59.999999+00:00"
    assert [line["at"] for line in body["story"]] == ["2024-05-31T04:00:00+00:00"] * 2
    with world.read() as session:
        assert {entry.at for entry in audit.since(session, 1)} == {NOW}
    assert "by the real clock" in desk_of_demo.client.get(f"/incidents/{uid}?lang=en").text


def test_elsewhere_it_was_reported_now(desk: Desk) -> None:
    body = desk.post().json
    assert body["reported_at"] == "2024-05-31T04:00:00+00:00"
    assert "by the real clock" not in desk.client.get(f"/incidents/{body['uid']}?lang=en").text


def test_sent_again_after_it_was_moved_it_is_still_the_same(desk: Desk) -> None:
    uid = desk.post(uid=new_uid()).json["uid"]
    desk.patch(uid, lon=SOUTH_OF_B3[0], lat=SOUTH_OF_B3[1])
    again = desk.post(uid=uid)
    assert (again.status_code, again.json["grid"]) == (200, "G1")


def test_other_datums_are_turned_into_wgs84(desk: Desk) -> None:
    stored = desk.post(datum="gcj02").json
    assert 0.004 < IN_B3[0] - stored["lon"] < 0.008


def test_the_question_and_its_answer(desk: Desk) -> None:
    body = desk.post(SOUTH_OF_B3, uncertainty_m=30).json
    assert (body["grid"], body["is_doubtful"]) == ("G1", True)
    assert [one["code"] for one in body["candidates"]] == ["G1", "G2"]
    assert body["candidates"][1]["distance_m"] == pytest.approx(11.1, abs=0.1)
    assert [item["uid"] for item in desk.client.get("/api/v1/incidents?doubtful=true").json["items"]] == [body["uid"]]
    wrong = desk.patch(body["uid"], grid="G9")
    assert wrong.status_code == 422
    assert [one["code"] for one in wrong.json["error"]["candidates"]] == ["G1", "G2"]
    answered = desk.patch(body["uid"], grid="G2", note="door is on the station's side", version=body["version"]).json
    assert (answered["grid"], answered["block"], answered["is_doubtful"]) == ("G2", "B3", False)
    assert (answered["placed_by"], answered["lon"]) == ("person", body["lon"])
    assert answered["story"][-1]["content"]["note"] == "door is on the station's side"
    assert answered["story"][-1]["content"]["from"]["grid"] == "G1"
    counts = desk.client.get("/api/v1/counts?from=2024-05-30&to=2024-05-30&kinds=order.noise").json
    assert counts["by_grid"] == {"G2": 1}  # the map counts it where the person said it is


def test_two_people_at_once(desk: Desk) -> None:
    body = desk.post(SOUTH_OF_B3, uncertainty_m=30).json
    desk.patch(body["uid"], grid="G2", version=body["version"])
    late = desk.patch(body["uid"], lon=IN_B3[0], lat=IN_B3[1], version=body["version"])
    error = late.json["error"]
    assert (late.status_code, error["code"]) == (409, "stale")
    assert [(line["action"], line["to"]["grid"]) for line in error["changed"]] == [("confirmed", "G2")]
    present = desk.client.get(f"/api/v1/incidents/{body['uid']}").json
    assert (present["grid"], present["lat"], present["version"]) == ("G2", body["lat"], error["version"])
    # the very same answer again is no conflict: it is what is stored
    assert desk.patch(body["uid"], grid="G2", version=body["version"]).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lat": None}, "lat"),
        ({"lon": 200.0}, "lon"),
        ({"kind": ""}, "kind"),
        ({"occurred_on": "30.5.2024"}, "occurred_on"),
        ({"occurred_at": "2024-05-30T10:00"}, "occurred_on"),
        ({"uncertainty_m": -1}, "uncertainty_m"),
        ({"uncertainty_m": 1e9}, "uncertainty_m"),
        ({"summary": "长" * 2001}, "summary"),
        ({"placed_by": "person"}, "placed_by"),
        ({"grid": "G1"}, "grid"),
    ],
)
def test_what_cannot_be_used_is_said_by_field(desk: Desk, change: dict[str, Any], field: str) -> None:
    response = desk.post(**change)
    assert (response.status_code, response.json["error"]["code"]) == (422, "bad_input")
    assert field in response.json["error"]["fields"]


def test_beyond_the_extent_or_too_large_nothing_is_stored(desk: Desk, world: Store) -> None:
    away = desk.post((10.0, 50.0))
    assert (away.status_code, away.json["error"]["code"]) == (422, "outside_extent")
    assert desk.post(kind="alien").status_code == 422
    assert desk.post(summary="x" * (1 << 20)).status_code == 413
    assert desk.patch("none", kind="help").status_code == 404
    assert desk.client.get("/api/v1/incidents/none").status_code == 404
    with world.read() as session:
        assert audit.head(session)[0] == 1


def test_a_change_of_nothing_or_of_two_things_at_odds(desk: Desk) -> None:
    uid = desk.post().json["uid"]
    assert desk.patch(uid).status_code == 422
    assert desk.patch(uid, grid="G2", lon=IN_B3[0], lat=IN_B3[1]).status_code == 422
    assert desk.patch(uid, lon=IN_B3[0]).json["error"]["fields"].keys() == {"lat"}


def test_an_address_is_never_guessed(desk: Desk, world: Store) -> None:
    body = {"kind": "order.noise", "occurred_on": "2024-05-30", "address": "没有这样的地方 9 栋"}
    response = desk.client.post("/api/v1/incidents", json=body, headers=desk.headers)
    error = response.json["error"]
    assert (response.status_code, error["code"]) == (422, "ambiguous_place")
    assert "put the point on the map" in error["hint"]
    assert isinstance(error["alternatives"], list)
    with world.read() as session:
        assert audit.head(session)[0] == 1


def test_who_reported_is_masked_revealed_by_one_field_and_in_no_log(desk: Desk, settings: Settings) -> None:
    stored = desk.post(reporter={"name": "甲乙丙", "phone": "+86 138 0000 1111"})
    uid = stored.get_json()["uid"]
    (one,) = stored.get_json()["parties"]
    assert (one["role"], one["name"], one["phone"], one["number"]) == ("reporter", "甲*", "138****1111", None)
    page = desk.client.get(f"/incidents/{uid}").text
    assert "138****1111" in page and "甲乙丙" not in page and "0000 1111" not in page
    shown = desk.client.post(f"/api/v1/incidents/{uid}/reveal", json={"field": "phone"}, headers=desk.headers)
    assert shown.get_json() == {"field": "phone", "value": "+86 138 0000 1111"}
    assert shown.headers["Cache-Control"] == "no-store"
    asked = {"phone": "１３８００００１１１１"}
    found = desk.client.post("/api/v1/incidents/by-phone", json=asked, headers=desk.headers)
    assert found.get_json() == {"uids": [uid], "is_cut": False}
    assert uid in desk.client.get(f"/incidents?uids={uid}").text
    assert desk.client.post(f"/api/v1/incidents/{uid}/reveal", json={"field": "phone"}).status_code == 400, "forged"
    refused = desk.post(reporter={"phone": "不详"})
    assert (refused.status_code, list(refused.get_json()["error"]["fields"])) == (422, ["reporter"])
    log = settings.log_file.read_text(encoding="utf-8")
    assert f"/api/v1/incidents/{uid}/reveal" in log
    for text in ("甲乙丙", "0000 1111", "13800001111", "１３８"):
        assert text not in log
    assert "甲乙丙" not in desk.client.get("/api/v1/changes?since=0").text
