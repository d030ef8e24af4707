"""The contract of the routes about change, as the page and other programs read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from gridmap.services.project import open_project
from tests.postgres_databases import Databases
from tests.services import small_world
from tests.services.many_incidents import A_DAY, B3, daily, picture
from web.app import create_app

D = dt.date
JUNE = dt.datetime(2024, 6, 1, 4, tzinfo=dt.UTC)
ROWS = [
    *daily(D(2024, 3, 1), D(2024, 4, 30), 1),
    *daily(D(2024, 5, 1), D(2024, 5, 31), 4),
    *daily(D(2024, 5, 1), D(2024, 5, 3), 1, "help.elder", B3),
]


@pytest.fixture(scope="module")
def asked(
    template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None
) -> Iterator[FlaskClient]:
    """A spring in which thefts rose in May; May is over."""
    with small_world.standing(template_db, tmp_path_factory.mktemp("spring"), databases) as settings:
        store = open_project(settings)
        picture(store, ROWS)
        store.close()
        yield create_app(settings, now=lambda: JUNE, warm_up=False).test_client()


def test_a_report(asked: FlaskClient) -> None:
    body = asked.get("/api/v1/change?basis=month&level=grid&by=leaf").json
    assert body["now"] == {"from": "2024-05-01", "to": "2024-05-31", "days": 31}
    assert body["before"] == {"from": "2024-04-01", "to": "2024-04-30", "days": 30}
    assert (body["total_now"], body["total_before"], body["tests"], body["alarms"]) == (127, 30, 2, 1)
    first = body["rows"][0]
    assert first == {
        "area": "G1", "name": "青龙一网格", "kind": "order.theft", "now": 124, "before": 30, "change_pct": 300.0,
        "p": pytest.approx(first["p"]), "q": pytest.approx(2 * first["p"]), "significant": True,
    }  # fmt: skip
    assert body["notes"] == [{"code": "unequal_periods", "count": 0}]


def test_a_report_of_chosen_incidents(asked: FlaskClient) -> None:
    assert asked.get("/api/v1/change?kinds=help&level=grid").json["total_now"] == 3
    assert asked.get("/api/v1/change?area=0101").json["total_now"] == 127
    assert asked.get("/api/v1/change?hours=1.8").json["total_now"] == 0  # nothing is known to the hour
    assert asked.get("/api/v1/change?to=2024-04-30").json["now"]["to"] == "2024-04-30"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("basis=year&from=2024-05-01&to=2024-05-31", "beyond_data"),
        ("basis=year&from=2024-07-01&to=2024-07-31", "bad_input"),
        ("basis=day", "bad_input"),
        ("level=house", "bad_input"),
        ("by=mood", "bad_input"),
        ("grid=G9", "unknown_place"),
        ("kinds=nope", "bad_input"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_a_hint(asked: FlaskClient, query: str, code: str) -> None:
    error = asked.get(f"/api/v1/change?{query}").json["error"]
    assert error["code"] == code
    assert error["hint"]


def test_data_that_do_not_reach_are_named(asked: FlaskClient) -> None:
    error = asked.get("/api/v1/change?basis=year&from=2024-05-01&to=2024-05-31").json["error"]
    assert (error["reason"], error["first_on"], error["needed_on"]) == ("before", "2024-03-01", "2023-05-01")


def test_a_choropleth_says_only_what_its_measure_has(asked: FlaskClient) -> None:
    may = "from=2024-05-01&to=2024-05-31"
    counts = asked.get(f"/api/v1/choropleth?by=count&{may}").json
    assert counts["values"]["G2"] == {"value": 3.0, "class": 0, "count": 3, "households": 0}
    assert len(counts["breaks"]) == 4
    rates = asked.get(f"/api/v1/choropleth?by=rate&{may}").json
    assert rates["values"]["G2"] == {"value": None, "class": None, "count": 3, "households": 0}
    assert set(rates["values"]["G1"]) == {"value", "class", "count", "households", "raw", "low", "high"}
    assert rates["unit"] == "per_100_households"
    changes = asked.get(f"/api/v1/choropleth?by=change&{may}").json
    assert changes["values"]["G1"] | {"value": 0} == {
        "value": 0, "class": 4, "count": 124, "households": 512, "before": 30, "significant": True,
    }  # fmt: skip
    assert (changes["diverging"], changes["before"]["from"]) == (True, "2024-04-01")


def test_answers_of_one_state_are_not_sent_twice(asked: FlaskClient) -> None:
    for address in ("/api/v1/change?level=grid", "/api/v1/choropleth?by=rate"):
        first = asked.get(address)
        again = asked.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_the_expectation(asked: FlaskClient) -> None:
    body = asked.get("/api/v1/expectation").json
    day, week = body["windows"]
    assert (day["hours"], day["by_day_only"], day["count"], day["verdict"]) == (24, True, 4, "usual")
    assert (day["from"], day["to"]) == ("2024-05-31T00:00:00+08:00", "2024-06-01T00:00:00+08:00")
    assert (week["count"], week["weeks"]) == (28, 8)
    assert week["low"] <= week["expected"] <= week["high"]
    assert body["outside"] == {"recent": 0, "total": 0}
    assert body["week"] == {"from": str(D(2024, 6, 1) - 6 * A_DAY), "to": "2024-06-01"}
    assert body["data"] == {"from": "2024-03-01", "to": "2024-05-31"}
    assert asked.get("/api/v1/expectation?grid=G2").json["windows"][1]["count"] == 0
