"""Heat over HTTP: the value of a place, hours of the week, what a cache may keep."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.services import small_world as world
from tests.services.test_situation_heat import tile_and_pixel

MAY = "from=2024-05-01&to=2024-05-31"
X, Y, _, _ = tile_and_pixel(*world.CLUSTER, 13)
TILE = f"/tiles/heat/13/{X}/{Y}.png"


def test_the_value_of_a_place(client: FlaskClient) -> None:
    lon, lat = world.CLUSTER
    found = client.get(f"/api/v1/heat/value?lon={lon}&lat={lat}&{MAY}&kinds=order.theft&bw=100").json
    assert found["count_within"] == 50
    assert found["per_km2_30d"] == pytest.approx(50 * 15.92 * 30 / 31, rel=0.01)
    assert (found["bandwidth_m"], found["days"]) == (100, 31)
    hours = client.get(f"/api/v1/heat/value?lon={lon}&lat={lat}&{MAY}&bw=100&hours=1.0-23").json
    assert (hours["per_km2_30d"], hours["count_within"]) == (0, 0)  # all are known to the day


def test_beyond_the_district_a_value_is_none(client: FlaskClient) -> None:
    answer = client.get(f"/api/v1/heat/value?lon={world.WEST - 0.01}&lat={world.SOUTH}&{MAY}")
    assert (answer.status_code, answer.json["per_km2_30d"]) == (200, None)


@pytest.mark.parametrize(
    "query", ["", "lon=115", "lon=115&lat=91", "lon=115&lat=30&bw=1", "lon=115&lat=30&hours=8.1", "lon=115&lat=30&x=1"]
)
def test_a_value_of_nowhere_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/api/v1/heat/value?{query}").status_code in (400, 422)


def test_hours_of_the_week_choose_the_heat_of_a_tile(client: FlaskClient) -> None:
    plain, hours = (client.get(f"{TILE}?{MAY}{more}") for more in ("", "&hours=5.18-23"))
    assert plain.status_code == hours.status_code == 200
    assert len(plain.data) > len(hours.data)  # nothing is known to the hour here: wholly transparent


def test_a_scale_of_its_own_is_another_picture(client: FlaskClient) -> None:
    plain, faint = (client.get(f"{TILE}?{MAY}{more}") for more in ("", "&top=100000"))
    assert plain.data != faint.data
    assert client.get(f"{TILE}?{MAY}&top=0").status_code in (400, 422)


def test_an_open_period_is_asked_for_again(client: FlaskClient) -> None:
    version = client.get("/api/v1/situation").json["heat"]["version"]
    kept = client.get(f"{TILE}?{MAY}&v={version}").headers["Cache-Control"]
    moving = client.get(f"{TILE}?from=2024-05-01&v={version}").headers["Cache-Control"]
    assert ("max-age=86400" in kept, moving) == (True, "private, no-cache")
