"""Gatherings over HTTP: asked for, made by the desk, told in one shape; jobs that are cancelled or unknown."""

from __future__ import annotations

import datetime as dt

from flask.testing import FlaskClient

from gridmap.config import Settings
from gridmap.services.jobs.desk import Desk
from gridmap.services.jobs.process import WORKS
from gridmap.store.engine import Store
from tests.services import two_streets
from web.app import create_app


def token(client: FlaskClient) -> dict[str, str]:
    page = client.get("/").get_data(as_text=True)
    return {"X-CSRFToken": page.split('name="csrf-token" content="')[1].split('"')[0]}


def work(store: Store) -> None:
    Desk(store, WORKS, now=lambda: dt.datetime.now(dt.UTC)).work()


def test_before_the_first_report_there_is_none(client: FlaskClient) -> None:
    answer = client.get("/api/v1/gatherings")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json == {
        "state": "none", "job": None, "report": None, "seq": None, "newest_on": "2024-05-31", "is_current": False,
    }  # fmt: skip


def test_a_report_is_asked_for_once_made_and_told(own_client: FlaskClient, world: Store, settings: Settings) -> None:
    header = token(own_client)
    asked = own_client.post("/api/v1/gatherings", headers=header)
    again = own_client.post("/api/v1/gatherings", headers=header)
    assert asked.status_code == again.status_code == 202
    job = asked.get_json()
    assert again.get_json()["uid"] == job["uid"]
    assert (job["state"], job["progress"], job["kind"]) == ("queued", 0.0, "gatherings")
    work(world)
    assert own_client.get(f"/api/v1/jobs/{job['uid']}").get_json()["state"] == "done"
    told = own_client.get("/api/v1/gatherings").get_json()
    assert (told["state"], told["is_current"], told["seq"]) == ("done", True, 1)
    assert told["report"]["reason"] == "short_past"  # the small world knows one month
    assert (told["report"]["to"], told["report"]["rows"]) == ("2024-05-31", [])


def test_each_plan_has_a_report_of_its_own(settings: Settings) -> None:
    world = two_streets.build(settings).store
    client = create_app(settings, now=two_streets.now, warm_up=False).test_client()
    header = token(client)
    plans = {plan["in_force"]: plan["uid"] for plan in client.get("/api/v1/plans").get_json()["items"]}
    job = client.post(f"/api/v1/gatherings?plan={plans[False]}", headers=header).get_json()
    assert client.get("/api/v1/gatherings").get_json()["state"] == "none"
    work(world)
    told = client.get(f"/api/v1/gatherings?plan={plans[False]}").get_json()
    assert (told["state"], told["job"]["uid"]) == ("done", job["uid"])
    assert client.get(f"/api/v1/gatherings?plan={plans[True]}").get_json()["state"] == "none"
    gone = client.post("/api/v1/gatherings?plan=gone", headers=header)
    assert (gone.status_code, gone.get_json()["error"]["code"]) == (404, "unknown_plan")
    world.close()


def test_nobody_starts_or_cancels_without_the_page_s_token(own_client: FlaskClient) -> None:
    assert own_client.post("/api/v1/gatherings").status_code == 400
    assert own_client.post("/api/v1/jobs/x/cancel").status_code == 400


def test_a_job_that_waits_is_cancelled(own_client: FlaskClient, world: Store) -> None:
    header = token(own_client)
    uid = own_client.post("/api/v1/gatherings", headers=header).get_json()["uid"]
    cancelled = own_client.post(f"/api/v1/jobs/{uid}/cancel", headers=header).get_json()
    assert cancelled["state"] == "cancelled"
    work(world)
    told = own_client.get("/api/v1/gatherings").get_json()
    assert (told["state"], told["report"]) == ("cancelled", None)


def test_an_unknown_job_is_not_found(client: FlaskClient) -> None:
    answer = client.get("/api/v1/jobs/0190")
    assert answer.status_code == 404
    assert "start it anew" in answer.get_json()["error"]["hint"]


def test_an_unknown_parameter_is_refused(client: FlaskClient) -> None:
    assert client.get("/api/v1/gatherings?days=7").status_code == 422
